"""No document makes a machine look up a name or connect, whatever it points at elsewhere."""

import re
import shutil
import subprocess
import zipfile
from io import BytesIO
from pathlib import Path

import docx as word
import pytest

from ingest.readers import read
from tests.commands import START, environment, write
from tests.ingest import hostile_readers
from tests.ingest.readers.word_documents import empty_document

AWAY = "http://canary.example.invalid"
PAGE = f"""<!DOCTYPE html PUBLIC "-//X//EN" "{AWAY}/page.dtd" [<!ENTITY x SYSTEM "{AWAY}/entity">]>
<html xmlns:xi="http://www.w3.org/2001/XInclude"><head><base href="{AWAY}/">
<link rel="stylesheet" href="{AWAY}/a.css"><link rel="dns-prefetch" href="{AWAY}">
<meta http-equiv="refresh" content="0;url={AWAY}/next"><style>@import url({AWAY}/b.css);
p {{ background: url({AWAY}/p.png) }} @font-face {{ src: url({AWAY}/f.woff) }}</style>
<script src="{AWAY}/s.js"></script></head><body><h1>Ports</h1><p>The port opened. &x;</p>
<img src="{AWAY}/i.png" srcset="{AWAY}/j.png 2x"><iframe src="{AWAY}/frame"></iframe>
<xi:include href="{AWAY}/more.xml"/><object data="{AWAY}/o"></object><video src="{AWAY}/v"></video>
<svg><image href="{AWAY}/s.png"/><use href="{AWAY}/u.svg#a"/></svg></body></html>"""
MAIL = f"""From: Ann <ann@example.org>
Subject: Ports
Date: Fri, 1 Jul 2022 10:00:00 +0000
MIME-Version: 1.0
Content-Type: multipart/mixed; boundary="b"

--b
Content-Type: text/html

<html><body><p>The harbour closed.</p><img src="{AWAY}/i.png"></body></html>
--b
Content-Type: message/external-body; access-type=URL; URL="{AWAY}/body"

Content-Type: text/plain

--b--
"""
BOOK = {
    "mimetype": "application/epub+zip",
    "META-INF/container.xml": f'<!DOCTYPE container SYSTEM "{AWAY}/c.dtd">'
    '<container><rootfile full-path="p.opf"/></container>',
    "p.opf": '<package><manifest><item id="a" href="a.xhtml"/>'
    f'<item id="r" href="{AWAY}/r.xhtml"/></manifest><spine><itemref idref="a"/>'
    '<itemref idref="r"/></spine></package>',
    "a.xhtml": PAGE[PAGE.index("<html") :].replace("&x;", ""),
}
OPEN = {
    "mimetype": "application/vnd.oasis.opendocument.text",
    "content.xml": f"""<office:document-content
xmlns:office="urn:oasis:names:tc:opendocument:xmlns:office:1.0"
xmlns:text="urn:oasis:names:tc:opendocument:xmlns:text:1.0"
xmlns:draw="urn:oasis:names:tc:opendocument:xmlns:drawing:1.0"
xmlns:xlink="http://www.w3.org/1999/xlink"><office:body><office:text><text:p>The quay stands.
<draw:frame><draw:image xlink:href="{AWAY}/i.png"/></draw:frame></text:p>
<text:section><text:section-source xlink:href="{AWAY}/s.odt"/></text:section>
</office:text></office:body></office:document-content>""",
}
RICH = (
    rf"{{\rtf1\ansi{{\*\template {AWAY}/t.dot}}{{\field{{\*\fldinst INCLUDEPICTURE "
    rf'"{AWAY}/i.png" \\d}}{{\fldrslt x}}}}The mole is long.\par}}'
)


def zipped(parts: dict[str, str]) -> bytes:
    target = BytesIO()
    with zipfile.ZipFile(target, "w") as archive:
        for name, text in parts.items():
            archive.writestr(name, text)
    return target.getvalue()


