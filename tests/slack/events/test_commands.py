import pytest

from bot.slack import phrases
from bot.slack.bot import RunningBot
from bot.slack.events.commands import command_of
from index.library import Library
from tests.slack.bots import CANARY, seen, told
from tests.slack.fake import FakeSlack, Message

pytestmark = pytest.mark.anyio

QUESTION = "To whom was the harbour of Port Aurelia leased?"


async def command(slack: FakeSlack, text: str, user: str = "alice", at: str = "general") -> Message:
    before = sum(one.to == slack.world.user(user).id for one in slack.world.ephemeral)
    await slack.command("/briefs", text, user, at)
    return await told(slack, user, before + 1)


async def test_help_is_what_an_empty_command_gets(slack: FakeSlack, running: RunningBot):
    for text in ("help", ""):
        assert "/briefs QUESTION" in (await command(slack, text)).said
    assert slack.violations == []


async def test_ask_is_answered_to_the_asker_alone_with_a_button_to_share(
    slack: FakeSlack, running: RunningBot
):
    answer = await command(slack, f"ask {QUESTION}")
    assert "Norvane Shipping Company" in answer.said
    assert answer.to
    assert "Share with channel" in answer.said
    assert not [m for m in slack.answers() if not m.to]
    assert slack.violations == []


async def test_a_question_needs_no_word_before_it(slack: FakeSlack, running: RunningBot):
    """The reply shows it."""
    answer = await command(slack, QUESTION)
    assert "Norvane Shipping Company" in answer.said
    assert f"Question: {QUESTION}" in answer.said


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("ask What is it?", ("ask", "What is it?")),
        ("Search wheat", ("search", "wheat")),
        ("latest", ("latest", "")),
        ("latest developments in Sudan", ("ask", "latest developments in Sudan")),
        ("brief ab12", ("brief", "ab12")),
        ("brief me on wheat", ("ask", "brief me on wheat")),
        ("settings", ("settings", "")),
        ("follow grain exports", ("follow", "grain exports")),
        ("unfollow", ("unfollow", "")),
        ("help me find the lease", ("ask", "help me find the lease")),
        ("add", ("add", "")),
        ("  ", ("help", "")),
    ],
)
def test_commands_are_told_from_questions(typed: str, meant: tuple[str, str]):
    assert command_of(typed) == meant


async def test_ask_without_a_question_says_how(slack: FakeSlack, running: RunningBot):
    assert phrases.NO_QUESTION in (await command(slack, "ask ")).text


async def test_search_finds_in_what_the_person_may_see_and_nothing_else(
    slack: FakeSlack, running: RunningBot
):
    seen = await command(slack, f"search {CANARY} buyout", "alice", "deals")
    assert CANARY in seen.said
    for user in ("bob", "gwen"):
        found = await command(slack, f"search {CANARY} buyout", user)
        assert "Board paper" not in found.said
        assert "900 million" not in found.said
    assert slack.violations == []


async def test_latest_lists_the_newest_brief_first_without_the_restricted(
    slack: FakeSlack, running: RunningBot
):
    said = (await command(slack, "latest", "bob")).said
    assert said.index("Port Aurelia: lease") < said.index("Wheat exports")
    assert "Board paper" not in said
    assert "Board paper" in (await command(slack, "latest", "alice", "deals")).said


async def test_a_brief_that_may_not_be_seen_is_one_that_is_not_there(
    slack: FakeSlack, running: RunningBot, briefs: Library
):
    ids = {row.brief.collection: row.brief.id for row in briefs.versions()}
    shown = await command(slack, f"brief {ids['board']}", "alice", "deals")
    assert "Board paper: plan for a takeover" in shown.said
    hidden = await command(slack, f"brief {ids['board']}", "bob")
    unknown = await command(slack, "brief nowhere", "bob")
    assert hidden.text.replace(ids["board"], "X") == unknown.text.replace("nowhere", "X")
    assert slack.violations == []


async def test_add_opens_the_dialog_for_members_and_tells_guests_no(
    slack: FakeSlack, running: RunningBot
):
    await slack.command("/briefs", "add", "alice", "general")
    await seen(slack, "alice", "The brief")
    await slack.command("/briefs", "add", "gwen", "general")
    await seen(slack, "gwen", "full members")
    assert slack.violations == []


async def test_settings_are_for_admins_and_hold(slack: FakeSlack, running: RunningBot):
    slack.world.add_channel("market", members=("alice", "bob", "ada"))
    await slack.command("/briefs", "settings", "bob", "market")
    await seen(slack, "bob", phrases.ADMINS_ONLY)
    await slack.command("/briefs", "settings", "ada", "market")
    view = await seen(slack, "ada", "Where answers appear")
    assert "board" not in str(view.view["blocks"])
    await slack.submit(view, {"answering": "private", "collections": ["default"]})
    await seen(slack, "ada", phrases.SETTINGS_SAVED)
    kept = running.parts.preferences.get(running.parts.team, slack.world.channel("market").id)
    assert kept.collections == ("default",)
    assert kept.answering.value == "private"
    assert slack.violations == []


async def test_settings_that_a_channel_may_not_have_are_refused(
    slack: FakeSlack, running: RunningBot
):
    slack.world.add_channel("market", members=("alice", "bob", "ada"))
    await slack.command("/briefs", "settings", "ada", "market")
    view = await seen(slack, "ada", "Where answers appear")
    slack.world.channel("market").shared = True  # meanwhile
    await slack.submit(view, {"collections": ["default"]})
    await seen(slack, "ada", phrases.NOT_THESE)


async def test_settings_are_those_of_channels(slack: FakeSlack, running: RunningBot):
    said = await command(slack, "settings", "ada", slack.dm("ada").id)
    assert phrases.CHANNELS_ONLY in said.text
