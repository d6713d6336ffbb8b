"""Who is where, as Slack tells it: people, channels, members, user groups. Fails closed.

Asks `users.info` (for many at once `users.list`), `conversations.info`, `conversations.members` and
`usergroups.list`. A fact is cached for at most 300 s from the moment it was asked for; `changed`
drops it earlier, when an event says so; `fresh=True` asks again. What Slack does not say, says
oddly, or cannot be asked makes a person a guest and a stranger, and a channel shared and unknown:
they see public collections and no more. Nothing here raises for Slack's sake, and nothing is logged
but the method and Slack's own code for the error.

Needs the scopes users:read, channels:read, groups:read, im:read, mpim:read, usergroups:read.
"""

import asyncio
import logging
import time
from collections.abc import Callable, Collection, Mapping
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from bot.slack.access.audience import Policy, Viewers, Visible
from bot.slack.access.facts import (
    ChannelFacts,
    FactUnknown,
    TtlCache,
    error_code,
    read_channel,
    read_member,
)
from bot.slack.types import ChannelSettings, Member, PlaceKind, SlackPlace

if TYPE_CHECKING:
    from slack_sdk.web.async_client import AsyncWebClient

CALL_SECONDS = 10.0
MEMBERS_ASKED_SINGLY = 20  # more are looked up in users.list, which allows 20 calls a minute
MOST_MEMBERS = 20_000  # a channel with more is not understood
_PAGE = 200  # Slack's recommendation for conversations.members and users.list
_PAGES = MOST_MEMBERS // _PAGE

_log = logging.getLogger(__name__)


