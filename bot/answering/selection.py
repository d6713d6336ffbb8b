"""Choose the sentences that answer: question and hits in, sentences weighed and chosen out.

Each sentence is described in numbers (COLUMNS), and a small network weighs them. It was fitted so
that among the sentences of one question those that answer come first (a softmax over the question's
sentences, as in Cao et al., "Learning to Rank: From Pairwise Approach to Listwise Approach", 2007,
doi:10.1145/1273496.1273513): the difference of two scores is the logarithm of how much more likely
one is than the other. The file of the weights names the sets. Further sentences are chosen also by
what they add.
"""

import math
import re
from bisect import bisect_right
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise
from pathlib import Path
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from bot.answering.candidates import Quotable, candidates
from bot.language import yesno
from bot.question.question import Question
from bot.question.wanted import FIGURES, AnswerKind, offers, values
from index.models.token_embeddings import SentenceEmbeddings
from index.passage import Hit
from index.perceptron import load
from index.sentences import split
from index.vectors.snapshot import Filters
from index.words import content_words, said, share, stem, stems, words

WEIGHTS = Path(__file__).parent / "weights" / "sentences.json"
HITS = 8  # passages whose sentences are looked at
SENTENCES = 3  # quoted at most
# Chosen with these weights, on the same sets and without their held-out parts.
LEAST = 0.1  # how likely a further sentence must be against the best one
LEAST_OF_PARTS = 0.01  # … where the question asks several things
# From this score on the best sentence answers alone: of 1.65 to 4.0, by the sentences of gold-dev
# and of the even half of clapnq; bench/RESULTS.md has what it costs.
SURE = 1.9
NEARLY = 0.2  # how likely a further sentence must be against a best one that is not sure
ADDED = 1.0  # how much a further sentence gains by covering all words of the question again
FOLLOWS = 1.0  # … by going on from a sentence that is quoted ("It removed the designation …")
UNFIT = 0.5  # penalty from which a sentence is none to add: a caption, a fragment
REPEAT = 0.92  # cosine from which two sentences say the same
CONTAINED = 0.85  # share of the shorter one's words from which it repeats a sentence much alike
ALIKE = 0.75  # cosine from which two sentences may speak of the same thing
NEAR = 60  # characters around a value in which the question's words are looked for
_BUT = re.compile(r"(?:But|However|Nevertheless|Nonetheless|Still|Yet|Except|Unless|Only)\b")
LONG = 15  # new words from which more say nothing further of a sentence

COLUMNS = (
    "cosine",  # of question and sentence
    "behind",  # how far the cosine lies below the best one
    "first_in_passage",  # how far it lies below the best of its passage
    "covers",  # weight of the question's words that the sentence says
    "title_covers",  # … that title or heading say and the sentence does not
    "passage_covers",  # … that only the rest of the passage says
    "before_covers",  # … that the sentence before says and this one does not
    "pairs",  # share of the question's word pairs that stand side by side in it
    "names",  # share of the question's names that the sentence, title or heading says
    "passage",  # the passage's score against the best one's
    "passage_cosine",
    "rank",  # one over the passage's rank
    "best_brief",  # of the brief of the best passage
    "opening",  # the first sentence of its passage
    "place",  # in its passage, from 0 to 1
    "length",  # logarithm of its words
    "offers",  # the kind of answer that is wanted
    "lacks",  # that kind
    "offers_figure",
    "offers_date",
    "near",  # share of the question's words beside the value that it offers
    "row",  # a table row where no figure is wanted
    "figure_row",  # … where one is
    "new",  # words that the question does not have
    "decides",  # a question for a yes or a no is asked, and it has deciding words
    "footnote",
    "penalty",  # all that speaks against quoting it whatever is asked
    "tokens",  # how well it meets the question token by token
    "tokens_behind",  # how far that lies below the best
    "tokens_in_passage",  # how far it lies below the best of its passage
)


