"""An answer shown sentence by sentence ends as one whole message, whatever happens on the way."""

import asyncio
import random
from collections.abc import AsyncIterator, Callable
from types import SimpleNamespace
from typing import Any

import pytest
from slack_sdk.web.async_client import AsyncWebClient

from bot.answering.answer import Sentence
from bot.checking.verdict import Verdict
from bot.jobs.worker import Lease
from bot.ledger.ledger import Ledger
from bot.slack import answering
from bot.slack.access.audience import Visible
from bot.slack.answering import SlackReply
from bot.slack.blocks.elements import Message as Shown
from bot.slack.delivery import questions
from bot.slack.delivery.inbox import Inbox
from bot.slack.delivery.outbox import Outbox
from bot.slack.delivery.questions import Questions
from bot.slack.delivery.records import Records
from bot.slack.types import AskedVia, Incoming, QuestionOutcome
from index.storage.database import Database
from tests.slack.delivery.fast_clock import FastClock
from tests.slack.fake import (
    TEAM,
    FakeSlack,
    Message,
    cut,
    lost_response,
    rate_limited,
    refused,
    server_error,
)
from tests.slack.fake.player import is_growing

pytestmark = pytest.mark.anyio

SENTENCES = [
    Sentence(text, (1,), Verdict.SUPPORTED)
    for text in ("Finland joined.", "It has a border.", "So it is.")
]
WHOLE = "Finland joined. [1] It has a border. [1] So it is. [1]"
BLOCKS = ({"type": "section", "text": {"type": "mrkdwn", "text": f"{WHOLE} Sources: Brief 17"}},)


class Thread:
    """A question in a channel, and processes that answer it one after the other."""

    def __init__(self, slack: FakeSlack, clock: FastClock, database: Database) -> None:
        self.slack, self.clock, self.database = slack, clock, database
        self.channel = slack.world.channel("general").id
        self.now, self.processes, self.pause = 1_800_000_000.0, 0, 4.0
        self.growth: list[str] = []  # what stood after each sentence
        self.patient = False  # the next sentence comes once the last is shown

    def ask(self) -> None:
        alice = self.slack.world.user("alice").id
        asked = Message(self.channel, self.slack.world.stamp(), alice, "When?")
        self.ts = self.slack.world.add(asked).ts
        self.inbox = self.process()
        self.inbox.accept(Incoming(TEAM, self.channel, self.ts, alice, "When?", AskedVia.MENTION))

    def process(self) -> Inbox:
        """Another process; what the one before held may be taken."""
        self.processes += 1
        self.now += 100
        at = self.now
        return Inbox(self.database, f"process {self.processes}", clock=lambda: at)

    async def answer(self, *, die_after: int | None = None) -> None:
        """Work on the question; die after so many calls, counted from now."""
        inbox = self.process()
        job = await asyncio.to_thread(inbox.queue.take, ["question"])
        if job is None:  # the process before came to its end while it died
            return
        client = AsyncWebClient(self.slack.bot_token, base_url=self.slack.api)
        ledger = Ledger(self.database)
        parts: Any = SimpleNamespace(
            inbox=inbox, ledger=ledger, model="fake", records=Records(inbox.queue, ledger),
            library=SimpleNamespace(briefs=lambda _: ((), ())),
            outbox=Outbox(client, clock=self.clock, sleep=self.clock.sleep),
        )  # fmt: skip
        work = asyncio.create_task(Questions(parts).handle(Lease(inbox.queue, job)))
        before = len(self.slack.calls)
        while not work.done():
            await asyncio.sleep(0.001)
            if die_after is not None and len(self.slack.calls) - before > die_after:
                work.cancel()
                break
        [failure] = await asyncio.gather(work, return_exceptions=True)
        if isinstance(failure, Exception):
            raise failure

    async def reply(
        self, parts: Any, _in: Any, _set: Any, on_sentence: Any, name: str
    ) -> SlackReply:
        """What the model writes: a sentence every few seconds."""
        for sentence in SENTENCES:
            if on_sentence:
                on_sentence(sentence, ())
            await self.clock.sleep(self.pause)
            while self.patient and not any(sentence.text in one.text for one in self.answers):
                await asyncio.sleep(0.002)
            self.growth += [one.text for one in self.answers if is_growing(one)]
        await asyncio.to_thread(
            parts.ledger.append, name, {"answered": True}, {"question": "When?"}
        )
        answer: Any = SimpleNamespace(answer_id=name)
        return SlackReply(QuestionOutcome.ANSWERED, (Shown(WHOLE, BLOCKS),), answer, WHOLE)

    @property
    def answers(self) -> list[Message]:
        return [one for one in self.slack.world.thread(self.channel, self.ts) if one.by_bot]

    def is_whole(self) -> None:
        """One message stands, all of it, marked and on record; the question has ended."""
        [answer] = self.answers
        assert (answer.text, answer.blocks) == (WHOLE, list(BLOCKS))
        entry = self.inbox.by_question(TEAM, self.channel, self.ts)
        assert entry
        assert (entry.outcome, entry.message_ts) == (QuestionOutcome.ANSWERED, answer.ts)
        assert (answer.metadata or {})["event_payload"] == {"answer_id": entry.answer_id}
        [record] = Ledger(self.database).further(str(entry.answer_id))
        assert record.private
        assert (record.private["ts"], record.private["text"]) == (answer.ts, WHOLE)

    def methods(self) -> list[str]:
        calls = [call.method.removeprefix("chat.") for call in self.slack.calls]
        return [one for one in calls if "essions" not in one and "assistant" not in one]


