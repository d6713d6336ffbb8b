"""The gold questions over the reports: reading them, and saying whether a hit holds a quotation.

A quotation counts as found in a text when at least half of its words, in runs of three or more,
stand in the text.
"""

import json
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

FOUND_SHARE = 0.5  # of a quotation's words
RUN_WORDS = 3  # words that must stand together to count

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


def words(text: str) -> list[str]:
    """Return the words of a text in lower case; marks of any kind part them."""
    return re.findall(r"[^\W_]+", text.lower())


def runs(text: str) -> set[tuple[str, ...]]:
    """Return all runs of RUN_WORDS words."""
    found = words(text)
    return set(zip(*(found[at:] for at in range(RUN_WORDS)), strict=False))


def share_found(quote: Sequence[str], held: set[tuple[str, ...]]) -> float:
    """Return the share of the quotation's words that stand in runs which `held` holds."""
    if len(quote) < RUN_WORDS:
        return float(any(" ".join(quote) in " ".join(run) for run in held))
    covered: set[int] = set()
    for at in range(len(quote) - RUN_WORDS + 1):
        if tuple(quote[at : at + RUN_WORDS]) in held:
            covered.update(range(at, at + RUN_WORDS))
    return len(covered) / len(quote)


def first_rank(alternatives: Iterable[Quote], hits: Sequence[str]) -> int | None:
    """Return the rank, from 1, of the first hit that holds one of the quotations."""
    wanted = [words(quote.text) for quote in alternatives]
    for rank, text in enumerate(hits, 1):
        held = runs(text)
        if any(share_found(quote, held) >= FOUND_SHARE for quote in wanted):
            return rank
    return None


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
