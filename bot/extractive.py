"""Answer with the briefs' own sentences: question and hits in, a Draft of quotations out.

One to three sentences are chosen by what each says of the question (bot/features.py, weighed in
bot/scoring.py), the further ones also by what they add. Where two briefs give different figures for
the same thing both are quoted, the newer first, and a note says so. `bot/answerable.py` decides
whether they answer at all. Writes nothing, records nothing.
"""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from bot import features, scoring
from bot.answer import Citation, Draft, Sentence, Standalone, verbatim
from bot.answerable import NAMELESS, initials, judge, names
from bot.candidates import Candidate, candidates
from bot.compare import Difference, difference
from bot.emphasis import emphasis
from bot.features import Asked
from bot.shown import shown
from bot.wanted import offers
from bot.wording import Frequencies, said, share, word_weights
from index.passage import Hit
from index.words import stems

HITS = 8  # passages whose sentences are looked at
NAMING = 3  # passages among which the names of the question are looked for
EMBEDDED = 24  # sentences embedded at most; about 3 ms each
SENTENCES = 3  # quoted at most

# Chosen with the weights of bot/scoring.py, on the same sets and without their held-out parts.
LEAST = 0.1  # how likely a further sentence must be against the best one
ADDED = 3.0  # how much a further sentence gains by covering all words of the question anew
REPEAT = 0.92  # cosine from which two sentences say the same
CONTAINED = 0.85  # share of the shorter one's words from which it repeats a sentence much alike
AROUND = 0.5  # of a word that the passage, title or heading says and the sentence does not
COMPARED = 10  # best sentences among which the briefs' figures are compared
ALIKE = 0.75  # cosine from which two sentences may speak of the same thing


class Lookup(Frequencies, Protocol):
    """What is needed of a library to choose sentences."""

    def embed(self, texts: Sequence[str]) -> NDArray[np.float32]:
        """Return unit vectors, shape (len(texts), d)."""
        ...


@dataclass(frozen=True)
class Scored:
    """A candidate with its score: the difference of two is the logarithm of their odds."""

    candidate: Candidate
    score: float
    cosine: float
    covered: frozenset[str]  # stems of the question in the sentence itself
    offers: float  # in [0, 1], how well it offers the kind of answer that is wanted
    vector: NDArray[np.float32]


def answer(question: Standalone, hits: Sequence[Hit], library: Lookup) -> Draft:
    """Return the sentences that answer, with their citations, or a Draft without any."""
    asked = Asked(question, word_weights(question, library))
    ranked = score_sentences(asked, hits[:HITS], library)
    judged = judge(question.searched, _evidence(question, hits, ranked) if ranked else None)
    if not judged.answered:
        return Draft(confidence=judged.confidence, features=judged.features)
    chosen = choose(ranked, asked.weights)
    differs = disagreement(ranked, chosen)
    chosen = _both(differs, ranked, chosen) if differs else in_reading_order(chosen)
    citations = tuple(_citation(number, item.candidate) for number, item in enumerate(chosen, 1))
    return Draft(
        sentences=tuple(
            _sentence(asked, item.candidate, citation)
            for item, citation in zip(chosen, citations, strict=True)
        ),
        citations=citations,
        confidence=judged.confidence,
        features=judged.features,
        notes=(differs.note,) if differs else (),
    )


def score_sentences(asked: Asked, hits: Sequence[Hit], library: Lookup) -> list[Scored]:
    """Return the sentences of the hits, best first; ties keep the order of hits and of text."""
    found = candidates(hits)
    kept = _worth_embedding(asked.weights, found)
    if not kept:
        return []
    vectors = vectors_of(asked.question.question, [found[at] for at in kept], library)
    cosines = vectors[1:] @ vectors[0]
    rows = features.rows(asked, found, kept, cosines)
    scores = scoring.scores(rows, np.array([found[at].penalty for at in kept]))
    kind, words = asked.kind, asked.question.question
    scored = [
        Scored(
            candidate=found[at],
            score=float(scores[row]),
            cosine=float(cosines[row]),
            covered=said(asked.weights, found[at].text),
            offers=offers(kind, found[at].sentence, words),
            vector=vectors[row + 1],
        )
        for row, at in enumerate(kept)
    ]
    return sorted(scored, key=lambda item: -item.score)


