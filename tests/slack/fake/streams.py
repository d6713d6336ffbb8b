"""chat.startStream, appendStream and stopStream: modes, recipients, age, and who stopped them."""

import time
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from tests.slack.fake import limits, markup, rules
from tests.slack.fake.registry import Arguments, Refused, method, need
from tests.slack.fake.world import BOT_USER, Message, Session

if TYPE_CHECKING:
    from tests.slack.fake.server import FakeSlack

STATUSES = {"processing", "active", "suspended", "closed"}


@dataclass
class Stream:
    """The state of one stream."""

    message: Message
    opened: float
    mode: str | None = None  # markdown_text | chunks; set by the first content
    state: str = "live"  # live | stopped | expired | stopped_by_user


class Streams:
    """All streams there were, by (channel, ts)."""

    def __init__(self, fake: "FakeSlack") -> None:
        self._fake = fake
        self.all: dict[tuple[str, str], Stream] = {}

    def get(self, channel: str, ts: str) -> Stream | None:
        stream = self.all.get((channel, ts))
        if stream and stream.state == "live":
            age = time.monotonic() - stream.opened
            if age > self._fake.rules.stream_seconds:
                self._end(stream, "expired")
        return stream

    def live(self, message: Message) -> bool:
        stream = self.get(message.channel, message.ts)
        return bool(stream and stream.state == "live")

    def expire(self) -> int:
        """Let all live streams die now; returns how many."""
        live = [stream for stream in self.all.values() if self.live(stream.message)]
        for stream in live:
            self._end(stream, "expired")
        return len(live)

    def stop_by_user(self, channel: str, root: str) -> list[str]:
        """Stop those of a thread as its user does; returns their ts."""
        live = [s for s in self.all.values()
                if self.live(s.message) and (s.message.channel, s.message.root) == (channel, root)
                ]  # fmt: skip
        for stream in live:
            stream.state = "stopped_by_user"
        return [stream.message.ts for stream in live]

    def _end(self, stream: Stream, state: str) -> None:
        stream.state = state
        session = self._fake.world.sessions.get((stream.message.channel, stream.message.root))
        if session and session.status == "processing":
            session.status = "active"

    def content(self, stream: Stream, args: Arguments) -> None:
        """Add what a call brings, after all checks."""
        fake, text, chunks = self._fake, args.get("markdown_text"), args.get("chunks")
        if text is not None and chunks is not None:
            raise Refused("cannot_provide_both_markdown_text_and_chunks")
        if text is None and chunks is None:
            return
        mode = "chunks" if chunks is not None else "markdown_text"
        if stream.mode not in (None, mode):
            fake.violate(f"a stream begun with {stream.mode} goes on with {mode}")
            raise Refused("streaming_mode_mismatch")
        wrong = limits.stream(text, chunks)
        if wrong:
            fake.violate(f"stream: {'; '.join(wrong)}")
            long = any("characters" in words for words in wrong)
            raise Refused("msg_too_long" if long else "invalid_chunks")
        if markup.broadcasts({"markdown_text": text, "chunks": chunks}):
            fake.violate("a stream calls everybody")
        stream.mode = mode
        stream.message.chunks += chunks or []
        pieces = [one.get("text", "") for one in chunks or [] if one.get("type") == "markdown_text"]
        stream.message.markdown += text or "".join(pieces)


@method("chat.startStream", "chat:write")
def start(fake: "FakeSlack", args: Arguments) -> dict[str, Any]:
    if not fake.rules.streams:
        raise Refused("feature_disabled")
    need(args, "channel", "thread_ts")
    channel = rules.channel_for(fake, args["channel"])
    rules.check_thread(fake, channel, args["thread_ts"])
    if channel.kind == "mpim":
        raise Refused("channel_type_not_supported")
    if channel.kind != "im":
        for name in ("recipient_user_id", "recipient_team_id"):
            if not args.get(name):
                fake.violate(f"a stream in a channel without {name}")
                raise Refused(f"missing_{name}")
        user = rules.known_user(fake, args["recipient_user_id"])
        if args["recipient_team_id"] != fake.world.users[user].wire()["team_id"]:
            raise Refused("user_not_found")
    message = Message(channel.id, fake.world.stamp(), BOT_USER, thread_ts=args["thread_ts"])
    stream = Stream(message, time.monotonic())
    fake.streams.content(stream, args)
    fake.world.add(message)
    fake.streams.all[channel.id, message.ts] = stream
    session = fake.world.sessions.setdefault((channel.id, message.root), Session())
    session.status = "processing"
    session.history.append("processing")
    return {"channel": channel.id, "ts": message.ts}


def _running(fake: "FakeSlack", args: Arguments) -> Stream:
    need(args, "channel", "ts")
    channel = rules.channel_for(fake, args["channel"])
    stream = fake.streams.get(channel.id, args["ts"])
    if stream is None or stream.message.deleted:
        raise Refused("message_not_found")
    if stream.state == "stopped_by_user":
        raise Refused("stopped_by_user")
    if stream.state == "stopped":
        fake.violate("a stream is used after it was stopped")
    if stream.state != "live":
        raise Refused("message_not_in_streaming_state")
    return stream


@method("chat.appendStream", "chat:write")
def append(fake: "FakeSlack", args: Arguments) -> dict[str, Any]:
    stream = _running(fake, args)
    if not args.get("markdown_text") and not args.get("chunks"):
        raise Refused("no_text")
    fake.streams.content(stream, args)
    return {"channel": stream.message.channel, "ts": stream.message.ts}


@method("chat.stopStream", "chat:write")
def stop(fake: "FakeSlack", args: Arguments) -> dict[str, Any]:
    stream = _running(fake, args)
    message = stream.message
    if "text" in args:
        fake.violate("chat.stopStream takes no text")
        raise Refused("invalid_arguments")
    status = args.get("session_status") or "active"
    if status not in STATUSES:
        raise Refused("invalid_status")
    blocks = rules.check_blocks(fake, args.get("blocks"))
    metadata = rules.check_metadata(fake, args.get("metadata"))
    fake.streams.content(stream, args)
    message.blocks, message.metadata = blocks, metadata or None
    message.finished, stream.state = time.monotonic(), "stopped"
    session = fake.world.sessions.setdefault((message.channel, message.root), Session())
    session.status = status
    session.history.append(status)
    if not message.said:
        fake.violate("a stream was stopped with nothing said")
    fake.echo(message)
    return {"channel": message.channel, "ts": message.ts, "message": message.wire(fake.world)}
