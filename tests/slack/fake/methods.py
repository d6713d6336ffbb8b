"""The methods of the Web API that the bot calls: messages, views, sessions, and what only reads."""

import json
import time
from typing import TYPE_CHECKING, Any

from tests.slack.fake import limits, rules
from tests.slack.fake.rules import Arguments, Refused, method, need, number, truth
from tests.slack.fake.world import (
    BOT,
    BOT_USER,
    ORGANISATION,
    TEAM,
    Channel,
    Message,
    Session,
    View,
)

if TYPE_CHECKING:
    from tests.slack.fake.server import FakeSlack

STATUSES = {"processing", "active", "suspended", "closed"}
_KINDS = {"public": "channels", "private": "groups", "im": "im", "mpim": "mpim"}


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


class Triggers:
    """trigger_ids: short-lived, each good for one view."""

    def __init__(self, fake: "FakeSlack") -> None:
        self._fake = fake
        self._given: dict[str, tuple[str, float]] = {}
        self._used: set[str] = set()

    def give(self, user: str) -> str:
        trigger = self._fake.world.number("trigger")
        self._given[trigger] = (user, time.monotonic())
        return trigger

    def use(self, trigger: Any) -> str:
        if trigger not in self._given:
            raise Refused("invalid_trigger_id")
        user, given = self._given[trigger]
        if trigger in self._used:
            self._fake.violate("a trigger_id was used twice")
            raise Refused("exchanged_trigger_id")
        if time.monotonic() - given > self._fake.rules.trigger_seconds:
            self._fake.violate("a trigger_id was used after it had expired")
            raise Refused("expired_trigger_id")
        self._used.add(trigger)
        return user


def checked_view(fake: "FakeSlack", view: Any, kind: str) -> dict[str, Any]:
    """A view within its limits, or invalid_arguments and a violation."""
    if isinstance(view, str):
        view = json.loads(view)
    wrong = limits.view(view or {})
    if (view or {}).get("type") != kind:
        wrong.append(f"view: type must be {kind}")
    if wrong:
        for words in wrong:
            fake.violate(f"invalid view: {words}")
        raise Refused("invalid_arguments", response_metadata={"messages": wrong})
    return dict(view)


def add_view(fake: "FakeSlack", user: str, view: dict[str, Any]) -> View:
    made = View(fake.world.number("V"), user, view, fake.world.number("hash"))
    fake.world.views.append(made)
    return made


@method("views.open")
def views_open(fake: "FakeSlack", args: Arguments) -> dict[str, Any]:
    need(args, "trigger_id", "view")
    view = checked_view(fake, args["view"], "modal")
    user = fake.triggers.use(args["trigger_id"])
    return {"view": add_view(fake, user, view).wire()}


@method("views.update")
def views_update(fake: "FakeSlack", args: Arguments) -> dict[str, Any]:
    need(args, "view")
    found = [v for v in fake.world.views if v.open and v.id == args.get("view_id")]
    if not found:
        raise Refused("not_found")
    if args.get("hash") and args["hash"] != found[0].hash:
        raise Refused("hash_conflict")
    found[0].view = checked_view(fake, args["view"], "modal")
    found[0].hash = fake.world.number("hash")
    return {"view": found[0].wire()}


@method("views.publish")
def views_publish(fake: "FakeSlack", args: Arguments) -> dict[str, Any]:
    need(args, "user_id", "view")
    user = rules.known_user(fake, args["user_id"])
    before = fake.world.homes.get(user)
    if args.get("hash") and before and args["hash"] != before.hash:
        raise Refused("hash_conflict")
    view = checked_view(fake, args["view"], "home")
    name = before.id if before else fake.world.number("V")
    fake.world.homes[user] = View(name, user, view, fake.world.number("hash"))
    return {"view": fake.world.homes[user].wire()}


def _thread(fake: "FakeSlack", args: Arguments) -> tuple[str, str]:
    need(args, "channel_id")
    channel = rules.channel_for(fake, args["channel_id"])
    if not args.get("thread_ts"):
        raise Refused("thread_ts_required")
    rules.check_thread(fake, channel, args["thread_ts"])
    return channel.id, str(args["thread_ts"])


