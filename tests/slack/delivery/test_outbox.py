"""Messages reach Slack once each, at Slack's pace, or not at all with a reason for people."""

import asyncio
import logging
from collections import Counter
from collections.abc import AsyncIterator
from types import SimpleNamespace
from typing import Any

import pytest
from slack_sdk.web.async_client import AsyncWebClient

from bot.slack.delivery.calls import PER_MINUTE
from bot.slack.delivery.faults import BLOCKS_REFUSED, EVERYWHERE, WORDS
from bot.slack.delivery.messages import fitting
from bot.slack.delivery.outbox import SPARE_UPDATES, Outbox, Undeliverable
from bot.slack.types import Posted
from tests.slack.delivery.fast_clock import FastClock
from tests.slack.fake import (
    BOT_USER,
    FakeSlack,
    Fault,
    Message,
    cut,
    hang,
    lost_response,
    rate_limited,
    refused,
    server_error,
)

pytestmark = pytest.mark.anyio
BLOCKS = [{"type": "section", "text": {"type": "mrkdwn", "text": "In 2023. [1]"}}]
CANARY = "canary-7f3a"


@pytest.fixture
async def clock(slack: FakeSlack, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[FastClock]:
    """A fast clock that the fake goes by as well, for its Retry-After."""
    async with FastClock() as fast:
        monkeypatch.setattr("tests.slack.fake.faults.time", SimpleNamespace(monotonic=fast))
        yield fast


@pytest.fixture
def outbox(slack: FakeSlack, clock: FastClock) -> Outbox:
    return new_outbox(slack, clock)


def new_outbox(slack: FakeSlack, clock: FastClock, **settings: Any) -> Outbox:
    client = AsyncWebClient(slack.bot_token, base_url=slack.api)  # with the SDK's own retries
    return Outbox(client, clock=clock, sleep=clock.sleep, **settings)


def asked(slack: FakeSlack, channel: str = "general") -> tuple[str, str]:
    """A question that stands: its channel and ts."""
    message = Message(
        slack.world.channel(channel).id, slack.world.stamp(), slack.world.user("alice").id, "When?"
    )
    slack.world.add(message)
    return message.channel, message.ts


def answers(slack: FakeSlack, channel: str, root: str | None) -> list[Message]:
    """What the bot said in a thread, or outside of threads."""
    return [
        one
        for one in slack.world.messages.values()
        if one.by_bot and not one.deleted and (one.channel, one.thread_ts) == (channel, root)
    ]


def called(slack: FakeSlack, method: str) -> int:
    return sum(call.method == method for call in slack.calls)


async def code_of(sending: Any) -> str:
    with pytest.raises(Undeliverable) as caught:
        await sending
    assert caught.value.reason.endswith(".")
    return caught.value.code


# -- posting once ----------------------------------------------------------------------------


async def test_200_answers_at_once_with_429s_and_lost_responses_stand_once_each(
    slack: FakeSlack, outbox: Outbox
) -> None:
    """Every third post limited, every seventh posted with its response lost."""

    def plan(number: int, args: dict[str, Any]) -> Fault | None:
        if number % 7 == 0:
            return lost_response()
        return rate_limited(1 + number % 4) if number % 3 == 0 else None

    slack.faults.script("chat.postMessage", plan)
    places = [asked(slack) for _ in range(200)]
    await asyncio.gather(
        *(outbox.post(*place, f"Answer {n}.", BLOCKS, f"a{n}") for n, place in enumerate(places))
    )
    for number, place in enumerate(places):
        assert [one.text for one in answers(slack, *place)] == [f"Answer {number}."]
    outcomes = Counter(c.outcome for c in slack.calls if c.method == "chat.postMessage")
    assert outcomes["ratelimited"] > 50
    assert outcomes["lost"] > 25
    assert slack.violations == []  # none of them came before its Retry-After ended


@pytest.mark.parametrize("fault", [cut(), lost_response(), server_error(), hang(1.5)])
async def test_a_post_with_an_unknown_outcome_is_looked_for_before_it_is_made_again(
    slack: FakeSlack, clock: FastClock, fault: Fault
) -> None:
    outbox, place = new_outbox(slack, clock, seconds_a_call=1.0), asked(slack)
    slack.faults.script("chat.postMessage", fault)
    posted = await outbox.post(*place, "Then.", BLOCKS, "a1")
    assert [one.ts for one in answers(slack, *place)] == [posted.ts]
    methods = [call.method for call in slack.calls]
    assert methods.index("conversations.replies") > methods.index("chat.postMessage")
    assert called(slack, "chat.postMessage") == (1 if fault.kind == "lost" else 2)


async def test_the_mark_is_found_on_a_later_page_and_only_on_our_own_messages(
    slack: FakeSlack, outbox: Outbox
) -> None:
    channel, ts = asked(slack)
    mark = {"event_type": "brief_answer", "event_payload": {"answer_id": "a1"}}
    forged = Message(
        channel, slack.world.stamp(), slack.world.user("bob").id, "Me!", thread_ts=ts, metadata=mark
    )
    slack.world.add(forged)
    assert await outbox.find(channel, ts, "a1") is None
    for number in range(5):
        slack.world.add(Message(channel, slack.world.stamp(), BOT_USER, str(number), thread_ts=ts))
    posted = await outbox.post(channel, ts, "Then.", None, "a1")
    slack.rules.page = 2
    assert await outbox.find(channel, ts, "a1") == posted.ts
    assert await outbox.find(channel, ts, "a2") is None


async def test_a_message_without_an_answer_or_a_thread_is_found_again_too(
    slack: FakeSlack, outbox: Outbox
) -> None:
    channel, _ = asked(slack)
    slack.faults.script("chat.postMessage", lost_response())
    posted = await outbox.post(channel, None, "New briefs.")
    assert [one.ts for one in answers(slack, channel, None)] == [posted.ts]
    assert called(slack, "chat.postMessage") == 1


async def test_where_slack_does_not_let_us_look_nothing_is_posted_twice(
    slack: FakeSlack, outbox: Outbox
) -> None:
    place = asked(slack)
    slack.rules.scopes = slack.rules.scopes - {"channels:history"}
    slack.faults.script("chat.postMessage", lost_response())
    assert await code_of(outbox.post(*place, "Then.", None, "a1")) == "unknown_outcome"
    assert called(slack, "chat.postMessage") == 1


async def test_a_long_outage_ends_with_a_reason(slack: FakeSlack, outbox: Outbox) -> None:
    place = asked(slack)
    slack.faults.script("chat.postMessage", lambda number, args: server_error())
    assert await code_of(outbox.post(*place, "Then.", None, "a1")) == "unknown_outcome"
    assert called(slack, "chat.postMessage") < 10
    assert answers(slack, *place) == []


# -- limits ----------------------------------------------------------------------------------


async def test_a_limit_said_in_the_body_is_obeyed_as_well(
    slack: FakeSlack, outbox: Outbox, clock: FastClock
) -> None:
    place, start = asked(slack), clock.now
    slack.faults.script("chat.postMessage", [refused("ratelimited"), refused("rate_limited")])
    await outbox.post(*place, "Then.")
    assert clock.now - start >= 20
    assert len(answers(slack, *place)) == 1


async def test_a_retry_after_beyond_our_patience_ends_at_once_with_a_reason(
    slack: FakeSlack, outbox: Outbox, clock: FastClock
) -> None:
    place, start = asked(slack), clock.now
    slack.faults.script("chat.postMessage", rate_limited(3600))
    assert await code_of(outbox.post(*place, "Then.")) == "too_busy"
    assert clock.now == start


async def test_the_queue_is_bounded(slack: FakeSlack, clock: FastClock) -> None:
    """The one too many is refused before anything is called."""
    outbox, place = new_outbox(slack, clock, most_waiting=3), asked(slack)
    posts = [outbox.post(*place, f"{number}") for number in range(4)]
    done = await asyncio.gather(*posts, return_exceptions=True)
    assert [type(one) for one in done] == [Posted] * 3 + [Undeliverable]
    assert called(slack, "chat.postMessage") == 3
    await outbox.post(*place, "later")


async def test_waiting_has_an_end(slack: FakeSlack, clock: FastClock) -> None:
    outbox, place = new_outbox(slack, clock, patience=5), asked(slack)
    posts = [outbox.post(*place, f"{number}") for number in range(10)]
    done = await asyncio.gather(*posts, return_exceptions=True)
    codes = [one.code for one in done if isinstance(one, Undeliverable)]
    assert codes == ["too_busy"] * len(codes)
    assert 5 <= len(answers(slack, *place)) == 10 - len(codes) <= 7


# -- refusals --------------------------------------------------------------------------------


async def test_a_permanent_error_is_met_once_and_put_into_words(
    slack: FakeSlack, outbox: Outbox, caplog: pytest.LogCaptureFixture
) -> None:
    """Loudly where nothing else will get through either."""
    ours = {"too_busy", "queue_full", "unknown_outcome"}
    for code in sorted(set(WORDS) - ours | {"new_code"}):
        caplog.clear()
        slack.calls.clear()
        slack.faults.script("chat.postMessage", lambda number, args, code=code: refused(code))
        with pytest.raises(Undeliverable) as caught:
            await outbox.post(*asked(slack), "Then.", None, "a1")
        assert caught.value.code == code
        assert (code in caught.value.reason) == (code == "new_code"), code
        assert [call.method for call in slack.calls] == ["chat.postMessage"], code
        loud = any(record.levelno >= logging.ERROR for record in caplog.records)
        assert loud == caught.value.everywhere == (code in EVERYWHERE), code


async def test_refused_blocks_give_way_to_the_plain_text(
    slack: FakeSlack, outbox: Outbox, caplog: pytest.LogCaptureFixture
) -> None:
    for code in sorted(BLOCKS_REFUSED):
        place = asked(slack)
        slack.faults.clear()
        slack.faults.script("chat.postMessage", refused(code))
        posted = await outbox.post(*place, "Then. [1]", BLOCKS, "a1")
        assert posted.plain, code
        (answer,) = answers(slack, *place)
        assert (answer.text, answer.blocks) == ("Then. [1]", []), code
        assert answer.metadata
        assert code in caplog.text
    assert "Then" not in caplog.text


async def test_every_message_keeps_links_from_unfurling_and_names_from_calling(
    slack: FakeSlack, outbox: Outbox
) -> None:
    channel, ts = asked(slack)
    posted = await outbox.post(channel, ts, "See <https://briefs.example/1|1>.", BLOCKS, "a1")
    await outbox.update(channel, posted.ts, "See <https://briefs.example/2|2>.")
    await outbox.ephemeral(channel, slack.world.user("bob").id, None, "Hello <https://a.example>")
    for call in slack.calls:
        assert call.args["parse"] == "none"
        assert call.args["link_names"] is False
        if call.method != "chat.update":
            assert call.args["unfurl_links"] is call.args["unfurl_media"] is False
    assert slack.violations == []


# -- changing --------------------------------------------------------------------------------


async def test_a_change_is_made_again_until_it_is_confirmed(
    slack: FakeSlack, outbox: Outbox
) -> None:
    channel, ts = asked(slack)
    posted = await outbox.post(channel, ts, "Then.", BLOCKS, "a1")
    slack.faults.script("chat.update", [lost_response(), rate_limited(2), server_error()])
    await outbox.update(channel, posted.ts, "Later.")
    (answer,) = answers(slack, channel, ts)
    assert (answer.text, answer.blocks) == ("Later.", [])
    assert answer.metadata["event_payload"] == {"answer_id": "a1"}  # kept
    assert slack.violations == []


async def test_a_change_falls_back_to_plain_text_and_fits(slack: FakeSlack, outbox: Outbox) -> None:
    channel, ts = asked(slack)
    posted = await outbox.post(channel, ts, "Then.")
    slack.faults.script("chat.update", refused("invalid_blocks"))
    text = "A sentence that is true. [1]\n" * 300
    assert (await outbox.update(channel, posted.ts, text, BLOCKS)).plain
    (answer,) = answers(slack, channel, ts)
    assert 3900 < len(answer.text) <= 4000
    assert answer.text.endswith("true. [1] …")


async def test_a_change_that_can_wait_leaves_room_for_others_and_ends_with_doubt(
    slack: FakeSlack, outbox: Outbox, clock: FastClock
) -> None:
    """Sixteen changes of a minute are kept; after an unknown outcome it must not go on."""
    channel, ts = asked(slack)
    first, *rest = [await outbox.post(channel, ts, "Then.") for _ in range(40)]
    for posted in rest:
        clock.now += 0.01
        assert await outbox.try_update(channel, posted.ts, "Later.", BLOCKS)
    assert called(slack, "chat.update") == PER_MINUTE["chat.update"] - SPARE_UPDATES
    clock.now += 60
    slack.faults.script("chat.update", [rate_limited(1), lost_response()])
    assert await outbox.try_update(channel, first.ts, "Later.", BLOCKS)
    clock.now += 5
    assert not await outbox.try_update(channel, first.ts, "Later.", BLOCKS)
    assert slack.violations == []


async def test_a_message_that_is_gone_is_not_changed_and_says_so(
    slack: FakeSlack, outbox: Outbox
) -> None:
    channel, _ = asked(slack)
    assert await code_of(outbox.update(channel, "1.000001", "x")) == "message_not_found"
    assert called(slack, "chat.update") == 1


def test_a_text_is_cut_after_a_sentence() -> None:
    assert fitting("short") == "short"
    assert fitting("One two three. Four five six.", 20) == "One two three. …"
    assert fitting("One two. [1] Three. [2] Four.", 22) == "One two. [1] …"
    assert fitting("x" * 50, 20) == "x" * 18 + " …"


# -- to one person ---------------------------------------------------------------------------


def hook(slack: FakeSlack, channel: str) -> str:
    return slack.hooks.give(channel, slack.world.user("alice").id)


async def test_a_response_url_is_preferred_until_it_is_used_up_half_an_hour_old_or_dropped(
    slack: FakeSlack, outbox: Outbox, clock: FastClock
) -> None:
    channel, alice = slack.world.channel("general").id, slack.world.user("alice").id
    url = hook(slack, channel)
    for number in range(7):
        await outbox.ephemeral(channel, alice, None, f"{number}", BLOCKS, response_url=url)
    assert [one.text for one in slack.world.ephemeral] == [str(number) for number in range(7)]
    assert (len(slack.hooks.said), called(slack, "chat.postEphemeral")) == (5, 2)
    old = hook(slack, channel)
    await outbox.ephemeral(channel, alice, None, "new", response_url=old)
    clock.now += 1800
    await outbox.ephemeral(channel, alice, None, "old", response_url=old)
    await outbox.ephemeral(channel, alice, None, "x", response_url=f"{slack.base}/hook/gone")
    assert [one.text for one in slack.world.ephemeral[7:]] == ["new", "old", "x"]
    assert (len(slack.hooks.said), called(slack, "chat.postEphemeral")) == (6, 4)
    assert slack.violations == []


async def test_an_ephemeral_post_is_made_again_once_at_most(
    slack: FakeSlack, outbox: Outbox
) -> None:
    channel, alice = slack.world.channel("general").id, slack.world.user("alice").id
    slack.faults.script("chat.postEphemeral", [server_error()])
    await outbox.ephemeral(channel, alice, None, "Hello")
    assert len(slack.world.ephemeral) == 1
    slack.faults.script("chat.postEphemeral", lambda number, args: cut())
    before = len(slack.calls)
    assert await code_of(outbox.ephemeral(channel, alice, None, "x")) == "unknown_outcome"
    assert len(slack.calls) - before == 2


async def test_nothing_is_shown_to_somebody_who_is_not_there(
    slack: FakeSlack, outbox: Outbox
) -> None:
    channel, sam = slack.world.channel("general").id, slack.world.user("sam").id
    assert await code_of(outbox.ephemeral(channel, sam, None, "x")) == "user_not_in_channel"
    assert called(slack, "chat.postEphemeral") == 1


async def test_refused_blocks_of_an_ephemeral_post_give_way_to_plain_text(
    slack: FakeSlack, outbox: Outbox
) -> None:
    channel, alice = slack.world.channel("general").id, slack.world.user("alice").id
    bad = [{"type": "section", "text": {"type": "mrkdwn", "text": "x" * 3001}}]
    await outbox.ephemeral(channel, alice, None, "Hello", bad, response_url=hook(slack, channel))
    await outbox.ephemeral(channel, alice, None, "Hello", bad)
    assert [(one.text, one.blocks) for one in slack.world.ephemeral] == [("Hello", [])] * 2


# -- status and title ------------------------------------------------------------------------


async def test_status_and_title_go_to_the_session(slack: FakeSlack, outbox: Outbox) -> None:
    place = asked(slack)
    await outbox.status(*place, "searching 412 briefs")
    await outbox.title(*place, "  When did\nFinland join? ")
    await outbox.status(*place, None)
    session = slack.world.sessions[place]
    assert session.history == ["processing", "active"]
    assert session.title == "When did Finland join?"
    assert slack.violations == []


async def test_a_workspace_without_sessions_gets_the_older_calls(
    slack: FakeSlack, outbox: Outbox
) -> None:
    slack.rules.sessions, place = False, asked(slack)
    await outbox.status(*place, "searching 412 briefs")
    assert slack.world.sessions[place].words == "searching 412 briefs"
    await outbox.title(*place, "Finland")
    await outbox.status(*place, None)
    assert (slack.world.sessions[place].words, slack.world.sessions[place].title) == ("", "Finland")
    assert called(slack, "agents.sessions.setStatus") == 1


@pytest.mark.parametrize(
    "fault", [cut(), rate_limited(9), server_error(), refused("channel_not_found")]
)
async def test_a_status_never_fails_and_never_waits(
    slack: FakeSlack, outbox: Outbox, clock: FastClock, fault: Fault
) -> None:
    place = asked(slack)
    slack.faults.script("*", lambda number, args: fault)
    for _ in range(3):
        await outbox.status(*place, "searching")
        await outbox.title(*place, "searching")
    assert clock.slept == []
    assert slack.violations == []


# -- what must not be in a log ---------------------------------------------------------------


@pytest.mark.parametrize(
    "fault",
    [
        None, cut(), hang(1.5), lost_response(), rate_limited(1), server_error(),
        refused("invalid_blocks"), refused("token_revoked"), refused(f"{CANARY} said"),
    ],
    ids=str,
)  # fmt: skip
async def test_no_token_response_url_or_text_reaches_a_log(
    slack: FakeSlack, clock: FastClock, caplog: pytest.LogCaptureFixture, fault: Fault | None
) -> None:
    """Through every fault, with everything logged, tracebacks included."""
    caplog.set_level(logging.DEBUG)
    outbox, (channel, ts) = new_outbox(slack, clock, seconds_a_call=1.0), asked(slack)
    blocks = [{"type": "section", "text": {"type": "mrkdwn", "text": CANARY}}]
    alice, url = slack.world.user("alice").id, hook(slack, channel)
    slack.faults.script("*", lambda number, args: fault if number % 2 else None)

    for sending in (
        outbox.post(channel, ts, CANARY, blocks, "a1"),
        outbox.update(channel, ts, CANARY, blocks),
        outbox.ephemeral(channel, alice, None, CANARY, blocks),
        outbox.ephemeral(channel, alice, None, CANARY, blocks, response_url=url),
        outbox.ephemeral(channel, alice, None, CANARY, response_url=f"http://127.0.0.1:9/{CANARY}"),
        outbox.status(channel, ts, CANARY),
        outbox.title(channel, ts, CANARY),
        outbox.try_update(channel, ts, CANARY, blocks),
    ):
        try:
            await sending
        except Undeliverable:
            logging.getLogger("caller").exception("not delivered")
    ours = [r for r in caplog.records if not r.name.startswith(("aiohttp", "asyncio"))]
    logged = "\n".join(logging.Formatter().format(record) for record in [*ours, *caplog.records])
    for secret in (CANARY, slack.bot_token, url):
        assert secret not in logged


async def test_each_status_that_is_shown_can_be_cleared_again(slack: FakeSlack) -> None:
    """Within the budget of a minute; what was not shown says so."""
    outbox = new_outbox(slack, FastClock())
    threads = [asked(slack) for _ in range(40)]
    shown = [await outbox.status(*thread, "searching 2 briefs") for thread in threads]
    assert shown == [True] * 24 + [False] * 16
    for thread, there in zip(threads, shown, strict=True):
        if there:
            assert await outbox.status(*thread, None)
    assert slack.unfinished() == []
