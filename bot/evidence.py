"""Say what speaks for an answer: question, hits and scored sentences in, numbers out.

What they are worth is said in bot/answerable.py. Nothing here decides.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from bot.answerable import initials, names
from bot.candidates import Candidate
from bot.features import COLUMNS, Asked
from bot.wanted import Kind
from index.passage import Hit
from index.words import said, share

NAMELESS = 0.75  # share of names found, for a question without any
BESIDE = 3  # best sentences, and best passages, that are looked at together
SHORT = 3  # letters of a name up to which it may be a short form: Feb, Adm, St
NEXT, FAR = 5, 9  # ranks of passages against which the first is compared


@dataclass(frozen=True, eq=False)
class Scored:
    """A candidate with its score: the difference of two is the logarithm of their odds."""

    candidate: Candidate
    score: float
    cosine: float
    covered: frozenset[str]  # stems of the question in the sentence itself
    row: NDArray[np.float64]  # its features, in the order of bot/features.py
    vector: NDArray[np.float32]

    def feature(self, name: str) -> float:
        """Return one of its features."""
        return float(self.row[COLUMNS.index(name)])


def proper(asked: Asked) -> frozenset[str]:
    """Return the stems of the question's names that a library on the matter would have.

    Numbers, short forms and what opens the question in capitals by chance are left out.
    """
    return frozenset(name for name in asked.names if len(name) > SHORT and name.isalpha())


def evidence(
    asked: Asked, hits: Sequence[Hit], ranked: Sequence[Scored], unknown: frozenset[str]
) -> dict[str, float]:
    """Return the features of a question whose sentences are ranked, best first; one at least.

    `unknown` are those of its `proper` names that no passage of the library has.
    """
    return {
        **_nearness(ranked),
        **_offers(ranked),
        **_lead(hits, ranked),
        **_said(asked, hits, ranked[0]),
        **_named(asked, hits, ranked[0]),
        **_asking(asked),
        "decides": max(item.feature("decides") for item in ranked[:BESIDE]),
        "row": ranked[0].feature("row"),
        "figure_row": ranked[0].feature("figure_row"),
        "rank": float(ranked[0].candidate.rank),
        "pairs": ranked[0].feature("pairs"),
        "unknown_names": _unknown(hits, unknown),
    }


def around(hit: Hit) -> str:
    """Return all that is read with a passage: title, headings, context, text."""
    return " ".join((hit.brief.title, *hit.passage.heading, hit.passage.context, hit.passage.text))


def _nearness(ranked: Sequence[Scored]) -> dict[str, float]:
    cosines = sorted((item.cosine for item in ranked), reverse=True)
    return {
        "cosine": cosines[0],
        "cosine_of_best": ranked[0].cosine,
        "cosine_lead": cosines[0] - cosines[min(8, len(cosines) - 1)],
        "tokens": max(item.feature("tokens") for item in ranked),
        "tokens_of_best": ranked[0].feature("tokens"),
    }


def _offers(ranked: Sequence[Scored]) -> dict[str, float]:
    offering = [item.cosine for item in ranked if item.feature("offers") > 0]
    return {
        "offer": max(offering, default=0.0),
        "offer_of_best": ranked[0].feature("offers"),
        "offer_beside": max(item.feature("offers") for item in ranked[:BESIDE]),
        "near": ranked[0].feature("near"),
        "near_beside": max(item.feature("near") for item in ranked[:BESIDE]),
    }


def _lead(hits: Sequence[Hit], ranked: Sequence[Scored]) -> dict[str, float]:
    """Return how clearly the best sentence and the best passage lead."""
    scores = np.array([item.score for item in ranked])
    odds = np.exp(scores - scores.max())
    likely: NDArray[Any] = odds / odds.sum()
    return {
        "likely": float(likely[0]),
        "spread": float(-(likely * np.log(likely + 1e-12)).sum()),
        "sentence_lead": float(scores[0] - scores[min(NEXT, len(scores) - 1)]),
        "sentence_score": float(scores[0]),
        "passage_cosine": max(hit.cosine for hit in hits),
        "first_cosine": hits[0].cosine,
        "first_bm25": hits[0].bm25,
        "passage_lead": hits[0].score - hits[min(NEXT, len(hits)) - 1].score,
        "far_lead": hits[0].score - hits[min(FAR, len(hits)) - 1].score,
    }


def _said(asked: Asked, hits: Sequence[Hit], best: Scored) -> dict[str, float]:
    """Return the weight of the question's words said, and of the heaviest that is not."""
    here = said(asked.weights, around(best.candidate.hit))
    together = said(asked.weights, " ".join(map(around, hits[:BESIDE])))
    return {
        "covered": best.feature("covers"),
        "covered_by_passage": share(asked.weights, here),
        "covered_together": share(asked.weights, together),
        "lacking_in_passage": _heaviest(asked, here),
        "lacking_together": _heaviest(asked, together),
    }


def _heaviest(asked: Asked, held: frozenset[str]) -> float:
    return max((weight for term, weight in asked.weights.items() if term not in held), default=0.0)


def _named(asked: Asked, hits: Sequence[Hit], best: Scored) -> dict[str, float]:
    wanted = names(asked.question.searched)
    together = " ".join(map(around, hits[:BESIDE]))
    return {
        "named_together": _share_named(wanted, together),
        "named_in_passage": _share_named(wanted, around(best.candidate.hit)),
        "nameless": float(not wanted),
    }


def _share_named(wanted: frozenset[str], text: str) -> float:
    if not wanted:
        return NAMELESS
    return len(said(wanted, text) | (wanted & initials(text))) / len(wanted)


def _unknown(hits: Sequence[Hit], unknown: frozenset[str]) -> float:
    """Return how many names, two at most, nothing here says, be it by initials."""
    spelled = initials(" ".join(map(around, hits[:BESIDE])))
    return float(min(2, len(unknown - spelled)))


def _asking(asked: Asked) -> dict[str, float]:
    """Return what kind of question it is."""
    return {
        "words": math.log1p(len(asked.weights)),
        "yes_or_no": float(asked.for_yes_or_no),
        "follows": float(asked.question.follows),
        **{f"wants_{kind}": float(asked.kind is kind) for kind in Kind},
    }
