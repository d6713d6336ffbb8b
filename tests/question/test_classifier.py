"""The shipped classifier reads a question the same each time, and names only words of it."""

from concurrent.futures import ThreadPoolExecutor

import pytest

from bot.question.classifier import FIELDS, QuestionClassifier

QUESTIONS = (
    "What do our briefs say about the herring quota?",
    "who wrote the brief on tidal locks",
    "Ostermark vs Valland: which has more ferries?",
    "timeline of the lighthouse strike since 2019",
)


def test_threads_that_share_it_read_the_same() -> None:
    alone = [QuestionClassifier().classify(one) for one in QUESTIONS]
    shared = QuestionClassifier()
    with ThreadPoolExecutor(4) as pool:
        assert list(pool.map(shared.classify, QUESTIONS * 8)) == alone * 8


def test_what_it_names_stands_in_the_question() -> None:
    found = [(one, QuestionClassifier().classify(one).fields) for one in QUESTIONS]
    for asked, fields in found:
        assert set(fields) == set(FIELDS)
        assert [words for words in fields.values() if words not in asked] == []


def test_a_question_of_any_length_is_read() -> None:
    """Beyond what it reads, the rest of a question does not count; nothing is one too."""
    classifier = QuestionClassifier()
    long = "which ports " + "and which harbours " * 300
    assert classifier.classify(long).kind == classifier.classify(long + "at all").kind
    assert classifier.classify("?").kind
    assert classifier.classify("")


def test_the_question_before_counts_where_one_leans_on_it() -> None:
    classifier = QuestionClassifier()
    alone = classifier.classify("and the oldest of them?")
    behind = classifier.classify("and the oldest of them?", "which briefs do we have on tides?")
    assert behind.kind == "catalogue"
    assert behind != alone


@pytest.mark.parametrize(
    ("asked", "one", "other"),
    [
        ("Where do Netanyahu and Obradović disagree on the lighthouse?", "Netanyahu", "Obradović"),
        ("How do Szczepański and Vanhanen differ about the canal toll?", "Szczepański", "Vanhanen"),
        (
            "Wachabdzhanow vs Kwiatkowska: who wants the higher fare?",
            "Wachabdzhanow",
            "Kwiatkowska",
        ),
    ],
)
def test_a_rare_name_is_named_whole(asked: str, one: str, other: str) -> None:
    """The network knows it in pieces; a side that is a piece of a name is found nowhere."""
    fields = QuestionClassifier().classify(asked).fields
    assert (fields["one"], fields["other"]) == (one, other)
