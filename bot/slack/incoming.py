"""Read what Slack tells of messages: an event's payload in, an Incoming or a change out.

Pure: whether a thread is one that we take part in, or a channel one to be answered unasked, is
handed in. Knows nothing of Slack's client or of the database.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from bot.slack import text
from bot.slack.types import Incoming, Kind

Event = Mapping[str, Any]

READ = frozenset(
    {None, "file_share", "thread_broadcast", "me_message"}
)  # subtypes that people write
_ASKS = re.compile(
    r"^\W*(?:who|what|when|where|which|why|how|whose|is|are|was|were|do|does|did|has|have|had|can"
    r"|could|will|would|should)\b",
    re.IGNORECASE,
)
_MUTES = re.compile(r"^\W*(?:stop|mute|be quiet|stay out)\W*$", re.IGNORECASE)


@dataclass(frozen=True)
class Change:
    """A message that was edited or deleted; `text` is None where it was deleted."""

    team: str
    channel: str
    ts: str
    text: str | None
    user: str | None = None
    edited_ts: str | None = None


@dataclass(frozen=True)
class Written:
    """A message by a person, before it is decided whether it asks something of us."""

    team: str
    channel: str
    ts: str
    user: str
    text: str  # readable, without our mention
    thread_ts: str | None
    direct: bool
    mentions_us: bool
    addresses_other: bool  # begins with the mention of somebody else
    event_id: str | None
    files: tuple[Mapping[str, Any], ...] = ()

    @property
    def asks(self) -> bool:
        """Whether it reads like a question."""
        return self.text.rstrip().endswith("?") or bool(_ASKS.match(self.text))

    @property
    def mutes(self) -> bool:
        """Whether it tells us to stay out of the thread."""
        return bool(_MUTES.match(self.text))

    def kind(self, *, joined: bool, unasked: bool) -> Kind | None:
        """Return how it reaches us, None where it does not.

        `joined`: we take part in its thread; `unasked`: its channel wants questions answered.
        """
        if self.direct:
            return Kind.DIRECT
        if self.mentions_us:
            return Kind.MENTION
        if self.addresses_other:
            return None
        if self.thread_ts and joined:
            return Kind.FOLLOW_UP
        return Kind.CHANNEL if unasked and not self.thread_ts and self.asks else None

    def incoming(self, kind: Kind, zone: str | None = None) -> Incoming:
        """Return it as a question."""
        return Incoming(
            team=self.team, channel=self.channel, ts=self.ts, user=self.user, text=self.text,
            kind=kind, event_id=self.event_id, thread_ts=self.thread_ts, zone=zone,
        )  # fmt: skip


def change_of(body: Mapping[str, Any], team: str, bot_user: str) -> Change | None:
    """Return the edit or deletion that an event tells of, None where it tells of none."""
    event = body.get("event") or {}
    channel = str(event.get("channel") or "")
    if event.get("subtype") == "message_deleted":
        ts = event.get("deleted_ts")
        return Change(team, channel, str(ts), None) if ts else None
    if event.get("subtype") != "message_changed":
        return None
    new, old = event.get("message") or {}, event.get("previous_message") or {}
    if new.get("subtype") == "tombstone":
        return Change(team, channel, str(new.get("ts")), None)
    if new.get("bot_id") or new.get("text") == old.get("text"):  # an unfurl changes it, too
        return None
    edited = (new.get("edited") or {}).get("ts")
    said = text.readable(str(new.get("text") or ""), bot_user)
    return Change(team, channel, str(new.get("ts")), said, new.get("user"), edited)


def written_of(body: Mapping[str, Any], team: str, bot_user: str) -> Written | None:
    """Return the message by a person that an event tells of; bots, and we ourselves, are none."""
    event = body.get("event") or {}
    user, ts = event.get("user"), event.get("ts")
    if event.get("subtype") not in READ or event.get("bot_id") or event.get("hidden"):
        return None
    if not user or not ts or user == bot_user:
        return None
    raw = str(event.get("text") or "")
    thread = event.get("thread_ts")
    opening = re.match(r"\s*<@([A-Z0-9]+)(?:\|[^>]*)?>", raw)
    return Written(
        team=team,
        channel=str(event.get("channel")),
        ts=str(ts),
        user=str(user),
        text=text.readable(raw, bot_user),
        thread_ts=str(thread) if thread and thread != ts else None,
        direct=event.get("channel_type") == "im",
        mentions_us=event.get("type") == "app_mention" or f"<@{bot_user}" in raw,
        addresses_other=bool(opening and opening[1] != bot_user),
        event_id=body.get("event_id"),
        files=tuple(event.get("files") or ()),
    )
