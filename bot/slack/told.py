"""What Slack's objects say of a person or a conversation; what is missing counts against it. Pure.

Fields as in docs.slack.dev, reference/objects: user-object, conversation-object.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from bot.slack.kept import Unknown
from bot.slack.types import Member, PlaceKind


@dataclass(frozen=True)
class ChannelFacts:
    """What is known of a conversation. Without arguments: nothing, so the worst is taken."""

    kind: PlaceKind = PlaceKind.PUBLIC
    shared: bool = True
    known: bool = False


def read_member(told: Any, team: str) -> Member:
    """Read a user object; each flag that is missing counts against the person."""
    if not isinstance(told, dict) or not isinstance(told.get("id"), str):
        raise Unknown("users: a person without id")
    enterprise = told.get("enterprise_user")
    teams = enterprise.get("teams") if isinstance(enterprise, dict) else None
    ours = told.get("team_id") == team or (isinstance(teams, list) and team in teams)
    gone = told.get("deleted") is not False
    full = told.get("is_restricted") is False and told.get("is_ultra_restricted") is False
    zone = told.get("tz")
    return Member(
        id=told["id"],
        guest=gone or not full,
        stranger=gone or not ours or told.get("is_stranger", False) is not False,
        admin=told.get("is_admin") is True or told.get("is_owner") is True,
        zone=zone if isinstance(zone, str) else None,
    )


def read_channel(told: Any, channel: str) -> ChannelFacts:
    """Read a conversation object; shared with another workspace counts, and about to be shared."""
    if not isinstance(told, dict) or told.get("id") != channel:
        raise Unknown("conversations.info: told of something else")
    kind = _kind(told)
    if kind is PlaceKind.ALONE:  # who the one is says users.info
        return ChannelFacts(kind, shared=False, known=True)
    signs = ("is_shared", "is_org_shared", "is_pending_ext_shared")
    shared = (
        told.get("is_ext_shared") is not False
        or any(told.get(sign, False) is not False for sign in signs)
        or bool(told.get("pending_shared"))
        or bool(told.get("pending_connected_team_ids"))
    )
    return ChannelFacts(kind, shared, known=True)


def _kind(told: Mapping[str, Any]) -> PlaceKind:
    if told.get("is_im") is True:
        return PlaceKind.ALONE
    if told.get("is_mpim") is True:
        return PlaceKind.GROUP
    if told.get("is_private") is True:
        return PlaceKind.PRIVATE
    if told.get("is_private") is False and told.get("is_channel") is True:
        return PlaceKind.PUBLIC
    raise Unknown("conversations.info: a kind of channel that we do not know")


def error_code(response: Any) -> str:
    """Return Slack's code for an error, if it looks like one."""
    try:
        code = response.get("error")
    except Exception:  # a response without a body we can read
        return "refused"
    return code if isinstance(code, str) and code.replace("_", "").isalnum() else "refused"
