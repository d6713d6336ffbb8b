"""Check a written sentence against what it quotes, and find the words that it rests on.

Every citation is a slice of a passage that was in the prompt. The evidence of a sentence is what it
quotes, by whole sentences, with title, heading and the sentence that says who is meant; where it
quotes nothing, the nearest sentences of what it cites. What only the whole passage bears out is
shown with a mark. White space, unseen characters and the shapes of quotation marks and dashes
apart, a quotation must stand in its passage character for character.
"""

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache

from bot.answering.writing.written import MOST_LISTED, WrittenSentence
from bot.checking.quoted import SAME
from bot.checking.verdict import Reason, Verdict
from bot.checking.verify import Check
from bot.language.tokens import NAME, WORD, read
from bot.language.untrusted import bare, forbidden, visible
from bot.language.words import DEMONSTRATIVES, PRONOUNS
from index import sentences
from index.passage import Hit
from index.words import content_words, stem

CITED = 4  # passages that one sentence may rest on; further ones are left out
LEAST = 12  # characters of a quotation; a shorter one is shown as the sentence it stands in
ATTRIBUTED = 0.7  # share of a claim's words in one sentence of a passage, where it cites none
BESIDE = 0.5  # share of what the best passage says, from which another cited one is shown too
FURTHER = 2  # words that a second sentence of a passage must add to be evidence too

Checker = Callable[[str, Sequence[str]], Check]
Span = tuple[int, int]
Place = tuple[int, int, int]  # a passage's number, start and end in the passage's text

_LEFT_OUT = re.compile(r"\s*(?:\[\s*)?(?:\.\.\.|…)(?:\s*\])?\s*")
_AROUND = "\"'“”‘’«» "
_POINTING = (PRONOUNS | DEMONSTRATIVES | {"another", "others", "same"}) - {"one", "ones"}
_ORDER = (Verdict.UNSUPPORTED, Verdict.CHECK, Verdict.SUPPORTED)


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
    quoted, misquoted = _located(written.quotes, passages, written.citations)
    known = _known(text, written.citations, quoted, passages)
    reasons = [
        Reason("misattributed", f"passage {number} was not among those given")
        for number in written.citations
        if number not in passages
    ]
    if fault := _unfit(text, known):
        return Grounded(text, Verdict.UNSUPPORTED, (*reasons, fault), ())
    reasons += _elsewhere(written.citations, quoted, passages) + misquoted
    spans = _spans(text, quoted, {number: passages[number] for number in known})
    checked = _checked(text, spans, passages, check)
    verdict = checked.verdict
    if reasons and verdict is Verdict.SUPPORTED:
        verdict = Verdict.CHECK
    places = tuple((number, *span) for number in spans for span in spans[number])
    return Grounded(text, verdict, tuple(dict.fromkeys((*checked.reasons, *reasons))), places)


def leans(text: str) -> bool:
    """Return whether a sentence points back, "It", "That company", before it names anything."""
    tokens = read(text)
    for at, token in enumerate(tokens):
        if token.said.lower() in _POINTING:
            following = tokens[at + 1].kind if at + 1 < len(tokens) else ""
            return not (token.said.lower() == "both" and following == NAME)
        if token.kind in (NAME, WORD):
            return False
    return False


def locate(quote: str, text: str) -> Span | None:
    """Return where the quotation stands in the text, None where it does not."""
    wanted = _folded(_LEFT_OUT.sub(" ", quote) if _is_outside(quote) else quote)[0].strip()
    held, offsets = _folded(text)
    at = held.find(wanted)
    if at < 0 or not wanted:
        return None
    return offsets[at], offsets[at + len(wanted) - 1] + 1


def best_sentence(claim: str, text: str) -> Span:
    """Return the sentence of the text that says most of the claim's words, the first of equals."""
    return nearest(claim, text)[0]


def nearest(claim: str, text: str) -> list[Span]:
    """Return the sentence that says most of the claim's words, and one that adds enough to it."""
    wanted = _stems(claim)
    spans = sentences.split(text)
    said = {span: wanted & _stems(text[span[0] : span[1]]) for span in spans}
    first = max(spans, key=lambda span: len(said[span]))
    further = max(spans, key=lambda span: len(said[span] - said[first]))
    if len(said[further] - said[first]) < FURTHER:
        return [first]
    return sorted([first, further])


def evidence(hit: Hit, spans: Sequence[Span] = ()) -> list[str]:
    """Return what a passage says, or what is quoted of it, and what it is read with."""
    passage = hit.passage
    around = (f"{hit.brief.title} ({hit.brief.date or 'no date'})", *passage.heading)
    whole = sentences.split(passage.text)
    chosen = [
        at
        for at, (start, end) in enumerate(whole)
        if not spans or any(start < until and since < end for since, until in spans)
    ]
    texts = [passage.text[start:end] for start, end in whole]
    before = [at - 1 for at in chosen if at and not _names_first(texts[at])] if spans else []
    said = [texts[at] for at in sorted({*chosen, *before})]
    return [*said, *(one for one in (passage.context, *around) if one)]


def _names_first(sentence: str) -> bool:
    """Return whether a sentence opens with what it is about: it needs none before it.

    "Sweden joined" does, "The company" and "In 2015 it" do not.
    """
    tokens = read(sentence)
    return bool(tokens) and tokens[0].kind in (NAME, WORD) and not leans(sentence)


