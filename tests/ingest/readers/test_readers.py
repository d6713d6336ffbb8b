import io
import subprocess
import sys
import zipfile

import pytest

from index.errors import ReadError
from ingest.readers import SUPPORTED_SUFFIXES, pdf, read, suffix_of
from tests.ingest.readers.word_documents import empty_document

from .pdf_pages import one_page, pictures

PAGE = (
    b"<!DOCTYPE html><html><body><p>Grain prices rose in March, and fell in May.</p></body></html>"
)
TEXT = b"Grain prices rose in March, and fell again in May when the harvest came in.\n"
MAIL = (
    b"Received: from a.example.org\r\nMessage-ID: <1@example.org>\r\nSubject: Grain\r\n"
    b"From: Ada Rivers <ada@example.org>\r\nDate: Tue, 03 Mar 2026 10:00:00 +0000\r\n\r\n"
    b"Grain prices rose in March.\r\n"
)

OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(512)


def zipped(*names: str) -> bytes:
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w") as archive:
        for name in names:
            archive.writestr(name, "<x/>")
    return target.getvalue()


def a_docx() -> bytes:
    document, target = empty_document(), io.BytesIO()
    document.add_paragraph("Grain prices rose in March.")
    document.save(target)
    return target.getvalue()


FILES = {
    "text/plain": TEXT,
    "text/markdown": b"# Grain\n\nPrices rose in March.\n",
    "text/html": PAGE,
    "application/pdf": one_page("Grain prices rose in March."),
    "message/rfc822": MAIL,
    "application/vnd.openxmlformats-officedocument.wordprocessingml.document": a_docx(),
}
SUFFIXES = dict(zip(FILES, ("txt", "md", "html", "pdf", "eml", "docx"), strict=True))


@pytest.mark.parametrize("media_type", FILES)
def test_each_format_is_read_under_its_own_name_without_a_warning(media_type: str) -> None:
    document = read(FILES[media_type], f"folder/grain.{SUFFIXES[media_type].upper()}")
    assert document.media_type == media_type
    assert document.warnings == ()
    assert any("rose in March" in block.text for block in document.blocks)


@pytest.mark.parametrize("suffix", ["txt", "pdf", "docx", "html"])
@pytest.mark.parametrize("media_type", ["application/pdf", "text/html", "message/rfc822"])
def test_a_renamed_file_is_read_as_what_it_is_with_a_warning(suffix: str, media_type: str) -> None:
    document = read(FILES[media_type], f"grain.{suffix}")
    assert document.media_type == media_type
    renamed = suffix != SUFFIXES[media_type]
    assert bool(document.warnings) is renamed
    assert not renamed or f"named .{suffix}, but it is " in document.warnings[0]


@pytest.mark.parametrize("suffix", ["pdf", "docx"])
def test_a_text_under_a_binary_name_is_read_as_text_with_a_warning(suffix: str) -> None:
    document = read(TEXT, f"grain.{suffix}")
    assert document.media_type == "text/plain"
    assert document.warnings == (f"named .{suffix}, but it is plain text and was read as such",)


def test_a_pdf_behind_some_junk_is_found() -> None:
    assert (
        read(b"\r\nHTTP junk\r\n" + FILES["application/pdf"], "a.pdf").media_type
        == "application/pdf"
    )


def test_a_text_about_pdf_is_no_pdf() -> None:
    assert read(b"A PDF file begins with %PDF-1.7 in its first line.", "a.txt").warnings == ()


def test_the_media_type_decides_where_content_does_not() -> None:
    """A server's word goes over the suffix, but text/plain gives way to it."""
    markdown = FILES["text/markdown"]
    assert (
        read(markdown, "https://example.org/grain?id=1", "text/markdown").media_type
        == "text/markdown"
    )
    assert read(markdown, "grain.md", "text/plain; charset=utf-8").media_type == "text/markdown"


def test_a_memo_with_mail_like_lines_in_a_text_file_is_no_mail() -> None:
    """From, To and Subject alone are how people head a memo."""
    memo = b"From: Ada Rivers\nTo: Bo Stone\nSubject: Grain\n\nGrain prices rose in March.\n"
    assert read(memo, "memo.txt").media_type == "text/plain"
    assert read(memo, "memo.eml").media_type == "message/rfc822"


REFUSED = {
    "nothing": (b"", "empty; "),
    "only spaces": (b" \n\t\r\n" * 50, "empty; "),
    "a PNG": (b"\x89PNG\r\n\x1a\n" + bytes(50), "an image; run OCR"),
    "a JPEG": (b"\xff\xd8\xff\xe0" + bytes(50), "an image; run OCR"),
    "an old document": (OLE + "WordDocument".encode("utf-16-le"), "old Word document"),
    "an encrypted document": (OLE + "EncryptedPackage".encode("utf-16-le"), "encrypted; remove"),
    "a zip": (zipped("a.dat", "b.dat"), "an archive without a file"),
    "a gzip": (b"\x1f\x8b\x08" + bytes(50), "an archive; unpack it"),
    "a program": (b"\x7fELF" + bytes(200), "a program"),
    "noise": (bytes(range(256)) * 40, "binary data|not a PDF|not a Word document"),
    "a scan": (pictures(1), "probably scanned"),
    "a page without text": (b"<html><body><script>let a = 1</script></body></html>", "no text"),
}


@pytest.fixture(autouse=True)
def _without_ocr(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pdf, "is_installed", lambda: False)


@pytest.mark.parametrize("suffix", ["txt", "md", "pdf", "docx"])
@pytest.mark.parametrize("what", REFUSED)
def test_what_is_no_readable_document_is_refused_with_reason_and_fix(what, suffix) -> None:
    data, reason = REFUSED[what]
    with pytest.raises(ReadError, match=reason) as caught:
        read(data, f"grain.{suffix}")
    assert "\n" not in str(caught.value)


def test_suffixes_are_found_in_paths_and_addresses() -> None:
    assert suffix_of("a/b.c/Report.PDF") == "pdf"
    assert suffix_of("https://example.org/a.html?x=b.txt#c.md") == "html"
    assert suffix_of("folder.d/README") == ""
    assert {suffix_of(f"x.{suffix}") for suffix in SUPPORTED_SUFFIXES} == SUPPORTED_SUFFIXES


def test_the_dispatcher_imports_no_reader_before_it_is_needed() -> None:
    """Start-up does not pay for libraries that a run does not use."""
    code = (
        "import sys, ingest.readers\n"
        "heavy = {'pypdfium2', 'mammoth', 'trafilatura', 'lxml', 'ingest.readers.pdf'}\n"
        "print(sorted(heavy & set(sys.modules)))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


def test_a_mail_in_utf_16_without_a_mark_is_a_mail():
    mail = "From: a@x.example\nMessage-ID: <1@x>\nSubject: Bridges\n\nThey are open.\n"
    document = read(mail.encode("utf-16-le"), "a.eml")
    assert (document.metadata.title, document.warnings) == ("Bridges", ())


def test_a_title_has_no_marks_of_notes():
    assert read(b"# Ports in ice[1]\n\nThey freeze.[^1]\n", "a.md").metadata.title == "Ports in ice"
