"""The [audit] settings, and what a running process does for the ledger every hour."""

import asyncio
import logging
from pathlib import Path

import pytest

from bot.audit.upkeep import DAY, HOUR, AuditSettings, every_hour, load_settings, upkeep
from bot.ledger.anchors import read
from bot.ledger.ledger import Ledger
from index.errors import SettingsError, UsageError
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


def run(library, settings, clock, erasers=()):
    async def whole():
        with pytest.raises(asyncio.CancelledError):
            await every_hour(library, erasers, settings, clock=clock, sleep=clock.sleep)

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
    fill(library.database, 2)

    def cut(hour):
        if hour == 1:
            tamper(library.home / "library.db", "DELETE FROM ledger WHERE seq = 2")

    with caplog.at_level(logging.ERROR, "bot"):
        run(library, AuditSettings(anchor=str(elsewhere)), Clock(3, cut))
    assert len(read(elsewhere)) == 1
    said = [one.getMessage() for one in caplog.records if one.levelno == logging.ERROR]
    assert len(said) == 2
    assert "does not match the anchor" in said[0]


class Eraser:
    """Notes when old questions were deleted elsewhere."""

    def __init__(self):
        self.pruned = []

    def forget_answers(self, database, answer_ids):
        pass

    def forget_older(self, database, days, now):
        self.pruned.append(now)
        return 0


def test_old_questions_are_forgotten_once_a_day(library):
    fill(library.database, 2)
    eraser = Eraser()
    run(library, AuditSettings(keep_questions_days=30), Clock(30), [eraser])
    assert eraser.pruned == [MADE, MADE + DAY]
    assert Ledger(library.database).get("a1").private is None


def test_without_settings_nothing_is_started(library):
    async def plain():
        before = len(asyncio.all_tasks())
        async with upkeep(library, [], AuditSettings()):
            assert len(asyncio.all_tasks()) == before

    async def faulty():
        async with upkeep(library, [], AuditSettings(anchor=str(library.home / "anchors"))):
            pass

    asyncio.run(plain())
    with pytest.raises(UsageError, match="the library's own folder"):
        asyncio.run(faulty())


def test_it_ends_with_the_process(library, elsewhere):
    fill(library.database, 2)

    async def whole():
        before = len(asyncio.all_tasks())
        async with upkeep(library, [], AuditSettings(anchor=str(elsewhere))):
            while not elsewhere.exists() or not elsewhere.read_text():
                await asyncio.sleep(0.01)
        assert len(asyncio.all_tasks()) == before

    asyncio.run(asyncio.wait_for(whole(), 120))
    assert len(read(elsewhere)) == 1


def test_nothing_is_done_unless_it_is_asked_for():
    """No file, no table: no anchor, everything is kept, nobody is told."""
    settings = load_settings()
    assert (settings.anchor_file, settings.keep_questions_days, settings.tell_askers) == (
        None, None, False,
    )  # fmt: skip


def test_the_table_is_read():
    Path("briefs.toml").write_text(
        '[audit]\nanchor = "anchors"\nkeep_questions_days = 400\ntell_askers = true\n'
    )
    settings = load_settings()
    assert settings.anchor_file == Path.cwd() / "anchors"
    assert (settings.keep_questions_days, settings.tell_askers) == (400, True)


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ("ancor = 'x'", "audit.ancor: no such setting"),
        ("anchor = ''", "audit.anchor: names no file"),
        ("anchor = 7", "audit.anchor: write text"),
        ("keep_questions_days = 0", "audit.keep_questions_days: write at least 1"),
        ("keep_questions_days = '9'", "write a whole number"),
        ("tell_askers = 1", "write true or false"),
    ],
)
def test_a_fault_is_named_in_one_line(line, said):
    Path("briefs.toml").write_text(f"[audit]\n{line}\n")
    with pytest.raises(SettingsError, match=said) as raised:
        load_settings()
    assert str(raised.value).endswith("correct it in briefs.toml")
