import pytest

from bot.slack import phrases
from bot.slack.bot import RunningBot
from tests.slack.bots import CANARY, seen, told
from tests.slack.fake import FakeSlack

pytestmark = pytest.mark.anyio

QUESTION = "To whom was the harbour of Port Aurelia leased?"


async def home(slack: FakeSlack, user: str, words: str) -> str:
    await slack.open_home(user)
    await slack.until(lambda: slack.home_of(user) and words in str(slack.home_of(user).view))
    return str(slack.home_of(user).view)


async def test_home_shows_what_the_person_may_see(slack: FakeSlack, running: RunningBot):
    shown = await home(slack, "alice", "Wheat exports of Tamara")
    assert "Board paper" not in shown
    assert CANARY not in shown
    guest = await home(slack, "gwen", "There are no briefs yet")
    assert "Wheat" not in guest
    assert "Add a brief" not in guest
    assert slack.violations == []


async def test_the_pane_suggests_questions_on_the_newest_briefs_that_may_be_seen(
    slack: FakeSlack, running: RunningBot
):
    for user in ("alice", "gwen"):
        await slack.open_home(user, "messages")
    channel = slack.dm("alice").id
    await slack.until(lambda: (channel, "") in slack.world.sessions)
    prompts = slack.world.sessions[channel, ""].prompts
    assert any("Port Aurelia: lease" in one["message"] for one in prompts)
    await slack.quiet()
    assert (slack.dm("gwen").id, "") not in slack.world.sessions
    assert "Board" not in str(prompts)


async def test_a_question_asked_in_the_dialog_is_answered_in_the_direct_message(
    slack: FakeSlack, running: RunningBot
):
    await home(slack, "alice", "Ask a question")
    await slack.click(slack.home_of("alice"), "Ask a question")
    view = await seen(slack, "alice", "Your question")
    await slack.submit(view, {"question": QUESTION})

    def answer() -> bool:
        said = [m for m in slack.answers() if m.channel == slack.dm("alice").id]
        return any("Norvane" in m.said and m.thread_ts for m in said)

    await slack.until(answer, 20)
    assert slack.violations == []


async def test_a_message_is_asked_about_for_the_one_who_clicked(
    slack: FakeSlack, running: RunningBot
):
    ts = await slack.say("general", "bob", QUESTION)
    await slack.shortcut("ask_briefs", "alice", "general", ts)
    own = await told(slack, "alice")
    assert "Norvane" in own.said
    assert not [m for m in slack.answers() if not m.to]
    assert slack.violations == []


async def test_a_message_without_text_is_no_question(slack: FakeSlack, running: RunningBot):
    ts = await slack.say("general", "bob", "!!")
    await slack.shortcut("ask_briefs", "alice", "general", ts)
    assert phrases.NOTHING_TO_ASK in (await told(slack, "alice")).text


async def test_the_global_shortcut_opens_the_question_box(slack: FakeSlack, running: RunningBot):
    await slack.shortcut("open_briefs", "alice")
    await seen(slack, "alice", "Your question")
