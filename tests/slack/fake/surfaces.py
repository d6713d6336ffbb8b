"""Modals and the Home tab (views.*), the state of sessions (agents.*, assistant.threads.*)."""

import json
import time
from typing import TYPE_CHECKING, Any

from tests.slack.fake import limits, rules
from tests.slack.fake.registry import Arguments, Refused, method, need
from tests.slack.fake.world import Session, View

if TYPE_CHECKING:
    from tests.slack.fake.server import FakeSlack

STATUSES = {"processing", "active", "suspended", "closed"}


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
        """The user whose click it was."""
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
