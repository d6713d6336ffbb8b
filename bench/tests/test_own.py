"""Our own questions, against a library that has their passages or has not."""

import json
from pathlib import Path
from typing import Any

import pytest

from bench.own import QUESTIONS, Needed, named, questions
from index.library import Library
from index.settings import Settings
from tests.conftest import MakeLibrary
from tests.drafts import draft, each_alone

COD = "Cod quotas fell by a third."
HERRING = "Herring stays open all the year."


def needed(text: str, *sentences: int, also: tuple[str, ...] = ()) -> dict[str, Any]:
    names = [named(other) for other in also]
    return {"report": "R1", "passage": named(text), "sentences": sentences, "also": names}


def row(name: str, *gold: dict[str, Any], **more: Any) -> str:
    return json.dumps({"id": name, "type": "fact", "question": f"{name}?", "gold": gold, **more})


@pytest.fixture
def shelf(library: Library) -> Library:
    library.publish([draft("a.txt", f"Fishing\n\n{COD}\n\n{HERRING}", count=each_alone)])
    return library


def test_a_question_is_read_with_what_it_needs(shelf: Library, tmp_path: Path) -> None:
    """Its turns, its passages, the places of their sentences."""
    path = tmp_path / "own.jsonl"
    path.write_text(row("one", needed(COD, 0), needed(HERRING, 0), conversation=["and before?"]))
    [found] = questions(shelf, path)
    assert (found.id, found.question) == ("one", "one?")
    assert [turn.question for turn in found.turns] == ["and before?"]
    assert [one.sentences for one in found.needed] == [(0,), (0,)]
    assert found.needed[0].met_by(COD)
    assert not found.needed[0].met_by(HERRING)


def test_a_question_whose_passages_are_not_there_is_left_out(
    shelf: Library, tmp_path: Path
) -> None:
    """One that is missing is enough; what nothing answers needs none and stays."""
    lines = [
        row("there", needed(COD, 0)),
        row("half", needed(COD, 0), needed("Cut otherwise.", 0)),
        row("gone", needed("Cut otherwise.", 0)),
        row("nothing"),
    ]
    path = tmp_path / "own.jsonl"
    path.write_text("\n".join(lines))
    assert [found.id for found in questions(shelf, path)] == ["there", "nothing"]


def test_a_withdrawn_brief_has_no_passages(shelf: Library, tmp_path: Path) -> None:
    """Only what is searched can be found."""
    path = tmp_path / "own.jsonl"
    path.write_text(row("there", needed(COD, 0)))
    shelf.publish([], shelf.renditions())
    assert questions(shelf, path) == []


def test_an_equally_good_passage_will_do() -> None:
    """By its name or that of one that says the same."""
    one = Needed(named(COD), frozenset({named(HERRING)}), (0,))
    assert one.met_by(COD)
    assert one.met_by(HERRING)
    assert not one.met_by(COD + " ")


def test_every_line_of_our_file_is_a_question(
    settings: Settings, open_library: MakeLibrary
) -> None:
    """Ids are unique; a library without the reports has only what nothing answers."""
    rows = [json.loads(line) for line in QUESTIONS.read_text("utf-8").splitlines()]
    assert len({one["id"] for one in rows}) == len(rows) > 1_000
    found = questions(open_library(settings))
    assert {one.id for one in found} == {one["id"] for one in rows if not one["gold"]}
    assert all(one.question.strip() for one in found)
