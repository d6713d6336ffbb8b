"""What became of cited words in later versions."""

from typing import Any

import pytest

from bot.audit.word_diff import Op
from bot.desk.later import KEPT, Texts, Versions
from bot.desk.shelf import Edition
from bot.ledger.ledger import Ledger
from index.library import Library
from tests.desk import material

LEASE = ("PA1", "In 2015 the harbour was leased to the Norvane Shipping Company")
CARGO = ("PA1", "Port Aurelia handles 41 million tons")


@pytest.fixture
def citations(filled: Library) -> list[dict[str, Any]]:
    """One whose words will change and one whose will not, as they are recorded."""
    material.answer(filled, "a1", (CARGO, LEASE))
    return list(Ledger(filled.database).get("a1").body["citations"])


def versions(library: Library, citations: list[dict[str, Any]]) -> Versions:
    return Versions(library, Texts(library), [one["brief"]["id"] for one in citations])


def test_the_current_version_has_no_later_one(
    filled: Library, citations: list[dict[str, Any]]
) -> None:
    """Nothing became of it."""
    today = versions(filled, citations).today(citations[0])
    assert (today.state, today.later) == ("current", ())


def test_changed_words_and_standing_ones_are_told_apart(
    filled: Library, citations: list[dict[str, Any]]
) -> None:
    """The paragraph that changed is shown word by word."""
    material.correct(filled)
    known = versions(filled, citations)
    (changed,) = known.today(citations[0]).later
    assert (changed.edition.version, changed.stands, changed.paragraph) == (2, False, 1)
    told = [(one.op, one.text) for one in changed.pieces if one.op is not Op.KEPT]
    assert told == [(Op.REMOVED, "41"), (Op.ADDED, "38")]
    (same,) = known.today(citations[1]).later
    assert (same.stands, same.paragraph, same.pieces) == (True, 2, ())


def test_a_brief_that_is_no_more_is_gone(filled: Library, citations: list[dict[str, Any]]) -> None:
    """Its record still says what was seen."""
    one = citations[0]
    strange = {**one, "passage": {**one["passage"], "brief": {**one["brief"], "id": "gone"}}}
    assert versions(filled, citations).today(strange).state == "gone"


def test_texts_are_made_ready_once(filled: Library) -> None:
    """A bounded number of them."""
    texts, brief = Texts(filled), filled.brief("PA1")
    edition = Edition(brief.id, 1, "current", "", None, None, None, "")
    assert texts.of(edition) is texts.of(edition)
    for number in range(KEPT + 5):
        texts._kept[f"b{number}", 1] = texts.of(edition)
    texts.of(edition)
    assert len(texts._kept) <= KEPT + 6
