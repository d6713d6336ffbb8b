"""Facts about people and places, from a small Slack on loopback through the real client."""

import asyncio
import json
from collections import Counter
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from typing import Any

import pytest
from aiohttp import web
from slack_sdk.web.async_client import AsyncWebClient

from bot.slack.access import directory as module
from bot.slack.access.audience import Policy, Rule, Viewers
from bot.slack.access.directory import Directory
from bot.slack.types import Member, PlaceKind, SlackPlace

TEAM, BOT = "T1", "UBOT"
POLICY = Policy(
    {
        "sheets": Rule(public=True),
        "board": Rule(groups=frozenset({"S1"}), channels=frozenset({"C9"})),
    }
)
PRESENT = ("sheets", "open", "board")


class SmallSlack:
    """Five read methods over a table of people, channels and groups that a test changes at will."""

    def __init__(self) -> None:
        self.users = {name: self.user(name) for name in ("U1", "U2", "U3", BOT)}
        self.channels: dict[str, dict[str, Any]] = {
            "C1": self.conversation("C1", is_channel=True),
            "C9": self.conversation("C9", is_channel=True, is_private=True),
            "G1": self.conversation("G1", is_mpim=True, is_private=True),
            "D1": {"id": "D1", "is_im": True, "user": "U1"},
        }
        self.members = {name: ["U1", "U2", BOT] for name in ("C1", "C9", "G1")}
        self.groups: list[dict[str, Any]] = [
            {"id": "S1", "date_delete": 0, "users": ["U1", "U2"]},
            {"id": "S2", "date_delete": 0, "users": ["U1"]},
        ]
        self.calls: Counter[str] = Counter()
        self.broken: dict[str, Any] = {}  # method -> what it answers instead
        self.gate: asyncio.Event | None = None
        self.now = 1000.0

    @staticmethod
    def user(name: str, **facts: Any) -> dict[str, Any]:
        full = {"deleted": False, "is_restricted": False, "is_ultra_restricted": False}
        return {"id": name, "team_id": TEAM, "tz": "Europe/Berlin", **full, **facts}

    @staticmethod
    def conversation(name: str, **facts: Any) -> dict[str, Any]:
        return {"id": name, "is_private": False, "is_ext_shared": False, **facts}

    async def answer(self, request: web.Request) -> web.Response:
        method, given = request.match_info["method"], dict(request.query)
        given |= dict(await request.post())  # type: ignore[arg-type]
        self.calls[method] += 1
        if self.gate is not None:
            await self.gate.wait()
        if method in self.broken:
            wrong = self.broken[method]
            return web.Response(body=json.dumps(wrong), content_type="application/json")
        told = getattr(self, method.replace(".", "_"))(given)
        return web.json_response({"ok": False, "error": "x_not_found"} if told is None else told)

    def users_info(self, given: dict[str, Any]) -> Any:
        found = self.users.get(given["user"])
        return found and {"ok": True, "user": found}

    def conversations_info(self, given: dict[str, Any]) -> Any:
        found = self.channels.get(given["channel"])
        return found and {"ok": True, "channel": found}

    def conversations_members(self, given: dict[str, Any]) -> Any:
        return self.page("members", self.members.get(given["channel"]), given)

    def users_list(self, given: dict[str, Any]) -> Any:
        return self.page("members", list(self.users.values()), given)

    def usergroups_list(self, given: dict[str, Any]) -> Any:
        assert given["include_users"] in {"1", "true"}
        return {"ok": True, "usergroups": self.groups}

    def usergroups_users_list(self, given: dict[str, Any]) -> Any:
        return {"ok": True, "users": ["U2"]} if given["usergroup"] == "S1" else None

    @staticmethod
    def page(key: str, items: list[Any] | None, given: dict[str, Any]) -> Any:
        if items is None:
            return None
        start, size = int(given.get("cursor") or 0), int(given["limit"])
        more = str(start + size) if start + size < len(items) else ""
        return {
            "ok": True,
            key: items[start : start + size],
            "response_metadata": {"next_cursor": more},
        }


