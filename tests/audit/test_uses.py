"""Which answers rest on a brief that changes."""

import pytest

from bot.audit.said import Change as Words
from bot.audit.uses import affected, resting
from bot.ledger import Ledger
from index.library import Library
from ingest.affected import AffectedAnswers, BriefChange
from tests.audit.records import PORT, brief, later, quoting, record

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


def test_answers_that_quote_changed_words_are_affected(asked: Library) -> None:
    """Those of the version that was replaced, with what the words became."""
    (one,) = affected(asked.database, "port", 1, SECOND.text)
    assert (one.answer_id, one.citations) == ("cargo", (1,))
    assert one.became[0].changes == (Words("41", "43"),)
    assert affected(asked.database, "port", 1, FIRST.text) == []
    assert affected(asked.database, "port", 2, SECOND.text) == []


def test_a_withdrawn_brief_affects_all_that_cite_it(asked: Library) -> None:
    """The newest first."""
    found = affected(asked.database, "port", None, None)
    assert [one.answer_id for one in found] == ["newer", "lease", "cargo"]
    assert found[0].became == ()


def test_an_ingest_is_told_what_rests_on_what_it_changed(asked: Library) -> None:
    """Those that quote changed words first."""
    changes = [
        BriefChange("port", "Port", SECOND.text),
        BriefChange("ship", "Ships"),
        BriefChange("none", "Nobody"),
    ]
    assert resting(asked, changes) == [
        AffectedAnswers("port", "Port", False, ("cargo", "newer", "lease"), 1),
        AffectedAnswers("ship", "Ships", True, ("other",), 1),
    ]


def test_where_nothing_was_asked_nothing_rests(library: Library) -> None:
    """And that is no error."""
    assert resting(library, [BriefChange("port", "Port")]) == []
    assert affected(library.database, "port", None, None) == []
