"""What becomes of documents: new, changed, reverted, gone, attached, fetched, refused."""

import email.message
import io
import os
import shutil
import signal
import subprocess
import threading
import time
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest
from fpdf import FPDF

from index.errors import UsageError
from index.library import Library
from index.models.embedder import Vectors
from index.search import Query
from index.settings import load
from ingest.document import Metadata
from ingest.manifest import load as load_manifest
from ingest.pipeline import ATTACHMENT, Options, ingest
from ingest.report import DocumentResult, Report
from tests.commands import START, briefs, environment, write
from tests.fakes import HashedWords
from tests.ingest.readers.word_documents import empty_document
from tests.killing import KILLING

EXAMPLES = Path(__file__).resolve().parents[2] / "examples" / "briefs"
SECRET = "hunter2-hunter2"
PORT = "The port of Aurelia\n\nThe port of Aurelia was leased to Norvane for ninety-nine years.\n"
WHEAT = "Wheat of Tamara\n\nWheat exports of Tamara fell by twelve per cent in a dry year.\n"


class Asleep(HashedWords):
    """An embedder that must not be needed."""

    def embed(self, *_: Any, **__: Any) -> Vectors:
        raise AssertionError("nothing is to be embedded")

    def count_tokens(self, *_: Any) -> list[int]:
        raise AssertionError("nothing is to be counted")

    def warm_up(self) -> None:
        raise AssertionError("nothing is to be loaded")


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    folder = tmp_path / "briefs"
    write(folder, {"port.txt": PORT, "wheat.txt": WHEAT})
    return folder


def results(report: Report) -> dict[str, str]:
    return {Path(item.location).name: item.result.value for item in report.items}


def found(library: Library, text: str) -> list[str]:
    return [hit.passage.text for hit in library.search(Query(text))]


def current(library: Library) -> list[tuple[str, str | None]]:
    rows = [row.brief for row in library.versions() if row.state == "current"]
    return sorted((brief.title, brief.date) for brief in rows)


def test_a_folder_becomes_briefs_that_are_found(library: Library, folder: Path) -> None:
    report = ingest(library, [str(folder)])
    assert results(report) == {"port.txt": "new", "wheat.txt": "new"}
    assert "leased to Norvane" in found(library, "who leased the port")[0]


def test_an_unchanged_folder_needs_no_model(settings, open_library, library, folder) -> None:
    """The second run skips all files by hash: nothing is loaded, counted or embedded."""
    note = email.message.EmailMessage()
    note["Subject"] = "Two briefs"
    note.set_content("Attached.")
    note.add_attachment(PORT + "It is deep.\n", filename="deep.txt")
    write(folder, {"mail.eml": note.as_bytes()})
    ingest(library, [str(folder)])
    again = ingest(open_library(settings, Asleep()), [str(folder)])
    assert set(results(again).values()) <= {"unchanged", "ignored"}
    assert again.count(DocumentResult.UNCHANGED) == 3


def test_a_changed_file_hides_its_first_version_at_once(library: Library, folder: Path) -> None:
    ingest(library, [str(folder)])
    (folder / "port.txt").write_text(PORT.replace("ninety-nine", "thirty"))
    report = ingest(library, [str(folder)])
    assert results(report) == {"port.txt": "version", "wheat.txt": "unchanged"}
    texts = " ".join(found(library, "port leased Norvane years"))
    assert "thirty" in texts
    assert "ninety-nine" not in texts
    brief_id = next(item.brief_id for item in report.items if item.version == 2)
    assert brief_id is not None
    assert "ninety-nine" in library.brief(brief_id, 1).text


def test_a_reverted_file_brings_its_first_version_back(library: Library, folder: Path) -> None:
    for text in (PORT, PORT.replace("ninety-nine", "thirty")):
        (folder / "port.txt").write_text(text)
        ingest(library, [str(folder)])
    assert isinstance(library.embedder, HashedWords)
    before = len(library.embedder.embedded)
    (folder / "port.txt").write_text(PORT)
    ingest(library, [str(folder)])
    assert len(library.embedder.embedded) == before
    texts = " ".join(found(library, "port leased Norvane years"))
    assert "ninety-nine" in texts
    assert "thirty" not in texts


