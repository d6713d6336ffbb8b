"""Read e-books (.epub): the chapters in reading order, each a page that the HTML reader reads."""

import posixpath
import zipfile
from collections.abc import Iterator
from typing import Any
from urllib.parse import unquote

from index.errors import ReadError
from index.left_out import OmissionReason, counted
from ingest.decode import decode
from ingest.document import Block, Document, Metadata
from ingest.metadata import from_pairs
from ingest.readers import archive_guard
from ingest.readers.html import seen_blocks

MEDIA_TYPE = "application/epub+zip"
_CONTAINER = "META-INF/container.xml"
_DAMAGED = "damaged inside; get a complete copy and ingest it again"


def read(data: bytes) -> Document:
    """Return the text of all chapters with the book's title, date and authors."""
    with archive_guard.opened(data, doctypes=True) as archive:
        if any(name.endswith("encryption.xml") for name in archive.namelist()):
            raise ReadError("encrypted; ingest a copy without copy protection")
        root = _parsed(archive, _CONTAINER)
        place = next((node.get("full-path") for node in root.iter("{*}rootfile")), None)
        package = _parsed(archive, place or "")
        blocks: list[Block] = []
        hidden: list[tuple[OmissionReason, str]] = []
        warnings: dict[str, None] = {}
        for name in _chapters(package, place or ""):
            if name in archive.namelist():
                seen, unseen = seen_blocks(decode(archive.read(name)))
                blocks += seen
                hidden += unseen.texts
                warnings |= dict.fromkeys(unseen.warnings)
    return Document(
        tuple(blocks), _stated(package), MEDIA_TYPE, tuple(warnings), left_out=counted(hidden)
    )


def _chapters(package: Any, place: str) -> Iterator[str]:
    """Yield the names of the parts that the package lists for reading, in order."""
    folder = posixpath.dirname(place)
    items = {item.get("id"): item.get("href") or "" for item in package.iter("{*}item")}
    contents = {
        i.get("id") for i in package.iter("{*}item") if "nav" in (i.get("properties") or "")
    }
    for reference in package.iter("{*}itemref"):
        name = reference.get("idref")
        if name in items and name not in contents and reference.get("linear") != "no":
            yield posixpath.normpath(posixpath.join(folder, unquote(items[name])))


def _stated(package: Any) -> Metadata:
    pairs: dict[str, str] = {}
    for node in package.iter("{http://purl.org/dc/elements/1.1/}*"):
        key, value = node.tag.rpartition("}")[2], " ".join((node.text or "").split())
        if key in ("title", "date") and value:
            pairs.setdefault(key, value[:10] if key == "date" else value)
        elif key == "creator" and value:
            pairs["authors"] = f"{pairs['authors']}; {value}" if "authors" in pairs else value
    return from_pairs(pairs)


def _parsed(archive: zipfile.ZipFile, name: str) -> Any:
    from lxml import etree

    parser = etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False)
    try:
        return etree.fromstring(archive.read(name), parser)
    except (KeyError, etree.XMLSyntaxError) as error:
        raise ReadError(_DAMAGED) from error
