"""Read PowerPoint slides (.pptx): each slide a page under its title, with tables and notes."""

import io
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

from index.errors import ReadError
from index.left_out import OmissionReason, counted
from ingest.decode import clean
from ingest.document import Block, BlockKind, Document, Metadata
from ingest.metadata import from_first_lines
from ingest.readers import archive_guard, needs
from ingest.readers.html_blocks import numeral
from ingest.readers.pptx_visible import (
    COVERED,
    PALE,
    covered,
    ground_of,
    ground_of_cell,
    is_away,
    is_switched_off,
    shown_runs,
)
from ingest.readers.styles import Colour
from ingest.readers.tables import table_block

MEDIA_TYPE = "application/vnd.openxmlformats-officedocument.presentationml.presentation"

_A = "{http://schemas.openxmlformats.org/drawingml/2006/main}"
_FORMS = {"alphaLc": "a", "alphaUc": "A", "romanLc": "i", "romanUc": "I"}  # else figures


def read(data: bytes) -> Document:
    """Return the text of the slides in order; hidden slides are left out and counted."""
    archive_guard.opened(data).close()
    try:
        from pptx import Presentation
    except ImportError as error:
        raise needs("office") from error
    try:
        deck = Presentation(io.BytesIO(data))
        slides, size = list(deck.slides), (deck.slide_width or 0, deck.slide_height or 0)
    except Exception as error:  # whatever a broken part makes the library trip over
        raise ReadError("damaged inside; open it, save it again and ingest that") from error
    blocks: list[Block] = []
    hidden: list[tuple[OmissionReason, str]] = []
    warnings: set[str] = set()
    for number, slide in enumerate(slides, 1):
        view = _View(slide, number, size)
        found = list(_slide(view))
        hidden += [(OmissionReason.HIDDEN, text) for text in view.hidden]
        warnings |= view.warnings
        if slide.element.get("show") in ("0", "false"):
            hidden += [(OmissionReason.HIDDEN, block.text) for block in found]
        else:
            blocks += found
    first = [block.text for block in blocks if block.page == 1]
    title = next((b.text for b in blocks if b.kind is BlockKind.HEADING), None)
    metadata = Metadata(title=title).over(from_first_lines([t for t in first if t != title]))
    return Document(
        tuple(blocks), metadata, MEDIA_TYPE, tuple(sorted(warnings)), left_out=counted(hidden)
    )


@dataclass
class _View:
    """A slide being read, and what of it nobody sees."""

    slide: Any
    number: int
    size: tuple[int, int]  # width and height in English metric units
    hidden: list[str] = field(default_factory=list)
    warnings: set[str] = field(default_factory=set)


def _slide(view: _View) -> Iterator[Block]:
    slide, number = view.slide, view.number
    title = slide.shapes.title
    every = list(slide.shapes)
    if any(covered(every)):
        view.warnings.add(COVERED)
    if title is not None and not is_away(title, view.size):
        text = " ".join(_seen(view, title, every, each) for each in title.text_frame.paragraphs)
        if named := _line(text):
            yield Block(BlockKind.HEADING, named, 1, number)
    for shape in _shapes(slide.shapes):
        if title is not None and shape.shape_id == title.shape_id:
            continue
        if is_away(shape, view.size):
            view.hidden += [text for text in _texts(shape) if text.strip()]
        elif getattr(shape, "has_table", False):
            rows = [[_cell(view, cell) for cell in row.cells] for row in shape.table.rows]
            yield from table_block(rows, header=bool(shape.table.first_row), page=number)
        elif shape.has_text_frame:
            yield from _paragraphs(view, shape, every)
    if slide.has_notes_slide and slide.notes_slide.notes_text_frame is not None:
        for line in slide.notes_slide.notes_text_frame.text.split("\n"):
            if text := _line(line):
                yield Block(BlockKind.PARAGRAPH, text, 0, number)


def _shapes(shapes: Any) -> Iterator[Any]:
    """Yield the shapes from top to bottom and left to right, those of groups among them."""
    for shape in sorted(shapes, key=lambda each: (each.top or 0, each.left or 0)):
        if hasattr(shape, "shapes") and not is_switched_off(shape):
            yield from _shapes(shape.shapes)
        else:
            yield shape


def _texts(shape: Any) -> Iterator[str]:
    """Yield the texts of a shape, of the cells of its table, or of the shapes of its group."""
    if hasattr(shape, "shapes"):
        for each in shape.shapes:
            yield from _texts(each)
    elif getattr(shape, "has_table", False):
        yield from (cell.text for row in shape.table.rows for cell in row.cells)
    elif shape.has_text_frame:
        yield shape.text_frame.text


def _paragraphs(view: _View, shape: Any, every: Sequence[Any]) -> Iterator[Block]:
    is_list = shape.is_placeholder and len(shape.text_frame.paragraphs) > 1
    counted: dict[int, int] = {}
    for paragraph in shape.text_frame.paragraphs:
        text = _line(_seen(view, shape, every, paragraph))
        if text and not re.fullmatch(r"\d{1,3}", text):  # the slide's number
            mark = _number(paragraph, counted)
            kind = BlockKind.BULLET if is_list or mark else BlockKind.PARAGRAPH
            level = paragraph.level + 1 if kind is BlockKind.BULLET else 0
            yield Block(kind, f"{mark} {text}".strip(), level, view.number)


def _number(paragraph: Any, counted: dict[int, int]) -> str:
    """Return the number that PowerPoint shows before a paragraph; `counted` has those before it."""
    level = paragraph.level
    for deeper in [each for each in counted if each > level]:
        del counted[deeper]
    form = paragraph._p.find(f"{_A}pPr/{_A}buAutoNum")
    if form is None:
        counted.pop(level, None)
        return ""
    counted[level] = counted.get(level, int(form.get("startAt") or 1) - 1) + 1
    kind = str(form.get("type") or "arabicPeriod")
    shown = numeral(counted[level], next((n for k, n in _FORMS.items() if kind.startswith(k)), "1"))
    if kind.endswith("ParenBoth"):
        return f"({shown})"
    return shown + ("." if kind.endswith("Period") else ")" if kind.endswith("ParenR") else "")


def _seen(view: _View, shape: Any, every: Sequence[Any], paragraph: Any) -> str:
    """Return the text of a paragraph that is seen; the rest is added to the view's hidden text."""
    if not paragraph.runs:
        return str(paragraph.text)
    ids = [each.shape_id for each in every]
    below = every[: ids.index(shape.shape_id)] if shape.shape_id in ids else []
    return _split(view, paragraph, ground_of(shape, below, view.slide))


def _cell(view: _View, cell: Any) -> str:
    """Return the text of a table's cell that is seen; the rest is added to the view's."""
    ground = ground_of_cell(cell)
    lines = (
        _split(view, paragraph, ground) if paragraph.runs else str(paragraph.text)
        for paragraph in cell.text_frame.paragraphs
    )
    return _line(" ".join(lines))


def _split(view: _View, paragraph: Any, ground: Colour | None) -> str:
    seen, hidden, unsure = shown_runs(paragraph, ground)
    view.hidden += [hidden] if hidden.strip() else []
    view.warnings |= {PALE} if unsure else set()
    return seen


def _line(text: str) -> str:
    return " ".join(clean(text.replace("\x0b", " ")).split())
