"""Two real processes on one library, killed again and again: every question has one answer."""

from pathlib import Path

import pytest

from tests.slack.delivery.stress import Fire, ends, under_fire
from tests.slack.fake import FakeSlack
from tests.slack.records import on_record

pytestmark = pytest.mark.anyio


@pytest.mark.slow
async def test_every_question_is_answered_once(
    slack: FakeSlack, home: Path, tmp_path: Path
) -> None:
    """60 questions, each delivered one to five times in another order, a kill -9 every 40."""
    crowd, kills = await under_fire(slack, home, tmp_path, Fire(60, kill_every=40))
    assert kills >= 3
    assert crowd.counts == {"answered": 60, "doubled": 0, "lost": 0}
    assert slack.doubles() == {}
    assert slack.violations == []
    assert on_record(slack, home) == {"equal": 60, "other": 0, "missing": 0, "twice": 0}
    counts = ends(home)
    assert counts["answered"] + counts["declined"] == 60
