"""Answers are held against the library of today."""

import json
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from bot.audit.findings import Finding, Kind, Severity
from bot.audit.shelf import Shelf
from bot.audit.today import check
from bot.ledger.ledger import canonical
from index.library import Library
from tests.audit.records import PORT, Told, cited
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
    return check(body, Shelf(library.database))


def test_what_did_not_change_is_no_finding(library: Library, answered: Answered) -> None:
    """The version cited stands."""
    body = answered(publish(library, *PORT), 1, 2)
    assert found(library, body) == []


def test_corrected_words_are_shown(library: Library, answered: Answered) -> None:
    """Old and new; other citations of the same brief are only superseded."""
    body = answered(publish(library, *PORT), 1, 3)
    publish(library, PORT[0].replace("41", "43"), *PORT[1:])
    corrected, superseded = found(library, body)
    assert (corrected.kind, corrected.severity, corrected.citation) == (
        Kind.CORRECTED, Severity.HIGH, 1,
    )  # fmt: skip
    assert corrected.detail == "“Port” was changed: now reads “43” for “41”"
    assert corrected.evidence["changed"] == [["41", "43"]]
    assert (corrected.evidence["version"], corrected.evidence["now"]) == (1, 2)
    assert (superseded.kind, superseded.severity, superseded.citation) == (
        Kind.SUPERSEDED, Severity.LOW, 2,
    )  # fmt: skip


def test_a_new_version_that_keeps_the_words_only_supersedes(
    library: Library, answered: Answered
) -> None:
    """One finding for all citations of the version."""
    body = answered(publish(library, *PORT), 1, 2)
    publish(library, "A new beginning.", *PORT)
    (one,) = found(library, body)
    assert one.kind is Kind.SUPERSEDED
    assert one.evidence["citations"] == [1, 2]
    assert one.detail == "of “Port” there is a newer version; the words quoted still stand"


def test_a_withdrawn_brief_is_told_once(library: Library, answered: Answered) -> None:
    """However often it is cited."""
    body = answered(publish(library, *PORT), 1, 2)
    library.publish([], library.renditions())
    (one,) = found(library, body)
    assert (one.kind, one.detail) == (Kind.WITHDRAWN, "“Port” was withdrawn")


def test_a_brief_that_the_library_never_had_is_told(library: Library, answered: Answered) -> None:
    """Another library's answer."""
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
    assert [one.kind for one in found(library, just_now)] == [Kind.CORRECTED]


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
    assert one.kind is Kind.SUPERSEDED
    assert "“Wheat”, 2025-01-01" in one.detail
    late = answered(first, 1, hours=1)
    assert found(library, late) == []
