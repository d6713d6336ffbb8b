"""Check a zip archive of XML parts before anything parses it.

Refuses bombs, path tricks, encryption and document type declarations, by bytes really read, never
by what the archive says of itself. Nothing is unpacked to disk, archives inside are not opened.
"""

import io
import re
import stat
import struct
import zipfile
import zlib
from collections.abc import Iterator

from index.errors import ReadError

MAX_ENTRIES = 2_000
MAX_UNPACKED = 200_000_000  # bytes, all parts together
MAX_XML_PART = 32_000_000  # bytes: a parser's tree takes many times the memory of its text
MAX_RATIO = 100  # unpacked to packed, of parts over `_RATIO_FROM`
_RATIO_FROM = 1_000_000  # bytes
_CHUNK = 1 << 16
_END = struct.Struct("<4s4H2LH")  # end of central directory, APPNOTE.TXT 4.3.16
_END_REACH = _END.size + 0xFFFF  # its comment is at most 65,535 bytes
_MAX_DIRECTORY = MAX_ENTRIES * 512  # bytes of the list of entries
_DECLARATION = re.compile(rb"<!\s*(?:DOCTYPE|ENTITY)", re.IGNORECASE)
_ENTITY = re.compile(rb"<!\s*ENTITY|<!\s*DOCTYPE[^>]*\[", re.IGNORECASE)
_ENCODING = re.compile(
    rb"<\?xml[^>]{0,200}?encoding\s*=\s*[\"']([^\"'>]{1,40})[\"']", re.IGNORECASE
)
_ENCODINGS = frozenset(
    (b"utf-8", b"utf8", b"utf-16", b"utf-16le", b"utf-16be", b"us-ascii", b"ascii")
)
_XML_NAMES = (".xml", ".rels", ".vml", ".xhtml")


def opened(data: bytes, *, doctypes: bool = False, contents: bool = True) -> zipfile.ZipFile:
    """Return the archive after every check has passed; the caller closes it.

    `doctypes` allows the declarations that the pages of an e-book begin with, but no entities.
    Without `contents` the parts are files of their own, whose readers check them. Raises ReadError
    with the reason if one fails.
    """
    check_directory(data)
    try:
        archive = zipfile.ZipFile(io.BytesIO(data))
        _check_entries(archive.infolist())
        _check_contents(archive, (_ENTITY if doctypes else _DECLARATION) if contents else None)
    except (zipfile.BadZipFile, zlib.error, EOFError, OSError, struct.error, ValueError) as error:
        raise ReadError("damaged or cut short; get a complete copy and ingest it again") from error
    except (NotImplementedError, RuntimeError) as error:
        raise ReadError("packed in an unusual way; open it in Word and save it again") from error
    return archive


def check_directory(data: bytes) -> None:
    """Bound the list of entries before zipfile builds it."""
    at = data.rfind(b"PK\x05\x06", max(0, len(data) - _END_REACH))
    if at < 0 or at + _END.size > len(data):
        raise ReadError("damaged or cut short; get a complete copy and ingest it again")
    _, _, _, _, entries, size, _, _ = _END.unpack_from(data, at)
    if entries > MAX_ENTRIES or size > _MAX_DIRECTORY:
        raise ReadError(f"more than {MAX_ENTRIES:,} parts inside; {_SUSPECT}")


_SUSPECT = "this looks like an attack; save it again in Word if it is one"


def _check_entries(entries: list[zipfile.ZipInfo]) -> None:
    """Refuse too many entries, doubled, wandering and linked names, and encryption."""
    if len(entries) > MAX_ENTRIES:
        raise ReadError(f"more than {MAX_ENTRIES:,} parts inside; {_SUSPECT}")
    names = [entry.filename.casefold() for entry in entries]
    if len(set(names)) < len(names):
        raise ReadError(f"two parts of one name inside; {_SUSPECT}")
    for entry in entries:
        if entry.flag_bits & 0x1:
            raise ReadError("encrypted; remove the password and ingest it again")
        if _wanders(entry.orig_filename) or stat.S_ISLNK(entry.external_attr >> 16):
            raise ReadError(f"a part that points outside the document; {_SUSPECT}")
        if entry.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED):
            raise ReadError("packed in an unusual way; open it in Word and save it again")


def _wanders(name: str) -> bool:
    """Tell whether a part's name is absolute, climbs, or carries control characters."""
    parts = re.split(r"[/\\]", name)
    absolute = name.startswith(("/", "\\")) or re.match(r"[A-Za-z]:", name)
    return bool(absolute) or ".." in parts or any(ord(char) < 32 for char in name)


def _check_contents(archive: zipfile.ZipFile, refused: re.Pattern[bytes] | None) -> None:
    """Unpack every part once, in chunks that are thrown away, and count.

    Parts of XML are looked through for what is `refused`.
    """
    total = 0
    for entry in archive.infolist():
        size, tail = 0, b""
        xml: bool | None = entry.filename.lower().endswith(_XML_NAMES) or None
        xml = xml if refused else False
        for chunk in _chunks(archive, entry):
            size += len(chunk)
            total += len(chunk)
            if total > MAX_UNPACKED:
                raise ReadError(f"unpacks to more than {MAX_UNPACKED // 10**6} MB; {_SUSPECT}")
            if size > _RATIO_FROM and size > MAX_RATIO * max(1, entry.compress_size):
                raise ReadError(f"packed more than {MAX_RATIO}:1; {_SUSPECT}")
            if xml is None:
                xml = _looks_like_xml(chunk)
            if xml and refused:
                tail = _check_xml(tail, chunk, size, refused)


def _chunks(archive: zipfile.ZipFile, entry: zipfile.ZipInfo) -> Iterator[bytes]:
    with archive.open(entry) as part:
        while chunk := part.read(_CHUNK):
            yield chunk


def _looks_like_xml(chunk: bytes) -> bool:
    return chunk.lstrip(b"\xef\xbb\xbf\xff\xfe\x00 \t\r\n").startswith(b"<")


def _check_xml(tail: bytes, chunk: bytes, size: int, refused: re.Pattern[bytes]) -> bytes:
    """Refuse a declaration in any dress, and what is too large; return what the next call needs."""
    if size > MAX_XML_PART:
        raise ReadError(f"a part of more than {MAX_XML_PART // 10**6} MB of XML; {_SUSPECT}")
    if size == len(chunk):
        _check_encoding(chunk)
    plain = tail + chunk.replace(b"\x00", b"")  # UTF-16 and UTF-32 without their NULs
    if refused.search(plain):
        raise ReadError(f"an XML document type or entity declaration inside; {_SUSPECT}")
    return plain[-16:]


def _check_encoding(start: bytes) -> None:
    """Refuse XML in an encoding that could hide a declaration, such as UTF-7 or EBCDIC."""
    declared = _ENCODING.search(start[:600].replace(b"\x00", b""))
    odd = declared and declared[1].strip().lower() not in _ENCODINGS
    if odd or not _looks_like_xml(start):
        raise ReadError(f"XML in an unusual encoding inside; {_SUSPECT}")
