import asyncio
import json
import time
from dataclasses import replace

import pytest
from sqlalchemy import delete, select

from bot.jobs.queue import NewJob, Queue, jobs
from bot.ledger.ledger import RecordKind
from bot.slack import phrases
from bot.slack.bot import RunningBot
from bot.slack.delivery.tables import librarian_requests
from bot.slack.events.sharing import SHARE
from index.library import Library
from tests.slack import bots as at_slack
from tests.slack.bots import CANARY, seen, told
from tests.slack.fake import FakeSlack, Message

pytestmark = pytest.mark.anyio

QUESTION = "To whom was the harbour of Port Aurelia leased?"
SECRET = "What does the board offer for the lease of Port Aurelia?"
NOWHERE = "Who won the chess championship of Iceland?"


async def answered(
    slack: FakeSlack, text: str = QUESTION, user: str = "alice", at: str = "deals"
) -> Message:
    return await slack.answer_to(await slack.mention(at, user, text), 20)


async def test_passages_are_shown_with_the_text_around_them_on_request(
    slack: FakeSlack, running: RunningBot
):
    answer = await answered(slack)
    await slack.click(answer, "Show passages", "alice")
    view = await seen(slack, "alice", "Norvane Shipping")
    assert "'italic': True" not in str(view.view)
    await slack.click(view, "Show surrounding text")
    await seen(slack, "alice", "'italic': True")
    assert slack.violations == []


async def test_access_is_checked_anew_for_whoever_clicks(slack: FakeSlack, running: RunningBot):
    answer = await answered(slack, SECRET)
    assert CANARY in answer.said or "900 million" in answer.said
    await slack.click(answer, "Show passages", "alice")
    await seen(slack, "alice", "900 million")
    await slack.click(answer, "Show passages", "bob")  # who is not in the channel
    view = await seen(slack, "bob", phrases.NOTHING_TO_SEE)
    assert CANARY not in str(view.view)
    assert "900" not in str(view.view)
    await slack.leave("deals", "alice")
    await slack.click(answer, "Show passages", "alice")
    view = await seen(slack, "alice", phrases.NOTHING_TO_SEE)
    assert CANARY not in str(view.view)
    assert slack.violations == []


async def test_access_is_checked_for_the_text_around_a_passage_as_well(
    slack: FakeSlack, running: RunningBot
):
    answer = await answered(slack, SECRET)
    await slack.click(answer, "Show passages", "alice")
    view = await seen(slack, "alice", "Show surrounding text")
    await slack.leave("deals", "alice")
    await slack.click(view, "Show surrounding text")
    view = await seen(slack, "alice", phrases.NOTHING_TO_SEE)
    assert CANARY not in str(view.view)


async def test_praise_is_kept_and_blame_asks_what_is_wrong(slack: FakeSlack, running: RunningBot):
    answer = await answered(slack)
    await slack.click(answer, "Good answer", "ada")
    assert phrases.THANKS in (await told(slack, "ada")).text
    await slack.click(answer, "Bad answer", "alice")
    view = await seen(slack, "alice", "What is wrong")
    await slack.submit(view, {"reason": "outdated", "note": "see the <new> one"})
    ledger = running.parts.ledger
    await slack.until(lambda: len(list(ledger.entries(RecordKind.FEEDBACK))) == 2)
    good, bad = sorted(ledger.entries(RecordKind.FEEDBACK), key=lambda one: not one.body["good"])
    assert good.body["good"]
    assert (bad.body["reason"], bad.private["note"]) == ("outdated", "see the <new> one")
    assert slack.violations == []


async def test_asking_privately_answers_once_to_the_one_who_clicked(
    slack: FakeSlack, running: RunningBot
):
    answer = await answered(slack)
    await asyncio.gather(*(slack.click(answer, "Ask privately", "ada") for _ in range(3)))
    own = await told(slack, "ada")
    assert "Norvane" in own.said
    await slack.quiet(1.0)
    assert len([m for m in slack.world.ephemeral if m.to == own.to]) == 1
    assert slack.violations == []


