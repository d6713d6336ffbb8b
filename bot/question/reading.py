"""Read a question, once: text, earlier turns, day and library in, a Question out.

`briefs search`, `ask`, `chat`, Slack, evaluations, replays and the LangChain retriever all read
their questions here. Words typed wrong are read as the library writes them (index/spelling.py says
which word is meant): words in letters, by themselves or joined by hyphens, no word of grammar and
none that asks for a kind of answer. Two words side by side that the library writes as one are
joined ("cease fire"). All else of the text stays as it was typed: "$1,000" stays "$1,000".
"""

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from datetime import UTC, date, datetime
from itertools import pairwise
from typing import Protocol

from bot.language import yesno
from bot.language.words import LIGHT
from bot.language.words import words as listed
from bot.question.conversation import standalone
from bot.question.kinds import Asked, Kind, asked_of
from bot.question.named import Catalogue, named_briefs, unnamed
from bot.question.parts import parts_of
from bot.question.period import day_in, period_of, version_of
from bot.question.question import LONGEST_QUESTION, NamedVersion, Period, Question, Turn
from bot.question.smalltalk import is_off_topic, is_small_talk
from bot.question.wanted import wanted
from index.errors import UsageError
from index.words import QUESTION_FILLER, STOP_WORDS, content_words, stem, word_weights, words

Understand = Callable[[str, Sequence[Turn]], Question]

# Preferring the cited briefs for every question that leans, by .05 to .2 of the score, lowered
# recall@5 of MTRAG's follow-ups (.738 to .725): only a question that says so is held to them.
_ABOUT_CITED = re.compile(
    r"""\b(?:(?:that|this|the\ same|the\ (?:cited|last|quoted))
    \ (?:brief|report|paper|document|note|memo|study|source|analysis|article)
      (?!\ (?:on|about|we|you)\b)
    |(?:what|anything)\ else\ (?:does|did|do)\ (?:it|they)\ (?:say|mention|cover|find|recommend)
    |(?:who|when)\ (?:wrote|published|authored)\ (?:it|this|that))\b""",
    re.IGNORECASE | re.VERBOSE,
)
_NAME_OR_NUMBER = re.compile(r"[\w$%&/.-]*[A-Z0-9][\w&/.-]*")
_ALWAYS_CAPITAL = frozenset({"I", "I'm", "OK"})
_LEFT_ALONE = STOP_WORDS | QUESTION_FILLER | LIGHT | listed("request_words")
# An address, a path or a word with a digit in it is passed over whole.
_WORD = re.compile(r"\S*(?:://|@|\w\.\w|/\w*/)\S*|(?P<word>(?<![\w.'’$])[^\W\d_]+(?![\w'’]|\.\w))")
_BETWEEN = re.compile(r"[ -]")


class Speller(Protocol):
    """What is needed of a library to know how it writes words."""

    def spellings(self, typed: Sequence[str]) -> Mapping[str, str]:
        """Return how the passages write those words that none has and that are typed wrong."""
        ...

    def compounds(self, pairs: Sequence[tuple[str, str]]) -> Mapping[tuple[str, str], str]:
        """Return the one word that passages write for those pairs of words that none has."""
        ...


class Known(Catalogue, Speller, Protocol):
    """What is needed of a library: its briefs, how it writes words, and how rare they are."""

    def idf(self, terms: Sequence[str]) -> Mapping[str, float]:
        """Return the inverse document frequency of each stem."""
        ...


def read(
    asked: str,
    turns: Sequence[Turn | str] = (),
    *,
    today: date,
    library: Known,
    understand: Understand = standalone,
) -> Question:
    """Return the question; the oldest turn comes first, `today` is the asker's day.

    `understand` makes its text independent of the conversation.
    """
    text, changes = respelled(asked, library)
    before = [_respelled(one, library) for one in turns]
    question = replace(understand(text, before), asked=asked, respelled=changes)
    named = named_briefs(question.searched, library)
    off_topic = is_off_topic(asked)
    help_wanted = off_topic or is_small_talk(asked)
    found = Asked(Kind.HELP) if help_wanted else _kind(question, before, names_brief=bool(named))
    period = period_of(question.text, today)
    whole = replace(
        question,
        core=_without_time(question.searched, period),
        off_topic=off_topic or found.off_topic,
        kind=found.kind,
        subject=found.subject,
        selection=found.selection,
        compared=found.compared,
        about_cited=is_about_cited(question.searched),
        period=period,
        version=_of_briefs(version_of(question.text), named),
        briefs=named,
    )
    parts = tuple(
        replace(_with_words(part, library), period=_time_of(part, period, today))
        for part in parts_of(whole)
    )
    return replace(_with_words(whole, library), parts=parts, inside=_inside(whole, parts, library))


