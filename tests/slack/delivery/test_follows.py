"""Followers hear of new briefs on their topics: once, with the sentence, and what they may read."""

from dataclasses import replace

import pytest

from bot.jobs.queue import NewJob
from bot.jobs.watching import WATCHED
from bot.slack import phrases
from bot.slack.bot import RunningBot
from bot.slack.delivery.erasing import forget_person
from bot.slack.delivery.follows import FOLLOWED, WEEK, FollowedTopics
from index.library import Library
from tests.slack.bots import told
from tests.slack.fake import FakeSlack, Message
from tests.tamara import draft

pytestmark = pytest.mark.anyio

NEW = draft(
    "Grain by rail",
    "2024-06-02",
    ("Exports of grain by rail doubled in May 2024. The port of Aurelia stood empty.",),
)


async def command(slack: FakeSlack, text: str, user: str = "alice") -> Message:
    before = sum(one.to == slack.world.user(user).id for one in slack.world.ephemeral)
    await slack.command("/briefs", text, user, "desk")
    return await told(slack, user, before + 1)


async def rounds(
    bot: RunningBot, office: FakeSlack, followed: FollowedTopics | None = None
) -> None:
    await (followed or FollowedTopics(bot.parts)).round()
    await office.until(lambda: not bot.parts.queue.waiting(FOLLOWED), 120, "all are told")
    await office.quiet()


def news(office: FakeSlack) -> list[Message]:
    return [one for one in office.answers() if "New on" in one.said]


def publish(library: Library, collection: str = "default") -> None:
    library.publish([replace(NEW, brief=replace(NEW.brief, collection=collection))])


async def test_topics_are_followed_listed_and_followed_no_longer(
    bot: RunningBot, office: FakeSlack
) -> None:
    assert "You follow “grain exports”" in (await command(office, "follow grain exports")).said
    assert phrases.FOLLOWED_ALREADY in (await command(office, "follow Grain exports")).said
    assert "• grain exports" in (await command(office, "follow")).said
    assert phrases.UNFOLLOWED in (await command(office, "unfollow GRAIN exports")).said
    assert "You do not follow" in (await command(office, "unfollow grain exports")).said
    assert phrases.FOLLOWS_NOTHING in (await command(office, "follow")).said
    assert office.violations == []


async def test_a_follower_is_told_of_a_new_brief_once_with_its_sentence(
    bot: RunningBot, office: FakeSlack
) -> None:
    """In the direct message; of what was there before nothing is said, nor twice of the new."""
    await command(office, "follow grain exports")
    await rounds(bot, office)
    assert news(office) == []
    publish(bot.parts.library)
    for _ in range(2):
        await rounds(bot, office)
    [message] = news(office)
    assert message.channel == office.dm("alice").id
    assert "Exports of grain by rail doubled in May 2024." in message.said
    assert "Grain by rail" in message.said
    assert "2024" in message.said


async def test_nobody_is_told_of_what_they_may_not_read(bot: RunningBot, office: FakeSlack) -> None:
    FollowedTopics(bot.parts).add(office.world.user("gwen").id, "grain exports")
    FollowedTopics(bot.parts).add(office.world.user("alice").id, "grain exports")
    publish(bot.parts.library, "board")
    await rounds(bot, office)
    assert news(office) == []


async def test_a_digest_comes_once_a_week(bot: RunningBot, office: FakeSlack) -> None:
    now = [1_000_000.0]
    followed = FollowedTopics(bot.parts, clock=lambda: now[0])
    alice = office.world.user("alice").id
    followed.add(alice, "grain exports")
    assert followed.digest(alice, weekly=True)
    publish(bot.parts.library)
    await rounds(bot, office, followed)
    assert news(office) == []
    now[0] += WEEK
    await rounds(bot, office, followed)
    assert len(news(office)) == 1


async def test_whoever_is_forgotten_follows_nothing(bot: RunningBot, office: FakeSlack) -> None:
    alice = office.world.user("alice").id
    FollowedTopics(bot.parts).add(alice, "grain exports")
    forget_person(bot.parts.library.database, f"slack:{bot.parts.team}:{alice}")
    assert FollowedTopics(bot.parts).of(alice) == ([], False)


async def test_a_channel_is_told_of_a_watched_source_if_all_in_it_may_read(
    bot: RunningBot, office: FakeSlack
) -> None:
    desk = office.world.channel("desk").id
    for name, collection in (("osw", "default"), ("secret", "board")):
        told = {"name": name, "channel": desk, "collection": collection}
        lines = [["new", "Grain by rail"], ["no longer listed", "https://e.example/a"]]
        bot.parts.queue.add(NewJob(WATCHED, f"{name}/1", payload={**told, "lines": lines}))
    await office.until(lambda: not bot.parts.queue.waiting(WATCHED), 120, "all are told")
    await office.quiet()
    [message] = [one for one in office.answers() if "2 changes" in one.said]
    assert message.channel == desk
    assert "osw: 2 changes" in message.said
    assert "new: Grain by rail" in message.said
