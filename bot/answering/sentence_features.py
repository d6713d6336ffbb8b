"""Describe sentences in numbers: question and hits in, a row of features for each sentence out."""

import math
from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from bot.answering.candidates import Quotable, candidates
from bot.language import yesno
from bot.question.question import Question
from bot.question.wanted import FIGURES, AnswerKind, offers, values
from index.models.token_embeddings import SentenceEmbeddings
from index.passage import Hit
from index.sentences import split
from index.vectors.snapshot import Filters
from index.words import content_words, said, share, stem, words

HITS = 8  # passages whose sentences are looked at
NEAR = 60  # characters around a value in which the question's words are looked for
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


def rows(question: Question, found: Sequence[Quotable], seen: Seen) -> NDArray[np.float64]:
    """Return the columns of all sentences of the hits, shape (len(found), len(COLUMNS))."""
    best = max((item.hit.score for item in found), default=0.0) or 1.0
    cosines = _places(found, seen.cosines)
    matches = _places(found, seen.matches)
    table = []
    for at, item in enumerate(found):
        before = found[at - 1] if at and neighbours(found[at - 1], item) else None
        after = at + 1 < len(found) and neighbours(item, found[at + 1])
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


def neighbours(one: Quotable, other: Quotable) -> bool:
    """Return whether two sentences are of one passage."""
    return one.hit.passage_id == other.hit.passage_id
