import io
import stat
import struct
import tracemalloc
import zipfile
from collections.abc import Callable

import pytest

from index.errors import ReadError
from ingest.readers import archive_guard, docx, read

TYPES = b"""<?xml version="1.0" encoding="UTF-8"?>
<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types">
<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>
<Override PartName="/word/document.xml" ContentType=
"application/vnd.openxmlformats-officedocument.wordprocessingml.document.main+xml"/></Types>"""
RELATIONS = b"""<?xml version="1.0" encoding="UTF-8"?>
<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">
<Relationship Id="r1" Type=
"http://schemas.openxmlformats.org/officeDocument/2006/relationships/officeDocument"
Target="word/document.xml"/></Relationships>"""
DOCUMENT = """<?xml version="1.0" encoding="UTF-8"?>
<w:document xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main">
<w:body><w:p><w:r><w:t>%s</w:t></w:r></w:p></w:body></w:document>"""
HONEST = (DOCUMENT % "Grain prices rose in March.").encode()

Change = Callable[[zipfile.ZipFile], None]


def packed(change: Change = lambda archive: None, body: bytes = HONEST) -> bytes:
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("[Content_Types].xml", TYPES)
        archive.writestr("_rels/.rels", RELATIONS)
        archive.writestr("word/document.xml", body)
        change(archive)
    return target.getvalue()


def _bomb(archive: zipfile.ZipFile) -> None:
    with archive.open("word/media/image1.bin", "w") as part:
        for _ in range(204):
            part.write(bytes(1_000_000))


def _many_medium_parts(archive: zipfile.ZipFile) -> None:
    """Each part is under the limit for ratios, all together are over the limit of bytes."""
    for number in range(230):
        archive.writestr(f"word/media/{number}.bin", bytes(999_000))


def _many_entries(archive: zipfile.ZipFile) -> None:
    for number in range(2_100):
        archive.writestr(f"word/{number}.bin", b"")


def _link(archive: zipfile.ZipFile) -> None:
    entry = zipfile.ZipInfo("word/link.xml")
    entry.external_attr = (stat.S_IFLNK | 0o777) << 16
    archive.writestr(entry, "/etc/passwd")


def _doubled(archive: zipfile.ZipFile) -> None:
    with pytest.warns(UserWarning, match="Duplicate"):
        archive.writestr("word/document.xml", b"<other/>")


def _lzma(archive: zipfile.ZipFile) -> None:
    archive.writestr("word/media/a.bin", bytes(100), compress_type=zipfile.ZIP_LZMA)


def _with_flag(data: bytes, flag: int) -> bytes:
    changed = bytearray(data)
    for magic, offset in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        at = data.find(magic)
        while at >= 0:
            (bits,) = struct.unpack_from("<H", data, at + offset)
            struct.pack_into("<H", changed, at + offset, bits | flag)
            at = data.find(magic, at + 4)
    return bytes(changed)


def _lying_directory() -> bytes:
    """Return an archive whose last record claims 60,000 entries."""
    data = bytearray(packed())
    at = data.rfind(b"PK\x05\x06")
    struct.pack_into("<2H", data, at + 8, 60_000, 60_000)
    return bytes(data)


ARCHIVES = {
    "a part that unpacks to 204 MB": (lambda: packed(_bomb), "packed more than 100:1"),
    "many parts that unpack to 230 MB": (lambda: packed(_many_medium_parts), "more than 200 MB"),
    "2,100 entries": (lambda: packed(_many_entries), "more than 2,000 parts"),
    "a false count of entries": (_lying_directory, "more than 2,000 parts"),
    "an absolute path": (
        lambda: packed(lambda a: a.writestr("/etc/cron.d/x", b"")),
        "points outside",
    ),
    "a path that climbs": (
        lambda: packed(lambda a: a.writestr("word/../../x", b"")),
        "points outside",
    ),
    "a Windows path": (lambda: packed(lambda a: a.writestr("C:\\x", b"")), "points outside"),
    "a symbolic link": (lambda: packed(_link), "points outside"),
    "two parts of one name": (lambda: packed(_doubled), "two parts of one name"),
    "an unusual compression": (lambda: packed(_lzma), "packed in an unusual way"),
    "parts with a password": (lambda: _with_flag(packed(), 0x1), "encrypted; remove"),
    "a document cut in half": (lambda: packed()[:400], "damaged or cut short"),
}


@pytest.mark.parametrize("trick", ARCHIVES)
def test_a_crafted_archive_is_refused_in_little_memory(trick: str) -> None:
    """Each is refused with its reason, and never held unpacked."""
    make, reason = ARCHIVES[trick]
    data = make()
    tracemalloc.start()
    try:
        with pytest.raises(ReadError, match=reason):
            docx.read(data)
    finally:
        _, peak = tracemalloc.get_traced_memory()
        tracemalloc.stop()
    assert peak < 50_000_000


def _declared(declaration: str, content: str, encoding: str = "UTF-8") -> str:
    stated = f'encoding="{encoding}"?>{declaration}'
    return (DOCUMENT % content).replace('encoding="UTF-8"?>', stated)


LAUGHS = "".join(f'<!ENTITY l{i} "{f"&l{i - 1};" * 10}">' for i in range(1, 10))
TRICKS = {
    "an entity bomb": _declared(f'<!DOCTYPE x [<!ENTITY l0 "ha">{LAUGHS}]>', "&l9;").encode(),
    "quadratic growth": _declared(
        f'<!DOCTYPE x [<!ENTITY a "{"a" * 50_000}">]>', "&a;" * 50_000
    ).encode(),
    "an entity that is a file": _declared(
        '<!DOCTYPE x [<!ENTITY f SYSTEM "file:///etc/passwd">]>', "&f;"
    ).encode(),
    "an entity on the network": _declared(
        '<!DOCTYPE x [<!ENTITY f SYSTEM "http://127.0.0.1:9/x">]>', "&f;"
    ).encode(),
    "a parameter entity in UTF-16": _declared(
        '<!DOCTYPE x [<!ENTITY % p SYSTEM "http://127.0.0.1:9/x.dtd"> %p;]>', "x", "UTF-16"
    ).encode("utf-16"),
    "a declaration in UTF-7": _declared("", "x", "UTF-7")
    .replace("?>", "?>\n+ADwAIQ-DOCTYPE x []+AD4-", 1)
    .encode("ascii"),
}


@pytest.mark.parametrize("trick", TRICKS)
def test_a_declaration_in_a_part_is_refused_in_any_dress(trick: str) -> None:
    """Nothing is parsed, so that no entity grows and nothing outside is opened."""
    with pytest.raises(ReadError, match=r"declaration inside|unusual encoding"):
        docx.read(packed(body=TRICKS[trick]))


def test_a_declaration_across_two_chunks_is_found() -> None:
    for shift in range(0, 12, 3):
        padding = "<!--" + "x" * ((1 << 16) - 60 - shift) + "-->"
        body = HONEST.replace(b"?>", b"?>" + padding.encode() + b"<!DOCTYPE x []>", 1)
        with pytest.raises(ReadError, match="declaration inside"):
            docx.read(packed(body=body))


def test_an_honest_document_passes() -> None:
    with archive_guard.opened(packed()) as archive:
        assert "word/document.xml" in archive.namelist()
    assert read(packed(), "a.docx").blocks[0].text == "Grain prices rose in March."
