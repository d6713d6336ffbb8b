"""Who is where, as Slack tells it: people, channels, members, user groups. Fails closed.

Asks `users.info` for each member of a channel (for a crowd `users.list`), `conversations.info`,
`conversations.members` and `usergroups.list`, at the pace that Slack allows, and again after its
Retry-After. A fact is cached for at most 300 s from the moment it was asked for; `changed` drops it
earlier, when an event says so; `fresh=True` asks again. What Slack says oddly, or of nobody, makes
a person a guest and a stranger; where it cannot be asked, the readers are not known, and whoever
waits is told so: a failure is never an answer. Nothing is logged but the method and Slack's own
code for the error.

Needs the scopes users:read, channels:read, groups:read, im:read, mpim:read, usergroups:read.
"""

import asyncio
import re
import time
from collections.abc import Callable, Collection, Mapping
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from bot.slack.access.audience import Policy, Viewers, Visible
from bot.slack.access.facts import (
    ChannelFacts,
    FactUnknown,
    NotThere,
    TtlCache,
    read_channel,
    read_member,
)
from bot.slack.delivery.calls import Calls, Pacing, Sleep
from bot.slack.delivery.faults import CallFailed, Refused
from bot.slack.types import ChannelSettings, Member, PlaceKind, SlackPlace

if TYPE_CHECKING:
    from slack_sdk.web.async_client import AsyncWebClient

