"""The gold questions over the reports, with the report and edition that each quotation stands in.

Whether a text holds a quotation is said in bot/evals/held.py.
"""

import json
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from bot.evals.held import FOUND_SHARE, RUN_WORDS, holds

__all__ = ["FOUND_SHARE", "RUN_WORDS", "Question", "Quote", "edition_of", "first_rank", "questions"]

# IF10753v7-….md and IF10753.7.pdf; IF11755.pdf does not say which edition it is
_FILE = re.compile(r"([A-Z]+\d+|\d\d-?\d+)(?:[v.](\d+))?(?:-.*)?\.(?:md|pdf)$")


@dataclass(frozen=True)
class Quote:
    """One passage that a question needs. `number` and `edition` name the report it stands in."""

    number: str
    edition: str
    text: str

    @property
    def is_table(self) -> bool:
        """Whether it is a row of a table."""
        return self.text.lstrip().startswith("|") or self.text.count("|") > 1


@dataclass(frozen=True)
class Question:
    """A question with what it needs: one of the alternatives of every entry of `needed`."""

    id: str
    type: str
    question: str
    conversation: tuple[str, ...]
    standalone: str
    answerable: bool
    needed: tuple[tuple[Quote, ...], ...]


def questions(data: Path) -> list[Question]:
    """Read gold-dev.jsonl."""
    lines = (data / "crs/gold-dev.jsonl").read_text(encoding="utf-8").splitlines()
    return [_question(json.loads(line)) for line in lines if line.strip()]


def edition_of(name: str) -> tuple[str, str] | None:
    """Return (report number, edition) from a file name of the reports; "" for no edition."""
    found = _FILE.match(name)
    return (found[1].replace("-", ""), found[2] or "") if found else None


def first_rank(alternatives: Iterable[Quote], hits: Sequence[str]) -> int | None:
    """Return the rank, from 1, of the first hit that holds one of the quotations."""
    wanted = [quote.text for quote in alternatives]
    ranked = enumerate(hits, 1)
    return next((rank for rank, text in ranked if any(holds(text, one) for one in wanted)), None)


def _question(row: dict[str, Any]) -> Question:
    needed = [[_quote(item)] for item in row["gold"]]
    for item in row.get("alt_gold", ()):
        needed[item["replaces"]].append(_quote(item))
    return Question(
        id=row["id"],
        type=row["type"],
        question=row["question"],
        conversation=tuple(row["conversation"]),
        standalone=row["standalone"],
        answerable=row["answerable"],
        needed=tuple(map(tuple, needed)),
    )


def _quote(item: dict[str, Any]) -> Quote:
    found = edition_of(Path(item["file"]).name)
    assert found, item["file"]
    return Quote(*found, item.get("quote_plain") or item["quote"])