def test_prune_withdraws_what_has_vanished_and_only_that(library: Library, folder: Path) -> None:
    """Without --prune a brief outlives its file; with it, it goes; what is elsewhere stays."""
    other = write(folder.parent, {"elsewhere.txt": "Elsewhere\n\nA brief from another folder.\n"})[
        0
    ]
    ingest(library, [str(folder), str(other)])
    other.unlink()
    (folder / "port.txt").unlink()
    ingest(library, [str(folder)])
    assert len(current(library)) == 3
    report = ingest(library, [str(folder)], Options(prune=True))
    assert results(report) == {"wheat.txt": "unchanged", "port.txt": "withdrawn"}
    assert [title for title, _ in current(library)] == ["Elsewhere", "Wheat of Tamara"]
    assert not any("Norvane" in text for text in found(library, "Norvane"))


def test_prune_of_a_folder_that_is_gone_withdraws_nothing(library: Library, folder: Path) -> None:
    """A disk that is not mounted must not empty the library."""
    ingest(library, [str(folder)])
    shutil.rmtree(folder)
    report = ingest(library, [str(folder)], Options(prune=True))
    assert report.count(DocumentResult.FAILED) == 1
    assert len(current(library)) == 2


REPORT = [
    "The harbour of Aurelia is the largest of the kingdom and handles forty million tonnes a year.",
    "Its lease to the Norvane company ended in June after nine years of disputes over dredging.",
    "The ministry will run the quays itself until a new operator has been chosen by tender.",
    "Shipping lines have welcomed the decision, but they warn of delays in the autumn season.",
]


def as_pdf(title: str, paragraphs: list[str]) -> bytes:
    pdf = FPDF()
    pdf.add_page()
    pdf.set_font("helvetica", size=18)
    pdf.multi_cell(0, 10, title)
    pdf.set_font("helvetica", size=11)
    for text in paragraphs:
        pdf.ln(4)
        pdf.multi_cell(0, 6, text)
    return bytes(pdf.output())


def as_docx(title: str, paragraphs: list[str]) -> bytes:
    document = empty_document()
    document.add_heading(title, 0)
    for text in paragraphs:
        document.add_paragraph(text)
    target = io.BytesIO()
    document.save(target)
    return target.getvalue()


def test_one_report_in_three_formats_is_one_brief(library: Library, tmp_path: Path) -> None:
    title = "The harbour of Aurelia after the lease"
    write(
        tmp_path / "r",
        {
            "a.md": f"# {title}\n\n" + "\n\n".join(REPORT),
            "b.pdf": as_pdf(title, REPORT),
            "c.docx": as_docx(title, REPORT),
        },
    )
    report = ingest(library, [str(tmp_path / "r")])
    assert results(report) == {"a.md": "new", "b.pdf": "rendition", "c.docx": "rendition"}
    assert len(current(library)) == 1
    texts = found(library, "dredging disputes lease Norvane")
    assert sum("dredging" in text for text in texts) == 1


def edition(number: int, date: str, text: str) -> str:
    head = f"---\ntitle: Grain\nnumber: XX-9001\nversion: {number}\ndate: {date}\n---\n\n"
    return head + f"{text}\n\n{' '.join(REPORT)}\n"


def test_an_older_edition_that_arrives_later_stays_behind_the_newer(library, tmp_path) -> None:
    """The order of arrival does not matter: the newer edition is the one that is found."""
    first, second = write(
        tmp_path,
        {
            "new.md": edition(2, "2024-05-01", "It ended."),
            "old.md": edition(1, "2024-01-01", "It began."),
        },
    )
    ingest(library, [str(first)])
    report = ingest(library, [str(second)])
    assert [item.result for item in report.items] == [DocumentResult.OLDER]
    assert current(library) == [("Grain", "2024-05-01")]
    assert "It began." not in " ".join(found(library, "grain began ended"))


def test_the_two_versions_among_the_examples_are_one_brief(library: Library) -> None:
    """BB-2022-07 has two versions, and that of July 2023 is current."""
    ingest(library, [str(path) for path in sorted(EXAMPLES.glob("BB-2022-07*"))])
    brief = library.brief("BB-2022-07")
    assert (brief.version, brief.date) == (2, "2023-07-20")
    assert {row.brief.id for row in library.versions()} == {brief.id}