CALL_SECONDS = 10.0
PATIENCE = 90.0  # seconds that one question may wait for a call's turn: a minute's budget and more
MEMBERS_ASKED_SINGLY = 90  # a minute's users.info; a greater crowd is looked up in users.list
ASKED_AGAIN = (
    20  # members who are asked for again before each post; of more, facts of minutes serve
)
AT_ONCE = 8  # calls for the members of one channel
MOST_MEMBERS = 20_000  # a channel with more is not understood
_PAGE = 500  # Slack takes up to 1,000; 6,000 accounts are then twelve of twenty calls a minute
_PAGES = 2 * MOST_MEMBERS // _PAGE
_AT_ID = re.compile(r"@([UW][A-Z0-9]{5,})\b")  # what is left of a mention without a name
_ABSENT = frozenset(
    "user_not_found users_not_found user_not_visible channel_not_found not_in_channel".split()
)


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
        sleep: Sleep = asyncio.sleep,
        patience: float = PATIENCE,
    ) -> None:
        """Take the client, the rules, and our team T… and user U… (of auth.test).

        Where the app is installed in a whole organisation, `team` is that organisation E….
        """
        pacing = Pacing(clock=clock, sleep=sleep)
        self._calls = Calls(client, pacing, seconds_a_call=CALL_SECONDS)
        self._crowd = asyncio.Semaphore(AT_ONCE)
        self._policy = policy
        self._team = team
        self._bot_user = bot_user
        self._clock, self._patience = clock, patience
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
        return self._policy.seen_in(place, viewers, present, settings)

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
        try:
            return await self._member(user, fresh)
        except FactUnknown:
            return Member(user)

    async def _member(self, user: str, fresh: bool) -> Member:
        found, groups = await asyncio.gather(self._person(user, fresh), self._group_members(fresh))
        return _with_groups(found, groups)

    async def named(self, said: str) -> str:
        """Return text with people's ids, as mentions leave them, shown as their names."""
        names = {}
        for user in dict.fromkeys(_AT_ID.findall(said)):
            names[user] = (await self.member(user)).name or "somebody"
        return _AT_ID.sub(lambda match: f"@{names[match[1]]}", said)

    async def channel(self, channel: str, *, fresh: bool = False) -> ChannelFacts:
        """Return what kind of conversation it is and whether it is shared."""
        try:
            return await self._channel(channel, fresh)
        except FactUnknown:
            return ChannelFacts()

    async def _channel(self, channel: str, fresh: bool) -> ChannelFacts:
        async def ask() -> ChannelFacts:
            told = await self._ask("conversations.info", channel=channel)
            return read_channel(told.get("channel"), channel, organisation=self._everywhere)

        return await self._facts.get(("channel", channel), ask, fresh)

    @property
    def _everywhere(self) -> bool:
        """Whether we are installed in a whole organisation."""
        return self._team.startswith("E")

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
        try:
            if place.kind is PlaceKind.ALONE:
                return await self._one(place, fresh, reads)
            return await self._all(place, fresh)
        except FactUnknown:
            return Viewers()

    async def _all(self, place: SlackPlace, fresh: bool) -> Viewers:
        facts, ids = await asyncio.gather(
            self.channel(place.channel, fresh=fresh), self._members(place.channel, fresh)
        )
        if not facts.known or facts.kind is not place.kind:
            return Viewers()
        if facts.shared:  # whoever is in it: there are others of whom we may not even know
            return Viewers(known=True, within=facts.within)
        members = await self._people(sorted(ids - {self._bot_user}), fresh)
        return Viewers(members, known=True, shared=False)

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
            member = await self._member(place.user, fresh)
            return Viewers((member,), known=True, shared=False)
        member = await self._member(place.user, fresh)
        try:
            facts = await self._channel(place.channel, fresh)
            ids = await self._members(place.channel, fresh)
        except FactUnknown as unknown:  # not in doubt: a channel that we are not in
            return Viewers((member,), known=True, doubtful=not isinstance(unknown, NotThere))
        read_by_them = facts.kind is PlaceKind.PUBLIC or place.user in ids
        return Viewers((member,), known=True, shared=facts.shared, reads_channel=read_by_them)

    async def _people(self, ids: list[str], fresh: bool) -> tuple[Member, ...]:
        listed: Mapping[str, Member] = {}
        if len(ids) > MEMBERS_ASKED_SINGLY and not self._everywhere:
            listed = await self._facts.get(("people",), self._everyone, False)
        singly = [user for user in ids if user not in listed or user in self._altered]
        again = fresh and len(ids) <= ASKED_AGAIN

        async def one(user: str) -> Member:
            async with self._crowd:
                return await self._person(user, again)

        asked = await asyncio.gather(*map(one, singly), return_exceptions=True)
        for failure in asked:  # all have ended: what was found is remembered for the next try
            if isinstance(failure, BaseException):
                raise failure
        found = {**listed, **{one.id: one for one in asked if isinstance(one, Member)}}
        groups = await self._group_members(fresh)
        return tuple(_with_groups(found[user], groups) for user in ids)

    async def _person(self, user: str, fresh: bool) -> Member:
        async def ask() -> Member:
            try:
                told = (await self._ask("users.info", user=user)).get("user")
            except NotThere:
                return Member(user, known=True)
            found = read_member(told, self._team)
            if found.id != user:
                raise FactUnknown("users.info: told of somebody else")
            return found

        return await self._facts.get(("user", user), ask, fresh)

    async def _everyone(self) -> Mapping[str, Member]:
        self._altered.clear()  # whoever changes from here on is asked for singly
        told = await self._pages("users.list")
        return {person.id: person for person in (read_member(each, self._team) for each in told)}

    async def _members(self, channel: str, fresh: bool) -> frozenset[str]:
        async def ask() -> frozenset[str]:
            told = await self._pages("conversations.members", channel=channel)
            if not all(isinstance(user, str) and user for user in told):
                raise FactUnknown("conversations.members: a member without id")
            return frozenset(told)

        return await self._facts.get(("members", channel), ask, fresh)

    async def _group_members(self, fresh: bool) -> Mapping[str, frozenset[str]]:
        """Return the people in each group on which anything depends."""
        if not self._policy.groups:
            return {}
        return await self._facts.get(("groups",), self._ask_groups, fresh)

    async def _ask_groups(self) -> Mapping[str, frozenset[str]]:
        found: dict[str, frozenset[str]] = {}
        wanted = self._policy.groups
        for at in await self._workspaces():
            told = await self._ask("usergroups.list", include_users=True, **at)
            for group in told.get("usergroups") or []:
                name = group.get("id") if isinstance(group, dict) else None
                if name not in wanted or group.get("date_delete") != 0:
                    continue
                users = group.get("users")
                if users is None:
                    asked = await self._ask("usergroups.users.list", usergroup=name, **at)
                    users = asked.get("users") or []
                found[name] = frozenset(user for user in users if isinstance(user, str))
        return found

    async def _workspaces(self) -> list[dict[str, str]]:
        """Return what names the workspaces whose groups are asked for: an organisation has many."""
        if not self._everywhere:
            return [{}]
        told = (await self._ask("auth.teams.list", limit=_PAGE)).get("teams") or []
        return [{"team_id": str(one["id"])} for one in told if isinstance(one, dict)]

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
        """Call Slack, when it allows; every failure becomes FactUnknown with a text of our own."""
        try:
            data = await self._calls.repeatedly(method, arguments, self._clock() + self._patience)
        except Refused as refused:
            kind = NotThere if refused.code in _ABSENT else FactUnknown
            raise kind(f"{method}: {refused.code}") from None
        except CallFailed as fault:
            raise FactUnknown(f"{method}: {type(fault).__name__.lower()}") from None
        except Exception as error:  # whatever the client raises: nothing is known then
            raise FactUnknown(f"{method}: {type(error).__name__}") from None
        if data.get("ok") is not True:
            raise FactUnknown(f"{method}: an answer that is none")
        return data


def _with_groups(person: Member, groups: Mapping[str, frozenset[str]]) -> Member:
    return replace(
        person, groups=frozenset(name for name, users in groups.items() if person.id in users)
    )
