"""What points at nothing: opening pronouns and pointing nouns, and citation marks."""

import pytest

from bot.checking.dangling import unresolved, without_marks
from bot.checking.verdict import Verdict
from bot.checking.verify import check

RUN = "The Norvane Company ran the port."


@pytest.mark.parametrize(
    ("claim", "evidence"),
    [
        ("It closed in 2019.", ["It closed in 2019 after a strike."]),
        ("It was built to help trade.", ["It was built to help the trade of ports."]),
        ("Its docks closed.", ["It said that its docks closed.", RUN]),  # named only later
        ("They closed.", ["They grew.", "They closed in 2019."]),
        ("She resigned.", ["The port lost its staff when they resigned."]),  # nobody there
        ("This program lends.", ["This program lends to ports."]),
        ("Such measures hurt ports.", ["Such measures hurt ports and docks."]),
        ("The latter closed in May.", ["The latter closed in May of 2019."]),
        ("This means that trade fell.", ["This means that its trade fell."]),
        ("This was costly.", ["This was costly for ports."]),
    ],
)
def test_a_word_that_nothing_resolves_is_found(claim: str, evidence: list[str]) -> None:
    """The reason names it."""
    (reason,) = unresolved(claim, evidence)
    assert reason.kind == "dangling"
    assert reason.detail.startswith(f"“{claim[: reason.detail.index('”') - 1]}” is not named")


@pytest.mark.parametrize(
    ("claim", "evidence"),
    [
        ("It closed in 2019.", [RUN, "It closed in 2019 after a strike."]),
        ("It closed in 2019.", ["The port closed in 2019."]),
        ("She resigned.", ["Minister Ilse Brandt resigned."]),
        ("She resigned.", ["The minister resigned."]),
        ("This change hurt ports.", ["Fees rose.", "This change hurt ports and docks."]),
        ("The port closed.", ["It closed the port."]),  # the claim opens with no pointing word
        ("It closed.", []),
    ],
)
def test_a_word_that_the_evidence_resolves_is_none(claim: str, evidence: list[str]) -> None:
    """By any name or noun in the sentence that bears it out, or before it."""
    assert unresolved(claim, evidence) == []


@pytest.mark.parametrize(
    "claim",
    [
        "It is unclear whether the port will close.",
        "It is not yet known why the port closed.",
        "It has been argued that the port will close.",
        "It remains difficult to reach the port.",
        "It took five years to build the port.",
        "This year the port closed.",
        "This report covers ports.",
        "Those who left the port sued.",
        "That the port closed hurt trade.",
        "Her Majesty opened the port.",
        "[The Norvane Company] closed the port.",
    ],
)
def test_what_needs_no_name_is_none(claim: str) -> None:
    """An "it" that means nothing, the time of writing, the text itself, a name in brackets."""
    assert unresolved(claim, [claim]) == []


@pytest.mark.parametrize(
    ("claim", "bare", "loose"),
    [
        ("Ports closed [1].", "Ports closed.", []),
        ("Ports closed.[1][2]", "Ports closed.", []),
        ("Ports closed [1, 3].", "Ports closed.", ["[1, 3]"]),
        ("Ports [0] closed. [7]", "Ports closed.", ["[0]", "[7]"]),
        ("Prices fell.[12]", "Prices fell.[12]", []),  # a footnote's, and the evidence's own
        ("In [1999] ports closed.", "In [1999] ports closed.", []),
    ],
)
def test_a_mark_that_points_at_no_evidence_is_found(
    claim: str, bare: str, loose: list[str]
) -> None:
    """Marks count the texts given, from 1; they are no numbers of the claim."""
    text, reasons = without_marks(claim, [RUN, "Prices fell.[12]"])
    assert text == bare
    assert [reason.detail for reason in reasons] == [
        f"“{mark}” points at none of the evidence" for mark in loose
    ]


@pytest.mark.parametrize(
    "claim",
    [
        "I'm sorry, I cannot say when the bridge opened.",
        "As an AI model, I do not know the bridge.",
    ],
)
def test_what_a_writer_says_of_itself_is_in_no_brief(claim: str) -> None:
    """Unless the evidence speaks so too."""
    found = check(claim, ["The bridge opened in May."])
    assert found.verdict is Verdict.UNSUPPORTED
    assert "speaker" in {reason.kind for reason in found.reasons}
    own = "I cannot say when the bridge opened."
    assert check(own, [f"The minister said: {own}"]).verdict is not Verdict.UNSUPPORTED
