"""Turn a Document into a Brief: one text, exact spans for every block, and settled metadata."""

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import groupby
from pathlib import PurePosixPath
from urllib.parse import unquote, urlsplit

from index.addresses import without_secrets
from index.dates import is_iso
from index.left_out import LeftOut, OmissionReason, characters, counted, joined, warning
from index.passage import Brief, PageFacts, Pages, Rendition, bare
from ingest.decode import clean
from ingest.document import Block, BlockKind, Document, Metadata
from ingest.files import printable
from ingest.metadata import from_first_lines, is_masthead

MAX_TITLE = 300  # characters
HEAD_LINE = 120  # characters; what is longer is text
_PARTS = re.compile(r"\s+[|•·—–]\s+")


@dataclass(frozen=True)
class Span:
    """Where a block stands: `brief.text[start:end] == block.text`."""

    block: Block
    start: int
    end: int


def assemble(
    document: Document, metadata: Metadata, collection: str, rendition: Rendition
) -> tuple[Brief, tuple[Span, ...]]:
    """Return the brief (id and version not yet set) and the spans of its blocks, in order.

    Its text is the title, then the blocks: an empty line between blocks, bullets marked and one a
    line.
    """
    title = _short(metadata.title or "") or _short(_title_from(rendition.location)) or "Untitled"
    titled = _without_title(document.blocks, title)
    blocks = titled if len(titled) == 1 else _without_head(titled, document.metadata, title)
    text, spans = _join(title, blocks)
    left_out = joined((*document.left_out, *_head_and_headings(titled, blocks)))
    loss = warning(left_out, characters(text))
    brief = Brief(
        id="",
        version=0,
        title=title,
        text=text,
        collection=collection,
        date=metadata.date,
        authors=tuple(filter(None, map(_line, metadata.authors))),
        number=_line(metadata.number) or None,
        edition=_line(metadata.edition) or None,
        source=rendition.location,
        source_url=without_secrets(metadata.source_url) if metadata.source_url else None,
        pages=_pages(spans),
        renditions=(rendition,),
        note="; ".join((*document.warnings, *_on_dates(metadata), *filter(None, [loss]))) or None,
        left_out=left_out,
        page_facts=_page_facts(document),
    )
    return brief, spans


def _on_dates(metadata: Metadata) -> tuple[str, ...]:
    """Return what the note says of a date that was left alone, and of a later change."""
    if metadata.date is None and metadata.unclear_date:
        left = printable(metadata.unclear_date)[:40]
        return (f"the date {left} can be read as two days and was left alone; give it with --date",)
    return (f"updated {metadata.updated}",) if metadata.updated else ()


def updated_in(note: str | None) -> str | None:
    """Return when a brief was last changed, as its note says it: an ISO date, or None."""
    parts = (part.removeprefix("updated ") for part in (note or "").split("; "))
    return next((part for part in parts if is_iso(part)), None)


def _join(title: str, blocks: Sequence[Block]) -> tuple[str, tuple[Span, ...]]:
    parts = [title]
    length = len(title)
    spans: list[Span] = []
    previous: Block | None = None
    for block in blocks:
        lead = _separator(previous, block)
        start = length + len(lead)
        parts += [lead, block.text]
        length = start + len(block.text)
        spans.append(Span(block, start, length))
        previous = block
    return "".join(parts), tuple(spans)


def _separator(previous: Block | None, block: Block) -> str:
    if block.kind is not BlockKind.BULLET:
        return "\n\n"
    in_list = previous is not None and previous.kind is BlockKind.BULLET
    return ("\n" if in_list else "\n\n") + "  " * max(0, block.level - 1) + "• "


def _without_title(blocks: Sequence[Block], title: str) -> tuple[Block, ...]:
    """Drop the title where it stands as the first block: the text begins with it anyway.

    The only line of a document is its text, too, unless it is set as a heading.
    """
    kept = [block for block in blocks if block.text]
    if kept and bare(kept[0].text) == bare(title):
        only = len(kept) == 1 and kept[0].kind is not BlockKind.HEADING
        kept = kept if only else kept[1:]
    return tuple(
        replace(block, text=block.text.strip()) if block.text != block.text.strip() else block
        for block in kept
    )


def _without_head(blocks: Sequence[Block], stated: Metadata, title: str) -> tuple[Block, ...]:
    """Drop the lines above the text that say nothing but title, date, number, authors and source.

    All of it is kept as metadata; as passages such lines would be found and answer nothing.
    """
    first = next(
        (i for i, block in enumerate(blocks) if not _is_head(block, stated, title)), len(blocks)
    )
    return tuple(blocks[first:])


def _head_and_headings(titled: Sequence[Block], kept: Sequence[Block]) -> tuple[LeftOut, ...]:
    """Return what is in no passage: the lines of the head, and headings that head no text."""
    head = titled[: len(titled) - len(kept)]
    empty: list[Block] = []
    path: list[Block] = []  # headings under which no text stands yet
    for block in kept:
        if block.kind is BlockKind.HEADING:
            empty += [above for above in path if above.level >= block.level]
            path = [above for above in path if above.level < block.level] + [block]
        else:
            path = []
    return counted(
        [(OmissionReason.METADATA, block.text) for block in head]
        + [(OmissionReason.HEADING, block.text) for block in (*empty, *path)]
    )


def _is_head(block: Block, stated: Metadata, title: str) -> bool:
    if bare(block.text) == bare(title) or is_masthead(block.text):
        return True
    if block.kind not in {BlockKind.PARAGRAPH, BlockKind.HEADING} or len(block.text) > HEAD_LINE:
        return False
    parts = (from_first_lines([part]) for part in re.split(_PARTS, block.text))
    return all(
        said != Metadata() and said.title is None and said.over(stated) == stated for said in parts
    )


def _pages(spans: Sequence[Span]) -> Pages:
    """Return where the page changes; () if no block knows its page."""
    changes: list[tuple[int, int]] = []
    for span in spans:
        if span.block.page is not None:
            changes.append((span.start, span.block.page))
        changes += [(span.start + offset, page) for offset, page in span.block.page_breaks]
    firsts = (next(group) for _, group in groupby(changes, key=lambda change: change[1]))
    return tuple(firsts)


def _page_facts(document: Document) -> tuple[PageFacts, ...]:
    labels, confidence = dict(document.labels), dict(document.ocr)
    return tuple(
        PageFacts(page, _line(labels.get(page)) or None, confidence.get(page))
        for page in sorted({*labels, *confidence})
    )


def _line(stated: str | None) -> str:
    """Return what flags or file names state as one clean line: it goes to terminals and models."""
    return " ".join(clean(stated or "").split())


def _short(title: str) -> str:
    one_line = _line(title)
    return one_line if len(one_line) <= MAX_TITLE else one_line[: MAX_TITLE - 1].rstrip() + "…"


def _title_from(location: str) -> str:
    path = urlsplit(location).path if "://" in location else location
    name = PurePosixPath(unquote(path)).name
    stem = re.sub(r"\.[A-Za-z]{2,5}$", "", name).strip()
    return stem.replace("_", " ").strip() or name