@method("agents.sessions.setStatus", "chat:write")
def set_status(fake: "FakeSlack", args: Arguments) -> dict[str, Any]:
    if not fake.rules.sessions:
        raise Refused("feature_disabled")
    if args.get("status") not in STATUSES:
        raise Refused("invalid_status")
    key = _thread(fake, args)
    new = key not in fake.world.sessions
    session = fake.world.sessions.setdefault(key, Session())
    if args.get("title") is not None:
        if not 1 <= len(args["title"]) <= 200:
            raise Refused("invalid_name")
        if new:
            session.title = args["title"]
    session.status = args["status"]
    session.history.append(args["status"])
    return {}


@method("agents.sessions.rename", "chat:write")
def rename(fake: "FakeSlack", args: Arguments) -> dict[str, Any]:
    if not fake.rules.sessions:
        raise Refused("feature_disabled")
    key = _thread(fake, args)
    if key not in fake.world.sessions:
        raise Refused("session_not_found")
    if not 1 <= len(args.get("title") or "") <= 200:
        raise Refused("invalid_name")
    fake.world.sessions[key].title = args["title"]
    return {}


@method("assistant.threads.setStatus", "chat:write")
def older_status(fake: "FakeSlack", args: Arguments) -> dict[str, Any]:
    key = _thread(fake, args)
    if not isinstance(args.get("status"), str):
        raise Refused("invalid_arguments")
    if len(args.get("loading_messages") or []) > 10:
        raise Refused("invalid_arguments")
    session = fake.world.sessions.setdefault(key, Session())
    session.words = args["status"]
    session.history.append(args["status"])
    return {}


@method("assistant.threads.setTitle", "assistant:write")
def older_title(fake: "FakeSlack", args: Arguments) -> dict[str, Any]:
    need(args, "title")
    fake.world.sessions.setdefault(_thread(fake, args), Session()).title = args["title"]
    return {}


@method("assistant.threads.setSuggestedPrompts", "assistant:write")
def prompts(fake: "FakeSlack", args: Arguments) -> dict[str, Any]:
    need(args, "channel_id", "prompts")
    channel = rules.channel_for(fake, args["channel_id"])
    if channel.kind != "im":
        raise Refused("channel_not_found")
    found = args["prompts"]
    found = json.loads(found) if isinstance(found, str) else found
    if len(found) > 4 or any(not one.get("title") or not one.get("message") for one in found):
        fake.violate("suggested prompts: at most 4, each with title and message")
        raise Refused("invalid_arguments")
    rules.check_thread(fake, channel, args.get("thread_ts") or None)
    key = (channel.id, str(args.get("thread_ts") or ""))
    fake.world.sessions.setdefault(key, Session()).prompts = found
    return {}


@method("auth.test")
def auth_test(fake: "FakeSlack", args: Arguments) -> dict[str, Any]:
    known = {
        "url": "https://fake.slack.com/", "team": "Fake", "user": "briefs", "team_id": TEAM,
        "user_id": BOT_USER, "bot_id": BOT, "is_enterprise_install": False,
    }  # fmt: skip
    if fake.rules.organisation:
        known |= {"team": None, "team_id": None, "enterprise_id": ORGANISATION,
                  "is_enterprise_install": True}  # fmt: skip
    return known


@method("auth.teams.list")
def auth_teams(fake: "FakeSlack", args: Arguments) -> dict[str, Any]:
    return {"teams": [{"id": TEAM, "name": "Fake"}]}


@method("apps.connections.open")
def connections_open(fake: "FakeSlack", args: Arguments) -> dict[str, Any]:
    return {"url": fake.sockets.ticket()}


def _readable(fake: "FakeSlack", args: Arguments) -> Channel:
    need(args, "channel")
    channel = rules.channel_for(fake, args["channel"], writing=False)
    fake.require_scope(f"{_KINDS[channel.kind]}:history")
    return channel


def _page(args: Arguments, rows: list[Any], most: int) -> tuple[list[Any], dict[str, Any]]:
    cursor = args.get("cursor") or "at:0"
    if not str(cursor).startswith("at:"):
        raise Refused("invalid_cursor")
    start, size = number(cursor[3:], 0), max(1, min(number(args.get("limit"), most), most))
    end = start + size
    more = end < len(rows)
    return rows[start:end], {"response_metadata": {"next_cursor": f"at:{end}" if more else ""}}


