"""Read OpenDocument texts, sheets and slides (.odt, .ods, .odp), as the format's XML has them.

Deletions, comments and indexes are left out; text boxes stand behind the text as boxes.
"""

import zipfile
from collections.abc import Iterator
from typing import Any

from index.errors import ReadError
from index.left_out import OmissionReason, counted
from ingest.decode import clean
from ingest.document import Block, BlockKind, Document, Metadata
from ingest.metadata import from_first_lines
from ingest.readers import archive_guard
from ingest.readers.boxes import boxed, repeats
from ingest.readers.html_blocks import numeral
from ingest.readers.odf_visible import OdfStyles, remove_hidden
from ingest.readers.tables import table_block

MEDIA_TYPE = "application/vnd.oasis.opendocument"
_NS = "{urn:oasis:names:tc:opendocument:xmlns:%s:1.0}"
_TEXT, _TABLE, _DRAW, _OFFICE, _STYLE = (
    _NS % name for name in ("text", "table", "drawing", "office", "style")
)
_LEFT = {
    f"{_TEXT}tracked-changes", f"{_OFFICE}annotation", f"{_TEXT}table-of-content",
    f"{_TEXT}note", f"{_DRAW}text-box", f"{_TEXT}sequence-decls",
}  # fmt: skip
_MOST_REPEATED = 50  # columns or rows that a sheet says are repeated, at most


def read(data: bytes) -> Document:
    """Return headings, paragraphs, lists, tables, notes and boxes in order."""
    with archive_guard.opened(data) as archive:
        if "META-INF/manifest.xml" in archive.namelist() and (
            b"encryption-data" in archive.read("META-INF/manifest.xml")
        ):
            raise ReadError("encrypted; remove the password and ingest it again")
        root = _parsed(archive, "content.xml")
        _write_numbers(root, _numbering(archive, root))
        stated = _stated(archive)
        styled = "styles.xml" in archive.namelist()
        styles = OdfStyles(_parsed(archive, "styles.xml") if styled else None, root)
    body = root.find(f"{_OFFICE}body")
    hidden = remove_hidden(body if body is not None else root, styles)
    text = list(_blocks(body if body is not None else root, 0))
    notes = [
        Block(BlockKind.FOOTNOTE, f"{number}. {_words(note.find(f'{_TEXT}note-body'))}")
        for number, note in enumerate(root.iter(f"{_TEXT}note"), 1)
        if note.find(f"{_TEXT}note-body") is not None
    ]
    boxes = [list(_blocks(box, 0)) for box in root.iter(f"{_DRAW}text-box")]
    apart = [block for box in boxes if not repeats(box, text) for block in boxed(box)]
    slides = not text and bool(boxes)
    blocks = [block for box in boxes for block in box] if slides else [*text, *notes, *apart]
    head = [b.text for b in blocks[:15] if b.kind in (BlockKind.HEADING, BlockKind.PARAGRAPH)]
    top = blocks[0].text if blocks and blocks[0].kind is BlockKind.HEADING else None
    metadata = Metadata(title=top).over(from_first_lines(head)).over(stated)
    left_out = counted((OmissionReason.HIDDEN, text) for text in hidden)
    return Document(tuple(blocks), metadata, MEDIA_TYPE, left_out=left_out)


def _blocks(element: Any, depth: int) -> Iterator[Block]:
    for child in element:
        tag = child.tag
        if tag in _LEFT or not isinstance(tag, str):
            continue
        if tag == f"{_TEXT}h":
            level = int(child.get(f"{_TEXT}outline-level") or 1)
            yield from _block(BlockKind.HEADING, child, level)
        elif tag == f"{_TEXT}p":
            kind = BlockKind.BULLET if depth else BlockKind.PARAGRAPH
            is_title = child.get(f"{_TEXT}style-name") == "Title"
            yield from _block(BlockKind.HEADING if is_title else kind, child, depth or is_title)
        elif tag == f"{_TABLE}table":
            rows = [list(_cells(row)) for row in child.iter(f"{_TABLE}table-row")]
            marked = next(child.iter(f"{_TABLE}table-header-rows"), None) is not None
            yield from table_block(rows, header=marked)
        else:
            yield from _blocks(child, depth + (tag == f"{_TEXT}list"))


