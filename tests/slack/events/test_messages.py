"""What is let in: mentions, direct messages, follow-ups, edits and deletions, each once."""

import pytest

from bot.slack.bot import RunningBot
from bot.slack.types import AskedVia, ChannelSettings
from tests.slack.bots import held
from tests.slack.fake import BOT_USER, FakeSlack

pytestmark = pytest.mark.anyio

LEASE = "Who called the lease a mistake?"
BRANDT = "Minister Ilse Brandt called the lease a mistake."


async def is_silent(slack: FakeSlack, ts: str) -> None:
    await slack.quiet(0.6)
    assert slack.answers_to(ts) == []


async def test_a_mention_is_answered_in_its_thread(bot: RunningBot, office: FakeSlack) -> None:
    """With the sentence, its source, buttons, and the answer's id in the metadata."""
    ts = await office.mention("#desk", "alice", LEASE)
    answer = await office.answer_to(ts)
    assert (answer.channel, answer.thread_ts) == (office.world.channel("desk").id, ts)
    assert BRANDT in answer.said
    assert "[1] Port Aurelia: lease and ownership, 2024-03-05, page 1" in answer.said
    for label in ("Show passages", "Ask privately", "Good answer", "Bad answer"):
        assert label in answer.said
    assert "Quoted from the briefs by software" in answer.said
    inbox = bot.parts.inbox
    claim = await office.until(
        lambda: (one := inbox.by_question("T0FAKE", answer.channel, ts)) and one.outcome and one
    )
    assert claim.message_ts == answer.ts
    assert answer.metadata == {
        "event_type": "brief_answer", "event_payload": {"answer_id": claim.answer_id},
    }  # fmt: skip
    assert bot.parts.ledger.get(claim.answer_id).body["answered"]


async def test_a_direct_message_needs_no_mention(bot: RunningBot, office: FakeSlack) -> None:
    """It is answered below itself, and cannot be shared or asked privately."""
    ts = await office.ask("alice", LEASE)
    answer = await office.answer_to(ts)
    assert BRANDT in answer.said
    assert answer.thread_ts == ts
    assert "Ask privately" not in answer.said
    assert "Share" not in answer.said


async def test_while_it_searches_a_status_is_shown(bot: RunningBot, office: FakeSlack) -> None:
    """It is taken away with the answer; without sessions the older call says how many briefs."""
    ts = await office.ask("alice", LEASE)
    await office.answer_to(ts)
    await office.quiet()
    session = office.world.sessions[office.dm("alice").id, ts]
    assert session.history == ["processing", "active"]
    office.rules.sessions = False
    ts = await office.ask("alice", LEASE)
    await office.answer_to(ts)
    await office.quiet()
    history = office.world.sessions[office.dm("alice").id, ts].history
    assert history == ["searching 2 briefs", ""]


async def test_a_follow_up_needs_no_mention_and_knows_the_thread(
    bot: RunningBot, office: FakeSlack
) -> None:
    """ "She" is the minister of the question before."""
    ts = await office.mention("#desk", "alice", LEASE)
    await office.answer_to(ts)
    follow_up = await office.say("#desk", "bob", "What did she promise in 2024?", ts)
    assert "bring it back under public ownership" in (await office.answer_to(follow_up)).said


async def test_talk_among_people_is_left_alone(bot: RunningBot, office: FakeSlack) -> None:
    """Outside its threads, to somebody else in them, and by bots or itself."""
    await is_silent(office, await office.say("#desk", "alice", LEASE))
    ts = await office.mention("#desk", "alice", LEASE)
    await office.answer_to(ts)
    bob = office.world.user("bob").id
    await is_silent(office, await office.say("#desk", "alice", f"<@{bob}> who leased it?", ts))
    await is_silent(office, await office.say("#desk", BOT_USER, "@briefs Who leased it?", ts))
    await is_silent(office, await office.say("#desk", "bob", "Who leased it?", ts, bot_id="B9"))


async def test_stop_keeps_it_out_until_it_is_mentioned(bot: RunningBot, office: FakeSlack) -> None:
    """No follow-up is answered after "stop"; a mention is, and follow-ups after it."""
    ts = await office.mention("#desk", "alice", LEASE)
    await office.answer_to(ts)
    stop = await office.say("#desk", "bob", "stop", ts)
    assert "I stay out of this thread" in (await office.answer_to(stop)).said
    await is_silent(office, await office.say("#desk", "bob", "Who leased the harbour?", ts))
    again = await office.mention("#desk", "bob", "Who leased the harbour?", ts)
    assert "Brandt" in (await office.answer_to(again)).said
    more = await office.say("#desk", "bob", "How many years is the harbour leased?", ts)
    assert "99 years" in (await office.answer_to(more)).said


