"""What became of quoted words in another text of their brief."""

import pytest

from bot.audit import text_diff
from bot.audit.text_diff import Became, WordChange, became

QUOTE = "The harbour was leased for 99 years."
BEFORE = "Port Aurelia\n\nIt handles wheat.\n\n"


def of(text: str) -> Became | None:
    return became(QUOTE, text, text_diff.run(text))


@pytest.mark.parametrize(
    "text",
    [
        f"{BEFORE}{QUOTE}",
        f"{BEFORE}In 2015:\n\nthe  harbour was\nleased for 99 years.12 It is big.",
        f"{QUOTE} And more.\n\n{BEFORE}",
    ],
)
def test_words_that_stand_did_not_change(text: str) -> None:
    """Wherever they stand, in whatever layout and with whatever footnote."""
    assert of(text) is None


def test_changed_words_are_named_with_their_paragraph() -> None:
    """From what was quoted to what stands now."""
    found = of(f"{BEFORE}The harbour was leased for 89 years, it seems.")
    assert found is not None
    assert found.changes == (WordChange("99", "89"),)
    assert found.new == "The harbour was leased for 89 years"
    assert found.paragraph == 3
    assert str(found) == "now reads “89” for “99”"


def test_words_taken_out_and_put_in_are_told_from_the_old_text_on() -> None:
    """A correction adds what the old text lacked."""
    found = of(f"{BEFORE}The harbour was never leased for years.")
    assert found is not None
    assert str(found) == "now reads added “never”, left out “99”"


def test_words_that_are_gone_were_taken_out() -> None:
    """With nothing like them left, or no text at all."""
    for text in (BEFORE, "", "The harbour. Years."):
        found = of(text)
        assert found == Became(QUOTE, "", None, ())
        assert str(found) == "the words were taken out"
