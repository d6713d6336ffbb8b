"""What may not be seen leaves no trace: the real worker, all bytes that go out.

Six audiences in eight places ask five kinds of question. Every collection has a canary that stands
in its brief alone. What is allowed where is the table of test_audience.py, which was
made by hand from the rules.
"""

import itertools
import json
import logging
from collections.abc import AsyncIterator, Callable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import pytest

from bot.slack import phrases
from bot.slack.bot import RunningBot
from bot.slack.delivery.health import Listening, Tallying
from bot.web.health import Health
from index.library import Library
from index.models.embedder import ModelEmbedder
from index.passage import Draft
from index.settings import Settings
from tests.slack import fake
from tests.slack.access.test_audience import AUDIENCES, PLACES, allowed
from tests.slack.bots import answering_bot, empty_tables, settled
from tests.slack.fake import FakeSlack, Message
from tests.tamara import HARBOUR, draft

pytestmark = pytest.mark.anyio

CANARIES = {  # collection: a word that only its brief has
    "sheets": "quillonbay", "open": "marvessim", "board": "zephyrant", "war room": "tornavick",
    "both": "ulmareshi", "hidden": "xanthorpel",
}  # fmt: skip
FIRMS = {  # collection: what one has to know to ask for it
    "sheets": "Aldern", "open": "Borvik", "board": "Castrel", "war room": "Dunmore",
    "both": "Eskelin", "hidden": "Farrow",
}  # fmt: skip
RESTRICTED = ("board", "war room", "both", "hidden")
KINDS = ("direct", "by title", "by number", "what can you not tell me", "follow-up")


def question(kind: str, collection: str) -> str:
    firm = FIRMS[collection]
    return {
        "direct": f"What is the code word for the takeover of {firm}?",
        "by title": f"What does the brief “{firm} takeover” say?",
        "by number": f"What does report BR-47{list(FIRMS).index(collection)} say?",
        "what can you not tell me": f"What can you not tell me about {firm}, and which briefs?",
        "follow-up": "And what is its code word?",
    }[kind]


def briefs() -> Iterator[Draft]:
    for number, (name, canary) in enumerate(CANARIES.items()):
        firm = FIRMS[name]
        made = draft(
            f"{firm} takeover, plan {canary}",
            "2024-05-01",
            (
                f"Report BR-47{number}. The code word for the takeover of {firm} is {canary}.",
                f"The offer for {firm} is kept with {canary} until the vote in June.",
            ),
        )
        kept = replace(made.brief, collection=name, number=f"BR-47{number}")
        yield replace(made, brief=kept)


@pytest.fixture(scope="module")
def canaries(
    tmp_path_factory: pytest.TempPathFactory, embedder: ModelEmbedder
) -> Iterator[Library]:
    """A library with a brief in each collection, and one on a harbour that is open."""
    home = tmp_path_factory.mktemp("canaries")
    harbour = draft(*HARBOUR)
    common = replace(harbour, brief=replace(harbour.brief, collection="open"))
    with Library.open(Settings(home=home), create=True, embedder=embedder) as library:
        library.publish([*briefs(), common])
        yield library


@dataclass(frozen=True)
class Cell:
    """An audience in a place, and who asks there."""

    audience: str
    place: str
    channel: str
    asker: str

    @property
    def forbidden(self) -> list[str]:
        seen = allowed(self.audience, self.place)
        return [word for name, word in CANARIES.items() if name not in seen]


class Office:
    """The workspace: a channel of its own and people of their own for each cell."""

    def __init__(self, slack: FakeSlack) -> None:
        self.slack = slack
        self.unknown: set[str] = set()
        self.group: list[str] = []
        self.cells = [self._cell(*pair) for pair in itertools.product(AUDIENCES, PLACES)]
        slack.faults.script(
            "users.info",
            lambda number, args: fake.refused("user_not_found")
            if args.get("user") in self.unknown else None,
        )  # fmt: skip
        self.board = slack.world.add_group("board", *self.group)

    @property
    def listed(self) -> list[str]:
        return [cell.channel for cell in self.cells if "listed" in cell.place]

    def _cell(self, audience: str, place: str) -> Cell:
        world = self.slack.world
        tag = f"{list(AUDIENCES).index(audience)}{list(PLACES).index(place)}"
        names = [f"p{tag}{number}" for number in range(2)]
        for name, facts in zip(names, AUDIENCES[audience], strict=True):
            unknown = facts.id == "U6"
            user = world.add_user(
                name, guest=facts.guest and not unknown, stranger=facts.stranger and not unknown
            )
            self.unknown |= {user.id} if unknown else set()
            self.group += [name] if "S1" in facts.groups else []
        kind = PLACES[place].kind.value
        if place == "direct message":
            channel = world.direct(names[0])
        else:
            kind = {"alone": "private", "group": "mpim"}.get(kind, kind)
            channel = world.add_channel(f"c{tag}", kind, tuple(names), shared="shared" in place)
        return Cell(audience, place, channel.id, world.user(names[0]).id)

    async def ask(self, cell: Cell, kind: str, collection: str) -> None:
        text = question(kind, collection)
        if cell.place.startswith("modal"):
            await self.slack.command("/briefs", f"ask {text}", cell.asker, cell.channel)
        elif kind == "follow-up":
            root = await self.slack.mention(
                cell.channel, cell.asker, question("direct", collection)
            )
            await self.slack.mention(cell.channel, cell.asker, text, root)
        else:
            await self.slack.mention(cell.channel, cell.asker, text)

    def said_in(self, cell: Cell) -> str:
        """All bytes that went to a cell: calls, response_urls, what stands there."""
        there = (cell.channel, cell.asker)
        calls = [one.args for one in self.slack.calls
                 if set(map(str, one.args.values())) & set(there)]  # fmt: skip
        hooks = [said for hook, said in self.slack.hooks.said if hook.channel == cell.channel]
        return json.dumps([calls, hooks], ensure_ascii=False)

    def all_bytes(self) -> str:
        calls = [(one.method, one.args) for one in self.slack.calls]
        views = [one.view for one in [*self.slack.world.views, *self.slack.world.homes.values()]]
        hooks = [said for _, said in self.slack.hooks.said]
        return json.dumps([calls, hooks, views], ensure_ascii=False)


