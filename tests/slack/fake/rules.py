"""What the fake holds the bot to: its methods and their scopes, its strictness, its checks."""

import json
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from tests.slack.fake import limits, markup
from tests.slack.fake.world import BOT_USER, Channel, Unknown

if TYPE_CHECKING:
    from tests.slack.fake.server import FakeSlack

Arguments = dict[str, Any]
Method = Callable[["FakeSlack", Arguments], dict[str, Any]]

METHODS: dict[str, tuple[Method, str | None]] = {}


class Refused(Exception):
    """`ok: false` with an error's code; what else the answer holds."""

    def __init__(self, error: str, **more: Any) -> None:
        super().__init__(error)
        self.error, self.more = error, more


def method(name: str, scope: str | None = None) -> Callable[[Method], Method]:
    def register(function: Method) -> Method:
        METHODS[name] = (function, scope)
        return function

    return register


def need(args: Arguments, *names: str) -> None:
    missing = [name for name in names if args.get(name) in (None, "")]
    if missing:
        raise Refused(
            "invalid_arguments",
            response_metadata={"messages": [f"[ERROR] missing required field: {missing[0]}"]},
        )


def truth(value: Any) -> bool:
    return value in (True, 1, "1", "true", "True")


def number(value: Any, default: int) -> int:
    try:
        return int(value)
    except (TypeError, ValueError):
        return default


SCOPES = frozenset(
    "app_mentions:read assistant:write chat:write commands im:history mpim:history channels:history"
    " groups:history channels:read groups:read im:read mpim:read users:read usergroups:read"
    " files:read".split()
)
EVENTS = frozenset(
    "app_home_opened app_mention message.im message.mpim message.channels message.groups"
    " file_shared app_context_changed agent_session_stopped agent_session_title_changed"
    " member_joined_channel member_left_channel app_uninstalled tokens_revoked".split()
)


# Calls a minute that Slack was measured to take; its documents promise as many.
LIMITS = {
    "users.list": 20, "usergroups.list": 20, "users.info": 100, "conversations.info": 50,
    "conversations.members": 100, "conversations.replies": 50, "conversations.history": 50,
    "chat.update": 50, "chat.postEphemeral": 100,
}  # fmt: skip


@dataclass
class Rules:
    """Settings of the fake; change them at any time. Times in seconds."""

    scopes: frozenset[str] = SCOPES
    events: frozenset[str] = EVENTS  # what the app is subscribed to
    trigger_seconds: float = 60.0  # Slack: 3; the machine may be busy
    ack_seconds: float = 60.0  # commands, clicks, submissions; Slack: 3
    hook_uses: int = 5
    hook_seconds: float = 1800.0
    redeliver_seconds: float = 3.0  # an event not acknowledged by then comes again
    retries: int = 10  # deliveries after the first
    sessions: bool = True  # False: agents.sessions.* says feature_disabled
    page: int = 1000  # most messages of one conversations.replies or .history
    posts_per_second: float | None = None  # per channel; over it 429, as Slack does
    per_minute: dict[str, int] = field(default_factory=dict)  # by method; LIMITS are Slack's
    crossing_seconds: float = 0.005  # a call this soon after a 429 was on its way already
    revoked: bool = False
    organisation: bool = False  # the app is installed in a whole organisation: no team of its own


def channel_for(fake: "FakeSlack", name: Any, *, writing: bool = True) -> Channel:
    """The channel that is meant, if the bot may write (or read) there."""
    if isinstance(name, str) and name.startswith("U") and name in fake.world.users:
        return fake.world.direct(name)  # Slack takes a user's id for their direct message
    channel = fake.world.channels.get(name) if isinstance(name, str) else None
    if channel is None:
        raise Refused("channel_not_found")
    if BOT_USER not in channel.members:
        raise Refused("not_in_channel" if channel.kind == "public" else "channel_not_found")
    if writing and channel.archived:
        raise Refused("is_archived")
    return channel


def check_thread(fake: "FakeSlack", channel: Channel, thread_ts: Any) -> None:
    if thread_ts is None:
        return
    root = fake.world.messages.get((channel.id, str(thread_ts)))
    if root is None or (root.deleted and not fake.world.thread(channel.id, str(thread_ts))):
        raise Refused("thread_not_found")
    if root.thread_ts not in (None, root.ts):
        fake.violate(f"thread_ts {thread_ts} is a reply, not the root of a thread")
        raise Refused("cannot_reply_to_message")


def check_blocks(fake: "FakeSlack", blocks: Any, *, most: int = 50) -> list[dict[str, Any]]:
    """Blocks as sent, or `invalid_blocks` with what is wrong, which is a violation too."""
    if isinstance(blocks, str):
        try:
            blocks = json.loads(blocks)
        except ValueError as error:
            raise Refused("invalid_blocks_format") from error
    wrong = limits.blocks(blocks or [], most=most)
    if wrong:
        for words in wrong:
            fake.violate(f"invalid blocks: {words}")
        raise Refused("invalid_blocks", response_metadata={"messages": wrong})
    return list(blocks or [])


def check_metadata(fake: "FakeSlack", metadata: Any) -> dict[str, Any] | None:
    if isinstance(metadata, str):
        metadata = json.loads(metadata)
    if not metadata:
        return metadata if metadata == {} else None
    wrong = limits.metadata(metadata)
    if wrong:
        fake.violate(f"metadata: {'; '.join(wrong)}")
        large = any("characters" in words for words in wrong)
        raise Refused("metadata_too_large" if large else "invalid_metadata_format")
    return dict(metadata)


def check_message(fake: "FakeSlack", args: Arguments, *, updating: bool = False) -> None:
    text, blocks = args.get("text"), args.get("blocks")
    if not (text or blocks):
        raise Refused("no_text")
    if len(text or "") > limits.TEXT:
        fake.violate(f"text of {len(text)} characters")
        raise Refused("msg_too_long")
    if not isinstance(blocks, str) and limits.size(blocks or []) > limits.MESSAGE:
        fake.violate(f"blocks of {limits.size(blocks)} characters")
        raise Refused("msg_blocks_too_long")
    if blocks and not text:
        fake.violate("blocks without a text: nothing for notifications and screen readers")
    if markup.broadcasts(args):
        fake.violate(f"calls everybody: {markup.broadcasts(args)}")
    linked = bool(markup.links(args))
    if linked and not updating and not (
        args.get("unfurl_links") is False and args.get("unfurl_media") is False
    ):  # fmt: skip
        fake.violate("links are not kept from unfurling (unfurl_links, unfurl_media)")


def known_user(fake: "FakeSlack", user: Any) -> str:
    try:
        return fake.world.user(str(user)).id
    except Unknown as error:
        raise Refused("user_not_found") from error
