"""Turn outcomes of gold questions into shares, means and curves: results in, figures out.

Every share comes with its counts and its Wilson interval, for gold files are small.
"""

import math
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass

from bot.evals.evaluation import Answered, GoldOutcome, GoldResult, Way
from bot.evals.replies import ReplyJudgement

DEPTHS = (1, 5, 10, 50)
Z = 1.959964  # of a 95 % interval under the normal distribution

Value = float | None
# Of an outcome and whether its question is answerable (None for either); None if it does not apply.
Measure = Callable[[GoldOutcome, bool | None], Value]


def wilson(good: float, total: int) -> tuple[float, float] | None:
    """Return the 95 % score interval of the proportion good / total, in [0, 1]; None of nothing.

    E. B. Wilson, 1927, doi:10.2307/2276774. Its coverage holds for few cases and for shares near 0
    and 1, where the textbook's interval fails: R. G. Newcombe, 1998,
    doi:10.1002/(SICI)1097-0258(19980430)17:8<857::AID-SIM777>3.0.CO;2-E, method 3. It assumes that
    the cases were drawn at random and are independent of each other. Unlike SciPy's it takes a
    fractional count.
    """
    if not total:
        return None
    share, squared = good / total, Z * Z
    centre = (share + squared / (2 * total)) / (1 + squared / total)
    half = Z * math.sqrt(share * (1 - share) / total + squared / (4 * total * total))
    half /= 1 + squared / total
    return max(0.0, min(share, centre - half)), min(1.0, max(share, centre + half))


@dataclass(frozen=True)
class Share:
    """`good` of `total`; good is no whole number where single questions count in part."""

    good: float
    total: int

    @property
    def value(self) -> float | None:
        """The share in [0, 1]; None of nothing."""
        return self.good / self.total if self.total else None

    @property
    def interval(self) -> tuple[float, float] | None:
        """The 95 % Wilson score interval of the share."""
        return wilson(self.good, self.total)


@dataclass(frozen=True)
class Point:
    """What answering from a confidence on would give."""

    threshold: float
    answered: float  # share of the answerable questions that would be answered (TPR)
    mistaken: float  # share of the unanswerable ones that would be answered (FPR)

    @property
    def balanced(self) -> float:
        """Mean of the answerable answered and the unanswerable declined."""
        return (self.answered + 1 - self.mistaken) / 2


def measures(depth: int) -> dict[str, Measure]:
    """Return the measures of single questions by name, in the order they are reported."""
    found: dict[str, Measure] = {}
    for at in (at for at in DEPTHS if at <= depth):
        found[f"all_at_{at}"] = _retrieved(GoldOutcome.within, at)
        found[f"any_at_{at}"] = _retrieved(GoldOutcome.any_within, at)
        found[f"recall_at_{at}"] = _retrieved(GoldOutcome.share_within, at)
    found["mrr"] = _retrieved(GoldOutcome.reciprocal)
    return found | _OF_ANSWERS


def figures(asked: Sequence[tuple[GoldOutcome, bool | None]], depth: int) -> dict[str, Share]:
    """Return every measure over outcomes, each with whether its question is answerable."""
    found = {
        name: share(measure(outcome, answerable) for outcome, answerable in asked)
        for name, measure in measures(depth).items()
    }
    answers = [outcome.answer for outcome, answerable in asked if outcome.answer and answerable]
    total = sum(answer.citations for answer in answers)
    found["precise_passages"] = Share(sum(answer.right_passages for answer in answers), total)
    found["precise_words"] = Share(sum(answer.right_words for answer in answers), total)
    replies = replies_of(asked)
    none = sum(len(reply.no_sentences) for reply in replies)
    found["no_sentence"] = Share(none, sum(reply.prose for reply in replies))
    return found


def replies_of(asked: Sequence[tuple[GoldOutcome, bool | None]]) -> list[ReplyJudgement]:
    """Return the judgements of the replies that there are."""
    answers = [outcome.answer for outcome, _ in asked]
    return [answer.reply for answer in answers if answer and answer.reply]


def minutes(replies: Sequence[ReplyJudgement]) -> float | None:
    """Return what a reply costs its reader in the mean, in minutes; None of nothing."""
    return sum(reply.minutes for reply in replies) / len(replies) if replies else None


def share(values: Iterable[Value]) -> Share:
    """Return the mean of the values that are there."""
    known = [value for value in values if value is not None]
    return Share(sum(known), len(known))


