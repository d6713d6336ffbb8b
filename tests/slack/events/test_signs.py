"""A sign where it would be silent: who is not known, places that take no post, dialogs, files."""

import logging

import pytest

from bot.slack import phrases
from bot.slack.bot import RunningBot
from index.library import Library
from tests.slack.bots import seen, told
from tests.slack.fake import BOT_USER, FakeSlack, rate_limited, refused

pytestmark = pytest.mark.anyio

LEASE = "Who called the lease a mistake?"
BRANDT = "Minister Ilse Brandt called the lease a mistake."
NOTE = b"""Ferries of Lake {}

Published: 2024-02-03

The ferry across Lake {} carries 1347 passengers a day. It was built in the yard of Orlen and has
three decks, of which the lowest takes lorries to the northern shore.
"""


def note(lake: str) -> bytes:
    return NOTE.replace(b"{}", lake.encode())


def in_dm(slack: FakeSlack, user: str) -> str:
    dm = slack.dm(user).id
    return "\n".join(one.said for one in slack.answers() if one.channel == dm)


async def test_readers_who_cannot_be_asked_for_are_no_answer(
    office: FakeSlack, running: RunningBot
) -> None:
    """The asker is told, and asks again once Slack answers."""
    office.faults.script("users.info", [rate_limited(300)])
    said = (await office.answer_to(await office.mention("#desk", "alice", LEASE))).said
    assert phrases.CANNOT_CHECK in said
    assert "found nothing" not in said
    running.parts.directory._calls.pacing._held.clear()  # the five minutes are over
    office.faults.clear()
    running.parts.directory.changed()
    assert BRANDT in (await office.answer_to(await office.mention("#desk", "alice", LEASE))).said


async def test_what_a_person_may_see_that_cannot_be_asked_is_said_so(
    office: FakeSlack, running: RunningBot
) -> None:
    """At a click, in a command, in App Home."""
    answer = await office.answer_to(await office.mention("#desk", "alice", LEASE))
    office.faults.script("users.info", lambda number, args: refused("access_denied"))
    running.parts.directory.changed()
    await office.command("/briefs", "search wheat", "bob", "#desk")
    assert phrases.CANNOT_CHECK_PERSON in (await told(office, "bob")).said
    await office.open_home("ada")
    await office.until(lambda: office.home_of("ada"), 20, "App Home")
    assert phrases.CANNOT_CHECK_PERSON in str(office.home_of("ada").view)  # type: ignore[union-attr]
    await office.click(answer, "Show passages", "bob")
    await seen(office, "bob", phrases.CANNOT_CHECK_PERSON)


@pytest.mark.parametrize(
    ("channel", "user", "why"),
    [
        ("general", "alice", "There is a guest in this channel"),
        ("partners", "alice", "shared with another organisation"),
        ("general", "gwen", "ask a full member"),
    ],
)
async def test_who_asks_where_less_is_shown_learns_why(
    channel: str, user: str, why: str, slack: FakeSlack, running: RunningBot
) -> None:
    said = (await slack.answer_to(await slack.mention(channel, user, LEASE))).said
    assert why in said
    assert "Brandt" not in said


async def test_a_channel_of_the_whole_organisation_says_so(
    office: FakeSlack, running: RunningBot
) -> None:
    office.world.channel("desk").extra = {"is_shared": True, "is_org_shared": True}
    said = (await office.answer_to(await office.mention("#desk", "alice", LEASE))).said
    assert "between workspaces of your organisation" in said


@pytest.mark.parametrize("code", ["restricted_action", "is_archived", "not_in_channel"])
async def test_a_channel_that_takes_no_post_is_told_of_in_a_direct_message(
    code: str, office: FakeSlack, running: RunningBot
) -> None:
    desk = office.world.channel("desk").id
    office.faults.script(
        "chat.postMessage",
        lambda number, args: refused(code) if args.get("channel") == desk else None,
    )
    await office.mention("#desk", "alice", LEASE)
    await office.until(lambda: in_dm(office, "alice"), 30, "a direct message")
    assert "I could not answer your question in" in in_dm(office, "alice")


async def test_a_command_whose_address_is_void_where_the_bot_is_not_is_answered_in_a_direct_message(
    office: FakeSlack, running: RunningBot
) -> None:
    office.world.channel("desk").members.discard(BOT_USER)
    office.rules.hook_uses = 0
    await office.command("/briefs", LEASE, "alice", "#desk")
    await office.until(lambda: BRANDT in in_dm(office, "alice"), 60, "a direct message")


async def test_a_dialog_that_does_not_open_is_said_so(
    office: FakeSlack, running: RunningBot
) -> None:
    """The trigger has expired, or Slack refuses."""
    answer = await office.answer_to(await office.mention("#desk", "alice", LEASE))
    office.faults.script("views.open", lambda number, args: refused("expired_trigger_id"))
    await office.click(answer, "Show passages", "alice")
    assert phrases.TRY_AGAIN in (await told(office, "alice")).said
    await office.command("/briefs", "add", "bob", "#desk")
    assert phrases.TRY_AGAIN in (await told(office, "bob")).said


