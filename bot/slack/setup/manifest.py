"""Build the manifest of the Slack app: what an admin pastes at api.slack.com, as a dictionary.

In goes a plan (name, how Slack reaches us, what the bot may read), out comes JSON that keeps to
Slack's limits.
"""

import json
from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum
from typing import Any
from urllib.parse import urlsplit, urlunsplit

from index.errors import UsageError


class When(StrEnum):
    """When a scope or an event is asked for."""

    ALWAYS = "always"  # without it the bot is of no use
    FEATURE = "feature"  # always asked for; without it one feature is off
    FOLLOW_UPS = "follow-ups"  # only where the bot may read channels unasked
    USER_GROUPS = "user groups"  # only where collections are kept to user groups


@dataclass(frozen=True)
class OAuthScope:
    name: str
    need: When
    reason: str  # what it is for
    without: str  # what is off where it was not granted, to be read after "off:"


@dataclass(frozen=True)
class Subscription:
    name: str
    need: When
    scope: str | None  # that Slack demands for it
    reason: str


SCOPES = (
    OAuthScope("app_mentions:read", When.ALWAYS,
               "see messages that mention the bot",
               "answers to mentions"),
    OAuthScope("channels:read", When.ALWAYS,
               "find out who reads a public channel: guests, other organisations",
               "all but public collections in public channels"),
    OAuthScope("chat:write", When.ALWAYS,
               "post answers and show progress",
               "every answer"),
    OAuthScope("commands", When.ALWAYS,
               "the command /briefs and the shortcuts",
               "/briefs and the shortcuts"),
    OAuthScope("groups:read", When.ALWAYS,
               "find out who reads a private channel that the bot is in",
               "all but public collections in private channels"),
    OAuthScope("im:history", When.ALWAYS,
               "see direct messages to the bot",
               "direct messages and the agent pane"),
    OAuthScope("im:read", When.ALWAYS,
               "tell direct messages with one person from other conversations",
               "all but public collections in direct messages"),
    OAuthScope("users:read", When.ALWAYS,
               "tell members from guests, and know a person's time zone",
               "all but public collections, everywhere"),
    OAuthScope("assistant:write", When.FEATURE,
               "the agent pane with its suggested questions and the Stop button",
               "the agent pane, its suggested questions and the Stop button"),
    OAuthScope("files:read", When.FEATURE,
               "download files that people add to the briefs",
               "adding briefs from Slack"),
    OAuthScope("mpim:read", When.FEATURE,
               "find out who reads a direct message of several people",
               "all but public collections in direct messages of several people"),
    OAuthScope("channels:history", When.FOLLOW_UPS,
               "see follow-ups without a mention, edits and deletions in public channels; check "
               "whether an answer arrived when Slack's reply was lost",
               "follow-ups without a mention in public channels"),
    OAuthScope("groups:history", When.FOLLOW_UPS,
               "the same in private channels that the bot is in",
               "follow-ups without a mention in private channels"),
    OAuthScope("mpim:history", When.FOLLOW_UPS,
               "the same in direct messages of several people that the bot is in",
               "follow-ups without a mention in direct messages of several people"),
    OAuthScope("usergroups:read", When.USER_GROUPS,
               "know who is in the user groups that collections are restricted to",
               "collections restricted to user groups"),
)  # fmt: skip

# Left out on purpose: file_shared tells of every file in a channel, where the message with the
# file is enough; member_left_channel, because memberships are fetched again within five minutes;
# app_context_changed, because where somebody is looking says nothing about what they may see.
EVENTS = (
    Subscription("agent_session_stopped", When.ALWAYS, None, "the Stop button was pressed"),
    Subscription("app_home_opened", When.ALWAYS, None, "App Home or the agent pane was opened"),
    Subscription("app_mention", When.ALWAYS, "app_mentions:read", "it was mentioned"),
    Subscription("app_uninstalled", When.ALWAYS, None, "the app was removed from the workspace"),
    Subscription(
        "member_joined_channel", When.ALWAYS, "channels:read",
        "it, or somebody, joined a channel that it is in",
    ),
    Subscription("message.im", When.ALWAYS, "im:history", "somebody sent it a direct message"),
    Subscription("tokens_revoked", When.ALWAYS, None, "its token was revoked"),
    Subscription(
        "message.channels", When.FOLLOW_UPS, "channels:history",
        "somebody wrote in a public channel that it is in",
    ),
    Subscription(
        "message.groups", When.FOLLOW_UPS, "groups:history",
        "somebody wrote in a private channel that it is in",
    ),
    Subscription(
        "message.mpim", When.FOLLOW_UPS, "mpim:history",
        "somebody wrote in a direct message of several people that it is in",
    ),
)  # fmt: skip


def needs(*, follow_ups: bool, user_groups: bool) -> frozenset[When]:
    optional = {When.FOLLOW_UPS: follow_ups, When.USER_GROUPS: user_groups}
    return frozenset(need for need in When if optional.get(need, True))


def scope_names(wanted: Iterable[When]) -> list[str]:
    wanted = frozenset(wanted)
    return sorted(scope.name for scope in SCOPES if scope.need in wanted)


