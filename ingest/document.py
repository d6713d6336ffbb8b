"""What a reader makes of a file: a Document, blocks in reading order plus the metadata it states.

It crosses from the sandbox as a frame of a JSON header and raw bytes, never pickle. What arrives is
checked field by field, because a hostile file may have taken over the process that sent it.
"""

import json
import os
import re
import struct
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from index.left_out import EXAMPLE, LeftOut, OmissionReason

PLACES = "place:"  # begins the names of collections that hold what was added in one place of Slack


def is_place(collection: str) -> bool:
    """Return whether a name is kept for such a collection, however it is written."""
    return unicodedata.normalize("NFKC", collection).casefold().lstrip().startswith(PLACES)


class BlockKind(StrEnum):
    """What a block is; it decides how passages are cut."""

    HEADING = "heading"
    PARAGRAPH = "paragraph"
    BULLET = "bullet"  # text without its mark; `level` is the depth from 1
    TABLE = "table"  # rows joined by newline, each "| cell | cell |"; a caption is a paragraph
    FOOTNOTE = "footnote"  # text begins with its mark, such as "3. "


@dataclass(frozen=True)
class Block:
    """A stretch of text that belongs together. `text` has no line breaks except in tables."""

    kind: BlockKind
    text: str
    # depth of a heading (1 = top) or a bullet (1 = outermost); a table's rows marked as its header
    level: int = 0
    page: int | None = None  # page, from 1, on which it starts
    # offsets in `text` at which a later page starts: ((offset, page), ...)
    page_breaks: tuple[tuple[int, int], ...] = ()


@dataclass(frozen=True)
class Metadata:
    """What a document says of itself; everything unknown stays None or ()."""

    title: str | None = None
    date: str | None = None  # ISO, may stop at the month or year: "2019-01-31", "2019-01", "2019"
    authors: tuple[str, ...] = ()
    number: str | None = None  # report number
    edition: str | None = None  # the publisher's own version of the report
    source_url: str | None = None
    updated: str | None = None  # when it was last changed, where that is stated beside the date
    unclear_date: str | None = None  # wording of a date that can be read as two: "09/07/2016"

    def over(self, other: "Metadata") -> "Metadata":
        """Return these values, filled up with `other` where unknown."""
        return Metadata(**{key: own or getattr(other, key) for key, own in vars(self).items()})


@dataclass(frozen=True)
class Attachment:
    """A file found inside another one (an e-mail's attachment): read as a brief of its own."""

    name: str
    data: bytes = field(repr=False)


@dataclass(frozen=True)
class Document:
    """The content of one file. `warnings` go into the ingest report ("12 of 80 pages empty").

    What the file says and no block holds is in `left_out`, by `index.left_out.counted`: a reader
    collects pairs of reason and text on its way, and counts them at the end.
    """

    blocks: tuple[Block, ...]
    metadata: Metadata = Metadata()
    media_type: str = "text/plain"
    warnings: tuple[str, ...] = ()
    attachments: tuple[Attachment, ...] = ()
    left_out: tuple[LeftOut, ...] = ()
    labels: tuple[tuple[int, str], ...] = ()  # (page, number printed on it), where another
    ocr: tuple[tuple[int, float], ...] = ()  # (page, confidence in [0, 1]) of pages read by OCR


Header = dict[str, Any]

_SIZES = struct.Struct(">QQ")  # bytes of the header, bytes of the payload
_PIECE = 1 << 20
_SHARES = 1_000  # a confidence crosses as so many thousandths
_LONGEST_LABEL = 20  # characters
_SURROGATE = re.compile("[\ud800-\udfff]")
_KINDS = {str(kind): kind for kind in BlockKind}
_REASONS = {str(reason): reason for reason in OmissionReason}
_TEXT_FIELDS = ("title", "date", "number", "edition", "source_url", "updated", "unclear_date")


class WireError(Exception):
    """A frame is too large, cut off or not what the protocol allows."""


def send(fd: int, header: Header, parts: Sequence[bytes] = ()) -> None:
    """Write one frame; raise BrokenPipeError where nobody reads any more."""
    text = json.dumps(header).encode("ascii")
    _write(fd, _SIZES.pack(len(text), sum(len(part) for part in parts)) + text)
    for part in parts:
        _write(fd, part)


def receive(fd: int, limit: int | None = None) -> tuple[Header, bytes]:
    """Read one frame of at most `limit` bytes; raise EOFError at the end, or WireError."""
    header_size, payload_size = _SIZES.unpack(_read(fd, _SIZES.size))
    if limit is not None and header_size + payload_size > limit:
        raise WireError(f"a frame of {header_size + payload_size} bytes")
    text = _read(fd, header_size)
    payload = _read(fd, payload_size)
    try:
        header = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise WireError("a header that is not JSON") from error
    return _dict(header), payload


