"""What a running bot does by itself: lets go of what is old, takes up what a killed one left."""

import time
from dataclasses import replace
from pathlib import Path

import pytest
from sqlalchemy import select

from bot.slack import phrases
from bot.slack.chores import PRUNE, Chores
from bot.slack.inbox_tables import deliveries, handed_files, questions
from bot.slack.listeners import files
from bot.slack.parcels import ATTEMPTS, LEASE_SECONDS, Parcel, Parcels, Tell
from bot.slack.running import Running
from index.library import Library
from index.storage.schema import CURRENT
from tests.slack.fake import FakeSlack

pytestmark = pytest.mark.anyio

LEASE = "Who called the lease a mistake?"
DAY = 24 * 3600.0
FERRIES = b"""Ferries of Lake Mirel

Published: 2024-02-03

The ferry across Lake Mirel carries 700 passengers a day. It was built in the yard of Orlen and has
three decks, of which the lowest takes lorries to the northern shore every second hour.
"""


@pytest.fixture(autouse=True)
def _rounds_by_hand(monkeypatch: pytest.MonkeyPatch) -> None:
    """The bot's own rounds would come in between."""

    async def none(_: Chores) -> None:
        """Make none."""

    monkeypatch.setattr(Chores, "run", none)


def rows(bot: Running, table) -> list:
    with bot.parts.library.database.read() as connection:
        return list(connection.execute(select(table)))


