"""Draws a brief as a Word document: title, byline, headings, bullets, tables.

python-docx stamps its archive with the time of writing; it is packed anew with the brief's date.
"""

from io import BytesIO
from zipfile import ZIP_DEFLATED, ZipFile, ZipInfo

from docx import Document
from docx.document import Document as WordDocument

from rendering.source import Block, Brief

STYLES = {"heading": "Heading 1", "bullet": "List Bullet", "paragraph": "Normal"}


def render(brief: Brief) -> bytes:
    """Return the document; the same brief gives the same bytes."""
    document = Document()
    document.add_paragraph(brief.title, style="Title")
    document.add_paragraph(" · ".join(brief.byline), style="Subtitle")
    for block in brief.blocks:
        if block.kind == "table":
            _add_table(document, block)
        else:
            document.add_paragraph(block.text, style=STYLES[block.kind])
    _set_properties(document, brief)
    packed = BytesIO()
    document.save(packed)
    return _repack(packed, brief)


def _add_table(document: WordDocument, block: Block) -> None:
    table = document.add_table(rows=0, cols=len(block.rows[0]), style="Table Grid")
    for row in block.rows:
        for cell, text in zip(table.add_row().cells, row, strict=True):
            cell.text = text


def _set_properties(document: WordDocument, brief: Brief) -> None:
    properties = document.core_properties
    properties.title, properties.author = brief.title, brief.author
    properties.subject = brief.number
    properties.comments = ""
    properties.created = properties.modified = brief.date.replace(tzinfo=None)
    properties.last_modified_by = brief.author


def _repack(packed: BytesIO, brief: Brief) -> bytes:
    fixed = BytesIO()
    with ZipFile(packed) as old, ZipFile(fixed, "w", ZIP_DEFLATED) as new:
        for name in old.namelist():
            entry = ZipInfo(name, brief.date.timetuple()[:6])
            entry.compress_type = ZIP_DEFLATED
            new.writestr(entry, old.read(name))
    return fixed.getvalue()
