"""Make a question independent of its conversation, by rules of English and without a model.

In: what was asked and the earlier turns. Out: a Standalone. Knows nothing of the briefs.

A question *leans* on the turns before it when one of these holds:

- it refers to what it does not name: a pronoun (it, they, that, there, one …) with no name before
  it in the same question, or "the"/"this"/"that" with a noun for a kind of thing (the bill, that
  ruling, the states) in a question without names;
- it is cut short: no content word, or at most two and no name, and not of the form "what is X";
- it opens as a continuation (and, but, so, what about, ok, no, also …), unless it then brings a
  name and two more content words of its own.

A leaning question takes over the topic: names and noun groups of the turns it hangs on, back to
the last turn that stood alone. One that stands alone, or says that it is about something else,
starts a new topic. A year in the question replaces the years of the topic. A name or a year alone
("and Sweden?", "no, the 2019 one") completes the question before it (`bot/question/ellipsis.py`).
Greetings and thanks neither lean nor change the topic.

Developed in sight of the 12 follow-ups of CRS gold-dev, all of which lean, and of MTRAG.
"""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from bot.answering.answer import Standalone, Turn
from bot.language.words import DEMONSTRATIVES, KINDS, LIGHT, PRONOUNS
from bot.question.ellipsis import completed
from index.words import QUESTION_FILLER, STOP_WORDS, content_words, stem, words

TOPIC_WORDS = 14  # words of earlier turns carried along, at most

_TOKEN = re.compile(r"[^\W_]+(?:['’.&/-][^\W_]+)*|[^\w\s]", re.UNICODE)
_CLITIC = re.compile(r"['’](?:s|re|d|ll|ve|t)$")
_JOINS = frozenset({"-", "–", "/"})  # stand between the parts of one name
_YEAR = re.compile(r"^(?:19|20)\d\d$")

_CONTINUES = re.compile(
    r"""^\W*(?:and|but|so|or|nor|then|ok(?:ay)?|also|plus|what\ about|how\ about|what\ if|why\ not
    |why|how\ so|how\ come|since\ when|says\ who|no|not|yes|yeah|same|any\ (?:other|more)|anything
    |anyone\ else|what\ else|who\ else|where\ else|like\ what|such\ as|i\ mean|i\ meant)\b""",
    re.IGNORECASE | re.VERBOSE,
)
_SMALL_TALK = re.compile(
    r"""^\W*(?:hi|hello|hey|thanks?|thank\ you|thx|cheers|great|cool|nice|got\ it|ok(?:ay)?|yes|no
    |bye|good\ (?:morning|afternoon|evening))(?:\W+(?:there|so|a|lot|very|much|you|all|team|bot
    |again|thanks?|great))*\W*$""",
    re.IGNORECASE | re.VERBOSE,
)
_DEFINES = re.compile(
    r"^\W*(?:what(?:'s|’s|\s+is|\s+are|\s+was|\s+were|\s+does|\s+causes?)|who(?:'s|’s|\s+is|\s+was)"
    r"|define|explain|describe|tell me about|why (?:is|are|do|does))\b",
    re.IGNORECASE,
)
_CHANGES = re.compile(
    r"""^\W*(?:(?:ok(?:ay)?|thanks?|now|so)\W+)*(?:an?\ )?
    (?:(?:new|different|another|unrelated|separate)\ (?:question|topic|subject)
    |on\ an?(?:other)?\ (?:different\ |separate\ )?(?:note|topic|subject)
    |chang(?:e|ing)\ (?:of\ )?(?:the\ )?(?:topic|subject)|switching\ (?:gears|topics?)
    |unrelated(?:ly)?|moving\ on|something\ else)\b""",
    re.IGNORECASE | re.VERBOSE,
)
_DEFINITE = re.compile(r"^\W*\w+(?:['’]s|\s+\w+)\s+the\b(?!.*\bof\b)", re.IGNORECASE)