@asynccontextmanager
async def serving(slack: SmallSlack, policy: Policy = POLICY) -> AsyncIterator[Directory]:
    app = web.Application()
    app.router.add_route("*", "/api/{method}", slack.answer)
    runner = web.AppRunner(app)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    base = f"http://127.0.0.1:{runner.addresses[0][1]}/api/"
    client = AsyncWebClient("xoxb-t", base_url=base, retry_handlers=[], timeout=5)
    try:
        yield Directory(
            client, policy, team=TEAM, bot_user=BOT, clock=lambda: slack.now,
        )  # fmt: skip
    finally:
        await runner.cleanup()


def ask(slack: SmallSlack, question: Callable[[Directory], Awaitable[Any]]) -> Any:
    """Ask a directory that knows nothing yet."""

    async def run() -> Any:
        async with serving(slack) as directory:
            return await question(directory)

    return asyncio.run(run())


def place(kind: PlaceKind, channel: str, user: str = "U1") -> SlackPlace:
    return SlackPlace(kind, TEAM, channel, user)


PUBLIC, LISTED, GROUP, ALONE = (
    place(PlaceKind.PUBLIC, "C1"),
    place(PlaceKind.PRIVATE, "C9"),
    place(PlaceKind.GROUP, "G1"),
    place(PlaceKind.ALONE, "D1"),
)


@pytest.fixture
def slack() -> SmallSlack:
    return SmallSlack()


def test_a_full_member_is_known_with_their_groups(slack: SmallSlack) -> None:
    """Only groups that the policy names are told."""
    assert ask(slack, lambda d: d.member("U1")) == Member(
        "U1", guest=False, stranger=False, groups=frozenset({"S1"}), zone="Europe/Berlin"
    )


@pytest.mark.parametrize(
    ("facts", "guest", "stranger"),
    [
        ({"is_restricted": True}, True, False),
        ({"is_ultra_restricted": True}, True, False),
        ({"is_restricted": None}, True, False),
        ({"is_restricted": "false"}, True, False),
        ({"is_stranger": True}, False, True),
        ({"team_id": "T2"}, False, True),
        ({"team_id": None}, False, True),
        ({"team_id": "T2", "enterprise_user": {"teams": [TEAM]}}, False, False),
        ({"team_id": "T2", "enterprise_user": {"teams": ["T3"]}}, False, True),
        ({"deleted": True}, True, True),
        ({"deleted": None}, True, True),
    ],
)
def test_each_flag_counts(slack: SmallSlack, facts: dict, guest: bool, stranger: bool) -> None:
    """Missing ones against the person."""
    slack.users["U1"] = slack.user("U1", **facts)
    told = ask(slack, lambda d: d.member("U1"))
    assert (told.guest, told.stranger) == (guest, stranger)


@pytest.mark.parametrize(
    "odd",
    [
        {"ok": False, "error": "ratelimited"},
        {"ok": True},
        {"ok": True, "user": []},
        {"ok": True, "user": {"id": "U2", "deleted": False}},
        {},
        [],
        "?",
        None,
    ],
)
def test_an_odd_answer_is_no_answer(slack: SmallSlack, odd: Any) -> None:
    """Unknown people are guests and strangers; nothing is raised."""
    slack.broken = {"users.info": odd}
    assert ask(slack, lambda d: d.member("U1")) == Member("U1", groups=frozenset({"S1"}))


