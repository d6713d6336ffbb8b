"""The kind of answer that a question wants."""

import pytest

from bot.question.wanted import AnswerKind, offers, values, wanted


@pytest.mark.parametrize(
    ("question", "kind"),
    [
        ("How much did it cost?", AnswerKind.MONEY),
        ("what share of imports failed", AnswerKind.SHARE),
        ("how many drivers?", AnswerKind.NUMBER),
        ("at what rate?", AnswerKind.NUMBER),
        ("max loan per borrower?", AnswerKind.NUMBER),
        ("When does the lease end?", AnswerKind.DATE),
        ("what year did it start", AnswerKind.DATE),
        ("who runs the port?", AnswerKind.NAME),
        ("Which states joined?", AnswerKind.NAME),
        ("why did exports fall", AnswerKind.REASON),
        ("does the law apply to ports?", AnswerKind.ANY),
    ],
)
def test_reads_the_kind_from_the_question_word(question, kind):
    """ "How much" wants a number, "when" a date, "who" a name."""
    assert wanted(question) is kind


@pytest.mark.parametrize(
    ("kind", "sentence", "offered"),
    [
        (AnswerKind.DATE, "It ends on March 3, 2031.", 1.0),
        (AnswerKind.DATE, "It ends soon.", 0.0),
        (AnswerKind.NUMBER, "It fell by 12 percent.", 1.0),
        (AnswerKind.NUMBER, "It fell on 17 July 2023.", 0.0),
        (AnswerKind.MONEY, "It cost 9.5 billion euros.", 1.0),
        (AnswerKind.MONEY, "Three of four strings were torn.", 0.0),
        (AnswerKind.SHARE, "About 12 per cent of trade.", 1.0),
        (AnswerKind.SHARE, "About 12 ships.", 0.0),
        (AnswerKind.NAME, "It was leased to Norvane Shipping.", 1.0),
        (AnswerKind.NAME, "The port is large.", 0.0),
        (AnswerKind.REASON, "It fell because of drought.", 1.0),
        (AnswerKind.ANY, "Anything.", 0.5),
    ],
)
def test_sees_whether_a_sentence_offers_it(kind, sentence, offered):
    """A year is no number and a first capital no name."""
    assert offers(kind, sentence, "") == offered


def test_what_the_question_says_itself_answers_nothing():
    """Repeating the asker's year is no date."""
    assert offers(AnswerKind.DATE, "The rule of 2023 stands.", "When did the 2023 rule end?") == 0.0


def test_values_are_told_by_where_they_stand():
    """Offsets of the sentence; what the question says itself is left out."""
    sentence = "In 2019 the 12 ports took 900 ships."
    found = values(AnswerKind.NUMBER, sentence, "how many ships did the 12 ports take")
    assert [sentence[start:end] for start, end in found] == ["900"]


@pytest.mark.parametrize("label", ["Figure 3", "P.L. 116-93", "§5104", "(2)", "38 U.S.C.", "E15"])
def test_numbers_that_name_something_offer_no_figure(label):
    """The number of a law, a figure, a section or an item counts nothing."""
    assert (
        offers(AnswerKind.NUMBER, f"It is told in {label} how ports grew.", "how many ports") == 0.0
    )
