"""Choose how much the reader is heard: numbers of bench.reader.measuring in, a table out.

    python -m bench.reader.weighing NUMBERS.json [--held-out NUMBERS.json]

Each row is a weight of the reader's logit beside the networks' score (index/models/reader.py), one
of the passage's score (bot/answering/reranking.py), and the shares of questions whose best sentence
is right, whose first passage has all that is wanted, and whose first five have. Below stands how
well each weight tells answerable questions from others (AUROC), and, for scores from which the best
sentence answers alone (`SURE` in bot/answering/selection.py), the shares of answers of one sentence
and of those that quote a right one.
"""

import argparse
import json
import math
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from bench.verify import auroc
from bot.answering.reranking import UNREAD
from bot.answering.selection import NEARLY, SENTENCES
from index.models.reader import WEIGHT

WEIGHTS = (0.0, 0.2, 0.3, 0.4, 0.6, 0.8, 1.0, 1.5, 2.0)
OF_PASSAGES = (3.0, 6.0, 12.0)
OF_DECISIONS = (0.0, 0.1, 0.2, 0.3, 0.5, 1.0)
ALONE = (-1.0, 0.0, 0.5, 1.0, 1.5, 2.0, 3.0)
UNSEEN = -5.0  # the logit where nothing was read

Row = dict[str, Any]


def shares(rows: Sequence[Row], weight: float, of_passage: float) -> tuple[float, float, float]:
    """Return the shares of questions with the right sentence first, passage first, in five."""
    sentence = first = five = 0
    for row in rows:
        scores = _scores(row, weight)
        best = int(np.argmax(scores))
        sentence += any(right[best] for _, right in row["needs"])
        order = _order(row, scores, of_passage) if weight else list(range(len(row["hits"])))
        first += all(met[order[0]] for met, _ in row["needs"])
        five += all(any(met[at] for at in order[:5]) for met, _ in row["needs"])
    return sentence / len(rows), first / len(rows), five / len(rows)


def alone(rows: Sequence[Row], sure: float) -> tuple[float, float]:
    """Return the shares of answers of one sentence, and of those that quote a right one."""
    single = right = 0
    for row in rows:
        scores = _scores(row, WEIGHT)
        best = np.argsort(-scores)[:SENTENCES]
        likely = scores[best] >= scores[best[0]] + math.log(NEARLY)
        quoted = best[:1] if scores[best[0]] >= sure else best[likely]
        single += len(quoted) == 1
        right += any(met[at] for _, met in row["needs"] for at in quoted)
    return single / len(rows), right / len(rows)


def _scores(row: Row, weight: float) -> NDArray[np.float64]:
    known = [one for one in row["logits"] if one is not None]
    least = min(known, default=0.0) - UNREAD
    heard = np.array([least if one is None else one for one in row["logits"]])
    scores = np.array(row["scores"]) + weight * heard
    return np.where(row["unfit"], -np.inf, scores)


def _order(row: Row, scores: NDArray[np.float64], of_passage: float) -> list[int]:
    best: dict[int, float] = {}
    for at, rank in enumerate(row["ranks"]):
        if row["logits"][at] is not None:
            score = scores[at] + of_passage * row["hits"][rank]
            best[rank] = max(score, best.get(rank, -math.inf))
    read = sorted(best, key=lambda rank: -best[rank])
    return [*read, *(rank for rank in range(len(row["hits"])) if rank not in best)]


def decided(row: Row, weight: float) -> float:
    """Return the logit of "answered" with the reader heard."""
    sure = min(max(row["confidence"], 1e-4), 1 - 1e-4)
    best = max((one for one in row["logits"] if one is not None), default=UNSEEN)
    return math.log(sure / (1 - sure)) + weight * float(best)


def main() -> None:
    """Print the table, of the held-out questions too where they are given."""
    parser = argparse.ArgumentParser(prog="bench.reader.weighing", description=__doc__)
    parser.add_argument("numbers", type=Path)
    parser.add_argument("--held-out", type=Path)
    options = parser.parse_args()
    for path in filter(None, (options.numbers, options.held_out)):
        rows = [row for row in json.loads(path.read_text()) if row["ranks"]]
        asked = [row for row in rows if row["answerable"]]
        others = [row for row in rows if not row["answerable"]]
        print(f"{path}: {len(asked)} answerable, {len(others)} not")
        for weight in WEIGHTS:
            for of_passage in OF_PASSAGES:
                found = " ".join(f"{one:.3f}" for one in shares(asked, weight, of_passage))
                print(f"{weight:4} {of_passage:4}  {found}")
        for sure in ALONE:
            single, right = alone(asked, sure)
            print(f"alone from {sure:4}: one sentence {single:.3f}, a right one {right:.3f}")
        for weight in OF_DECISIONS if others else ():
            told = auroc([(decided(row, weight), row["answerable"]) for row in rows])
            print(f"answered, {weight:4}: AUROC {told:.3f}")


if __name__ == "__main__":
    main()
