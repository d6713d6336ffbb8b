"""Answers are checked from their own records."""

import copy
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import text

from bot.answering.answer import Sentence
from bot.audit.brief_versions import BriefVersions
from bot.audit.findings import Finding, FindingKind, Severity
from bot.audit.record_checks import check, check_streamed, unreadable
from bot.checking.verdict import Reason, Verdict
from bot.ledger.ledger import canonical
from bot.ledger.streamed import StreamedAnswer
from index.library import Library
from index.storage.database import Database, sqlite_url
from tests.audit.records import PORT, Told, brief, cited, doubtful, quoting
from tests.drafts import draft as drafted
from tests.drafts import each_alone

PORT_BRIEF = brief(*PORT)
LEASED, MISTAKE = PORT[1].split(". ")[0] + ".", "Minister Ilse Brandt called the lease a mistake."


def body_of(told: Told) -> Any:
    """The body as the ledger gives it back, so that a test may change it."""
    import json

    made, _ = told.record()
    return json.loads(canonical({**made, "answer_id": "a1", "created_at": "2026-01-01T00:00:00"}))


def extractive() -> Any:
    citations = (cited(1, PORT_BRIEF, 2, LEASED), cited(2, PORT_BRIEF, 1, PORT[0]))
    return body_of(Told(citations, briefs=(PORT_BRIEF,)))


def written(*sentences: Sentence) -> Any:
    citations = (cited(1, PORT_BRIEF, 2, LEASED), cited(2, PORT_BRIEF, 1, PORT[0]))
    return body_of(Told(citations, sentences, mode="generative", briefs=(PORT_BRIEF,)))


def said(text: str, *numbers: int) -> Sentence:
    return Sentence(text, numbers or (1,), Verdict.SUPPORTED)


def kinds(found: list[Finding]) -> list[str]:
    return [str(one.kind) for one in found]


def test_a_sentence_that_is_its_quotation_is_sound() -> None:
    assert check(extractive()) == []
    assert check(body_of(Told((), confidence=0.1))) == []


def test_a_readable_form_of_a_quotation_is_sound() -> None:
    """A name in brackets for a pronoun, a row of a table as words."""
    owns = brief("Norvane is a company. It owns nine ships.", id="n")
    told = quoting(owns, 1, "It owns nine ships.")
    text = "[Norvane] owns nine ships."
    assert check(body_of(replace(told, sentences=(said(text),)))) == []
    table = brief("| Year | Ships |\n| --- | --- |\n| 2023 | 9 |", id="t")
    told = quoting(table, 1, "| 2023 | 9 |")
    assert check(body_of(replace(told, sentences=(said("2023 — Ships: 9"),)))) == []
    found = check(body_of(replace(told, sentences=(said("2023 — Ships: 8"),))))
    assert set(kinds(found)) == {"number"}


# Markers


def test_a_marker_without_citation_dangles() -> None:
    body = extractive()
    body["sentences"][1]["citations"] = [2, 7]
    (found,) = check(body)
    assert (found.kind, found.sentence, found.citation) == (FindingKind.DANGLING, 2, 7)
    assert found.detail == "[7] has no citation behind it"


def test_a_sentence_that_cites_nothing_dangles() -> None:
    body = extractive()
    body["sentences"][0]["citations"] = []
    (found,) = check(body)
    assert (found.kind, found.sentence, found.detail) == (
        FindingKind.DANGLING,
        1,
        "it cites nothing",
    )


def test_a_mark_left_in_the_text_dangles_where_it_points_at_nothing() -> None:
    """One that points at a citation, or is a footnote of the passage, does not."""
    body = extractive()
    body["sentences"][0]["text"] += " [7]"
    (found,) = check(body)
    assert (found.kind, found.detail) == (
        FindingKind.DANGLING, "[7] is left in its text and points at nothing",
    )  # fmt: skip
    body["sentences"][0]["text"] = f"{LEASED} [2]"
    assert check(body) == []
    noted = brief("Norvane owns nine [9] ships.", id="n")
    assert check(body_of(quoting(noted, 1, "Norvane owns nine [9] ships."))) == []


