"""Compare two evaluations of the same questions: two JSON objects in, changes out.

Only questions that stand in both are compared, so a part of a set can be compared with the whole.
With every change goes what chance alone would do: a sign test over the questions that changed, and
a bootstrap interval of the difference.
"""

import json
import math
import random
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from bot.evals.report import FORMAT
from index.errors import UsageError

ROUNDS = 1000  # of the bootstrap
SEED = 1  # so that the same two files give the same interval
Row = Mapping[str, Any]  # a question of a report
Scored = Callable[[Row], float | None]


@dataclass(frozen=True)
class FigureChange:
    """One headline figure before and after, over the questions of both evaluations.

    `chance` is the two-sided p of the sign test (Dixon and Mood, 1946,
    doi:10.1080/01621459.1946.10501898); `interval` holds the difference in 95 % of resamplings
    (Efron, 1979, doi:10.1214/aos/1176344552).
    """

    name: str
    before: float
    after: float
    questions: int
    better: tuple[str, ...]  # ids
    worse: tuple[str, ...]
    chance: float
    interval: tuple[float, float]

    @property
    def delta(self) -> float:
        """After less before."""
        return self.after - self.before

    def to_json(self) -> dict[str, Any]:
        """Return the object that `--json` prints under "against"."""
        return {**asdict(self), "delta": round(self.delta, 4)}


def load(path: Path) -> dict[str, Any]:
    """Read an earlier result; raise UsageError where it is none."""
    try:
        report: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError, RecursionError) as error:
        reason = getattr(error, "strerror", None) or "not JSON"
        raise UsageError(f"{path}: {reason}; name a file that --out wrote") from error
    known = isinstance(report, dict) and report.get("format") == FORMAT
    if not known or not isinstance(report.get("questions"), list):
        raise UsageError(f"{path}: not a result of this release; write it again with --out")
    return report


def changes(before: Row, after: Row) -> list[FigureChange]:
    """Return the changes of the headline figures that both evaluations have.

    Raises UsageError where they share no question.
    """
    try:
        pairs = _pairs(before["questions"], after["questions"])
        found = [_change(name, scored, pairs) for name, scored in HEADLINES.items()]
    except (KeyError, TypeError, AttributeError) as error:
        raise UsageError("--against: the file is damaged; write it again with --out") from error
    if not pairs:
        raise UsageError("--against: no question in common; compare results of one gold file")
    return [change for change in found if change is not None]


def fallen(found: Sequence[FigureChange], tolerance: float) -> list[FigureChange]:
    """Return the figures that fell by more than the tolerance, a share in [0, 1]."""
    return [change for change in found if change.delta < -tolerance - 1e-9]


def _pairs(before: Sequence[Row], after: Sequence[Row]) -> list[tuple[Row, Row]]:
    """Return the rows of questions with the same id and the same words."""
    earlier = {row["id"]: row for row in before}
    return [
        (earlier[row["id"]], row)
        for row in after
        if row["id"] in earlier and earlier[row["id"]]["question"] == row["question"]
    ]


def _change(name: str, scored: Scored, pairs: Sequence[tuple[Row, Row]]) -> FigureChange | None:
    found: list[tuple[Row, float, float]] = []
    for old, new in pairs:
        before, after = scored(old), scored(new)
        if before is not None and after is not None:
            found.append((new, before, after))
    strata = [found]
    if name == BALANCED:
        strata = [
            [item for item in found if item[0]["answerable"] is kind] for kind in (True, False)
        ]
    if not all(strata):
        return None
    better = tuple(row["id"] for row, old, new in found if new > old)
    worse = tuple(row["id"] for row, old, new in found if new < old)
    values = [[(old, new) for _, old, new in part] for part in strata]
    return FigureChange(
        name=name,
        before=round(_mean([[old for old, _ in part] for part in values]), 4),
        after=round(_mean([[new for _, new in part] for part in values]), 4),
        questions=len(found),
        better=better,
        worse=worse,
        chance=round(sign_test(len(better), len(worse)), 4),
        interval=_bootstrap(values),
    )


def sign_test(better: int, worse: int) -> float:
    """Return how likely a split at least this uneven is if better and worse were tossed for."""
    total, least = better + worse, min(better, worse)
    tail = sum(math.comb(total, at) for at in range(least + 1)) / (1 << total)
    return float(min(1.0, 2 * tail))


def _bootstrap(strata: Sequence[Sequence[tuple[float, float]]]) -> tuple[float, float]:
    draw = random.Random(SEED)  # noqa: S311 (resampling is no secret)
    differences = sorted(
        _mean([[new - old for old, new in draw.choices(part, k=len(part))] for part in strata])
        for _ in range(ROUNDS)
    )
    return round(differences[ROUNDS * 25 // 1000], 4), round(differences[ROUNDS * 975 // 1000], 4)


def _mean(strata: Sequence[Sequence[float]]) -> float:
    """Return the mean of the means of the strata."""
    return sum(sum(part) / len(part) for part in strata) / len(strata)


def _asked(row: Row) -> Row:
    found: Row = row["ways"]["conversation"]
    return found


def _all_at(depth: int) -> Scored:
    def scored(row: Row) -> float | None:
        ranks = _asked(row)["ranks"]
        return float(all(rank and rank <= depth for rank in ranks)) if ranks else None

    return scored


def _every(key: str) -> Scored:
    def scored(row: Row) -> float | None:
        cited = _asked(row).get(key)
        return float(all(cited)) if cited else None

    return scored


def _contained(row: Row) -> float | None:
    contained = _asked(row).get("contained")
    return None if contained is None else float(contained)


def _right(row: Row) -> float | None:
    answered = _asked(row).get("answered")
    known = answered is not None and row["answerable"] is not None
    return float(answered is row["answerable"]) if known else None


def _reply_right(row: Row) -> float | None:
    right = (_asked(row).get("reply") or {}).get("right")
    return None if right is None else float(right)


BALANCED = "balanced_accuracy"
HEADLINES: Mapping[str, Scored] = {
    "all_at_1": _all_at(1),
    "all_at_5": _all_at(5),
    "cites_all_passages": _every("cited_passages"),
    "cites_all_words": _every("cited_words"),
    "contains_answer": _contained,
    BALANCED: _right,
    "right": _reply_right,
}
