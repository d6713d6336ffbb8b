"""Check a written sentence against the passages it cites, and find the words that it quotes.

Every citation is a slice of a passage that was in the prompt. What is wrong with a sentence is said
in its reasons: it is shown with its mark, or not at all. White space, unseen characters and the
shapes of quotation marks and dashes apart, a quotation must stand in its passage character for
character.
"""

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache

from bot.answering.writing.reply import WrittenSentence
from bot.checking.quoted import SAME
from bot.checking.verdict import Reason, Verdict
from bot.checking.verify import Check
from bot.language.untrusted import bare, forbidden, visible
from index import sentences
from index.passage import Hit
from index.words import content_words, stem

_ELLIPSES = re.compile(r"^(?:\s|\.\.\.|…)+|(?:\s|\.\.\.|…)+$")

Span = tuple[int, int]


def locate(quote: str, text: str) -> Span | None:
    """Return where the quotation stands in the text, None where it does not."""
    wanted = _folded(_ELLIPSES.sub("", quote))[0].strip()
    held, offsets = _folded(text)
    at = held.find(wanted)
    if at < 0 or not wanted:
        return None
    return offsets[at], offsets[at + len(wanted) - 1] + 1


def best_sentence(claim: str, text: str) -> Span:
    """Return the sentence of the text that says most of the claim's words, the first of equals."""
    wanted = _stems(claim)
    spans = sentences.split(text)
    return max(spans, key=lambda span: len(wanted & _stems(text[span[0] : span[1]])))


@lru_cache(maxsize=256)
def _folded(text: str) -> tuple[str, tuple[int, ...]]:
    """Return the text for comparison and, for each of its characters, the offset in `text`."""
    kept: list[str] = []
    offsets: list[int] = []
    for offset, char in enumerate(text.translate(SAME)):
        if char.isspace():
            if kept and kept[-1] == " ":
                continue
            char = " "
        elif not visible(char):
            continue
        kept.append(char)
        offsets.append(offset)
    return "".join(kept), tuple(offsets)


def _stems(text: str) -> frozenset[str]:
    return frozenset(stem(word) for word in content_words(text))


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


def ground(written: WrittenSentence, passages: Mapping[int, Hit], check: Checker) -> Grounded:
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
            span = best_sentence(text, hit.passage.text)
            found[number].append((number, *span))
    places = dict.fromkeys(place for number in cited for place in found[number])
    return tuple(places), misquoted


def _located(quote: str, cited: Mapping[int, Hit]) -> Place | None:
    for number, hit in cited.items():
        if span := locate(quote, hit.passage.text):
            return (number, *span)
    return None
