"""Read a PDF: pages to blocks, first page and document information to metadata.

Refuses what is encrypted, damaged, too long or scanned. Scripts, forms and attachments are ignored.
"""

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import replace
from itertools import takewhile
from typing import Any

from index.errors import ReadError
from index.left_out import OmissionReason, counted
from ingest.decode import clean
from ingest.document import Block, BlockKind, Document, Metadata
from ingest.metadata import from_first_lines
from ingest.publishers import Profile, profile_of
from ingest.readers.boxes import boxed, repeats
from ingest.readers.joined_lines import Words
from ingest.readers.pdf_boxes import Shape, part_boxes, whole_boxes
from ingest.readers.pdf_layout import (
    body_size,
    reading_order,
    split_notes,
    with_drop_caps,
    without_contents,
)
from ingest.readers.pdf_legible import PageText, is_gibberish, is_pictured, is_short
from ingest.readers.pdf_lines import LeftOutText, PdfLine, page_lines
from ingest.readers.pdf_ocr import LEAST_SURE, is_installed, ocr_lines
from ingest.readers.pdf_paragraphs import Paragraphs
from ingest.readers.pdf_running import without_running_lines
from ingest.readers.pdf_tables import with_tables
from ingest.readers.pdf_visible import seen_page
from ingest.readers.pdf_words import main_turn, page_words
from ingest.stated_dates import find_date

MEDIA_TYPE = "application/pdf"
MAX_PAGES = 2_000
_MIN_TEXT_SHARE = 0.5  # with text on fewer of its pages a PDF counts as scanned
_JUNK_TITLE = re.compile(
    r"^(?:microsoft (?:word|powerpoint|excel)\b|untitled|(?:no )?title$|document\d*$|slide \d+)"
    r"|\.(?:docx?|pdf|pptx?|xlsx?|indd|qxd|tex|rtf|odt|html?)$|^[\W\d_]*$",
    re.IGNORECASE,
)
_JUNK_AUTHOR = re.compile(
    r"^(?:microsoft|admin|administrator|user|owner|unknown|author|default|root|scanner|anonymous)\b"
    r"|@|\\|^[\W\d_]*$",
    re.IGNORECASE,
)
_ADDRESS = re.compile(r"(?:https?://|www\.)\S+")
_MASTHEAD_BLOCKS = 5  # so many short blocks above the title are the publisher's masthead
_CLOSING_BLOCKS = 6  # a publisher's closing boilerplate is at most so many blocks


def read(data: bytes) -> Document:
    """Return the text of a PDF in reading order, with the page of each block.

    Raises ReadError if it is encrypted, damaged, too long or has no text on most of its pages.
    """
    document = _opened(data)
    try:
        count = len(document)
        if count > MAX_PAGES:
            raise ReadError(
                f"{count} pages, the limit is {MAX_PAGES}; split it and ingest the parts"
            )
        left_out: LeftOutText = []
        found, broken = _lines(document, count, left_out)
        stated = document.get_metadata_dict(skip_empty=True)
        labels = _labels(document, count)
    finally:
        document.close()
    warnings = _yield_warnings(found, broken)
    pages = [list(page.lines) for page in found]
    ocr = tuple((i, page.confidence) for i, page in enumerate(found, 1) if page.confidence)
    body = body_size(pages)
    profile = profile_of("\n".join(line.text for lines in pages for line in lines))
    metadata = _metadata(reading_order(pages[0], body), pages, stated, profile)
    every, boxes = _blocks(pages, [page.shapes for page in found], profile, left_out)
    blocks = _without_front(every, metadata, profile)
    left_out += _front(every, blocks)
    blocks += _boxed(boxes, blocks, left_out)
    return Document(
        blocks, metadata, MEDIA_TYPE, warnings, left_out=counted(left_out), labels=labels, ocr=ocr
    )


def _advice() -> str:
    if is_installed():
        return "get a better copy and ingest it again"
    return "pip install 'brief-bot[ocr]' reads such pages; then ingest it again"


def _labels(document: Any, count: int) -> tuple[tuple[int, str], ...]:
    """Return the numbers that the file says are printed on its pages, where they are others."""
    named = ((page, document.get_page_label(page - 1).strip()) for page in range(1, count + 1))
    return tuple((page, label) for page, label in named if label not in {"", str(page)})


def _opened(data: bytes) -> Any:
    import pypdfium2 as pdfium

    try:
        return pdfium.PdfDocument(data)
    except pdfium.PdfiumError as error:
        reason = str(error).lower()
        if "password" in reason or "security" in reason:
            raise ReadError("encrypted; remove the password and ingest it again") from error
        raise ReadError("damaged or cut short; get a complete copy and ingest it again") from error


