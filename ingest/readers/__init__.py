"""Choose the reader for a file: by its content, then by media type, then by its name.

A file that is not what its name says is read as what it is, with a warning, or refused with the
reason. Only the reader that is needed is imported.
"""

import re
import zipfile
from collections.abc import Callable
from dataclasses import replace
from enum import StrEnum
from importlib import import_module
from io import BytesIO

from index.errors import ReadError
from ingest.decode import decode, wide_encoding
from ingest.document import BlockKind, Document
from ingest.metadata import from_first_lines, is_masthead


class FileFormat(StrEnum):
    """A format that we read; the value is the name of its reader's module."""

    TEXT = "text"
    MARKDOWN = "markdown"
    HTML = "html"
    PDF = "pdf"
    DOCX = "docx"
    EML = "eml"
    PPTX = "pptx"
    XLSX = "xlsx"
    ODF = "odf"
    RTF = "rtf"
    EPUB = "epub"
    MSG = "msg"
    ZIP = "archive"


_SUFFIXES = {
    "txt": FileFormat.TEXT,
    "text": FileFormat.TEXT,
    "md": FileFormat.MARKDOWN,
    "markdown": FileFormat.MARKDOWN,
    "html": FileFormat.HTML,
    "htm": FileFormat.HTML,
    "xhtml": FileFormat.HTML,
    "pdf": FileFormat.PDF,
    "docx": FileFormat.DOCX,
    "eml": FileFormat.EML,
    "pptx": FileFormat.PPTX,
    "xlsx": FileFormat.XLSX,
    "odt": FileFormat.ODF,
    "ods": FileFormat.ODF,
    "odp": FileFormat.ODF,
    "rtf": FileFormat.RTF,
    "epub": FileFormat.EPUB,
    "msg": FileFormat.MSG,
    "zip": FileFormat.ZIP,
}
_TEXTS = frozenset((FileFormat.TEXT, FileFormat.MARKDOWN, FileFormat.HTML, FileFormat.EML))
SUPPORTED_SUFFIXES = frozenset(_SUFFIXES)
_MEDIA_TYPES = {
    "text/markdown": FileFormat.MARKDOWN,
    "text/x-markdown": FileFormat.MARKDOWN,
    "text/html": FileFormat.HTML,
    "application/xhtml+xml": FileFormat.HTML,
    "application/pdf": FileFormat.PDF,
    "application/x-pdf": FileFormat.PDF,
    "application/vnd.openxmlformats-officedocument.wordprocessingml.document": FileFormat.DOCX,
    "message/rfc822": FileFormat.EML,
}
_IMAGE = "an image; run OCR on it (for example ocrmypdf), or ingest the text it shows"
_SOUND = "sound or video, no text; ingest a transcript"
_ARCHIVE = "an archive; unpack it and ingest the files inside"
_PROGRAM = "a program, no text; leave it out"
_REFUSED: tuple[tuple[bytes, str], ...] = (
    (b"\x89PNG\r\n", _IMAGE),
    (b"\xff\xd8\xff", _IMAGE),
    (b"GIF8", _IMAGE),
    (b"II*\x00", _IMAGE),
    (b"MM\x00*", _IMAGE),
    (b"\x00\x00\x01\x00", _IMAGE),
    (b"8BPS", _IMAGE),
    (b"\x1f\x8b", _ARCHIVE),
    (b"BZh", _ARCHIVE),
    (b"7z\xbc\xaf\x27\x1c", _ARCHIVE),
    (b"Rar!\x1a\x07", _ARCHIVE),
    (b"\xfd7zXZ\x00", _ARCHIVE),
    (b"\x28\xb5\x2f\xfd", _ARCHIVE),
    (b"ID3", _SOUND),
    (b"OggS", _SOUND),
    (b"fLaC", _SOUND),
    (b"\x1aE\xdf\xa3", _SOUND),
    (b"\x7fELF", _PROGRAM),
    (b"MZ\x90\x00", _PROGRAM),
    (b"\xcf\xfa\xed\xfe", _PROGRAM),
    (b"\xca\xfe\xba\xbe", _PROGRAM),
    (b"SQLite format 3\x00", "a database, no document; leave it out"),
    (b"%!PS", "PostScript; convert it to PDF and ingest that"),
)
_OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_OLE_STREAMS = (  # names of streams in a compound file, which tell whose it is
    ("EncryptedPackage", "encrypted; remove the password and ingest it again"),
    ("WordDocument", "an old Word document (.doc); save it as .docx and ingest that"),
    ("Workbook", "an old Excel workbook (.xls); save the text as .docx or PDF and ingest that"),
    ("PowerPoint Document", "an old PowerPoint file (.ppt); save it as PDF and ingest that"),
)
_OUTLOOK = "__properties_version1.0".encode("utf-16-le")
_ZIP_KINDS = (  # a part that only this format has
    ("word/document.xml", FileFormat.DOCX),
    ("xl/workbook.xml", FileFormat.XLSX),
    ("ppt/presentation.xml", FileFormat.PPTX),
    ("META-INF/container.xml", FileFormat.EPUB),
    ("content.xml", FileFormat.ODF),
)
_HEAD_BLOCKS = 15
_TITLE_KINDS = (BlockKind.HEADING, BlockKind.PARAGRAPH)
_PDF_REACH = 1024  # Acrobat looks for the header in so many bytes (ISO 32000-1, annex H)
_HTML = re.compile(
    r"(?:<\?xml[^>]*\?>\s*)?(?:<!--.*?-->\s*)*(?:<!doctype\s+html|<(?:html|head|body)[\s>])",
    re.IGNORECASE | re.DOTALL,
)
_FRAGMENT = re.compile(
    r"<(?:article|div|section|main|table|h[1-6]|p|ul|ol|meta|title|center|font)(?:\s[^<>]*)?>", re.I
)
_FIELD = re.compile(r"([!-9;-~]{1,76}):(?:\s|$)")
_TRANSPORT = frozenset(
    ("message-id", "mime-version", "received", "return-path", "delivered-to", "dkim-signature")
)
_LETTER = frozenset(("from", "to", "cc", "subject", "date", "content-type", "reply-to"))
_TITLE_MARK = re.compile(r"(?<=\S)\s?\[\d{1,3}\](?=\W|$)")
_ARTICLE = {
    FileFormat.HTML: "an HTML page",
    FileFormat.EML: "an e-mail",
    FileFormat.DOCX: "a Word document",
}


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
    document = _titled(document)
    return replace(document, warnings=(*_misnamed(name, found), *document.warnings))