class Directory:
    """Facts about people and places, kept for a while. One for each workspace and event loop."""

    def __init__(
        self,
        client: "AsyncWebClient",
        policy: Policy,
        *,
        team: str,
        bot_user: str,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        """Take the client, the rules, and our team T… and user U… (of auth.test)."""
        self._client = client
        self._policy = policy
        self._team = team
        self._bot_user = bot_user
        self._facts = TtlCache(clock)
        self._altered: set[str] = set()  # people who have changed since users.list was asked

    async def visible(
        self,
        place: SlackPlace,
        present: Collection[str],
        settings: ChannelSettings | None = None,
        *,
        fresh: bool = False,
    ) -> Visible:
        """Return which of the library's collections may be shown in a place now."""
        reads = self._policy.of_channel(place, present)
        viewers = await self.viewers(place, fresh=fresh, reads=reads)
        return self._policy.for_place(place, viewers, present, settings)

    async def seen(
        self,
        place: SlackPlace,
        collections: Collection[str],
        settings: ChannelSettings | None = None,
    ) -> Visible:
        """Return which of these may be shown there now: before each post, for each click.

        Where one of them is restricted, all facts are fetched again.
        """
        fresh = bool(self._policy.restricted(collections))
        return await self.visible(place, collections, settings, fresh=fresh)

    async def member(self, user: str, *, fresh: bool = False) -> Member:
        """Return what is known of a person; a guest and stranger if that is nothing."""
        found, groups = await asyncio.gather(self._person(user, fresh), self._group_members(fresh))
        return _with_groups(found, groups)

    async def channel(self, channel: str, *, fresh: bool = False) -> ChannelFacts:
        """Return what kind of conversation it is and whether it is shared."""

        async def ask() -> ChannelFacts:
            told = await self._ask("conversations.info", channel=channel)
            return read_channel(told.get("channel"), channel)

        return await self._facts.get(("channel", channel), ask, ChannelFacts(), fresh)

    async def place(self, channel: str, user: str, *, alone: bool = False) -> SlackPlace:
        """Return a conversation as a place.

        `alone`: what is shown to that person only, be it in a direct message, an ephemeral message
        or a modal opened there. Slack need not be asked for that.
        """
        if alone:
            return SlackPlace(PlaceKind.ALONE, self._team, channel, user)
        facts = await self.channel(channel)
        return SlackPlace(facts.kind, self._team, channel, user, facts.shared, facts.known)

    async def viewers(
        self, place: SlackPlace, *, fresh: bool = False, reads: bool = False
    ) -> Viewers:
        """Return who can read a place, and check whether it still is what the place says.

        `reads`: find out whether one person alone reads the channel, as for `listed_channels`.

        A place whose kind has changed since, or that has come to be shared, is not known.
        """
        if place.team != self._team:
            return Viewers()
        if place.kind is PlaceKind.ALONE:
            return await self._one(place, fresh, reads)
        facts, ids = await asyncio.gather(
            self.channel(place.channel, fresh=fresh), self._members(place.channel, fresh)
        )
        if not facts.known or ids is None or facts.kind is not place.kind:
            return Viewers()
        members = await self._people(sorted(ids - {self._bot_user}), fresh)
        return Viewers(members, known=True, shared=facts.shared)

    def changed(
        self, *, user: str | None = None, channel: str | None = None, groups: bool = False
    ) -> None:
        """Drop what is kept of a person, of a channel, of user groups; without arguments, all.

        `user` for user_change and team_join; `channel` for member_joined_channel,
        member_left_channel, channel_shared, channel_unshared, channel_convert_to_private and their
        kin; `groups` for subteam_*.
        """
        if user is None and channel is None and not groups:
            self._facts.drop()
        if user is not None:
            self._altered.add(user)
            self._facts.drop(("user", user))
        if channel is not None:
            self._facts.drop(("channel", channel), ("members", channel))
        if groups:
            self._facts.drop(("groups",))

    async def _one(self, place: SlackPlace, fresh: bool, reads: bool) -> Viewers:
        """Look whether one person reads the channel only where that could let them in."""
        if place.channel not in self._policy.listed_channels and not reads:
            member = await self.member(place.user, fresh=fresh)
            return Viewers((member,), known=True, shared=False)
        member, facts, ids = await asyncio.gather(
            self.member(place.user, fresh=fresh),
            self.channel(place.channel, fresh=fresh),
            self._members(place.channel, fresh),
        )
        read_by_them = facts.known and (
            facts.kind is PlaceKind.PUBLIC or (ids is not None and place.user in ids)
        )
        return Viewers((member,), known=True, shared=facts.shared, reads_channel=read_by_them)

    async def _people(self, ids: list[str], fresh: bool) -> tuple[Member, ...]:
        listed: Mapping[str, Member] = {}
        if len(ids) > MEMBERS_ASKED_SINGLY:  # fetched again when it is too old, but not each time
            listed = await self._facts.get(("people",), self._everyone, {}, False)
        singly = [user for user in ids if user not in listed or user in self._altered]
        if len(singly) > MEMBERS_ASKED_SINGLY:
            return tuple(Member(user) for user in ids)
        asked = await asyncio.gather(*(self._person(user, fresh) for user in singly))
        found = {**listed, **dict(zip(singly, asked, strict=True))}
        groups = await self._group_members(fresh)
        return tuple(_with_groups(found[user], groups) for user in ids)

    async def _person(self, user: str, fresh: bool) -> Member:
        async def ask() -> Member:
            told = (await self._ask("users.info", user=user)).get("user")
            found = read_member(told, self._team)
            if found.id != user:
                raise FactUnknown("users.info: told of somebody else")
            return found

        return await self._facts.get(("user", user), ask, Member(user), fresh)

    async def _everyone(self) -> Mapping[str, Member]:
        self._altered.clear()  # whoever changes from here on is asked for singly
        told = await self._pages("users.list")
        return {person.id: person for person in (read_member(each, self._team) for each in told)}

    async def _members(self, channel: str, fresh: bool) -> frozenset[str] | None:
        async def ask() -> frozenset[str] | None:
            told = await self._pages("conversations.members", channel=channel)
            if not all(isinstance(user, str) and user for user in told):
                raise FactUnknown("conversations.members: a member without id")
            return frozenset(told)

        return await self._facts.get(("members", channel), ask, None, fresh)

    async def _group_members(self, fresh: bool) -> Mapping[str, frozenset[str]]:
        """Return the people in each group on which anything depends; {} if that is not known."""
        if not self._policy.groups:
            return {}
        return await self._facts.get(("groups",), self._ask_groups, {}, fresh)

    async def _ask_groups(self) -> Mapping[str, frozenset[str]]:
        told = await self._ask("usergroups.list", include_users=True)
        found: dict[str, frozenset[str]] = {}
        wanted = self._policy.groups
        for group in told.get("usergroups") or []:
            name = group.get("id") if isinstance(group, dict) else None
            if name not in wanted or group.get("date_delete") != 0:
                continue
            users = group.get("users")
            if users is None:
                users = await self._users_of(name)
            found[name] = frozenset(user for user in users if isinstance(user, str))
        return found

    async def _users_of(self, group: str) -> list[Any]:
        try:
            told = await self._ask("usergroups.users.list", usergroup=group)
        except FactUnknown as unknown:
            _log.warning("access: %s", unknown)
            return []
        return told.get("users") or []

    async def _pages(self, method: str, **arguments: Any) -> list[Any]:
        """Return the members of all pages; none of them if one page is missing."""
        items: list[Any] = []
        seen: set[str] = set()
        cursor = ""
        for _ in range(_PAGES):
            following = {"cursor": cursor} if cursor else {}
            told = await self._ask(method, limit=_PAGE, **arguments, **following)
            page = told.get("members")
            if not isinstance(page, list):
                raise FactUnknown(f"{method}: an answer without members")
            items += page
            cursor = (told.get("response_metadata") or {}).get("next_cursor") or ""
            if not cursor:
                return items
            if cursor in seen:
                raise FactUnknown(f"{method}: the pages go round in a circle")
            seen.add(cursor)
        raise FactUnknown(f"{method}: more than {MOST_MEMBERS}")

    async def _ask(self, method: str, **arguments: Any) -> Mapping[str, Any]:
        """Call Slack; every failure becomes FactUnknown with a text of our own."""
        from slack_sdk.errors import SlackApiError

        try:
            async with asyncio.timeout(CALL_SECONDS):
                response = await getattr(self._client, method.replace(".", "_"))(**arguments)
            data = response.data
        except SlackApiError as error:
            raise FactUnknown(f"{method}: {error_code(error.response)}") from None
        except Exception as error:  # whatever the client raises: nothing is known then
            raise FactUnknown(f"{method}: {type(error).__name__}") from None
        if not isinstance(data, dict) or data.get("ok") is not True:
            raise FactUnknown(f"{method}: {error_code(data)}")
        return data


def _with_groups(person: Member, groups: Mapping[str, frozenset[str]]) -> Member:
    return replace(
        person, groups=frozenset(name for name, users in groups.items() if person.id in users)
    )