@pytest.mark.parametrize(
    ("channel", "facts", "kind", "shared"),
    [
        ("C1", {}, PlaceKind.PUBLIC, False),
        ("C9", {}, PlaceKind.PRIVATE, False),
        ("G1", {}, PlaceKind.GROUP, False),
        ("D1", {}, PlaceKind.ALONE, False),
        ("C1", {"is_ext_shared": True}, PlaceKind.PUBLIC, True),
        ("C1", {"is_ext_shared": None}, PlaceKind.PUBLIC, True),
        ("C1", {"is_org_shared": True}, PlaceKind.PUBLIC, True),
        ("C1", {"is_pending_ext_shared": True}, PlaceKind.PUBLIC, True),
        ("C1", {"pending_shared": ["T2"]}, PlaceKind.PUBLIC, True),
    ],
)
def test_a_channel_is_read(
    slack: SmallSlack, channel: str, facts: dict, kind: PlaceKind, shared: bool
) -> None:
    """Its kind, and whether others are, or will be, in it."""
    slack.channels[channel] |= facts
    told = ask(slack, lambda d: d.channel(channel))
    assert (told.kind, told.shared, told.known) == (kind, shared, True)


@pytest.mark.parametrize("facts", [{"is_private": None}, {"is_channel": None}, {"id": "C2"}])
def test_a_channel_of_an_odd_kind_is_not_known(slack: SmallSlack, facts: dict) -> None:
    """And so sees what is public."""
    slack.channels["C1"] |= facts
    told = ask(slack, lambda d: d.place("C1", "U1"))
    assert (told.shared, told.known) == (True, False)


def test_a_place_for_one_needs_no_call(slack: SmallSlack) -> None:
    """A direct message, an ephemeral one, a modal."""
    assert ask(slack, lambda d: d.place("C1", "U1", alone=True)).kind is PlaceKind.ALONE
    assert not slack.calls


@pytest.mark.parametrize(
    ("where", "names"),
    [
        (PUBLIC, {"sheets", "open"}),
        (LISTED, {"sheets", "open", "board"}),
        (GROUP, {"sheets", "open", "board"}),
        (ALONE, {"sheets", "open", "board"}),
        (place(PlaceKind.ALONE, "D3", "U3"), {"sheets", "open"}),
        (place(PlaceKind.ALONE, "C9", "U3"), {"sheets", "open"}),  # is not in C9
        (place(PlaceKind.PRIVATE, "C1"), {"sheets"}),  # it is a public one
        (SlackPlace(PlaceKind.PRIVATE, "T2", "C9", "U1"), {"sheets"}),
        (place(PlaceKind.PRIVATE, "C404"), {"sheets"}),
        (place(PlaceKind.ALONE, "D4", "U404"), {"sheets"}),
    ],
)
def test_a_place_sees_what_its_readers_may_see(
    slack: SmallSlack, where: SlackPlace, names: set[str]
) -> None:
    """Our own bot, who is in no group, does not count."""
    assert ask(slack, lambda d: d.visible(where, PRESENT)).names == names


def test_who_reads_a_listed_channel_may_look_closer_there(slack: SmallSlack) -> None:
    """A member of the channel who is in no group opens "Show passages"; then leaves."""
    slack.members["C9"] += ["U3"]
    click = place(PlaceKind.ALONE, "C9", "U3")
    assert ask(slack, lambda d: d.seen(click, ["board"]))
    slack.members["C9"].remove("U3")
    assert not ask(slack, lambda d: d.seen(click, ["board"]))


METHODS = ("users.info", "conversations.info", "conversations.members", "usergroups.list")


@pytest.mark.parametrize("method", METHODS)
@pytest.mark.parametrize("odd", [{"ok": False, "error": "fatal_error"}, {"ok": True}, [], 1])
def test_a_method_that_fails_lets_nobody_in(slack: SmallSlack, method: str, odd: Any) -> None:
    """Whichever it is, a group message sees no restricted collection."""
    slack.broken = {method: odd}
    assert "board" not in ask(slack, lambda d: d.visible(GROUP, PRESENT)).names


