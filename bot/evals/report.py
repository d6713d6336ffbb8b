"""Put an evaluation into one JSON object with stable keys: results in, figures and rows out.

docs/evaluating.md lists the keys; bot/evals/tables.py shows them to people. Asks nothing.
"""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

from bot.evals.evaluation import Outcome, Result, Way
from bot.evals.measures import (
    Share,
    as_asked,
    auroc,
    balanced,
    curve,
    figures,
    one_way,
    percentiles,
)

FORMAT = 1  # of the JSON object; raise it when keys change their meaning
Json = dict[str, Any]


@dataclass(frozen=True)
class Setting:
    """What was evaluated: which questions, on which library, by which models."""

    gold: str
    depth: int
    faults: tuple[str, ...]
    only: str | None
    fold: str | None
    limit: int | None
    library: Mapping[str, Any]


def to_json(results: Sequence[Result], setting: Setting) -> Json:
    """Return the whole evaluation as one object."""
    asked = as_asked(results)
    kinds = sorted({item.question.type for item in results if item.outcomes})
    return {
        "format": FORMAT,
        "setting": asdict(setting),
        "failed": {item.question.id: item.fault for item in results if item.fault},
        "overall": summary(asked, setting.depth),
        "types": {
            kind: summary(
                as_asked([item for item in results if item.question.type == kind]), setting.depth
            )
            for kind in kinds
        },
        "follow_ups": _follow_ups(results, setting.depth),
        "confidence": _confidence(asked),
        "seconds": {
            "ask": percentiles([one.answer.seconds for one, _ in asked if one.answer]),
            "search": percentiles([one.search_seconds for one, _ in asked]),
        },
        "questions": [_row(item) for item in results if item.outcomes],
    }


def summary(asked: Sequence[tuple[Outcome, bool]], depth: int) -> Json:
    """Return the figures over outcomes: shares with counts and interval, balanced accuracy."""
    found = figures(asked, depth)
    return {
        "questions": len(asked),
        **{name: _share(share) for name, share in found.items()},
        "balanced_accuracy": _rounded(balanced(found)),
    }


def _follow_ups(results: Sequence[Result], depth: int) -> Json:
    ways = {way.value: summary(one_way(results, way), depth) for way in Way}
    full, hand = ways[Way.CONVERSATION], ways[Way.STANDALONE]
    ratios = {
        name: _rounded(full[name]["share"] / share["share"])
        for name, share in hand.items()
        if isinstance(share, dict) and share["share"]
    }
    return {"questions": full["questions"], **ways, "ratio_to_standalone": ratios}


def _confidence(asked: Sequence[tuple[Outcome, bool]]) -> Json:
    points = [
        {
            "threshold": _rounded(point.threshold),
            "tpr": _rounded(point.answered),
            "fpr": _rounded(point.mistaken),
            "balanced_accuracy": _rounded(point.balanced),
        }
        for point in curve(asked)
    ]
    best = max(points, key=lambda point: point["balanced_accuracy"] or 0.0, default=None)
    return {"auroc": _rounded(auroc(asked)), "best": best, "curve": points}


def _row(item: Result) -> Json:
    gold = item.question
    return {
        "id": gold.id,
        "type": gold.type,
        "question": gold.question,
        "answerable": gold.answerable,
        "ways": {way.value: _outcome(outcome) for way, outcome in item.outcomes.items()},
    }


def _outcome(outcome: Outcome) -> Json:
    row: Json = {"ranks": list(outcome.ranks), "search_seconds": round(outcome.search_seconds, 4)}
    if outcome.answer:
        answer = asdict(outcome.answer)
        row |= {**answer, "seconds": round(answer["seconds"], 4)}
        row |= {name: list(row[name]) for name in ("cited_passages", "cited_words")}
    return row


def _share(share: Share) -> Json:
    interval = share.interval
    return {
        "share": _rounded(share.value),
        "good": round(share.good, 4),
        "of": share.total,
        "interval": [round(bound, 4) for bound in interval] if interval else None,
    }


def _rounded(value: float | None) -> float | None:
    return None if value is None else round(value, 4)
