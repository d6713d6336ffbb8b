"""Our own questions over the reports: lines of bench/questions in, each with the passages it needs.

A passage is named by its report and the beginning of its text's SHA-256, its sentences by their
places in it: the questions are ours, the reports' words are not, and stay where they are. What is
no longer cut the same way is left out.
"""

import hashlib
import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from bot.answering.answer import Turn
from index.library import Library
from index.passage import Passage

QUESTIONS = Path(__file__).parent / "questions" / "reports.jsonl"
_DIGITS = 12  # of a hash


@dataclass(frozen=True)
class Needed:
    """One passage that a question needs, or an equally good one; which sentences of it answer."""

    passage: str
    also: frozenset[str]
    sentences: tuple[int, ...]

    def met_by(self, text: str) -> bool:
        """Return whether a passage's text is one of them."""
        return named(text) in self.also | {self.passage}


@dataclass(frozen=True)
class OwnQuestion:
    """A question as typed, what came before it, and what it needs: () where nothing answers."""

    id: str
    question: str
    turns: tuple[Turn, ...]
    needed: tuple[Needed, ...]


def named(text: str) -> str:
    """Return what names a passage."""
    return hashlib.sha256(text.encode()).hexdigest()[:_DIGITS]


def questions(library: Library, path: Path = QUESTIONS) -> list[OwnQuestion]:
    """Return the questions of a file whose passages the library has."""
    held = _held(library)
    return [item for item in _all(path) if {needed.passage for needed in item.needed} <= held]


def absent(library: Library, path: Path = QUESTIONS) -> list[OwnQuestion]:
    """Return the questions of which the library has no passage at all: it does not answer them."""
    held = _held(library)
    return [
        item
        for item in _all(path)
        if item.needed and not any((need.also | {need.passage}) & held for need in item.needed)
    ]


def _all(path: Path) -> list[OwnQuestion]:
    lines = path.read_text(encoding="utf-8").splitlines()
    return [_question(json.loads(line)) for line in lines]


def _held(library: Library) -> set[str]:
    return set(map(named, (passage.text for passage in _passages(library))))


def _passages(library: Library) -> Iterator[Passage]:
    for row in library.versions():
        if row.state == "current":
            brief = library.brief(row.brief.id, row.brief.version)
            yield from (passage for _, passage in library.passages(brief))


def _question(row: Mapping[str, Any]) -> OwnQuestion:
    return OwnQuestion(
        id=row["id"],
        question=row["question"],
        turns=tuple(map(Turn, row.get("conversation", ()))),
        needed=tuple(_needed(item) for item in row["gold"]),
    )


def _needed(item: Mapping[str, Any]) -> Needed:
    sentences: Sequence[int] = item["sentences"]
    return Needed(item["passage"], frozenset(item["also"]), tuple(sentences))