def mail(*attachments: tuple[str, str], body: str = "Attached, for your files.") -> bytes:
    message = email.message.EmailMessage()
    message["Subject"] = "New briefs"
    message["From"] = "Ports Desk <desk@example.org>"
    message["Date"] = "Fri, 20 Oct 2023 08:00:00 +0000"
    message.set_content(body)
    for name, text in attachments:
        message.add_attachment(text, filename=name)
    return message.as_bytes()


def test_a_covering_note_gives_way_to_what_it_covers(library: Library, tmp_path: Path) -> None:
    """The attachment is the brief; what it does not say, the mail does; the report tells."""
    path = write(tmp_path, {"m.eml": mail(("port.txt", PORT))})[0]
    report = ingest(library, [str(path)])
    brief = next(row.brief for row in library.versions())
    assert (brief.title, brief.date, brief.authors) == (
        "The port of Aurelia", "2023-10-20", ("Ports Desk",),
    )  # fmt: skip
    assert brief.source == f"{path}{ATTACHMENT}port.txt"
    assert results(report) == {"m.eml": "ignored", f"m.eml{ATTACHMENT}port.txt": "new"}
    assert "covering note of 4 words" in (report.items[0].reason or "")


def test_a_mail_with_a_text_of_its_own_is_a_brief_too(library: Library, tmp_path: Path) -> None:
    """A long body and two attachments of one name are three briefs; flags' title is the body's."""
    data = mail(("a.txt", PORT), ("a.txt", WHEAT), body=" ".join(REPORT * 3))
    path = write(tmp_path, {"m.eml": data})[0]
    report = ingest(library, [str(path)], Options(given=Metadata(title="By hand")))
    assert report.count(DocumentResult.NEW) == 3
    titles = [title for title, _ in current(library)]
    assert titles == ["By hand", "The port of Aurelia", "Wheat of Tamara"]


def test_an_attachment_that_failed_is_tried_and_told_again(library, tmp_path) -> None:
    """A mail on record does not hide that a part of it is missing."""
    data = mail(("a.pdf", "no pdf at all"), ("b.txt", PORT), body=" ".join(REPORT * 3))
    path = write(tmp_path, {"m.eml": data.replace(b"no pdf at all", b"%PDF-1.4 broken")})[0]
    for _ in range(2):
        assert ingest(library, [str(path)]).count(DocumentResult.FAILED) == 1


def test_prune_withdraws_what_a_mail_no_longer_holds(library: Library, tmp_path: Path) -> None:
    path = write(tmp_path, {"m/m.eml": mail(("a.txt", PORT), ("b.txt", WHEAT))})[0]
    ingest(library, [str(path.parent)])
    path.write_bytes(mail(("b.txt", WHEAT)))
    ingest(library, [str(path.parent)], Options(prune=True))
    assert [title for title, _ in current(library)] == ["Wheat of Tamara"]


def test_standard_input_is_a_document(library: Library, monkeypatch: pytest.MonkeyPatch) -> None:
    """Its content is its identity: the same text again is unchanged."""
    for wanted in (DocumentResult.NEW, DocumentResult.UNCHANGED):
        stdin = io.TextIOWrapper(io.BytesIO(PORT.encode()))
        monkeypatch.setattr("sys.stdin", stdin)
        report = ingest(library, ["-"])
        assert [item.result for item in report.items] == [wanted]


class Web(BaseHTTPRequestHandler):
    """Serves a brief, a page under the name of a PDF, and silence."""

    def do_GET(self) -> None:
        if self.path == "/never.txt":
            self.server.waiting.wait(120)  # type: ignore[attr-defined]
            return
        kinds = {"/port.txt": "text/plain", "/page.pdf": "text/html"}
        path, _, query = self.path.partition("?")
        kind = kinds.get(path) if query in {"", f"v=1&token={SECRET}"} else None
        page = f"<html><title>Sorry</title><body><p>{REPORT[0]}</p></body></html>"
        body = (PORT if kind == "text/plain" else page).encode()
        self.send_response(200 if kind else 404)
        self.send_header("Content-Type", kind or "text/html")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: Any) -> None:
        """Say nothing."""


@pytest.fixture
def web() -> Iterator[str]:
    server = ThreadingHTTPServer(("127.0.0.1", 0), Web)
    server.waiting = threading.Event()  # type: ignore[attr-defined]
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.waiting.set()  # type: ignore[attr-defined]
    server.shutdown()
    server.server_close()
    thread.join()


