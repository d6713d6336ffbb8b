"""Quotations that do not stand where they are said to: fabricated, stitched, misattributed."""

import pytest

from bot.audit import quotation_checks
from bot.audit.brief_versions import EvidencePassage
from bot.audit.findings import FindingKind


def source(passage_id: str, text: str) -> EvidencePassage:
    return EvidencePassage(passage_id, text, "port", 1, 4, "Port Aurelia")


LEASE = source(
    "p1",
    "In 2015 the harbour was leased to the Norvane Shipping Company for 99 years. "
    "Minister Ilse Brandt called the lease a mistake. She promised in 2024 to bring it back.",
)
CARGO = source("p2", "The port handles 41 million tons of cargo a year, most of it wheat.")


def test_a_quotation_that_stands_has_no_fault() -> None:
    assert quotation_checks.misquote("called  the lease\na mistake", [LEASE], []) is None


def test_it_is_misattributed_where_another_passage_of_the_answer_has_it() -> None:
    found = quotation_checks.misquote("41 million tons of cargo", [LEASE], [CARGO])
    assert found.kind is FindingKind.MISATTRIBUTED
    assert found.evidence["support"]["passage_id"] == "p2"
    assert found.detail == (
        "the words stand in “Port Aurelia”, paragraph 4, not in the passage cited"
    )


def test_the_library_is_asked_for_longer_quotations_only() -> None:
    asked: list[str] = []

    def far(words: str) -> list[EvidencePassage]:
        asked.append(words)
        return [CARGO]

    found = quotation_checks.misquote("41 million tons of cargo", [LEASE], [], far)
    assert found.kind is FindingKind.MISATTRIBUTED
    assert quotation_checks.misquote("of cargo", [LEASE], [], far) is not None
    assert asked == ["41 million tons of cargo"]


@pytest.mark.parametrize(
    "quote",
    [
        "In 2015 the harbour was leased promised in 2024 to bring it back.",
        "In 2015 the harbour was leased … called the lease a mistake.",
        "She promised in 2024 In 2015 the harbour was leased",
    ],
)
def test_it_is_stitched_where_it_is_put_together_from_pieces(quote: str) -> None:
    """Joined, with an ellipsis, or in another order; the pieces are named."""
    found = quotation_checks.misquote(quote, [LEASE], [CARGO])
    assert found.kind is FindingKind.STITCHED
    assert len(found.evidence["pieces"]) == 2
    assert "places of its passage" in found.detail


def test_pieces_may_be_of_several_passages() -> None:
    found = quotation_checks.misquote(
        "In 2015 the harbour was leased for 41 million tons of cargo", [LEASE], [CARGO]
    )
    assert found.kind is FindingKind.FABRICATED  # "for" stands with neither
    quote = "In 2015 the harbour was leased 41 million tons of cargo a year"
    found = quotation_checks.misquote(quote, [LEASE], [CARGO])
    assert found.kind is FindingKind.STITCHED
    assert {one["passage_id"] for one in found.evidence["pieces"]} == {"p1", "p2"}
    assert "several passages" in found.detail


@pytest.mark.parametrize(
    ("quote", "told"),
    [
        ("Minister Ilse Brandt called the lease a triumph.", "“triumph” for “mistake”"),
        ("In 2015 the harbour was not leased to the Norvane Shipping", "added “not”"),
        ("the harbour was leased to the Shipping Company for 99", "left out “Norvane”"),
        ("the harbour was leased to the Norvane Shipping Company for 89 years", "“89” for “99”"),
    ],
)
def test_one_word_changed_is_fabricated_and_named(quote: str, told: str) -> None:
    """Even where the changed word stands elsewhere in the passage."""
    found = quotation_checks.misquote(quote, [LEASE], [CARGO])
    assert found.kind is FindingKind.FABRICATED
    assert told in found.detail
    assert found.evidence["changed"]
    assert found.evidence["nearest"]["passage_id"] == "p1"


def test_a_changed_form_of_another_passage_is_named_with_it() -> None:
    found = quotation_checks.misquote(
        "The port handles 43 million tons of cargo a year", [LEASE], [CARGO]
    )
    assert found.kind is FindingKind.FABRICATED
    assert "“43” for “41”, compared with “Port Aurelia”, paragraph 4" in found.detail


def test_what_is_like_nothing_stands_nowhere() -> None:
    found = quotation_checks.misquote(
        "Nobody told the painters about the ceiling", [LEASE], [CARGO]
    )
    assert (found.kind, found.detail) == (FindingKind.FABRICATED, "the words stand in no passage")
    assert found.changes == ()
