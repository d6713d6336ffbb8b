"""What a message event says: an event in; a message by a person, an edit or a deletion out.

What a message points at, a forwarded message or the words that its writer quotes, is part of its
text, as lines behind "> " (`text.quoted`).
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from bot.question.utterance import asks, asks_the_briefs, is_stop, says_something
from bot.slack import text

READ = frozenset(
    {None, "file_share", "thread_broadcast", "me_message"}
)  # subtypes that people write
_MENTION = re.compile(r"<@([A-Z0-9]+)(?:\|[^>]*)?>")
LONGEST_QUOTE = 1_500  # characters of what is pointed at


@dataclass(frozen=True)
class MessageChange:
    """A message that was edited or deleted; `text` is None where it was deleted."""

    channel: str
    ts: str
    text: str | None
    user: str | None = None
    edited_ts: str | None = None


@dataclass(frozen=True)
class WrittenMessage:
    """A message by a person, before it is decided whether it asks something of us."""

    channel: str
    ts: str
    user: str
    text: str  # readable, without our mention; what it points at behind "> "
    thread_ts: str | None
    direct: bool
    mentions_us: bool
    addresses_other: bool  # somebody else is mentioned
    event_id: str | None
    files: tuple[Mapping[str, Any], ...] = ()

    @property
    def typed(self) -> str:
        """What its writer says, without what it points at."""
        return text.unquoted(self.text)[0]

    @property
    def asks(self) -> bool:
        """Whether it asks something."""
        return asks(self.typed)

    def asks_the_briefs(self) -> bool:
        """Return whether it asks what briefs may answer, though nobody is addressed.

        Takes some milliseconds: a network reads it.
        """
        return not self.addresses_other and asks_the_briefs(self.typed)

    @property
    def says_something(self) -> bool:
        return says_something(self.typed)

    @property
    def stops(self) -> bool:
        return is_stop(self.typed)

    @property
    def thread(self) -> str:
        """The ts of the message under which a reply to it stands."""
        return self.thread_ts or self.ts


def change_of(body: Mapping[str, Any], bot_user: str) -> MessageChange | None:
    """Return the edit or deletion that an event tells of, None where it tells of none."""
    event = body.get("event") or {}
    channel = str(event.get("channel") or "")
    if event.get("subtype") == "message_deleted":
        ts = event.get("deleted_ts")
        return MessageChange(channel, str(ts), None) if ts else None
    if event.get("subtype") != "message_changed":
        return None
    new, old = event.get("message") or {}, event.get("previous_message") or {}
    if new.get("subtype") == "tombstone":
        return MessageChange(channel, str(new.get("ts")), None)
    if new.get("bot_id") or new.get("text") == old.get("text"):  # an unfurl changes it, too
        return None
    edited = (new.get("edited") or {}).get("ts")
    said = text.readable(str(new.get("text") or ""), bot_user)
    return MessageChange(channel, str(new.get("ts")), said, new.get("user"), edited)


def written_of(body: Mapping[str, Any], bot_user: str) -> WrittenMessage | None:
    """Return the message by a person that an event tells of; bots, and we ourselves, are none."""
    event = body.get("event") or {}
    user, ts = event.get("user"), event.get("ts")
    if event.get("subtype") not in READ or event.get("bot_id") or event.get("hidden"):
        return None
    if not user or not ts or user == bot_user:
        return None
    raw, thread = raw_text(event), event.get("thread_ts")
    mentioned = {match[1] for match in _MENTION.finditer(raw)}
    return WrittenMessage(
        channel=str(event.get("channel")),
        ts=str(ts),
        user=str(user),
        text=said_in(event, bot_user),
        thread_ts=str(thread) if thread and thread != ts else None,
        direct=event.get("channel_type") == "im",
        mentions_us=event.get("type") == "app_mention" or bot_user in mentioned,
        addresses_other=bool(mentioned - {bot_user}),
        event_id=body.get("event_id"),
        files=tuple(event.get("files") or ()),
    )


def said_in(message: Mapping[str, Any], bot_user: str) -> str:
    """Return what a message says, as people read it, and what it points at behind "> "."""
    typed = text.readable(raw_text(message), bot_user)
    quotes = [text.readable(one, bot_user) for one in _forwarded(message)]
    quoted = text.quoted("\n".join(one for one in quotes if one)[:LONGEST_QUOTE])
    return f"{typed}\n{quoted}".strip()


def raw_text(message: Mapping[str, Any]) -> str:
    """Return a message's text in Slack's marks; that of its blocks where it has none beside."""
    said = str(message.get("text") or "")
    return said if said.strip() else "".join(_of_blocks(message.get("blocks"))).strip()


def _forwarded(message: Mapping[str, Any]) -> Iterator[str]:
    """Yield the texts of the messages that one was forwarded or shared with."""
    for one in message.get("attachments") or ():
        if not isinstance(one, Mapping):
            continue
        is_message = any(one.get(sign) for sign in ("is_share", "is_msg_unfurl", "message_blocks"))
        if not is_message and (one.get("from_url") or one.get("title_link")):
            continue  # the preview of a web page
        said = str(one.get("text") or "")
        if not said.strip():
            told = [part.get("message") or {} for part in one.get("message_blocks") or ()
                    if isinstance(part, Mapping)]  # fmt: skip
            said = "".join("".join(_of_blocks(part.get("blocks"))) for part in told)
        yield said.strip() or str(one.get("fallback") or "")


def _of_blocks(value: Any) -> Iterator[str]:
    """Yield the text of rich text, of sections and of context, in Slack's marks."""
    if isinstance(value, list):
        for one in value:
            yield from _of_blocks(one)
    if not isinstance(value, Mapping):
        return
    kind = str(value.get("type") or "")
    if kind == "user":
        yield f"<@{value.get('user_id')}>"
    elif kind == "channel":
        yield f"<#{value.get('channel_id')}>"
    elif kind == "emoji":
        yield f":{value.get('name')}:"
    elif kind == "link":
        yield str(value.get("text") or value.get("url") or "")
    elif isinstance(value.get("text"), str):
        yield value["text"]
    elif isinstance(value.get("text"), Mapping):
        yield f"{value['text'].get('text') or ''}\n"
    yield from _of_blocks(value.get("elements"))
    if kind.startswith("rich_text_") or kind == "context":
        yield "\n"