def vectors_of(question: str, chosen: Sequence[Candidate], library: Lookup) -> NDArray[np.float32]:
    """Return unit vectors of the question and of the sentences, shape (1 + len(chosen), d)."""
    return library.embed([question, *(item.text for item in chosen)])


def choose(ranked: Sequence[Scored], weights: Mapping[str, float]) -> list[Scored]:
    """Return the best sentence and those that are likely and add to it without repeating it."""
    chosen = list(ranked[:1])
    while ranked and len(chosen) < SENTENCES:
        known = frozenset[str]().union(*(other.covered for other in chosen))
        further = [
            (item.score + ADDED * share(weights, item.covered - known), -at, item)
            for at, item in enumerate(ranked)
            if not any(_repeats(item, other) for other in chosen)
        ]
        if not further:
            break
        value, _, item = max(further, key=lambda entry: entry[:2])
        if value - ranked[0].score < math.log(LEAST):
            break
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


def disagreement(ranked: Sequence[Scored], chosen: Sequence[Scored]) -> Difference | None:
    """Return how another brief contradicts a chosen sentence, None where none does."""
    for item in chosen:
        for other in ranked[:COMPARED]:
            if other is item or float(item.vector @ other.vector) < ALIKE:
                continue
            if found := difference(item.candidate, other.candidate):
                return found
    return None


def _both(differs: Difference, ranked: Sequence[Scored], chosen: Sequence[Scored]) -> list[Scored]:
    """Return the two sentences that differ, the newer first, then what else fits."""
    by_candidate = {id(item.candidate): item for item in ranked}
    both = [by_candidate[id(differs.newer)], by_candidate[id(differs.older)]]
    others = [item for item in chosen if not any(item is one for one in both)]
    free = [item for item in others if not any(_repeats(item, one) for one in both)]
    return [*both, *free[: SENTENCES - len(both)]]


def _worth_embedding(weights: Mapping[str, float], found: Sequence[Candidate]) -> list[int]:
    """Return the places of the sentences that say most of the question, in order."""
    coverage = []
    for item in found:
        inner = said(weights, item.text)
        outer = said(weights, surroundings(item.hit)) - inner
        worth = share(weights, inner) + AROUND * share(weights, outer) - 0.5 * item.penalty
        coverage.append(worth - 0.02 * item.rank)
    best = sorted(range(len(found)), key=lambda at: (-coverage[at], at))
    return sorted(best[:EMBEDDED])


def surroundings(hit: Hit) -> str:
    """Return all that is read with a passage: title, headings, context, text."""
    return " ".join((hit.brief.title, *hit.passage.heading, hit.passage.context, hit.passage.text))


def _evidence(
    question: Standalone, hits: Sequence[Hit], ranked: Sequence[Scored]
) -> dict[str, float]:
    """Return the features that `judge` weighs."""
    named = names(question.searched)
    around = " ".join(surroundings(hit) for hit in hits[:NAMING])
    found = said(named, around) | (named & initials(around))
    return {
        "cosine": max(item.cosine for item in ranked),
        "offer": max((item.cosine for item in ranked if item.offers), default=0.0),
        "names": len(found) / len(named) if named else NAMELESS,
    }


def _repeats(item: Scored, other: Scored) -> bool:
    if item.candidate.overlaps(other.candidate):
        return True
    cosine = float(item.vector @ other.vector)
    return cosine > REPEAT or (cosine > ALIKE and _contained(item.candidate, other.candidate))


def _contained(one: Candidate, other: Candidate) -> bool:
    """Return whether one of two sentences says hardly a word that the other does not."""
    first, second = set(stems(one.sentence)), set(stems(other.sentence))
    return len(first & second) >= CONTAINED * min(len(first), len(second))


def _citation(number: int, candidate: Candidate) -> Citation:
    offset = candidate.hit.passage.start
    return Citation(
        number=number,
        hit=candidate.hit,
        start=offset + candidate.start,
        end=offset + candidate.end,
    )


def _sentence(asked: Asked, candidate: Candidate, citation: Citation) -> Sentence:
    sentence = verbatim(shown(candidate), citation)
    bold = emphasis(asked.question.question, asked.kind, sentence.text)
    return replace(sentence, bold=bold)