def _lines(document: Any, count: int, left_out: LeftOutText) -> tuple[list[PageText], int]:
    """Return the lines of each page, and how many pages could not be read at all."""
    import pypdfium2 as pdfium

    pages: list[PageText] = []
    broken = 0
    for index in range(count):
        found = PageText((), pictured=False)
        lost: LeftOutText = []
        try:
            page = document[index]
            try:
                found = _page(page, index + 1, lost)
            finally:
                page.close()
        except pdfium.PdfiumError:
            broken += 1
        left_out += lost
        pages.append(found)
    return pages, broken


def _page(page: Any, number: int, lost: LeftOutText) -> PageText:
    seen = seen_page(page, page_words(page), lost)
    layered = seen.layered
    cleaned = (_cleaned(line) for line in page_lines(seen.words, number, lost))
    lines = [line for line in cleaned if line.text.strip()]
    short = is_short(lines)
    if (short and not is_pictured(page, lines)) or not (short or is_gibberish(lines)):
        upright = not seen.words or main_turn(seen.words) == 0
        shapes = seen.shapes if upright else ()  # lines of a turned page have other places
        return PageText(lines, pictured=False, layered=layered, shapes=shapes)
    if is_installed():
        read, confidence = ocr_lines(page, number)
        if not is_short(read) and confidence >= LEAST_SURE:
            lost.clear()  # the words that were counted are those of the picture
            kept = [_cleaned(line) for line in read]
            return PageText(kept, pictured=False, confidence=confidence)
    if short:
        return PageText(lines, pictured=True, layered=layered)
    lost += [(OmissionReason.UNREADABLE, line.whole) for line in lines]
    return PageText((), pictured=True, garbled=True)


def _cleaned(line: PdfLine) -> PdfLine:
    """Normalise the text; a soft hyphen at the end stays until the lines are joined."""
    tail = "\u00ad" if line.text.endswith("\u00ad") else ""
    return replace(line, text=clean(line.text).strip() + tail)


def _yield_warnings(pages: list[PageText], broken: int) -> tuple[str, ...]:
    """Return what the report should say of pages without text; refuse if they are most."""
    total = len(pages)
    blank = sum(page.is_blank for page in pages)
    empty = sum(page.is_blank or not page.lines for page in pages)
    garbled = sum(page.garbled for page in pages)
    if broken * 2 > total or not total:
        raise ReadError(f"damaged, {broken} of {total} pages cannot be read; get a complete copy")
    if garbled > (1 - _MIN_TEXT_SHARE) * total:
        raise ReadError(
            f"its text is unreadable on {garbled} of {total} pages: the file does not say which "
            f"letters its signs stand for; {_advice()}"
        )
    if total - blank < _MIN_TEXT_SHARE * total:
        raise ReadError(f"no text on {blank} of {total} pages, probably scanned; {_advice()}")
    read = sum(page.confidence is not None for page in pages)
    said = (
        (empty - garbled, "no text"),
        (garbled, "unreadable text"),
        (read, "text read by OCR, letters without accents,"),
        (sum(page.layered for page in pages), "text that only a picture over or under it shows"),
    )
    return tuple(f"{what} on {count} of {total} pages" for count, what in said if count)


def _metadata(
    first: list[PdfLine], pages: list[list[PdfLine]], stated: dict[str, str], profile: Profile
) -> Metadata:
    """Join what the first page says, what the publisher adds, and sane document information."""
    title = _set_title(first, body_size(pages))
    said = from_first_lines([*filter(None, [title]), *(line.text for line in first)])
    number, edition = _numbered(pages, profile)
    named = clean(stated.get("Title", "")).strip()
    names = re.split(r"\s*[;,]\s*|\s+and\s+", clean(stated.get("Author", "")).strip())
    info = Metadata(
        title=named if len(named) > 3 and not _JUNK_TITLE.search(named) else None,
        authors=tuple(name for name in names if " " in name and not _JUNK_AUTHOR.search(name)),
        number=number,
        edition=edition,
    )
    return Metadata(title=title).over(replace(info, title=None)).over(said).over(info)


def _set_title(first: list[PdfLine], body: float) -> str | None:
    """Return the title that the first page shows: its largest type, well above that of the text."""
    largest = max((line.size for line in first), default=0.0)
    if largest < 1.2 * body:
        return None
    start = next(i for i, line in enumerate(first) if line.size == largest)
    lines = list(takewhile(lambda line: line.size > 0.95 * largest, first[start : start + 6]))
    title = Words(line.text for line in first).join(line.text for line in lines)[0]
    return title if 3 < len(title) < 300 else None


