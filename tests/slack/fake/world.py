"""The workspace that the fake plays: people, channels, messages, files, views, by id or by name.

Plain data and look-ups, and how Slack writes each thing on the wire; no rules and no I/O.
"""

import itertools
import time
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import quote

TEAM, OTHER_TEAM, ORGANISATION = "T0FAKE", "T0OTHER", "E0FAKE"
APP, BOT_USER, BOT = "A0FAKE", "U0BOT", "B0BOT"


class Unknown(LookupError):
    """Nobody and nothing of that name in this world."""


@dataclass
class User:
    """A person, or the bot."""

    id: str
    name: str
    guest: bool = False
    stranger: bool = False  # of another organisation
    admin: bool = False
    deleted: bool = False
    bot: bool = False
    zone: str = "Europe/London"
    extra: dict[str, Any] = field(default_factory=dict)  # what Slack says otherwise

    def wire(self) -> dict[str, Any]:
        return {
            "id": self.id, "team_id": OTHER_TEAM if self.stranger else TEAM, "name": self.name,
            "real_name": self.name.title(), "tz": self.zone, "tz_offset": 0,
            "deleted": self.deleted, "is_bot": self.bot, "is_admin": self.admin,
            "is_owner": False, "is_restricted": self.guest, "is_ultra_restricted": False,
            "is_stranger": self.stranger, "is_app_user": False,
            "profile": {"display_name": self.name, "real_name": self.name.title()},
        } | self.extra  # fmt: skip


@dataclass
class Channel:
    """A public or private channel, a direct message (im) or one of several people (mpim)."""

    id: str
    name: str
    kind: str = "public"  # public | private | im | mpim
    members: set[str] = field(default_factory=set)
    shared: bool = False
    archived: bool = False
    extra: dict[str, Any] = field(default_factory=dict)

    @property
    def event_type(self) -> str:
        return {"public": "channel", "private": "group"}.get(self.kind, self.kind)

    def wire(self) -> dict[str, Any]:
        people = sorted(self.members - {BOT_USER})
        return {
            "id": self.id, "name": self.name, "is_channel": self.kind == "public",
            "is_group": self.kind == "private", "is_im": self.kind == "im",
            "is_mpim": self.kind == "mpim", "is_private": self.kind != "public",
            "is_archived": self.archived, "is_member": BOT_USER in self.members,
            "is_ext_shared": self.shared, "is_shared": self.shared, "is_org_shared": False,
            "num_members": len(self.members), "context_team_id": TEAM,
            **({"user": people[0]} if self.kind == "im" and people else {}), **self.extra,
        }  # fmt: skip


@dataclass
class Message:
    """A message as it stands; `versions` holds what it said before."""

    channel: str
    ts: str
    user: str
    text: str = ""
    blocks: list[dict[str, Any]] = field(default_factory=list)
    thread_ts: str | None = None
    metadata: dict[str, Any] | None = None
    files: list[str] = field(default_factory=list)
    to: str | None = None  # the one who sees it, when ephemeral
    deleted: bool = False
    edited: str | None = None
    versions: list[str] = field(default_factory=list)
    at: float = field(default_factory=time.monotonic)
    hook: str | None = None  # of an ephemeral one: the response_url that made it

    @property
    def by_bot(self) -> bool:
        return self.user == BOT_USER

    @property
    def root(self) -> str:
        return self.thread_ts or self.ts

    @property
    def said(self) -> str:
        from tests.slack.fake.markup import words

        return "\n".join(part for part in (self.text, words(self.blocks)) if part)

    def wire(self, world: "World", metadata: bool = False) -> dict[str, Any]:
        out: dict[str, Any] = {
            "type": "message", "user": self.user, "ts": self.ts, "team": TEAM,
            "text": self.text,
        }  # fmt: skip
        out |= {"blocks": self.blocks} if self.blocks else {}
        out |= {"thread_ts": self.thread_ts} if self.thread_ts else {}
        if self.by_bot:
            out |= {"bot_id": BOT, "app_id": APP}
        if self.files:
            out |= {"files": [world.files[name].wire(world) for name in self.files]}
        if self.edited:
            out |= {"edited": {"user": self.user, "ts": self.edited}}
        if metadata and self.metadata:
            out |= {"metadata": self.metadata}
        return out


@dataclass
class File:
    """A file that somebody handed over."""

    id: str
    name: str
    data: bytes
    user: str
    mimetype: str = "text/plain"
    size: int | None = None  # what is claimed, when it differs from the truth
    extra: dict[str, Any] = field(default_factory=dict)

    def wire(self, world: "World") -> dict[str, Any]:
        address = f"{world.base}/files/{self.id}/{quote(self.name, safe='')}"
        return {
            "id": self.id, "name": self.name, "title": self.name, "mimetype": self.mimetype,
            "filetype": self.name.rsplit(".", 1)[-1], "user": self.user, "mode": "hosted",
            "size": len(self.data) if self.size is None else self.size, "is_external": False,
            "permalink": f"{world.base}/archive/{self.id}/{quote(self.name, safe='')}",
            "file_access": "visible", "url_private": address, "url_private_download": address,
        } | self.extra  # fmt: skip