@dataclass(frozen=True)
class _Topic:
    """Phrases in the words of the asker, the oldest first."""

    phrases: tuple[str, ...] = ()

    def words(self) -> tuple[str, ...]:
        return tuple(dict.fromkeys(word for phrase in self.phrases for word in phrase.split()))

    def followed_by(self, question: str) -> "_Topic":
        """Return the topic with what a leaning question adds to it."""
        years = {token for token in _tokens(question) if _YEAR.match(token)}
        kept = [_without_years(phrase) if years else phrase for phrase in self.phrases]
        known = {stem(word) for phrase in kept for word in words(phrase)}
        added = [
            phrase
            for phrase in phrases(question)
            if phrase.lower() not in KINDS and not {stem(word) for word in words(phrase)} <= known
        ]
        return _Topic(_bounded([phrase for phrase in kept if phrase] + added))


def standalone(question: str, turns: Sequence[Turn | str] = ()) -> Standalone:
    """Return the question as it reads without the conversation; the oldest turn comes first."""
    topic, before = _Topic(), ""
    for turn in turns:
        said = " ".join((turn if isinstance(turn, str) else turn.question).split())
        topic, before = _next(said, topic, before)
    asked = " ".join(question.split())
    if not topic.phrases or _SMALL_TALK.match(asked) or not leans(asked):
        return Standalone(question=asked, asked=question)
    if whole := completed(asked, before):
        return Standalone(question=whole, asked=question, follows=True, rewritten=True)
    carried = _carried(topic, asked)
    if not carried:
        return Standalone(question=asked, asked=question, follows=True)
    return Standalone(
        question=f"{asked} (about: {', '.join(carried)})",
        asked=question,
        context=_Topic(carried).words(),
        follows=True,
    )


def leans(question: str) -> bool:
    """Return whether the question needs the conversation to be understood; see the module."""
    if _CHANGES.match(question):
        return False
    tokens = _tokens(question)
    names = _names(tokens)
    content = content_words(question)
    if _dangling_pronoun(tokens, names) or (not names and _definite_kind(tokens)):
        return True
    bare = [word for word in content if word not in LIGHT]
    if _CONTINUES.match(question) and not (names and len(content) >= 3):
        return True
    if names:
        return False
    if _DEFINES.match(question):  # "what are the benefits?" leans, "what are benefits?" does not
        return not bare or (len(bare) <= 3 and bool(_DEFINITE.match(question)))
    return len(bare) <= 2


def _next(question: str, topic: _Topic, before: str) -> tuple[_Topic, str]:
    """Return topic and last whole question after one more turn."""
    if _SMALL_TALK.match(question):
        return topic, before
    if not topic.phrases or not leans(question):
        return _Topic(_bounded(phrases(question))), question
    if whole := completed(question, before):
        return _Topic(_bounded(phrases(whole))), whole
    return topic.followed_by(question), question


def _carried(topic: _Topic, question: str) -> tuple[str, ...]:
    """Return the phrases of the topic that the question does not say itself."""
    own = {stem(word) for word in words(question)}
    has_year = any(_YEAR.match(word) for word in own)
    phrases = [_without_years(phrase) if has_year else phrase for phrase in topic.phrases]
    return tuple(
        phrase for phrase in phrases if phrase and not {stem(w) for w in words(phrase)} <= own
    )


def phrases(question: str) -> list[str]:
    """Return the names and noun groups: runs of content words, light words off at both ends."""
    runs: list[list[str]] = [[]]
    for token in _tokens(question):
        if _is_content(token):
            runs[-1].append(token)
        elif token not in _JOINS and runs[-1]:
            runs.append([])
    found = [" ".join(_trimmed(run)) for run in runs]
    return list(dict.fromkeys(phrase for phrase in found if phrase))


def _trimmed(run: list[str]) -> list[str]:
    light = [token.lower() in LIGHT and token.islower() for token in run]
    start = next((i for i, is_light in enumerate(light) if not is_light), len(run))
    end = next((i for i in range(len(run), start, -1) if not light[i - 1]), start)
    return run[start:end]