def test_urls_are_fetched_or_refused_with_the_reason(open_library, tmp_path, web) -> None:
    """200 is a brief, 404 and silence are failures, HTML under .pdf comes with a note."""
    library = open_library(load(home=tmp_path / "home", fetch_seconds=0.5))
    names = ("port.txt", "gone.txt", "page.pdf", "never.txt")
    report = ingest(library, [f"{web}/{name}" for name in names])
    reasons = {item.location.rsplit("/", 1)[-1]: item.reason for item in report.items}
    assert "404" in (reasons["gone.txt"] or "")
    assert "0.5 s" in (reasons["never.txt"] or "")
    assert "HTML" in (reasons["page.pdf"] or "")
    assert report.count(DocumentResult.FAILED) == 2
    assert ingest(library, [f"{web}/port.txt"]).count(DocumentResult.UNCHANGED) == 1


def test_tokens_in_urls_are_used_and_never_stored_or_shown(
    open_library, tmp_path: Path, web: str
) -> None:
    """The server is sent the token; the library, the report and the citation have the rest."""
    library = open_library(load(home=tmp_path / "home"))
    table = write(tmp_path, {"m.csv": f"file,title\n{web}/port.txt?v=1&token={SECRET},Harbour\n"})
    options = Options(
        given=Metadata(source_url=f"https://me:{SECRET}@example.org/a?sig={SECRET}"),
        manifest=load_manifest(table[0]),
    )
    url = f"{web}/port.txt?v=1&token={SECRET}"
    report = ingest(library, [url], options)
    assert [item.result for item in report.items] == [DocumentResult.NEW]
    assert ingest(library, [url], options).count(DocumentResult.UNCHANGED) == 1
    [brief] = library.briefs()
    assert (brief.title, brief.source) == ("Harbour", f"{web}/port.txt?v=1")
    assert brief.source_url == "https://example.org/a"
    refused = ingest(library, [f"http://me:{SECRET}@example.org/a", f"{web}/x?token={SECRET}"])
    assert SECRET not in repr((report, refused))
    library.close()
    files = [path for path in (tmp_path / "home").rglob("*") if path.is_file()]
    assert [path for path in files if SECRET.encode() in path.read_bytes()] == []


def test_rows_of_a_manifest_that_fit_nothing_are_named(library: Library, folder: Path) -> None:
    path = write(folder.parent, {"m.csv": "file,title\nport.txt,Harbour\nprot.txt,Typo\n"})[0]
    report = ingest(library, [str(folder)], Options(manifest=load_manifest(path)))
    assert [item.reason for item in report.failed] == [
        "row 3: prot.txt matches none of the documents; check the column file"
    ]
    assert ("Harbour", None) in current(library)


def test_flags_outweigh_the_manifest_the_document_and_its_name(library, tmp_path) -> None:
    """Each says less than the one before it: flag, manifest, front matter, file name."""
    head = "---\ntitle: From the text\ndate: 2020-02-02\nauthor: A. Text\n---\n\n"
    path, table = write(
        tmp_path,
        {
            "2019-01-port.md": head + PORT,
            "m.csv": "file,date,author\n2019-01-port.md,2021-03-03,B. Table\n",
        },
    )
    options = Options(given=Metadata(authors=("C. Flag",)), manifest=load_manifest(table))
    ingest(library, [str(path)], options)
    brief = next(row.brief for row in library.versions())
    assert (brief.title, brief.date, brief.authors) == ("From the text", "2021-03-03", ("C. Flag",))


def test_a_flag_given_later_makes_a_version(library: Library, folder: Path) -> None:
    """The same bytes said to be something else are no longer unchanged."""
    path = str(folder / "port.txt")
    ingest(library, [path])
    report = ingest(library, [path], Options(given=Metadata(date="2020-05")))
    assert [item.result for item in report.items] == [DocumentResult.VERSION]
    assert current(library) == [("The port of Aurelia", "2020-05")]


def test_one_title_for_two_documents_is_refused(library: Library, folder: Path) -> None:
    with pytest.raises(UsageError, match="--title: given for 2 documents"):
        ingest(library, [str(folder)], Options(given=Metadata(title="One")))
    assert library.versions() == []