async def test_a_channel_may_want_its_questions_answered_unasked(
    bot: RunningBot, office: FakeSlack
) -> None:
    desk = office.world.channel("desk").id
    bot.parts.preferences.put("T0FAKE", desk, ChannelSettings(unasked=True))
    assert BRANDT in (await office.answer_to(await office.say("#desk", "bob", LEASE))).said
    await is_silent(office, await office.say("#desk", "bob", "The lease was a mistake, I think."))


async def test_two_events_of_one_message_are_one_question(
    bot: RunningBot, office: FakeSlack
) -> None:
    """`app_mention` and `message`, each delivered three times, in another order."""
    async with office.sockets.shuffled(3):
        ts = await office.mention("#desk", "alice", LEASE, copies=3)
    await office.answer_to(ts)
    await office.quiet(0.6)
    assert len(office.answers_to(ts)) == 1
    # Two events, and the bot's own post.
    assert len({ack.event_id for ack in office.sockets.acks}) == 3


async def test_an_edit_before_it_is_taken_is_what_is_answered(
    bot: RunningBot, office: FakeSlack, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Also when the edit arrives before the question."""
    with monkeypatch.context() as busy:
        busy.setattr(bot.parts.queue, "take", lambda kinds, lane=None: None)
        async with office.sockets.shuffled(5):
            ts = await office.mention("#desk", "alice", "Who leased the harbour?")
            await office.edit("#desk", ts, f"@briefs {LEASE}")
        await office.sockets.settled()
    assert BRANDT in (await office.answer_to(ts)).said
    await office.quiet(0.6)
    assert len(office.answers_to(ts)) == 1


async def test_an_edit_after_the_answer_is_offered_to_be_answered_again(
    bot: RunningBot, office: FakeSlack
) -> None:
    """To the asker alone; nothing is answered anew by itself."""
    ts = await office.mention("#desk", "alice", "Who leased the harbour?")
    await office.answer_to(ts)
    await office.quiet()
    await office.edit("#desk", ts, f"@briefs {LEASE}")
    await office.until(lambda: office.world.ephemeral, 5, "an offer")
    offer = office.world.ephemeral[0]
    assert "You changed this question after it was answered." in offer.said
    assert "Answer it again" in offer.said
    assert (offer.to, offer.thread_ts) == (office.world.user("alice").id, ts)
    await office.quiet(0.6)
    assert len([m for m in office.answers_to(ts) if not m.to]) == 1


async def test_a_question_deleted_before_its_answer_is_not_answered(
    bot: RunningBot, office: FakeSlack
) -> None:
    """In whatever order question and deletion come; its follow-up neither."""
    async with office.sockets.shuffled(2):
        ts = await office.mention("#desk", "alice", LEASE)
        await office.delete("#desk", ts)
    await office.quiet(0.8)
    assert not office.answers()
    assert bot.parts.inbox.counts()["withdrawn"] == 1


async def test_what_comes_is_acknowledged_before_it_is_answered(
    bot: RunningBot, office: FakeSlack
) -> None:
    """Whatever it is: nothing waits for an answer."""
    with held(bot):
        ts = await office.mention("#desk", "alice", LEASE)
        await office.open_home("alice")
        await office.join("#desk", "gwen")
        await office.sockets.settled()
        assert office.answers_to(ts) == []
    await office.answer_to(ts)


async def test_a_question_is_in_the_inbox_before_it_is_acknowledged(
    bot: RunningBot, office: FakeSlack, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Where the database is away Slack is not told, and delivers again."""
    office.rules.redeliver_seconds = 0.5
    accept, failures = bot.parts.inbox.accept_all, iter([OSError("gone"), OSError("gone")])

    def failing(asked: object) -> object:
        for failure in failures:
            raise failure
        return accept(asked)  # type: ignore[arg-type]

    monkeypatch.setattr(bot.parts.inbox, "accept_all", failing)
    ts = await office.ask("alice", LEASE)
    assert BRANDT in (await office.answer_to(ts)).said
    claim = bot.parts.inbox.by_question("T0FAKE", office.dm("alice").id, ts)
    assert claim
    assert claim.incoming.kind is AskedVia.DIRECT
