"""Rows of the catalogue name briefs; each cites the title line, and audits find nothing wrong."""

from bot.answering.answer import Outcome, SentenceForm
from bot.answering.render import plain
from bot.audit import record_checks
from bot.audit.findings import FindingKind
from bot.ledger.ledger import Ledger
from bot.ledger.record import rebuilt
from bot.ledger.recording import Answerer
from index.library import Library


def numbers(answerer: Answerer, question: str) -> list[str | None]:
    return [one.brief.number for one in answerer.ask(question).citations]


def test_briefs_are_found_by_date_author_and_topic(answerer: Answerer) -> None:
    wanted = {
        "what's our newest brief?": ["BB-2024-04"],
        "which is the oldest brief we have": ["BB-2019-02"],
        "newest brief on shipping": ["BB-2024-04"],
        "what's the first brief on the suez canal": [None],
        "briefs by the black sea team": ["BB-2022-07", "BB-2022-03"],
        "what did we put out in october 2023": ["BB-2023-12", "BB-2023-11"],
        "which briefs mention Maersk?": ["BB-2024-04", "BB-2024-01", None],
        "who's the author of BB-2023-09": ["BB-2023-09"],
    }
    assert {question: numbers(answerer, question) for question in wanted} == wanted


def test_a_row_cites_the_title_line_and_says_that_it_is_a_row(answerer: Answerer) -> None:
    answer = answerer.ask("who wrote the brief on AUKUS?")
    row, citation = answer.sentences[0], answer.citations[0]
    assert row.form is SentenceForm.ROW
    assert row.text == f"{citation.quote} (BB-2023-04), 20 March 2023, Indo-Pacific Team"
    assert row.text[slice(*row.bold[0])] == "Indo-Pacific Team"


def test_a_count_comes_first(answerer: Answerer) -> None:
    answer = answerer.ask("how many briefs do we have?")
    assert answer.sentences[0].text == "13 briefs."
    assert "1 more: " in answer.draft.notes[0]


def test_when_a_brief_was_updated_gives_all_its_versions(answerer: Answerer) -> None:
    answer = answerer.ask("when was the grain initiative brief last updated?")
    assert [one.text.split(", ")[1:3] for one in answer.sentences] == [
        ["version 2", "20 July 2023"],
        ["version 1", "21 November 2022"],
    ]


def test_none_is_declined_and_says_where_it_is_mentioned(answerer: Answerer) -> None:
    answer = answerer.ask("is there a brief on Taiwan?")
    assert answer.outcome is Outcome.DECLINED
    assert "mentions it in passing" in answer.draft.notes[0]
    assert answerer.ask("do we have anything by the Africa Desk?").outcome is Outcome.DECLINED


def test_audits_take_a_row_for_a_row_and_find_one_that_was_changed(
    answerer: Answerer, library: Library
) -> None:
    answer = answerer.ask("how many briefs do we have on shipping?")
    entry = Ledger(library.database).get(answer.answer_id)
    assert record_checks.check(entry.body) == []
    assert plain(rebuilt(entry.body, entry.private)) == plain(answer)
    rows = [dict(one) for one in entry.body["sentences"]]
    rows[1]["text"] = rows[1]["text"].replace("2024", "2020")
    found = record_checks.check({**entry.body, "sentences": rows})
    assert [one.kind for one in found] == [FindingKind.RECORD]