async def test_a_double_click_shares_an_answer_once(slack: FakeSlack, running: RunningBot):
    await slack.command("/briefs", f"ask {QUESTION}", "alice", "deals")
    own = await told(slack, "alice")
    await asyncio.gather(*(slack.click(own, "Share with channel", "alice") for _ in range(3)))

    def shared() -> list[Message]:
        return [m for m in slack.answers() if not m.to]

    await slack.until(shared)
    await slack.quiet(1.0)
    assert len(shared()) == 1
    assert "Norvane" in shared()[0].said
    assert QUESTION in shared()[0].said
    await slack.click(shared()[0], "Ask privately", "ada")
    assert "Norvane" in (await told(slack, "ada")).said
    assert slack.violations == []


async def test_what_not_everybody_may_see_is_not_shared(slack: FakeSlack, running: RunningBot):
    await slack.command("/briefs", f"ask {QUESTION}", "alice", "general")  # Gwen, a guest, reads it
    own = await told(slack, "alice")
    await slack.click(own, "Share with channel", "alice")
    assert phrases.NOT_TO_BE_SHARED in (await told(slack, "alice", 2)).text
    assert not [m for m in slack.answers() if not m.to]


async def test_the_librarians_are_asked_once_and_their_channel_is_told(
    slack: FakeSlack, briefs: Library
):
    at_slack.empty_tables(briefs)
    channel = slack.world.add_channel("librarians", "private", ("ada",))
    async with at_slack.answering_bot(slack, briefs, notify=channel.id):
        answer = await answered(slack, NOWHERE)
        assert "I found nothing on this" in answer.said
        for number in (1, 2):
            await slack.click(answer, "Ask the librarians", "alice")
            assert phrases.ASKED_LIBRARIANS in (await told(slack, "alice", number)).text
        with briefs.database.read() as connection:
            asked = connection.scalars(select(librarian_requests.c.question)).all()
        assert asked == [NOWHERE]
        posted = [m for m in slack.answers() if m.channel == channel.id]
        assert len(posted) == 1
        assert NOWHERE in posted[0].said
    assert slack.violations == []


async def test_a_suggested_question_is_asked_once_and_only_from_the_record(
    slack: FakeSlack, running: RunningBot, monkeypatch: pytest.MonkeyPatch
):
    suggested = "Why did wheat exports of Tamara fall?"
    monkeypatch.setattr("bot.answering.chain.suggestions", lambda *_: (suggested,))
    answer = await answered(slack)
    await asyncio.gather(*(slack.click(answer, suggested, "ada") for _ in range(3)))

    def next_answers() -> list[Message]:
        return [one for one in slack.answers() if "drought" in one.said]

    await slack.until(next_answers)
    await slack.quiet(1.0)
    assert len(next_answers()) == 1
    forged = json.loads(json.dumps(answer.blocks).replace(":1", ":7"))
    await slack.click(replace(answer, blocks=forged), suggested, "ada")
    assert phrases.GONE in (await told(slack, "ada")).text
    assert slack.violations == []


async def test_an_edited_question_is_answered_again_once(slack: FakeSlack, running: RunningBot):
    ts = await slack.mention("deals", "alice", QUESTION)
    await slack.answer_to(ts, 20)
    await slack.edit("deals", ts, "@briefs By how much did wheat exports of Tamara fall in 2023?")
    offer = await told(slack, "alice")
    await asyncio.gather(*(slack.click(offer, "Answer it again", "alice") for _ in range(2)))

    def again() -> list[Message]:
        return [m for m in slack.thread("deals", ts) if m.by_bot and "12 percent" in m.said]

    await slack.until(again, 20)
    await slack.quiet(1.0)
    assert len(again()) == 1
    assert slack.violations == []


