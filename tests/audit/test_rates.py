"""Error rates of judged sentences and answers."""

from bot.audit.agreement import rates
from bot.audit.judgements import Judged

OF = {"a": 2, "b": 1, "c": 3}
WORDS = [
    ("a", Judged.SUPPORTED),
    ("a", Judged.PARTLY),
    ("b", Judged.WRONG_SOURCE),
    ("c", Judged.SUPPORTED),
]


def test_a_sentence_is_faulty_unless_supported_and_wrong_only_without_support():
    """Partly supported is faulty, not wrong."""
    found = rates(WORDS, OF)
    assert (found.faulty_sentences.count, found.faulty_sentences.total) == (2, 4)
    assert (found.wrong_sentences.count, found.wrong_sentences.total) == (1, 4)


def test_an_answer_counts_once_it_is_judged_in_full():
    """And is as bad as its worst sentence; others are named apart."""
    found = rates(WORDS, OF)
    assert (found.faulty_answers.count, found.faulty_answers.total) == (2, 2)
    assert (found.wrong_answers.count, found.wrong_answers.total) == (1, 2)
    assert found.begun == 1


def test_nothing_judged_has_no_rate():
    """Not a rate of zero."""
    found = rates([], {})
    assert (found.faulty_answers.share, found.faulty_answers.interval) == (None, None)
