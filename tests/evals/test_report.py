"""An evaluation as JSON, as tables and as a picture."""

import json
from pathlib import Path
from typing import Any

import pytest

from bot.evals import chart
from bot.evals.evaluation import Answered, GoldOutcome, GoldResult, Way
from bot.evals.gold import GoldQuestion, NeededPassage
from bot.evals.replies import ReplyCost, ReplyJudgement
from bot.evals.report import (
    EvalSetting,
    confidence_lines,
    cost_rows,
    follow_up_rows,
    lines,
    overall_rows,
    reply_rows,
    to_json,
    type_rows,
)
from index.errors import UsageError

SETTING = EvalSetting("gold.jsonl", 50, (), None, None, None, {"passages": 7})
REPLY = ReplyJudgement(
    "fact",
    "answered",
    True,
    False,
    False,
    ("no 'x'",),
    ReplyCost.WRONG_ANSWER,
    10,
    ("row",),
    2,
    True,
)
PNG = b"\x89PNG\r\n\x1a\n"


def outcome(rank: int | None, confidence: float, *, needed: bool = True) -> GoldOutcome:
    hit = (rank == 1,) if needed else ()
    answer = Answered(confidence >= 0.5, confidence, 1, hit, hit, 1, 1, 1, None, 0.2, REPLY)
    return GoldOutcome((rank,) if needed else (), 0.05, answer)


def results() -> list[GoldResult]:
    need = ((NeededPassage(quote="a b c"),),)
    fact = GoldQuestion("fact", "what?", "fact", needed=need)
    late = GoldQuestion("late", "what then?", "fact", needed=need)
    none = GoldQuestion("none", "why?", "far", answerable=False)
    again = GoldQuestion("again", "and then?", "followup", ("what?",), "what then?", needed=need)
    ways = {
        Way.CONVERSATION: outcome(1, 0.7),
        Way.LAST_TURN: outcome(None, 0.3),
        Way.STANDALONE: outcome(1, 0.8),
    }
    return [
        GoldResult(fact, {Way.CONVERSATION: outcome(1, 0.9)}),
        GoldResult(late, {Way.CONVERSATION: outcome(7, 0.4)}),
        GoldResult(none, {Way.CONVERSATION: outcome(None, 0.2, needed=False)}),
        GoldResult(again, ways),
        GoldResult(GoldQuestion("long", "why"), fault="too long"),
    ]


@pytest.fixture
def report() -> dict[str, Any]:
    """Of four questions that were asked and one that could not be."""
    found: dict[str, Any] = json.loads(json.dumps(to_json(results(), SETTING)))
    return found


def test_the_keys_of_the_object_are_those_of_the_documentation(report: dict[str, Any]) -> None:
    """Programs and later comparisons rest on them."""
    page = (Path(__file__).parents[2] / "docs/evaluating.md").read_text(encoding="utf-8")
    keys = {*report, *report["overall"], *report["confidence"], *report["setting"]}
    keys |= {*report["questions"][0], *report["questions"][0]["ways"]["conversation"]}
    reply = report["questions"][0]["ways"]["conversation"]["reply"]
    keys |= {*reply, *report["overall"]["replies"]}
    keys |= {*report["follow_ups"], *report["confidence"]["best"], *report["overall"]["answered"]}
    numbered = {key.rsplit("_at_", 1)[0] + "_at_K" if "_at_" in key else key for key in keys}
    assert [key for key in sorted(numbered) if f"`{key}`" not in page] == []


def test_figures_overall_and_by_type(report: dict[str, Any]) -> None:
    """Shares with counts and interval; a type without passages has none."""
    assert report["overall"]["all_at_1"] == {
        "share": 0.6667, "good": 2.0, "of": 3, "interval": [0.2077, 0.9385],
    }  # fmt: skip
    assert report["types"]["fact"]["all_at_10"]["share"] == 1
    assert report["types"]["far"]["all_at_1"]["share"] is None
    assert report["overall"]["balanced_accuracy"] == pytest.approx((2 / 3 + 1) / 2, abs=1e-4)
    assert report["failed"] == {"long": "too long"}
    assert [row["id"] for row in report["questions"]] == ["fact", "late", "none", "again"]
    assert report["seconds"]["ask"] == {"p50": 0.2, "p95": 0.2}


def test_follow_ups_against_the_rewrite_by_hand(report: dict[str, Any]) -> None:
    """Three ways, and the ratio of the first to the last."""
    ways = report["follow_ups"]
    assert ways["questions"] == 1
    assert [ways[way]["recall_at_5"]["share"] for way in Way] == [1, 0, 1]
    assert ways["ratio_to_standalone"]["recall_at_5"] == 1


def test_people_read_sentences_with_counts_and_interval(report: dict[str, Any]) -> None:
    """The share, what it is of, and how sure it is."""
    said = list(lines(report))
    assert said[0] == "the gold passages are first for 2 of 3 questions (67 %, 21–94 %)"
    assert "declined 1 of 1 question (100 %, 21–100 %)" in said[-1]
    assert "AUROC 1.00" in next(confidence_lines(report))


def test_tables_fit_a_hundred_columns(report: dict[str, Any]) -> None:
    """And leave out what was not measured."""
    for head, rows in (type_rows(report), follow_up_rows(report)):
        widths = [max(len(row[at]) for row in (head, *rows)) for at in range(len(head))]
        assert sum(widths) + 2 * len(widths) <= 100
        assert {len(row) for row in rows} == {len(head)}
    assert "contains" not in type_rows(report)[0]
    assert all("short answer" not in row[0] for row in overall_rows(report))


def test_the_picture_is_drawn(report: dict[str, Any], tmp_path: Path) -> None:
    """Also of a result without answers, and of one without anything."""
    for name, found in (("full", results()), ("one", results()[:1]), ("none", [])):
        path = tmp_path / f"{name}.png"
        chart.draw(to_json(found, SETTING), path)
        assert path.read_bytes().startswith(PNG)
    with pytest.raises(UsageError, match="--png"):
        chart.draw(report, tmp_path / "none" / "x.png")


def test_replies_are_told_by_type_and_by_what_they_are_to_their_readers(report) -> None:
    """Shares of right replies, kinds, outcomes; half of the sentences shown are rows of tables."""
    head, rows = reply_rows(report)
    assert head[2:] == ("right", "kind", "outcome", "one sentence", "no sentence", "minutes")
    assert rows[-1] == ("all", "4", "0 %", "100 %", "0 %", "100 %", "50 %", "10.00")
    assert ("wrong answer", "4", "100 %") in cost_rows(report)[1]
    unkinded = {**report, "overall": {**report["overall"], "kind_right": {"of": 0}}}
    assert reply_rows(unkinded)[1] == []
