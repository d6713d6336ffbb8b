"""What became of cited words in later versions."""

from typing import Any

import pytest

from bot.audit.text_diff import Op
from bot.ledger.ledger import Ledger
from bot.web.versions import (
    LONGEST,
    CitedBriefs,
    VersionTexts,
    _difference,
    brief_versions,
    current_briefs,
)
from index.library import Library
from tests.web import material

LEASE = ("PA1", "In 2015 the harbour was leased to the Norvane Shipping Company")
CARGO = ("PA1", "Port Aurelia handles 41 million tons")


@pytest.fixture
def citations(filled: Library) -> list[dict[str, Any]]:
    """One whose words will change and one whose will not, as they are recorded."""
    material.answer(filled, "a1", (CARGO, LEASE))
    return list(Ledger(filled.database).get("a1").body["citations"])


def versions(library: Library, citations: list[dict[str, Any]]) -> CitedBriefs:
    return CitedBriefs(library, VersionTexts(library), [one["brief"]["id"] for one in citations])


def test_the_current_version_has_no_later_one(filled, citations):
    today = versions(filled, citations).today(citations[0])
    assert (today.state, today.later) == ("current", ())


def test_changed_words_and_standing_ones_are_told_apart(filled, citations):
    """The paragraph that changed is shown word by word."""
    material.correct(filled)
    known = versions(filled, citations)
    (changed,) = known.today(citations[0]).later
    assert (changed.brief.version, changed.has_quote, changed.paragraph) == (2, False, 1)
    told = [(one.op, one.text) for one in changed.pieces if one.op is not Op.KEPT]
    assert told == [(Op.REMOVED, " 41"), (Op.ADDED, " 38")]
    (same,) = known.today(citations[1]).later
    assert (same.has_quote, same.paragraph, same.pieces) == (True, 2, ())


def test_a_brief_that_is_no_more_is_gone(filled: Library, citations: list[dict[str, Any]]) -> None:
    one = citations[0]
    strange = {**one, "passage": {**one["passage"], "brief": {**one["brief"], "id": "gone"}}}
    assert versions(filled, citations).today(strange).state == "gone"


def test_texts_are_read_once(filled: Library) -> None:
    """No version ever changes."""
    texts, brief = VersionTexts(filled), filled.brief("PA1")
    assert texts.of(brief.id, 1) is texts.of(brief.id, 1)


def test_long_paragraphs_are_not_compared_word_by_word() -> None:
    long = "word " * LONGEST
    assert [one.op for one in _difference(long, long + "x")] == [Op.REMOVED, Op.ADDED]
    assert _difference("as it was", "as it was") == ()


def test_versions_and_current_briefs_are_told(either_library: Library) -> None:
    """Newest first, those without a date last; words may stand anywhere, in any case."""
    material.fill(either_library)
    material.correct(either_library)
    port = either_library.brief("PA1").id
    with either_library.database.read() as connection:
        found = brief_versions(connection, [port, "unknown"])
        assert [(one.version, one.state) for one in found[port]] == [
            (1, "superseded"), (2, "current"),
        ]  # fmt: skip
        assert list(found) == [port]
        briefs, total = current_briefs(connection, [], limit=2, offset=0)
        assert ([one.title for one in briefs], total) == (
            ["Port Aurelia", "Wheat exports of Tamara"], 3,
        )  # fmt: skip
        assert len(current_briefs(connection, [], limit=2, offset=2)[0]) == 1
        for words, count in ((["AURELIA"], 1), (["pa1"], 1), (["wheat", "tamara"], 1), (["%"], 0),
                             (["_"], 0), (["wheat", "aurelia"], 0)):  # fmt: skip
            assert current_briefs(connection, words, limit=9, offset=0)[1] == count, words
