"""Read a zip of briefs: each file inside that we read becomes a document of its own."""

from index.errors import ReadError
from ingest.document import Attachment, Document
from ingest.readers import SUPPORTED_SUFFIXES, archive_guard, suffix_of

MEDIA_TYPE = "application/zip"
_MOST_BYTES = 60_000_000  # of what is handed on; the sandbox's reply has a limit
_NAMED = 20  # files that are left out, named in one line


def read(data: bytes) -> Document:
    """Return the briefs inside as attachments, and a warning that names what is left out."""
    taken: list[Attachment] = []
    left: list[str] = []
    size = 0
    with archive_guard.opened(data, contents=False) as archive:
        for entry in archive.infolist():
            name = entry.filename.replace("\\", "/")
            if entry.is_dir() or any(
                part.startswith((".", "__MACOSX")) for part in name.split("/")
            ):
                continue
            if suffix_of(f"/{name}") not in SUPPORTED_SUFFIXES - {"zip"}:
                left.append(name)
                continue
            size += entry.file_size
            if size > _MOST_BYTES:
                raise ReadError(f"more than {_MOST_BYTES // 10**6} MB of briefs inside; split it")
            taken.append(Attachment(name, archive.read(entry)))
    if not taken:
        raise ReadError("an archive without a file in a format that we read; unpack it and look")
    more = f", and {len(left) - _NAMED} more" if len(left) > _NAMED else ""
    what = f"left out, in no supported format: {', '.join(left[:_NAMED])}{more}"
    return Document(
        (), media_type=MEDIA_TYPE, attachments=tuple(taken), warnings=(what,) * bool(left)
    )
