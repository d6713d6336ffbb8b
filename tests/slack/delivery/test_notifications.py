"""Askers hear of corrected briefs: once, where they asked, what they may see, and nothing else."""

import asyncio
import json
import time
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from sqlalchemy import select, update

from bot.jobs.queue import Queue, jobs
from bot.slack import bot as running
from bot.slack.bot import RunningBot
from bot.slack.delivery.notifications import DAYS, NOTIFICATION, Notifier
from index.library import Library
from index.storage.schema import CURRENT
from tests.slack import fake
from tests.slack.bots import answering_bot, settled
from tests.slack.fake import FakeSlack, Message
from tests.tamara import HARBOUR, WHEAT, draft

pytestmark = pytest.mark.anyio

FELL = "By how much did wheat exports of Tamara fall in 2023?"
RECOVERY = "When does the farm ministry expect a recovery?"
LEASE = "Who called the lease a mistake?"


def correct(library: Library) -> None:
    """12 percent become 15; everything else of the brief stands."""
    title, date, paragraphs = WHEAT
    library.publish(
        [draft(title, date, tuple(one.replace("12 percent", "15 percent") for one in paragraphs))]
    )


def withdraw(library: Library, title: str = HARBOUR[0]) -> None:
    [row] = [one for one in library.versions()
             if one.brief.title == title and one.state == CURRENT]  # fmt: skip
    rendition = library.rendition(row.brief.source, row.brief.collection)
    assert rendition
    library.publish((), [rendition])


def notices(slack: FakeSlack) -> list[Message]:
    return [one for one in slack.answers() if "behind this answer" in one.said]


async def noticed(bot: RunningBot, office: FakeSlack, notifier: Notifier | None = None) -> None:
    """Make a round, and wait until everybody is told."""
    await (notifier or Notifier(bot.parts)).round()
    await office.until(lambda: not bot.parts.queue.waiting(NOTIFICATION), 120, "all are told")
    await office.quiet()


async def answered(slack: FakeSlack, place: str, user: str, question: str) -> Message:
    message = await slack.answer_to(await slack.mention(place, user, question), 120)
    await slack.quiet()
    return message


def _style(message: Message, style: str) -> list[str]:
    """Stretches of a message that are struck, or bold."""
    return [
        one["text"]
        for block in message.blocks
        for part in block.get("elements", ())
        for one in part.get("elements", ())
        if one.get("style", {}).get(style)
    ]


async def test_the_asker_is_told_in_the_thread_once(bot: RunningBot, office: FakeSlack) -> None:
    """With the words that changed; not in the next round, nor by another process."""
    answer = await answered(office, "#desk", "alice", FELL)
    assert "12 percent" in answer.said
    correct(bot.parts.library)
    notifiers = [Notifier(bot.parts) for _ in range(3)]
    await asyncio.gather(*(one.round() for one in notifiers))
    for one in [*notifiers, Notifier(bot.parts)]:
        await noticed(bot, office, one)
    [notice] = notices(office)
    assert notice.thread_ts == answer.thread_ts
    assert notice.to is None
    today = time.gmtime()
    assert f"A brief behind this answer of {today.tm_mday} " in notice.said
    assert "was corrected" in notice.said
    assert "12" in _style(notice, "strike")
    assert "15" in _style(notice, "bold")
    assert "by 15 percent in 2023" in notice.text
    assert "Wheat exports of Tamara" in notice.said


async def test_a_withdrawn_brief_is_told_of_and_a_second_correction_too(
    bot: RunningBot, office: FakeSlack
) -> None:
    await answered(office, "#desk", "alice", FELL)
    notifier = Notifier(bot.parts)
    correct(bot.parts.library)
    await noticed(bot, office, notifier)
    withdraw(bot.parts.library, WHEAT[0])
    await noticed(bot, office, notifier)
    await noticed(bot, office, notifier)
    first, second = notices(office)
    assert "was corrected" in first.said
    assert "was removed" in second.said
    assert "no longer in the library" in second.said


async def test_who_was_answered_alone_is_told_alone(bot: RunningBot, office: FakeSlack) -> None:
    """In the direct message, with the question; the channel hears nothing."""
    await office.command("/briefs", f"ask {FELL}", "alice", "desk")
    await office.until(lambda: office.world.ephemeral, 120, "an answer")
    await office.quiet()
    ts = await office.ask("bob", FELL)
    await office.answer_to(ts, 120)
    await office.quiet()
    correct(bot.parts.library)
    await noticed(bot, office)
    found = {one.channel: one for one in notices(office)}
    assert set(found) == {office.dm("alice").id, office.dm("bob").id}
    assert f"You asked: {FELL}" in found[office.dm("alice").id].said
    assert found[office.dm("bob").id].thread_ts == ts


async def test_what_not_all_may_see_now_is_not_told(bot: RunningBot, office: FakeSlack) -> None:
    await answered(office, "#desk", "alice", FELL)
    correct(bot.parts.library)
    await office.join("#desk", "gwen")
    await office.sockets.settled()
    await noticed(bot, office)
    assert notices(office) == []


async def test_nobody_is_told_for_whom_nothing_changed_or_who_wants_no_reminder(
    bot: RunningBot, office: FakeSlack
) -> None:
    """The quoted words still stand, or are the new ones; the question or history was deleted."""
    await answered(office, "#desk", "alice", RECOVERY)
    asked = await office.mention("#desk", "ada", FELL)
    await office.answer_to(asked, 120)
    await answered(office, "#den", "bob", FELL)
    await office.delete("#desk", asked)
    await office.sockets.settled()
    bot.parts.inbox.forget("T0FAKE", office.world.user("bob").id)
    correct(bot.parts.library)
    await answered(office, "#desk", "alice", FELL)
    await noticed(bot, office)
    assert notices(office) == []