async def test_an_invitation_is_answered_with_one_message(
    office: FakeSlack, running: RunningBot
) -> None:
    """What it does, who sees what, how to stop it; nobody else's coming is."""
    lobby = office.world.add_channel("lobby", members=("alice",), bot=False)
    await office.join("lobby", "briefs")
    await office.until(lambda: [m for m in office.answers() if m.channel == lobby.id], 20)
    await office.join("lobby", "bob")
    await office.quiet(0.6)
    (said,) = [m.said for m in office.answers() if m.channel == lobby.id]
    for words in ("Mention me", "everyone who can read this channel", "stop"):
        assert words in said


async def test_admins_see_the_use_that_is_made_of_it(
    office: FakeSlack, running: RunningBot
) -> None:
    """Numbers: questions by outcome, people, feedback. Others do not."""
    answer = await office.answer_to(await office.mention("#desk", "alice", LEASE))
    await office.click(answer, "feedback", "bob")
    await told(office, "bob")
    for user in ("ada", "bob"):
        await office.open_home(user)
        await office.until(lambda user=user: office.home_of(user), 20, "App Home")
    shown = str(office.home_of("ada").view)  # type: ignore[union-attr]
    assert "Usage in the last 30 days" in shown
    assert "1 question by 1 person (answered: 1)" in shown
    assert "Feedback: 1 good, 0 bad" in shown
    assert "Usage" not in str(office.home_of("bob").view)  # type: ignore[union-attr]


async def test_a_file_of_one_person_is_opened_to_all_with_a_button(
    office: FakeSlack, running: RunningBot, briefs: Library
) -> None:
    """By the person who added it, and by nobody else."""
    ts = await office.drop_file("own.txt", note("Openwater"), "alice")
    report = await office.answer_to(ts)
    assert "Only you can read it" in report.said
    asked = "How many passengers a day does the ferry across Lake Openwater carry?"
    await office.click(report, "Let everyone read it", "bob")
    assert phrases.NOT_YOUR_BRIEF in (await told(office, "bob")).said
    assert "1347" not in (await office.answer_to(await office.ask("bob", asked))).said
    await office.click(report, "Let everyone read it", "alice")
    done = "Every full member of this workspace can read it."
    await office.until(lambda: done in in_dm(office, "alice"), 60, "a report")
    assert "1347" in (await office.answer_to(await office.ask("bob", asked))).said
    rows = [row for row in briefs.versions() if "Openwater" in row.brief.title]
    current = [row.brief.collection for row in rows if row.state == "current"]
    assert current == ["default"]


async def test_a_question_with_a_file_is_answered_from_it(
    office: FakeSlack, running: RunningBot
) -> None:
    ts = await office.drop_file("lake.txt", note("Sumwater"), "alice", text="Summarise this")
    await office.until(lambda: len(office.answers_to(ts)) > 1, 60, "a report and an answer")
    report, answer = office.answers_to(ts)[:2]
    assert "Added: " in report.said
    assert "Sumwater" in answer.said
    assert "[1]" in answer.said
    assert f"{office.base}/archive/" in str(answer.blocks)  # where Slack keeps the file


async def test_a_question_with_a_picture_is_answered(
    office: FakeSlack, running: RunningBot
) -> None:
    ts = await office.drop_file("screen.png", b"\x89PNG", "alice", text=LEASE, mimetype="image/png")
    await office.until(lambda: BRANDT in "".join(m.said for m in office.answers_to(ts)), 60)
    said = "".join(one.said for one in office.answers_to(ts))
    assert phrases.PICTURES in said
    assert "Not added" not in said


async def test_nobody_who_was_not_told_has_the_question(
    office: FakeSlack, running: RunningBot
) -> None:
    """Without a librarians' channel the question is on the list, and that is what is said."""
    answer = await office.answer_to(await office.mention("#desk", "alice", "What did Peru export?"))
    await office.click(answer, "Ask the librarians", "alice")
    assert "Nobody was told" in (await told(office, "alice")).said


async def test_the_settings_name_their_channel(office: FakeSlack, running: RunningBot) -> None:
    await office.command("/briefs", "settings", "ada", "#desk")
    view = await seen(office, "ada", "Which questions I answer")
    desk = office.world.channel("desk").id
    assert {"type": "channel", "channel_id": desk} in view.view["blocks"][0]["elements"][0][
        "elements"
    ]


async def test_a_question_that_fails_is_logged_with_number_time_and_exception(
    office: FakeSlack,
    running: RunningBot,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:
    """Not with its words."""

    what_it_says = "canary"  # of others' exceptions no word, only where they come from

    def broken(*given: object, **named: object) -> None:
        raise ZeroDivisionError(what_it_says)

    caplog.set_level(logging.INFO)
    monkeypatch.setattr(running.parts.answerer, "ask", broken)
    said = (await office.answer_to(await office.mention("#desk", "alice", LEASE))).said
    assert phrases.BROKEN in said
    (line,) = [one for one in caplog.messages if "ZeroDivisionError" in one]
    assert line.startswith("question ")
    assert " failed at 20" in line
    assert "test_signs.py" in line
    assert "canary" not in line
    assert LEASE not in caplog.text


async def test_people_are_shown_by_their_names(office: FakeSlack, running: RunningBot) -> None:
    """Where their ids stand in a question."""
    bob = office.world.user("bob").id
    await office.command("/briefs", f"Does <@{bob}> know who called the lease a mistake?", "alice",
                         "#desk")  # fmt: skip
    said = (await told(office, "alice")).said
    assert "@bob" in said
    assert bob not in said
