"""An answer shown sentence by sentence ends as one whole message, whatever happens on the way."""

import asyncio
import random
from types import SimpleNamespace
from typing import Any

import pytest
from slack_sdk.web.async_client import AsyncWebClient

from bot.slack.outbox import Outbox, Stopped, Stream, Undeliverable
from bot.slack.streams import CHUNK, LIFE
from tests.slack.fake import (
    TEAM,
    FakeSlack,
    Fault,
    Message,
    cut,
    lost_response,
    rate_limited,
    refused,
    server_error,
)
from tests.slack.fast_clock import FastClock, settle

pytestmark = pytest.mark.anyio
SENTENCES = ["Finland joined in 2023. [1] ", "It has a **long** border. [2] ", "So it is. [1][2] "]
WHOLE = "".join(SENTENCES).replace("**", "*")


def section(text: str) -> list[dict[str, Any]]:
    return [{"type": "section", "text": {"type": "mrkdwn", "text": text}}]


FOOTER = section("Sources: Brief 17")
BLOCKS = [*section(WHOLE), *FOOTER]


@pytest.fixture
def clock(slack: FakeSlack, monkeypatch: pytest.MonkeyPatch) -> FastClock:
    """A clock moved by hand; the fake goes by it too."""
    fast = FastClock()
    for module in ("faults", "streams"):
        monkeypatch.setattr(f"tests.slack.fake.{module}.time", SimpleNamespace(monotonic=fast))
    return fast


@pytest.fixture
def outbox(slack: FakeSlack, clock: FastClock) -> Outbox:
    client = AsyncWebClient(slack.bot_token, base_url=slack.api)
    return Outbox(client, clock=clock, sleep=clock.sleep)


class Thread:
    """A question in a channel, and the stream that answers it."""

    def __init__(self, slack: FakeSlack, outbox: Outbox, clock: FastClock) -> None:
        self.slack, self.outbox, self.clock = slack, outbox, clock
        self.channel = slack.world.channel("general").id
        self.user = slack.world.user("alice").id
        self.ts = slack.world.add(Message(self.channel, slack.world.stamp(), self.user, "When?")).ts

    async def stream(self, marker: str = "a1") -> Stream:
        stream = await self.outbox.stream(self.channel, self.ts, self.user, TEAM, marker)
        assert stream
        return stream

    async def waiting(self, work: Any) -> Any:
        """Do something, letting time go by while it waits."""
        task = asyncio.ensure_future(work)
        while not task.done():
            await asyncio.sleep(0.004)
            if not task.done() and self._asleep():
                await self.clock.to_next(within=60)
        return await task

    def _asleep(self) -> bool:
        return all(call.outcome != "…" for call in self.slack.calls)

    async def say(self, stream: Stream, sentences: list[str] = SENTENCES) -> None:
        for sentence in sentences:
            await self.waiting(stream.append(sentence))
            await self.clock.advance(2)

    @property
    def answers(self) -> list[Message]:
        return [m for m in self.slack.world.thread(self.channel, self.ts) if m.by_bot]

    @property
    def only(self) -> Message:
        (answer,) = self.answers
        return answer

    def methods(self) -> list[str]:
        return [call.method.removeprefix("chat.") for call in self.slack.calls]

    def is_whole(self) -> bool:
        """One message stands, all of it, once, marked, no longer being streamed."""
        one = self.only
        streamed = (one.markdown, one.blocks) == ("".join(SENTENCES), FOOTER)
        posted = (one.text, one.blocks) in ((WHOLE, BLOCKS), (WHOLE, []))
        mark = (one.metadata or {}).get("event_payload")
        live = self.slack.streams.live(one)
        return (streamed or posted) and mark == {"answer_id": "a1"} and not live


@pytest.fixture
def thread(slack: FakeSlack, outbox: Outbox, clock: FastClock) -> Thread:
    return Thread(slack, outbox, clock)


# -- when all goes well ----------------------------------------------------------------------


