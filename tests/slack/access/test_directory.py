"""Facts about people and places, from the fake Slack through the real client."""

import asyncio
import json
from collections import Counter
from collections.abc import Awaitable, Callable
from typing import Any

import pytest
from aiohttp import web
from slack_sdk.web.async_client import AsyncWebClient

from bot.slack.access import directory as module
from bot.slack.access.audience import Hindrance, Policy, Rule, Viewers, Visible
from bot.slack.access.directory import Directory
from bot.slack.types import Member, PlaceKind, SlackPlace
from tests.slack.fake import BOT_USER, TEAM, FakeSlack, World, rate_limited

POLICY = Policy(
    {
        "sheets": Rule(public=True),
        "board": Rule(groups=frozenset({"S1"}), channels=frozenset({"C9"})),
    }
)
PRESENT = ("sheets", "open", "board")


class OddSlack(FakeSlack):
    """The fake with three people, whose answers can be held back or be nonsense."""

    def __init__(self) -> None:
        world = World()
        for name in ("U1", "U2", "U3"):
            world.add_user(name, id=name, zone="Europe/Berlin")
        for name, kind in {"C1": "public", "C9": "private", "G1": "mpim"}.items():
            world.add_channel(name, kind, ("U1", "U2"), id=name)
        world.add_channel("D1", "im", ("U1",), id="D1")
        world.groups = {"S1": ("board", {"U1", "U2"}), "S2": ("other", {"U1"})}
        super().__init__(world)
        self.broken: dict[str, Any] = {}  # method -> what it answers instead
        self.gate: asyncio.Event | None = None
        self.asked: Counter[str] = Counter()
        self.now = 1000.0

    async def _api(self, request: web.Request) -> web.StreamResponse:
        method = request.match_info["method"]
        self.asked[method] += 1
        if self.gate is not None:
            await self.gate.wait()
        if method in self.broken:
            wrong = json.dumps(self.broken[method])
            return web.Response(body=wrong, content_type="application/json")
        return await super()._api(request)

    async def passes(self, seconds: float) -> None:
        """Let the time go by that somebody sleeps."""
        self.now += seconds
        await asyncio.sleep(0)

    def joins(self, channel: str, *users: str) -> None:
        self.world.channels[channel].members.update(users)

    def crowd(self, count: int) -> list[str]:
        """People of whom the public channel is full."""
        names = [f"U{number}" for number in range(100, 100 + count)]
        for name in names:
            self.world.add_user(name, id=name)
        self.world.channels["C1"].members = {*names, BOT_USER}
        return names


def ask(
    slack: OddSlack, question: Callable[[Directory], Awaitable[Any]], *, team: str = TEAM
) -> Any:
    async def run() -> Any:
        async with slack:
            client = AsyncWebClient(
                slack.bot_token, base_url=slack.api, retry_handlers=[], timeout=5
            )
            clock = lambda: slack.now  # noqa: E731
            return await question(
                Directory(
                    client, POLICY, team=team, bot_user=BOT_USER, clock=clock, sleep=slack.passes
                )
            )

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
def slack() -> OddSlack:
    return OddSlack()


def test_a_full_member_is_known_with_their_groups(slack: OddSlack) -> None:
    """Only groups that the policy names are told."""
    assert ask(slack, lambda d: d.member("U1")) == Member(
        "U1", guest=False, stranger=False, groups=frozenset({"S1"}), zone="Europe/Berlin",
        name="U1", known=True,
    )  # fmt: skip


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
def test_each_flag_counts(slack: OddSlack, facts: dict, guest: bool, stranger: bool) -> None:
    """Missing ones against the person."""
    slack.world.users["U1"].extra = facts
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
def test_an_odd_answer_is_no_answer(slack: OddSlack, odd: Any) -> None:
    """Unknown people are guests and strangers; nothing is raised."""
    slack.broken = {"users.info": odd}
    assert ask(slack, lambda d: d.member("U1")) == Member("U1")


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
    slack: OddSlack, channel: str, facts: dict, kind: PlaceKind, shared: bool
) -> None:
    """Its kind, and whether others are, or will be, in it."""
    slack.world.channels[channel].extra = facts
    told = ask(slack, lambda d: d.channel(channel))
    assert (told.kind, told.shared, told.known) == (kind, shared, True)


