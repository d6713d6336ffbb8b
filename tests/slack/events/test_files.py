import itertools

import pytest
from aiohttp import web

from bot.slack import phrases
from bot.slack.bot import RunningBot
from bot.slack.events.download import fetch, safe_name
from index.errors import ReadError
from index.library import Library
from index.storage.schema import CURRENT
from tests.slack import bots as at_slack
from tests.slack.bots import seen, settings_for, told
from tests.slack.fake import FakeSlack, Message
from tests.slack.fake.server import LOGIN

pytestmark = pytest.mark.anyio

TEXT = """Ferries of Lake {name}

Published: 2024-02-03

The ferry across Lake {name} carries {number} passengers a day. It was built in the yard of Orlen
and has three decks, of which the lowest takes lorries to the northern shore every second hour.
"""


def text(name: str, number: object = 700) -> bytes:
    return TEXT.format(name=name, number=number).encode()


def titles(library: Library) -> dict[str, str]:
    """Titles of the current briefs, with their sources."""
    return {row.brief.title: row.brief.source for row in library.versions() if row.state == CURRENT}


async def confirmed(slack: FakeSlack, ts: str) -> Message:
    message: Message = await slack.answer_to(ts, 30)
    return message


async def test_a_file_dropped_in_a_direct_message_is_added_and_can_be_taken_out(
    slack: FakeSlack, running: RunningBot, briefs: Library
):
    ts = await slack.drop_file("ferries.txt", text("Mirel"), "alice")
    said = await confirmed(slack, ts)
    assert "Added: " in said.said
    assert "2024-02-03" in said.said
    assert "1 passage" in said.said
    (title,) = [name for name in titles(briefs) if "Mirel" in name]
    source = titles(briefs)[title]
    assert source.startswith(f"slack:T0FAKE/{slack.dm('alice').id}/F")
    assert "tmp" not in source
    await slack.click(said, "Undo", "bob")
    assert phrases.NOT_YOUR_BRIEF in (await told(slack, "bob")).text
    assert title in titles(briefs)
    await slack.click(said, "Undo", "alice")
    assert phrases.REMOVED in (await told(slack, "alice")).text
    assert title not in titles(briefs)
    await slack.click(said, "Undo", "alice")
    assert phrases.REMOVED_ALREADY in (await told(slack, "alice", 2)).text
    assert slack.violations == []


async def test_a_file_with_a_mention_is_taken_once_however_often_it_is_delivered(
    slack: FakeSlack, running: RunningBot, briefs: Library
):
    file = slack.file("lake.md", text("Vand"), "alice")
    ts = await slack.say("deals", "alice", "@briefs please add", files=[file.id], copies=3)
    await confirmed(slack, ts)
    await slack.quiet(1.5)
    assert len([m for m in slack.thread("deals", ts) if m.by_bot]) == 1
    assert len([name for name in titles(briefs) if "Vand" in name]) == 1
    assert slack.violations == []


async def test_one_bad_file_stops_no_other(slack: FakeSlack, running: RunningBot, briefs: Library):
    names = ("empty.txt", "good.txt", "program.exe")
    files = [
        slack.file(name, data, "alice")
        for name, data in zip(names, (b"", text("Quill"), b"MZ"), strict=True)
    ]
    ts = await slack.say(slack.dm("alice").id, "alice", "", files=[file.id for file in files])
    said = (await confirmed(slack, ts)).said
    assert "Not added: empty.txt" in said
    assert "Not added: program.exe" in said
    assert any("Quill" in name for name in titles(briefs))
    assert "Added: " in said


async def test_an_admin_may_take_out_what_others_added(
    slack: FakeSlack, running: RunningBot, briefs: Library
):
    said = await confirmed(slack, await slack.drop_file("a.txt", text("Admin"), "alice"))
    await slack.click(said, "Undo", "ada")
    assert phrases.REMOVED in (await told(slack, "ada")).text
    assert not any("Admin" in name for name in titles(briefs))


