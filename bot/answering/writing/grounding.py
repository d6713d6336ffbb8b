"""Hold a written sentence against the passages it cites: out comes a Sentence with its citations.

Every citation is a slice of a passage that was in the prompt. What is wrong with a sentence is said
in its reasons: it is shown with its mark, or not at all. Knows nothing of models or of streams.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from bot.answering.answer import Reason, Verdict
from bot.answering.writing import quotations
from bot.answering.writing.written import Written
from bot.checking.verify import Check
from bot.language.untrusted import bare, forbidden
from index import sentences
from index.passage import Hit

CITED = 4  # passages that one sentence may rest on; further ones are left out
LEAST = 12  # characters of a quotation; a shorter one is shown as the sentence it stands in

Checker = Callable[[str, Sequence[str]], Check]
Place = tuple[int, int, int]  # a passage's number, start and end in the passage's text


@dataclass(frozen=True)
class Grounded:
    """A written sentence, what came of its check, and the places that it rests on."""

    text: str
    verdict: Verdict
    reasons: tuple[Reason, ...]
    places: tuple[Place, ...]


def ground(written: Written, passages: Mapping[int, Hit], check: Checker) -> Grounded:
    """Return the sentence with its verdict; `passages` are those of the prompt, by number."""
    text = bare(written.text)
    known = [number for number in written.citations if number in passages][:CITED]
    reasons = [
        Reason("misattributed", f"passage {number} was not among those given")
        for number in written.citations
        if number not in passages
    ]
    if fault := _unfit(text, known):
        return Grounded(text, Verdict.UNSUPPORTED, (*reasons, fault), ())
    places, misquoted = _places(text, written.quotes, {n: passages[n] for n in known})
    checked = check(text, [one for number in known for one in evidence(passages[number])])
    reasons += misquoted
    verdict = checked.verdict
    if reasons and verdict is Verdict.SUPPORTED:
        verdict = Verdict.CHECK
    return Grounded(text, verdict, tuple(dict.fromkeys((*checked.reasons, *reasons))), places)


def evidence(hit: Hit) -> list[str]:
    """Return what a passage says, sentence by sentence, and what it is read with."""
    passage = hit.passage
    around = (f"{hit.brief.title} ({hit.brief.date or 'no date'})", *passage.heading)
    said = [passage.text[start:end] for start, end in sentences.split(passage.text)]
    return [*said, *(one for one in (passage.context, *around) if one)]


def _unfit(text: str, known: Sequence[int]) -> Reason | None:
    if not any(char.isalnum() for char in text):
        return Reason("coverage", "there is nothing to compare")
    if what := forbidden(text):
        return Reason("coverage", f"{what} in it, which no written sentence may hold")
    if not known:
        return Reason("misattributed", "it cites no passage that was given")
    return None


def _places(
    text: str, quotes: Sequence[str], cited: Mapping[int, Hit]
) -> tuple[tuple[Place, ...], list[Reason]]:
    """Return a place in each passage cited: the words quoted, or the sentence nearest to it."""
    found: dict[int, list[Place]] = {number: [] for number in cited}
    misquoted = []
    for quote in filter(str.strip, quotes):
        if place := _located(quote, cited):
            if place[2] - place[1] >= LEAST:
                found[place[0]].append(place)
        else:
            misquoted.append(
                Reason("misattributed", f"“{bare(quote)[:120]}” does not stand in what it cites")
            )
    for number, hit in cited.items():
        if not found[number]:
            span = quotations.best_sentence(text, hit.passage.text)
            found[number].append((number, *span))
    places = dict.fromkeys(place for number in cited for place in found[number])
    return tuple(places), misquoted


def _located(quote: str, cited: Mapping[int, Hit]) -> Place | None:
    for number, hit in cited.items():
        if span := quotations.locate(quote, hit.passage.text):
            return (number, *span)
    return None
