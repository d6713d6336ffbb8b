"""Where words stand in a passage."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.answering.writing.quotations import best_sentence, locate

TEXT = "The “lease”  ran\nfor 99\u200b years – so they said. It ended in 2031."


@pytest.mark.parametrize(
    "quote", ['"lease" ran for 99 years', "99 years - so they said", "… ran for 99 years …", "2031"]
)
def test_white_space_and_shapes_of_marks_apart_a_quotation_is_found(quote: str) -> None:
    """The offsets are those of the passage as it is."""
    start, end = locate(quote, TEXT) or (0, 0)
    assert "".join(TEXT[start:end].split())[-4:] == "".join(quote.strip(" …").split())[-4:]


@pytest.mark.parametrize(
    "quote", ["lease ran for 98 years", "the “lease” runs", "", " … ", "LEASE"]
)
def test_other_words_are_not_found(quote: str) -> None:
    """One word, one digit or one capital is enough."""
    assert locate(quote, TEXT) is None


@given(st.text(min_size=1, max_size=60), st.data())
def test_every_slice_is_found_as_it_is(text: str, data: st.DataObject) -> None:
    """Or something that reads the same before it."""
    start = data.draw(st.integers(0, len(text) - 1))
    end = data.draw(st.integers(start + 1, len(text)))
    span = locate(text[start:end], text)
    assert span is None or 0 <= span[0] < span[1] <= len(text)


def test_the_nearest_sentence_says_most_of_the_claim() -> None:
    """The first of equals."""
    start, end = best_sentence("When did it end? In 2031.", TEXT)
    assert TEXT[start:end] == "It ended in 2031."