async def test_sentences_appear_one_by_one_and_the_sources_below_them(thread: Thread) -> None:
    stream = await thread.stream()
    await stream.append(SENTENCES[0])
    assert thread.only.markdown == SENTENCES[0]
    assert stream.ts == thread.only.ts
    await thread.clock.advance(2)
    await stream.append(SENTENCES[1])
    assert thread.only.markdown == "".join(SENTENCES[:2])
    await thread.clock.advance(2)
    await stream.append(SENTENCES[2])
    posted = await stream.stop(WHOLE, BLOCKS, FOOTER)
    assert posted.ts == thread.only.ts
    assert thread.is_whole()
    assert thread.methods() == ["startStream", "appendStream", "appendStream", "stopStream"]
    assert thread.slack.violations == []


async def test_nothing_is_sent_before_the_first_sentence(thread: Thread) -> None:
    """And an answer that was never begun is posted whole."""
    stream = await thread.stream()
    assert thread.methods() == []
    await thread.waiting(stream.stop(WHOLE, BLOCKS, FOOTER))
    assert thread.methods() == ["postMessage"]
    assert thread.is_whole()


async def test_sentences_that_come_fast_are_sent_together(thread: Thread) -> None:
    stream = await thread.stream()
    for sentence in SENTENCES:
        await stream.append(sentence)
    await stream.stop(WHOLE, BLOCKS, FOOTER)
    assert thread.methods() == ["startStream", "stopStream"]
    assert thread.is_whole()


async def test_a_long_answer_is_sent_in_pieces_that_slack_takes(thread: Thread) -> None:
    sentence = "All of this is so. [1] "
    stream, many = await thread.stream(), (CHUNK * 3) // len(sentence)
    for _ in range(many):
        await stream.append(sentence)
    await thread.waiting(stream.stop("Short.", None, FOOTER))
    assert thread.only.markdown == sentence * many
    assert thread.slack.violations == []


async def test_a_direct_message_is_streamed_too(thread: Thread, slack: FakeSlack) -> None:
    thread.channel = slack.world.direct("alice").id
    thread.ts = slack.world.add(
        Message(thread.channel, slack.world.stamp(), thread.user, "When?")
    ).ts
    stream = await thread.stream()
    await thread.say(stream)
    await stream.stop(WHOLE, BLOCKS, FOOTER)
    assert thread.is_whole()


# -- limits ----------------------------------------------------------------------------------


async def test_fifteen_streams_start_in_a_minute_and_the_others_are_whole_messages(
    slack: FakeSlack, outbox: Outbox, clock: FastClock
) -> None:
    for _ in range(15):
        thread = Thread(slack, outbox, clock)
        stream = await thread.stream()
        await thread.waiting(stream.append(SENTENCES[0]))
        assert stream.ts
    assert await outbox.stream(thread.channel, thread.ts, thread.user, TEAM, "x") is None
    await clock.advance(60)
    assert await outbox.stream(thread.channel, thread.ts, thread.user, TEAM, "x")


async def test_a_start_that_is_limited_becomes_a_whole_message(thread: Thread) -> None:
    thread.slack.faults.script("chat.startStream", rate_limited(30))
    stream = await thread.stream()
    await thread.say(stream)
    await thread.waiting(stream.stop(WHOLE, BLOCKS, FOOTER))
    assert thread.methods() == ["startStream", "postMessage"]
    assert thread.is_whole()
    assert thread.slack.violations == []


async def test_a_limited_append_waits_and_loses_nothing(thread: Thread) -> None:
    thread.slack.faults.script("chat.appendStream", rate_limited(3))
    stream = await thread.stream()
    await thread.say(stream)
    await thread.waiting(stream.stop(WHOLE, BLOCKS, FOOTER))
    assert thread.is_whole()
    assert thread.only.markdown == "".join(SENTENCES)
    assert thread.slack.violations == []


# -- when it cannot begin --------------------------------------------------------------------