@pytest.mark.parametrize("facts", [{"is_private": None}, {"is_channel": None}, {"id": "C2"}])
def test_a_channel_of_an_odd_kind_is_not_known(slack: OddSlack, facts: dict) -> None:
    slack.world.channels["C1"].extra = facts
    told = ask(slack, lambda d: d.place("C1", "U1"))
    assert (told.shared, told.known) == (True, False)


def test_a_place_for_one_needs_no_call(slack: OddSlack) -> None:
    """A direct message, an ephemeral one, a modal."""
    assert ask(slack, lambda d: d.place("C1", "U1", alone=True)).kind is PlaceKind.ALONE
    assert not slack.asked


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
    slack: OddSlack, where: SlackPlace, names: set[str]
) -> None:
    """Our own bot, who is in no group, does not count."""
    assert ask(slack, lambda d: d.visible(where, PRESENT)).names == names


def test_who_reads_a_listed_channel_may_look_closer_there(slack: OddSlack) -> None:
    """A member of the channel who is in no group opens "Show passages"; then leaves."""
    slack.joins("C9", "U3")
    click = place(PlaceKind.ALONE, "C9", "U3")
    assert ask(slack, lambda d: d.seen(click, ["board"]))
    slack.world.channels["C9"].members.remove("U3")
    assert not ask(slack, lambda d: d.seen(click, ["board"]))


METHODS = ("users.info", "conversations.info", "conversations.members", "usergroups.list")


@pytest.mark.parametrize("method", METHODS)
@pytest.mark.parametrize("odd", [{"ok": False, "error": "fatal_error"}, {"ok": True}, [], 1])
def test_a_method_that_fails_lets_nobody_in(slack: OddSlack, method: str, odd: Any) -> None:
    """Whichever it is, a group message sees no restricted collection."""
    slack.broken = {method: odd}
    assert "board" not in ask(slack, lambda d: d.visible(GROUP, PRESENT)).names


def test_a_slack_that_does_not_answer_lets_nobody_in(slack: OddSlack, monkeypatch) -> None:
    monkeypatch.setattr(module, "CALL_SECONDS", 0.05)

    async def question(directory: Directory) -> Viewers:
        slack.gate = asyncio.Event()
        told = await directory.viewers(LISTED)
        slack.gate.set()
        return told

    assert ask(slack, question) == Viewers()


def test_all_pages_of_members_are_read(slack: OddSlack) -> None:
    """The guest is on the last one; people are looked up in one list."""
    slack.crowd(650)
    assert "open" in ask(slack, lambda d: d.visible(PUBLIC, PRESENT)).names
    assert slack.asked["conversations.members"] == 2
    assert slack.asked["users.info"] == 0
    slack.world.users["U749"].guest = True
    assert ask(slack, lambda d: d.visible(PUBLIC, PRESENT)).names == {"sheets"}


def test_members_that_no_list_names_are_asked_for(slack: OddSlack) -> None:
    slack.crowd(120)
    slack.joins("C1", "U404")
    assert ask(slack, lambda d: d.visible(PUBLIC, PRESENT)).names == {"sheets"}
    assert slack.asked["users.info"] == 1
    slack.broken = {"users.list": {"ok": False, "error": "fatal_error"}}
    seen = ask(slack, lambda d: d.visible(PUBLIC, PRESENT))
    assert (seen.names, seen.hindrance) == ({"sheets"}, Hindrance.UNKNOWN)
    assert slack.asked["users.info"] == 1


def test_members_of_a_channel_are_asked_for_one_by_one_in_a_large_workspace(
    slack: OddSlack,
) -> None:
    """Of 6,000 accounts 60 are in the channel: nobody else is asked for."""
    for number in range(1000, 7000):
        slack.world.add_user(f"U{number}", id=f"U{number}")
    slack.crowd(60)
    assert "open" in ask(slack, lambda d: d.visible(PUBLIC, PRESENT)).names
    assert (slack.asked["users.info"], slack.asked["users.list"]) == (60, 0)


