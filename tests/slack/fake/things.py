"""The things of the workspace that the fake plays: people, channels, messages, files, views.

Plain data, and how Slack writes each on the wire; no rules and no I/O.
"""

import time
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

if TYPE_CHECKING:
    from tests.slack.fake.world import World

TEAM, OTHER_TEAM = "T0FAKE", "T0OTHER"
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
        """All that a person reads of it, as text."""
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
