"""Answers made of the briefs' own sentences."""

import pytest

from bot.answering import extractive
from bot.answering.reranking import scored
from bot.answering.search import SearchResult, gather
from bot.answering.selection import decisive_first
from bot.question.question import Question
from index.vectors.snapshot import Filters
from tests.tamara import read_question


def ask(library, question, turns=()):
    asked = read_question(library, question, *turns)
    return extractive.answer(asked, gather(library, asked, Filters(), 10), library)


@pytest.mark.parametrize(
    ("question", "expected"),
    [
        ("For how long was Port Aurelia leased?", "for 99 years"),
        ("Why did wheat exports of Tamara fall?", "because of drought"),
        ("Who called the lease of the harbour a mistake?", "Ilse Brandt"),
        ("How many tons of wheat did Tamara export in 2022?", "8.1 million tons"),
    ],
)
def test_quotes_the_sentence_that_answers(library, question, expected):
    """The kind of thing asked for is in the quotation."""
    draft = ask(library, question)
    assert expected in " ".join(sentence.text for sentence in draft.sentences)


def test_every_sentence_is_a_slice_of_its_brief(library):
    """Offsets count in the brief's text, the page is the quotation's own."""
    draft = ask(library, "Who leased Port Aurelia, and what did the minister promise?")
    assert 1 <= len(draft.sentences) <= 3
    for sentence, citation in zip(draft.sentences, draft.citations, strict=True):
        text = library.brief(citation.brief.id, citation.brief.version).text
        assert text[citation.start : citation.end] == citation.quote == sentence.text
        assert sentence.citations == (citation.number,)
    assert [citation.number for citation in draft.citations] == list(
        range(1, len(draft.citations) + 1)
    )


def test_sentences_of_one_brief_stand_in_the_order_of_its_text(library):
    """Behind the decisive one, a later sentence never comes before an earlier one."""
    draft = ask(library, "What happened to the lease of Port Aurelia with Norvane and Brandt?")
    asked = read_question(library, "the lease of Port Aurelia, Norvane and Brandt")
    ranked = scored(asked, gather(library, asked, Filters(), 10).hits, library)
    of_one = [one for one in ranked if one.candidate.hit.brief.id == draft.citations[0].brief.id]
    first, *behind = [
        one.candidate.hit.passage.start + one.candidate.start for one in decisive_first(of_one)
    ]
    assert first == of_one[0].candidate.hit.passage.start + of_one[0].candidate.start
    assert len(behind) > 1
    assert behind == sorted(behind)


@pytest.mark.parametrize("question", ["best way to cook carbonara?", "are you a bot?", "thanks"])
def test_does_not_answer_what_the_briefs_do_not_say(library, question):
    """No sentence is better than a wrong one."""
    draft = ask(library, question)
    assert (draft.answered, draft.sentences, draft.citations) == (False, (), ())


def test_no_hits_is_no_answer(library):
    """An empty search gives an empty draft."""
    assert not extractive.answer(Question("q", "q"), SearchResult(), library).answered


def test_the_words_of_earlier_turns_help_to_choose(library):
    """A question without content of its own is answered from its context."""
    draft = ask(library, "for how long?", ["What is the Port Aurelia lease?"])
    assert "99 years" in " ".join(sentence.text for sentence in draft.sentences)


def test_the_same_question_gives_the_same_answer(library):
    """Nothing in the choice depends on chance."""
    question = "Why did wheat exports of Tamara fall?"
    assert ask(library, question) == ask(library, question)


@pytest.mark.parametrize(
    ("question", "wanted"),
    [
        (
            "How many tons of wheat did Tamara export in 2022, "
            "and who called the lease of the harbour a mistake?",
            ("8.1 million tons", "Ilse Brandt"),
        ),
        (
            "Why did wheat exports of Tamara fall, and for how long was Port Aurelia leased?",
            ("drought", "99 years"),
        ),
    ],
)
def test_each_part_of_a_question_has_its_sentence(library, question, wanted):
    """Be they of one brief or of two, and never more than three."""
    draft = ask(library, question)
    said = " ".join(sentence.text for sentence in draft.sentences)
    assert all(one in said for one in wanted)
    assert len(draft.sentences) <= extractive.SENTENCES


def test_a_passage_of_which_nothing_may_be_quoted_is_shown_unmarked(library):
    """Rows that nothing explains, say: the passage may answer all the same."""
    hits = gather(library, read_question(library, "wheat exports"), Filters(), 10).hits
    (shown,) = extractive.near_passages(hits, [])
    assert (shown.hit, shown.marked) == (hits[0], (0, 0))
