"""Texts are compared word by word."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.audit.text_diff import (
    Became,
    Op,
    WordChange,
    became,
    likeness,
    run,
    stands,
    word_diff,
    words,
)

TEXT = "Exports rose by 12% in 2023, the ministry’s report says; imports fell."
QUOTE = "The harbour was leased for 99 years."
BEFORE = "Port Aurelia\n\nIt handles wheat.\n\n"
TEXTS = st.text("ab -.,\n'", max_size=30)


@pytest.mark.parametrize(
    ("quote", "found"),
    [
        ("rose by 12% in 2023", True),
        ("ROSE  by\n12% in 2023", True),
        ("the ministry's report", True),
        ("report says. Imports fell", True),
        ("says;3 imports", True),
        ("rose by 12 in 2023", False),
        ("rose by $12", False),
        ("port rose", False),
        ("by 1", False),
        ("", False),
        ("rose by 1.2%", False),
    ],
)
def test_layout_and_punctuation_make_no_difference_signs_and_numbers_do(quote, found):
    assert stands(quote, run(TEXT)) is found


def test_a_footnote_mark_is_no_word():
    assert stands("Exports fell.", run("Exports fell.12 Imports rose."))


def test_a_dash_before_a_number_is_its_sign_and_one_between_numbers_is_not():
    assert [word.key for word in words("by -5% in 2015–2016, 3.5 and 1,000")] == [
        "by", "-5", "%", "in", "2015", "2016", "3.5", "and", "1,000",
    ]  # fmt: skip


def test_changed_words_are_named():
    found = likeness("Exports fell by 12% in 2023, the report also says", TEXT)
    assert found.share > 0.7
    assert found.changes == (
        WordChange("rose", "fell"), WordChange("ministry’s", ""), WordChange("", "also"),
    )  # fmt: skip
    assert [str(one) for one in found.changes] == [
        "“fell” for “rose”", "left out “ministry’s”", "added “also”",
    ]  # fmt: skip


def test_nothing_in_common_is_no_likeness():
    for quote, text in (("Nobody came", TEXT), ("", TEXT), ("word", "")):
        assert likeness(quote, text).share == 0.0


@given(st.text(max_size=80), st.text(max_size=80))
def test_offsets_are_within_the_text(quote, text):
    found = likeness(quote, text)
    assert 0 <= found.start <= found.end <= len(text)
    assert 0 <= found.share <= 1
    for word in words(text):
        assert word.key == text[word.start : word.end].casefold() or not text.isascii()


@pytest.mark.parametrize(
    "text",
    [
        f"{BEFORE}{QUOTE}",
        f"{BEFORE}In 2015:\n\nthe  harbour was\nleased for 99 years.12 It is big.",
        f"{QUOTE} And more.\n\n{BEFORE}",
    ],
)
def test_words_that_are_still_there_did_not_change(text):
    """Wherever they are, in whatever layout and with whatever footnote."""
    assert became(QUOTE, text, run(text)) is None


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("The harbour was leased for 89 years, it seems.", "now reads “89” for “99”"),
        ("The harbour was never leased for years.", "now reads added “never”, left out “99”"),
    ],
)
def test_changes_lead_from_the_quotation_to_the_newer_text(text, said):
    found = became(QUOTE, BEFORE + text, run(BEFORE + text))
    assert str(found) == said
    assert text.startswith(found.new)


@pytest.mark.parametrize("text", [BEFORE, "", "The harbour. Years."])
def test_words_without_anything_similar_left_were_taken_out(text):
    found = became(QUOTE, text, run(text))
    assert found == Became(QUOTE, "", ())
    assert str(found) == "the words were removed"


@given(TEXTS, TEXTS)
def test_a_word_diff_holds_both_texts_but_for_white_space(before, after):
    found = word_diff(before, after)

    def without(op):
        return "".join("".join(one.text for one in found if one.op is not op).split())

    if found:
        assert without(Op.ADDED) == "".join(before.split())
        assert without(Op.REMOVED) == "".join(after.split())
    else:
        assert "".join(before.split()) == "".join(after.split())
