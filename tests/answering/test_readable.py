"""What an editor may do to a quotation, and the proof that nothing else was done."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.answering.readable import bare, faithful, headers, row


@pytest.mark.parametrize(
    ("quote", "shown"),
    [
        ("Prices fell.12", "Prices fell."),
        ("Prices fell.[12] They rose [3].", "Prices fell. They rose."),
        ("12See the report of the port.", "See the report of the port."),
        ("It rose in 2020.3", "It rose in 2020."),
        ("It rose by 2.12 percent.", "It rose by 2.12 percent."),
        ("• One\n  • two   and\tthree", "One two and three"),
    ],
)
def test_marks_go_and_white_space_collapses(quote, shown):
    """Footnote marks after punctuation and bullets go; numbers stay."""
    assert bare(quote) == shown
    assert faithful(bare(quote), quote)


def test_a_row_is_read_under_its_header():
    """The label first, then each cell after its column's name; empty cells are left out."""
    header = "| Country | 2023 | 2024 |"
    assert row("| Sweden | 7 | 8 |", header) == "Sweden — 2023: 7; 2024: 8"
    assert row("| Sweden | | 8 |", header) == "Sweden — 2024: 8"
    assert row("| Sweden | 7 |", header) == "Sweden — 7"
    assert faithful(
        "Sweden — 2023: 7; 2024: 8", "| Sweden | 7 | 8 |", f"{header}\n| Sweden | 7 | 8 |"
    )


def test_the_header_of_a_split_table_comes_from_its_context():
    """The passage's first row is tried, then the row in its context, then none."""
    assert list(headers("| a | 1 |", "| a | 1 |\n| b | 2 |", "Table 1 | x | y |")) == [
        "| x | y |",
        "",
    ]


@pytest.mark.parametrize(
    "text",
    [
        "Sweden — 2023: 8; 2024: 7",  # cells exchanged
        "Sweden — 2022: 7; 2024: 8",  # a column that is not there
        "Sweden had 7 and 8",
    ],
)
def test_a_row_told_otherwise_is_refused(text):
    """Neither values nor columns may change."""
    passage = "| Country | 2023 | 2024 |\n| Sweden | 7 | 8 |"
    assert not faithful(text, "| Sweden | 7 | 8 |", passage)


def test_a_name_in_brackets_may_stand_for_the_subject():
    """Only at the beginning, only for a pronoun or definite noun, only a name of the passage."""
    passage = "Norvane runs the port. Its budget fell. Prices fell."
    assert faithful("[Norvane’s] budget fell.", "Its budget fell.", passage)
    assert not faithful("[Acme’s] budget fell.", "Its budget fell.", passage)
    assert not faithful("[Norvane] fell.", "Prices fell.", passage)
    assert not faithful("[Norvane’s] budget rose.", "Its budget fell.", passage)
    assert not faithful("Its budget [Norvane] fell.", "Its budget fell.", passage)


def test_a_name_in_brackets_takes_no_more_than_the_noun():
    """Neither a verb nor a negation goes with it, and the possessive stays one."""
    passage = "In May the Norvane Agency met. The agency never closed. The agency’s budget fell."
    assert faithful("[The Norvane Agency] never closed.", "The agency never closed.", passage)
    assert not faithful("[The Norvane Agency] closed.", "The agency never closed.", passage)
    assert faithful("[The Norvane Agency’s] budget fell.", "The agency’s budget fell.", passage)
    assert not faithful("[The Norvane Agency] budget fell.", "The agency’s budget fell.", passage)
    assert not faithful("[The Norvane Agency’s] never closed.", "The agency never closed.", passage)
    assert not faithful("[Norvane Agencies] never closed.", "The agency never closed.", passage)
    assert not faithful("[The Norvane Agency] fell.", "The prices fell.", passage)


@given(st.text(alphabet="ab1 .,[]|•\n", max_size=40), st.integers(0, 39), st.sampled_from("xyz7"))
def test_any_other_letter_is_refused(quote, at, letter):
    """A letter more is never an editor's change."""
    changed = bare(quote)[:at] + letter + bare(quote)[at:]
    assert not faithful(changed, quote)