async def test_a_workspace_without_streams_is_asked_once(
    thread: Thread, outbox: Outbox, clock: FastClock
) -> None:
    thread.slack.rules.streams = False
    stream = await thread.stream()
    await thread.say(stream)
    await thread.waiting(stream.stop(WHOLE, BLOCKS, FOOTER))
    assert thread.is_whole()
    assert await outbox.stream(thread.channel, thread.ts, thread.user, TEAM, "a2") is None
    await clock.advance(601)
    assert await outbox.stream(thread.channel, thread.ts, thread.user, TEAM, "a2")


@pytest.mark.parametrize("code", ["missing_recipient_user_id", "channel_type_not_supported"])
async def test_a_refused_start_becomes_a_whole_message(thread: Thread, code: str) -> None:
    thread.slack.faults.script("chat.startStream", refused(code))
    stream = await thread.stream()
    await thread.say(stream)
    await thread.waiting(stream.stop(WHOLE, BLOCKS, FOOTER))
    assert thread.methods() == ["startStream", "postMessage"]
    assert thread.is_whole()
    await thread.stream()


async def test_a_start_whose_response_was_lost_is_found_and_goes_on(thread: Thread) -> None:
    """No second message is begun."""
    thread.slack.faults.script("chat.startStream", lost_response())
    stream = await thread.stream()
    await thread.say(stream)
    await thread.waiting(stream.stop(WHOLE, BLOCKS, FOOTER))
    assert thread.methods().count("startStream") == 1
    assert "postMessage" not in thread.methods()
    assert thread.is_whole()


async def test_two_streams_in_one_thread_are_not_taken_for_each_other(thread: Thread) -> None:
    first, second = await thread.stream("a0"), await thread.stream()
    await first.append(SENTENCES[0])
    await thread.clock.advance(2)
    thread.slack.faults.script("chat.startStream", cut())
    await thread.say(second)
    await thread.waiting(second.stop(WHOLE, BLOCKS, FOOTER))
    await thread.waiting(first.stop(SENTENCES[0], None, FOOTER))
    marks = {m.metadata["event_payload"]["answer_id"] for m in thread.answers if m.metadata}
    assert marks == {"a0", "a1"}
    assert len(thread.answers) == 2


async def test_a_start_that_was_cut_becomes_a_whole_message(thread: Thread) -> None:
    """After a look for a message that it may have made."""
    thread.slack.faults.script("chat.startStream", cut())
    stream = await thread.stream()
    await thread.say(stream)
    await thread.waiting(stream.stop(WHOLE, BLOCKS, FOOTER))
    assert "conversations.replies" in thread.methods()
    assert thread.is_whole()


# -- when it breaks on the way ---------------------------------------------------------------


async def test_a_stream_that_slack_dropped_is_replaced_by_the_whole_answer(thread: Thread) -> None:
    stream = await thread.stream()
    await thread.say(stream, SENTENCES[:2])
    thread.slack.streams.expire()
    await thread.say(stream, SENTENCES[2:])
    await thread.waiting(stream.stop(WHOLE, BLOCKS, FOOTER))
    assert thread.is_whole()
    assert thread.methods()[-1] == "update"
    assert thread.slack.violations == []


@pytest.mark.parametrize("fault", [cut(), lost_response(), server_error()])
async def test_an_append_with_an_unknown_outcome_shows_no_sentence_twice(
    thread: Thread, fault: Fault
) -> None:
    thread.slack.faults.script("chat.appendStream", fault)
    stream = await thread.stream()
    await thread.say(stream)
    await thread.waiting(stream.stop(WHOLE, BLOCKS, FOOTER))
    assert thread.only.text == WHOLE
    assert thread.is_whole()
    assert thread.slack.violations == []


@pytest.mark.parametrize(
    "fault", [cut(), lost_response(), server_error(), refused("invalid_blocks")]
)
async def test_an_end_that_fails_ends_in_the_whole_answer(thread: Thread, fault: Fault) -> None:
    thread.slack.faults.script("chat.stopStream", fault)
    stream = await thread.stream()
    await thread.say(stream)
    await thread.waiting(stream.stop(WHOLE, BLOCKS, FOOTER))
    assert thread.is_whole()


