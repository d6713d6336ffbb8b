"""What a running bot does by itself: lets go of what is old."""

import time
from dataclasses import replace

import pytest
from sqlalchemy import select

from bot.slack import phrases
from bot.slack.delivery.maintenance import PRUNE, Maintenance
from bot.slack.delivery.notifications import Notifier
from bot.slack.delivery.tables import deliveries, questions
from bot.slack.running import Running
from tests.slack.fake import FakeSlack

pytestmark = pytest.mark.anyio

LEASE = "Who called the lease a mistake?"
DAY = 24 * 3600.0


@pytest.fixture(autouse=True)
def _rounds_by_hand(monkeypatch: pytest.MonkeyPatch) -> None:
    """The bot's own rounds would come in between."""

    async def none(_: Maintenance) -> None:
        """Make none."""

    monkeypatch.setattr(Maintenance, "run", none)


def rows(bot: Running, table) -> list:
    with bot.parts.library.database.read() as connection:
        return list(connection.execute(select(table)))


async def test_questions_go_after_their_period_and_not_before(
    bot: Running, office: FakeSlack, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A clock moved by 400 days; what nobody has answered yet stays."""
    await office.answer_to(await office.mention("#desk", "alice", LEASE))
    await office.until(lambda: bot.parts.inbox.counts()["answered"], 120, "an end")
    now = time.time()
    for days, left in ((364, 1), (400, 0)):
        monkeypatch.setattr(bot.parts.inbox, "_clock", lambda d=days: now + d * DAY)
        await Maintenance(bot.parts, Notifier(bot.parts)).round()
        assert len(rows(bot, questions)) == left
    assert rows(bot, deliveries) == []
    [record] = bot.parts.ledger.recent()
    assert (record.private or {})["question"] == LEASE  # the ledger has a period of its own


async def test_the_period_is_looked_at_every_hour(bot: Running) -> None:
    """And not at each round."""
    asked: list[float] = []
    now = [1000.0]

    class Inbox:
        def prune(self, days: float) -> int:
            asked.append(days)
            return 0

    parts = replace(bot.parts, inbox=Inbox())
    rounds = Maintenance(parts, Notifier(parts), clock=lambda: now[0])
    for seconds in (0, 30, PRUNE - 1, PRUNE + 1):
        now[0] = 1000.0 + seconds
        await rounds.round()
    assert asked == [365, 365]


async def test_what_the_inbox_let_go_can_still_be_forgotten(
    bot: Running, office: FakeSlack, monkeypatch: pytest.MonkeyPatch
) -> None:
    """By the ledger's own word of who asked."""
    await office.answer_to(await office.mention("#desk", "alice", LEASE))
    await office.answer_to(await office.mention("#desk", "bob", LEASE))
    await office.until(lambda: bot.parts.inbox.counts()["answered"] == 2, 120, "an end")
    now = time.time()
    monkeypatch.setattr(bot.parts.inbox, "_clock", lambda: now + 400 * DAY)
    await Maintenance(bot.parts, Notifier(bot.parts)).round()
    await office.open_home("alice")
    home = await office.until(lambda: office.home_of("alice"), 120, "a home")
    await office.click(home, "Delete my history", "alice")
    await office.until(
        lambda: any(phrases.FORGOTTEN in str(one.view) for one in office.world.views), 120, "a line"
    )
    private = [one.private for one in bot.parts.ledger.recent()]
    assert private.count(None) == 1
    [kept] = [one["asker"] for one in private if one]
    assert kept.endswith(office.world.user("bob").id)


async def test_one_task_that_fails_stops_no_other(bot: Running, monkeypatch, caplog) -> None:
    """And nothing of others' exceptions is logged."""
    parts, told = replace(bot.parts, tell_askers=True), list[int]()

    def broken(days: float) -> int:
        raise RuntimeError("xoxb-secret")

    class Telling(Notifier):
        async def round(self) -> None:
            told.append(1)

    monkeypatch.setattr(bot.parts.inbox, "prune", broken)
    await Maintenance(parts, Telling(parts)).round()
    assert told
    assert "RuntimeError" in caplog.text
    assert "secret" not in caplog.text