def frame_size(header: Header, parts: Sequence[bytes]) -> int:
    """Return the bytes that `send` would write for it."""
    return _SIZES.size + len(json.dumps(header)) + sum(len(part) for part in parts)


def from_document(document: Document) -> tuple[Header, list[bytes]]:
    """Return the header and the payload of a document, with lone surrogates made U+FFFD."""
    metadata = {name: _whole(getattr(document.metadata, name)) for name in _TEXT_FIELDS}
    header: Header = {
        "blocks": [
            [str(block.kind), _whole(block.text), block.level, block.page, block.page_breaks]
            for block in document.blocks
        ],
        "metadata": metadata | {"authors": [_whole(name) for name in document.metadata.authors]},
        "media_type": document.media_type,
        "warnings": [_whole(line) for line in document.warnings],
        "attachments": [[_whole(item.name), len(item.data)] for item in document.attachments],
        "left_out": [
            [str(each.reason), each.characters, _whole(each.example)] for each in document.left_out
        ],
        "labels": [[page, _whole(label)] for page, label in document.labels],
        "ocr": [[page, round(confidence * _SHARES)] for page, confidence in document.ocr],
    }
    return header, [item.data for item in document.attachments]


def to_document(header: Header, payload: bytes) -> Document:
    """Build the document that a frame describes; raise WireError if any field is amiss."""
    try:
        return Document(
            blocks=tuple(_block(item) for item in _list(header["blocks"])),
            metadata=_metadata(_dict(header["metadata"])),
            media_type=_text(header["media_type"]),
            warnings=tuple(_text(line) for line in _list(header["warnings"])),
            attachments=_attachments(_list(header["attachments"]), payload),
            left_out=tuple(_left_out(item) for item in _list(header["left_out"])),
            labels=tuple(_label(item) for item in _list(header["labels"])),
            ocr=tuple(_confidence(item) for item in _list(header["ocr"])),
        )
    except (KeyError, ValueError) as error:
        raise WireError("a document with missing parts") from error


def _block(item: object) -> Block:
    kind, text, level, page, breaks = _list(item)
    block = Block(
        kind=_KINDS[_text(kind)],
        text=_text(text),
        level=_count(level),
        page=None if page is None else _count(page),
        page_breaks=tuple(_page_break(pair) for pair in _list(breaks)),
    )
    offsets = [offset for offset, _ in block.page_breaks]
    if offsets != sorted(offsets) or any(offset > len(block.text) for offset in offsets):
        raise WireError("page breaks outside their block")
    return block


def _left_out(item: object) -> LeftOut:
    reason, size, example = _list(item)
    return LeftOut(_REASONS[_text(reason)], _count(size), _text(example)[:EXAMPLE])


def _label(pair: object) -> tuple[int, str]:
    page, label = _list(pair)
    return _count(page), _text(label)[:_LONGEST_LABEL]


def _confidence(pair: object) -> tuple[int, float]:
    page, shares = _list(pair)
    return _count(page), min(1.0, _count(shares) / _SHARES)


def _page_break(pair: object) -> tuple[int, int]:
    offset, page = _list(pair)
    return _count(offset), _count(page)


def _metadata(fields: Header) -> Metadata:
    stated = {name: fields[name] for name in _TEXT_FIELDS}
    known = {name: None if value is None else _text(value) for name, value in stated.items()}
    return Metadata(authors=tuple(_text(name) for name in _list(fields["authors"])), **known)


def _attachments(items: list[Any], payload: bytes) -> tuple[Attachment, ...]:
    found = []
    start = 0
    for item in items:
        name, size = _list(item)
        end = start + _count(size)
        found.append(Attachment(_text(name), payload[start:end]))
        start = end
    if start != len(payload):
        raise WireError("attachments that do not fill their frame")
    return tuple(found)


def _whole(text: str | None) -> str | None:
    return None if text is None else _SURROGATE.sub("\ufffd", text)


def _text(value: object) -> str:
    if not isinstance(value, str) or _SURROGATE.search(value):
        raise WireError("something else where a text belongs")
    return value


def _count(value: object) -> int:
    if not isinstance(value, int) or isinstance(value, bool) or not 0 <= value < 1 << 40:
        raise WireError("something else where a whole number belongs")
    return value


def _list(value: object) -> list[Any]:
    if not isinstance(value, list):
        raise WireError("something else where a list belongs")
    return value


def _dict(value: object) -> Header:
    if not isinstance(value, dict):
        raise WireError("something else where an object belongs")
    return value


def _write(fd: int, data: bytes) -> None:
    view = memoryview(data)
    while view:
        view = view[os.write(fd, view[:_PIECE]) :]


def _read(fd: int, size: int) -> bytes:
    data = bytearray()
    while len(data) < size:
        piece = os.read(fd, min(_PIECE, size - len(data)))
        if not piece:
            raise EOFError
        data += piece
    return bytes(data)
