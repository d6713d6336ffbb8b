"""Uploads: each is added once, whoever is killed, and its sender hears of it."""

import time
from pathlib import Path

import pytest
from sqlalchemy import select

from bot.jobs.queue import jobs
from bot.slack import phrases
from bot.slack.bot import RunningBot
from bot.slack.delivery.uploads import ATTEMPTS, UPLOAD, Tell, Upload, job_of, upload_of
from bot.slack.events import files
from index.library import Library
from index.storage.schema import CURRENT
from tests.slack import fake
from tests.slack.bots import BotProcess, end_leases
from tests.slack.fake import FakeSlack

pytestmark = pytest.mark.anyio

FERRIES = b"""Ferries of Lake Mirel

Published: 2024-02-03

The ferry across Lake Mirel carries 700 passengers a day. It was built in the yard of Orlen and has
three decks, of which the lowest takes lorries to the northern shore every second hour.
"""


@pytest.fixture
async def one(office: FakeSlack) -> Upload:
    """A file in a message that was never delivered."""
    ts = await office.say("#desk", "alice", "look", deliver=False)
    file = office.file("ferries.txt", FERRIES, "alice")
    alice, desk = office.world.user("alice").id, office.world.channel("desk").id
    return Upload("T0FAKE", desk, ts, alice, {file.id: "ferries.txt"}, ts)


def titles(library: Library) -> list[str]:
    return [row.brief.title for row in library.versions() if row.state == CURRENT]


def killed(bot: RunningBot, one: Upload, times: int = 1) -> None:
    """So many processes took it in hand and died, a while ago: all in one transaction."""
    held = {"owner": "killed", "attempts": times, "lease_until": time.time() - 100}
    with bot.parts.queue.write() as connection:
        job = bot.parts.queue.add_in(connection, job_of(one))
        assert job
        connection.execute(jobs.update().where(jobs.c.pk == job.pk).values(**held))


async def done(bot: RunningBot, office: FakeSlack) -> None:
    await office.until(lambda: not bot.parts.queue.waiting(UPLOAD), 120, "an end")
    await office.quiet()


async def test_a_file_whose_process_died_is_added_by_another(
    bot: RunningBot, office: FakeSlack, one: Upload
) -> None:
    killed(bot, one)
    await done(bot, office)
    assert any("Mirel" in title for title in titles(bot.parts.library))
    [said] = office.answers_to(one.ts)
    assert "Added: " in said.said
    assert not bot.parts.uploads.begin(one)


async def test_one_that_was_added_before_its_process_died_is_told_of_with_undo(
    bot: RunningBot, office: FakeSlack, one: Upload
) -> None:
    assert (await files.add(bot.parts, one))[1] == "default"
    killed(bot, one)
    await done(bot, office)
    [said] = office.answers_to(one.ts)
    assert "Added: " in said.said
    await office.click(said, "Undo", "alice")
    await office.until(
        lambda: not any("Mirel" in title for title in titles(bot.parts.library)), 120
    )


async def test_one_whose_result_stands_is_not_told_of_twice(
    bot: RunningBot, office: FakeSlack, one: Upload
) -> None:
    await bot.parts.outbox.post(
        one.channel, one.ts, "Added.", None, f"files-{one.channel}-{one.ts}"
    )
    killed(bot, one)
    await done(bot, office)
    assert len(office.answers_to(one.ts)) == 1


async def test_files_that_kill_their_process_again_and_again_are_given_up(
    bot: RunningBot, office: FakeSlack, one: Upload
) -> None:
    killed(bot, one, ATTEMPTS)
    await done(bot, office)
    assert not any("Mirel" in title for title in titles(bot.parts.library))
    assert phrases.FILES_GIVEN_UP in str([one.said for one in office.world.ephemeral])


async def test_files_of_a_forgotten_person_are_not_added(
    bot: RunningBot, office: FakeSlack, one: Upload
) -> None:
    alice = office.world.user("alice").id
    with bot.parts.queue.write() as connection:  # nobody takes it before she is forgotten
        bot.parts.queue.add_in(connection, job_of(one))
        connection.execute(jobs.update().where(jobs.c.person == f"slack:T0FAKE:{alice}").values(
            private=None))  # fmt: skip
    await done(bot, office)
    assert not any("Mirel" in title for title in titles(bot.parts.library))


async def test_a_file_is_kept_before_slack_hears_that_it_was_received(
    bot: RunningBot, office: FakeSlack, monkeypatch
) -> None:
    """So that a kill in between loses nothing: in a message and in the dialog."""
    monkeypatch.setattr(bot.parts.queue, "take", lambda kinds, lane=None: None)  # killed before
    desk = office.world.channel("desk").id

    def kept() -> list[str]:
        with bot.parts.queue.read() as connection:
            return list(connection.scalars(select(jobs.c.key).where(jobs.c.kind == UPLOAD)))

    await office.drop_file("ferries.txt", FERRIES, "alice")
    await office.sockets.settled()
    assert len(kept()) == 1
    await office.command("/briefs", "add", "alice", "desk")
    view = await office.until(
        lambda: (one := office.view_of("alice")) and "file_input" in str(one.view) and one, 120
    )
    file = office.file("b.txt", FERRIES, "alice")
    await office.submit(view, {"files": [file.wire(office.world)]})
    assert len(kept()) == 2
    assert any(desk in key for key in kept())
    with bot.parts.queue.write() as connection:
        connection.execute(jobs.delete())


def test_an_upload_is_what_it_was_when_it_is_taken(inbox) -> None:
    """With the way to tell its sender, which is in nothing that is printed."""
    one = Upload("T1", "C1", "1.0", "U1", {"F1": "a.txt"}, "1.0", tell=Tell.ASIDE,
                 response_url="https://hooks.test/secret")  # fmt: skip
    inbox.queue.add(job_of(one))
    job = inbox.queue.take([UPLOAD])
    assert upload_of(job) == one
    assert "secret" not in repr(one)


@pytest.mark.slow
async def test_a_file_survives_a_kill_of_the_real_process(
    office: FakeSlack, home: Path, tmp_path: Path
) -> None:
    """Killed while Slack keeps it waiting for the file; the next process adds it."""
    office.faults.script("files.info", [fake.hang(120)])
    bot = BotProcess(office, home, tmp_path / "log")
    await bot.start()
    await office.sockets.connected(seconds=120)
    ts = await office.drop_file("ferries.txt", FERRIES, "alice")
    await office.until(lambda: office.calls_of("files.info"), 120, "a call")
    await bot.kill()
    end_leases(home)
    await bot.start()
    said = await office.answer_to(ts, 120)
    assert "Added: " in said.said
    assert await bot.end() == 0