async def test_old_answers_are_let_rest(bot: RunningBot, office: FakeSlack) -> None:
    await answered(office, "#desk", "alice", FELL)
    correct(bot.parts.library)
    now = time.time()
    late, early = (
        Notifier(bot.parts, clock=lambda days=days: now + days * 86400)
        for days in (DAYS + 1, DAYS - 1)
    )
    await noticed(bot, office, late)
    assert notices(office) == []
    await noticed(bot, office, early)
    assert len(notices(office)) == 1


async def test_a_thread_gets_one_message_for_all_its_answers(
    bot: RunningBot, office: FakeSlack
) -> None:
    first = await answered(office, "#desk", "alice", FELL)
    other = "By how many percent did wheat exports fall in 2023?"
    again = await office.mention("#desk", "bob", other, first.thread_ts)
    await office.answer_to(again, 120)
    await office.quiet()
    correct(bot.parts.library)
    await noticed(bot, office)
    [notice] = notices(office)
    assert notice.said.count("Ask again") == 2
    assert FELL in notice.said


async def test_asking_again_answers_from_the_new_words(bot: RunningBot, office: FakeSlack) -> None:
    """In the thread, once; privately to whom it was answered alone."""
    answer = await answered(office, "#desk", "alice", FELL)
    await office.command("/briefs", f"ask {FELL}", "ada", "desk")
    await office.until(lambda: list(office.world.ephemeral), 120, "an answer")
    await office.quiet()
    correct(bot.parts.library)
    await noticed(bot, office)
    found = {one.channel: one for one in notices(office)}
    desk, direct = office.world.channel("desk").id, office.dm("ada").id
    await asyncio.gather(*(office.click(found[desk], "Ask again", "bob") for _ in range(2)))

    def again() -> list[Message]:
        thread = office.thread("desk", answer.thread_ts or "")
        said = [one for one in thread if one.by_bot and one is not found[desk]]
        return [one for one in said if "15 percent" in one.said]

    await office.until(again, 120, "a new answer")
    await office.click(found[direct], "Ask again", "ada")
    await office.until(
        lambda: [one for one in office.answers() if one.channel == direct
                 and "15 percent" in one.said and one is not found[direct]], 120, "an answer"
    )  # fmt: skip
    await office.quiet(1.0)
    assert len(again()) == 1


async def test_a_notice_whose_process_was_killed_is_told_once(
    bot: RunningBot, office: FakeSlack
) -> None:
    """Killed before the post: the next one tells. Killed after it: it is found by its mark."""
    await answered(office, "#desk", "alice", FELL)
    correct(bot.parts.library)
    killed = Queue(bot.parts.library.database, "killed", clock=lambda: time.time() - 100)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(bot.parts.queue, "take", lambda kinds, lane=None: None)
        await Notifier(bot.parts).round()
        assert killed.take([NOTIFICATION])
    await noticed(bot, office)
    assert len(notices(office)) == 1
    with bot.parts.queue.write() as connection:  # as if it had not been finished
        [lane] = connection.scalars(select(jobs.c.lane).where(jobs.c.kind == NOTIFICATION))
        key = connection.scalar(select(jobs.c.key).where(jobs.c.lane == lane)).split("/")
        payload = json.dumps([key[0], "/".join(key[1:-1]), int(key[-1])])
        connection.execute(update(jobs).where(jobs.c.lane == lane).values(
            finished_at=None, payload=payload))  # fmt: skip
    await noticed(bot, office)
    assert len(notices(office)) == 1


async def test_a_channel_that_is_closed_to_us_is_tried_once(
    bot: RunningBot, office: FakeSlack
) -> None:
    """What cannot be told is not tried again and again."""
    await answered(office, "#desk", "alice", FELL)
    correct(bot.parts.library)
    before = len(office.calls_of("chat.postMessage"))
    office.faults.script("chat.postMessage", lambda number, args: fake.refused("is_archived"))
    for _ in range(3):
        await noticed(bot, office)
    assert len(office.calls_of("chat.postMessage")) == before + 1
    office.faults.clear()


# -- switched on by briefs.toml --------------------------------------------------------------


@pytest.fixture
async def telling(
    office: FakeSlack, library: Library, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> AsyncIterator[RunningBot]:
    """The bot where briefs.toml says so, its rounds quick."""
    (tmp_path / "briefs.toml").write_text(
        '[audit]\ntell_askers = true\n[desk]\nurl = "https://desk.example.org"\n'
    )
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(running, "LOOK_FOR_CORRECTIONS", 0.3)
    async with answering_bot(office, library, collections={"board": {"groups": []}}) as it:
        yield it
        await office.quiet()
    settled(office)


async def test_a_running_bot_tells_by_itself_where_it_is_switched_on(
    telling: RunningBot, office: FakeSlack
) -> None:
    answer = await answered(office, "#desk", "alice", FELL)
    assert "https://desk.example.org/briefs/" in str(answer.blocks)
    correct(telling.parts.library)
    await office.until(lambda: notices(office), 120, "a notice")
    await office.quiet(1.0)
    assert len(notices(office)) == 1
