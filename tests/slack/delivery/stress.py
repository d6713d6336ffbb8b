"""Two bot processes under fire: every question delivered several times, a process killed at times.

Used by the tests with few questions and by bench/slack.py with a thousand.
"""

import random
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from bot.slack.delivery.inbox import Inbox
from index.storage.database import Database
from tests.slack.bots import BotProcess
from tests.slack.crowd import Crowd
from tests.slack.fake import FakeSlack

BACKLOG = 120  # questions open at once; people wait for answers, too
PATIENCE = 240.0  # seconds for the rest


@dataclass(frozen=True)
class Fire:
    """What is done to the processes."""

    questions: int
    kill_every: int  # deliveries
    copies: int = 5  # at most, of one question
    seed: int = 4


async def under_fire(
    slack: FakeSlack, home: Path, folder: Path, fire: Fire, say: Callable[[str], None] = print
) -> tuple[Crowd, int]:
    """Ask, kill, wait; return the crowd and how often a process was killed."""
    chance = random.Random(fire.seed)
    crowd = Crowd(slack, channels=max(10, fire.questions // 20))
    bots = [BotProcess(slack, home, folder / f"bot{number}.log") for number in range(2)]
    for bot in bots:
        await bot.start()
    await slack.sockets.connected(2, 60)
    sent = kills = 0
    for start in range(0, fire.questions, BACKLOG // 2):
        count = min(BACKLOG // 2, fire.questions - start)
        batch = [one for _ in range(count) for one in crowd.deliveries(
            crowd.write(), chance.randint(1, fire.copies), chance)]  # fmt: skip
        chance.shuffle(batch)
        for delivery in batch:
            await crowd.deliver(delivery)
            sent += 1
            if sent % fire.kill_every == 0:
                bot = bots[kills % 2]
                await bot.kill()
                await bot.start()
                kills += 1
                await slack.sockets.connected(1, 60)
        await crowd.below(BACKLOG // 2, PATIENCE, say)
        say(f"  {sent} deliveries, {kills} kills: {crowd.counts}")
    await crowd.below(0, PATIENCE, say)
    await slack.quiet(1.0, most=60)
    for bot in bots:
        await bot.end(seconds=20)
    return crowd, kills


def ends(home: Path) -> dict[str, int]:
    """How the questions of a library ended, by its inbox."""
    database = Database(f"sqlite:///{home}/library.db")
    try:
        return Inbox(database, "reader").counts()
    finally:
        database.close()