def test_a_dry_run_changes_nothing(library: Library, folder: Path) -> None:
    ingest(library, [str(folder)])
    (folder / "port.txt").unlink()
    write(folder, {"new.txt": "A new brief\n\nIt has a text of its own.\n"})
    before = (library.versions(), library.renditions(), library.generation)
    report = ingest(library, [str(folder)], Options(prune=True, dry_run=True))
    assert results(report) == {
        "new.txt": "new", "port.txt": "withdrawn", "wheat.txt": "unchanged",
    }  # fmt: skip
    assert (library.versions(), library.renditions(), library.generation) == before


def test_file_times_are_never_taken_for_dates(library: Library, folder: Path) -> None:
    """A file of 1 May 2015 without a date has none, and touching it changes nothing."""
    path = folder / "port.txt"
    os.utime(path, (1_430_438_400, 1_430_438_400))
    ingest(library, [str(path)])
    assert current(library) == [("The port of Aurelia", None)]
    os.utime(path)
    assert ingest(library, [str(path)]).count(DocumentResult.UNCHANGED) == 1


def test_a_title_without_a_text_is_refused(library: Library, tmp_path: Path) -> None:
    path = write(tmp_path, {"a.md": "# Title\n\n## Chapter one"})[0]
    report = ingest(library, [str(path)])
    assert [item.result for item in report.items] == [DocumentResult.FAILED]
    assert library.versions() == []


def test_metadata_from_outside_is_clean(library: Library, folder: Path) -> None:
    """Escapes and bidi marks in a flag reach neither the terminal nor the model."""
    given = Metadata(title="Red \x1b[31malert\u202e", authors=("A\nB",))
    ingest(library, [str(folder / "port.txt")], Options(given=given))
    brief = next(row.brief for row in library.versions())
    assert (brief.title, brief.authors) == ("Red [31malert", ("A B",))


def test_a_watched_folder_is_followed_until_ctrl_c(home_with_model: Path, tmp_path: Path) -> None:
    """What comes is ingested, what goes is withdrawn, and nothing but reports is printed."""
    watched = tmp_path / "watched"
    write(watched, {"port.txt": "Port\n\nThe port was leased for ninety years in 2015."})
    process = subprocess.Popen(
        [*START, "ingest", str(watched), "--watch", "--prune"],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        text=True,
        env=environment(home_with_model),
        start_new_session=True,
    )
    assert process.stderr
    while "watching" not in process.stderr.readline():
        assert process.poll() is None
    (watched / "port.txt").unlink()

    def followed() -> bool:
        # Again and again: the first change may come before the watching has begun.
        write(watched, {"wheat.txt": "Wheat\n\nThe harvest of wheat fell by a third in the south."})
        with Library.open(load(home=home_with_model)) as library:
            rows = [row for row in library.versions() if row.state == "current"]
        return [row.brief.title for row in rows] == ["Wheat"]

    _wait_for(followed)
    process.send_signal(signal.SIGINT)
    _, err = process.communicate(timeout=120)
    assert process.returncode in {0, 130}
    assert "Traceback" not in err
    assert "logger" not in err


def test_ctrl_c_ends_an_ingest_cleanly_and_the_next_one_finishes(home_with_model, tmp_path) -> None:
    """Exit code 130, one line that says how to go on, no traceback, and nothing half in."""
    write(
        tmp_path / "many",
        {f"{n:03}.txt": f"Brief {n}\n\n{' '.join(REPORT)} Number {n}.\n" for n in range(9)},
    )
    pressed = [*KILLING, "interrupt", "ingest.sandbox:Sandbox.read", "4", "--"]
    done = subprocess.run(
        [*pressed, "ingest", str(tmp_path / "many")],
        capture_output=True,
        text=True,
        env=environment(home_with_model),
        start_new_session=True,  # as a job of its own, that alone gets the signal
        timeout=120,
    )
    err = done.stderr
    assert done.returncode == 130, err
    assert "Traceback" not in err
    assert "run the same command again to continue" in err
    again = briefs(home_with_model, "ingest", str(tmp_path / "many"))
    assert again.returncode == 0, again.stderr
    assert briefs(home_with_model, "doctor").returncode == 0
    with Library.open(load(home=home_with_model)) as library:
        assert len(library.renditions()) == 9


def _wait_for(condition: Callable[[], bool]) -> None:
    deadline = time.monotonic() + 120
    while not condition():
        assert time.monotonic() < deadline
        time.sleep(0.05)
