"""Answer with the briefs' own sentences: question and hits in, a Draft of quotations out.

One to three sentences are chosen by what each says of the question (bot/features.py, weighed in
bot/scoring.py), the further ones also by what they add; where it asks several things, first the
best for each of its parts (bot/parts.py). Where two briefs give different figures for the same
thing both are quoted, the newer first, and a note says so. `bot/answerable.py` decides whether they
answer at all. Writes nothing, records nothing.
"""

import math
from bisect import bisect_right
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from bot import features, scoring
from bot.answer import Citation, Draft, Sentence, Standalone, verbatim
from bot.answerable import judge
from bot.candidates import Candidate, candidates
from bot.compare import Difference, difference
from bot.emphasis import emphasis
from bot.evidence import Scored, evidence, proper
from bot.features import Asked, Seen
from bot.parts import parts_of
from bot.shown import shown
from bot.wording import Frequencies, word_weights
from index.models.token_embeddings import SentenceEmbeddings
from index.passage import Hit
from index.sentences import split
from index.words import said, share, stems

HITS = 8  # passages whose sentences are looked at
SENTENCES = 3  # quoted at most

# Chosen with the weights of bot/scoring.py, on the same sets and without their held-out parts.
LEAST = 0.1  # how likely a further sentence must be against the best one
LEAST_OF_PARTS = 0.01  # … where the question asks several things
ADDED = 1.0  # how much a further sentence gains by covering all words of the question anew
FOLLOWS = 1.0  # … by going on from a sentence that is quoted ("It removed the designation …")
UNFIT = 0.5  # penalty from which a sentence is none to add: a caption, a fragment
REPEAT = 0.92  # cosine from which two sentences say the same
CONTAINED = 0.85  # share of the shorter one's words from which it repeats a sentence much alike
COMPARED = 10  # best sentences among which the briefs' figures are compared
ALIKE = 0.75  # cosine from which two sentences may speak of the same thing


class Lookup(Frequencies, Protocol):
    """What is needed of a library to choose sentences."""

    def unknown(self, terms: Sequence[str]) -> frozenset[str]:
        """Return the stems that no passage has."""
        ...

    def sentences(
        self, question: str, hits: Sequence[Hit]
    ) -> tuple[NDArray[np.float32], list[SentenceEmbeddings]]:
        """Return the question's unit vector (d,), and what is known of each hit's sentences."""
        ...


@dataclass(frozen=True)
class Weighed:
    """The sentences of a question's hits, best first, and what speaks for answering."""

    ranked: tuple[Scored, ...] = ()
    evidence: Mapping[str, float] | None = None  # None where there is no sentence


def answer(question: Standalone, hits: Sequence[Hit], library: Lookup) -> Draft:
    """Return the sentences that answer, with their citations, or a Draft without any."""
    asked = Asked(question, word_weights(question, library))
    weighed = weigh(asked, question.whole or hits, library)
    judged = judge(question.searched, weighed.evidence)
    if not judged.answered:
        return Draft(confidence=judged.confidence, features=judged.features)
    ranked, chosen = weighed.ranked, choose(weighed.ranked, asked.weights)
    if parts := parts_of(question):
        ranked = tuple(score_sentences(asked, hits[:HITS], library))
        chosen = choose(ranked, asked.weights, best_of_parts(parts, ranked, hits[:HITS], library))
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


def weigh(asked: Asked, hits: Sequence[Hit], library: Lookup) -> Weighed:
    """Return the sentences of the best hits, weighed, and the evidence of all hits."""
    ranked = score_sentences(asked, hits[:HITS], library)
    if not ranked:
        return Weighed()
    unknown = library.unknown(sorted(proper(asked)))
    return Weighed(tuple(ranked), evidence(asked, hits, ranked, unknown))


def score_sentences(asked: Asked, hits: Sequence[Hit], library: Lookup) -> list[Scored]:
    """Return the sentences of the hits, best first; ties keep the order of hits and of text."""
    found, seen, rows = measured(asked, hits, library)
    if not found:
        return []
    scored = [
        Scored(
            candidate=item,
            score=float(score),
            cosine=float(seen.cosines[at]),
            covered=said(asked.weights, item.text),
            row=rows[at],
            vector=seen.vectors[at],
        )
        for at, (item, score) in enumerate(zip(found, scoring.scores(rows), strict=True))
    ]
    return sorted(scored, key=lambda item: -item.score)


