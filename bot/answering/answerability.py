"""Decide whether the briefs answer a question: hits and sentences in, yes or no with a confidence.

A small network over features: how near the best sentence is, whether it offers the kind of answer
that is wanted, which of the question's words and names the passages say, how clearly the best
leads. It was fitted on our own questions over the CRS reports, near misses among them, and on
ClapNQ and SQuAD 2 dev, without every fifth of each; the file of the weights and bench/RESULTS.md
have the figures. Near misses (the right brief without the answer) stay hard, and so the threshold
leans towards answering.
"""

import math
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from bot.answering.answer import Outcome
from bot.answering.selection import Scored
from bot.answering.sentence_features import Lookup
from bot.question.question import Question
from bot.question.wanted import AnswerKind
from index.passage import Hit
from index.perceptron import load
from index.vectors.snapshot import EVERYTHING, Filters
from index.words import said, share

WEIGHTS = Path(__file__).parent / "weights" / "answerable.json"  # its threshold is a half

SURE = 0.5  # confidence from which a question is answered
POSSIBLE = 0.1  # … from which the nearest passages are shown as what may answer
# The reader's logit from which they are shown whatever the confidence: of 425 questions three that
# the reports answer were declined with such a logit, and two that they do not answer.
READ = 1.0
READER_WEIGHT = 0.2  # of the reader's logit, added to the network's; docs/reader.md
# Taken off the logit where the question names what no brief does. Of held-out questions it costs 3
# answers in 100 and saves as many; an answer about another port than was asked of is worse.
UNKNOWN_NAME = 3.5
NAMELESS = 0.75  # share of names found, for a question without any
BESIDE = 3  # best sentences, and best passages, that are looked at together
SHORT = 3  # letters of a name up to which it may be a short form: Feb, Adm, St
NEXT, FAR = 5, 9  # ranks of passages against which the first is compared

_CAPITALISED = re.compile(
    r"\b[A-Z][\w'’]*(?:[ -](?:(?:of|the|and|for|to|in)\s+){0,2}[A-Z][\w'’]*)+"
)
_LONGEST_ACRONYM = 7


@dataclass(frozen=True)
class Decision:
    """Whether to answer, to show what may answer, or to decline; how sure that is, and why."""

    outcome: Outcome
    confidence: float
    features: Mapping[str, float]


def judge(features: Mapping[str, float] | None, reading: float | None = None) -> Decision:
    """Return whether a question with such features is answered; None means nothing was found.

    `reading` is the reader's logit for the sentence that answers best, None where nothing was read.
    """
    if features is None:
        return Decision(Outcome.DECLINED, confidence=0.0, features={})
    row = np.array([list(features.values())])
    logit = float(load(WEIGHTS).takes(tuple(features)).scores(row)[0])
    logit += READER_WEIGHT * reading if reading is not None else 0.0
    logit -= UNKNOWN_NAME if features["unknown_names"] else 0.0
    confidence = 1 / (1 + math.exp(-logit))
    rounded = {name: round(value, 4) for name, value in features.items()}
    outcome = _outcome(confidence)
    reads_right = reading is not None and reading >= READ and not features["unknown_names"]
    if outcome is Outcome.DECLINED and reads_right:
        outcome = Outcome.UNSURE
    return Decision(outcome, round(confidence, 4), rounded)


def _outcome(confidence: float) -> Outcome:
    if confidence >= SURE:
        return Outcome.ANSWERED
    return Outcome.UNSURE if confidence >= POSSIBLE else Outcome.DECLINED


def initials(text: str) -> frozenset[str]:
    """Return the acronyms, lower-cased, that the capitalised words of a text spell.

    "New York City" spells nyc, "Southern District of New York" sdny.
    """
    found: set[str] = set()
    for run in _CAPITALISED.findall(text):
        letters = [word[0].lower() for word in run.split() if word[0].isupper()]
        for start in range(len(letters) - 1):
            for end in range(start + 2, min(len(letters), start + _LONGEST_ACRONYM) + 1):
                found.add("".join(letters[start:end]))
    return frozenset(found)


def proper(question: Question) -> frozenset[str]:
    """Return the stems of the question's names that a library on the matter would have.

    Numbers, short forms and what opens the question in capitals by chance are left out.
    """
    return frozenset(name for name in question.names if len(name) > SHORT and name.isalpha())


def features_of(
    question: Question,
    hits: Sequence[Hit],
    ranked: Sequence[Scored],
    library: Lookup,
    filters: Filters = EVERYTHING,
) -> dict[str, float] | None:
    """Return the features of a question with its hits and their sentences, best first.

    `filters` are those of the search: a brief that may not be seen must not change the answer.
    None where there is no sentence.
    """
    if not ranked:
        return None
    unknown = library.unknown(sorted(proper(question)), filters)
    return {
        **_nearness(ranked),
        **_offers(ranked),
        **_lead(hits, ranked),
        **_said(question, hits, ranked[0]),
        **_named(question, hits, ranked[0]),
        **_asking(question),
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


def _said(question: Question, hits: Sequence[Hit], best: Scored) -> dict[str, float]:
    """Return the weight of the question's words said, and of the heaviest that is not."""
    here = said(question.weights, around(best.candidate.hit))
    together = said(question.weights, " ".join(map(around, hits[:BESIDE])))
    return {
        "covered": best.feature("covers"),
        "covered_by_passage": share(question.weights, here),
        "covered_together": share(question.weights, together),
        "lacking_in_passage": _heaviest(question, here),
        "lacking_together": _heaviest(question, together),
    }


def _heaviest(question: Question, held: frozenset[str]) -> float:
    return max(
        (weight for term, weight in question.weights.items() if term not in held), default=0.0
    )


def _named(question: Question, hits: Sequence[Hit], best: Scored) -> dict[str, float]:
    wanted = question.names
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


def _asking(question: Question) -> dict[str, float]:
    """Return what kind of question it is."""
    return {
        "words": math.log1p(len(question.weights)),
        "yes_or_no": float(question.yes_or_no),
        "follows": float(question.follows),
        **{f"wants_{kind}": float(question.wants is kind) for kind in AnswerKind},
    }
