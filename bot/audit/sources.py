"""The passages that a quotation may stand in: those an answer rests on, and those of the library.

Reads a record's own passages, or the catalogue by full text; no model, no embedding.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import Any

from bot.answering.readable import headers, is_row, row
from bot.audit import said

Json = Mapping[str, Any]


@dataclass(frozen=True)
class Source:
    """A passage, with where it stands."""

    passage_id: str
    text: str
    brief_id: str
    version: int
    paragraph: int
    title: str
    around: tuple[str, ...] = field(default=(), repr=False)  # context, headings, title and date

    @cached_property
    def run(self) -> str:
        """Its words as one line."""
        return said.run(self.text)

    def holds(self, quote: str) -> bool:
        """Return whether the words of a quotation stand in it, one after the other."""
        return said.stands(quote, self.run)

    def place(self) -> dict[str, Any]:
        """Return where it stands, as evidence of a finding."""
        return {
            "passage_id": self.passage_id,
            "brief_id": self.brief_id,
            "version": self.version,
            "paragraph": self.paragraph,
            "title": self.title,
        }

    @property
    def named(self) -> str:
        """Where it stands, in a few words."""
        return f"“{self.title}”, paragraph {self.paragraph}"


def of_citation(citation: Json) -> Source:
    """Return the passage that a citation's record holds, as it was seen."""
    return _as_seen(citation["passage_id"], citation["passage"])


def rows_of(citation: Json) -> Iterator[Source]:
    """Yield the passage with a row of a table made readable, as a sentence shows it."""
    quote, seen = citation["quote"], citation["passage"]
    if is_row(quote):
        header = next(headers(quote, seen["text"], seen["context"]))
        yield replace(of_citation(citation), text=row(quote, header))


def of_record(body: Json) -> Iterator[Source]:
    """Yield the passages that a record holds: those cited, then those nearest."""
    for one in (*body["citations"], *body["nearest"]):
        yield _as_seen(one["passage_id"], one["passage"])


def _as_seen(passage_id: str, seen: Json) -> Source:
    brief = seen["brief"]
    title = brief["title"]
    around = (seen["context"], *seen["heading"], f"{title} ({brief['date'] or 'no date'})")
    return Source(
        passage_id,
        seen["text"],
        brief["id"],
        brief.get("version", 1),
        seen["paragraph"],
        title,
        tuple(one for one in around if one),
    )
