"""The report says of each document what became of it."""

from index.left_out import OmissionReason, counted
from index.passage import Brief
from index.placement import DraftStatus, PublishOutcome
from ingest.report import DocumentResult, Report, ReportItem, item_for

BRIEF = Brief("a1", 2, "Grain", "Grain\n\nText.", date="2024-05", note="12 of 80 pages empty")


def test_a_line_carries_what_a_librarian_asks() -> None:
    """Id, version, title, date, passages, the reader's warning; the other title if there is one."""
    outcome = PublishOutcome(DraftStatus.VERSION, "a1", 2, 3, "current")
    assert item_for("a.md", BRIEF, outcome, "Grain and oil") == ReportItem(
        "a.md",
        DocumentResult.VERSION,
        "a1",
        2,
        "Grain",
        "2024-05",
        3,
        "12 of 80 pages empty",
        "Grain and oil",
    )
    assert item_for("a.md", BRIEF, outcome, "Grain").of is None


def test_what_was_left_out_is_summed_over_the_documents() -> None:
    lost = counted([(OmissionReason.BOX, "Key points")])
    items = [ReportItem(name, DocumentResult.NEW, left_out=lost) for name in ("a.md", "b.md")]
    assert Report(items).to_json()["left_out"] == [
        {"reason": "box", "characters": 18, "example": "Key points"}
    ]


def test_json_counts_every_result_and_only_added_passages() -> None:
    """Absent results are zeros, so that a program need not guess."""
    report = Report(
        [
            ReportItem("a.md", DocumentResult.NEW, passages=3),
            ReportItem("b.md", DocumentResult.RENDITION, passages=4),
            ReportItem("c.md", DocumentResult.OLDER, passages=5),
            ReportItem("d.md", DocumentResult.FAILED, reason="empty"),
        ],
        seconds=1.234,
        interrupted=True,
    )
    found = report.to_json()
    assert found["counts"] == {
        "new": 1, "version": 0, "older": 1, "rendition": 1, "unchanged": 0, "withdrawn": 0,
        "failed": 1, "ignored": 0, "left_out": 0,
    }  # fmt: skip
    assert (found["passages"], found["seconds"], found["interrupted"]) == (8, 1.23, True)
    assert [item["location"] for item in found["documents"]] == ["a.md", "b.md", "c.md", "d.md"]
    assert [item.location for item in report.failed] == ["d.md"]
