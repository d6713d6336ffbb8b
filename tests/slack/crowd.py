"""Many people asking in many channels of a fake workspace, and what became of each question.

Asks without waiting; whoever drives it decides what is delivered when, how often and to whom.
"""

import asyncio
import random
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from tests.slack.fake import BOT_USER, Channel, FakeSlack, Message
from tests.slack.fake.player import is_growing

EACH = 4  # people in a channel
QUESTIONS = (
    "Who called the lease a mistake?",
    "Which company leased the harbour?",
    "By how much did wheat exports of Tamara fall in 2023?",
    "How many tons of cargo does Port Aurelia handle in a year?",
    "When does the farm ministry expect a recovery?",
    "What is the population of Rotterdam?",
)


@dataclass(frozen=True)
class Delivery:
    """One event of a question, to be sent once."""

    event: dict[str, Any]
    channel: Channel
    event_id: str


class Crowd:
    """People, channels, and the questions that they asked."""

    def __init__(self, slack: FakeSlack, channels: int = 50) -> None:
        """Fill the workspace; no person is in two channels."""
        self.slack = slack
        self.asked: list[Message] = []
        self._channels: list[tuple[Channel, list[str]]] = []
        for number in range(channels):
            people = [f"p{number}-{one}" for one in range(EACH)]
            ids = [slack.world.add_user(name).id for name in people]
            channel = slack.world.add_channel(f"c{number}", members=tuple(people))
            self._channels.append((channel, ids))

    def write(self, text: str | None = None) -> Message:
        """Write the next question, without delivering it: channel by channel, person by person."""
        number = len(self.asked)
        channel, people = self._channels[number % len(self._channels)]
        person = people[number // len(self._channels) % EACH]
        said = f"<@{BOT_USER}> {text or QUESTIONS[number % len(QUESTIONS)]}"
        message = self.slack.world.add(
            Message(channel.id, self.slack.world.stamp(), person, text=said)
        )
        self.asked.append(message)
        return message

    async def ask(self, text: str | None = None) -> Message:
        """Write the next question and deliver it as Slack does: two events."""
        message = self.write(text)
        await self.slack.send_message(message)
        return message

    def deliveries(self, message: Message, copies: int, chance: random.Random) -> list[Delivery]:
        """Return so many deliveries of a question, each by one of its two events."""
        channel = self.slack.world.channels[message.channel]
        event = message.wire(self.slack.world) | {"channel": channel.id, "event_ts": message.ts}
        forms = {
            "message": event | {"channel_type": channel.event_type},
            "app_mention": event | {"type": "app_mention"},
        }
        kinds = [chance.choice(list(forms)) for _ in range(copies)]
        return [Delivery(forms[kind], channel, f"Ev{message.ts}{kind}") for kind in kinds]

    async def deliver(self, delivery: Delivery) -> None:
        """Send it to whichever socket is next."""
        await self.slack.send_event(delivery.event, delivery.channel, event_id=delivery.event_id)

    def answers(self, message: Message) -> list[Message]:
        """What stands below a question."""
        thread = self.slack.world.thread(message.channel, message.ts)
        return [one for one in thread if one.by_bot and not is_growing(one)]

    @property
    def open(self) -> int:
        """How many questions have no answer yet."""
        return sum(not self.answers(one) for one in self.asked)

    async def below(self, most: int, seconds: float, say: Callable[[str], None] = print) -> bool:
        """Wait until at most so many are open; tell every ten seconds; False when time is up."""
        end, told = time.monotonic() + seconds, time.monotonic()
        while (left := self.open) > most:
            if time.monotonic() > end:
                return False
            if time.monotonic() - told > 10:
                told = time.monotonic()
                say(f"  {left} of {len(self.asked)} questions are open")
            await asyncio.sleep(0.05)
        return True

    @property
    def counts(self) -> dict[str, int]:
        """How many have exactly one answer, more than one, and none."""
        found = [len(self.answers(one)) for one in self.asked]
        return {
            "answered": found.count(1),
            "doubled": sum(count > 1 for count in found),
            "lost": found.count(0),
        }
