"""Pacing hands out turns: holds after a 429, spaces in a channel, budgets a minute."""

import asyncio

import pytest

from bot.slack.delivery.calls import JITTER, PER_MINUTE, CallTarget, Pacing
from bot.slack.delivery.faults import Crowded
from tests.slack.delivery.fast_clock import FastClock

pytestmark = pytest.mark.anyio
POST = CallTarget("chat.postMessage", "C1")
LATE = 1e9


def pacing(clock: FastClock, chance: float = 0.0) -> Pacing:
    return Pacing(clock=clock, sleep=clock.sleep, chance=lambda: chance)


async def times(pace: Pacing, clock: FastClock, turns: list[CallTarget]) -> list[float]:
    """When each of these turns came, all asked for at once, in seconds from now."""
    start, out = clock.now, dict.fromkeys(range(len(turns)), 0.0)

    async def one(number: int, turn: CallTarget) -> None:
        async with pace.turn(turn, LATE):
            out[number] = clock.now - start

    await asyncio.gather(*(one(number, turn) for number, turn in enumerate(turns)))
    return list(out.values())


async def test_posts_are_a_second_apart_and_first_come_first_served_in_each_channel() -> None:
    async with FastClock() as clock:
        elsewhere = [CallTarget("chat.postMessage", f"C{number}") for number in range(2, 5)]
        came = await times(pacing(clock), clock, [POST] * 4 + elsewhere)
        assert came == [0, 1, 2, 3, 0, 0, 0]


async def test_after_a_429_neither_the_method_nor_the_channel_is_called_before_its_end() -> None:
    """Another channel waits for the method, and another method for the channel; reading goes on."""
    async with FastClock() as clock:
        pace = pacing(clock)
        pace.limited(POST, 30)
        turns = [
            POST,
            CallTarget("chat.postMessage", "C2"),
            CallTarget("chat.update", "C1", "1.0"),
            CallTarget("chat.update", "C2", "2.0"),
            CallTarget("conversations.replies", "C1"),
        ]
        assert await times(pace, clock, turns) == [30, 30, 30, 0, 0]


async def test_the_longest_hold_counts_and_what_waited_for_it_comes_a_little_later() -> None:
    async with FastClock() as clock:
        pace = pacing(clock, chance=0.9)
        for seconds in (5, 30, 10):
            pace.limited(POST, seconds)
        assert await times(pace, clock, [POST]) == [pytest.approx(30 + 0.9 * JITTER)]


async def test_a_message_is_changed_every_three_seconds_at_most() -> None:
    async with FastClock() as clock:
        one, other = CallTarget("chat.update", "C1", "1.0"), CallTarget("chat.update", "C1", "2.0")
        assert await times(pacing(clock), clock, [one, one, other]) == [0, 3, 0]


async def test_no_minute_sees_more_calls_than_the_budget() -> None:
    for method, budget in PER_MINUTE.items():
        async with FastClock() as clock:
            turns = [CallTarget(method, f"C{number}") for number in range(budget * 2 + 3)]
            came = sorted(await times(pacing(clock), clock, turns))
        pairs = zip(came, came[budget:], strict=False)
        assert all(late - early >= 60 for early, late in pairs), method


async def test_a_turn_that_would_come_too_late_is_refused_at_once() -> None:
    clock = FastClock()
    pace = pacing(clock)
    pace.limited(POST, 100)
    with pytest.raises(Crowded):
        async with pace.turn(POST, clock.now + 99):
            pass
    assert clock.slept == []


async def test_those_who_waited_too_long_in_the_line_are_refused() -> None:
    async with FastClock() as clock:
        pace, until = pacing(clock), clock.now + 2.5

        async def one() -> bool:
            try:
                async with pace.turn(POST, until):
                    return True
            except Crowded:
                return False

        assert await asyncio.gather(*(one() for _ in range(6))) == [True] * 3 + [False] * 3


async def test_a_post_on_its_way_keeps_the_next_one_of_its_channel_back() -> None:
    async with FastClock() as clock:
        pace, order = pacing(clock), []

        async def one(name: str, seconds: float) -> None:
            async with pace.turn(POST, LATE):
                order.append(f"{name} begins")
                await clock.sleep(seconds)
                order.append(f"{name} ends")

        await asyncio.gather(one("first", 20), one("second", 1))
    assert order == ["first begins", "first ends", "second begins", "second ends"]


async def test_what_is_remembered_stays_bounded() -> None:
    clock = FastClock()
    pace = pacing(clock)
    for number in range(10_000):
        clock.now += 1
        async with pace.turn(CallTarget("chat.postMessage", f"C{number}"), LATE):
            pass
    assert len(pace._free) + len(pace._lines) + len(pace._held) < 5000
