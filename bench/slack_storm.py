"""The Slack bot when things break: killed processes, limits and lost responses, cut sockets."""

import asyncio
import time
from collections.abc import Sequence

from bench import command
from bench.figures import Figure
from bench.slack_office import acknowledged, count, office, once, rules_kept, small_library
from bench.workplace import Workplace
from tests.slack import fake
from tests.slack.delivery.stress import Fire, ends, under_fire
from tests.slack.fake import FakeSlack
from tests.slack.records import on_record

BETWEEN = 0.1  # seconds from question to question while sockets are cut
AT_ONCE = 60  # questions open at once while sockets are cut
SILENT_EVERY = 67  # cuts, after which a socket stays open and says nothing, for up to 35 s


async def kills(place: Workplace) -> Sequence[Figure]:
    """Two processes, each question delivered up to five times, a kill -9 every 200 deliveries."""
    home = small_library(place)
    questions = count(place, 1_000)
    async with FakeSlack() as slack:
        fire = Fire(questions, kill_every=200 if questions == 1_000 else 40)
        crowd, killed = await under_fire(slack, home, place.work, fire, command.say)
        found = once(f"{questions:,} questions to two processes: answers / doubles / lost", crowd)
        ended = _ended(ends(home), questions, killed)
        return [found, ended, _recorded(on_record(slack, home), questions), rules_kept(slack)]


async def flood(place: Workplace) -> Sequence[Figure]:
    """All at once; every third post is told to wait, of every seventh the response is lost."""
    home = small_library(place)
    questions = count(place, 200)

    def script(number: int, _: object) -> fake.Fault | None:
        if number % 3 == 0:
            return fake.rate_limited(1)
        return fake.lost_response() if number % 7 == 0 else None

    async with office(place, home, channels=max(5, questions // 10)) as here:
        here.slack.faults.script("chat.postMessage", script)
        started = time.monotonic()
        for _ in range(questions):
            await here.crowd.ask()
        await here.crowd.below(0, 570, command.say)
        seconds = time.monotonic() - started
        await here.slack.quiet(1.5, most=60)
        calls = here.slack.calls_of("chat.postMessage")
        outcomes = [call.outcome for call in calls]
        told = f"{outcomes.count('ratelimited')} told to wait, {outcomes.count('lost')} lost"
        return [
            once(f"{questions} questions at once: answers / doubles / lost", here.crowd),
            Figure("… posts", f"{len(calls)} ({told}), all answered in {seconds:.0f} s"),
            _recorded(on_record(here.slack, home), questions),
            rules_kept(here.slack),
            acknowledged(here.slack),
        ]


async def cuts(place: Workplace) -> Sequence[Figure]:
    """One process whose socket is cut, refreshed or falls silent, two hundred times."""
    home = small_library(place)
    questions, wanted = count(place, 1_000), count(place, 200)
    async with office(place, home, channels=50) as here:
        done, gaps = 0, list[float]()
        for number in range(1, questions + 1):
            await here.crowd.ask()
            await asyncio.sleep(BETWEEN)
            if number * wanted // questions > done:
                done += 1
                gaps.append(await _cut(here.slack, done))
            if number % (questions // 10) == 0:
                command.say(f"  {number} asked, {done} cuts: {here.crowd.counts}")
            await here.crowd.below(AT_ONCE, 240, command.say)
        await here.crowd.below(0, 240, command.say)
        await here.slack.quiet(1.0, most=60)
        what = f"{done} socket cuts and refreshes during {questions:,} questions: "
        return [
            once(f"{what}answers / doubles / lost", here.crowd),
            Figure(
                "… connected again, slowest", f"{max(gaps):.1f} s", "≤ 35 s", met=max(gaps) < 35
            ),
            rules_kept(here.slack),
        ]


async def _cut(slack: FakeSlack, number: int) -> float:
    """Break the connection in one of three ways; return the seconds until there is a new one."""
    before, started = slack.sockets.opened, time.monotonic()
    if number % SILENT_EVERY == 0:
        slack.sockets.silence()
    elif number % 3 == 0:
        await slack.sockets.refresh()
    else:
        slack.sockets.cut()
    while slack.sockets.opened == before and time.monotonic() - started < 60:
        await asyncio.sleep(0.01)
    return time.monotonic() - started


def _recorded(found: dict[str, int], questions: int) -> Figure:
    numbers = [found[name] for name in ("equal", "other", "missing", "twice")]
    return Figure(
        "… as the ledger has them: same text and blocks / others / none / twice",
        " / ".join(f"{number:,}" for number in numbers),
        f"{questions:,} / 0 / 0 / 0", met=numbers == [questions, 0, 0, 0],
    )  # fmt: skip


def _ended(counts: dict[str, int], questions: int, killed: int) -> Figure:
    told = counts["answered"] + counts["declined"]
    details = ", ".join(f"{name} {number}" for name, number in counts.items())
    return Figure(
        f"… ended as answered or declined, after {killed} kills",
        f"{told:,} ({details})", f"{questions:,}", met=told == questions,
    )  # fmt: skip
