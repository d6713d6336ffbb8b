"""What is answered where: declined, private, nothing visible; and nothing leaks from elsewhere."""

from collections.abc import AsyncIterator

import pytest

from bot.slack import phrases
from bot.slack.access.audience import Hindrance
from bot.slack.bot import RunningBot
from bot.slack.types import Answering, ChannelSettings
from index.library import Library
from tests.slack.bots import CANARY, answering_bot, settled
from tests.slack.fake import FakeSlack

pytestmark = pytest.mark.anyio

LEASE = "Who called the lease a mistake?"
BRANDT = "Minister Ilse Brandt called the lease a mistake."
PLAN = f"When does the board want to take over the {CANARY} Shipping Company?"


async def test_what_no_brief_is_about_is_declined(bot: RunningBot, office: FakeSlack) -> None:
    """With the number of briefs searched, no passage, and a button that asks the librarians."""
    ts = await office.mention("#desk", "alice", "What is the melting point of tungsten?")
    answer = await office.answer_to(ts)
    assert answer.text == "I found nothing on this in 2 briefs."
    assert "Ask the librarians" in answer.said
    await office.quiet()
    assert bot.parts.inbox.counts()["declined"] == 1


async def test_small_talk_is_no_question_to_the_briefs(bot: RunningBot, office: FakeSlack) -> None:
    """It is answered in a line, without passages."""
    ts = await office.ask("alice", "Thank you!")
    assert (await office.answer_to(ts)).text == phrases.WELCOME


async def test_where_nothing_may_be_seen_it_is_said_why(bot: RunningBot, office: FakeSlack) -> None:
    """A guest in the channel, or a shared one: one line, no passage, no number, no record."""
    for channel, why in {"#general": Hindrance.GUESTS, "#partners": Hindrance.SHARED}.items():
        ts = await office.mention(channel, "alice", LEASE)
        answer = await office.answer_to(ts)
        assert answer.text == phrases.hindered(why)
        assert len(answer.blocks) == 1
    ts = await office.ask("gwen", LEASE)
    assert (await office.answer_to(ts)).text == phrases.hindered(Hindrance.GUEST)
    assert not any("searching" in str(call.args) for call in office.calls)


async def test_a_channel_may_be_answered_privately(bot: RunningBot, office: FakeSlack) -> None:
    """The asker alone sees the answer, and may share it."""
    desk = office.world.channel("desk").id
    bot.parts.preferences.put("T0FAKE", desk, ChannelSettings(answering=Answering.PRIVATE))
    ts = await office.mention("#desk", "alice", LEASE)
    answer = await office.answer_to(ts)
    assert answer.to == office.world.user("alice").id
    assert BRANDT in answer.said
    assert "Share with channel" in answer.said
    await office.quiet()
    assert len(office.answers()) == 1
    assert not office.calls_of("chat.postMessage")


@pytest.fixture
async def board(office: FakeSlack, library: Library) -> AsyncIterator[RunningBot]:
    """The bot where #deals may see what the board has, and Ada is of the board."""
    group = office.world.add_group("board", "ada")
    rule = {"groups": [group], "channels": [office.world.channel("deals").id]}
    async with answering_bot(office, library, collections={"board": rule}) as bot:
        yield bot
        await office.quiet()
    settled(office)


async def test_who_may_see_it_is_answered(board: RunningBot, office: FakeSlack) -> None:
    """In the channel listed, and to a member of the group alone; nowhere else."""
    assert "June 2025" in (await office.answer_to(await office.mention("#deals", "bob", PLAN))).said
    assert "June 2025" in (await office.answer_to(await office.ask("ada", PLAN))).said
    assert CANARY not in (await office.answer_to(await office.ask("alice", PLAN))).said
    assert CANARY not in (await office.answer_to(await office.mention("#desk", "ada", PLAN))).said


async def test_a_narrowed_channel_is_answered_from_its_own_collections(
    board: RunningBot, office: FakeSlack
) -> None:
    """/briefs settings takes away, and adds nothing."""
    deals = office.world.channel("deals").id
    board.parts.preferences.put("T0FAKE", deals, ChannelSettings(collections=("board",)))
    assert BRANDT not in (await office.answer_to(await office.mention("#deals", "ada", LEASE))).said
    assert "June 2025" in (await office.answer_to(await office.mention("#deals", "ada", PLAN))).said
