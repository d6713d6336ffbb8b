"""The Slack bot when all is well: how soon it answers and knows a new brief, and its memory."""

import asyncio
import json
import time
from collections.abc import Sequence
from pathlib import Path

from bench import command, timing
from bench.figures import Figure
from bench.freshness import _place as harbour
from bench.freshness import _watched as watched
from bench.freshness import _write as write
from bench.slack_office import Office, count, office, once, percentiles, rules_kept, small_library
from bench.workplace import ROOT, Workplace
from tests.slack.fake import Message

IDLE = 200  # questions, one after the other
ROUNDS = 100
MEMORY_QUESTIONS = 10_000
SETTLED = 1_000  # questions after which memory should grow no more
OPEN = 24  # questions at once while memory is watched
MEMORY_MB, GROWTH = 600, 0.05
FOUND_SECONDS = 2.0


async def idle(place: Workplace) -> Sequence[Figure]:
    """One question at a time over the reports; from its sending to the answer at the fake."""
    home, asked = place.markdown_library(), _questions()
    number = count(place, IDLE)
    async with office(place, home, channels=25) as here:
        seconds = []
        for turn in range(number + 5):
            message = await here.crowd.ask(asked[turn % len(asked)])
            seconds.append(await _answered(here, message) - message.at)
            await asyncio.sleep(0.05)
        await here.slack.quiet(0.5)
        seconds = seconds[5:]  # the first fill caches
        p50, p95 = (timing.percentile(seconds, share) for share in (0.5, 0.95))
        return [
            Figure(
                f"from question to complete extractive answer, idle, reports, {number} questions",
                f"{percentiles(seconds)}, slowest {max(seconds):.2f} s",
                "p50 ≤ 0.4 s, p95 ≤ 1 s", met=p50 <= 0.4 and p95 <= 1,
            ),
            once("… answers / doubles / lost", here.crowd),
            rules_kept(here.slack),
        ]  # fmt: skip


async def fresh(place: Workplace) -> Sequence[Figure]:
    """`briefs ingest` while the bot runs; then a question at once."""
    home, briefs = small_library(place), place.fresh("slack-briefs")
    rounds = count(place, ROUNDS)
    async with office(place, home, channels=25) as here:
        await _answered(here, await here.crowd.ask())
        seconds, missed = [], []
        for number in range(1, rounds + 1):
            await asyncio.to_thread(place.briefs, home, "ingest", write(briefs, number))
            said = f"What did the council of {harbour(number)} decide?"
            message = await here.crowd.ask(said)
            seconds.append(await _answered(here, message) - message.at)
            if f"by {number + 3} percent" not in here.crowd.answers(message)[0].said:
                missed.append(f"round {number}: {here.crowd.answers(message)[0].text[:120]}")
            if number % 20 == 0:
                command.say(f"  {number} rounds, {len(missed)} missed")
        good = sum(one <= FOUND_SECONDS for one in seconds) - len(missed)
        return [
            Figure(
                "a brief ingested while the bot runs is found by the next question",
                f"{good} of {rounds}; {percentiles(seconds)}, slowest {max(seconds):.2f} s",
                f"all, ≤ {FOUND_SECONDS:g} s", met=good == rounds, details=tuple(missed),
            )
        ]  # fmt: skip


async def memory(place: Workplace) -> Sequence[Figure]:
    """Resident memory of the bot over the reports, from question to question."""
    home, asked = place.markdown_library(), _questions()
    total = count(place, MEMORY_QUESTIONS)
    settled = SETTLED * total // MEMORY_QUESTIONS
    async with office(place, home, channels=120) as here:
        seen, started, below = dict[int, float](), time.monotonic(), 0
        for number in range(1, total + 1):
            await here.crowd.ask(asked[number % len(asked)])
            while _behind(here, below) > OPEN:
                await asyncio.sleep(0.02)
            below = _first_open(here, below)
            if number % max(1, total // 20) == 0 or number == settled:
                seen[number], files = watched(here.bot.pid)
                pace = number / (time.monotonic() - started)
                command.say(f"  {number}: {seen[number]:.0f} MB, {files} files, {pace:.1f}/s")
        await here.crowd.below(0, 120, command.say)
        early, last = seen[settled], watched(here.bot.pid)[0]
        most, growth = max(*seen.values(), last), last / early - 1
        return [
            Figure(
                f"memory of the bot, reports, {total:,} questions: most",
                f"{most:.0f} MB", f"≤ {MEMORY_MB} MB", met=0 < most <= MEMORY_MB,
            ),
            Figure(
                f"… growth from question {settled:,} to {total:,}",
                f"{growth:+.1%} ({early:.0f} to {last:.0f} MB)", f"< {GROWTH:.0%}",
                met=growth < GROWTH,
            ),
            once("… answers / doubles / lost", here.crowd),
        ]  # fmt: skip


async def _answered(here: Office, message: Message) -> float:
    """Return when the answer to a question stood."""
    await here.slack.until(lambda: here.crowd.answers(message), 30, "an answer")
    return here.crowd.answers(message)[0].at


def _first_open(here: Office, start: int) -> int:
    """Return the number of the first question without an answer, looking from `start` on."""
    asked = here.crowd.asked
    while start < len(asked) and here.crowd.answers(asked[start]):
        start += 1
    return start


def _behind(here: Office, start: int) -> int:
    """Return how many questions are open; those before `start` are not."""
    return sum(not here.crowd.answers(one) for one in here.crowd.asked[start:])


def _questions() -> list[str]:
    """Return the questions that were written on the reports."""
    path: Path = ROOT / "bench/questions/reports.jsonl"
    return [json.loads(line)["question"] for line in path.read_text("utf-8").splitlines() if line]
