"""Read a question, once: text, earlier turns, day and library in, a Question out.

`briefs search`, `ask`, `chat`, Slack, evaluations, replays and the LangChain retriever all read
their questions here.
"""

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from datetime import UTC, date, datetime
from typing import Protocol

from bot.language import yesno
from bot.question.conversation import standalone
from bot.question.kinds import Asked, Kind, asked_of
from bot.question.named import Catalogue, named_briefs
from bot.question.parts import parts_of
from bot.question.period import day_in, period_of, version_of
from bot.question.question import LONGEST_QUESTION, NamedVersion, Period, Question, Turn
from bot.question.smalltalk import is_off_topic, is_small_talk
from bot.question.spelling import Speller, respelled
from bot.question.wanted import wanted
from index.errors import UsageError
from index.words import content_words, stem, word_weights, words

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
    parts = tuple(_with_words(part, library) for part in parts_of(whole))
    return replace(_with_words(whole, library), parts=parts)


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