def document() -> bytes:
    """Return a Word document with a template, an included part and a picture from elsewhere."""
    made = empty_document()
    made.add_paragraph("The pier is new.")
    kinds = ("attachedTemplate", "aFChunk", "image", "subDocument", "oleObject")
    for kind in kinds:
        made.part.relate_to(
            f"{AWAY}/{kind}",
            f"http://schemas.openxmlformats.org/officeDocument/2006/relationships/{kind}",
            is_external=True,
        )
    related = {rel.reltype.rpartition("/")[2]: rel.rId for rel in made.part.rels.values()}
    chunk = word.oxml.OxmlElement("w:altChunk")
    chunk.set(word.oxml.ns.qn("r:id"), related["aFChunk"])
    made.element.body.insert(0, chunk)
    target = BytesIO()
    made.save(target)
    return target.getvalue()


def portable() -> bytes:
    """Return a PDF with actions, a picture and a file from elsewhere."""
    text = "BT /F 12 Tf 60 700 Td (The basin is deep.) Tj ET /X Do"
    objects = (
        "<< /Type /Catalog /Pages 2 0 R /OpenAction << /S /URI /URI "
        f"({AWAY}/open) >> /AA << /WC << /S /SubmitForm /F ({AWAY}/send) >> >> >>",
        "<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
        "<< /Type /Page /Parent 2 0 R /MediaBox [0 0 612 792] /Contents 4 0 R /Resources << "
        "/Font << /F 6 0 R >> /XObject << /X 5 0 R >> >> /Annots [<< /Type /Annot /Subtype /Link "
        f"/Rect [0 0 99 99] /A << /S /GoToR /F << /FS /URL /F ({AWAY}/other.pdf) >> >> >>] >>",
        f"<< /Length {len(text)} >> stream\n{text}\nendstream",
        "<< /Type /XObject /Subtype /Image /Width 1 /Height 1 /BitsPerComponent 8 /ColorSpace "
        f"/DeviceGray /F << /FS /URL /F ({AWAY}/i.raw) >> /Length 0 >> stream\n\nendstream",
        "<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica >>",
    )
    numbered = "".join(f"{i} 0 obj\n{each}\nendobj\n" for i, each in enumerate(objects, 1))
    return f"%PDF-1.5\n{numbered}trailer << /Root 1 0 R >>\n%%EOF".encode()


def files() -> dict[str, str | bytes]:
    return {
        "page.html": PAGE,
        "mail.eml": MAIL,
        "book.epub": zipped(BOOK),
        "open.odt": zipped(OPEN),
        "rich.rtf": RICH,
        "word.docx": document(),
        "portable.pdf": portable(),
        "marks.md": f"# Locks\n\nThe lock is shut. ![x]({AWAY}/i.png)\n\n<img src='{AWAY}/k'>\n",
    }


@pytest.mark.parametrize("name", files())
def test_a_reader_opens_no_socket_and_asks_for_no_name(name: str) -> None:
    """By what Python itself hears: nothing is even tried, beyond being refused."""
    data = files()[name]
    with hostile_readers.listening() as heard:
        document = read(data.encode() if isinstance(data, str) else data, name)
    assert document.blocks
    assert heard == []


@pytest.mark.skipif(shutil.which("strace") is None, reason="needs strace to hear native code")
def test_an_ingest_makes_no_system_call_to_another_machine(
    tmp_path: Path, home_with_model: Path
) -> None:
    """All processes of it, native code too, without CI set: the kernel's own list of calls."""
    write(tmp_path / "in", files())
    calls = tmp_path / "calls"
    given = environment(home_with_model)
    for name in ("CI", "TF_BUILD", "JENKINS_URL"):
        given.pop(name, None)
    command = ["strace", "-f", "--seccomp-bpf", "-e", "trace=connect,sendto,sendmsg,sendmmsg"]
    done = subprocess.run(
        [*command, "-o", str(calls), *START, "ingest", str(tmp_path / "in")],
        env=given, capture_output=True, text=True, timeout=300,
    )  # fmt: skip
    if "ptrace" in done.stderr.lower():
        pytest.skip("this machine lets nobody trace")
    assert done.returncode == 0, done.stderr
    away = [
        line
        for line in calls.read_text().splitlines()
        if re.search(r"AF_INET|:53\b|sin_addr", line) and not re.search(r"127\.0\.0\.1|::1", line)
    ]
    assert away == []