# Quotations


def misquoted(new: str) -> Any:
    body = extractive()
    body["citations"][0]["quote"] = new
    body["sentences"][0]["text"] = new
    return body


@pytest.mark.parametrize(
    ("new", "kind", "words"),
    [
        (LEASED.replace("leased", "painted"), "fabricated", "“painted” for “leased”"),
        ("The painters left the ceiling as it was.", "fabricated", "stand in no passage"),
        ("In 2015 the harbour was called the lease a mistake.", "stitched", "put together"),
        (PORT[2], "fabricated", "stand in no passage"),
        (PORT[0], "misattributed", "paragraph 1"),
    ],
)
def test_faulty_quotations_are_told_apart(new: str, kind: str, words: str) -> None:
    """By the record alone; both the citation and the sentence that is it have the finding."""
    found = check(misquoted(new))
    assert kinds(found) == [kind, kind]
    assert all(words in one.detail for one in found)
    assert {(one.sentence, one.citation) for one in found} == {(None, 1), (1, 1)}


def test_a_quotation_elsewhere_in_its_passage_is_a_fault_of_the_record() -> None:
    body = extractive()
    body["citations"][0]["start"] += 3
    body["citations"][0]["end"] += 3
    (found,) = check(body)
    assert (found.kind, found.severity) == (FindingKind.RECORD, Severity.MEDIUM)


def test_a_passage_that_is_not_the_one_recorded_is_told() -> None:
    body = extractive()
    body["citations"][0]["passage"]["text"] += " And more."
    assert kinds(check(body)) == ["record", "record"]
    body = extractive()
    body["citations"][0]["passage"]["brief"]["id"] = "other"
    assert "another brief" in check(body)[0].detail


def test_a_number_for_two_citations_is_told() -> None:
    body = extractive()
    body["citations"].append(copy.deepcopy(body["citations"][0]))
    assert check(body)[0].detail == "[1] stands for more than one citation"


def test_a_record_of_no_form_is_told_and_stops_nothing() -> None:
    found = check({"citations": [{}], "sentences": [], "nearest": []})
    assert (kinds(found), unreadable(found)) == (["record"], True)
    assert not unreadable(check(extractive()))


# Extractive sentences


@pytest.mark.parametrize(
    ("old", "new", "kind"),
    [
        ("99", "89", "number"),
        ("2015", "2016", "date"),
        ("Norvane", "Belmar", "name"),
        ("was leased", "was not leased", "negation"),
        ("leased", "painted", "fabricated"),
    ],
)
def test_what_was_done_to_the_briefs_own_sentence_is_told(old: str, new: str, kind: str) -> None:
    body = extractive()
    body["sentences"][0]["text"] = LEASED.replace(old, new)
    found = check(body)
    assert kind in kinds(found)
    assert {one.severity for one in found} == {Severity.HIGH}
    assert {one.sentence for one in found} == {1}


def test_the_right_sentence_with_the_wrong_marker_is_misattributed() -> None:
    body = extractive()
    body["sentences"][0]["citations"] = [2]
    (found,) = check(body)
    assert found.kind is FindingKind.MISATTRIBUTED
    assert found.evidence["support"]["passage_id"] == "port.1.1"


# Written sentences


@pytest.mark.parametrize(
    "text",
    [
        "The harbour was leased to Norvane in 2015 for 99 years.",
        "The harbour was leased “to the Norvane Shipping Company” in 2015.",
        "In 2015 the harbour was leased “to the Norvane … for 99 years”.",
    ],
)
def test_a_sound_written_sentence_is_passed(text: str) -> None:
    assert check(written(said(text))) == []


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("Norvane leased the harbour in 2015 for 90 years.", "number"),
        ("Norvane leased the harbour in 2016 for 99 years.", "date"),
        ("The harbour was not leased to Norvane in 2015.", "negation"),
        ("The harbour was “leased to the Belmar Shipping Company” in 2015.", "fabricated"),
        ("It was leased in 2015 “to the Norvane Shipping called the lease a mistake”.", "stitched"),
        ("In 2015 the harbour handled “41 million tons of cargo a year”.", "misattributed"),
        ("The port handles 41 million tons of cargo a year.", "misattributed"),
        ("The painters of Belmar were glad about the new ceiling.", "coverage"),
    ],
)
def test_a_written_sentence_is_held_against_its_passages(text: str, kind: str) -> None:
    assert kind in kinds(check(written(said(text))))