def event_names(wanted: Iterable[When]) -> list[str]:
    wanted = frozenset(wanted)
    return sorted(event.name for event in EVENTS if event.need in wanted)


_ASKED = {
    When.ALWAYS: "always",
    When.FEATURE: "always",
    When.FOLLOW_UPS: "with follow-ups",
    When.USER_GROUPS: "with user groups",
}


def markdown() -> str:
    """Return both tables as docs/slack.md prints them."""
    lines = ["| scope | requested | why | disabled without it |", "|---|---|---|---|"]
    lines += [
        f"| `{scope.name}` | {_ASKED[scope.need]} | {scope.reason} | {scope.without} |"
        for scope in SCOPES
    ]
    lines += ["", "| event | requested | scope | tells the bot that |", "|---|---|---|---|"]
    lines += [
        f"| `{event.name}` | {_ASKED[event.need]} | "
        f"{f'`{event.scope}`' if event.scope else 'none'} | {event.reason} |"
        for event in EVENTS
    ]
    return "\n".join(lines) + "\n"


COMMAND = "/briefs"
ASK_SHORTCUT = "ask_briefs"  # callback ids of the shortcuts
ADD_SHORTCUT = "add_to_briefs"
OPEN_SHORTCUT = "open_briefs"
# Slack takes 24 characters; "… about this" would be one too many.
ASK_NAME = "Ask the briefs about it"
EVENTS_PATH = "/slack/events"  # where `briefs serve` listens

_DESCRIPTION = "Answers questions from your briefs; every sentence cites the passage it rests on."
_AGENT = (
    "Ask what your organisation's briefs say. Every sentence of an answer cites the passage it "
    "rests on; if the briefs do not contain an answer, I say so."
)
_USAGE = "QUESTION | search WORDS | latest | brief ID | add | settings | help"

NAME_CHARACTERS = 35  # Slack takes 1 to 35


@dataclass(frozen=True)
class AppPlan:
    name: str = "Briefs"
    follow_ups: bool = False  # read channels, so that follow-ups need no mention
    user_groups: bool = False  # collections are kept to user groups
    public_url: str | None = None  # HTTP; None: Socket Mode


def build(plan: AppPlan) -> dict[str, Any]:
    """Return the manifest of a plan; raise UsageError for a name or address that Slack refuses."""
    if not 1 <= len(plan.name) <= NAME_CHARACTERS:
        raise UsageError(f"--name: {len(plan.name)} characters; Slack takes 1 to {NAME_CHARACTERS}")
    url = request_url(plan.public_url) if plan.public_url is not None else None
    wanted = needs(follow_ups=plan.follow_ups, user_groups=plan.user_groups)
    return {
        "_metadata": {"major_version": 2, "minor_version": 1},
        "display_information": {
            "name": plan.name,
            "description": _DESCRIPTION,
            "background_color": "#1D3557",
        },
        "features": _features(plan.name, url),
        "oauth_config": {"scopes": {"bot": scope_names(wanted)}},
        "settings": {
            "event_subscriptions": {**_at(url), "bot_events": event_names(wanted)},
            "interactivity": {"is_enabled": True, **_at(url)},
            "org_deploy_enabled": True,
            "socket_mode_enabled": url is None,
            "token_rotation_enabled": False,
        },
    }


def text(manifest: dict[str, Any]) -> str:
    return json.dumps(manifest, ensure_ascii=False, indent=2) + "\n"


def request_url(public_url: str) -> str:
    """Return where Slack is to send requests; the path is ours unless the URL has one."""
    try:
        parts = urlsplit(public_url.strip())
        host = parts.hostname
    except ValueError:
        host = None
    if not host or parts.scheme != "https" or parts.query or parts.fragment or "@" in parts.netloc:
        raise UsageError(
            f"{public_url}: not an https URL; write one such as https://briefs.example.org"
        )
    path = parts.path.rstrip("/") or EVENTS_PATH
    return urlunsplit(("https", parts.netloc, path, "", ""))


def _at(url: str | None) -> dict[str, str]:
    return {"request_url": url} if url else {}


def _features(name: str, url: str | None) -> dict[str, Any]:
    return {
        "app_home": {
            "home_tab_enabled": True,
            "messages_tab_enabled": True,
            "messages_tab_read_only_enabled": False,
        },
        "bot_user": {"display_name": name, "always_online": True},
        "agent_view": {"agent_description": _AGENT},
        "slash_commands": [
            {
                "command": COMMAND,
                "description": "Ask your briefs, search them, add to them",
                "usage_hint": _USAGE,
                "should_escape": True,
                **({"url": url} if url else {}),
            }
        ],
        "shortcuts": [
            _shortcut("message", ASK_NAME, ASK_SHORTCUT,
                      "Answer the question in this message; only you see the answer"),
            _shortcut("message", "Add to the briefs", ADD_SHORTCUT,
                      "Add this message's files to the briefs"),
            _shortcut("global", "Ask the briefs", OPEN_SHORTCUT,
                      "Type a question; only you see the answer"),
        ],
    }  # fmt: skip


def _shortcut(kind: str, name: str, callback_id: str, description: str) -> dict[str, str]:
    return {"name": name, "type": kind, "callback_id": callback_id, "description": description}
