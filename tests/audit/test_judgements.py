"""What editors can say, of what, and what it comes to."""

import pytest

from bot.audit.judgements import (
    Judged,
    JudgedReply,
    judge,
    majority,
    reply_word,
    standing_judgements,
    word_of,
)  # fmt: skip
from index.errors import UsageError
from tests.audit.judged import NO, PARTLY, WRONG, YES, database, ledger, put, put_declined

__all__ = ["database", "ledger"]  # found here by pytest
RIGHT, BESIDE, MISSED = JudgedReply


def test_the_majority_decides_and_in_a_tie_the_most_severe():
    assert majority([YES, YES, NO]) is YES
    assert majority([YES, PARTLY]) is PARTLY
    assert majority([NO, WRONG]) is WRONG
    assert majority([Judged.SUPPORTED]) is YES
    assert majority([YES, RIGHT]) is RIGHT
    assert majority([RIGHT, BESIDE]) is BESIDE


def test_a_judgement_may_be_typed_in_any_way():
    for typed, word in (
        ("Does not answer", BESIDE),
        ("does-not-answer", BESIDE),
        ("should_have_been  answered", MISSED),
        ("wrong-source", WRONG),
        ("fine", None),
    ):
        assert word_of(typed) is word, typed


def test_only_what_fits_can_be_said_of_a_reply(ledger):
    put(ledger, "a1")
    put_declined(ledger, "d1")
    put_declined(ledger, "u1", outcome="unsure")
    put_declined(ledger, "d0")
    for answer_id, sentence, word, said in (
        ("a1", None, RIGHT, None),
        ("a1", None, BESIDE, None),
        ("a1", None, MISSED, "the reply is answered; judge it “right” or “does not answer”"),
        ("a1", 1, BESIDE, "is about a whole reply"),
        ("a1", None, NO, "is about one sentence; say which, 1 to 2"),
        ("a1", 3, NO, "no sentence 3; it has 2"),
        ("d1", None, RIGHT, None),
        ("d1", None, MISSED, None),
        ("d1", None, BESIDE, "the reply is declined"),
        ("d0", 1, NO, "has no sentences; judge the reply: “right” or"),
        ("u1", None, RIGHT, None),
        ("u1", None, BESIDE, None),
        ("u1", None, MISSED, None),
    ):
        if said is None:
            made = judge(ledger, answer_id, sentence, word, "Ann")
            assert (made.sentence, made.judged) == (sentence, word)
        else:
            with pytest.raises(UsageError, match=said):
                judge(ledger, answer_id, sentence, word, "Ann")


def test_the_last_word_of_an_editor_on_a_reply_stands(ledger):
    """Beside the words on its sentences; all of it is in the chain."""
    put(ledger, "a1")
    for sentence, word in ((None, BESIDE), (1, YES), (None, RIGHT)):
        judge(ledger, "a1", sentence, word, "Ann")
    found = [(one.sentence, one.judged) for one in standing_judgements(ledger)]
    assert sorted(found, key=str) == [(1, YES), (None, RIGHT)]
    assert len(ledger.further("a1")) == 3
    assert ledger.verify() is None


def test_a_reply_is_as_bad_as_the_worst_that_an_editor_said_of_it():
    """Of two sentences: the whole comes first if it is wrong; "right" speaks for the rest."""
    for said, word in (
        ({None: RIGHT}, RIGHT),
        ({None: RIGHT, 1: YES}, RIGHT),
        ({None: RIGHT, 2: PARTLY}, PARTLY),
        ({None: BESIDE, 1: YES, 2: YES}, BESIDE),
        ({None: MISSED}, MISSED),
        ({1: YES}, None),
        ({1: YES, 2: YES}, Judged.SUPPORTED),
        ({1: YES, 2: WRONG}, WRONG),
        ({2: NO}, NO),
    ):
        assert reply_word(said, 2) is word, said
    assert reply_word({}, 0) is None
