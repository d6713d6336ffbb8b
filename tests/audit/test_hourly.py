"""What a running process does for the ledger, hour by hour."""

import asyncio
import logging

import pytest

from bot.audit.hourly import DAY, HOUR, anchoring, upkeep
from bot.audit.settings import AuditSettings
from bot.ledger.anchors import read
from bot.ledger.ledger import Ledger
from index.errors import UsageError
from tests.audit.ledgers import fill, tamper

MADE = 1_800_000_000.0  # later than the records


class Clock:
    """A clock that sleeping moves; the loop is ended after so many hours."""

    def __init__(self, hours, hourly=lambda hour: None):
        self.now, self.hours, self.hour, self._hourly = MADE, hours, 0, hourly

    def __call__(self):
        return self.now

    async def sleep(self, seconds):
        assert seconds == HOUR
        self.now += seconds
        self.hour += 1
        self._hourly(self.hour)
        if self.hour == self.hours:
            raise asyncio.CancelledError


def run(library, settings, clock):
    async def whole():
        with pytest.raises(asyncio.CancelledError):
            await anchoring(library, settings, clock=clock, sleep=clock.sleep)

    asyncio.run(whole())


@pytest.fixture
def elsewhere(tmp_path):
    (tmp_path / "elsewhere").mkdir()
    return tmp_path / "elsewhere" / "anchors"


def test_the_head_is_anchored_every_hour(library, elsewhere):
    """At once, then hour by hour, with what has come since."""
    ledger = fill(library.database, 2)
    clock = Clock(3, lambda hour: ledger.append(f"h{hour}", {}, {}))
    run(library, AuditSettings(anchor=str(elsewhere)), clock)
    assert [anchor.count for anchor in read(elsewhere)] == [2, 3, 4]


def test_a_ledger_that_was_cut_is_an_error_in_the_log_each_hour(library, elsewhere, caplog):
    """The file keeps what it had, and the process goes on."""
    fill(library.database, 2)

    def cut(hour):
        if hour == 1:
            tamper(library.home / "library.db", "DELETE FROM ledger WHERE seq = 2")

    with caplog.at_level(logging.ERROR, "bot"):
        run(library, AuditSettings(anchor=str(elsewhere)), Clock(3, cut))
    assert len(read(elsewhere)) == 1
    said = [one.getMessage() for one in caplog.records if one.levelno == logging.ERROR]
    assert len(said) == 2
    assert "does not agree with the anchor" in said[0]


def test_old_questions_are_forgotten_once_a_day(library, monkeypatch):
    """At the start, and 24 hours later."""
    from bot.audit import forgetting

    asked = []
    real = forgetting.forget_older
    monkeypatch.setattr(
        forgetting, "forget_older",
        lambda *given, clock: (asked.append(clock()), real(*given, clock=clock))[1],
    )  # fmt: skip
    fill(library.database, 2)
    run(library, AuditSettings(keep_questions_days=30), Clock(30))
    assert asked == [MADE, MADE + DAY]
    assert Ledger(library.database).get("a1").private is None


def test_without_settings_nothing_is_started(library):
    """And with a faulty file the process does not start."""

    async def plain():
        before = len(asyncio.all_tasks())
        async with upkeep(library, AuditSettings()):
            assert len(asyncio.all_tasks()) == before

    async def faulty():
        async with upkeep(library, AuditSettings(anchor=str(library.home / "anchors"))):
            pass

    asyncio.run(plain())
    with pytest.raises(UsageError, match="the library's own folder"):
        asyncio.run(faulty())


def test_it_ends_with_the_process(library, elsewhere):
    """Having anchored at once."""
    fill(library.database, 2)

    async def whole():
        before = len(asyncio.all_tasks())
        async with upkeep(library, AuditSettings(anchor=str(elsewhere))):
            while not elsewhere.exists() or not elsewhere.read_text():
                await asyncio.sleep(0.01)
        assert len(asyncio.all_tasks()) == before

    asyncio.run(asyncio.wait_for(whole(), 20))
    assert len(read(elsewhere)) == 1