async def test_guests_add_nothing(slack: FakeSlack, running: RunningBot, briefs: Library):
    ts = await slack.drop_file("guest.txt", text("Gwenlake"), "gwen")
    assert phrases.MEMBERS_ONLY in (await confirmed(slack, ts)).text
    assert not any("Gwenlake" in name for name in titles(briefs))


class SigningIn(FakeSlack):
    """A Slack that sends its page to sign in in place of every file."""

    async def _file(self, request: web.Request) -> web.Response:
        return web.Response(text=LOGIN, content_type="text/html")


@pytest.mark.parametrize("name", ["login.txt", "login.html"])
async def test_a_page_to_sign_in_is_no_brief(name: str, briefs: Library):
    at_slack.empty_tables(briefs)
    async with SigningIn() as slack, at_slack.answering_bot(slack, briefs):
        ts = await slack.drop_file(name, text("Login"), "alice")
        said = (await confirmed(slack, ts)).said
    assert f"Not added: {name}" in said
    assert "sent a web page" in said
    assert not any("Sign in" in title for title in titles(briefs))


@pytest.mark.parametrize(
    ("facts", "reason"),
    [
        ({"is_external": True}, "outside Slack"),
        ({"mode": "tombstone"}, "no longer there"),
        ({"file_access": "check_file_info"}, "does not let the bot see"),
        ({"size": 10**9}, "larger than"),
        ({"url_private_download": "https://evil.example/f.txt"}, "where Slack keeps files"),
        ({"url_private_download": "http://files.slack.com/f.txt"}, "where Slack keeps files"),
        ({"url_private_download": "https://files.slack.com@evil.example/f"}, "where Slack keeps"),
        ({"url_private_download": "http://127.0.0.1:1/f.txt"}, "where Slack keeps files"),
    ],
)
async def test_what_is_not_in_order_is_not_fetched(
    slack: FakeSlack, facts: dict[str, object], reason: str
):
    file = slack.file("brief.txt", text("Nowhere"), "alice", **facts)
    with pytest.raises(ReadError, match=reason):
        await fetch(settings_for(slack), file.id, 10**6)


async def test_bytes_are_counted_and_not_believed(slack: FakeSlack):
    file = slack.file("brief.txt", b"x" * 5000, "alice", size=10)
    with pytest.raises(ReadError, match="larger than"):
        await fetch(settings_for(slack), file.id, 4000)


async def test_the_token_is_not_sent_where_slack_redirects_to():
    sent: list[str | None] = []

    async def elsewhere(request: web.Request) -> web.Response:
        sent.append(request.headers.get("Authorization"))
        return web.Response(text="caught")

    app = web.Application()
    app.router.add_get("/{any:.*}", elsewhere)
    runner = web.AppRunner(app)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    port = runner.addresses[0][1]

    class Redirecting(FakeSlack):
        async def _file(self, request: web.Request) -> web.Response:
            raise web.HTTPFound(f"http://127.0.0.1:{port}/caught")

    async with Redirecting() as slack:
        file = slack.file("brief.txt", text("Nowhere"), "alice")
        with pytest.raises(ReadError, match="no token may go"):
            await fetch(settings_for(slack), file.id, 10**6)
    await runner.cleanup()
    assert sent == []


@pytest.mark.parametrize(
    ("name", "kind", "safe"),
    [
        ("../../etc/passwd.txt", "", "passwd.txt"),
        ("..\\..\\boot.ini", "txt", "boot.ini.txt"),
        ("a\x00b\u202egnp.txt", "", "a_b_gnp.txt"),
        (".hidden", "md", "hidden.md"),
        ("", "pdf", "file.pdf"),
        ("...", "", "file"),
        ("CON.txt", "", "_CON.txt"),
        ("~root/*.md", "", "file.md"),
        ("b" * 300 + ".pdf", "", "b" * 100 + ".pdf"),
        ("Bericht über Öl.docx", "", "Bericht über Öl.docx"),
        ("x#attachment=y.eml", "", "x_attachment=y.eml"),
    ],
)
def test_a_name_is_made_safe(name: str, kind: str, safe: str):
    assert safe_name(name, kind) == safe