def _is_content(token: str) -> bool:
    lowered = token.lower()
    if not token[0].isalnum() or (len(token) == 1 and not token.isdigit()):
        return False
    if token.isupper() and len(token) > 1 and lowered not in {"ok", "so", "and"}:
        return True  # US, IT, WHO are names when written so
    bare = _CLITIC.sub("", lowered)
    return bare not in STOP_WORDS and bare not in QUESTION_FILLER and bare not in PRONOUNS


def _names(tokens: Sequence[str]) -> set[int]:
    """Return the positions of proper names, acronyms and designations (HR 1156, E15).

    The first word counts only when it is written as no plain first word would be.
    """
    found = set()
    for position, token in enumerate(tokens):
        is_acronym = sum(char.isupper() for char in token) > 1
        has_digit = any(char.isdigit() for char in token) and not token.isdigit()
        capital = token[:1].isupper() and position > 0 and tokens[position - 1] not in ".?!"
        if is_acronym or (has_digit and len(token) > 1) or (capital and token not in {"I", "I'm"}):
            found.add(position)
    return found


def _dangling_pronoun(tokens: Sequence[str], names: set[int]) -> bool:
    lowered = [token.lower() for token in tokens]
    first_name = min(names, default=len(tokens))
    for position, token in enumerate(lowered):
        bare = _CLITIC.sub("", token)
        # A name before a personal pronoun is the likelier antecedent.
        if bare in PRONOUNS and position < first_name and not _is_dummy(lowered, position):
            return True
        if bare in DEMONSTRATIVES and _points_back(lowered, position):
            # "… with the CRA. Does that …": an earlier clause of the same question is meant
            return not any(mark in ".?!,;" for mark in tokens[first_name:position])
        if bare == "there" and position < first_name and not _existential(lowered, position):
            return True
    return False


def _points_back(tokens: Sequence[str], position: int) -> bool:
    """Tell "would that touch", "after this" from "rules that apply", "that rule"."""
    before = tokens[position - 1] if position else ""
    is_relative = bool(before) and before[0].isalnum() and before not in STOP_WORDS
    return not is_relative and _stands_alone(tokens[position + 1 : position + 2])


def _is_dummy(tokens: Sequence[str], position: int) -> bool:
    """Tell "is it legal to …", "one of the …", "one year" from pronouns that point back."""
    if tokens[position] == "it":
        return bool(re.match(r"it \w+ (?:to|that|for) ", " ".join(tokens[position:]) + " "))
    if tokens[position] in {"one", "both", "such", "neither"}:
        following = tokens[position + 1 : position + 2]
        return bool(following) and not _stands_alone(following)
    return False


def _stands_alone(following: Sequence[str]) -> bool:
    """Whether a demonstrative followed by these tokens is a pronoun: nothing to modify follows."""
    if not following:
        return True
    word = following[0]
    return not word[0].isalnum() or word in STOP_WORDS | QUESTION_FILLER | LIGHT


def _existential(tokens: Sequence[str], position: int) -> bool:
    beside = {*tokens[max(0, position - 1) : position], *tokens[position + 1 : position + 2]}
    return bool(beside & {"is", "are", "was", "were", "be", "been", "will", "any", "has", "have"})


def _definite_kind(tokens: Sequence[str]) -> bool:
    lowered = [token.lower() for token in tokens]
    pointing = DEMONSTRATIVES | {"the"}
    for position, token in enumerate(lowered[:-1]):
        if token in pointing and lowered[position + 1].split("'")[0].split("’")[0] in KINDS:
            rest = lowered[position + 2 : position + 3]
            # "the bill" points back; "the states of Japan", "the court system of" need not.
            return not rest or rest[0] not in {"of", "for"}
    return False


def _without_years(phrase: str) -> str:
    return " ".join(word for word in phrase.split() if not _YEAR.match(word))


def _bounded(phrases: Iterable[str]) -> tuple[str, ...]:
    kept: list[str] = []
    for phrase in phrases:
        if sum(len(item.split()) for item in [*kept, phrase]) > TOPIC_WORDS:
            break
        kept.append(phrase)
    return tuple(kept)


def _tokens(text: str) -> list[str]:
    return _TOKEN.findall(text)
