"""Questions are let in together; under pressure one line is said for all who wait."""

import asyncio
from collections.abc import Callable, Sequence

import pytest

from bot.slack import phrases
from bot.slack.bot import RunningBot
from bot.slack.delivery.admission import (
    EVERY,
    LOOK,
    MANY,
    REFUSAL_SECONDS,
    Admission,
    Pressure,
    Quotas,
)
from bot.slack.delivery.inbox import Inbox
from bot.slack.types import Accepted, Answering, ChannelSettings, Incoming
from tests.slack.bots import held
from tests.slack.fake import FakeSlack, Message

pytestmark = pytest.mark.anyio

Ask = Callable[..., Incoming]

LEASE = "Who called the lease a mistake?"


async def test_each_hears_its_own_verdict(inbox: Inbox, ask: Ask) -> None:
    """In few transactions: two where all come while the first runs."""
    asked = [ask(number, user=f"U{number}", channel=f"C{number}") for number in range(30)]
    together: list[int] = []

    def counted(some: Sequence[Incoming]) -> list[Accepted]:
        together.append(len(some))
        return inbox.accept_all(some)

    entrance = Admission(counted)
    said = await asyncio.gather(*(entrance.accept(one) for one in [*asked, *asked]))
    assert said == [Accepted.NEW] * 30 + [Accepted.DUPLICATE] * 30
    assert len(together) <= 2


async def test_where_the_inbox_fails_nobody_is_let_in(inbox: Inbox, ask: Ask) -> None:
    """Each of those together hears of it, and may come again."""
    gone = [OSError("gone")]

    def accept_all(some: Sequence[Incoming]) -> list[Accepted]:
        if gone:
            raise gone.pop()
        return inbox.accept_all(some)

    entrance = Admission(accept_all)
    said = await asyncio.gather(
        *(entrance.accept(ask(number)) for number in range(3)), return_exceptions=True
    )
    assert [type(one) for one in said] == [OSError] * 3
    assert await entrance.accept(ask(1)) is Accepted.NEW


async def test_one_that_leaves_does_not_hold_up_the_others(inbox: Inbox, ask: Ask) -> None:
    entrance = Admission(inbox.accept_all)
    leaving = asyncio.create_task(entrance.accept(ask(1)))
    staying = asyncio.create_task(entrance.accept(ask(2)))
    await asyncio.sleep(0)
    leaving.cancel()
    assert await staying is Accepted.NEW


def wait(inbox: Inbox, ask, count: int, start: float = 1, **more: object) -> None:
    for number in range(count):
        inbox.accept(ask(start + number, user=f"U{number}", **more))


def test_a_channel_hears_of_it_once_in_ten_minutes(inbox, database, ask, clock) -> None:
    """By one of two processes, and only where many wait."""
    first, second = Pressure(database, clock=clock), Pressure(database, clock=clock)
    wait(inbox, ask, MANY - 1)
    assert first.waiting(ask(1)) == 0
    clock.now += LOOK + 1
    wait(inbox, ask, 3, start=100)
    assert first.waiting(ask(1)) == MANY + 2
    assert second.waiting(ask(1)) == 0
    clock.now += EVERY + 1
    assert second.waiting(ask(1)) == MANY + 2
    assert first.waiting(ask(1, channel="C2")) == 0


def test_private_questions_are_not_told_of(inbox, database, ask, clock) -> None:
    wait(inbox, ask, MANY + 5, private=True)
    assert Pressure(database, clock=clock).waiting(ask(1)) == 0


def test_a_person_hears_once_a_minute_that_it_is_too_much(database, ask, clock) -> None:
    """Of all their questions; another person by themselves."""
    pressure = Pressure(database, clock=clock)
    assert pressure.refuses(ask(1))
    assert not pressure.refuses(ask(2))
    assert pressure.refuses(ask(3, user="U2"))
    clock.now += REFUSAL_SECONDS
    assert pressure.refuses(ask(4))


def lines(slack: FakeSlack, words: str) -> list[Message]:
    return [one for one in slack.answers() if words in one.said]


async def many(bot: RunningBot, slack: FakeSlack, monkeypatch, count: int) -> None:
    """So many questions at once, none of which is answered before all are there."""
    bot.parts.pressure._looked.clear()
    monkeypatch.setattr("bot.slack.delivery.admission.LOOK", 0.0)
    people = ("alice", "bob", "ada")
    with held(bot):
        asked = [await slack.mention("#desk", people[n % 3], LEASE) for n in range(count)]
        await slack.sockets.settled()
    await slack.until(
        lambda: all(slack.answers_to(ts) for ts in asked) or lines(slack, "too many"),
        120,
        "answers",
    )


async def test_many_questions_in_a_channel_bring_one_line_and_all_answers(
    bot: RunningBot, office: FakeSlack, monkeypatch
) -> None:
    """The line stands in the channel, not in the threads."""
    monkeypatch.setattr(bot.parts.inbox, "_quotas", Quotas(100, 100))
    await many(bot, office, monkeypatch, 32)
    await office.until(lambda: bot.parts.inbox.counts()["answered"] == 32, 120, "all answers")
    [line] = lines(office, "from this channel are waiting")
    assert line.thread_ts is None


async def test_a_channel_that_is_answered_privately_hears_nothing(
    bot: RunningBot, office: FakeSlack, monkeypatch
) -> None:
    monkeypatch.setattr(bot.parts.inbox, "_quotas", Quotas(100, 100))
    desk = office.world.channel("desk").id
    bot.parts.preferences.put("T0FAKE", desk, ChannelSettings(answering=Answering.PRIVATE))
    await many(bot, office, monkeypatch, 30)
    await office.until(lambda: bot.parts.inbox.counts()["answered"] == 30, 120, "all answers")
    assert lines(office, "from this channel are waiting") == []
    assert not office.calls_of("chat.postMessage")


async def test_whoever_asks_too_much_is_told_once(
    bot: RunningBot, office: FakeSlack, monkeypatch
) -> None:
    monkeypatch.setattr(bot.parts.inbox, "_quotas", Quotas(2, 100))
    await many(bot, office, monkeypatch, 15)
    await office.until(lambda: bot.parts.inbox.counts()["answered"] == 6, 120, "six answers")
    await office.quiet()
    assert len(lines(office, phrases.BUSY)) == 3
    assert bot.parts.inbox.counts()["declined"] == 9