def _checked(
    text: str, spans: Mapping[int, Sequence[Span]], passages: Mapping[int, Hit], check: Checker
) -> Check:
    """Check against what is quoted; what only the whole passages bear out is to be checked."""
    quoted = check(
        text, [one for number in spans for one in evidence(passages[number], spans[number])]
    )
    if quoted.verdict is Verdict.SUPPORTED:
        return quoted
    whole = check(text, [one for number in spans for one in evidence(passages[number])])
    if _ORDER.index(whole.verdict) <= _ORDER.index(quoted.verdict):
        return quoted
    told = Reason("coverage", "the passage bears it out only as a whole, not by what is quoted")
    return Check(Verdict.CHECK, min(quoted.score, whole.score), (*whole.reasons, told))


def _unfit(text: str, known: Sequence[int]) -> Reason | None:
    if not any(char.isalnum() for char in text):
        return Reason("coverage", "there is nothing to compare")
    if what := forbidden(text):
        return Reason("coverage", f"{what} in it, which no written sentence may hold")
    if not known:
        return Reason("misattributed", "it cites no passage that was given")
    return None


def _known(
    text: str,
    cited: Sequence[int],
    quoted: Mapping[int, Sequence[Span]],
    passages: Mapping[int, Hit],
) -> list[int]:
    """Return the passages that a sentence rests on: those it quotes, then those it cites.

    Where it cites none at all, the one that says most of its words, if that is enough.
    """
    known = dict.fromkeys([*quoted, *(number for number in cited if number in passages)])
    if known or cited or not passages:
        return list(known)[:CITED]
    shares = {number: _share(text, hit) for number, hit in passages.items()}
    best = max(shares, key=lambda number: shares[number])
    return [best] if shares[best] >= ATTRIBUTED else []


def _share(text: str, hit: Hit) -> float:
    """Return the share of a claim's words in the nearest sentence of a passage."""
    wanted = _stems(text)
    start, end = best_sentence(text, hit.passage.text)
    return len(wanted & _stems(hit.passage.text[start:end])) / len(wanted) if wanted else 0.0


def _spans(
    text: str, quoted: Mapping[int, Sequence[Span]], cited: Mapping[int, Hit]
) -> dict[int, list[Span]]:
    """Return the words of each passage that a sentence rests on: quoted, or nearest to it.

    A passage that is cited without a quotation and says little of the sentence is left out.
    """
    found = {number: list(quoted[number]) for number in cited if number in quoted}
    shares = {number: _share(text, hit) for number, hit in cited.items()}
    least = BESIDE * max(shares.values())
    for number, hit in cited.items():
        if number not in found and shares[number] >= least:
            found[number] = nearest(text, hit.passage.text)
    for number, spans in found.items():
        body = cited[number].passage.text
        whole = [span if span[1] - span[0] >= LEAST else _around(span, body) for span in spans]
        found[number] = list(dict.fromkeys(whole))
    return {number: found[number] for number in cited if number in found}


def _around(span: Span, text: str) -> Span:
    """Return the sentence that a short quotation stands in."""
    start, end = span
    return next((one for one in sentences.split(text) if one[0] <= start and end <= one[1]), span)


def _located(
    quotes: Sequence[str], passages: Mapping[int, Hit], cited: Sequence[int]
) -> tuple[dict[int, list[Span]], list[Reason]]:
    """Return where the quotations stand, in what is cited or else in what was given."""
    found: dict[int, list[Span]] = {}
    misquoted = []
    numbers = dict.fromkeys([*(one for one in cited if one in passages), *passages])
    for quote in [one for one in quotes if one.strip()][:MOST_LISTED]:
        for number in numbers:
            text = passages[number].passage.text
            short = len(quote) < LEAST and number not in cited
            if not short and (spans := _parts(quote, text)):
                found.setdefault(number, []).extend(spans)
                break
        else:
            said = bare(quote)[:120]
            misquoted.append(Reason("misattributed", f"“{said}” does not stand in what it cites"))
    return found, misquoted


def _elsewhere(
    cited: Sequence[int], quoted: Mapping[int, Sequence[Span]], passages: Mapping[int, Hit]
) -> list[Reason]:
    """Return a reason for each quotation that stands in another passage than those cited."""
    given = [number for number in cited if number in passages]
    return [
        Reason(
            "misattributed", f"what it quotes stands in passage {number}, which it does not cite"
        )
        for number in quoted
        if given and number not in given
    ]


def _parts(quote: str, text: str) -> list[Span]:
    """Return where the parts of a quotation stand, which "…" divides; [] unless all do."""
    parts = [part for part in _LEFT_OUT.split(quote.strip()) if part.strip(_AROUND + ".,;")]
    spans = [span for part in parts if (span := _tolerant(part, text))]
    return spans if len(spans) == len(parts) else []


def _tolerant(quote: str, text: str) -> Span | None:
    """Return where a quotation stands, be it with marks round it or another first capital."""
    plain = quote.strip(_AROUND)
    shorter = plain.rstrip(".,;:!? ")
    swapped = shorter[:1].swapcase() + shorter[1:]
    for one in dict.fromkeys((quote, plain, shorter, swapped, bare(shorter))):
        if span := locate(one, text):
            return span
    return None


def _is_outside(quote: str) -> bool:
    """Return whether a quotation has dots before or behind it and none within."""
    return len([part for part in _LEFT_OUT.split(quote) if part.strip()]) < 2


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
