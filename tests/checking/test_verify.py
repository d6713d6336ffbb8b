"""A claim is judged by what its evidence says: copies pass, changed facts are caught and named."""

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.checking.verdict import Verdict
from bot.checking.verify import check

TRADE = "In 2023, exports rose 5 percent and imports rose 7 percent."
SALE = "The United States approved a $1.2 billion sale to Poland on March 12, 2024."
VOTE = "The Senate did not pass the bill before the vote in the House."
SOUND = (Verdict.SUPPORTED, Verdict.CHECK)


def reasons(claim: str, *evidence: str) -> set[str]:
    """Return the kinds of reasons."""
    return {reason.kind for reason in check(claim, evidence).reasons}


@pytest.mark.parametrize("claim", [TRADE, SALE, VOTE, f"{TRADE} {SALE}", TRADE.replace(" ", "  ")])
def test_a_copy_is_supported_beyond_doubt(claim: str) -> None:
    """Score 1 and no reasons; white space apart, one sentence or several."""
    found = check(claim, [TRADE, f"{VOTE} {SALE}"])
    assert (found.verdict, found.score, found.reasons) == (Verdict.SUPPORTED, 1.0, ())


@pytest.mark.parametrize(
    ("claim", "evidence"),
    [
        ("Exports rose 5 percent.", TRADE),
        ("Exports rose five per cent in 2023.", TRADE),
        ("The US approved a 1,200 million dollar sale to Poland on 12 March 2024.", SALE),
        ("The U.S. approved a sale to Poland in 2024.", SALE),
        ("The Senate didn't pass the bill.", VOTE),
        ("The ACV program was cut.", "The Amphibious Combat Vehicle program was cut."),
        ("The Amphibious Combat Vehicle was cut.", "The ACV was cut."),
        ("Zelensky met Scholz.", "Volodymyr Zelensky met Olaf Scholz."),
        ("A third of the ships left.", "One-third of the ships left."),
        ('Scholz called it "dead on arrival".', "Scholz called the pact “dead on arrival” today."),
        ("The truce ended on May 7, 2018.", "The truce ended on May 7. It was the spring of 2018."),
    ],
)
def test_a_paraphrase_with_the_same_facts_is_supported(claim: str, evidence: str) -> None:
    """Other forms of numbers, dates and names are no faults."""
    assert check(claim, [evidence]).verdict is Verdict.SUPPORTED


@pytest.mark.parametrize(
    ("claim", "evidence", "kind"),
    [
        ("Exports rose 6 percent.", TRADE, "number"),
        ("Imports rose 5 percent.", TRADE, "number"),
        ("In 2023, exports rose 7 percent and imports rose 5 percent.", TRADE, "number"),
        (SALE.replace("billion", "million"), SALE, "number"),
        (SALE.replace("March", "April"), SALE, "date"),
        (SALE.replace("2024", "2023"), SALE, "date"),
        (SALE.replace("Poland", "Romania"), SALE, "name"),
        (SALE.replace("Poland", "Romania"), f"{SALE} Romania bought nothing.", "name"),
        ("Poland approved a sale to the United States.", SALE, "name"),
        ("Exports fell 5 percent.", TRADE, "negation"),
        ("The Senate passed the bill.", "The Senate failed to pass the bill.", "negation"),
        (VOTE.replace("did not pass", "passed"), VOTE, "negation"),
        (VOTE.replace("before", "after"), VOTE, "negation"),
        ("The war no longer threatens trade.", "The war threatens trade.", "negation"),
        ('He called it "alive and very well".', "He called it a failure.", "misattributed"),
        ('"Ships came late and trade fell".', "Ships came late. Rain and trade fell.", "stitched"),
    ],
)
def test_a_changed_fact_is_caught_and_named(claim: str, evidence: str, kind: str) -> None:
    """The verdict is unsupported, with a reason of the right kind."""
    assert check(claim, [evidence]).verdict is Verdict.UNSUPPORTED
    assert kind in reasons(claim, evidence)


@pytest.mark.parametrize(
    ("claim", "evidence"),
    [
        ("The Senate passed the bill.", "The Senate may pass the bill."),
        ("The Senate may pass the bill.", "The Senate will pass the bill."),
        ("The Senate is expected to pass the bill.", "The Senate passed the bill."),
        ("Reportedly, prices fell.", "Prices fell."),
    ],
)
def test_a_hedge_on_one_side_alone_is_to_be_checked(claim: str, evidence: str) -> None:
    """Stated flatly what is only expected, or the other way round."""
    assert check(claim, [evidence]).verdict is Verdict.CHECK
    assert reasons(claim, evidence) >= {"hedge"}


