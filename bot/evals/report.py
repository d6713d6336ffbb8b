"""Report an evaluation: one JSON object with stable keys, and sentences and tables for people.

docs/evaluating.md lists the keys. Tables keep within a hundred columns and leave out what was not
measured.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

from bot.evals.evaluation import GoldOutcome, GoldResult, Way
from bot.evals.measures import (
    Share,
    as_asked,
    auroc,
    balanced,
    curve,
    figures,
    minutes,
    one_way,
    percentiles,
    replies_of,
)
from bot.evals.replies import ReplyCost

FORMAT = 1  # of the JSON object; raise it when keys change their meaning
Json = dict[str, Any]


@dataclass(frozen=True)
class EvalSetting:
    """What was evaluated: which questions, on which library, by which models."""

    gold: str
    depth: int
    faults: tuple[str, ...]
    only: str | None
    fold: str | None
    limit: int | None
    library: Mapping[str, Any]


def to_json(results: Sequence[GoldResult], setting: EvalSetting) -> Json:
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


def summary(asked: Sequence[tuple[GoldOutcome, bool | None]], depth: int) -> Json:
    """Return the figures over outcomes: shares with counts and interval, balanced accuracy."""
    found = figures(asked, depth)
    return {
        "questions": len(asked),
        **{name: _share_json(share) for name, share in found.items()},
        "balanced_accuracy": _rounded(balanced(found)),
        "replies": _replies(asked),
    }


def _replies(asked: Sequence[tuple[GoldOutcome, bool | None]]) -> Json:
    replies = replies_of(asked)
    counts = {cost.value: sum(reply.cost is cost for reply in replies) for cost in ReplyCost}
    return {"counts": counts, "minutes": _rounded(minutes(replies))}


def _follow_ups(results: Sequence[GoldResult], depth: int) -> Json:
    ways = {way.value: summary(one_way(results, way), depth) for way in Way}
    full, hand = ways[Way.CONVERSATION], ways[Way.STANDALONE]
    ratios = {
        name: _rounded(full[name]["share"] / share["share"])
        for name, share in hand.items()
        if isinstance(share, dict) and share.get("share")
    }
    return {"questions": full["questions"], **ways, "ratio_to_standalone": ratios}


def _confidence(asked: Sequence[tuple[GoldOutcome, bool | None]]) -> Json:
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


def _row(item: GoldResult) -> Json:
    gold = item.question
    return {
        "id": gold.id,
        "type": gold.type,
        "question": gold.question,
        "answerable": gold.answerable,
        "ways": {way.value: _outcome(outcome) for way, outcome in item.outcomes.items()},
    }


def _outcome(outcome: GoldOutcome) -> Json:
    row: Json = {"ranks": list(outcome.ranks), "search_seconds": round(outcome.search_seconds, 4)}
    if outcome.answer:
        answer = asdict(outcome.answer)
        row |= {**answer, "seconds": round(answer["seconds"], 4)}
        row |= {name: list(row[name]) for name in ("cited_passages", "cited_words")}
        if row["reply"]:
            row["reply"] |= {name: list(row["reply"][name]) for name in ("faults", "no_sentences")}
    return row


def _share_json(share: Share) -> Json:
    interval = share.interval
    return {
        "share": _rounded(share.value),
        "good": round(share.good, 4),
        "of": share.total,
        "interval": [round(bound, 4) for bound in interval] if interval else None,
    }


def _rounded(value: float | None) -> float | None:
    return None if value is None else round(value, 4)


# What people read, in order; {} is the count.
_SAID = {
    "all_at_1": "all gold passages first",
    "all_at_5": "all gold passages in the top 5",
    "all_at_10": "all gold passages in the top 10",
    "all_at_50": "all gold passages in the top 50",
    "any_at_1": "a gold passage first",
    "any_at_5": "a gold passage in the top 5",
    "any_at_10": "a gold passage in the top 10",
    "any_at_50": "a gold passage in the top 50",
    "recall_at_5": "share of gold passages in the top 5",
    "mrr": "mean reciprocal rank of the first",
    "cites_all_passages": "the answer cites all gold passages",
    "cites_any_passage": "the answer cites a gold passage",
    "cites_all_words": "the answer quotes all gold",
    "cites_any_words": "the answer quotes some gold",
    "precise_passages": "citations of a gold passage",
    "precise_words": "citations that quote gold",
    "contains_answer": "the short answer stands in the answer",
    "answered": "answered, of those the briefs answer",
    "declined": "declined, of those they do not",
    "right": "replies that are what is expected",
    "kind_right": "questions taken for what they are",
    "outcome_right": "answered, unsure or declined as expected",
    "one_sentence": "one sentence, where one is enough",
    "no_sentence": "shown sentences that are no sentence of a text",
}
_WAYS = {
    Way.CONVERSATION: "with their conversation",
    Way.LAST_TURN: "the last turn alone",
    Way.STANDALONE: "rewritten by hand",
}
_BY_TYPE = {"all_at_1": "all@1", "all_at_5": "all@5", "cites_all_passages": "cites",
            "contains_answer": "contains", "answered": "answered",
            "declined": "declined"}  # fmt: skip
_REPLIES = {"right": "right", "kind_right": "kind", "outcome_right": "outcome",
            "one_sentence": "one sentence", "no_sentence": "no sentence"}  # fmt: skip
_FOLLOWING = {"recall_at_1": "recall@1", "recall_at_5": "recall@5", "all_at_5": "all@5",
              "cites_all_passages": "cites", "contains_answer": "contains",
              "answered": "answered"}  # fmt: skip


def lines(report: Json) -> Iterator[str]:
    """Yield what people read first, in sentences."""
    overall = report["overall"]
    for name, said in (
        ("all_at_1", "the gold passages are first"),
        ("all_at_5", "they are among the first five"),
        ("cites_all_passages", "the answer cites them all"),
        ("contains_answer", "the expected short answer stands in it"),
    ):
        if _told(overall, name):
            yield f"{said} for {counted(overall[name])}"
    answered, declined = overall["answered"], overall["declined"]
    if answered["of"] and declined["of"]:
        yield (
            f"answered {counted(answered)} that the briefs answer, declined "
            f"{counted(declined)} that they do not: balanced accuracy "
            f"{overall['balanced_accuracy']:.2f}"
        )


def counted(share: Json) -> str:
    """Return "41 of 88 questions (47 %, 37–57 %)"."""
    many = "question" if share["of"] == 1 else "questions"
    part = f"{100 * share['share']:.0f} %"
    return f"{_good(share)} of {share['of']} {many} ({part}, {_interval(share)})"


def overall_rows(report: Json) -> list[tuple[str, ...]]:
    """Return rows (what, share, count, interval) over all questions."""
    overall = report["overall"]
    return [
        _measure_row(said, overall[name]) for name, said in _SAID.items() if _told(overall, name)
    ]


def type_rows(report: Json) -> tuple[tuple[str, ...], list[tuple[str, ...]]]:
    """Return the head and a row for each type of question: shares in per cent, "–" for none."""
    names = [name for name in _BY_TYPE if _told(report["overall"], name)]
    head = ("type", "questions", *(_BY_TYPE[name] for name in names))
    rows = [
        (kind, str(found["questions"]), *(_percent(found[name]) for name in names))
        for kind, found in report["types"].items()
    ]
    return head, rows


def reply_rows(report: Json) -> tuple[tuple[str, ...], list[tuple[str, ...]]]:
    """Return the head and a row for each type: how its replies are, and what they cost a reader.

    No rows for gold files that say of no question what kind it is.
    """
    head = ("replies", "questions", *_REPLIES.values(), "minutes")
    if not _told(report["overall"], "kind_right"):
        return head, []
    parts = {**report["types"], "all": report["overall"]}
    return head, [
        (
            kind, str(found["questions"]), *(_percent(found[name]) for name in _REPLIES),
            _ratio(found["replies"]["minutes"]),
        )
        for kind, found in parts.items()
    ]  # fmt: skip


def cost_rows(report: Json) -> tuple[tuple[str, ...], list[tuple[str, ...]]]:
    """Return the head and a row for each way that a reply can turn out; no rows without replies."""
    counts = report["overall"]["replies"]["counts"]
    rows: list[tuple[str, ...]] = []
    if total := sum(counts.values()):
        rows = [
            (what, str(count), f"{100 * count / total:.0f} %") for what, count in counts.items()
        ]
    return ("to their readers", "replies", "share"), rows


def follow_up_rows(report: Json) -> tuple[tuple[str, ...], list[tuple[str, ...]]]:
    """Return the head and a row for each way of asking follow-ups; no rows without any."""
    ways = report["follow_ups"]
    names = [name for name in _FOLLOWING if _told(ways[Way.CONVERSATION], name)]
    head = ("follow-ups", *(_FOLLOWING[name] for name in names))
    if not ways["questions"]:
        return head, []
    rows = [
        (said, *(_percent(ways[way].get(name)) for name in names)) for way, said in _WAYS.items()
    ]
    ratios = ways["ratio_to_standalone"]
    rows.append(("first / last row", *(_ratio(ratios.get(name)) for name in names)))
    return head, rows


def confidence_lines(report: Json) -> Iterator[str]:
    """Yield what is known of the threshold of answering."""
    found = report["confidence"]
    if found["best"]:
        best = found["best"]
        yield (
            f"confidence tells the two apart with AUROC {found['auroc']:.2f}; the best threshold "
            f"for these questions would be {best['threshold']:.2f}: {100 * best['tpr']:.0f} % "
            f"answered, {100 * best['fpr']:.0f} % answered by mistake, balanced accuracy "
            f"{best['balanced_accuracy']:.2f} (shown, not used: it fits these very questions)"
        )
    for what, times in report["seconds"].items():
        if times["p50"] is not None:
            yield f"{what}: half within {times['p50']:.3f} s, 95 % within {times['p95']:.3f} s"


def _told(found: Json, name: str) -> bool:
    """Say whether a figure is there and counts anything."""
    return bool(found.get(name, {}).get("of"))


def _measure_row(said: str, share: Json) -> tuple[str, ...]:
    return said, _percent(share), f"{_good(share)} of {share['of']}", _interval(share)


def _good(share: Json) -> str:
    whole = share["good"] == int(share["good"])
    return f"{share['good']:g}" if whole else f"{share['good']:.1f}"


def _interval(share: Json) -> str:
    low, high = share["interval"]
    return f"{100 * low:.0f}–{100 * high:.0f} %"


def _percent(share: Json | None) -> str:
    return f"{100 * share['share']:.0f} %" if share and share["of"] else "–"


def _ratio(value: float | None) -> str:
    return "–" if value is None else f"{value:.2f}"
