"""Describe sentences in numbers: question, sentences and what the model says in, a row each out.

What the columns are worth is said in bot/scoring.py. Knows nothing of answers.
"""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import pairwise
from typing import Any

import numpy as np
from numpy.typing import NDArray

from bot import yesno
from bot.answer import Standalone
from bot.answerable import names
from bot.candidates import Candidate
from bot.wanted import FIGURES, Kind, values, wanted
from bot.wanted import offers as offered
from index.words import content_words, said, share, stem, words

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


@dataclass(frozen=True)
class Asked:
    """A question as far as sentences are measured by it."""

    question: Standalone
    weights: Mapping[str, float]  # of its stems, sum 1

    @cached_property
    def kind(self) -> Kind:
        """The kind of answer wanted."""
        return wanted(self.question.searched)

    @cached_property
    def stems(self) -> tuple[str, ...]:
        """The stems of its content words, in order."""
        return tuple(stem(word) for word in content_words(self.question.question))

    @cached_property
    def names(self) -> frozenset[str]:
        """The stems of its names and numbers."""
        return names(self.question.searched)

    @cached_property
    def for_yes_or_no(self) -> bool:
        """Whether a yes or a no is wanted."""
        return yesno.asks(self.question.searched)


@dataclass(frozen=True, eq=False)
class Seen:
    """What the model says of sentences, n of them in one order."""

    vectors: NDArray[np.float32]  # unit rows (n, d)
    cosines: NDArray[np.floating[Any]]  # (n,), of the question and each
    matches: NDArray[np.floating[Any]]  # (n,), how well each meets the question token by token


def rows(asked: Asked, found: Sequence[Candidate], seen: Seen) -> NDArray[np.float64]:
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
            **_words(asked, item, before),
            "passage": item.hit.score / best,
            "passage_cosine": item.hit.cosine,
            "rank": 1 / (1 + item.rank),
            "best_brief": float(item.hit.brief.id == found[0].hit.brief.id),
            "opening": float(before is None),
            "place": _place(item) if before is not None or after else 0.0,
            **_offer(asked, item),
            "penalty": item.penalty,
            "tokens": matches[at][0],
            "tokens_behind": matches[at][1],
            "tokens_in_passage": matches[at][2],
        }
        table.append([measured[name] for name in COLUMNS])
    return np.array(table, dtype=np.float64).reshape(len(found), len(COLUMNS))


def _places(
    found: Sequence[Candidate], values: NDArray[np.floating[Any]]
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


def _words(asked: Asked, item: Candidate, before: Candidate | None) -> dict[str, float]:
    weights = asked.weights
    inside = said(weights, item.text)
    heading = " ".join((item.hit.brief.title, *item.hit.passage.heading, item.hit.passage.context))
    above = said(weights, heading) - inside
    around = said(weights, item.hit.passage.text) - inside - above
    earlier = said(weights, before.text) - inside if before else frozenset[str]()
    own = [stem(word) for word in content_words(item.sentence)]
    pairs = set(pairwise(asked.stems))
    named = said(asked.names, item.text) | said(asked.names, heading)
    return {
        "covers": share(weights, inside),
        "title_covers": share(weights, above),
        "passage_covers": share(weights, around),
        "before_covers": share(weights, earlier),
        "pairs": len(pairs & set(pairwise(own))) / max(1, len(pairs)),
        "names": len(named) / len(asked.names) if asked.names else 0.75,
        "length": math.log(1 + len(words(item.sentence))),
        "new": min(1.0, len(set(own) - set(asked.stems)) / LONG),
    }


def _offer(asked: Asked, item: Candidate) -> dict[str, float]:
    kind, question = asked.kind, asked.question.question
    offer = offered(kind, item.sentence, question) if kind is not Kind.ANY else 0.0
    return {
        "offers": offer,
        "lacks": 1.0 - offer if kind is not Kind.ANY else 0.0,
        "offers_figure": offer * (kind in FIGURES),
        "offers_date": offer * (kind is Kind.DATE),
        "near": _near(asked, item.sentence, values(kind, item.sentence, question)),
        "row": float(item.is_row and kind not in FIGURES),
        "figure_row": float(item.is_row and kind in FIGURES),
        "decides": float(asked.for_yes_or_no and yesno.deciding(item.sentence) is not None),
        "footnote": float(item.hit.passage.kind == "footnote"),
    }


def _near(asked: Asked, sentence: str, offered_at: Sequence[tuple[int, int]]) -> float:
    """Return the largest share of the question's stems beside one of the values."""
    stems = set(asked.stems)
    shares = [
        len(stems & {stem(word) for word in words(sentence[max(0, start - NEAR) : end + NEAR])})
        for start, end in offered_at
    ]
    return max(shares, default=0) / max(1, len(stems))


def _place(item: Candidate) -> float:
    return item.core / max(1, len(item.hit.passage.text))


def _neighbours(one: Candidate, other: Candidate) -> bool:
    return one.hit.passage_id == other.hit.passage_id
