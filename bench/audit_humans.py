"""Measure the audit's scores against people's scores of faithfulness, on MTRAG's replies.

Each reply is cut into sentences, each is checked against all passages of its task, and the reply's
score is the mean of theirs; nothing was fitted on it. `python -m bench.verify` measures the checks
on claims.
"""

import json
import random
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from scipy.stats import spearmanr

from bench.figures import Figure
from bench.workplace import Workplace
from bot.checking.verify import check
from index import sentences

SPEARMAN = 0.30
DRAWS = 1000  # of the bootstrap
_FILE = "mtrag/evaluations/reference_subset_with_human_evaluations.json"


@dataclass(frozen=True)
class _Reply:
    """A reply's mean human score, 1 to 4, and our scores of its sentences, in [0, 1]."""

    model: str
    human: float
    ours: tuple[float, ...]

    @property
    def mean(self) -> float:
        return sum(self.ours) / len(self.ours)


def figures(place: Workplace) -> Iterator[Figure]:
    """Yield agreement with people."""
    replies = _replies(place)
    pairs = [(one.mean, one.human) for one in replies]
    found = spearman(pairs)
    low, high = _interval(pairs)
    yield Figure(
        f"MTRAG, {len(replies)} replies: Spearman of our score, the mean over the sentences, and "
        "the mean of the human scores of faithfulness",
        f"{found:.3f} (95 % of bootstraps: {low:.2f} … {high:.2f})",
        bar=f"≥ {SPEARMAN:.2f}",
        met=found >= SPEARMAN,
    )
    least = spearman([(min(one.ours), one.human) for one in replies])
    yield Figure("… our least score of a sentence instead", f"{least:.3f}")
    for model in sorted({one.model for one in replies}):
        part = [(one.mean, one.human) for one in replies if one.model == model]
        yield Figure(f"… replies of {model} alone ({len(part)})", f"{spearman(part):.3f}")


def spearman(pairs: Sequence[tuple[float, float]]) -> float:
    """Return the rank correlation of two variables; ties share their mean rank."""
    return float(spearmanr(*zip(*pairs, strict=True)).statistic)


def _interval(pairs: Sequence[tuple[float, float]]) -> tuple[float, float]:
    rng = random.Random(1)
    found = sorted(spearman(rng.choices(pairs, k=len(pairs))) for _ in range(DRAWS))
    return found[int(0.025 * DRAWS)], found[int(0.975 * DRAWS)]


def _replies(place: Workplace) -> list[_Reply]:
    kept = json.loads((place.data / _FILE).read_text(encoding="utf-8"))
    texts = {one["document_id"]: one for one in kept["documents"]}
    tasks = {one["task_id"]: one for one in kept["tasks"]}
    found = []
    for one in kept["evaluations"]:
        evidence = _evidence(tasks[one["task_id"]], texts)
        ours = _scores(one["model_response"], evidence)
        given = one["annotations"].get("faithfulness", {})
        human = [float(each["value"]) for each in given.values() if _is_score(each.get("value"))]
        if ours and human and evidence:
            found.append(_Reply(one["model_id"], sum(human) / len(human), ours))
    return found


def _is_score(value: Any) -> bool:
    return str(value).replace(".", "", 1).isdigit()


def _evidence(task: Mapping[str, Any], texts: Mapping[str, Any]) -> list[str]:
    return [texts[one["document_id"]]["text"] for one in task["contexts"]]


def _scores(reply: str, evidence: Sequence[str]) -> tuple[float, ...]:
    spans = sentences.split(reply or "")
    return tuple(check(reply[start:end], evidence).score for start, end in spans)
