"""What was typed wrong is read as the library writes it, and the reader is told."""

from collections.abc import Mapping, Sequence

from bot.answering.search import find
from bot.question.reading import respelled
from index.library import Library
from index.vectors.snapshot import Filters
from tests.tamara import read_question


class Speller:
    """Knows the words given."""

    def __init__(self, **meant: str) -> None:
        self.meant = meant
        self.asked: list[str] = []

    def spellings(self, typed: Sequence[str]) -> Mapping[str, str]:
        self.asked += typed
        return {one: self.meant[one] for one in typed if one in self.meant}

    def compounds(self, pairs: Sequence[tuple[str, str]]) -> Mapping[tuple[str, str], str]:
        known = {pair: self.meant.get("_".join(pair)) for pair in pairs}
        return {pair: whole for pair, whole in known.items() if whole}


def test_only_the_words_typed_wrong_change() -> None:
    """All else stays character for character, "$1,000" too."""
    speller = Speller(tarrif="tariff", finshed="finished", cease_fire="ceasefire")
    text = "tarrif of $1,000 (12.5%) on semi-finshed goods; since the cease fire?"
    assert respelled(text, speller) == (
        "tariff of $1,000 (12.5%) on semi-finished goods; since the ceasefire?",
        (("tarrif", "tariff"), ("finshed", "finished"), ("cease fire", "ceasefire")),
    )


def test_words_of_grammar_and_requests_and_addresses_are_not_looked_up() -> None:
    """ "summarise" is one swap from "summaries", and no library need have it."""
    speller = Speller()
    respelled("summarise what's at https://tarrif.example/coper for bob@tarrif.example", speller)
    assert speller.asked == []


def test_the_question_is_searched_as_read_and_the_reader_told(library: Library) -> None:
    """What was typed stays on record; earlier turns are read likewise."""
    question = read_question(library, "who leased the harbur to Norvne in 2015?")
    assert question.asked == "who leased the harbur to Norvne in 2015?"
    assert question.searched == "who leased the harbour to Norvane in 2015?"
    assert question.respelled == (("harbur", "harbour"), ("Norvne", "Norvane"))
    found = find(library, question, Filters(), 3)
    assert found.notes[-1] == "Read “harbur” as “harbour” and “Norvne” as “Norvane”."
    follow = read_question(library, "and when?", "who leased the harbur?")
    assert "harbour" in follow.context


def test_an_unknown_name_stays_unknown(library: Library) -> None:
    """No near word, no change: the unknown name still counts against answering."""
    question = read_question(library, "What did Zorblax pay?")
    assert (question.searched, question.respelled) == ("What did Zorblax pay?", ())
    assert library.unknown(sorted(question.names))
