"""Where words stand in a passage."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.answering.writing.grounding import best_sentence, evidence, ground, leans, locate
from bot.answering.writing.written import WrittenSentence
from bot.checking import verify
from bot.checking.verdict import Verdict
from tests.chatting import hit

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


JOINED = hit(
    1,
    "Finland joined NATO on 4 April 2023. Sweden joined on 7 March 2024. The government of Ulf "
    "Kristersson had applied in May 2022. It waited for two years.",
    "NATO",
)


def grounded(text: str, quote: str) -> Verdict:
    return ground(WrittenSentence(text, (1,), (quote,)), {1: JOINED}, verify.check).verdict


def test_the_evidence_is_what_is_quoted_with_what_says_who_is_meant() -> None:
    """Whole sentences, title and date; the sentence before only where one points back to it."""
    text = JOINED.passage.text
    at = text.index("7 March"), text.index("7 March") + 7
    assert evidence(JOINED, [at]) == ["Sweden joined on 7 March 2024.", "NATO (2024-03)"]
    at = text.index("waited"), len(text)
    assert evidence(JOINED, [at])[:2] == [
        "The government of Ulf Kristersson had applied in May 2022.", "It waited for two years.",
    ]  # fmt: skip
    assert len(evidence(JOINED)) == 5


def test_a_fact_of_the_next_sentence_bears_nothing_out() -> None:
    """It is at best to be checked; what the sentence before names may be named."""
    assert grounded("Sweden joined on 7 March 2024.", "Sweden joined on 7 March 2024") is (
        Verdict.SUPPORTED
    )
    for text, quote in (
        ("Finland joined NATO on 7 March 2024.", "Sweden joined on 7 March 2024"),
        ("Sweden joined NATO on 4 April 2023.", "Sweden joined on 7 March 2024"),
        ("Finland joined NATO on 7 March 2024.", "Finland joined NATO on 4 April 2023"),
    ):
        assert grounded(text, quote) is not Verdict.SUPPORTED, text
    text = "Ulf Kristersson's government waited for two years."
    assert grounded(text, "It waited for two years") is Verdict.SUPPORTED


def test_what_is_cited_wrongly_or_not_at_all_is_found_by_its_words() -> None:
    """A wrong number leaves a mark; a missing one does not."""
    other = hit(2, "The port handled 41 million tons of cargo in 2023.")
    quote = "Finland joined NATO on 4 April 2023"
    for cited, quotes, verdict in (
        ((2,), (quote,), Verdict.CHECK),
        ((), (quote,), Verdict.SUPPORTED),
        ((), (), Verdict.SUPPORTED),
    ):
        written = WrittenSentence("Finland joined NATO on 4 April 2023.", cited, quotes)
        found = ground(written, {1: JOINED, 2: other}, verify.check)
        assert (found.verdict, found.places[0][0]) == (verdict, 1)
    nothing = WrittenSentence("Norway has been a member since 1949.", (), ())
    assert ground(nothing, {1: JOINED, 2: other}, verify.check).places == ()


def test_a_sentence_that_points_back_is_told_apart() -> None:
    """By a pronoun or pointing word before anything is named."""
    for text in ("It ended.", "In 2023 it joined.", "That company left.", "The latter said so."):
        assert leans(text), text
    for text in ("The harbour was leased.", "Both Finland and Sweden joined.", "One port was."):
        assert not leans(text), text