def measured(
    asked: Asked, hits: Sequence[Hit], library: Lookup
) -> tuple[list[Candidate], Seen, NDArray[np.float64]]:
    """Return the sentences of the hits in order, what the model says, and their features."""
    found = candidates(hits)
    seen = look(asked.question.question, hits, found, library)
    return found, seen, features.rows(asked, found, seen)


def place_of(candidate: Candidate) -> int:
    """Return which sentence of its passage a candidate is, from 0."""
    starts = [start for start, _ in split(candidate.hit.passage.text)]
    return bisect_right(starts, candidate.core) - 1


def look(question: str, hits: Sequence[Hit], found: Sequence[Candidate], library: Lookup) -> Seen:
    """Return what the model says of the candidates, which are sentences of the hits."""
    if not found:
        return Seen(np.zeros((0, 0), np.float32), np.zeros(0), np.zeros(0))
    vector, known = library.sentences(question, hits)
    at = [(item.rank, place_of(item)) for item in found]
    vectors = np.stack([known[rank].vectors[row] for rank, row in at])
    matches = np.array([known[rank].matches[row] for rank, row in at])
    return Seen(vectors, vectors @ vector, matches)


def best_of_parts(
    parts: Sequence[Standalone], ranked: Sequence[Scored], hits: Sequence[Hit], library: Lookup
) -> list[Scored]:
    """Return for each part of a question the sentence that answers it best, none twice."""
    known = {_key(item): item for item in ranked}
    best: list[Scored] = []
    for part in parts:
        asked = Asked(part, word_weights(part, library))
        own = score_sentences(asked, hits, library)[:1]
        best += [known[_key(item)] for item in own if not _repeated(known[_key(item)], best)]
    return best


def choose(
    ranked: Sequence[Scored], weights: Mapping[str, float], first: Sequence[Scored] = ()
) -> list[Scored]:
    """Return the best sentence and those that are likely and add to it without repeating it.

    `first` are the best of the question's parts, which come before all others; where there are any,
    a further sentence need not be as likely.
    """
    chosen = list(first or ranked[:1])
    least = math.log(LEAST_OF_PARTS if first else LEAST)
    while ranked and len(chosen) < SENTENCES:
        known = frozenset[str]().union(*(other.covered for other in chosen))
        further = [
            (_worth(item, chosen, weights, known), -at, item)
            for at, item in enumerate(ranked)
            if item.candidate.penalty < UNFIT and not _repeated(item, chosen)
        ]
        if not further:
            break
        value, _, item = max(further, key=lambda entry: entry[:2])
        if value - ranked[0].score < least:
            break
        chosen.append(_alone(item) if _goes_on(item, chosen) else item)
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
    free = [item for item in others if not _repeated(item, both)]
    return [*both, *free[: SENTENCES - len(both)]]


def _key(item: Scored) -> tuple[str, int]:
    return item.candidate.hit.passage_id, item.candidate.core


def _worth(
    item: Scored, chosen: Sequence[Scored], weights: Mapping[str, float], known: frozenset[str]
) -> float:
    follows = FOLLOWS if _goes_on(item, chosen) else 0.0
    return item.score + follows + ADDED * share(weights, item.covered - known)


def _goes_on(item: Scored, chosen: Sequence[Scored]) -> bool:
    """Return whether the sentence that an item leans on is quoted already."""
    return any(item.candidate.overlaps(other.candidate) for other in chosen)


def _alone(item: Scored) -> Scored:
    """Return a sentence without the one that it leans on."""
    return replace(item, candidate=replace(item.candidate, start=item.candidate.core))


def _repeated(item: Scored, others: Sequence[Scored]) -> bool:
    return any(_repeats(item, other) for other in others)


def _repeats(item: Scored, other: Scored) -> bool:
    if _alone(item).candidate.overlaps(other.candidate):
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
