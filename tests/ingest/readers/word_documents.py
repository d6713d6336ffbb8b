"""Word documents for tests: python-docx's own without its hundred styles of tables."""

import io
from functools import cache

import docx
from docx.document import Document
from docx.enum.style import WD_STYLE_TYPE

KEPT = ("Normal Table", "Table Grid")


@cache
def _template() -> bytes:
    made = docx.Document()
    for style in list(made.styles):
        if style.type == WD_STYLE_TYPE.TABLE and style.name not in KEPT:
            style.delete()
    target = io.BytesIO()
    made.save(target)
    return target.getvalue()


def empty_document() -> Document:
    """Return a document with nothing in it; to read one with all the styles takes a second."""
    return docx.Document(io.BytesIO(_template()))