def balanced(found: Mapping[str, Share]) -> float | None:
    """Return the balanced accuracy of answering; None without questions of both kinds."""
    parts = [found[name].value for name in ("answered", "declined")]
    known = [part for part in parts if part is not None]
    return sum(known) / 2 if len(known) == len(parts) else None


def as_asked(results: Sequence[GoldResult]) -> list[tuple[GoldOutcome, bool | None]]:
    """Return the outcomes of questions asked as people do, with their conversation."""
    return [(item.outcome, item.question.answerable) for item in results if item.outcomes]


def one_way(results: Sequence[GoldResult], way: Way) -> list[tuple[GoldOutcome, bool | None]]:
    """Return the outcomes of the follow-ups, all asked one way."""
    follow_ups = [item for item in results if len(item.outcomes) > 1]
    return [(item.outcomes[way], item.question.answerable) for item in follow_ups]


def curve(asked: Sequence[tuple[GoldOutcome, bool | None]]) -> list[Point]:
    """Return what every threshold would give, lowest first; () without both kinds of question.

    The last one lies above every confidence seen: nothing is answered.
    """
    yes, no = _confidences(asked)
    if not yes or not no:
        return []
    thresholds = sorted({*yes, *no})
    points = [Point(at, _from(yes, at), _from(no, at)) for at in thresholds]
    return [*points, Point(math.nextafter(thresholds[-1], 2), 0.0, 0.0)]


def auroc(asked: Sequence[tuple[GoldOutcome, bool | None]]) -> float | None:
    """Return how often an answerable question has more confidence than one that is not.

    Ties count half (Hanley and McNeil, 1982, doi:10.1148/radiology.143.1.7063747).
    """
    yes, no = _confidences(asked)
    if not yes or not no:
        return None
    above = sum((one > other) + (one == other) / 2 for one in yes for other in no)
    return above / (len(yes) * len(no))


def percentiles(seconds: Sequence[float]) -> dict[str, float | None]:
    """Return p50 and p95 in seconds, by nearest rank."""
    ordered = sorted(seconds)

    def at(part: float) -> float | None:
        return round(ordered[math.ceil(part * len(ordered)) - 1], 4) if ordered else None

    return {"p50": at(0.5), "p95": at(0.95)}


def _retrieved(value: Callable[..., float], *depth: int) -> Measure:
    """Measure the hits of questions of which the passages needed are known."""
    return lambda outcome, _: float(value(outcome, *depth)) if outcome.ranks else None


def _needing(value: Callable[[Answered], float]) -> Measure:
    """Measure the answers to questions of which the passages needed are known."""
    return lambda outcome, _: (
        float(value(outcome.answer)) if outcome.answer and outcome.ranks else None
    )


def _contained(outcome: GoldOutcome, _: bool | None) -> Value:
    if outcome.answer is None or outcome.answer.contained is None:
        return None
    return float(outcome.answer.contained)


def _answered(outcome: GoldOutcome, answerable: bool | None) -> Value:
    return float(outcome.answer.answered) if outcome.answer and answerable else None


def _declined(outcome: GoldOutcome, answerable: bool | None) -> Value:
    asked = outcome.answer if answerable is False else None
    return float(not asked.answered) if asked else None


def _replied(value: Callable[[ReplyJudgement], bool | None]) -> Measure:
    """Measure the replies of which something is expected."""

    def measure(outcome: GoldOutcome, _: bool | None) -> Value:
        reply = outcome.answer.reply if outcome.answer else None
        found = value(reply) if reply else None
        return None if found is None else float(found)

    return measure


_OF_ANSWERS: dict[str, Measure] = {
    "cites_all_passages": _needing(lambda answer: all(answer.cited_passages)),
    "cites_any_passage": _needing(lambda answer: any(answer.cited_passages)),
    "cites_all_words": _needing(lambda answer: all(answer.cited_words)),
    "cites_any_words": _needing(lambda answer: any(answer.cited_words)),
    "contains_answer": _contained,
    "answered": _answered,
    "declined": _declined,
    "right": _replied(lambda reply: reply.right),
    "kind_right": _replied(lambda reply: reply.kind_right),
    "outcome_right": _replied(lambda reply: reply.outcome_right),
    "one_sentence": _replied(lambda reply: reply.one_sentence),
}


def _confidences(
    asked: Sequence[tuple[GoldOutcome, bool | None]],
) -> tuple[list[float], list[float]]:
    known = [(one.answer.confidence, answerable) for one, answerable in asked if one.answer]
    return [one for one, yes in known if yes], [one for one, yes in known if yes is False]


def _from(confidences: Sequence[float], threshold: float) -> float:
    return sum(one >= threshold for one in confidences) / len(confidences)