def _numbered(pages: list[list[PdfLine]], profile: Profile) -> tuple[str | None, str | None]:
    """Return report number and edition, from lines that say nothing else, on the outer pages."""
    outer = [line.text.strip() for lines in [*pages[-3:], *pages[:2]] for line in lines]
    lone = next((text for text in outer if profile.lone_number.fullmatch(text)), None)
    found = next((match for text in outer if (match := profile.edition_line.search(text))), None)
    return (found["number"] or lone, found["edition"]) if found else (lone, None)


def _blocks(
    pages: list[list[PdfLine]],
    shapes: Sequence[Sequence[Shape]],
    profile: Profile,
    left_out: LeftOutText,
) -> tuple[tuple[Block, ...], list[tuple[Block, ...]]]:
    """Return the blocks of the text, and those of each box beside it."""
    body = body_size(pages)
    texts: list[list[PdfLine]] = []
    for lines in pages:
        editions = [line for line in lines if profile.edition_line.search(line.text)]
        left_out += [(OmissionReason.METADATA, line.whole) for line in editions]
        texts.append(with_drop_caps([line for line in lines if line not in editions]))
    texts = without_running_lines(texts, body, left_out)
    parts = [part_boxes(lines, drawn, body) for lines, drawn in zip(texts, shapes, strict=True)]
    kept = [without_contents(reading_order(part.text, body), left_out) for part in parts]
    boxes = [
        (size, [reading_order(lines, size) for lines in box])
        for box in whole_boxes(parts)
        if (size := body_size(box))
    ]
    boxed_lines = (lines for _, box in boxes for lines in box)
    words = Words(line.text for lines in (*kept, *boxed_lines) for line in lines)
    blocks = _set(kept, body, words, left_out)
    return blocks, [_set(box, size, words, left_out) for size, box in boxes]


def _set(
    pages: list[list[PdfLine]], body: float, words: Words, left_out: LeftOutText
) -> tuple[Block, ...]:
    """Return the blocks that the ordered lines of some pages make."""
    parted = [split_notes(lines, body) for lines in pages]
    paragraphs = Paragraphs([text for text, _ in parted], body)
    for text, notes in parted:
        paragraphs.add_page(with_tables(text), notes)
    blocks = paragraphs.blocks(words)
    left_out += paragraphs.left_out
    return blocks


def _boxed(
    boxes: list[tuple[Block, ...]], text: Sequence[Block], left_out: LeftOutText
) -> tuple[Block, ...]:
    """Return the boxes, each under its heading, without those that repeat the text."""
    kept: list[Block] = []
    for box in boxes:
        if repeats(box, text):
            left_out += [(OmissionReason.REPEATED, block.text) for block in box]
        else:
            heading, *inner = boxed(box)
            kept += [replace(heading, page=box[0].page), *inner]
    return tuple(kept)


def _without_front(
    blocks: tuple[Block, ...], metadata: Metadata, profile: Profile
) -> tuple[Block, ...]:
    """Drop what the cover says besides the title, its repetition, and closing boilerplate."""
    title = (metadata.title or "").casefold()
    titles = [i for i, b in enumerate(blocks) if title and b.text.casefold() == title]
    start = titles[0] if titles else 0
    above = blocks[:start]
    if len(above) <= _MASTHEAD_BLOCKS and all(len(block.text) < 80 for block in above):
        blocks = blocks[start:]
    kept = [b for b in blocks if not (_is_front(b, metadata) or b.text == metadata.number)]
    kept = [b for i, b in enumerate(kept) if not (i and title and b.text.casefold() == title)]
    for i, block in enumerate(kept):
        closing = len(kept) - i <= _CLOSING_BLOCKS and block.kind is BlockKind.HEADING
        if closing and profile.closing.fullmatch(block.text):
            return tuple(kept[:i])
    return tuple(kept)


def _front(every: tuple[Block, ...], kept: tuple[Block, ...]) -> LeftOutText:
    """Return what the cover and the closing pages said of the `every` blocks that are not kept."""
    held = Counter(map(id, kept))
    last = max((i for i, block in enumerate(every) if held[id(block)]), default=-1)
    return [
        (OmissionReason.METADATA if i <= last else OmissionReason.BOILERPLATE, block.text)
        for i, block in enumerate(every)
        if not held[id(block)]
    ]


def _is_front(block: Block, metadata: Metadata) -> bool:
    """Tell whether the block says on page 1 what is metadata already, and nothing else."""
    if block.page != 1 or block.kind not in (BlockKind.HEADING, BlockKind.PARAGRAPH):
        return False
    if len(block.text) >= 40:
        return False
    stated = find_date(block.text)
    known = stated and stated in (metadata.date, metadata.updated)
    return bool(known or _ADDRESS.fullmatch(block.text))