def _titled(document: Document) -> Document:
    """Return a document whose title is no masthead, where another title stands below it.

    Marks of notes are no part of a title.
    """
    title = _TITLE_MARK.sub("", document.metadata.title or "").strip()
    if title != document.metadata.title:
        metadata = replace(document.metadata, title=title or None)
        document = replace(document, metadata=metadata)
    if not title or not is_masthead(title):
        return document
    texts = [b.text for b in document.blocks[:_HEAD_BLOCKS] if b.kind in _TITLE_KINDS]
    below = from_first_lines(texts).title
    return replace(document, metadata=replace(document.metadata, title=below or title))


def needs(extra: str) -> ReadError:
    """Return the refusal of a format whose library is an extra that is not installed."""
    return ReadError(f"its reader is not installed; type: pip install 'brief-bot[{extra}]'")


def _reader(found: FileFormat) -> Callable[[bytes], Document]:
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


def suffix_of(name: str) -> str:
    """Return the suffix of a path or URL in lower case, without the dot; "" for none."""
    if "://" in name:
        name = re.sub(r"[?#].*", "", name)
    found = re.search(r"[^/\\]\.([A-Za-z0-9]{1,8})$", name)
    return found[1].lower() if found else ""


def by_label(name: str, media_type: str | None) -> FileFormat | None:
    """Return what media type or name promise; a general type such as text/plain gives way."""
    stated = (media_type or "").partition(";")[0].strip().lower()
    return _MEDIA_TYPES.get(stated) or _SUFFIXES.get(suffix_of(name))


def by_content(data: bytes, labelled: FileFormat | None) -> FileFormat:
    """Return the format that the content shows; `labelled` decides between kinds of text.

    Raises ReadError for what is recognised and not read, and for what is no text.
    """
    if data.startswith(_OLE) and _OUTLOOK in data:
        return FileFormat.MSG
    _refuse_known(data)
    if _is_pdf(data):
        return FileFormat.PDF
    if data.startswith(b"{\\rtf"):
        return FileFormat.RTF
    if data.startswith((b"PK\x03\x04", b"PK\x05\x06")):
        return _zip_format(data)
    head = _head(data)
    if _is_mail(head, labelled):
        return FileFormat.EML
    if _is_html(head, labelled):
        return FileFormat.HTML
    if labelled is not None and labelled not in _TEXTS:
        return _as_text(data, labelled)
    if labelled is FileFormat.EML:
        return FileFormat.TEXT
    return labelled or FileFormat.TEXT


