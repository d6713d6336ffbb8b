"""Choose the sentences that answer: question and hits in, sentences weighed and chosen out.

Each sentence is described in numbers (bot/answering/sentence_features.py), and a small network
weighs them. It was fitted so
that among the sentences of one question those that answer come first (a softmax over the question's
sentences, as in Cao et al., "Learning to Rank: From Pairwise Approach to Listwise Approach", 2007,
doi:10.1145/1273496.1273513): the difference of two scores is the logarithm of how much more likely
one is than the other. The file of the weights names the sets. Further sentences are chosen also by
what they add.
"""

import math
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from bot.answering.candidates import Quotable
from bot.answering.sentence_features import COLUMNS, Lookup, measured, neighbours
from bot.question.question import Question
from index.passage import Hit
from index.perceptron import load
from index.words import said, share, stems

WEIGHTS = Path(__file__).parent / "weights" / "sentences.json"
SENTENCES = 3  # quoted at most
# Chosen with these weights, on the same sets and without their held-out parts.
LEAST = 0.1  # how likely a further sentence must be against the best one
LEAST_OF_PARTS = 0.01  # … where the question asks several things
# From this score on the best sentence answers alone; bench.reader.weighing shows what others cost.
SURE = 0.9
NEARLY = 0.2  # how likely a further sentence must be against a best one that is not sure
ADDED = 1.0  # how much a further sentence gains by covering all words of the question again
FOLLOWS = 1.0  # … by going on from a sentence that is quoted ("It removed the designation …")
UNFIT = 0.5  # penalty from which a sentence is none to add: a caption, a fragment
REPEAT = 0.92  # cosine from which two sentences say the same
CONTAINED = 0.85  # share of the shorter one's words from which it repeats a sentence much alike
ALIKE = 0.75  # cosine from which two sentences may speak of the same thing
_BUT = re.compile(r"(?:But|However|Nevertheless|Nonetheless|Still|Yet|Except|Unless|Only)\b")


@dataclass(frozen=True, eq=False)
class Scored:
    """A candidate with its score: the difference of two is the logarithm of their odds."""

    candidate: Quotable
    score: float
    cosine: float
    covered: frozenset[str]  # stems of the question in the sentence itself
    row: NDArray[np.float64]  # its features, in the order of COLUMNS
    vector: NDArray[np.float32]
    reading: float | None = None  # the reranker's score; None where it was not read

    def feature(self, name: str) -> float:
        """Return one of its features."""
        return float(self.row[COLUMNS.index(name)])


def score_sentences(question: Question, hits: Sequence[Hit], library: Lookup) -> list[Scored]:
    """Return the sentences of the hits, best first; ties keep the order of hits and of text.

    Those that are never quoted are among them: what is decided was fitted with them.
    """
    found, seen, rows = measured(question, hits, library)
    if not found:
        return []
    scored = [
        Scored(
            candidate=item,
            score=float(score),
            cosine=float(seen.cosines[at]),
            covered=said(question.weights, item.text),
            row=rows[at],
            vector=seen.vectors[at],
        )
        for at, (item, score) in enumerate(zip(found, _scores(rows), strict=True))
    ]
    return sorted(scored, key=lambda item: -item.score)


def fit(ranked: Sequence[Scored]) -> list[Scored]:
    """Return those that may be quoted."""
    return [item for item in ranked if not item.candidate.unfit]


def best_of_parts(parts: Sequence[Sequence[Scored]], ranked: Sequence[Scored]) -> list[Scored]:
    """Return for each part of a question the sentence that answers it best, none twice.

    `parts` are the sentences ranked for each, `ranked` the same for the whole question.
    """
    known = {_key(item): item for item in ranked}
    best: list[Scored] = []
    for part in parts:
        own = fit(part)[:1]
        best += [known[_key(item)] for item in own if not repeated(known[_key(item)], best)]
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
            if item.candidate.penalty < UNFIT and not repeated(item, chosen)
        ]
        if not further:
            break
        value, _, item = max(further, key=lambda entry: entry[:2])
        if value - ranked[0].score < least:
            break
        chosen.append(_alone(item) if _goes_on(item, chosen) else item)
    return chosen


def sufficient(chosen: Sequence[Scored], question: Question) -> list[Scored]:
    """Return the first of the chosen sentences, and of the others those that it cannot go without.

    One answers where it scores as what answers does. Else the next ones may be what answers. Where
    a yes or no is wanted, or the one that follows takes something back, that goes along. Of a
    follow-up such as "and Sweden?" the first is the best one that says so itself; one that says all
    else that is named as well answers alone.
    """
    if not chosen:
        return []
    best, *others = chosen
    alone = best.score >= SURE
    if question.follows and (named := question.names & set(stems(question.asked))):
        own = [item for item in chosen if said(named, item.candidate.text)]
        whole = [
            item for item in own if question.names <= said(question.names, item.candidate.text)
        ]
        best = next(iter([*whole, *own]), best)
        alone = bool(whole) or best.score >= SURE
        others = [item for item in chosen if item is not best]
    nearly = best.score + math.log(NEARLY)
    return [
        best,
        *(
            item
            for item in others
            if (not alone and item.score >= nearly)
            or item.feature("decides") > best.feature("decides")
            or _takes_back(item, best)
        ),
    ]


def decisive_first(chosen: Sequence[Scored], lead: int = 1) -> list[Scored]:
    """Return so many as they are, and the others brief by brief in the order of their texts."""
    briefs = list(dict.fromkeys(item.candidate.hit.brief.id for item in chosen))
    rest = sorted(
        chosen[lead:],
        key=lambda item: (
            briefs.index(item.candidate.hit.brief.id),
            item.candidate.hit.passage.start + item.candidate.start,
        ),
    )
    return [*chosen[:lead], *rest]


def _takes_back(item: Scored, best: Scored) -> bool:
    """Return whether a sentence follows the best one, and opens with a "but"."""
    one, other = item.candidate, best.candidate
    between = other.hit.passage.text[other.end : one.start]
    follows = neighbours(one, other) and one.start >= other.end and not between.strip()
    return follows and bool(_BUT.match(one.sentence))


def _scores(rows: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return scores, shape (n,), from rows (n, len(COLUMNS))."""
    return load(WEIGHTS).takes(COLUMNS).scores(rows)


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


def repeated(item: Scored, others: Sequence[Scored]) -> bool:
    """Return whether one of the others says the same."""
    return any(_repeats(item, other) for other in others)


def _repeats(item: Scored, other: Scored) -> bool:
    if _alone(item).candidate.overlaps(other.candidate):
        return True
    cosine = float(item.vector @ other.vector)
    return cosine > REPEAT or (cosine > ALIKE and _contained(item.candidate, other.candidate))


def _contained(one: Quotable, other: Quotable) -> bool:
    """Return whether one of two sentences says hardly a word that the other does not."""
    first, second = set(stems(one.sentence)), set(stems(other.sentence))
    return len(first & second) >= CONTAINED * min(len(first), len(second))
