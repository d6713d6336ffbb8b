"""Answer with the briefs' own sentences: question and hits in, a Draft of verbatim quotations out.

One to three sentences are chosen by what each says of the question: the words it covers (weighted
by how rare they are), its vector's cosine to the question's, its passage's score, and whether it
offers the kind of thing asked for. `bot/answerable.py` decides whether they answer
at all. Writes nothing, records nothing.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from bot.answer import Citation, Draft, Standalone, verbatim
from bot.answerable import NAMELESS, initials, judge, names
from bot.candidates import Candidate, candidates
from bot.wanted import FIGURES, offers, wanted
from index.passage import Hit
from index.words import content_words, stem, words

HITS = 8  # passages whose sentences are looked at
NAMING = 3  # passages among which the names of the question are looked for
EMBEDDED = 24  # sentences embedded at most; about 3 ms each
SENTENCES = 3  # quoted at most

# Weights of the parts of a sentence's score, chosen on CRS gold-dev, all of it.
COSINE, COVERAGE, PASSAGE, KIND = 0.36, 0.32, 0.18, 0.14
CONTEXT_WEIGHT = 0.4  # of a word lent by earlier turns, against one of the question
AROUND = 0.5  # of a word that the passage, title or heading says and the sentence does not
CLOSE = 0.95  # a further sentence must score this share of the best one …
NEW_WORDS = 0.15  # … or cover this much more of the question's words at CLOSE_ENOUGH of it
CLOSE_ENOUGH = 0.80
REPEAT = 0.85  # cosine from which two sentences say the same
ROW_PENALTY = 0.15  # for a table row where no number is asked
ROOT = 5  # letters from which the beginning of a word stands for the word

_FISCAL_YEAR = re.compile(r"^fy(\d\d)$")
_NOTHING = r"(?!)"  # matches nowhere


class Lookup(Protocol):
    """What is needed of a library to choose sentences."""

    def embed(self, texts: Sequence[str]) -> NDArray[np.float32]:
        """Return unit vectors, shape (len(texts), d)."""
        ...

    def idf(self, terms: Sequence[str]) -> Mapping[str, float]:
        """Return the inverse document frequency of each stem."""
        ...


@dataclass(frozen=True)
class Scored:
    """A candidate with its score and what the score is made of."""

    candidate: Candidate
    score: float
    cosine: float
    coverage: float  # share of the question's weighted words that the sentence and its passage say
    covered: frozenset[str]  # stems of the question in the sentence itself
    offers: float  # in [0, 1], how well it offers the kind of answer that is wanted
    vector: NDArray[np.float32]


def answer(question: Standalone, hits: Sequence[Hit], library: Lookup) -> Draft:
    """Return the sentences that answer, with their citations, or a Draft without any."""
    weights = word_weights(question, library)
    ranked = score_sentences(question, hits[:HITS], library, weights)
    judged = judge(question.asked, _evidence(question, hits, ranked) if ranked else None)
    if not judged.answered:
        return Draft(confidence=judged.confidence, features=judged.features)
    chosen = in_reading_order(choose(ranked, weights))
    citations = tuple(_citation(number, item.candidate) for number, item in enumerate(chosen, 1))
    return Draft(
        sentences=tuple(verbatim(citation.quote, citation) for citation in citations),
        citations=citations,
        confidence=judged.confidence,
        features=judged.features,
    )


def word_weights(question: Standalone, library: Lookup) -> dict[str, float]:
    """Return the stems of the question and its context with their weights; they sum to 1."""
    own = {stem(word) for word in content_words(question.asked)}
    lent = {stem(word) for word in content_words(question.topic)} - own
    idf = library.idf(sorted(own | lent))
    weights = {term: idf.get(term, 0.0) * (1.0 if term in own else CONTEXT_WEIGHT) for term in idf}
    total = sum(weights.values())
    return {term: weight / total for term, weight in weights.items()} if total else {}


def score_sentences(
    question: Standalone, hits: Sequence[Hit], library: Lookup, weights: Mapping[str, float]
) -> list[Scored]:
    """Return the sentences of the hits, best first; ties keep the order of hits and of text."""
    found = candidates(hits)
    covered = [said(weights, item.text) for item in found]
    around = [said(weights, _surroundings(item.hit)) for item in found]
    coverage = [
        _coverage(weights, inner, outer) for inner, outer in zip(covered, around, strict=True)
    ]
    cut = sorted(range(len(found)), key=lambda i: (-coverage[i] + 0.02 * found[i].rank, i))
    kept = sorted(cut[:EMBEDDED])
    if not kept:
        return []
    vectors = library.embed([question.question, *(found[i].text for i in kept)])
    cosines = vectors[1:] @ vectors[0]
    kind = wanted(question.asked)
    best = max(hit.score for hit in hits) or 1.0
    offered = {i: offers(kind, found[i].sentence, question.question) for i in kept}
    scored = [
        Scored(
            candidate=found[i],
            score=COSINE * float(cosine)
            + COVERAGE * coverage[i]
            + PASSAGE * found[i].hit.score / best
            + KIND * offered[i]
            - found[i].penalty
            - (ROW_PENALTY if found[i].is_row and kind not in FIGURES else 0.0),
            cosine=float(cosine),
            coverage=coverage[i],
            covered=covered[i],
            offers=offered[i],
            vector=vector,
        )
        for i, cosine, vector in zip(kept, cosines, vectors[1:], strict=True)
    ]
    return sorted(scored, key=lambda item: -item.score)


def choose(ranked: Sequence[Scored], weights: Mapping[str, float]) -> list[Scored]:
    """Return the best sentence and those of the next that add to it without repeating it."""
    chosen = list(ranked[:1])
    for item in ranked[1:]:
        if len(chosen) == SENTENCES or item.score < CLOSE_ENOUGH * chosen[0].score:
            break
        known = frozenset[str]().union(*(other.covered for other in chosen))
        adds = sum(weights[term] for term in item.covered - known)
        if item.score < CLOSE * chosen[0].score and adds < NEW_WORDS:
            continue
        if not any(_repeats(item, other) for other in chosen):
            chosen.append(item)
    return chosen


def in_reading_order(chosen: Sequence[Scored]) -> list[Scored]:
    """Return sentences brief by brief, the best brief first, each in the order of its text."""
    briefs = list(dict.fromkeys(item.candidate.hit.brief.id for item in chosen))
    return sorted(
        chosen,
        key=lambda item: (
            briefs.index(item.candidate.hit.brief.id),
            item.candidate.hit.passage.start + item.candidate.start,
        ),
    )


def _evidence(
    question: Standalone, hits: Sequence[Hit], ranked: Sequence[Scored]
) -> dict[str, float]:
    """Return the features that `judge` weighs."""
    texts = [_surroundings(hit) for hit in hits[:NAMING]]
    named = names(question.asked)
    around = " ".join(texts)
    found = said(dict.fromkeys(named, 1.0), around) | (named & initials(around))
    return {
        "cosine": max(item.cosine for item in ranked),
        "offer": max((item.cosine for item in ranked if item.offers), default=0.0),
        "names": len(found) / len(named) if named else NAMELESS,
    }


def said(weights: Mapping[str, float], text: str) -> frozenset[str]:
    """Return those stems of the question that a text says, or says as a longer or shorter form."""
    present = _stems(text)
    joined = " ".join(present)
    return frozenset(
        term for term in weights if term in present or re.search(rf"\b{_other_forms(term)}", joined)
    )


def _coverage(weights: Mapping[str, float], inner: frozenset[str], outer: frozenset[str]) -> float:
    inside = sum(weights[term] for term in inner)
    return inside + AROUND * sum(weights[term] for term in outer - inner)


@lru_cache(maxsize=4096)
def _stems(text: str) -> frozenset[str]:
    return frozenset(stem(word) for word in words(text))


@lru_cache(maxsize=1024)
def _other_forms(term: str) -> str:
    """Return a pattern of what else says it: "appropriations" for "approp", "FY2027" for FY27."""
    year = _FISCAL_YEAR.match(term)
    if year:
        return f"fy20{year[1]}\\b"
    return term if len(term) >= ROOT and term.isalpha() else _NOTHING


def _surroundings(hit: Hit) -> str:
    return " ".join((hit.brief.title, *hit.passage.heading, hit.passage.context, hit.passage.text))


def _repeats(item: Scored, other: Scored) -> bool:
    same = float(item.vector @ other.vector) > REPEAT
    return same or item.candidate.overlaps(other.candidate)


def _citation(number: int, candidate: Candidate) -> Citation:
    offset = candidate.hit.passage.start
    return Citation(
        number=number,
        hit=candidate.hit,
        start=offset + candidate.start,
        end=offset + candidate.end,
    )
