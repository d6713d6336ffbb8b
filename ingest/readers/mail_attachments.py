"""Take the attachments off a mail that a reader can make briefs of; bounded in number and size."""

import re
from email.generator import BytesGenerator
from email.message import Message
from email.policy import compat32
from io import BytesIO

from ingest.decode import clean
from ingest.document import Attachment
from ingest.readers import SUPPORTED_SUFFIXES
from ingest.readers.sniff import suffix_of

MAX_ATTACHMENTS = 50
MAX_ATTACHED = 50_000_000  # bytes, all attachments of a mail together
_MAX_NAME = 150  # characters
_SUFFIX_OF_TYPE = {
    "application/pdf": "pdf",
    "application/vnd.openxmlformats-officedocument.wordprocessingml.document": "docx",
    "text/html": "html",
    "text/markdown": "md",
    "text/plain": "txt",
    "message/rfc822": "eml",
}
_SILENT = ("image/", "text/calendar", "application/pgp-", "application/pkcs7-", "message/delivery")


def is_attachment(part: Message) -> bool:
    """Tell whether a leaf part is a file of its own and no part of the text."""
    if part.get_content_type() == "message/rfc822":
        return True
    if part.get_content_disposition() == "attachment" or part.get_content_maintype() != "text":
        return True
    return bool(_file_name(part)) or part.get_content_type() == "text/calendar"


def attachments_of(mail: Message) -> tuple[tuple[Attachment, ...], tuple[str, ...]]:
    """Return the attachments in formats that we read, and a warning for each that is left out."""
    taken: list[Attachment] = []
    warnings: list[str] = []
    size = 0
    for number, part in enumerate(_attached(mail), 1):
        name = _name(part, number)
        if suffix_of(name) not in SUPPORTED_SUFFIXES:
            if not part.get_content_type().startswith(_SILENT):
                warnings.append(f"attachment {name} is in no format that is read and was left out")
            continue
        data = _bytes(part)
        if len(taken) >= MAX_ATTACHMENTS or size + len(data) > MAX_ATTACHED:
            limit = f"{MAX_ATTACHMENTS} attachments and {MAX_ATTACHED // 10**6} MB"
            warnings.append(f"attachment {name} is over the limit of {limit} and was left out")
        elif data.strip():
            size += len(data)
            taken.append(Attachment(name, data))
    return tuple(taken), tuple(warnings[:MAX_ATTACHMENTS])


def _attached(part: Message) -> list[Message]:
    """Return the attached parts in order, without looking into attached mails."""
    if part.get_content_maintype() == "multipart" and part.is_multipart():
        inner = [each for each in part.get_payload() if isinstance(each, Message)]
        return [found for each in inner for found in _attached(each)]
    return [part] if is_attachment(part) else []


def _name(part: Message, number: int) -> str:
    """Return a bare file name with a suffix that fits the part's type."""
    name = _file_name(part)
    if not name and part.get_content_type() == "message/rfc822":
        inner = part.get_payload()
        first = inner[0] if isinstance(inner, list) and inner else None
        name = _bare(str(first.get("Subject", ""))) if isinstance(first, Message) else ""
    suffix = _SUFFIX_OF_TYPE.get(part.get_content_type(), "")
    if suffix == "eml" or (suffix and not suffix_of(name)):
        name = f"{(name or f'attachment-{number}').removesuffix('.eml')}.{suffix}"
    return name or f"attachment-{number}"


def _file_name(part: Message) -> str:
    try:
        return _bare(part.get_filename() or "")
    except Exception:  # the standard library's header parser trips over some malformed values
        return ""


def _bare(name: str) -> str:
    """Return the last part of a path, without control characters, in one line."""
    name = " ".join(clean(name).split())
    return re.sub(r"[/\\:*?\"<>|]+", "-", re.sub(r".*[/\\](?=.)", "", name))[-_MAX_NAME:].strip(
        " ."
    )


def _bytes(part: Message) -> bytes:
    """Return the decoded content; of an attached mail, the mail as a file."""
    if part.get_content_type() != "message/rfc822":
        payload = part.get_payload(decode=True)
        return payload if isinstance(payload, bytes) else b""
    inner = part.get_payload()
    target = BytesIO()
    try:
        mail = inner[0] if isinstance(inner, list) else None
        if isinstance(mail, Message):
            BytesGenerator(target, mangle_from_=False, policy=compat32).flatten(mail)
    except Exception:  # a mail too malformed to be written out again is left out
        return b""
    return target.getvalue()
