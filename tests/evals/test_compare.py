"""Two results of the same questions, and what chance alone would do."""

import json
from pathlib import Path
from typing import Any

import pytest

from bot.evals.compare import changes, fallen, load, sign_test
from index.errors import UsageError


def row(
    key: str, rank: int | None, *, answered: bool = True, answerable: bool = True
) -> dict[str, Any]:
    asked = {
        "ranks": [rank] if answerable else [],
        "answered": answered,
        "cited_passages": [rank == 1] if answerable else [],
        "cited_words": [rank == 1] if answerable else [],
        "contained": None,
    }
    ways = {"conversation": asked}
    return {"id": key, "question": f"{key}?", "answerable": answerable, "ways": ways}


def report(*rows: dict[str, Any]) -> dict[str, Any]:
    return {"format": 1, "questions": list(rows)}


def test_what_got_better_and_worse_is_named() -> None:
    """With the shares before and after, over the questions that both have."""
    before = report(row("a", 1), row("b", 3), row("c", 1), row("gone", 1))
    after = report(row("a", 2), row("b", 1), row("c", 1), row("new", None))
    found = {change.name: change for change in changes(before, after)}
    first = found["all_at_1"]
    assert (first.better, first.worse, first.questions) == (("b",), ("a",), 3)
    assert first.delta == 0
    assert found["all_at_5"].before == found["all_at_5"].after == 1
    assert "contains_answer" not in found
    assert "balanced_accuracy" not in found  # no question that should be declined
    assert fallen(list(found.values()), 0.0) == []


def test_balanced_accuracy_is_compared_by_kind() -> None:
    """The mean of both kinds, however many questions each has."""
    yes = [row(str(at), 1) for at in range(4)]
    before = report(*yes, row("n", None, answered=False, answerable=False))
    after = report(*yes, row("n", None, answered=True, answerable=False))
    (change,) = [one for one in changes(before, after) if one.name == "balanced_accuracy"]
    assert (change.before, change.after, change.worse) == (1, 0.5, ("n",))
    assert fallen([change], 0.49)
    assert not fallen([change], 0.5)


def test_the_interval_of_the_difference_is_the_same_every_time() -> None:
    """And holds the difference."""
    before = report(*(row(str(at), 1 + at % 2) for at in range(40)))
    after = report(*(row(str(at), 1 + (at % 4 == 1)) for at in range(40)))
    first = changes(before, after)[0]
    assert first.interval == changes(before, after)[0].interval
    assert first.interval[0] <= first.delta <= first.interval[1]
    assert first.interval[0] > 0


def test_the_sign_test() -> None:
    """Values of the binomial distribution: 0 of 5 is 2/32, 1 of 10 is 22/1024."""
    assert sign_test(5, 0) == pytest.approx(2 / 32)
    assert sign_test(1, 9) == pytest.approx(22 / 1024)
    assert sign_test(4, 4) == 1
    assert sign_test(0, 0) == 1


@pytest.mark.parametrize("text", ["", "[]", "{}", '{"format": 99, "questions": []}', "\xff"])
def test_what_is_no_result_is_refused(tmp_path: Path, text: str) -> None:
    """Before anything is asked."""
    path = tmp_path / "before.json"
    path.write_bytes(text.encode("latin-1"))
    with pytest.raises(UsageError, match="--out"):
        load(path)


def test_results_without_a_common_question_are_refused() -> None:
    """The same id with other words is another question; a damaged row is named as such."""
    other = row("a", 1) | {"question": "something else?"}
    with pytest.raises(UsageError, match="not one question in common"):
        changes(report(other), report(row("a", 1)))
    with pytest.raises(UsageError, match="damaged"):
        changes(report({"id": "a", "question": "a?"}), report(row("a", 1)))


def test_what_out_writes_is_read_back(tmp_path: Path) -> None:
    """As it was."""
    path = tmp_path / "before.json"
    path.write_text(json.dumps(report(row("a", 1))), encoding="utf-8")
    assert load(path) == report(row("a", 1))
