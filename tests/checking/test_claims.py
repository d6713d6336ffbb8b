"""Claims by what makes them true or false: the pairs of claims.jsonl, ten of each a kind."""

import json
from collections import Counter
from pathlib import Path

import pytest

from bot.checking.verdict import Verdict
from bot.checking.verify import check

PAIRS = [
    json.loads(line)
    for line in (Path(__file__).parent / "claims.jsonl").read_text(encoding="utf-8").splitlines()
]
WRITING, DERIVED = "writing", "derived"
# The reasons that name what is wrong; a number or name where the facts show it first.
TYPED = {
    "negation": {"negation"},
    "antonym": {"antonym", "negation"},
    "quantity": {"quantity", "negation", "number"},
    "modality": {"modality", "hedge"},
    "attribution": {"attribution", "name", "direction", "hedge"},
    "condition": {"condition", "modality", "hedge"},
    "direction": {"direction", "name", "number", "antonym", "negation"},
    "cause": {"cause"},
    "sign": {"sign"},
    "added": {"superlative", "name", "coverage"},
    "replaced": {"coverage", "negation", "antonym", "name"},
    "until": {"negation", "date"},
    "deed": {"negation", "attribution", "modality", "hedge"},
    "share": {"quantity", "number", "superlative"},
    "planned deed": {"modality", "hedge", "negation"},
}


def _named(pair: dict[str, str]) -> str:
    return f"{pair['kind']}: {pair['claim']}"


@pytest.mark.parametrize("pair", [one for one in PAIRS if one["label"] == "false"], ids=_named)
def test_a_false_claim_is_caught_with_its_reason(pair: dict[str, str]) -> None:
    """It is never supported, and one of the reasons is of the kind that makes it false."""
    found = check(pair["claim"], [pair["evidence"]])
    assert found.verdict is not Verdict.SUPPORTED
    assert {reason.kind for reason in found.reasons} & TYPED[pair["kind"]], found


@pytest.mark.parametrize("pair", [one for one in PAIRS if one["label"] == "true"], ids=_named)
def test_a_true_claim_is_not_withheld(pair: dict[str, str]) -> None:
    """A fall told by a sign is to be checked; all others are supported."""
    found = check(pair["claim"], [pair["evidence"]])
    by_sign = pair["kind"] == "sign" and "shrank" in pair["claim"]
    assert found.verdict is (Verdict.CHECK if by_sign else Verdict.SUPPORTED), found


@pytest.mark.parametrize("pair", [one for one in PAIRS if one["label"] == "rounded"], ids=_named)
def test_a_rounded_number_is_to_be_checked(pair: dict[str, str]) -> None:
    """It agrees, but not to the last digit."""
    assert check(pair["claim"], [pair["evidence"]]).verdict is Verdict.CHECK


@pytest.mark.parametrize("pair", [one for one in PAIRS if one["label"] == "checked"], ids=_named)
def test_a_number_or_date_that_follows_from_others_is_to_be_checked(pair: dict[str, str]) -> None:
    """ "A year later" and sums are worked out by the reader, not here."""
    assert check(pair["claim"], [pair["evidence"]]).verdict is Verdict.CHECK


def test_each_kind_has_ten_true_and_ten_false_pairs() -> None:
    """But for the writing that differs, which is always true."""
    counts = Counter((pair["kind"], pair["label"]) for pair in PAIRS)
    assert all(counts[kind, label] == 10 for kind in TYPED for label in ("true", "false"))
    assert {kind for kind, _ in counts} == {*TYPED, WRITING, DERIVED}


@pytest.mark.parametrize(
    ("claim", "evidence", "language"),
    [
        ("Die Bundeswehr hat viele Soldaten.", "Die Bundeswehr hat viele Soldaten.", "German"),
        ("Le gouvernement a accepté.", "Le gouvernement n'a pas accepté.", "French"),
        ("The government agreed to the plan.", "Rząd nie zgodził się na ten plan.", "Polish"),
    ],
)
def test_other_languages_are_not_checked(claim: str, evidence: str, language: str) -> None:
    """The verdict is check, with the language, whichever side is written in it."""
    found = check(claim, [evidence])
    assert found.verdict is Verdict.CHECK
    assert [reason.detail for reason in found.reasons] == [f"not checked: {language}"]


def test_an_english_title_over_foreign_evidence_is_no_evidence() -> None:
    """A quotation comes with title and heading: what it says is still not checked."""
    evidence = ["Das Parlament hat den Haushalt abgelehnt.", "The Budget (2 March 2024)", "Votes"]
    found = check("Parliament passed the budget.", evidence)
    assert found.verdict is Verdict.CHECK
    assert [reason.detail for reason in found.reasons] == ["not checked: German"]


@pytest.mark.parametrize(
    ("claim", "right"),
    [
        ("Third Way won 65 seats.", True),
        ("Third Way won 157 seats.", False),
        ("Civic Coalition won 157 seats.", True),
        ("Civic Coalition won 194 seats.", False),
    ],
)
@pytest.mark.parametrize(
    "evidence",
    [
        ["New Left won 194 seats, Civic Coalition 157 and Third Way 65."],
        ["| New Left | 194 seats |", "| Civic Coalition | 157 seats |", "| Third Way | 65 seats |"],
    ],
    ids=["list", "table"],
)
def test_numbers_belong_to_their_row(claim: str, right: bool, evidence: list[str]) -> None:
    """Of a list that leaves its verb out, or of a table."""
    assert (check(claim, evidence).verdict is not Verdict.UNSUPPORTED) is right
