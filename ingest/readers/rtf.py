"""Read rich text (.rtf): paragraphs by striprtf; title and author of its info group."""

import re

from index.errors import ReadError
from index.left_out import OmissionReason, counted
from ingest.decode import clean
from ingest.document import Document, Metadata
from ingest.metadata import from_first_lines
from ingest.readers.rtf_visible import without_hidden
from ingest.readers.text import blocks_from_text, head_texts

MEDIA_TYPE = "application/rtf"
_FACT = r"\{\\%s ([^{}]{1,300})\}"


def read(data: bytes) -> Document:
    """Return the text of a rich text file as blocks."""
    from striprtf.striprtf import rtf_to_text

    source, hidden = without_hidden(data.decode("latin-1"))  # ASCII, with the rest escaped
    try:
        text = clean(rtf_to_text(source, encoding="cp1252", errors="replace"))
    except Exception as error:  # whatever a broken group makes the library trip over
        raise ReadError("damaged inside; open it, save it again and ingest that") from error
    blocks = blocks_from_text(re.sub(r"\n(?=\S)", "\n\n", _with_rows(text)))
    title, author = (re.search(_FACT % name, source) for name in ("title", "author"))
    stated = Metadata(
        title=clean(title[1]).strip() if title and "\\" not in title[1] else None,
        authors=(clean(author[1]).strip(),) if author and "\\" not in author[1] else (),
    )
    metadata = from_first_lines(head_texts(blocks)).over(stated)
    left_out = counted([(OmissionReason.HIDDEN, hidden)])
    return Document(blocks, metadata, MEDIA_TYPE, left_out=left_out)


def _with_rows(text: str) -> str:
    """Return the text with the rows of tables, which striprtf ends with a bar a cell, as rows."""
    lines = text.split("\n")
    rows = [line.count("|") if line.rstrip().endswith("|") else 0 for line in lines]
    for place, (cells, line) in enumerate(zip(rows, lines, strict=True)):
        if cells > 1:
            follows = place > 0 and rows[place - 1] > 1
            lines[place] = (
                f"{' ' * follows}| "
                + " | ".join(cell.strip() for cell in line.rstrip()[:-1].split("|"))
                + " |"
            )
    return "\n".join(lines)