class Lookup(Protocol):
    """What is needed of a library to choose sentences and to decide whether they answer."""

    def unknown(self, terms: Sequence[str], filters: Filters = ...) -> frozenset[str]:
        """Return the stems that no passage has which the filters let through."""
        ...

    def sentences(
        self, question: str, hits: Sequence[Hit]
    ) -> tuple[NDArray[np.float32], list[SentenceEmbeddings]]:
        """Return the question's unit vector (d,), and what is known of each hit's sentences."""
        ...


@dataclass(frozen=True, eq=False)
class Seen:
    """What the model says of sentences, n of them in one order."""

    vectors: NDArray[np.float32]  # unit rows (n, d)
    cosines: NDArray[np.floating[Any]]  # (n,), of the question and each
    matches: NDArray[np.floating[Any]]  # (n,), how well each meets the question token by token


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


def measured(
    question: Question, hits: Sequence[Hit], library: Lookup
) -> tuple[list[Quotable], Seen, NDArray[np.float64]]:
    """Return the sentences of the best hits in order, what the model says, and their features."""
    hits = hits[:HITS]
    found = candidates(hits)
    seen = look(question.text, hits, found, library)
    return found, seen, rows(question, found, seen)


def place_of(candidate: Quotable) -> int:
    """Return which sentence of its passage a candidate is, from 0."""
    starts = [start for start, _ in split(candidate.hit.passage.text)]
    return bisect_right(starts, candidate.core) - 1


def look(question: str, hits: Sequence[Hit], found: Sequence[Quotable], library: Lookup) -> Seen:
    """Return what the model says of the candidates, which are sentences of the hits."""
    if not found:
        return Seen(np.zeros((0, 0), np.float32), np.zeros(0), np.zeros(0))
    vector, known = library.sentences(question, hits)
    at = [(item.rank, place_of(item)) for item in found]
    vectors = np.stack([known[rank].vectors[row] for rank, row in at])
    matches = np.array([known[rank].matches[row] for rank, row in at])
    cosines = vectors @ vector
    for place, (item, (rank, row)) in enumerate(zip(found, at, strict=True)):
        if item.answers and row:  # meets what is asked as well as the question that it answers
            cosines[place] = max(cosines[place], known[rank].vectors[row - 1] @ vector)
            matches[place] = max(matches[place], known[rank].matches[row - 1])
    return Seen(vectors, cosines, matches)


def best_of_parts(
    parts: Sequence[Question], ranked: Sequence[Scored], hits: Sequence[Hit], library: Lookup
) -> list[Scored]:
    """Return for each part of a question the sentence that answers it best, none twice."""
    known = {_key(item): item for item in ranked}
    best: list[Scored] = []
    for part in parts:
        own = fit(score_sentences(part, hits, library))[:1]
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
    follow-up such as "and Sweden?" the first is the best one that says so itself.
    """
    if not chosen:
        return []
    best, *others = chosen
    if question.follows and (named := question.names & set(stems(question.asked))):
        best = next((item for item in chosen if said(named, item.candidate.text)), best)
        others = [item for item in chosen if item is not best]
    nearly = best.score + math.log(NEARLY)
    return [
        best,
        *(
            item
            for item in others
            if (best.score < SURE and item.score >= nearly)
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
    follows = _neighbours(one, other) and one.start >= other.end and not between.strip()
    return follows and bool(_BUT.match(one.sentence))


def _scores(rows: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return scores, shape (n,), from rows (n, len(COLUMNS))."""
    return load(WEIGHTS).takes(COLUMNS).scores(rows)