def _numbering(archive: zipfile.ZipFile, root: Any) -> dict[str, dict[int, tuple[str, str, int]]]:
    """Return form, suffix and start of each numbered level of each style of lists."""
    try:
        parts = [_parsed(archive, "styles.xml"), root]
    except ReadError:
        parts = [root]
    found: dict[str, dict[int, tuple[str, str, int]]] = {}
    for style in (each for part in parts for each in part.iter(f"{_TEXT}list-style")):
        levels = style.iter(f"{_TEXT}list-level-style-number")
        found[style.get(f"{_STYLE}name") or ""] = {
            int(each.get(f"{_TEXT}level") or 1): (
                each.get(f"{_STYLE}num-format") or "",
                each.get(f"{_STYLE}num-suffix") or "",
                int(each.get(f"{_TEXT}start-value") or 1),
            )
            for each in levels
        }
    return found


def _write_numbers(root: Any, styles: dict[str, dict[int, tuple[str, str, int]]]) -> None:
    """Put the number of each item of the numbered lists before its first paragraph, in place."""
    reached: dict[tuple[str, int], int] = {}
    for listed in root.iter(f"{_TEXT}list"):
        around = list(listed.iterancestors(f"{_TEXT}list"))
        names = (each.get(f"{_TEXT}style-name") for each in (listed, *around))
        name, level = next(filter(None, names), ""), len(around) + 1
        form, suffix, number = styles.get(name, {}).get(level, ("", "", 1))
        if listed.get(f"{_TEXT}continue-numbering") == "true":
            number = reached.get((name, level), number)
        for item in listed.iterchildren(f"{_TEXT}list-item") if form else ():
            number = int(item.get(f"{_TEXT}start-value") or number)
            first = next(item.iterchildren(f"{_TEXT}p", f"{_TEXT}h"), None)
            if first is not None:
                first.text = f"{numeral(number, form)}{suffix} {first.text or ''}"
            number += 1
        reached[name, level] = number


def _block(kind: BlockKind, element: Any, level: int) -> Iterator[Block]:
    if text := _words(element):
        yield Block(kind, text, int(level))


def _cells(row: Any) -> Iterator[str]:
    for cell in row:
        if cell.tag == f"{_TABLE}table-cell":
            text = _words(cell)
            times = int(cell.get(f"{_TABLE}number-columns-repeated") or 1)
            yield from [text] * (min(times, _MOST_REPEATED) if text else 1)
        elif cell.tag == f"{_TABLE}covered-table-cell":
            yield ""


def _words(element: Any) -> str:
    """Return the text in an element in one line, its notes as marks and its boxes left out."""
    return " ".join(clean("".join(_pieces(element))).split())


def _pieces(element: Any) -> Iterator[str]:
    yield element.text or ""
    for child in element:
        if child.tag == f"{_TEXT}note":
            yield f"[{''.join(child.itertext(f'{_TEXT}note-citation')).strip()}]"
        elif child.tag in (f"{_TEXT}s", f"{_TEXT}tab", f"{_TEXT}line-break"):
            yield " "
        elif isinstance(child.tag, str) and child.tag not in _LEFT:
            yield from _pieces(child)
            if child.tag == f"{_TEXT}p":
                yield " "
        yield child.tail or ""


def _parsed(archive: zipfile.ZipFile, name: str) -> Any:
    from lxml import etree

    parser = etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False)
    try:
        return etree.fromstring(archive.read(name), parser)
    except (KeyError, etree.XMLSyntaxError) as error:
        raise ReadError("damaged inside; open it, save it again and ingest that") from error


def _stated(archive: zipfile.ZipFile) -> Metadata:
    """Return title and author of the document's properties; their dates are file times."""
    try:
        root = _parsed(archive, "meta.xml")
    except ReadError:
        return Metadata()
    found = {node.tag.rpartition("}")[2]: (node.text or "").strip() for node in root.iter()}
    author = clean(found.get("initial-creator", ""))
    return Metadata(
        title=clean(found.get("title", "")) or None, authors=(author,) if author else ()
    )
