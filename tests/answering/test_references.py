"""References are told from sentences."""

import pytest

from bot.answering.references import is_reference


@pytest.mark.parametrize(
    "text",
    [
        "Ministry of Ports, “Harbour Dues: A Review,” Working Paper 12, May 2021.",
        "See Brief 14, The Lease of Port Aurelia; and Brief 15, Tolls and Dues.",
        "For more information, see CRS Report R00000, Harbours and Their Owners, by A. Writer.",
        "A. Writer et al., “Wheat and Weather,” Journal of Crops, vol. 6, no. 3 (March 2022).",
        "https://harbours.example/reports/2021.pdf.",
        "GAO, Harbour Dues: Actions Needed to Improve Oversight, GAO-00-000, May 28, 2014.",
    ],
)
def test_what_only_names_a_source_is_a_reference(text):
    """Addresses, volumes, titles in quotation marks, "see"."""
    assert is_reference(text)


@pytest.mark.parametrize(
    "text",
    [
        "The ministry said that “dues will rise by a tenth.”",
        "GAO found that the dues were set without a review.",
        "In “Harbour Dues,” published in 2021, the ministry proposed a cap.",
        "Dues rose by 4 percent in 2021 (see Table 2).",
        "The list recognises importers with a clean record.",
        "See to it that the lease is published, the minister told the port.",
    ],
)
def test_a_sentence_that_says_something_is_none(text):
    """Whatever it quotes or points to."""
    assert not is_reference(text)
