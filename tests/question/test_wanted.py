"""The kind of answer that a question wants."""

import pytest

from bot.question.wanted import Kind, offers, values, wanted


@pytest.mark.parametrize(
    ("question", "kind"),
    [
        ("How much did it cost?", Kind.MONEY),
        ("what share of imports failed", Kind.SHARE),
        ("how many drivers?", Kind.NUMBER),
        ("at what rate?", Kind.NUMBER),
        ("max loan per borrower?", Kind.NUMBER),
        ("When does the lease end?", Kind.DATE),
        ("what year did it start", Kind.DATE),
        ("who runs the port?", Kind.NAME),
        ("Which states joined?", Kind.NAME),
        ("why did exports fall", Kind.REASON),
        ("does the law apply to ports?", Kind.ANY),
    ],
)
def test_reads_the_kind_from_the_question_word(question, kind):
    """ "How much" wants a number, "when" a date, "who" a name."""
    assert wanted(question) is kind


@pytest.mark.parametrize(
    ("kind", "sentence", "offered"),
    [
        (Kind.DATE, "It ends on March 3, 2031.", 1.0),
        (Kind.DATE, "It ends soon.", 0.0),
        (Kind.NUMBER, "It fell by 12 percent.", 1.0),
        (Kind.NUMBER, "It fell on 17 July 2023.", 0.0),
        (Kind.MONEY, "It cost 9.5 billion euros.", 1.0),
        (Kind.MONEY, "Three of four strings were torn.", 0.0),
        (Kind.SHARE, "About 12 per cent of trade.", 1.0),
        (Kind.SHARE, "About 12 ships.", 0.0),
        (Kind.NAME, "It was leased to Norvane Shipping.", 1.0),
        (Kind.NAME, "The port is large.", 0.0),
        (Kind.REASON, "It fell because of drought.", 1.0),
        (Kind.ANY, "Anything.", 0.5),
    ],
)
def test_sees_whether_a_sentence_offers_it(kind, sentence, offered):
    """A year is no number and a first capital no name."""
    assert offers(kind, sentence, "") == offered


def test_what_the_question_says_itself_answers_nothing():
    """Repeating the asker's year is no date."""
    assert offers(Kind.DATE, "The rule of 2023 stands.", "When did the 2023 rule end?") == 0.0


def test_values_are_told_by_where_they_stand():
    """Offsets of the sentence; what the question says itself is left out."""
    sentence = "In 2019 the 12 ports took 900 ships."
    found = values(Kind.NUMBER, sentence, "how many ships did the 12 ports take")
    assert [sentence[start:end] for start, end in found] == ["900"]


@pytest.mark.parametrize("label", ["Figure 3", "P.L. 116-93", "§5104", "(2)", "38 U.S.C.", "E15"])
def test_numbers_that_name_something_offer_no_figure(label):
    """The number of a law, a figure, a section or an item counts nothing."""
    assert offers(Kind.NUMBER, f"It is told in {label} how ports grew.", "how many ports") == 0.0
