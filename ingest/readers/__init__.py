"""Choose the reader for a file: by its content, then by media type, then by its name.

A file that is not what its name says is read as what it is, with a warning, or refused with the
reason. Only the reader that is needed is imported.
"""

from collections.abc import Callable
from dataclasses import replace
from importlib import import_module

from index.errors import ReadError
from ingest.document import Document
from ingest.readers.sniff import FileFormat, by_content, by_label, suffix_of

SUPPORTED_SUFFIXES = frozenset(
    ("txt", "text", "md", "markdown", "html", "htm", "xhtml", "pdf", "docx", "eml")
)
_ARTICLE = {
    FileFormat.HTML: "an HTML page",
    FileFormat.EML: "an e-mail",
    FileFormat.DOCX: "a Word document",
}

__all__ = ["SUPPORTED_SUFFIXES", "read", "suffix_of"]


def read(data: bytes, name: str, media_type: str | None = None) -> Document:
    """Return the content of a file; `name` may be a path or URL, `media_type` what a server said.

    Raises ReadError with the reason and a fix; the message leaves the name to the caller.
    """
    if not data.strip(b" \t\r\n\x00\xef\xbb\xbf\xff\xfe"):
        raise ReadError("empty; put text into it or leave it out")
    labelled = by_label(name, media_type)
    found = by_content(data, labelled)
    document = _reader(found)(data)
    if not any(block.text.strip() for block in document.blocks) and not document.attachments:
        raise ReadError("no text in it; check the file and ingest it again")
    return replace(document, warnings=(*_misnamed(name, found), *document.warnings))


def _reader(found: FileFormat) -> Callable[[bytes], Document]:
    """Return the read function of the module that is named like the format."""
    reader: Callable[[bytes], Document] = import_module(f"ingest.readers.{found.value}").read
    return reader


def _misnamed(name: str, found: FileFormat) -> tuple[str, ...]:
    """Return a warning if the name promises another format than the content has."""
    suffix = suffix_of(name)
    promised = by_label(name, None) if suffix in SUPPORTED_SUFFIXES else None
    if (
        promised is None
        or promised is found
        or {promised, found} <= {FileFormat.TEXT, FileFormat.MARKDOWN}
    ):
        return ()
    what = _ARTICLE.get(found, "plain text" if found is FileFormat.TEXT else f"a {found.name} file")
    return (f"named .{suffix}, but it is {what} and was read as such",)
