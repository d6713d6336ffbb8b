"""What an editor may do to a quotation, and the proof that nothing else was done."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.answering.readable import bare, faithful, is_drawn_from, row, shown
from index.passage import HEADER_KNOWN


@pytest.mark.parametrize(
    ("quote", "text"),
    [
        ("Prices fell.12", "Prices fell."),
        ("Prices fell.[12] They rose [3].", "Prices fell. They rose."),
        ("12See the report of the port.", "See the report of the port."),
        ("It rose in 2020.3", "It rose in 2020."),
        ("It rose by 2.12 percent.", "It rose by 2.12 percent."),
        ("• One\n  • two   and\tthree", "One two and three"),
    ],
)
def test_marks_go_and_white_space_collapses(quote, text):
    """Footnote marks after punctuation and bullets go; numbers stay."""
    assert bare(quote) == text
    assert faithful(bare(quote), quote)


def test_a_row_is_read_under_its_header():
    """The label first, then each cell after its column's name; empty cells are left out."""
    header = "| Country | 2023 | 2024 |"
    assert row("| Sweden | 7 | 8 |", header) == "Sweden — 2023: 7; 2024: 8"
    assert row("| Sweden | | 8 |", header) == "Sweden — 2024: 8"
    assert row("| 2015 | 7 |", "| Year | Ships |") == "Year 2015 — Ships: 7"
    assert row("| Sweden | 7 | 8 |", header, "in tonnes") == "Sweden — 2023: 7; 2024: 8 (in tonnes)"


@pytest.mark.parametrize("header", ["", "| Country | 2023 | 2024 |"])
def test_a_row_without_a_header_of_its_cells_stays_as_it_stands(header):
    assert row("| Sweden |  7 |", header) == "| Sweden | 7 |"


TABLE = "In millions of tonnes\n\n| Country | 2023 | 2024 |\n| Sweden | 7 | 8 |"


def test_only_a_known_header_puts_a_row_into_words():
    """The first row of a passage may be data: an answer was made up of two rows once."""
    said = "Sweden — 2023: 7; 2024: 8 (In millions of tonnes)"
    assert shown("| Sweden | 7 | 8 |", TABLE, HEADER_KNOWN) == said
    assert faithful(said, "| Sweden | 7 | 8 |", TABLE, HEADER_KNOWN)
    assert shown("| Sweden | 7 | 8 |", TABLE, "") == "| Sweden | 7 | 8 |"
    assert not faithful(said, "| Sweden | 7 | 8 |", TABLE, "")


def test_the_header_and_the_caption_of_a_split_table_come_from_its_context():
    context = f"Table 1. Grain\n| Country | 2023 | 2024 |\n{HEADER_KNOWN}"
    passage = "| Norway | 5 | 6 |\n| Sweden | 7 | 8 |"
    assert shown("| Norway | 5 | 6 |", passage, context) == (
        "Norway — 2023: 5; 2024: 6 (Table 1. Grain)"
    )


def test_a_sentence_before_a_table_is_no_caption():
    passage = "Grain went up in both years.\n\n| Country | 2023 |\n| Sweden | 7 |"
    assert shown("| Sweden | 7 |", passage, HEADER_KNOWN) == "Sweden — 2023: 7"


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
    assert not faithful(text, "| Sweden | 7 | 8 |", passage, HEADER_KNOWN)


CELLS = st.lists(
    st.from_regex(r"[a-z0-9$%.]{1,6}( [a-z0-9]{1,6})?", fullmatch=True), min_size=2, max_size=5
)


@given(CELLS, CELLS, st.sampled_from(["", "Table 1. Grain", "in tonnes"]))
def test_no_word_of_a_row_is_made_up(names, values, caption):
    """Whatever row, header and caption are, the words are theirs."""
    quote, header = (f"| {' | '.join(line)} |" for line in (values, names))
    assert is_drawn_from(row(quote, header, caption), quote, header, caption)
    assert not is_drawn_from(f"{row(quote, header, caption)} more", quote, header, caption)


def test_an_answer_has_its_question_in_brackets():
    quote = "Q: When did they stop?\n\nA: On 3 March 2022."
    text = "[When did they stop?] On 3 March 2022."
    assert shown(quote, quote, "", answers=True) == text
    assert faithful(text, quote)
    assert not faithful("[When did they begin?] On 3 March 2022.", quote)
    assert not faithful("[When did they stop?] On 4 March 2022.", quote)


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