@pytest.mark.parametrize(
    ("claim", "evidence"),
    [
        ("About 300 ships waited.", "298 ships waited."),
        ("More than 40 ships waited.", "43 ships waited."),
        ("It was signed on March 12, 2024.", "It was signed in March 2024."),
        ("Russia invaded Ukraine.", "Ukraine was invaded by Russia."),
    ],
)
def test_rough_agreement_is_not_unsupported(claim: str, evidence: str) -> None:
    """Approximations, dates fuller than the evidence's, the passive voice."""
    assert check(claim, [evidence]).verdict in SOUND


def test_an_opening_word_that_nothing_names_is_to_be_checked() -> None:
    """Unless the claim is the evidence's own sentence, or a sentence before it names the thing."""
    said = "It closed in 2019 after a long strike."
    found = check("It closed in 2019 after a strike.", [said])
    assert (found.verdict, reasons("It closed in 2019.", said)) == (Verdict.CHECK, {"dangling"})
    assert check("It closed in 2019.", ["Norvane ran the port.", said]).reasons == ()
    assert check(said, [said]).score == 1.0


def test_a_citation_mark_is_no_number_of_the_claim() -> None:
    """One that points at evidence is passed over; one that does not is a doubt, whatever else."""
    assert check(f"{TRADE} [2]", [SALE, TRADE]).score == 1.0
    assert check("Exports rose 5 percent [1].", [TRADE]).verdict is Verdict.SUPPORTED
    assert check(f"{TRADE} [3]", [SALE, TRADE]).verdict is Verdict.CHECK
    assert reasons(f"{TRADE} [3]", SALE, TRADE) == {"dangling"}
    wrong = TRADE.replace("5", "6")
    assert check(f"{wrong} [3]", [TRADE]).verdict is Verdict.UNSUPPORTED


def test_the_right_value_elsewhere_does_not_excuse_the_wrong_one() -> None:
    """A number of another sentence is no support here."""
    claim = "Exports rose 9 percent in 2023."
    assert "number" in reasons(claim, "Exports rose 5 percent in 2023.", "Wages rose 9 percent.")


def test_a_claim_may_rest_on_two_sentences() -> None:
    """Each part is compared with the sentence that says it."""
    claim = "Exports rose 5 percent in 2023 and the United States approved a sale to Poland."
    assert check(claim, [TRADE, SALE]).verdict is Verdict.SUPPORTED


def test_what_is_not_said_at_all_is_unsupported() -> None:
    """The reason names words that are missing."""
    found = check("Whales sing louder in winter.", [TRADE])
    assert found.verdict is Verdict.UNSUPPORTED
    assert any("Whales" in reason.detail for reason in found.reasons)


@pytest.mark.parametrize(
    ("claim", "evidence"), [("", [TRADE]), (TRADE, []), (TRADE, [""]), ("–", ["–x"])]
)
def test_nothing_to_compare_is_unsupported(claim: str, evidence: list[str]) -> None:
    """No claim, or no evidence."""
    assert check(claim, evidence).verdict is Verdict.UNSUPPORTED


@given(st.text(max_size=120), st.lists(st.text(max_size=120), max_size=3))
def test_any_text_is_judged(claim: str, evidence: list[str]) -> None:
    """Without an error, with a score in [0, 1], the same each time."""
    found = check(claim, evidence)
    assert 0 <= found.score <= 1
    assert found == check(claim, evidence)


def test_a_long_claim_is_judged_in_seconds() -> None:
    """A page against a page, numbers and names in plenty."""
    page = " ".join(f"In {1900 + n % 100}, Ship Alpha{n} carried {n} tons." for n in range(300))
    began = time.process_time()
    check(page.replace("carried", "bore"), [page])
    assert time.process_time() - began < 60


def test_a_number_with_another_unit_is_not_supported() -> None:
    """Percentage points are not percent; whether that refutes the claim is left to a person."""
    found = check("Exports rose 5 percentage points in 2023.", [TRADE])
    assert found.verdict is not Verdict.SUPPORTED
    assert "number" in {reason.kind for reason in found.reasons}