async def test_history_is_deleted_from_home(slack: FakeSlack, running: RunningBot):
    ts = await slack.ask("alice", QUESTION)
    await slack.answer_to(ts, 20)
    await slack.quiet()
    await slack.open_home("alice")
    await slack.until(
        lambda: slack.home_of("alice") and QUESTION in str(slack.home_of("alice").view)
    )
    await slack.click(slack.home_of("alice"), "Delete my history")
    await seen(slack, "alice", phrases.FORGOTTEN)
    await slack.until(lambda: QUESTION not in str(slack.home_of("alice").view))
    assert running.parts.ledger.recent(1)[0].private is None
    assert slack.violations == []


async def test_pages_of_passages_are_turned_in_place(
    slack: FakeSlack, running: RunningBot, monkeypatch: pytest.MonkeyPatch
):
    from bot.slack.blocks import passages

    monkeypatch.setattr(passages, "PAGE_BLOCKS", 4)  # a passage a page
    answer = await answered(slack, NOWHERE)  # names several passages
    await slack.click(answer, "Show passages", "alice")
    first = await seen(slack, "alice", "Page 1 of ")
    shown = first.view["blocks"]
    await slack.click(first, "More passages")
    second = await seen(slack, "alice", "Page 2 of ")
    assert second.id == first.id
    assert second.view["blocks"] != shown
    await slack.click(second, "Earlier passages")
    again = await seen(slack, "alice", "Page 1 of ")
    assert again.view["blocks"] == shown
    await slack.click(again, "Show surrounding text")
    await seen(slack, "alice", "Page 1 of ")
    assert slack.violations == []


async def test_a_page_is_turned_only_to_what_the_viewer_may_see_still(
    slack: FakeSlack, running: RunningBot, monkeypatch: pytest.MonkeyPatch
):
    from bot.slack.blocks import passages

    monkeypatch.setattr(passages, "PAGE_BLOCKS", 4)
    answer = await answered(slack, f"{SECRET.rstrip('?')}, and who won the Iceland chess cup?")
    await slack.click(answer, "Show passages", "alice")
    view = await seen(slack, "alice", "More passages")
    await slack.leave("deals", "alice")
    before = view.hash
    await slack.click(view, "More passages")
    await slack.until(lambda: view.hash != before)
    assert "900 million" not in str(view.view)
    assert CANARY not in str(view.view)


async def test_a_share_whose_process_died_is_finished_by_the_next_and_stands_once(
    slack: FakeSlack, running: RunningBot
):
    """Killed before the post, then after it; nobody has to click again."""
    await slack.command("/briefs", f"ask {QUESTION}", "alice", "deals")
    own = await told(slack, "alice")
    await slack.quiet()
    parts, alice = running.parts, slack.world.user("alice").id
    [entry] = parts.inbox.recent(parts.team, alice)
    answer_id, deals = str(entry.answer_id), slack.world.channel("deals").id
    killed = Queue(parts.library.database, "killed", clock=lambda: time.time() - 100)
    for _ in ("before", "after"):
        with killed.write() as connection:
            connection.execute(delete(jobs).where(jobs.c.kind == SHARE))
        private = {"user": alice, "channel": deals}
        killed.add(NewJob(SHARE, f"{answer_id}/{parts.team}/{deals}", payload=answer_id,
                          private=private))  # fmt: skip
        killed.take([SHARE])
        await slack.until(lambda: not parts.queue.waiting(SHARE), 120, "an end")
        await slack.quiet()
    await slack.click(own, "Share with channel", "alice")
    assert phrases.SHARED_ALREADY in (await told(slack, "alice", 2)).text
    [shared] = [one for one in slack.answers() if not one.to]
    [record] = [one for one in parts.ledger.further(answer_id) if one.body.get("post") == "shared"]
    assert record.private
    assert record.private["text"] == shared.text
    assert slack.violations == []