async def test_a_stream_is_closed_before_slack_drops_it(thread: Thread) -> None:
    """Even while nobody adds to it; the whole answer takes its place later."""
    stream = await thread.stream()
    await thread.say(stream, SENTENCES[:1])
    await thread.clock.advance(LIFE - 10)
    assert thread.slack.streams.live(thread.only)
    await thread.clock.advance(10)
    await settle()
    assert not thread.slack.streams.live(thread.only)
    await thread.say(stream, SENTENCES[1:])
    await thread.waiting(stream.stop(WHOLE, BLOCKS, FOOTER))
    assert thread.is_whole()
    assert thread.slack.violations == []


async def test_a_message_that_cannot_be_changed_gives_way_to_a_new_one(thread: Thread) -> None:
    """And the half one is taken away."""
    thread.slack.faults.script("chat.update", refused("cant_update_message"))
    stream = await thread.stream()
    await thread.say(stream, SENTENCES[:1])
    thread.slack.streams.expire()
    await thread.waiting(stream.stop(WHOLE, BLOCKS, FOOTER))
    assert thread.methods()[-3:] == ["update", "postMessage", "delete"]
    assert thread.is_whole()


async def test_an_answer_that_fails_after_its_start_is_replaced_by_what_to_say(
    thread: Thread,
) -> None:
    stream = await thread.stream()
    await thread.say(stream, SENTENCES[:2])
    await thread.waiting(stream.replace("The library went away.", None))
    assert (thread.only.text, thread.only.blocks) == ("The library went away.", [])
    assert not thread.slack.streams.live(thread.only)


async def test_a_revoked_token_is_told_and_not_tried_again(thread: Thread) -> None:
    stream = await thread.stream()
    await thread.say(stream, SENTENCES[:1])
    thread.slack.rules.revoked = True
    before = len(thread.slack.calls)
    with pytest.raises(Undeliverable) as caught:
        await thread.waiting(stream.stop(WHOLE, BLOCKS, FOOTER))
    assert caught.value.everywhere
    assert len(thread.slack.calls) - before <= 3


# -- Stop ------------------------------------------------------------------------------------


async def test_stop_is_heard_at_the_next_sentence_and_nothing_more_is_said(
    thread: Thread,
) -> None:
    stream = await thread.stream()
    await thread.say(stream, SENTENCES[:1])
    thread.slack.streams.stop_by_user(thread.channel, thread.ts)
    with pytest.raises(Stopped):
        await stream.append(SENTENCES[1])
    with pytest.raises(Stopped):
        await stream.stop(WHOLE, BLOCKS, FOOTER)
    assert thread.only.markdown == SENTENCES[0]


async def test_stop_is_heard_at_the_end(thread: Thread) -> None:
    stream = await thread.stream()
    await thread.say(stream, SENTENCES[:1])
    thread.slack.streams.stop_by_user(thread.channel, thread.ts)
    with pytest.raises(Stopped):
        await stream.stop(WHOLE, BLOCKS, FOOTER)
    await thread.waiting(stream.replace("Stopped.", None))
    assert thread.only.text == "Stopped."


# -- whatever happens ------------------------------------------------------------------------


@pytest.mark.parametrize("seed", range(40))
async def test_no_half_and_no_double_answer_is_left_standing(thread: Thread, seed: int) -> None:
    """Faults by chance in every method, for as long as they may last and be got over."""
    chance = random.Random(seed)
    faults = [cut(), lost_response(), server_error(), rate_limited(2), None, None, None]
    for method in ("startStream", "appendStream", "stopStream", "update", "postMessage"):
        plan = [chance.choice(faults) for _ in range(4)]
        thread.slack.faults.script(f"chat.{method}", plan)
    thread.slack.faults.script("conversations.replies", [chance.choice(faults) for _ in range(3)])
    stream = await thread.stream()
    for sentence in SENTENCES:
        if chance.random() < 0.2:
            thread.slack.streams.expire()
        await thread.say(stream, [sentence])
    await thread.waiting(stream.stop(WHOLE, BLOCKS, FOOTER))
    assert thread.is_whole(), thread.methods()
    assert not [words for words in thread.slack.violations if "Retry-After" in words]
