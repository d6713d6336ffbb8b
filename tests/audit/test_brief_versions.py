"""The library as checks need it, on both databases."""

import pytest

from bot.audit import brief_versions
from bot.audit.brief_versions import BriefVersions
from bot.audit.check_run import run
from bot.audit.selection import Selection
from bot.ledger.ledger import Ledger
from index.library import Library
from tests.audit.records import PORT, quoting, record
from tests.drafts import draft, each_alone


def publish(library: Library, *paragraphs: str, at: str = "p.md") -> str:
    text = "\n\n".join((at.removesuffix(".md").title(), *paragraphs))
    (outcome,) = library.publish([draft(at, text, count=each_alone)])
    return outcome.brief_id


def test_versions_are_known_with_their_states(either_library: Library) -> None:
    brief_id = publish(either_library, *PORT)
    publish(either_library, PORT[0].replace("41", "43"), *PORT[1:])
    shelf = BriefVersions(either_library.database)
    current = shelf.current(brief_id)
    assert (current.version, current.added_at.tzinfo is not None) == (2, True)
    assert [one.state for one in shelf.versions(brief_id)] == ["superseded", "current"]
    assert shelf.current("none") is shelf.version(brief_id, 3) is shelf.text("none", 1) is None
    assert shelf.passages("none", 1) == []


def test_passages_are_found_by_their_words(either_library: Library) -> None:
    """Those with most of the rarest first; where no word is known, none."""
    brief_id = publish(either_library, *PORT)
    publish(either_library, "The quay carries twelve cranes.", at="quay.md")
    found = BriefVersions(either_library.database).like(
        "the price of ending the lease early, lawyers say"
    )
    assert (found[0].brief_id, found[0].paragraph) == (brief_id, 3)
    assert found[0].holds("Lawyers disagree about the price")
    assert BriefVersions(either_library.database).like("xyzzy") == []


def test_few_texts_are_kept(library: Library, monkeypatch: pytest.MonkeyPatch) -> None:
    ids = [publish(library, *PORT, at=f"b{number}.md") for number in range(4)]
    shelf = BriefVersions(library.database)
    first = shelf.text(ids[0], 1)
    assert shelf.text(ids[0], 1) is first
    monkeypatch.setattr(brief_versions, "CACHED_CHARACTERS", 300)
    for brief_id in ids:
        shelf.text(brief_id, 1)
    again = shelf.text(ids[0], 1)
    assert again is not first
    assert again.sha256 == first.sha256


def test_a_run_finds_the_same_on_either_database(either_library: Library) -> None:
    brief_id = publish(either_library, *PORT)
    stored = either_library.brief(brief_id)
    ledger = Ledger(either_library.database)
    record(ledger, "a", quoting(stored, 2, PORT[0]))
    record(ledger, "b", quoting(stored, 4, PORT[2]))
    publish(either_library, PORT[0].replace("41", "43"), *PORT[1:])
    tally = run(either_library.database, Selection())
    assert {str(kind): count for kind, count in tally.answers.items()} == {
        "corrected": 1, "superseded": 1,
    }  # fmt: skip
    assert run(either_library.database, Selection(sample=1, seed=3)).checked == 1
