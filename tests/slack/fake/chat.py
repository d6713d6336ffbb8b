"""chat.postMessage, update, postEphemeral, and delete."""

from typing import TYPE_CHECKING, Any

from tests.slack.fake import rules
from tests.slack.fake.registry import Arguments, Refused, method, need
from tests.slack.fake.world import BOT_USER, Message

if TYPE_CHECKING:
    from tests.slack.fake.server import FakeSlack


@method("chat.postMessage", "chat:write")
def post_message(fake: "FakeSlack", args: Arguments) -> dict[str, Any]:
    need(args, "channel")
    channel = rules.channel_for(fake, args["channel"])
    rules.check_thread(fake, channel, args.get("thread_ts"))
    rules.check_message(fake, args)
    message = fake.world.add(
        Message(
            channel.id, fake.world.stamp(), BOT_USER,
            text=args.get("text") or "", blocks=rules.check_blocks(fake, args.get("blocks")),
            thread_ts=args.get("thread_ts"),
            metadata=rules.check_metadata(fake, args.get("metadata")) or None,
        )
    )  # fmt: skip
    answered(fake, message)
    fake.echo(message)
    return {"channel": channel.id, "ts": message.ts, "message": message.wire(fake.world)}


def answered(fake: "FakeSlack", message: Message) -> None:
    """A reply clears the older kind of status, as Slack does; a session keeps its own."""
    session = fake.world.sessions.get((message.channel, message.root))
    if session:
        session.words = ""


@method("chat.update", "chat:write")
def update(fake: "FakeSlack", args: Arguments) -> dict[str, Any]:
    need(args, "channel", "ts")
    channel = rules.channel_for(fake, args["channel"])
    message = fake.world.message(channel.id, args["ts"])
    if message is None:
        raise Refused("message_not_found")
    if not message.by_bot:
        raise Refused("cant_update_message")
    rules.check_message(fake, args, updating=True)
    metadata = rules.check_metadata(fake, args.get("metadata"))
    blocks = args.get("blocks")
    checked = rules.check_blocks(fake, blocks) if blocks is not None else message.blocks
    before = message.wire(fake.world)
    message.versions.append(message.said)
    message.text, message.blocks = args.get("text") or "", checked
    message.edited = fake.world.stamp()
    if metadata is not None:
        message.metadata = metadata or None
    fake.echo(message, before=before)
    return {"channel": channel.id, "ts": message.ts, "text": message.text}


@method("chat.postEphemeral", "chat:write")
def post_ephemeral(fake: "FakeSlack", args: Arguments) -> dict[str, Any]:
    need(args, "channel", "user")
    channel = rules.channel_for(fake, args["channel"])
    user = rules.known_user(fake, args["user"])
    if user not in channel.members:
        raise Refused("user_not_in_channel")
    rules.check_thread(fake, channel, args.get("thread_ts"))
    rules.check_message(fake, args, updating=True)
    message = Message(
        channel.id, fake.world.stamp(), BOT_USER, text=args.get("text") or "", to=user,
        thread_ts=args.get("thread_ts"), blocks=rules.check_blocks(fake, args.get("blocks")),
    )  # fmt: skip
    fake.world.add(message)
    return {"message_ts": message.ts}


@method("chat.delete", "chat:write")
def delete(fake: "FakeSlack", args: Arguments) -> dict[str, Any]:
    need(args, "channel", "ts")
    channel = rules.channel_for(fake, args["channel"])
    message = fake.world.message(channel.id, args["ts"])
    if message is None:
        raise Refused("message_not_found")
    if not message.by_bot:
        raise Refused("cant_delete_message")
    message.deleted = True
    fake.echo(message, deleted=True)
    return {"channel": channel.id, "ts": message.ts}
