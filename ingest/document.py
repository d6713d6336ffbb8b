"""What a reader makes of a file: a Document, blocks in reading order plus the metadata it states.

Readers know nothing of passages, versions or the index.
"""

import unicodedata
from dataclasses import dataclass, field
from enum import StrEnum

PLACES = "place:"  # begins the names of collections that hold what was added in one place of Slack


def is_place(collection: str) -> bool:
    """Return whether a name is kept for such a collection, however it is written."""
    return unicodedata.normalize("NFKC", collection).casefold().lstrip().startswith(PLACES)


class BlockKind(StrEnum):
    """What a block is; it decides how passages are cut."""

    HEADING = "heading"
    PARAGRAPH = "paragraph"
    BULLET = "bullet"  # text without its mark; `level` is the depth from 1
    TABLE = "table"  # rows joined by newline, each "| cell | cell |"; a caption is a paragraph
    FOOTNOTE = "footnote"  # text begins with its mark, such as "3. "


@dataclass(frozen=True)
class Block:
    """A stretch of text that belongs together. `text` has no line breaks except in tables."""

    kind: BlockKind
    text: str
    level: int = 0  # depth of a heading (1 = top) or a bullet (1 = outermost); 0 otherwise
    page: int | None = None  # page, from 1, on which it starts
    # offsets in `text` at which a later page starts: ((offset, page), ...)
    page_breaks: tuple[tuple[int, int], ...] = ()


@dataclass(frozen=True)
class Metadata:
    """What a document says of itself; everything unknown stays None or ()."""

    title: str | None = None
    date: str | None = None  # ISO, may stop at the month or year: "2019-01-31", "2019-01", "2019"
    authors: tuple[str, ...] = ()
    number: str | None = None  # report number
    edition: str | None = None  # the publisher's own version of the report
    source_url: str | None = None

    def over(self, other: "Metadata") -> "Metadata":
        """Return these values, filled up with `other` where unknown."""
        return Metadata(
            title=self.title or other.title,
            date=self.date or other.date,
            authors=self.authors or other.authors,
            number=self.number or other.number,
            edition=self.edition or other.edition,
            source_url=self.source_url or other.source_url,
        )


@dataclass(frozen=True)
class Attachment:
    """A file found inside another one (an e-mail's attachment): read as a brief of its own."""

    name: str
    data: bytes = field(repr=False)


@dataclass(frozen=True)
class Document:
    """The content of one file. `warnings` go into the ingest report ("12 of 80 pages empty")."""

    blocks: tuple[Block, ...]
    metadata: Metadata = Metadata()
    media_type: str = "text/plain"
    warnings: tuple[str, ...] = ()
    attachments: tuple[Attachment, ...] = ()