def test_what_a_model_said_to_quote_stays_on_record() -> None:
    text = "The harbour was leased to Norvane in 2015 for 99 years."
    doubt = doubtful(text, [1], "misattributed", "“for 98 years” does not stand in what it cites")
    (found,) = check(written(doubt))
    assert (found.kind, found.severity) == (FindingKind.MISATTRIBUTED, Severity.MEDIUM)
    assert found.detail.startswith("when it was written: “for 98 years”")


def test_reasons_recorded_and_no_longer_found_are_dropped() -> None:
    text = "The harbour was leased to Norvane in 2015 for 99 years."
    doubt = replace(said(text), reasons=(Reason("number", "“99” is not in the evidence"),))
    assert check(written(doubt)) == []


# With the library


def test_the_stored_version_must_say_so_too(library: Library) -> None:
    """At the same place; another text under its number is a fault of the record."""
    made = drafted("p.md", "Port\n\n" + "\n\n".join(PORT), count=each_alone)
    (outcome,) = library.publish([made])
    stored = library.brief(outcome.brief_id)
    passage = library.passages(stored)[0][1]
    told = quoting(replace(PORT_BRIEF, id=stored.id), 1, PORT[0])
    body = body_of(replace(told, briefs=(stored,)))
    citation = body["citations"][0]
    length = len(PORT[0])
    citation["start"], citation["end"] = passage.start, passage.start + length
    citation["passage"] |= {"start": passage.start, "end": passage.start + length}
    shelf = BriefVersions(library.database)
    assert check(body, shelf) == []
    citation["passage"]["brief"]["text_sha256"] = "0" * 64
    assert check(body, shelf)[0].detail == "the stored version of its brief is not the one cited"
    citation["start"] += 1
    citation["end"] += 1
    citation["passage"]["start"] += 1
    citation["passage"]["end"] += 1
    assert "does not say so at that place" in check(body, shelf)[0].detail


def test_a_passage_of_the_library_that_has_the_words_is_named(library: Library) -> None:
    made = drafted("p.md", "Port\n\n" + "\n\n".join(PORT), count=each_alone)
    (outcome,) = library.publish([made])
    found = check(misquoted(PORT[2]), BriefVersions(library.database))
    assert kinds(found) == ["misattributed", "misattributed"]
    assert found[0].evidence["support"]["brief_id"] == outcome.brief_id


def test_rows_that_are_as_they_were_shown_are_sound(tmp_path: Path) -> None:
    """Others, fewer or none at all are a fault of the record."""
    database = Database(sqlite_url(tmp_path / "l.db"))
    assert check_streamed({"answer_id": "a", "streamed": None}, database) == []
    recorded = {"rows": 2, "sha256": "0" * 64}
    (found,) = check_streamed({"answer_id": "a", "streamed": recorded}, database)
    assert found.kind == "record"
    stream = StreamedAnswer(database, "a")
    stream.begin({"hits": []}, {"question": "Why?"})
    stream.add({"sentence": "So."})
    body = {"answer_id": "a", "streamed": stream.digest}
    assert check_streamed(body, database) == []
    with database.write() as connection:
        connection.execute(text("DROP TRIGGER answers_streamed_no_update"))
        connection.execute(text("UPDATE answers_streamed SET body = '{}' WHERE number = 1"))
    assert [one.kind for one in check_streamed(body, database)] == ["record"]
    database.close()