def test_a_slack_that_does_not_answer_lets_nobody_in(slack: SmallSlack, monkeypatch) -> None:
    """And is given up soon."""
    monkeypatch.setattr(module, "CALL_SECONDS", 0.05)

    async def question(directory: Directory) -> Viewers:
        slack.gate = asyncio.Event()
        told = await directory.viewers(LISTED)
        slack.gate.set()
        return told

    assert ask(slack, question) == Viewers()


def test_all_pages_of_members_are_read(slack: SmallSlack) -> None:
    """The guest is on the last one; people are looked up in one list."""
    names = [f"U{number}" for number in range(100, 750)]
    slack.users |= {name: slack.user(name) for name in names}
    slack.members["C1"] = [*names, BOT]
    assert "open" in ask(slack, lambda d: d.visible(PUBLIC, PRESENT)).names
    assert slack.calls["conversations.members"] == 4
    assert slack.calls["users.info"] == 0
    slack.users["U749"]["is_restricted"] = True
    assert ask(slack, lambda d: d.visible(PUBLIC, PRESENT)).names == {"sheets"}


def test_members_that_no_list_names_are_asked_for(slack: SmallSlack) -> None:
    """A few are; of many, nothing is known."""
    names = [f"U{number}" for number in range(100, 130)]
    slack.users |= {name: slack.user(name) for name in names}
    slack.members["C1"] = [*names, "U404"]
    assert ask(slack, lambda d: d.visible(PUBLIC, PRESENT)).names == {"sheets"}
    assert slack.calls["users.info"] == 1
    slack.broken = {"users.list": {"ok": False, "error": "ratelimited"}}
    assert ask(slack, lambda d: d.visible(PUBLIC, PRESENT)).names == {"sheets"}
    assert slack.calls["users.info"] == 1


def test_pages_that_never_end_are_given_up(slack: SmallSlack) -> None:
    """A cursor that comes again, too."""
    slack.broken = {
        "conversations.members": {
            "ok": True, "members": ["U1"], "response_metadata": {"next_cursor": "again"},
        }
    }  # fmt: skip
    assert ask(slack, lambda d: d.viewers(LISTED)) == Viewers()
    assert slack.calls["conversations.members"] == 2


@pytest.mark.parametrize(
    ("group", "names"),
    [
        ({"id": "S1", "date_delete": 0}, {"U2"}),  # without users: asked for
        ({"id": "S1", "date_delete": 1700000000, "users": ["U1"]}, set()),  # switched off
        ({"id": "S1", "users": ["U1"]}, set()),
        ({"id": "S1", "date_delete": 0, "users": 7}, set()),
        (None, set()),
    ],
)
def test_groups_are_read(slack: SmallSlack, group: Any, names: set[str]) -> None:
    """One that is disabled, or not understood, lets nobody in."""
    slack.groups = [group]

    async def question(directory: Directory) -> set[str]:
        return {name for name in ("U1", "U2") if (await directory.member(name)).groups}

    assert ask(slack, question) == names


def turn_guest(slack: SmallSlack) -> None:
    slack.users["U2"]["is_restricted"] = True


def let_go(slack: SmallSlack) -> None:
    slack.users["U1"]["deleted"] = True


CHANGES: dict[str, tuple[SlackPlace, Callable[[SmallSlack], Any]]] = {
    "someone of no group joins": (GROUP, lambda s: s.members["G1"].append("U3")),
    "a person unheard of joins": (LISTED, lambda s: s.members["C9"].append("U404")),
    "a member turns guest": (LISTED, turn_guest),
    "the channel is shared": (LISTED, lambda s: s.channels["C9"].update(is_ext_shared=True)),
    "sharing is offered": (LISTED, lambda s: s.channels["C9"].update(pending_shared=["T2"])),
    "the channel is made public": (LISTED, lambda s: s.channels["C9"].update(is_private=False)),
    "the bot is removed": (LISTED, lambda s: s.members.pop("C9")),
    "a member leaves the group": (GROUP, lambda s: s.groups[0]["users"].remove("U2")),
    "the group is switched off": (ALONE, lambda s: s.groups[0].update(date_delete=1)),
    "the asker is let go": (ALONE, let_go),
}


