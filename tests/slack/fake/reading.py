"""auth.test, apps.connections.open, and what only reads: conversations, people, files."""

from typing import TYPE_CHECKING, Any

from tests.slack.fake import rules
from tests.slack.fake.registry import Arguments, Refused, method, need, number, truth
from tests.slack.fake.world import BOT, BOT_USER, TEAM, Channel

if TYPE_CHECKING:
    from tests.slack.fake.server import FakeSlack

_KINDS = {"public": "channels", "private": "groups", "im": "im", "mpim": "mpim"}


@method("auth.test")
def auth_test(fake: "FakeSlack", args: Arguments) -> dict[str, Any]:
    return {
        "url": "https://fake.slack.com/", "team": "Fake", "user": "briefs", "team_id": TEAM,
        "user_id": BOT_USER, "bot_id": BOT, "is_enterprise_install": False,
    }  # fmt: skip


@method("apps.connections.open")
def connections_open(fake: "FakeSlack", args: Arguments) -> dict[str, Any]:
    if len(fake.sockets.open) >= fake.rules.sockets:
        raise Refused("too_many_websockets")
    return {"url": fake.sockets.ticket()}


def _readable(fake: "FakeSlack", args: Arguments) -> Channel:
    need(args, "channel")
    channel = rules.channel_for(fake, args["channel"], writing=False)
    fake.require_scope(f"{_KINDS[channel.kind]}:history")
    return channel


def _page(args: Arguments, rows: list[Any], most: int) -> tuple[list[Any], dict[str, Any]]:
    """One page of rows, and what Slack says of the next."""
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
    page, more = _page(args, [user.wire() for user in fake.world.users.values()], 1000)
    return {"members": page} | more


@method("usergroups.list", "usergroups:read")
def usergroups_list(fake: "FakeSlack", args: Arguments) -> dict[str, Any]:
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