async def test_a_hostile_name_goes_on_record_without_its_folders(
    slack: FakeSlack, running: RunningBot, briefs: Library
):
    ts = await slack.drop_file("../../../tmp/<!channel> *x*.txt", text("Hostile"), "alice")
    said = await confirmed(slack, ts)
    assert "Added: " in said.said
    (source,) = [where for name, where in titles(briefs).items() if "Hostile" in name]
    assert ".." not in source
    assert source.count("/") == 3
    assert slack.violations == []


async def test_a_brief_added_in_the_dialog_is_told_of_in_a_direct_message(
    slack: FakeSlack, running: RunningBot, briefs: Library
):
    await slack.command("/briefs", "add", "alice", "deals")
    view = await seen(slack, "alice", "The brief")
    file = slack.file("dialog.txt", text("Dialogue"), "alice")
    wrong = {"files": [file.wire(slack.world)], "date": "soon"}
    said = await slack.submit(view, wrong)
    assert said["errors"].keys() == {"date"}
    given = {"files": [file.wire(slack.world)], "title": "On <ferries>", "date": "2021-05"}
    await slack.submit(view, given)
    await slack.until(lambda: _in_dm(slack), 30)
    assert "On <ferries>" in _in_dm(slack)[0].said
    assert "2021-05" in _in_dm(slack)[0].said
    assert "On <ferries>" in titles(briefs)
    assert slack.violations == []


def _in_dm(slack: FakeSlack) -> list[Message]:
    return [m for m in slack.answers() if m.channel == slack.dm("alice").id]


async def test_the_files_of_a_message_are_added_by_a_shortcut(
    slack: FakeSlack, running: RunningBot, briefs: Library
):
    file = slack.file("short.txt", text("Shortcut"), "bob")
    ts = await slack.say("deals", "ada", "for the record", files=[file.id])
    await slack.shortcut("add_to_briefs", "alice", "deals", ts)
    assert "Added: " in (await told(slack, "alice")).said
    plain = await slack.say("deals", "ada", "nothing here")
    await slack.shortcut("add_to_briefs", "alice", "deals", plain)
    assert phrases.NO_FILES in (await told(slack, "alice", 2)).text
    assert slack.violations == []


ASKED = "How many passengers a day does the ferry across Lake {} carry?"
NUMBERS = itertools.count(2471)  # each stands in one file alone


async def answer(slack: FakeSlack, ts: str) -> str:
    """Return what a question was answered with in its thread."""
    said: str = (await slack.answer_to(ts, 30)).said
    return said


async def hidden_from(slack: FakeSlack, user: str, lake: str, number: str) -> None:
    """Nothing tells this person of the file: not an answer, a search, App Home or a list."""
    question = ASKED.format(lake)
    assert number not in await answer(slack, await slack.ask(user, question))
    assert number not in await answer(slack, await slack.mention("desk", user, question))
    for typed in (f"search ferry Lake {lake}", "latest"):
        before = len([one for one in slack.world.ephemeral if one.to == slack.world.user(user).id])
        await slack.command("/briefs", typed, user, "desk")
        shown = await told(slack, user, before + 1)
        assert f"Ferries of Lake {lake}" not in str((shown.text, shown.blocks)), typed
    await slack.open_home(user)
    person = slack.world.user(user).id
    await slack.until(lambda: slack.world.homes.get(person), 15)
    assert f"Ferries of Lake {lake}" not in str(slack.world.homes[person].view)


async def test_a_file_dropped_in_a_direct_message_is_seen_by_that_person_alone(
    office: FakeSlack, running: RunningBot, briefs: Library
) -> None:
    """Whoever else asks, wherever, does not find it; the one who added it does, and removes it."""
    number = str(next(NUMBERS))
    said = await confirmed(
        office, await office.drop_file("own.txt", text("Ownwater", number), "alice")
    )
    assert "Only you can read it" in said.said
    assert "place:" not in said.said
    await hidden_from(office, "bob", "Ownwater", number)
    question = ASKED.format("Ownwater")
    assert number not in await answer(office, await office.mention("desk", "alice", question))
    assert number in await answer(office, await office.ask("alice", question))
    await office.command("/briefs", f"ask {question}", "alice", "desk")
    alone = await told(office, "alice")
    assert number in alone.said
    await office.click(alone, "Share with channel", "alice")
    assert phrases.NOT_TO_BE_SHARED in (await told(office, "alice", 2)).text
    await office.click(said, "Undo", "alice")
    await office.until(lambda: not any("Ownwater" in name for name in titles(briefs)), 15)
    assert office.violations == []


