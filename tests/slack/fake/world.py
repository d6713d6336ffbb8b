"""The workspace that the fake plays: all things in it, found by id or by name.

Look-ups only; no rules and no I/O.
"""

import itertools
import time
from typing import Any

from tests.slack.fake.things import (
    APP,
    BOT,
    BOT_USER,
    OTHER_TEAM,
    TEAM,
    Channel,
    File,
    Message,
    Session,
    Unknown,
    User,
    View,
)  # fmt: skip

__all__ = [
    "APP", "BOT", "BOT_USER", "OTHER_TEAM", "TEAM", "Channel", "File", "Message", "Session",
    "Unknown", "User", "View", "World",
]  # fmt: skip


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
        """A fresh id."""
        return f"{prefix}{next(self._numbers):07d}"

    def stamp(self) -> str:
        """A fresh ts: later than all before."""
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
        """By id or name."""
        found = self.users.get(name) or next(
            (user for user in self.users.values() if user.name == name), None
        )
        if not found:
            raise Unknown(f"no user {name!r}")
        return found

    def channel(self, name: str) -> Channel:
        """By id or (#)name."""
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
        """A message that stands, or None."""
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