async def test_questions_go_after_their_period_and_not_before(
    bot: Running, office: FakeSlack, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A clock moved by 400 days (F-51); what nobody has answered yet stays."""
    await office.answer_to(await office.mention("#desk", "alice", LEASE))
    await office.until(lambda: bot.parts.inbox.counts()["answered"], 10, "an end")
    now = time.time()
    for days, left in ((364, 1), (400, 0)):
        monkeypatch.setattr(bot.parts.inbox, "_clock", lambda d=days: now + d * DAY)
        await Chores(bot.parts).round()
        assert len(rows(bot, questions)) == left
    assert rows(bot, deliveries) == []
    [record] = bot.parts.ledger.recent()
    assert (record.private or {})["question"] == LEASE  # the ledger has a period of its own


async def test_the_period_is_looked_at_every_hour(bot: Running) -> None:
    """And not at each round."""
    asked: list[float] = []
    now = [1000.0]

    class Inbox:
        owner = "one"

        def prune(self, days: float) -> int:
            asked.append(days)
            return 0

    chores = Chores(replace(bot.parts, inbox=Inbox()), clock=lambda: now[0])
    for seconds in (0, 30, PRUNE - 1, PRUNE + 1):
        now[0] = 1000.0 + seconds
        await chores.round()
    assert asked == [365, 365]


async def test_what_the_inbox_let_go_can_still_be_forgotten(
    bot: Running, office: FakeSlack, monkeypatch: pytest.MonkeyPatch
) -> None:
    """By the ledger's own word of who asked."""
    await office.answer_to(await office.mention("#desk", "alice", LEASE))
    await office.answer_to(await office.mention("#desk", "bob", LEASE))
    await office.until(lambda: bot.parts.inbox.counts()["answered"] == 2, 10, "an end")
    now = time.time()
    monkeypatch.setattr(bot.parts.inbox, "_clock", lambda: now + 400 * DAY)
    await Chores(bot.parts).round()
    await office.open_home("alice")
    home = await office.until(lambda: office.home_of("alice"), 10, "a home")
    await office.click(home, "Delete my history", "alice")
    await office.until(
        lambda: any(phrases.FORGOTTEN in str(one.view) for one in office.world.views), 10, "a line"
    )
    private = [one.private for one in bot.parts.ledger.recent()]
    assert private.count(None) == 1
    [kept] = [one["asker"] for one in private if one]
    assert kept.endswith(office.world.user("bob").id)


async def test_one_chore_that_fails_stops_no_other(bot: Running, monkeypatch, caplog) -> None:
    """And nothing of others' exceptions is logged."""

    def broken() -> int:
        raise RuntimeError("xoxb-secret")

    asked: list[float] = []
    monkeypatch.setattr(bot.parts.posts, "record", broken)
    monkeypatch.setattr(bot.parts.inbox, "prune", lambda days: asked.append(days) or 0)
    await Chores(bot.parts).round()
    assert asked
    assert "RuntimeError" in caplog.text
    assert "secret" not in caplog.text


# -- files -----------------------------------------------------------------------------------


def parcel(office: FakeSlack, ts: str, tell: Tell = Tell.THREAD, channel: str = "desk") -> Parcel:
    file = office.file("ferries.txt", FERRIES, "alice")
    alice = office.world.user("alice").id
    place = office.world.channel(channel).id
    return Parcel("T0FAKE", place, ts, alice, {file.id: "ferries.txt"}, ts, tell=tell)


def titles(library: Library) -> list[str]:
    return [row.brief.title for row in library.versions() if row.state == CURRENT]


def killed(bot: Running, one: Parcel, clock) -> None:
    """A process took it in hand and died, more than a minute ago."""
    other = Parcels(bot.parts.library.database, "killed", clock=clock)
    assert other.begin(one)
    bot.parts.parcels._clock = lambda: clock() + LEASE_SECONDS + 1


async def test_a_file_whose_process_died_is_added_by_another(
    bot: Running, office: FakeSlack, clock
) -> None:
    """Once, and said in its thread; nothing of it is left to do."""
    ts = await office.say("#desk", "alice", "look", deliver=False)
    killed(bot, parcel(office, ts), clock)
    chores = Chores(bot.parts)
    await chores.round()
    await chores.finished()
    assert any("Mirel" in title for title in titles(bot.parts.library))
    [said] = office.answers_to(ts)
    assert "Added: " in said.said
    await Chores(bot.parts).round()
    await office.quiet()
    assert len(office.answers_to(ts)) == 1
    assert [row.parcel for row in rows(bot, handed_files)] == [None]


async def test_one_that_was_added_before_its_process_died_is_told_of_with_undo(
    bot: Running, office: FakeSlack, clock
) -> None:
    """As if it were added now."""
    ts = await office.say("#desk", "alice", "look", deliver=False)
    one = parcel(office, ts)
    killed(bot, one, clock)
    assert (await files.add(bot.parts, one))[1] == "default"
    await (chores := Chores(bot.parts)).round()
    await chores.finished()
    [said] = office.answers_to(ts)
    assert "Added: " in said.said
    await office.click(said, "Undo", "alice")
    await office.until(lambda: not any("Mirel" in one for one in titles(bot.parts.library)))


async def test_one_whose_result_stands_is_not_told_of_twice(
    bot: Running, office: FakeSlack, clock, monkeypatch
) -> None:
    """It is looked for by its mark."""
    ts = await office.say("#desk", "alice", "look", deliver=False)
    one = parcel(office, ts)
    assert bot.parts.parcels.begin(one)
    with monkeypatch.context() as patch:
        patch.setattr(bot.parts.parcels, "done", lambda _: None)  # killed before it
        await files.bring(bot.parts, one)
    now = time.time()
    bot.parts.parcels._clock = lambda: now + LEASE_SECONDS + 10
    await (chores := Chores(bot.parts)).round()
    await chores.finished()
    assert len(office.answers_to(ts)) == 1


async def test_files_that_kill_their_process_again_and_again_are_given_up(
    bot: Running, office: FakeSlack, clock
) -> None:
    """And that is told."""
    ts = await office.say("#desk", "alice", "look", deliver=False)
    killed(bot, parcel(office, ts), clock)
    for number in range(1, ATTEMPTS):
        later = number * 100
        other = Parcels(bot.parts.library.database, f"k{number}", clock=lambda s=later: clock() + s)
        assert len(other.left()) == 1
    bot.parts.parcels._clock = lambda: clock() + 1000
    await (chores := Chores(bot.parts)).round()
    await chores.finished()
    assert not any("Mirel" in title for title in titles(bot.parts.library))
    assert phrases.FILES_GIVEN_UP in str([one.said for one in office.world.ephemeral])
    await Chores(bot.parts).round()
    assert [row.parcel for row in rows(bot, handed_files)] == [None]


async def test_files_of_a_forgotten_person_are_not_added(
    bot: Running, office: FakeSlack, clock
) -> None:
    """What waits is dropped."""
    ts = await office.say("#desk", "alice", "look", deliver=False)
    killed(bot, parcel(office, ts), clock)
    bot.parts.inbox.forget("T0FAKE", office.world.user("alice").id)
    await (chores := Chores(bot.parts)).round()
    await chores.finished()
    assert not any("Mirel" in title for title in titles(bot.parts.library))


async def test_a_file_is_kept_before_slack_hears_that_it_was_received(
    bot: Running, office: FakeSlack, monkeypatch
) -> None:
    """So that a kill in between loses nothing: in a message and in the dialog."""

    async def never(*_: object) -> None:
        """Killed before it could begin."""

    monkeypatch.setattr(files, "bring", never)
    await office.drop_file("ferries.txt", FERRIES, "alice")
    await office.sockets.settled()
    assert [row.attempts for row in rows(bot, handed_files)] == [1]
    await office.command("/briefs", "add", "alice", "desk")
    view = await office.until(
        lambda: (one := office.view_of("alice")) and "file_input" in str(one.view) and one, 10
    )
    file = office.file("b.txt", FERRIES, "alice")
    await office.submit(view, {"files": [file.wire(office.world)]})
    assert len(rows(bot, handed_files)) == 2
    assert {row.channel for row in rows(bot, handed_files)} >= {office.world.channel("desk").id}


def test_a_parcel_is_one_process_s_at_a_time(database, clock) -> None:
    """Renewed while it is worked on, taken up after its lease, done once."""
    one = Parcel("T1", "C1", "1.0", "U1", {"F1": "a.txt"}, "1.0", tell=Tell.ASIDE)
    first, second = (Parcels(database, name, clock=clock) for name in ("first", "second"))
    assert first.begin(one)
    assert not second.begin(one)
    clock.now += LEASE_SECONDS - 1
    assert first.keep(one)
    clock.now += LEASE_SECONDS - 1
    assert second.left() == []
    clock.now -= 30  # read before the lease was given
    assert second.left() == []
    clock.now += 32
    [again] = second.left()
    assert (again, again.attempts, again.again) == (one, 2, True)
    assert not first.keep(one)
    first.done(one)
    assert second.keep(again)
    second.done(again)
    clock.now += 1000
    assert first.left() == second.left() == []


@pytest.mark.slow
async def test_a_file_survives_a_kill_of_the_real_process(
    office: FakeSlack, home: Path, tmp_path: Path, monkeypatch
) -> None:
    """Killed while Slack keeps it waiting for the file; the next process adds it."""
    from tests.slack.bots import BotProcess, end_leases

    office.faults.script("files.info", [fake_hang()])
    bot = BotProcess(office, home, tmp_path / "log")
    await bot.start()
    await office.sockets.connected(seconds=40)
    ts = await office.drop_file("ferries.txt", FERRIES, "alice")
    await office.until(lambda: office.calls_of("files.info"), 20, "a call")
    await bot.kill()
    end_leases(home)
    await bot.start()
    said = await office.answer_to(ts, 60)
    assert "Added: " in said.said
    assert await bot.end() == 0


def fake_hang():
    from tests.slack import fake

    return fake.hang(30)
