"""What Slack says of people and conversations, read with caution, and cached for a while.

What is missing counts against the person or the place. Fields as in docs.slack.dev,
reference/objects: user-object, conversation-object.
"""

import asyncio
import logging
from collections.abc import Awaitable, Callable, Hashable, Mapping
from dataclasses import dataclass
from typing import Any, TypeVar, cast

from bot.slack.types import Member, PlaceKind

CACHED_SECONDS = 300.0  # no fact on which a refusal depends is older
UNKNOWN_SECONDS = 5.0  # a failure, so that a Slack that is down is not asked by each question

log = logging.getLogger(__name__)
_Fact = TypeVar("_Fact")


class FactUnknown(Exception):
    """Slack did not say. The message is ours, and fit for a log."""


class NotThere(FactUnknown):
    """Slack did say: there is no such person, or no such channel for us."""


class TtlCache:
    """Values cached for a while, each asked for by one caller at a time.

    A fact's age is counted from before it was asked for. One that was dropped while it was being
    asked for is given to those who wait, and not cached. A failure stays one: it is never given as
    a fact, and asked about again after some seconds.
    """

    def __init__(self, clock: Callable[[], float]) -> None:
        self._clock = clock
        self._cached: dict[Hashable, tuple[int, float, Any]] = {}  # which asking, until when, what
        self._asking: dict[Hashable, asyncio.Lock] = {}
        self._askings = 0
        self._drops = 0

    async def get(self, key: Hashable, ask: Callable[[], Awaitable[_Fact]], fresh: bool) -> _Fact:
        """Return the fact; raise FactUnknown. `fresh`: asked for after this call began."""
        before = self._askings if fresh else -1
        async with self._asking.setdefault(key, asyncio.Lock()):
            number, until, value = self._cached.get(key, (-1, float("-inf"), None))
            if not (number > before and self._clock() < until):
                value = await self._asked(key, ask)
        if isinstance(value, FactUnknown):
            raise value
        return cast(_Fact, value)

    async def _asked(
        self, key: Hashable, ask: Callable[[], Awaitable[_Fact]]
    ) -> _Fact | FactUnknown:
        self._askings += 1
        number, drops, began = self._askings, self._drops, self._clock()
        value: _Fact | FactUnknown
        try:
            value, until = await ask(), began + CACHED_SECONDS
        except Exception as error:  # an answer of another shape than any we know, too
            odd = FactUnknown(f"{key}: {type(error).__name__}")
            value = error if isinstance(error, FactUnknown) else odd
            log.warning("access: %s", value)
            until = self._clock() + UNKNOWN_SECONDS
        self._prune()
        if drops == self._drops:
            self._cached[key] = (number, until, value)
        return value

    def drop(self, *keys: Hashable) -> None:
        """Forget these, or, without any, everything."""
        self._drops += 1
        for key in keys or tuple(self._cached):
            self._cached.pop(key, None)

    def _prune(self) -> None:
        now = self._clock()
        for key in [key for key, (_, until, _) in self._cached.items() if until <= now]:
            del self._cached[key]
        for key in [key for key, lock in self._asking.items() if not lock.locked()]:
            if key not in self._cached:
                del self._asking[key]


@dataclass(frozen=True)
class ChannelFacts:
    """What is known of a conversation. Without arguments: nothing, so the worst is taken."""

    kind: PlaceKind = PlaceKind.PUBLIC
    shared: bool = True
    known: bool = False
    within: bool = False  # shared between workspaces of one organisation, and with no other


def read_member(told: Any, team: str) -> Member:
    """Read a user object; each flag that is missing counts against the person.

    `team` is our workspace T…, or our organisation E… where we are installed in all of it.
    """
    if not isinstance(told, dict) or not isinstance(told.get("id"), str):
        raise FactUnknown("users: a person without id")
    enterprise = told.get("enterprise_user")
    teams = enterprise.get("teams") if isinstance(enterprise, dict) else None
    ours = (
        told.get("team_id") == team
        or (isinstance(teams, list) and team in teams)
        or (isinstance(enterprise, dict) and enterprise.get("enterprise_id") == team)
    )
    gone = told.get("deleted") is not False
    full = told.get("is_restricted") is False and told.get("is_ultra_restricted") is False
    zone = told.get("tz")
    return Member(
        id=told["id"],
        guest=gone or not full,
        stranger=gone or not ours or told.get("is_stranger", False) is not False,
        admin=told.get("is_admin") is True or told.get("is_owner") is True,
        zone=zone if isinstance(zone, str) else None,
        name=_name(told),
        known=True,
    )


def _name(told: Mapping[str, Any]) -> str:
    """Return the name that Slack shows for a person."""
    profile = told.get("profile")
    profile = profile if isinstance(profile, dict) else {}
    names = (profile.get("display_name"), profile.get("real_name"), told.get("real_name"),
             told.get("name"))  # fmt: skip
    return next((one for one in names if isinstance(one, str) and one.strip()), "")


def read_channel(told: Any, channel: str, *, organisation: bool = False) -> ChannelFacts:
    """Read a conversation object; shared with another workspace counts, and about to be shared.

    `organisation`: we are installed in all of it, so that its other workspaces are none.
    """
    if not isinstance(told, dict) or told.get("id") != channel:
        raise FactUnknown("conversations.info: told of something else")
    kind = _kind(told)
    if kind is PlaceKind.ALONE:  # who the one is says users.info
        return ChannelFacts(kind, shared=False, known=True)
    abroad = (
        told.get("is_ext_shared") is not False
        or told.get("is_pending_ext_shared", False) is not False
        or bool(told.get("pending_shared"))
        or bool(told.get("pending_connected_team_ids"))
    )
    within = not abroad and told.get("is_org_shared") is True
    among = told.get("is_org_shared", False) is not False or (
        told.get("is_shared", False) is not False
    )
    shared = abroad or (among and not (within and organisation))
    return ChannelFacts(kind, shared, known=True, within=within)


def _kind(told: Mapping[str, Any]) -> PlaceKind:
    if told.get("is_im") is True:
        return PlaceKind.ALONE
    if told.get("is_mpim") is True:
        return PlaceKind.GROUP
    if told.get("is_private") is True:
        return PlaceKind.PRIVATE
    if told.get("is_private") is False and told.get("is_channel") is True:
        return PlaceKind.PUBLIC
    raise FactUnknown("conversations.info: a kind of channel that we do not know")


def error_code(response: Any) -> str:
    """Return Slack's code for an error, if it looks like one."""
    try:
        code = response.get("error")
    except Exception:  # a response without a body we can read
        return "refused"
    return code if isinstance(code, str) and code.replace("_", "").isalnum() else "refused"