@dataclass
class View:
    """An open modal, or a Home tab."""

    id: str
    user: str
    view: dict[str, Any]
    hash: str
    open: bool = True

    def wire(self) -> dict[str, Any]:
        state = {"values": {}}
        return self.view | {
            "id": self.id, "hash": self.hash, "team_id": TEAM, "app_id": APP, "bot_id": BOT,
            "state": state, "root_view_id": self.id, "external_id": "",
        }  # fmt: skip


@dataclass
class Session:
    """The state of an agent's session in one thread."""

    status: str = "active"
    title: str | None = None
    words: str = ""  # of the older assistant.threads.setStatus
    prompts: list[dict[str, str]] = field(default_factory=list)
    history: list[str] = field(default_factory=list)


class World:
    """Everything there is. `World.small()` has people and channels enough for most tests."""

    def __init__(self) -> None:
        self.base = ""
        self.users: dict[str, User] = {}
        self.channels: dict[str, Channel] = {}
        self.messages: dict[tuple[str, str], Message] = {}
        self.ephemeral: list[Message] = []
        self._threads: dict[tuple[str, str], list[Message]] = {}
        self.files: dict[str, File] = {}
        self.views: list[View] = []
        self.homes: dict[str, View] = {}
        self.groups: dict[str, tuple[str, set[str]]] = {}  # id -> handle, members
        self.sessions: dict[tuple[str, str], Session] = {}
        self._numbers = itertools.count(1)
        self._last_ts = 0
        self.users[BOT_USER] = User(BOT_USER, "briefs", bot=True)

    @classmethod
    def small(cls) -> "World":
        """Alice and Bob are members, Ada an admin, Gwen a guest, Sam of another organisation."""
        world = cls()
        world.add_user("alice")
        world.add_user("bob", zone="America/New_York")
        world.add_user("ada", admin=True)
        world.add_user("gwen", guest=True)
        world.add_user("sam", stranger=True)
        world.add_channel("general", members=("alice", "bob", "ada", "gwen"))
        world.add_channel("deals", "private", members=("alice", "ada"))
        world.add_channel("partners", shared=True, members=("alice", "bob", "sam"))
        return world

    def number(self, prefix: str) -> str:
        return f"{prefix}{next(self._numbers):07d}"

    def stamp(self) -> str:
        self._last_ts = max(self._last_ts + 1, time.time_ns() // 1000)
        return f"{self._last_ts // 10**6}.{self._last_ts % 10**6:06d}"

    def add_user(self, name: str, **facts: Any) -> User:
        user = User(facts.pop("id", None) or self.number("U"), name, **facts)
        self.users[user.id] = user
        return user

    def add_channel(
        self, name: str, kind: str = "public", members: tuple[str, ...] = (), *,
        bot: bool = True, **facts: Any,
    ) -> Channel:  # fmt: skip
        prefix = {"im": "D", "mpim": "G"}.get(kind, "C")
        ids = {self.user(member).id for member in members} | ({BOT_USER} if bot else set())
        channel = Channel(facts.pop("id", None) or self.number(prefix), name, kind, ids, **facts)
        self.channels[channel.id] = channel
        return channel

    def add_group(self, handle: str, *members: str) -> str:
        group = self.number("S")
        self.groups[group] = (handle, {self.user(member).id for member in members})
        return group

    def user(self, name: str) -> User:
        found = self.users.get(name) or next(
            (user for user in self.users.values() if user.name == name), None
        )
        if not found:
            raise Unknown(f"no user {name!r}")
        return found

    def channel(self, name: str) -> Channel:
        bare = name.removeprefix("#")
        found = self.channels.get(name) or next(
            (one for one in self.channels.values() if one.name == bare), None
        )
        if not found:
            raise Unknown(f"no channel {name!r}")
        return found

    def direct(self, user: str) -> Channel:
        """The direct message of a user with the bot; opened when there is none."""
        person = self.user(user).id
        for channel in self.channels.values():
            if channel.kind == "im" and person in channel.members:
                return channel
        return self.add_channel(f"dm-{self.users[person].name}", "im", (person,))

    def message(self, channel: str, ts: str) -> Message | None:
        found = self.messages.get((channel, ts))
        return None if found is None or found.deleted else found

    def add(self, message: Message) -> Message:
        if message.to:
            self.ephemeral.append(message)
        else:
            self.messages[message.channel, message.ts] = message
            self._threads.setdefault((message.channel, message.root), []).append(message)
        return message

    def thread(self, channel: str, root: str) -> list[Message]:
        """All that stands in a thread, oldest first, its root included."""
        found = self._threads.get((channel, root), [])
        return sorted((m for m in found if not m.deleted), key=lambda m: m.ts)