def test_a_channel_with_6000_members_is_read_within_the_limit_of_users_list(
    slack: OddSlack,
) -> None:
    """Twenty calls a minute; the facts of the list serve the next question as well."""
    slack.crowd(6000)
    slack.rules.per_minute = {"users.list": 20, "users.info": 100}

    async def question(directory: Directory) -> bool:
        first = await directory.visible(PUBLIC, PRESENT)
        return "open" in first and "open" in await directory.seen(PUBLIC, PRESENT)

    assert ask(slack, question)
    assert slack.asked["users.list"] == 13
    assert slack.violations == []


def test_retry_after_is_waited_for_and_the_question_then_goes_on(slack: OddSlack) -> None:
    slack.faults.script("users.info", [rate_limited(30)])
    before = slack.now
    assert "board" in ask(slack, lambda d: d.visible(LISTED, PRESENT)).names
    assert slack.now >= before + 30


@pytest.mark.parametrize("method", ["users.info", "conversations.info", "conversations.members"])
def test_a_wait_that_is_too_long_is_no_answer(slack: OddSlack, method: str) -> None:
    """Then the readers are not known, and whoever waits is told so; soon it is asked again."""
    slack.faults.script(method, [rate_limited(300)])

    async def question(directory: Directory) -> list[Visible]:
        first = await directory.visible(LISTED, PRESENT)
        slack.now += 301
        place = await directory.place("C9", "U1")
        return [first, await directory.visible(place, PRESENT)]

    first, later = ask(slack, question)
    assert first.hindrance is Hindrance.UNKNOWN
    assert (later.hindrance, "board" in later) == (None, True)


@pytest.mark.parametrize(
    ("change", "why"),
    [
        (lambda s: None, None),
        (lambda s: turns("U2", guest=True)(s), Hindrance.GUESTS),
        (lambda s: turns("U1", guest=True)(s), Hindrance.GUEST),
        (lambda s: turns("U1", stranger=True)(s), Hindrance.GUEST),
        (lambda s: becomes(is_ext_shared=True)(s), Hindrance.SHARED),
        (lambda s: becomes(pending_shared=["T2"])(s), Hindrance.SHARED),
        (lambda s: becomes(is_shared=True, is_org_shared=True)(s), Hindrance.WITHIN),
    ],
)
def test_why_a_place_is_closed_is_known(slack: OddSlack, change: Any, why: Hindrance) -> None:
    """To tell the person who asks; a place that is not closed has no reason."""
    change(slack)
    seen = ask(slack, lambda d: d.visible(LISTED, PRESENT))
    assert seen.hindrance is why
    assert ("open" in seen) is (why is None)


def test_an_app_of_a_whole_organisation_knows_its_people_and_channels() -> None:
    """Their workspaces differ; a channel of several workspaces of the organisation is its own."""
    slack = OddSlack()
    for name, team in {"U1": "T1", "U2": "T2"}.items():
        enterprise = {"enterprise_id": "E1", "teams": [team]}
        slack.world.users[name].extra = {"team_id": team, "enterprise_user": enterprise}
    slack.world.channels["C9"].extra = {"is_shared": True, "is_org_shared": True}
    where = SlackPlace(PlaceKind.PRIVATE, "E1", "C9", "U1")
    seen = ask(slack, lambda d: d.visible(where, PRESENT), team="E1")
    assert seen.names == {"sheets", "open", "board"}
    slack.world.users["U2"].extra = {"enterprise_user": {"enterprise_id": "E2", "teams": ["T9"]}}
    assert ask(slack, lambda d: d.visible(where, PRESENT), team="E1").names == {"sheets"}


def test_pages_that_never_end_are_given_up(slack: OddSlack) -> None:
    slack.broken = {
        "conversations.members": {
            "ok": True, "members": ["U1"], "response_metadata": {"next_cursor": "again"},
        }
    }  # fmt: skip
    assert ask(slack, lambda d: d.viewers(LISTED)) == Viewers()
    assert slack.asked["conversations.members"] == 2


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
def test_groups_are_read(slack: OddSlack, group: Any, names: set[str]) -> None:
    """One that is disabled, or not understood, lets nobody in."""
    slack.broken = {"usergroups.list": {"ok": True, "usergroups": [group]}}
    slack.world.groups["S1"] = ("board", {"U2"})

    async def question(directory: Directory) -> set[str]:
        return {name for name in ("U1", "U2") if (await directory.member(name)).groups}

    assert ask(slack, question) == names