@pytest.fixture
async def thread(
    slack: FakeSlack, tmp_path, monkeypatch: pytest.MonkeyPatch
) -> AsyncIterator[Thread]:
    async with FastClock() as clock:
        monkeypatch.setattr("tests.slack.fake.faults.time", SimpleNamespace(monotonic=clock))
        database = Database(f"sqlite:///{tmp_path}/library.db")
        made = Thread(slack, clock, database)
        monkeypatch.setattr(answering, "reply_to", made.reply)

        async def setting(*_: object) -> object:
            return SimpleNamespace(alone=False, visible=Visible(frozenset({"default"})))

        monkeypatch.setattr(answering, "setting_of", setting)
        monkeypatch.setattr(questions, "ANSWER_SECONDS", 600.0)
        made.ask()
        yield made
        database.close()


async def test_sentences_appear_one_by_one_and_the_whole_takes_their_place(thread: Thread) -> None:
    thread.patient = True
    await thread.answer()
    thread.is_whole()
    assert thread.methods() == ["postMessage", "update", "update", "update"]
    first, *_, last = thread.growth
    assert "Finland joined. [1]" in first
    assert "It has a border." not in first
    assert "So it is. [1]" in last
    assert thread.slack.violations == []


async def test_sentences_that_come_fast_are_shown_together(thread: Thread) -> None:
    """A message is changed every three seconds at most."""
    thread.pause = 0.1
    await thread.answer()
    thread.is_whole()
    assert len(thread.methods()) <= 3


async def test_where_the_channel_is_busy_the_answer_is_posted_whole(
    thread: Thread, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Outbox, "may_post", lambda *_: False)
    await thread.answer()
    thread.is_whole()
    assert thread.methods() == ["postMessage"]


@pytest.mark.parametrize(
    ("method", "fault", "then"),
    [
        ("chat.postMessage", lost_response(), ["update"]),  # found, and goes on
        ("chat.update", rate_limited(2), ["update"]),
        ("chat.update", cut(), ["update"]),  # no more is shown until the whole
        ("chat.update", refused("cant_update_message"), ["update"]),
    ],
    ids=["post lost", "update limited", "update cut", "update refused"],
)
async def test_what_breaks_on_the_way_is_made_good_at_the_end(
    thread: Thread, method: str, fault: Any, then: list[str]
) -> None:
    thread.slack.faults.script(method, fault)
    await thread.answer()
    thread.is_whole()
    assert thread.methods()[-1:] == then
    assert thread.methods().count("postMessage") == 1


async def test_a_message_that_cannot_be_changed_gives_way_to_a_new_one(thread: Thread) -> None:
    thread.slack.faults.script("chat.update", lambda number, args: refused("cant_update_message"))
    await thread.answer()
    thread.is_whole()
    assert thread.methods()[-2:] == ["postMessage", "delete"]


async def test_an_answer_that_fails_after_its_start_is_replaced_by_what_to_say(
    thread: Thread, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def broken(
        parts: Any, _in: Any, _set: Any, on_sentence: Callable, name: str
    ) -> SlackReply:
        on_sentence(SENTENCES[0], ())
        await thread.clock.sleep(5)
        raise RuntimeError("the library went away")

    monkeypatch.setattr(answering, "reply_to", broken)
    await thread.answer()
    [answer] = thread.answers
    assert answer.text.startswith("I could not answer this.")
    assert not is_growing(answer)


async def test_an_old_half_message_without_a_mark_is_made_whole(thread: Thread) -> None:
    half = await AsyncWebClient(thread.slack.bot_token, base_url=thread.slack.api).chat_postMessage(
        channel=thread.channel, thread_ts=thread.ts, text="Finland"
    )
    with thread.database.write() as connection:
        connection.exec_driver_sql(f"UPDATE slack_questions SET message_ts = '{half['ts']}'")
    await thread.answer()
    thread.is_whole()


async def test_no_half_and_no_double_answer_is_left_standing(thread: Thread) -> None:
    """Faults by chance in every method, and processes that die after any call."""
    faults = [cut(), lost_response(), server_error(), rate_limited(2), None, None, None]
    for seed in range(40):
        chance = random.Random(seed)
        thread.slack.faults.clear()
        if seed:
            thread.ask()
        for method in ("chat.update", "chat.postMessage", "conversations.replies"):
            plan = [chance.choice(faults) for _ in range(3)]
            thread.slack.faults.script(method, plan)
        deaths = [chance.randrange(7) for _ in range(chance.randrange(3))]
        for die_after in deaths:
            if thread.inbox.queue.waiting("question"):
                await thread.answer(die_after=die_after)
        if thread.inbox.queue.waiting("question"):
            await thread.answer()
        Records(thread.process().queue, Ledger(thread.database)).record()
        try:
            thread.is_whole()
        except (AssertionError, ValueError) as error:
            entry = thread.inbox.by_question(TEAM, thread.channel, thread.ts)
            calls = [f"{call.method}:{call.outcome}" for call in thread.slack.calls[-12:]]
            raise AssertionError(f"seed {seed}, deaths {deaths}: {entry}, {calls}") from error
    assert not [words for words in thread.slack.violations if "Retry-After" in words]
