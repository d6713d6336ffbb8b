"""Read gold files: JSON Lines in, questions with what they need out, and every bad line named.

Only `question` and `gold` (or `answerable`, or `outcome`) are needed; docs/evaluating.md has all
keys. bot/evals/judging.py decides whether a hit has what is needed, bot/evals/replies.py whether a
reply is what is expected.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from bot.answering.answer import Outcome
from bot.question.kinds import Kind
from bot.question.requests import sound
from index.errors import UsageError

NAMES = ("brief", "id", "number", "report", "title", "file")  # keys that may name a brief
UNTYPED = "question"  # type of a question without one
KINDS = tuple(kind.value for kind in Kind)
OUTCOMES = tuple(outcome.value for outcome in Outcome)


@dataclass(frozen=True)
class NeededPassage:
    """One passage that a question needs: what it must hold, come from, or belong to.

    A `quote` must stand in it; a `paragraph` is what it must be cut from; `briefs` are names of the
    brief, of which any passage will do where neither quote nor paragraph is given.
    """

    quote: str = ""
    paragraph: str = ""
    briefs: tuple[str, ...] = ()


Alternatives = tuple[str, ...]  # one of them is enough


@dataclass(frozen=True)
class Expected:
    """What a reply must be and hold; what is empty may be anything.

    A brief is named by id, report number, title or file. `briefs` and `contains` are all needed.
    `first` stands in the first sentence; `order` are briefs, or texts, in the order of the reply.
    """

    kinds: Alternatives = ()
    outcomes: Alternatives = ()
    briefs: tuple[Alternatives, ...] = ()
    only_these: bool = False  # no other brief may be cited
    contains: tuple[Alternatives, ...] = ()
    contains_not: tuple[str, ...] = ()
    first: Alternatives = ()
    order: tuple[str, ...] = ()
    at_least: int = 0  # sentences, rows or points
    one_sentence: bool = False  # one sentence of a brief is all that is asked for

    @property
    def answerable(self) -> bool | None:
        """Whether the briefs answer the question; None where either outcome is right."""
        if not self.outcomes or {Outcome.ANSWERED, Outcome.DECLINED} <= set(self.outcomes):
            return None
        return Outcome.ANSWERED in self.outcomes


@dataclass(frozen=True)
class GoldQuestion:
    """A question and what it needs: one of the alternatives of every entry of `needed`.

    `answerable` is None where both an answer and a refusal are right, or nothing is asked.
    """

    id: str
    question: str
    type: str = UNTYPED
    conversation: tuple[str, ...] = ()
    standalone: str = ""  # as rewritten by hand, "" where it was not
    answer: str = ""  # in short
    answerable: bool | None = True
    needed: tuple[tuple[NeededPassage, ...], ...] = ()
    expected: Expected = Expected()
    only_brief: str = ""  # asked of this brief alone, "" of all
    asks_before: bool = False  # its conversation is asked too: it speaks of what was cited there

    @property
    def follows_up(self) -> bool:
        """Whether it can be asked with, without, and independent of its conversation."""
        return bool(self.conversation and self.standalone)


@dataclass(frozen=True)
class Gold:
    """What a gold file holds. `faults` name the lines that cannot be used, and what to fix."""

    questions: tuple[GoldQuestion, ...]
    faults: tuple[str, ...] = ()


class _Fault(Exception):
    """A line that cannot be used."""


def read(path: Path) -> Gold:
    """Return the questions of a gold file, in order; raise UsageError without one to read."""
    try:
        text = path.read_text(encoding="utf-8-sig", errors="surrogateescape")
    except OSError as error:
        raise UsageError(f"{path}: {error.strerror}; name a gold file (JSON Lines)") from error
    questions: dict[str, GoldQuestion] = {}
    faults: list[str] = []
    for number, line in enumerate(text.split("\n"), 1):
        if not line.strip():
            continue
        try:
            question = _question(_object(line), number)
            if question.id in questions:
                raise _Fault(f"id {question.id!r} stands in an earlier line; give each its own")
            questions[question.id] = question
        except _Fault as fault:
            faults.append(f"line {number}: {sound(str(fault))}")
    return Gold(tuple(questions.values()), tuple(faults))


def _object(line: str) -> Mapping[str, Any]:
    if line != sound(line):
        raise _Fault("not UTF-8; save the file as UTF-8")
    try:
        row = json.loads(line)
    except json.JSONDecodeError as error:
        raise _Fault(f"not JSON ({error.msg}); write one object a line") from error
    except RecursionError as error:
        raise _Fault("not JSON (nested without end); write plain objects") from error
    if not isinstance(row, dict):
        raise _Fault('not an object; write {"question": …, "gold": …}')
    return row


def _question(row: Mapping[str, Any], number: int) -> GoldQuestion:
    question = _text(row, "question")
    if not any(map(str.isalnum, question)):
        raise _Fault("no text under 'question'; write what is asked")
    conversation = row.get("conversation") or []
    if not isinstance(conversation, list) or not all(isinstance(one, str) for one in conversation):
        raise _Fault("'conversation' is not a list of texts; list the earlier questions")
    needed = _needed(row)
    expected = _expected(row)
    answerable = row.get("answerable", True if needed else expected.answerable)
    if not isinstance(answerable, bool) and expected == Expected():
        raise _Fault("neither 'gold' nor 'answerable'; quote what answers it, or say false")
    return GoldQuestion(
        id=str(row.get("id") or f"line-{number}"),
        question=question,
        type=_text(row, "type") or next(iter(expected.kinds), UNTYPED),
        conversation=tuple(map(sound, conversation)),
        standalone=_text(row, "standalone"),
        answer=_text(row, "answer") if answerable else "",
        answerable=answerable,
        needed=needed if answerable else (),
        expected=expected,
        only_brief=_text(row, "only_brief"),
        asks_before=row.get("ask_conversation") is True,
    )


def _expected(row: Mapping[str, Any]) -> Expected:
    return Expected(
        kinds=_choice(row, "kind", KINDS),
        outcomes=_choice(row, "outcome", OUTCOMES),
        briefs=tuple(_alternatives(item, "briefs") for item in _items(row, "briefs")),
        only_these=row.get("briefs_exact") is True,
        contains=tuple(_alternatives(item, "must_contain") for item in _items(row, "must_contain")),
        contains_not=_texts(row, "must_not_contain"),
        first=_texts(row, "first"),
        order=_texts(row, "order"),
        at_least=_count(row, "at_least"),
        one_sentence=row.get("one_sentence") is True,
    )


def _choice(row: Mapping[str, Any], key: str, known: tuple[str, ...]) -> Alternatives:
    found = _texts(row, key)
    if unknown := [one for one in found if one not in known]:
        raise _Fault(f"'{key}' is {unknown[0]!r}; write one of: {', '.join(known)}")
    return found


def _count(row: Mapping[str, Any], key: str) -> int:
    found = row.get(key, 0)
    if not isinstance(found, int) or found < 0:
        raise _Fault(f"'{key}' is {found!r}; write a number")
    return found


def _texts(row: Mapping[str, Any], key: str) -> tuple[str, ...]:
    return tuple(one for item in _items(row, key) for one in _alternatives(item, key, lists=False))


def _alternatives(item: Any, key: str, *, lists: bool = True) -> Alternatives:
    """Read a text, or a list of texts of which one is enough."""
    found = item if isinstance(item, list) and lists else [item]
    if not found or not all(isinstance(one, str) and one.strip() for one in found):
        raise _Fault(f"'{key}' holds {item!r}; write texts, or lists of alternatives")
    return tuple(found)


def _needed(row: Mapping[str, Any]) -> tuple[tuple[NeededPassage, ...], ...]:
    needed = [[_need(item)] for item in _items(row, "gold")]
    for item in _items(row, "alt_gold"):
        at = item.get("replaces", 0) if isinstance(item, dict) else 0
        if not isinstance(at, int) or not 0 <= at < len(needed):
            raise _Fault(f"'alt_gold' replaces {at!r}; count the items of 'gold' from 0")
        needed[at].append(_need(item))
    return tuple(map(tuple, needed))


def _items(row: Mapping[str, Any], key: str) -> list[Any]:
    found = row.get(key) or []
    return found if isinstance(found, list) else [found]


def _need(item: Any) -> NeededPassage:
    """Read a bare text as a quote, an object by its keys."""
    if isinstance(item, str):
        item = {"quote": item}
    if not isinstance(item, dict):
        raise _Fault("an item of 'gold' is neither a text nor an object; write the quote")
    need = NeededPassage(
        quote=_text(item, "quote_plain") or _text(item, "quote"),
        paragraph=_text(item, "paragraph"),
        briefs=tuple(text for text in (_text(item, key) for key in NAMES) if text),
    )
    if not any(map(str.isalnum, need.quote + need.paragraph)) and not need.briefs:
        raise _Fault("an item of 'gold' has neither a quote nor a brief; give one of them")
    return need


def _text(row: Mapping[str, Any], key: str) -> str:
    value = row.get(key)
    if value is None:
        return ""
    if not isinstance(value, str):
        raise _Fault(f"'{key}' is not a text; put it in quotation marks")
    return value.strip()