def settings_of(office: Office) -> dict[str, Any]:
    group, listed = [office.board], office.listed
    return {
        "collections": {
            "sheets": {"public": True}, "board": {"groups": group},
            "war room": {"channels": listed}, "both": {"groups": group, "channels": listed},
            "hidden": {"groups": []},
        }
    }  # fmt: skip


@pytest.mark.slow
async def test_240_cases_leave_no_trace_of_what_may_not_be_seen(
    slack: FakeSlack, canaries: Library, caplog: pytest.LogCaptureFixture
) -> None:
    """In no byte that goes out, no line of the log and no figure; what may be seen is said."""
    caplog.set_level(logging.INFO)
    empty_tables(canaries)
    office = Office(slack)
    asked: list[tuple[Cell, str, str]] = []
    async with answering_bot(slack, canaries, **settings_of(office)) as bot:
        for number, (cell, kind) in enumerate(itertools.product(office.cells, KINDS)):
            collection = RESTRICTED[(number + number // len(KINDS)) % len(RESTRICTED)]
            asked.append((cell, kind, collection))
            await office.ask(cell, kind, collection)
            if number % 20 == 19:
                await slack.until(lambda: _open(bot) < 10, 600, "answers")
        await slack.until(lambda: _open(bot) == 0, 600, "all answers")
        await slack.quiet()
        counts = bot.parts.inbox.counts()
        health = Health(canaries.database, Tallying(canaries.database).tally, Listening())
        metrics = (await health.metrics()).body.decode()
    assert len(asked) == 240
    assert (
        sum(counts[one] for one in ("answered", "unsure", "declined")) == 240 + 42
    )  # with what is followed up
    assert counts["failed"] == 0
    leaks = [
        (cell.audience, cell.place, word)
        for cell in office.cells
        for word in cell.forbidden
        if word in office.said_in(cell)
    ]
    assert leaks == []
    assert CANARIES["hidden"] not in office.all_bytes()
    for word in CANARIES.values():
        assert word not in caplog.text
        assert word not in metrics
    told = [
        CANARIES[collection] in office.said_in(cell)
        for cell, kind, collection in asked
        if kind == "direct" and collection in allowed(cell.audience, cell.place)
    ]
    assert len(told) >= 8
    assert all(told)  # else the canaries would prove nothing
    assert slack.violations == []
    settled(slack)


def _open(bot: RunningBot) -> int:
    counts = bot.parts.inbox.counts()
    return counts["waiting"] + counts["working"]


# What changes between the search and the post.


SECRET = question("direct", "both")
NOTHING = "I found nothing on this"


@pytest.fixture
async def board(slack: FakeSlack, canaries: Library) -> AsyncIterator[RunningBot]:
    """Alice and Ada are of the board, Bob is not; #deals is listed, in #three are the two."""
    empty_tables(canaries)
    world = slack.world
    group = world.add_group("board", "alice", "ada")
    world.add_channel("three", "mpim", members=("alice", "ada"))
    world.add_channel("closed", "private", members=("alice", "ada"))
    rule = {"groups": [group], "channels": [world.channel("deals").id]}
    async with answering_bot(slack, canaries, collections={"both": rule, "board": rule}) as bot:
        yield bot
        await slack.quiet()
    settled(slack)


def joins(channel: str, user: str) -> Callable[[FakeSlack], None]:
    return lambda slack: slack.world.channel(channel).members.add(slack.world.user(user).id)


def turns(user: str, **facts: bool) -> Callable[[FakeSlack], None]:
    return lambda slack: slack.world.user(user).__dict__.update(facts)


def leaves_group(user: str) -> Callable[[FakeSlack], None]:
    return lambda slack: (
        [members.discard(slack.world.user(user).id) for _, members in slack.world.groups.values()]
        and None
    )


def is_shared(channel: str) -> Callable[[FakeSlack], None]:
    return lambda slack: setattr(slack.world.channel(channel), "shared", True)


def cannot_be_asked(slack: FakeSlack) -> None:
    for method in ("conversations.info", "conversations.members", "users.info"):
        slack.faults.script(method, lambda number, args: fake.refused("access_denied"))


def leaves(channel: str, user: str) -> Callable[[FakeSlack], None]:
    return lambda slack: slack.world.channel(channel).members.discard(slack.world.user(user).id)


CHANGES: dict[str, tuple[str, str, Callable[[FakeSlack], None]]] = {  # place, asker, change
    "a guest joins the channel": ("deals", "alice", joins("deals", "gwen")),
    "a member turns guest": ("deals", "alice", turns("ada", guest=True)),
    "a stranger joins": ("three", "alice", joins("three", "sam")),
    "the channel is shared": ("deals", "alice", is_shared("deals")),
    "someone outside the group joins": ("three", "alice", joins("three", "bob")),
    "a member leaves the group": ("three", "alice", leaves_group("ada")),
    "the asker leaves the group": ("dm", "alice", leaves_group("alice")),
    "the asker turns guest": ("dm", "alice", turns("alice", guest=True)),
    "who asked alone has left the channel": ("alone", "carl", leaves("deals", "carl")),
    "Slack cannot be asked": ("deals", "alice", cannot_be_asked),
    "the channel is made public": (
        "closed", "alice", lambda slack: setattr(slack.world.channel("closed"), "kind", "public"),
    ),
}  # fmt: skip


async def ask_there(slack: FakeSlack, place: str, user: str) -> Message:
    if place == "alone":
        before = len(slack.world.ephemeral)
        await slack.command("/briefs", f"ask {SECRET}", user, "deals")
        await slack.until(lambda: len(slack.world.ephemeral) > before, 20, "an answer")
        return slack.world.ephemeral[-1]
    where = slack.dm(user).id if place == "dm" else place
    return await slack.answer_to(await slack.mention(where, user, SECRET), 20)


@pytest.mark.parametrize("change", CHANGES)
async def test_a_change_between_search_and_post_stops_the_answer(
    board: RunningBot, slack: FakeSlack, monkeypatch: pytest.MonkeyPatch, change: str
) -> None:
    """It was answered before; after the change nothing of it goes out."""
    place, user, happens = CHANGES[change]
    slack.world.add_user("carl")
    joins("deals", "carl")(slack)
    assert CANARIES["both"] in (await ask_there(slack, place, user)).said
    await slack.quiet()
    ask, told = board.parts.answerer.ask, len(slack.calls)
    hooks = len(slack.hooks.said)

    def meanwhile(*given: object, **named: object) -> object:
        answer = ask(*given, **named)  # type: ignore[arg-type]
        happens(slack)
        return answer

    monkeypatch.setattr(board.parts.answerer, "ask", meanwhile)
    answer = await ask_there(slack, place, user)
    unknown = change in ("Slack cannot be asked", "the channel is made public")
    said = f"I could not answer this. {phrases.CANNOT_CHECK}" if unknown else NOTHING
    assert answer.text.startswith(said)
    await slack.quiet()
    slack.faults.clear()
    out = json.dumps([one.args for one in slack.calls[told:]])
    out += json.dumps([said for _, said in slack.hooks.said[hooks:]])
    assert CANARIES["both"] not in out
    assert CANARIES["board"] not in out


async def test_a_hidden_brief_changes_no_count_and_no_rank(
    slack: FakeSlack, tmp_path: Path, embedder: ModelEmbedder
) -> None:
    """The same question in two libraries, of which one has hidden briefs more: the same message."""
    said: list[Any] = []
    open_one = draft(*HARBOUR)
    for number, more in enumerate(
        ([], [one for one in briefs() if one.brief.collection != "open"])
    ):
        home = tmp_path / str(number)
        slack.world.add_channel(f"room{number}", members=("alice", "bob"))
        with Library.open(Settings(home=home), create=True, embedder=embedder) as library:
            library.publish([open_one, *more])
            rules = {name: {"groups": []} for name in CANARIES if name != "open"}
            async with answering_bot(slack, library, collections=rules):
                for text in ("Who leased the harbour?", question("direct", "board")):
                    ts = await slack.mention(f"room{number}", "alice", text)
                    answer = await slack.answer_to(ts, 20)
                    said.append((number, answer.text, _without_ids(answer.blocks)))
                await slack.quiet()
    first = [one[1:] for one in said if one[0] == 0]
    assert first == [one[1:] for one in said if one[0] == 1]
    assert len(first) == 2


def _without_ids(blocks: list[dict[str, Any]]) -> list[str]:
    """Blocks without the answer's id, which is another each time."""
    words = json.dumps(blocks)
    for block in blocks:
        for element in block.get("elements", ()):
            value = str(element.get("value", "")) if isinstance(element, dict) else ""
            words = words.replace(value.partition(":")[0], "ID") if value else words
    return sorted(json.dumps(one) for one in json.loads(words) if one["type"] == "rich_text")
