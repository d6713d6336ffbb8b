"""Read gold files: JSON Lines in, questions with what they need out, and every bad line named.

Only `question` and `gold` (or `answerable`) are needed; docs/evaluating.md has all keys. Knows
nothing of libraries: whether a hit has what is needed is said in bot/evals/held.py.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from bot.app.batch import sound
from index.errors import UsageError

NAMES = ("brief", "id", "number", "report", "title", "file")  # keys that may name a brief
UNTYPED = "question"  # type of a question without one


@dataclass(frozen=True)
class Need:
    """One passage that a question needs: what it must hold, come from, or belong to.

    A `quote` must stand in it; a `paragraph` is what it must be cut from; `briefs` are names of the
    brief, of which any passage will do where neither quote nor paragraph is given.
    """

    quote: str = ""
    paragraph: str = ""
    briefs: tuple[str, ...] = ()


@dataclass(frozen=True)
class GoldQuestion:
    """A question and what it needs: one of the alternatives of every entry of `needed`."""

    id: str
    question: str
    type: str = UNTYPED
    conversation: tuple[str, ...] = ()
    standalone: str = ""  # as rewritten by hand, "" where it was not
    answer: str = ""  # in short
    answerable: bool = True
    needed: tuple[tuple[Need, ...], ...] = ()

    @property
    def follows_up(self) -> bool:
        """Whether it can be asked with, without, and independent of its conversation."""
        return bool(self.conversation and self.standalone)


@dataclass(frozen=True)
class Gold:
    """What a gold file holds. `faults` name the lines that cannot be used, each with the mend."""

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
    answerable = row.get("answerable", True if needed else None)
    if not isinstance(answerable, bool):
        raise _Fault("neither 'gold' nor 'answerable'; quote what answers it, or say false")
    return GoldQuestion(
        id=str(row.get("id") or f"line-{number}"),
        question=question,
        type=_text(row, "type") or UNTYPED,
        conversation=tuple(map(sound, conversation)),
        standalone=_text(row, "standalone"),
        answer=_text(row, "answer") if answerable else "",
        answerable=answerable,
        needed=needed if answerable else (),
    )


def _needed(row: Mapping[str, Any]) -> tuple[tuple[Need, ...], ...]:
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


def _need(item: Any) -> Need:
    """Read a bare text as a quote, an object by its keys."""
    if isinstance(item, str):
        item = {"quote": item}
    if not isinstance(item, dict):
        raise _Fault("an item of 'gold' is neither a text nor an object; write the quote")
    need = Need(
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
