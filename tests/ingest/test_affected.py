"""An ingest says what rests on the briefs that it replaced or withdrew."""

from collections.abc import Iterator, Sequence
from pathlib import Path

import pytest

from index.errors import UsageError
from index.library import Library
from ingest import affected
from ingest.affected import AffectedAnswers, BriefChange
from ingest.pipeline import Options, ingest

FIRST = "# Port Aurelia\n\nThe port handles 41 million tons of cargo in each and every year.\n"
SECOND = FIRST.replace("41", "43")


class Asked:
    """Keeps what it is asked, and says that two answers rest on each."""

    def __init__(self) -> None:
        self.changes: list[BriefChange] = []

    def __call__(self, library: Library, changes: Sequence[BriefChange]) -> list[AffectedAnswers]:
        self.changes += changes
        return [
            AffectedAnswers(one.brief_id, one.title, one.withdrawn, ("a1", "a2"), 1)
            for one in changes
        ]


@pytest.fixture
def asked(monkeypatch: pytest.MonkeyPatch) -> Iterator[Asked]:
    monkeypatch.setattr(affected, "_listeners", [])
    made = Asked()
    affected.register(made)
    return made


@pytest.fixture
def file(tmp_path: Path, library: Library) -> Path:
    path = tmp_path / "briefs" / "port.md"
    path.parent.mkdir()
    path.write_text(FIRST)
    ingest(library, [str(path)])
    return path


def test_a_replaced_brief_is_asked_about(asked: Asked, file: Path, library: Library) -> None:
    """With its new text; the report has the answer as JSON and as a line."""
    file.write_text(SECOND)
    report = ingest(library, [str(file)])
    (change,) = asked.changes
    assert "43 million" in (change.text or "")
    (told,) = report.to_json()["resting"]
    assert told == {
        "brief_id": change.brief_id,
        "title": "Port Aurelia",
        "change": "replaced",
        "answers": 2,
        "changed": 1,
        "answer_ids": ["a1", "a2"],
    }
    assert report.affected[0].line() == (
        f"2 answers cite {change.brief_id} (Port Aurelia), which was replaced; "
        "1 quotes words that changed: a1, a2"
    )


def test_a_withdrawn_brief_is_asked_about(asked: Asked, file: Path, library: Library) -> None:
    file.unlink()
    report = ingest(library, [str(file.parent)], Options(prune=True))
    (change,) = asked.changes
    assert change.withdrawn
    assert report.affected[0].line().endswith("which was removed: a1, a2")


def test_a_dry_run_says_what_would_be(asked: Asked, file: Path, library: Library) -> None:
    file.write_text(SECOND)
    (told,) = ingest(library, [str(file)], Options(dry_run=True)).affected
    assert not told.withdrawn
    file.unlink()
    (told,) = ingest(library, [str(file.parent)], Options(dry_run=True, prune=True)).affected
    assert told.withdrawn
    assert "41 million" in library.brief(told.brief_id).text


def test_nobody_is_asked_where_nothing_changed(asked: Asked, file: Path, library: Library) -> None:
    other = file.with_name("other.md")
    other.write_text("# Wheat\n\nWheat is grown in the north of Tamara, and nowhere else.\n")
    assert ingest(library, [str(file), str(other)]).affected == []
    assert asked.changes == []


def test_what_cannot_be_told_stops_nothing(file, library, monkeypatch) -> None:
    """The briefs are in the library by then."""

    def fails(*_: object) -> list[AffectedAnswers]:
        raise UsageError("no ledger")

    monkeypatch.setattr(affected, "_listeners", [fails])
    file.write_text(SECOND)
    report = ingest(library, [str(file)])
    assert (report.failed, report.affected) == ([], [])
    assert "43 million" in library.brief(report.items[0].brief_id or "").text


@pytest.mark.parametrize(
    ("answers", "changed", "said"),
    [
        (("a",), 0, "1 answer cites b (B), which was replaced; it quotes no words that changed"),
        (("a",), 1, "1 answer cites b (B), which was replaced; it quotes words that changed"),
        (("a", "b"), 0, "none quotes words that changed: a, b"),
        (tuple("abcdefg"), 3, "3 quote words that changed: a, b, c, d, e and 2 more"),
    ],
)
def test_the_line_names_a_few(answers: tuple[str, ...], changed: int, said: str) -> None:
    assert said in AffectedAnswers("b", "B", False, answers, changed).line()