def rows(question: Question, found: Sequence[Quotable], seen: Seen) -> NDArray[np.float64]:
    """Return the columns of all sentences of the hits, shape (len(found), len(COLUMNS))."""
    best = max((item.hit.score for item in found), default=0.0) or 1.0
    cosines = _places(found, seen.cosines)
    matches = _places(found, seen.matches)
    table = []
    for at, item in enumerate(found):
        before = found[at - 1] if at and _neighbours(found[at - 1], item) else None
        after = at + 1 < len(found) and _neighbours(item, found[at + 1])
        measured = {
            "cosine": cosines[at][0],
            "behind": cosines[at][1],
            "first_in_passage": cosines[at][2],
            **_words(question, item, before),
            "passage": item.hit.score / best,
            "passage_cosine": item.hit.cosine,
            "rank": 1 / (1 + item.rank),
            "best_brief": float(item.hit.brief.id == found[0].hit.brief.id),
            "opening": float(before is None),
            "place": _place(item) if before is not None or after else 0.0,
            **_offer(question, item),
            "penalty": item.penalty,
            "tokens": matches[at][0],
            "tokens_behind": matches[at][1],
            "tokens_in_passage": matches[at][2],
        }
        table.append([measured[name] for name in COLUMNS])
    return np.array(table, dtype=np.float64).reshape(len(found), len(COLUMNS))


def _places(
    found: Sequence[Quotable], values: NDArray[np.floating[Any]]
) -> list[tuple[float, float, float]]:
    """Return each value, how far it lies below the best, and below the best of its passage."""
    of_passage: dict[str, float] = {}
    for item, value in zip(found, values.tolist(), strict=True):
        key = item.hit.passage_id
        of_passage[key] = max(value, of_passage.get(key, -1.0))
    top = max(of_passage.values(), default=0.0)
    return [
        (value, value - top, value - of_passage[item.hit.passage_id])
        for item, value in zip(found, values.tolist(), strict=True)
    ]


def _words(question: Question, item: Quotable, before: Quotable | None) -> dict[str, float]:
    weights = question.weights
    inside = said(weights, item.text)
    heading = " ".join((item.hit.brief.title, *item.hit.passage.heading, item.hit.passage.context))
    above = said(weights, heading) - inside
    around = said(weights, item.hit.passage.text) - inside - above
    earlier = said(weights, before.text) - inside if before else frozenset[str]()
    own = [stem(word) for word in content_words(item.sentence)]
    pairs = set(pairwise(question.stems))
    named = said(question.names, item.text) | said(question.names, heading)
    return {
        "covers": share(weights, inside),
        "title_covers": share(weights, above),
        "passage_covers": share(weights, around),
        "before_covers": share(weights, earlier),
        "pairs": len(pairs & set(pairwise(own))) / max(1, len(pairs)),
        "names": len(named) / len(question.names) if question.names else 0.75,
        "length": math.log(1 + len(words(item.sentence))),
        "new": min(1.0, len(set(own) - set(question.stems)) / LONG),
    }


def _offer(question: Question, item: Quotable) -> dict[str, float]:
    kind = question.wants
    offer = offers(kind, item.sentence, question.text) if kind is not AnswerKind.ANY else 0.0
    return {
        "offers": offer,
        "lacks": 1.0 - offer if kind is not AnswerKind.ANY else 0.0,
        "offers_figure": offer * (kind in FIGURES),
        "offers_date": offer * (kind is AnswerKind.DATE),
        "near": _near(question, item.sentence, values(kind, item.sentence, question.text)),
        "row": float(item.is_row and kind not in FIGURES),
        "figure_row": float(item.is_row and kind in FIGURES),
        "decides": float(question.yes_or_no and yesno.deciding(item.sentence) is not None),
        "footnote": float(item.hit.passage.kind == "footnote"),
    }


def _near(question: Question, sentence: str, offered_at: Sequence[tuple[int, int]]) -> float:
    """Return the largest share of the question's stems beside one of the values."""
    stems = set(question.stems)
    shares = [
        len(stems & {stem(word) for word in words(sentence[max(0, start - NEAR) : end + NEAR])})
        for start, end in offered_at
    ]
    return max(shares, default=0) / max(1, len(stems))


def _place(item: Quotable) -> float:
    return item.core / max(1, len(item.hit.passage.text))


def _neighbours(one: Quotable, other: Quotable) -> bool:
    return one.hit.passage_id == other.hit.passage_id


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