def _inside(whole: Question, parts: Sequence[Question], library: Known) -> Question | None:
    """Return what a question asks of the one thing that the briefs it names are to tell."""
    rest = unnamed(whole.searched, library) if whole.briefs and not parts else whole.searched
    if rest == whole.searched:
        return None
    return _with_words(replace(whole, core=rest, briefs=()), library)


def respelled(text: str, library: Speller) -> tuple[str, tuple[tuple[str, str], ...]]:
    """Return a text with words as the library writes them, and (typed, read as) of each change."""
    looked_at = (one for one in _WORD.finditer(text) if one["word"])
    found = [one for one in looked_at if one.group().lower() not in _LEFT_ALONE]
    beside = [
        (one, other)
        for one, other in pairwise(found)
        if _BETWEEN.fullmatch(text[one.end() : other.start()])
    ]
    whole = library.compounds([(one.group(), other.group()) for one, other in beside])
    spelled = library.spellings([one.group() for one in found])
    changes = {
        one.start(): (other.end(), whole[one.group(), other.group()])
        for one, other in beside
        if (one.group(), other.group()) in whole
    }
    for one in found:
        if one.group() in spelled and not any(at <= one.start() < changes[at][0] for at in changes):
            changes[one.start()] = one.end(), spelled[one.group()]
    read, end, said = "", 0, []
    for start in sorted(changes):
        if start >= end:
            said.append((text[start : changes[start][0]], changes[start][1]))
            read += text[end:start] + changes[start][1]
            end = changes[start][0]
    return read + text[end:], tuple(said)


def _kind(question: Question, turns: Sequence[Turn], *, names_brief: bool) -> Asked:
    """Return what is asked for: by the words as they were read, else as they were typed."""
    leans = question.follows and not question.rewritten
    before = turns[-1].question if leans and turns else ""
    texts = (question.searched, question.asked) if question.respelled else (question.searched,)
    found = (
        asked_of(text, names_brief=names_brief, follows=question.follows, before=before)
        for text in texts
    )
    return next((one for one in found if one.kind is not Kind.FACT), Asked())


def today_in(zone: str | None, moment: datetime | None = None) -> date:
    """Return the day that it is in a time zone, at a moment or now; None is the machine's zone."""
    return day_in(zone, moment or datetime.now(UTC))


def require_askable(question: str) -> None:
    """Raise UsageError for a question without a letter or digit, or one that is too long."""
    if not any(char.isalnum() for char in question):
        raise UsageError("question: empty; type what you want to know")
    if len(question) > LONGEST_QUESTION:
        raise UsageError(
            f"question: {len(question):,} characters; shorten it to {LONGEST_QUESTION:,}"
        )


def is_about_cited(question: str) -> bool:
    """Return whether a question means the brief that an answer cited: "what else does it say?"."""
    return bool(_ABOUT_CITED.search(question))


def names(question: str) -> frozenset[str]:
    """Return the stems of names, designations and numbers in a question.

    A capital first word counts only where more than its first letter is one.
    """
    found: set[str] = set()
    for match in _NAME_OR_NUMBER.finditer(question):
        name = match.group()
        opens = not question[: match.start()].strip() and name[1:] == name[1:].lower()
        if name not in _ALWAYS_CAPITAL and not (opens and not any(map(str.isdigit, name))):
            found.update(stem(word) for word in words(name))
    return frozenset(found)


def _respelled(turn: Turn | str, library: Speller) -> Turn:
    said = Turn(turn) if isinstance(turn, str) else turn
    return replace(said, question=respelled(said.question, library)[0])


def _without_time(searched: str, period: Period | None) -> str:
    """Return a question without "as of April 2023": it says which briefs, not what they say."""
    if period is None or not period.as_of:
        return searched
    rest = searched.replace(period.said, " ").strip(" ,;:")
    return " ".join(rest.split()) if content_words(rest) else searched


def _of_briefs(version: NamedVersion | None, briefs: tuple[str, ...]) -> NamedVersion | None:
    """Return the version, of the briefs that the question names where it says of which by title."""
    if version is None or version.briefs or not briefs:
        return version
    return replace(version, briefs=briefs)


def _time_of(part: Question, whole: Period | None, today: date) -> Period | None:
    """Return the time of a part: of a comparison of times its own, else that of the question."""
    own = period_of(part.text, today) if part.kind is Kind.COMPARISON else None
    return own or whole


def _with_words(question: Question, library: Known) -> Question:
    """Return a question, or a part of one, with what its words say by themselves."""
    return replace(
        question,
        wants=wanted(question.searched),
        yes_or_no=yesno.asks(question.searched),
        names=names(question.searched),
        stems=tuple(stem(word) for word in content_words(question.text)),
        weights=word_weights(question.searched, question.topic, library.idf),
    )
