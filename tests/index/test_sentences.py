"""Sentences: exact spans, and full stops that end nothing."""

import re
import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from index.sentences import split


def cut(text: str) -> list[str]:
    return [text[start:end] for start, end in split(text)]


prose = st.text(alphabet=st.sampled_from("aB1. !?…\"'”)]\n\t|\u2028\x0b\x85"), max_size=80)


@given(st.one_of(st.text(max_size=80), prose))
def test_spans_cover_every_character_in_order(text: str) -> None:
    """Spans are in order, do not overlap, have no space at their ends and leave no letter out."""
    spans = split(text)
    position = 0
    for start, end in spans:
        assert position <= start < end
        assert not text[position:start].strip()
        assert text[start:end] == text[start:end].strip()
        position = end
    assert not text[position:].strip()


@pytest.mark.parametrize(
    ("text", "count"),
    [
        ("It rose. It fell.", 2),
        ("Mr. Smith met Dr. Jones in Washington.", 1),
        ("J. R. Smith spoke. He left.", 2),
        ("It was signed by the U.S. The treaty holds.", 2),
        ("The U.S. Congress met.", 1),
        ("It grew 2.5 percent. Prices fell.", 2),
        ("See Sec. 232 and No. 5 of the act.", 1),
        ("The answer was no. The vote was lost.", 2),
        ("“It is over.” She left.", 2),
        ("He said: “Go.” and went.", 1),
        ("Really? Yes! So it is.", 3),
        ("It ended … and began again.", 1),
        ("It ended.[12] Another began.", 2),
        ("Rates rose.3 The bank said so.", 2),
        ("| Jan. | 2. 5 | Total. Sum |", 1),
        ("First line\nSecond line", 2),
        ("Acme Inc. The company grew.", 2),
        ("Acme Inc. shares rose.", 1),
        ("Smith et al. Found nothing.", 1),
        ("Costs (approx. 5 million) rose. They fell.", 2),
        ("b. The total is nine. It rose.", 2),
        ("12. See the annual report.", 1),
        ("Table 2. Funding of Harbours", 1),
        ("The court ruled (5th Cir. 2020) for the port. It appealed.", 2),
        ("See 18 Stat. 52 and H.R. 5 by Sen. Roe, e.g. Art. 3, in Jan. 2020.", 1),
        ("Rep. Doe and Gen. Roe met. They agreed.", 2),
        ("Laws . . . Shall be the law. They hold.", 2),
        ("", 0),
        ("  \n ", 0),
    ],
)
def test_golden_cases(text: str, count: int) -> None:
    assert len(cut(text)) == count, cut(text)


@pytest.mark.parametrize("unit", ["word. ", "A. ", "…", '."', "x", "[1]. ", "U.S. ", ". ", "!"])
def test_time_grows_with_the_length_of_a_line(unit: str) -> None:
    """Sixteen times the text takes far less than 16² times as long (1 MB in one line)."""

    def seconds(size: int) -> float:
        text = unit * (size // len(unit))
        started = time.process_time()
        split(text)
        return time.process_time() - started

    small = max(seconds(64 << 10), 0.002)
    assert seconds(1 << 20) < 64 * small


@pytest.mark.parametrize(
    ("text", "count"),
    [
        ("Growth was minus 3.1 % in 2020.", 1),
        ("The plant emits 3.1 Mt a year.", 1),
        ("Losses of 0.4 ‰ were booked.", 1),
        ("It was signed in 2019.12 The parties left.", 2),
        ("Prices rose by 3.5. Wages fell.", 2),
        ("It cost 3.5. $20 million was lost.", 2),
    ],
)
def test_a_decimal_point_ends_nothing(text: str, count: int) -> None:
    """Unless the digits after it are the mark of a note, after a year."""
    assert len(cut(text)) == count, cut(text)


def test_sentences_of_a_paragraph_are_slices() -> None:
    text = "Prices rose.  Wages, too, rose.\n• A bullet\n• Another. And more."
    assert cut(text) == [
        "Prices rose.",
        "Wages, too, rose.",
        "• A bullet",
        "• Another.",
        "And more.",
    ]
    assert all(part in text and not re.search(r"\s$", part) for part in cut(text))