def _refuse_known(data: bytes) -> None:
    """Refuse by the first bytes what we know and do not read."""
    for magic, reason in _REFUSED:
        if data.startswith(magic):
            raise ReadError(reason)
    if data[:4] == b"RIFF" and data[8:12] in (b"WEBP", b"AVI ", b"WAVE"):
        raise ReadError(_IMAGE if data[8:12] == b"WEBP" else _SOUND)
    if data[4:8] == b"ftyp":
        image = data[8:12] in (b"heic", b"heix", b"mif1", b"avif")
        raise ReadError(_IMAGE if image else _SOUND)
    if data[:2] == b"BM" and data[6:10] == b"\x00" * 4:
        raise ReadError(_IMAGE)
    if data[257:262] == b"ustar":
        raise ReadError(_ARCHIVE)
    if data.startswith(_OLE):
        kinds = (why for stream, why in _OLE_STREAMS if stream.encode("utf-16-le") in data)
        raise ReadError(next(kinds, "an old Office file; save it as .docx or PDF and ingest that"))


def _is_pdf(data: bytes) -> bool:
    """Tell a PDF, also behind some bytes of junk, from a text that speaks of PDF."""
    at = data.find(b"%PDF-", 0, _PDF_REACH)
    return at == 0 or (at > 0 and (b"endobj" in data or b"startxref" in data))


def _zip_format(data: bytes) -> FileFormat:
    """Return whose archive it is; ZIP for one of files. The readers check it for tricks."""
    from ingest.readers.archive_guard import check_directory

    check_directory(data)
    try:
        with zipfile.ZipFile(BytesIO(data)) as archive:
            names = archive.namelist()
    except (zipfile.BadZipFile, OSError, ValueError, NotImplementedError) as error:
        raise ReadError("damaged or cut short; get a complete copy and ingest it again") from error
    return next((kind for part, kind in _ZIP_KINDS if part in names), FileFormat.ZIP)


def _head(data: bytes) -> str:
    """Return the beginning of what may be a text, roughly decoded."""
    start = data[:8192]
    if start.startswith((b"\xff\xfe", b"\xfe\xff")):
        return start.decode("utf-16", "replace")
    if (wide := wide_encoding(start)) is not None:
        return start.decode(wide, "replace")
    return start.removeprefix(b"\xef\xbb\xbf").decode("latin-1")


def _is_html(head: str, labelled: FileFormat | None) -> bool:
    """Tell a page by its tags; Markdown may begin with a tag and is none for that."""
    head = head.lstrip()
    if _HTML.match(head):
        return True
    if labelled in (FileFormat.MARKDOWN, FileFormat.TEXT):
        return False
    return bool(_FRAGMENT.match(head)) and "</" in head


def _is_mail(head: str, labelled: FileFormat | None) -> bool:
    """Tell a mail by its header; a memo in plain text may have From, To and Subject as well."""
    names: set[str] = set()
    lines = head.lstrip("\r\n").splitlines()
    for line in lines[1:] if head.startswith("From ") else lines:
        if line[:1] in (" ", "\t") and names:
            continue
        field = _FIELD.match(line)
        if not field:
            if line.strip():
                return False
            break
        names.add(field[1].lower())
    if labelled is FileFormat.EML:
        return bool(names & (_LETTER | _TRANSPORT))
    return bool(names & _TRANSPORT) and len(names & (_LETTER | _TRANSPORT)) >= 3


def _as_text(data: bytes, labelled: FileFormat) -> FileFormat:
    """Return TEXT for a text under a PDF's or document's name; refuse other bytes as damaged."""
    try:
        decode(data)
    except ReadError as error:
        what = "Word document" if labelled is FileFormat.DOCX else labelled.name
        raise ReadError(
            f"not a {what}, or damaged; get a complete copy and ingest it again"
        ) from error
    return FileFormat.TEXT