@pytest.mark.parametrize("change", CHANGES)
@pytest.mark.parametrize("noticed", ["at the post", "by an event", "after five minutes"])
def test_a_change_between_search_and_post_is_noticed(
    slack: SmallSlack, change: str, noticed: str
) -> None:
    """What cites a restricted collection is checked on fresh facts; all others soon."""
    where, happens = CHANGES[change]

    async def question(directory: Directory) -> tuple[bool, bool]:
        before = "board" in await directory.visible(where, PRESENT)
        happens(slack)
        if noticed == "at the post":
            return before, bool(await directory.seen(where, ["board"]))
        if noticed == "by an event":
            directory.changed(user="U2")
            directory.changed(user="U1", channel=where.channel, groups=True)
        else:
            slack.now += 300
        return before, "board" in await directory.visible(where, PRESENT)

    assert ask(slack, question) == (True, False)


def test_facts_are_kept_for_a_while(slack: SmallSlack) -> None:
    """Twenty questions at once and ten later ask Slack once each."""

    async def question(directory: Directory) -> None:
        await asyncio.gather(*(directory.viewers(LISTED) for _ in range(20)))
        slack.now += 299
        for _ in range(10):
            await directory.viewers(LISTED)

    ask(slack, question)
    assert slack.calls == {
        "users.info": 2, "conversations.info": 1, "conversations.members": 1, "usergroups.list": 1,
    }  # fmt: skip


def test_a_failure_is_kept_for_seconds(slack: SmallSlack) -> None:
    """Slack that is down is not asked by each question, and soon asked again."""
    slack.broken = {"users.info": {"ok": False, "error": "internal_error"}}

    async def question(directory: Directory) -> list[bool]:
        guests = [(await directory.member("U1")).guest, (await directory.member("U1")).guest]
        slack.broken = {}
        slack.now += 5
        return [*guests, (await directory.member("U1")).guest]

    assert ask(slack, question) == [True, True, False]
    assert slack.calls["users.info"] == 2


def test_what_is_dropped_while_it_is_asked_for_is_not_kept(slack: SmallSlack) -> None:
    """An event may overtake the answer."""

    async def question(directory: Directory) -> bool:
        slack.gate = asyncio.Event()
        asking = asyncio.create_task(directory.member("U1"))
        while not slack.calls["users.info"]:
            await asyncio.sleep(0.01)
        directory.changed(user="U1")
        slack.gate.set()
        await asking
        slack.users["U1"]["is_restricted"] = True
        return (await directory.member("U1")).guest

    assert ask(slack, question)


def test_who_changes_is_asked_for_though_the_list_is_kept(slack: SmallSlack) -> None:
    """user_change is frequent in a large workspace: the list is not fetched for each."""
    names = [f"U{number}" for number in range(100, 130)]
    slack.users |= {name: slack.user(name) for name in names}
    slack.members["C1"] = names

    async def question(directory: Directory) -> bool:
        await directory.viewers(PUBLIC)
        slack.users["U105"]["is_restricted"] = True
        directory.changed(user="U105")
        return (await directory.viewers(PUBLIC)).full

    assert not ask(slack, question)
    assert (slack.calls["users.list"], slack.calls["users.info"]) == (1, 1)


def test_the_log_tells_method_and_code_only(slack: SmallSlack, caplog) -> None:
    """No token, no name."""
    slack.broken = {
        "users.info": {"ok": False, "error": "token xoxb-t <secret>", "needed": "canary"}
    }
    ask(slack, lambda d: d.member("U1"))
    ours = [record.getMessage() for record in caplog.records if record.name.startswith("bot.")]
    assert ours == ["access: users.info: refused"]