def turns(person: str, **facts: bool) -> Callable[[OddSlack], None]:
    return lambda slack: vars(slack.world.users[person]).update(facts)


def becomes(**facts: Any) -> Callable[[OddSlack], None]:
    return lambda slack: slack.world.channels["C9"].extra.update(facts)


CHANGES: dict[str, tuple[SlackPlace, Callable[[OddSlack], Any]]] = {
    "someone of no group joins": (GROUP, lambda s: s.joins("G1", "U3")),
    "a person unheard of joins": (LISTED, lambda s: s.joins("C9", "U404")),
    "a member turns guest": (LISTED, turns("U2", guest=True)),
    "the channel is shared": (LISTED, becomes(is_ext_shared=True)),
    "sharing is offered": (LISTED, becomes(pending_shared=["T2"])),
    "the channel is made public": (LISTED, becomes(is_private=False)),
    "the bot is removed": (LISTED, lambda s: s.world.channels["C9"].members.remove(BOT_USER)),
    "a member leaves the group": (GROUP, lambda s: s.world.groups["S1"][1].remove("U2")),
    "the group is switched off": (ALONE, lambda s: s.world.groups.pop("S1")),
    "the asker is let go": (ALONE, turns("U1", deleted=True)),
}


@pytest.mark.parametrize("change", CHANGES)
@pytest.mark.parametrize("noticed", ["at the post", "by an event", "after five minutes"])
def test_a_change_between_search_and_post_is_noticed(
    slack: OddSlack, change: str, noticed: str
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


def test_facts_are_kept_for_a_while(slack: OddSlack) -> None:
    """Twenty questions at once and ten later ask Slack once each."""

    async def question(directory: Directory) -> None:
        await asyncio.gather(*(directory.viewers(LISTED) for _ in range(20)))
        slack.now += 299
        for _ in range(10):
            await directory.viewers(LISTED)

    ask(slack, question)
    assert slack.asked == {
        "users.info": 2, "conversations.info": 1, "conversations.members": 1, "usergroups.list": 1,
    }  # fmt: skip


def test_a_failure_is_kept_for_seconds(slack: OddSlack) -> None:
    """Slack that is down is not asked by each question, and soon asked again."""
    slack.broken = {"users.info": {"ok": False, "error": "internal_error"}}

    async def question(directory: Directory) -> list[bool]:
        guests = [(await directory.member("U1")).guest, (await directory.member("U1")).guest]
        slack.broken = {}
        slack.now += 5
        return [*guests, (await directory.member("U1")).guest]

    assert ask(slack, question) == [True, True, False]
    assert slack.asked["users.info"] == 7  # six tries, then one


def test_what_is_dropped_while_it_is_asked_for_is_not_kept(slack: OddSlack) -> None:
    """An event may overtake the answer."""

    async def question(directory: Directory) -> bool:
        slack.gate = asyncio.Event()
        asking = asyncio.create_task(directory.member("U1"))
        while not slack.asked["users.info"]:
            await asyncio.sleep(0.01)
        directory.changed(user="U1")
        slack.gate.set()
        await asking
        slack.world.users["U1"].guest = True
        return (await directory.member("U1")).guest

    assert ask(slack, question)


def test_who_changes_is_asked_for_though_the_list_is_kept(slack: OddSlack) -> None:
    """user_change is frequent in a large workspace: the list is not fetched for each."""
    slack.crowd(120)

    async def question(directory: Directory) -> bool:
        await directory.viewers(PUBLIC)
        slack.world.users["U105"].guest = True
        directory.changed(user="U105")
        return (await directory.viewers(PUBLIC)).full

    assert not ask(slack, question)
    assert (slack.asked["users.list"], slack.asked["users.info"]) == (1, 1)


def test_the_log_tells_method_and_code_only(slack: OddSlack, caplog) -> None:
    """No token, no name."""
    slack.broken = {
        "users.info": {"ok": False, "error": "token xoxb-fake-1 <secret>", "needed": "canary"}
    }
    ask(slack, lambda d: d.member("U1"))
    ours = [record.getMessage() for record in caplog.records if record.name.startswith("bot.")]
    assert ours == ["access: users.info: unreadable"]
