"""Every permission and event that the Slack app asks for, and why: one table for all who ask.

The manifest is built from it, `briefs slack check` compares with it, docs/slack.md prints it.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum


class Need(StrEnum):
    """When a scope or an event is asked for."""

    ALWAYS = "always"  # without it the bot is of no use
    FEATURE = "feature"  # always asked for; without it one feature is off
    FOLLOW_UPS = "follow-ups"  # only where the bot may read channels unasked
    USER_GROUPS = "user groups"  # only where collections are kept to user groups


@dataclass(frozen=True)
class Scope:
    """One OAuth scope of the bot token."""

    name: str
    need: Need
    reason: str  # what it is for
    without: str  # what is off where it was not granted, to be read after "off:"


@dataclass(frozen=True)
class Event:
    """One event that the app subscribes to."""

    name: str
    need: Need
    scope: str | None  # that Slack demands for it
    reason: str


SCOPES = (
    Scope(
        "app_mentions:read", Need.ALWAYS,
        "see messages that mention the bot",
        "answers to mentions",
    ),
    Scope(
        "channels:read", Need.ALWAYS,
        "learn who reads a public channel: guests, other organisations",
        "all but public collections in public channels",
    ),
    Scope(
        "chat:write", Need.ALWAYS,
        "post answers, let them grow, show that it is at work",
        "every answer",
    ),
    Scope(
        "commands", Need.ALWAYS,
        "the command /briefs and the shortcuts",
        "/briefs and the shortcuts",
    ),
    Scope(
        "groups:read", Need.ALWAYS,
        "learn who reads a private channel that the bot is in",
        "all but public collections in private channels",
    ),
    Scope(
        "im:history", Need.ALWAYS,
        "see what people write to the bot itself",
        "direct messages and the agent pane",
    ),
    Scope(
        "im:read", Need.ALWAYS,
        "tell a direct message with one person from other conversations",
        "all but public collections in direct messages",
    ),
    Scope(
        "users:read", Need.ALWAYS,
        "tell members from guests, and know the asker's time zone",
        "all but public collections, everywhere",
    ),
    Scope(
        "assistant:write", Need.FEATURE,
        "the agent pane with its suggested questions and the Stop button",
        "the agent pane, its suggested questions and the Stop button",
    ),
    Scope(
        "files:read", Need.FEATURE,
        "fetch the files that people hand over to be added to the briefs",
        "adding briefs from Slack",
    ),
    Scope(
        "mpim:read", Need.FEATURE,
        "learn who reads a direct message of several people",
        "all but public collections in direct messages of several people",
    ),
    Scope(
        "channels:history", Need.FOLLOW_UPS,
        "see follow-ups without a mention, edits and deletions in public channels; look whether "
        "an answer arrived when Slack's reply was lost",
        "follow-ups without a mention in public channels",
    ),
    Scope(
        "groups:history", Need.FOLLOW_UPS,
        "the same in private channels that the bot is in",
        "follow-ups without a mention in private channels",
    ),
    Scope(
        "mpim:history", Need.FOLLOW_UPS,
        "the same in direct messages of several people that the bot is in",
        "follow-ups without a mention in direct messages of several people",
    ),
    Scope(
        "usergroups:read", Need.USER_GROUPS,
        "know who is in the user groups that collections are kept to",
        "collections kept to user groups",
    ),
)  # fmt: skip

# Left out on purpose: file_shared tells of every file in a channel, where the message that hands
# one over is enough; member_left_channel, because memberships are asked anew within five minutes;
# app_context_changed, because where somebody is looking says nothing about what they may see.
EVENTS = (
    Event("agent_session_stopped", Need.ALWAYS, None, "the Stop button was pressed"),
    Event("app_home_opened", Need.ALWAYS, None, "App Home or the agent pane was opened"),
    Event("app_mention", Need.ALWAYS, "app_mentions:read", "the bot was mentioned"),
    Event("app_uninstalled", Need.ALWAYS, None, "the app was removed: nothing more is answered"),
    Event("message.im", Need.ALWAYS, "im:history", "somebody wrote to the bot itself"),
    Event("tokens_revoked", Need.ALWAYS, None, "its token was revoked: nothing more is answered"),
    Event(
        "message.channels", Need.FOLLOW_UPS, "channels:history",
        "any message in a public channel that the bot is in",
    ),
    Event(
        "message.groups", Need.FOLLOW_UPS, "groups:history",
        "any message in a private channel that the bot is in",
    ),
    Event(
        "message.mpim", Need.FOLLOW_UPS, "mpim:history",
        "any message in a direct message of several people that the bot is in",
    ),
)  # fmt: skip


def needs(*, follow_ups: bool, user_groups: bool) -> frozenset[Need]:
    """Return what a set-up asks for."""
    optional = {Need.FOLLOW_UPS: follow_ups, Need.USER_GROUPS: user_groups}
    return frozenset(need for need in Need if optional.get(need, True))


def scope_names(wanted: Iterable[Need]) -> list[str]:
    """Return the scopes to ask for, sorted."""
    wanted = frozenset(wanted)
    return sorted(scope.name for scope in SCOPES if scope.need in wanted)


def event_names(wanted: Iterable[Need]) -> list[str]:
    """Return the events to subscribe to, sorted."""
    wanted = frozenset(wanted)
    return sorted(event.name for event in EVENTS if event.need in wanted)


_ASKED = {
    Need.ALWAYS: "always",
    Need.FEATURE: "always",
    Need.FOLLOW_UPS: "with follow-ups",
    Need.USER_GROUPS: "with user groups",
}


def markdown() -> str:
    """Return both tables as docs/slack.md prints them."""
    lines = ["| scope | asked for | why | off without it |", "|---|---|---|---|"]
    lines += [
        f"| `{scope.name}` | {_ASKED[scope.need]} | {scope.reason} | {scope.without} |"
        for scope in SCOPES
    ]
    lines += ["", "| event | asked for | scope | tells the bot |", "|---|---|---|---|"]
    lines += [
        f"| `{event.name}` | {_ASKED[event.need]} | "
        f"{f'`{event.scope}`' if event.scope else 'none'} | {event.reason} |"
        for event in EVENTS
    ]
    return "\n".join(lines) + "\n"
