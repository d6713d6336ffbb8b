"""Read Outlook messages (.msg): made into an e-mail, which the e-mail reader reads.

A message is a compound file whose streams are named after MAPI properties ([MS-OXMSG]); olefile
opens it, and the few properties that a brief needs are read here.
"""

import io
import re
import struct
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from email.message import EmailMessage
from email.utils import format_datetime
from typing import Any

from index.errors import ReadError
from ingest.document import Document
from ingest.readers.eml import read as read_mail

# MAPI properties, [MS-OXPROPS]
_SUBJECT, _SENDER, _BODY, _HTML = "0037", "0C1A", "1000", "1013"
_FILE_NAME, _SHORT_NAME, _FILE = "3707", "3704", "3701"
_SUBMITTED, _DELIVERED = 0x0039, 0x0E06
_TIME = 0x0040  # the type of a property that is a time: 100 ns since 1601
_HEADER = 32  # bytes of the property stream of a message before its entries of 16 each
_STREAM = "__substg1.0_"


def read(data: bytes) -> Document:
    """Return what the e-mail reader makes of the message's text, facts and attachments."""
    import olefile

    try:
        with olefile.OleFileIO(io.BytesIO(data)) as ole:
            mail = _mail(ole)
    except ReadError:
        raise
    except Exception as error:  # a compound file broken in one of many ways
        raise ReadError("damaged or cut short; save it as .eml and ingest that") from error
    return replace(read_mail(mail.as_bytes()), media_type="message/rfc822")


def _mail(ole: Any) -> EmailMessage:
    mail = EmailMessage()
    mail["Subject"] = _one_line(_text(ole, _SUBJECT)) or "Message"
    if sender := _one_line(_text(ole, _SENDER)):
        mail["From"] = f'"{sender}" <sender@message.invalid>'
    if written := _written(ole):
        mail["Date"] = format_datetime(written)
    plain, html = _text(ole, _BODY), _bytes(ole, f"{_HTML}0102")
    mail.set_content(plain or "")
    if html and not plain.strip():
        mail.set_content(html.decode("utf-8", "replace"), subtype="html")
    for folder in sorted({entry[0] for entry in ole.listdir() if entry[0].startswith("__attach")}):
        name = _text(ole, _FILE_NAME, folder) or _text(ole, _SHORT_NAME, folder)
        content = _bytes(ole, f"{_FILE}0102", folder)
        if content:
            mail.add_attachment(
                content, "application", "octet-stream", filename=_one_line(name) or "attachment"
            )
    return mail


def _text(ole: Any, code: str, folder: str = "") -> str:
    if wide := _bytes(ole, f"{code}001F", folder):
        return wide.decode("utf-16-le", "replace").rstrip("\x00")
    return _bytes(ole, f"{code}001E", folder).decode("cp1252", "replace").rstrip("\x00")


def _bytes(ole: Any, name: str, folder: str = "") -> bytes:
    path = "/".join(filter(None, (folder, _STREAM + name)))
    return bytes(ole.openstream(path).read()) if ole.exists(path) else b""


def _written(ole: Any) -> datetime | None:
    """Return when the message was sent, else when it was delivered."""
    times = dict(_times(bytes(ole.openstream("__properties_version1.0").read())))
    ticks = times.get(_SUBMITTED) or times.get(_DELIVERED)
    return datetime(1601, 1, 1, tzinfo=UTC) + timedelta(microseconds=ticks / 10) if ticks else None


def _times(stream: bytes) -> Iterator[tuple[int, int]]:
    for at in range(_HEADER, len(stream) - 15, 16):
        kind, code, _, value = struct.unpack_from("<HHIQ", stream, at)
        if kind == _TIME:
            yield code, value


def _one_line(text: str) -> str:
    return re.sub(r"[\s\"<>]+", " ", text).strip()
