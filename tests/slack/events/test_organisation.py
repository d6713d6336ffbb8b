"""The app installed in a whole organisation: no team of its own, and people of its workspaces."""

from collections.abc import AsyncIterator

import pytest

from bot.slack.bot import RunningBot
from index.library import Library
from tests.slack.bots import answering_bot, empty_tables, seen, told
from tests.slack.fake import FakeSlack
from tests.slack.fake.world import ORGANISATION

pytestmark = pytest.mark.anyio

LEASE = "Who called the lease a mistake?"
BRANDT = "Minister Ilse Brandt called the lease a mistake."


@pytest.fixture
async def everywhere(office: FakeSlack, briefs: Library) -> AsyncIterator[RunningBot]:
    office.rules.organisation = True
    for number, name in enumerate(("alice", "bob", "ada")):
        enterprise = {"enterprise_id": ORGANISATION, "teams": [f"T{number}"]}
        office.world.user(name).extra = {"team_id": f"T{number}", "enterprise_user": enterprise}
    board = office.world.add_group("board", "alice")
    empty_tables(briefs)
    groups = {"board": {"groups": [board]}}
    async with answering_bot(office, briefs, collections=groups) as bot:
        yield bot


async def test_events_without_a_team_are_answered(
    everywhere: RunningBot, office: FakeSlack
) -> None:
    """A mention, a follow-up, a direct message, in a channel of several workspaces."""
    office.world.channel("desk").extra = {"is_shared": True, "is_org_shared": True}
    ts = await office.mention("#desk", "alice", LEASE)
    assert BRANDT in (await office.answer_to(ts)).said
    more = await office.say("#desk", "bob", "What did she promise in 2024?", ts)
    assert "public ownership" in (await office.answer_to(more)).said
    assert BRANDT in (await office.answer_to(await office.ask("bob", LEASE))).said
    claim = everywhere.parts.inbox.by_question(ORGANISATION, office.world.channel("desk").id, ts)
    assert claim
    assert office.violations == []


async def test_clicks_and_commands_whose_team_is_null_are_served(
    everywhere: RunningBot, office: FakeSlack
) -> None:
    """A command, a button of an answer, a dialog, App Home."""
    await office.command("/briefs", f"ask {LEASE}", "alice", "#desk")
    answer = await told(office, "alice")
    assert BRANDT in answer.said
    await office.click(answer, "Show passages", "alice")
    await seen(office, "alice", "called the lease a mistake")
    await office.command("/briefs", "add", "bob", "#desk")
    view = await seen(office, "bob", "The brief")
    file = office.file("note.txt", b"Ferries of Lake Orgwater\n\nThe ferry has 3 decks.", "bob")
    await office.submit(view, {"files": [file.wire(office.world)]})
    await office.open_home("ada")
    await office.until(lambda: office.home_of("ada"), 20, "App Home")
    await office.until(
        lambda: [one for one in office.answers() if "Orgwater" in one.said], 30, "a report"
    )
    assert office.violations == []


async def test_groups_of_the_organisations_workspaces_let_their_people_in(
    everywhere: RunningBot, office: FakeSlack
) -> None:
    """Alice is of the board, Bob is not; a person of another organisation sees nothing of ours."""
    asked = "What does the board want to take over?"
    assert "Zephyrine" in (await office.answer_to(await office.ask("alice", asked))).said
    assert "Zephyrine" not in (await office.answer_to(await office.ask("bob", asked))).said
    foreign = await office.answer_to(await office.ask("sam", LEASE))
    assert "people of other organisations" in foreign.said
    assert office.violations == []