@pytest.mark.parametrize("name", ["lounge", "three"])
async def test_a_file_added_in_a_private_channel_is_seen_there_alone(
    name: str, office: FakeSlack, running: RunningBot, briefs: Library
) -> None:
    """By whoever reads it, also alone there; not elsewhere, by nobody who does not read it."""
    number = str(next(NUMBERS))
    lake = f"Quiet{name}"
    if name == "lounge":
        office.world.add_channel("lounge", "private", members=("alice", "bob"))
    ts = await office.drop_file("c.txt", text(lake, number), "alice", name, text="@briefs add this")
    said = await confirmed(office, ts)
    assert "Only people in the channel where it was added can read it" in said.said
    await hidden_from(office, "ada", lake, number)
    await hidden_from(office, "bob", lake, number)  # elsewhere
    question = ASKED.format(lake)
    assert number in await answer(office, await office.mention(name, "bob", question))
    before = len([one for one in office.world.ephemeral if one.to == office.world.user("bob").id])
    await office.command("/briefs", f"ask {question}", "bob", name)
    assert number in (await told(office, "bob", before + 1)).said
    await office.click(said, "Undo", "alice")
    await office.until(lambda: not any(lake in title for title in titles(briefs)), 15)
    assert office.violations == []


async def test_a_public_channels_file_is_seen_by_all_and_the_reply_says_so(
    office: FakeSlack, running: RunningBot, briefs: Library
) -> None:
    """As before: it goes into the default collection."""
    number = str(next(NUMBERS))
    ts = await office.drop_file(
        "p.txt", text("Publicwater", number), "alice", "desk", text="@briefs add"
    )
    said = await confirmed(office, ts)
    assert "Every full member of this workspace can read it." in said.said
    assert number in await answer(office, await office.ask("bob", ASKED.format("Publicwater")))
    await office.click(said, "Undo", "alice")
    await office.until(lambda: not any("Publicwater" in name for name in titles(briefs)), 15)


async def test_the_dialog_of_a_private_channel_offers_that_channel_first(
    office: FakeSlack, running: RunningBot, briefs: Library
) -> None:
    """What is chosen already is seen there alone; the settings offer no such collection."""
    number = str(next(NUMBERS))
    await office.command("/briefs", "add", "alice", "deals")
    view = await seen(office, "alice", "The brief")
    file = office.file("dialog.txt", text("Dialogwater", number), "alice")
    await office.submit(view, {"files": [file.wire(office.world)]})
    await office.until(lambda: _in_dm(office), 30)
    assert "Only people in the channel" in _in_dm(office)[0].said
    (row,) = [row.brief for row in briefs.versions() if "Dialogwater" in row.brief.title]
    assert row.collection == f"place:T0FAKE/{office.world.channel('deals').id}"
    await office.command("/briefs", "settings", "ada", "deals")
    shown = await seen(office, "ada", "Which questions I answer")
    assert "board" in str(shown.view)
    assert "place:" not in str(shown.view)


async def test_where_slack_says_nothing_of_the_channel_the_dialog_offers_oneself_first(
    office: FakeSlack, running: RunningBot
) -> None:
    """In a private channel without the bot; nothing is chosen already that others would see."""
    office.world.add_channel("attic", "private", members=("alice",), bot=False)
    await office.command("/briefs", "add", "alice", "attic")
    view = await seen(office, "alice", "The brief")
    blocks = [one for one in view.view["blocks"] if one.get("block_id") == "collection"]
    assert blocks[0]["element"]["initial_option"]["text"]["text"] == "only you"
