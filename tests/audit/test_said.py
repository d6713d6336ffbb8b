"""Texts are compared by their words."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.audit.text_diff import WordChange, likeness, run, stands, words

TEXT = "Exports rose by 12% in 2023, the ministry’s report says; imports fell."


@pytest.mark.parametrize(
    "quote",
    [
        "rose by 12% in 2023",
        "ROSE  by\n12% in 2023",
        "the ministry's report",
        "report says. Imports fell",
        "says;3 imports",
    ],
)
def test_layout_and_marks_make_no_difference(quote: str) -> None:
    """White space, case, shapes of quotation marks, punctuation."""
    assert stands(quote, run(TEXT))


@pytest.mark.parametrize(
    "quote", ["rose by 12 in 2023", "rose by $12", "port rose", "by 1", "", "rose by 1.2%"]
)
def test_signs_and_numbers_do(quote: str) -> None:
    """Nor does a part of a word stand anywhere, nor nothing."""
    assert not stands(quote, run(TEXT))


def test_a_footnote_mark_is_no_word() -> None:
    """Neither in the quotation nor in the text."""
    assert stands("Exports fell.", run("Exports fell.12 Imports rose."))


def test_negative_numbers_and_ranges_are_told_apart() -> None:
    """A dash before a number is its sign, one between two numbers is not."""
    assert [word.key for word in words("by -5% in 2015–2016, 3.5 and 1,000")] == [
        "by", "-5", "%", "in", "2015", "2016", "3.5", "and", "1,000",
    ]  # fmt: skip


def test_changed_words_are_named() -> None:
    """What stands for what, what was left out, what was added."""
    found = likeness("Exports fell by 12% in 2023, the report also says", TEXT)
    assert found.changes == (
        WordChange("rose", "fell"),
        WordChange("ministry’s", ""),
        WordChange("", "also"),
    )
    assert [str(one) for one in found.changes] == [
        "“fell” for “rose”", "left out “ministry’s”", "added “also”",
    ]  # fmt: skip
    assert found.share > 0.7


def test_nothing_in_common_is_no_likeness() -> None:
    """And no change is named."""
    assert likeness("Nobody came", TEXT).share == 0.0
    assert likeness("", TEXT).share == 0.0
    assert likeness("word", "").share == 0.0


@given(st.text(max_size=80), st.text(max_size=80))
def test_offsets_lie_in_the_text(quote: str, text: str) -> None:
    """Whatever is compared."""
    found = likeness(quote, text)
    assert 0 <= found.start <= found.end <= len(text)
    assert 0 <= found.share <= 1
    for word in words(text):
        assert word.key == text[word.start : word.end].casefold() or not text.isascii()