@method("conversations.replies")
def replies(fake: "FakeSlack", args: Arguments) -> dict[str, Any]:
    channel = _readable(fake, args)
    need(args, "ts")
    thread = fake.world.thread(channel.id, args["ts"])
    if not thread:
        one = fake.world.message(channel.id, args["ts"])
        if one is None:
            raise Refused("thread_not_found")
        thread = [one]
    return _messages(fake, args, thread)


@method("conversations.history")
def history(fake: "FakeSlack", args: Arguments) -> dict[str, Any]:
    channel = _readable(fake, args)
    roots = [m for m in fake.world.messages.values()
             if m.channel == channel.id and not m.deleted and m.root == m.ts]  # fmt: skip
    return _messages(fake, args, sorted(roots, key=lambda m: m.ts, reverse=True))


def _messages(fake: "FakeSlack", args: Arguments, found: list[Any]) -> dict[str, Any]:
    oldest, latest = str(args.get("oldest") or "0"), str(args.get("latest") or "9999999999")
    inclusive = truth(args.get("inclusive"))
    kept = [m for m in found
            if oldest < m.ts < latest or (inclusive and m.ts in {oldest, latest})
            or (m is found[0] and m.root == m.ts and not args.get("latest"))]  # fmt: skip
    page, more = _page(args, kept, fake.rules.page)
    metadata = truth(args.get("include_all_metadata"))
    return {
        "messages": [m.wire(fake.world, metadata) for m in page],
        "has_more": bool(more["response_metadata"]["next_cursor"]),
    } | more


def _known(fake: "FakeSlack", args: Arguments) -> Channel:
    need(args, "channel")
    channel = fake.world.channels.get(args["channel"])
    if channel is None or (channel.kind != "public" and BOT_USER not in channel.members):
        raise Refused("channel_not_found")
    fake.require_scope(f"{_KINDS[channel.kind]}:read")
    return channel


@method("conversations.info")
def info(fake: "FakeSlack", args: Arguments) -> dict[str, Any]:
    return {"channel": _known(fake, args).wire()}


@method("conversations.members")
def members(fake: "FakeSlack", args: Arguments) -> dict[str, Any]:
    page, more = _page(args, sorted(_known(fake, args).members), number(args.get("limit"), 100))
    return {"members": page} | more


@method("users.info", "users:read")
def users_info(fake: "FakeSlack", args: Arguments) -> dict[str, Any]:
    need(args, "user")
    if args["user"] not in fake.world.users:
        raise Refused("user_not_found")
    return {"user": fake.world.users[args["user"]].wire()}


@method("users.list", "users:read")
def users_list(fake: "FakeSlack", args: Arguments) -> dict[str, Any]:
    if fake.rules.organisation:
        need(args, "team_id")
    page, more = _page(args, [user.wire() for user in fake.world.users.values()], 1000)
    return {"members": page} | more


@method("usergroups.list", "usergroups:read")
def usergroups_list(fake: "FakeSlack", args: Arguments) -> dict[str, Any]:
    if fake.rules.organisation:
        need(args, "team_id")
    groups = []
    for group, (handle, people) in fake.world.groups.items():
        row: dict[str, Any] = {"id": group, "handle": handle, "name": handle, "date_delete": 0}
        row |= {"users": sorted(people)} if truth(args.get("include_users")) else {}
        groups.append(row | {"user_count": len(people)})
    return {"usergroups": groups}


@method("usergroups.users.list", "usergroups:read")
def usergroups_users(fake: "FakeSlack", args: Arguments) -> dict[str, Any]:
    need(args, "usergroup")
    if args["usergroup"] not in fake.world.groups:
        raise Refused("no_such_subteam")
    return {"users": sorted(fake.world.groups[args["usergroup"]][1])}


@method("files.info", "files:read")
def files_info(fake: "FakeSlack", args: Arguments) -> dict[str, Any]:
    need(args, "file")
    if args["file"] not in fake.world.files:
        raise Refused("file_not_found")
    return {"file": fake.world.files[args["file"]].wire(fake.world)}
