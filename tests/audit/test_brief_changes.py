"""Answers are held against the library of today."""

import json
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from bot.audit.brief_changes import check_versions, resting
from bot.audit.brief_versions import BriefVersions
from bot.audit.findings import Finding, FindingKind, Severity
from bot.ledger.ledger import Ledger, canonical
from index.library import Library
from ingest.affected import AffectedAnswers, BriefChange
from tests.audit.records import PORT, Told, brief, cited, later, quoting, record
from tests.drafts import draft, each_alone

Body = dict[str, Any]
Answered = Callable[..., Body]


def publish(library: Library, *paragraphs: str, at: str = "port.md", **facts: Any) -> str:
    text = "Port\n\n" + "\n\n".join(paragraphs)
    (outcome,) = library.publish([draft(at, text, count=each_alone, **facts)])
    return outcome.brief_id


@pytest.fixture
def answered(library: Library) -> Answered:
    """Make the record of an answer that quotes paragraphs of the brief as it stands now."""

    def made(brief_id: str, *numbers: int, hours: float = 0) -> Body:
        stored = library.brief(brief_id)
        citations = []
        for number, paragraph in enumerate(numbers, 1):
            text = [one for one in stored.text.split("\n\n") if one][paragraph]
            citations.append(cited(number, stored, paragraph + 1, text))
        body, _ = Told(tuple(citations), briefs=(stored,)).record()
        stamp = (datetime.now(UTC) + timedelta(hours=hours)).isoformat()
        return json.loads(canonical({**body, "answer_id": "a", "created_at": stamp}))  # type: ignore[no-any-return]

    return made


def found(library: Library, body: Body) -> list[Finding]:
    return check_versions(body, BriefVersions(library.database))


def test_what_did_not_change_is_no_finding(library: Library, answered: Answered) -> None:
    body = answered(publish(library, *PORT), 1, 2)
    assert found(library, body) == []


def test_corrected_words_are_shown(library: Library, answered: Answered) -> None:
    """Old and new; other citations of the same brief are only superseded."""
    body = answered(publish(library, *PORT), 1, 3)
    publish(library, PORT[0].replace("41", "43"), *PORT[1:])
    corrected, superseded = found(library, body)
    assert (corrected.kind, corrected.severity, corrected.citation) == (
        FindingKind.CORRECTED, Severity.HIGH, 1,
    )  # fmt: skip
    assert corrected.detail == "“Port” was changed: now reads “43” for “41”"
    assert corrected.evidence["changed"] == [["41", "43"]]
    assert (corrected.evidence["version"], corrected.evidence["now"]) == (1, 2)
    assert (superseded.kind, superseded.severity, superseded.citation) == (
        FindingKind.SUPERSEDED, Severity.LOW, 2,
    )  # fmt: skip


def test_a_new_version_that_keeps_the_words_only_supersedes(library, answered):
    body = answered(publish(library, *PORT), 1, 2)
    publish(library, "A new beginning.", *PORT)
    (one,) = found(library, body)
    assert one.kind is FindingKind.SUPERSEDED
    assert one.evidence["citations"] == [1, 2]
    assert one.detail == "of “Port” there is a newer version; the words quoted still stand"


def test_a_withdrawn_brief_is_told_once(library: Library, answered: Answered) -> None:
    body = answered(publish(library, *PORT), 1, 2)
    library.publish([], library.renditions())
    (one,) = found(library, body)
    assert (one.kind, one.detail) == (FindingKind.WITHDRAWN, "“Port” was withdrawn")


def test_a_brief_that_the_library_never_had_is_told(library: Library, answered: Answered) -> None:
    body = answered(publish(library, *PORT), 1)
    body["citations"][0]["brief"]["id"] = "other"
    assert found(library, body)[0].detail == "“Port” is not in the library"


def test_an_older_version_cited_on_purpose_is_no_news(library: Library, answered: Answered) -> None:
    """The newer one was there before the question; a moment before may be too late for it."""
    brief_id = publish(library, *PORT)
    body = answered(brief_id, 1, hours=1)
    just_now = answered(brief_id, 1)
    publish(library, PORT[0].replace("41", "43"), *PORT[1:])
    assert found(library, body) == []
    assert [one.kind for one in found(library, just_now)] == [FindingKind.CORRECTED]


def test_a_newer_edition_of_the_publisher_supersedes(library: Library, answered: Answered) -> None:
    """Another brief with the same report number that came later."""
    first = publish(library, *PORT, number="IF1", date="2024-01-01")
    body = answered(first, 1)
    second = publish(
        library,
        "Nothing of the above words is left in this wholly other paper.",
        at="other.md",
        title="Wheat",
        number="IF1",
        date="2025-01-01",
    )
    assert second != first
    (one,) = found(library, body)
    assert one.kind is FindingKind.SUPERSEDED
    assert "“Wheat”, 2025-01-01" in one.detail
    late = answered(first, 1, hours=1)
    assert found(library, late) == []


FIRST = brief(*PORT)
SECOND = later(FIRST, "41", "43")


@pytest.fixture
def asked(library: Library) -> Library:
    """A library whose ledger has two answers that rest on the port, and one that does not."""
    ledger = Ledger(library.database)
    record(ledger, "cargo", quoting(FIRST, 1, PORT[0]))
    record(ledger, "lease", quoting(FIRST, 3, PORT[2]))
    record(ledger, "other", quoting(brief("Ships.", id="ship"), 1, "Ships."))
    record(ledger, "newer", quoting(SECOND, 1, SECOND.text.split("\n\n")[0]))
    return library


def test_an_ingest_learns_which_answers_cite_what_it_changed(asked: Library) -> None:
    """Those that quote changed words come first; a withdrawn brief affects all that cite it."""
    changes = [
        BriefChange("port", "Port", SECOND.text),
        BriefChange("ship", "Ships"),
        BriefChange("none", "No"),
    ]
    assert resting(asked, changes) == [
        AffectedAnswers("port", "Port", False, ("cargo", "newer", "lease"), 1),
        AffectedAnswers("ship", "Ships", True, ("other",), 1),
    ]
    assert resting(asked, [BriefChange("port", "Port")])[0].answers == ("newer", "lease", "cargo")


def test_without_a_ledger_no_answer_is_affected(library: Library) -> None:
    assert resting(library, [BriefChange("port", "Port")]) == []
