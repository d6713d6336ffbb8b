"""Who may see what: which collections everyone who can read a place may see.

docs/slack.md tells admins the rules; here is what they mean to the letter:

- **A place is read by everyone who can read it**, not by the asker alone: a public channel by all
  full members of the workspace and the guests in it, a private channel or group message by its
  members; a direct message, an ephemeral message, a modal and App Home by one person. Our own bot
  does not count; other bots count as members without groups.
- **A channel listed lets its readers in, there**: to the channel's own messages, and to what is
  shown in it to one of its readers alone ("Show passages"). It does not follow them into a direct
  message, and it ends where the channel is shared with another organisation. A guest in a channel
  that is listed closes it for all but public collections.
- **A channel's own list of collections** (`[slack.channels.ID]` or `/briefs settings`) narrows
  what is shown to the channel. It never widens, and it does not bind what one person sees alone:
  that is governed by the person's own rights. Where both lists are given, both hold.
- **What is not known is not allowed**: a person or place of whom Slack says nothing, says
  something odd, or cannot be asked, sees public collections and no more. Where a whole place is
  closed so to what its readers could see elsewhere, `Hindrance` says why.
- **What is added in a direct message or a private place belongs to that place**: it goes into the
  collection `place:TEAM/USER` or `place:TEAM/CHANNEL`, which that person alone, or the channel's
  readers there, may see. Such names follow no rule of briefs.toml; no channel can be given one.

Names of collections are compared without regard to case, so that `[slack.collections.Board]`
restricts "board". Who was a reader when an answer was posted has read it: leaving takes no message
away, and whoever joins a channel later can scroll back.
"""

import re
import unicodedata
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field, replace
from enum import StrEnum

from bot.errors import NothingVisible
from bot.slack.types import ChannelSettings, Member, PlaceKind, SlackPlace
from index.vectors.snapshot import Filters
from ingest.document import PLACES, is_place

_PLACE = re.compile(rf"{PLACES}([A-Z0-9]+)/([CGUW][A-Z0-9]*)")


@dataclass(frozen=True)
class Rule:
    """Who may see one collection; without any, it is open to full members."""

    public: bool = False
    channels: frozenset[str] | None = None
    groups: frozenset[str] | None = None
    person: str = ""  # who alone may see it
    team: str = ""  # in whose workspace alone it may be seen

    @property
    def restricted(self) -> bool:
        """Whether full members need more than being that."""
        return self.channels is not None or self.groups is not None


OPEN = Rule()


class Hindrance(StrEnum):
    """Why those who read a place see less there than full members could elsewhere."""

    UNKNOWN = "unknown"  # who reads it cannot be found out now
    GUEST = "guest"  # the one who asks is a guest, or of another organisation
    GUESTS = "guests"  # there is one among the readers
    SHARED = "shared"  # with another organisation
    WITHIN = "within"  # shared between workspaces of one organisation


def place_collection(team: str, name: str) -> str:
    """Return the collection of what is added where one person or channel reads: U…, W…, C… or G…"""
    return f"{PLACES}{team}/{name}"


def place_rule(collection: str) -> Rule:
    """Return the rule of the collection of a place; one that names no place is nobody's."""
    named = _PLACE.fullmatch(collection)
    if not named:
        return Rule(channels=frozenset())
    team, name = named.groups()
    if name[0] in "UW":
        return Rule(channels=frozenset(), person=name, team=team)
    return Rule(channels=frozenset({name}), team=team)


@dataclass(frozen=True)
class Viewers:
    """Who can read a place. Without arguments: nobody knows, so nothing but public is shown.

    `members` are those in it, our own bot left out. Of a place for one person, it is that person,
    and `reads_channel` says whether they read the channel that the place names.
    """

    members: tuple[Member, ...] = ()
    known: bool = False  # False: a fact is missing, there may be others
    shared: bool = True  # the channel is, or is about to be, shared with another organisation
    reads_channel: bool = False
    within: bool = False  # shared, but between workspaces of one organisation alone
    doubtful: bool = False  # whether that person reads the channel cannot be found out now

    @property
    def full(self) -> bool:
        """Whether all who are known to be in it are full members of the workspace."""
        return not any(member.guest or member.stranger for member in self.members)


@dataclass(frozen=True)
class Visible:
    """The collections that may be shown. Falsy when there are none.

    The only way from here to a search is `filters` or `within`: an empty `Filters` searches
    everything, so there is none for nothing.
    """

    names: frozenset[str] = frozenset()
    hindrance: Hindrance | None = field(default=None, compare=False)  # why there are not more

    def __bool__(self) -> bool:
        return bool(self.names)

    def __contains__(self, collection: object) -> bool:
        return collection in self.names

    @property
    def filters(self) -> Filters:
        """Filters that let these collections through; NothingVisible when there are none."""
        return self.within(Filters())

    def within(self, wanted: Filters) -> Filters:
        """Return what was asked for, cut down to these collections.

        Raises NothingVisible when nothing is left. Whether what was asked for exists elsewhere does
        not show.
        """
        names = self.names.intersection(wanted.collections) if wanted.collections else self.names
        if not names:
            raise NothingVisible("no collection may be seen here")
        return replace(wanted, collections=tuple(sorted(names)))


@dataclass(frozen=True)
class Policy:
    """What briefs.toml says: a rule for each collection named, settings for each channel named."""

    rules: Mapping[str, Rule] = field(default_factory=dict)  # by name, in any case
    channels: Mapping[str, ChannelSettings] = field(default_factory=dict)  # by C… or G…
    admins: frozenset[str] = frozenset()  # users U… and user groups S…

    def __post_init__(self) -> None:
        rules = {folded(name): rule for name, rule in self.rules.items()}
        if len(rules) < len(self.rules):
            raise ValueError("two rules for one collection")
        object.__setattr__(self, "rules", rules)

    @property
    def groups(self) -> frozenset[str]:
        """The user groups S… on which anything depends."""
        listed = (rule.groups or frozenset() for rule in self.rules.values())
        return frozenset(name for name in self.admins if name.startswith("S")).union(*listed)

    @property
    def listed_channels(self) -> frozenset[str]:
        """The channels that a restricted collection names."""
        return frozenset().union(*(rule.channels or () for rule in self.rules.values()))

    def rule(self, collection: str) -> Rule:
        """Return the rule of a collection; one not named is open, but for a place's."""
        if is_place(collection):
            return place_rule(collection)
        return self.rules.get(folded(collection), OPEN)

    def restricted(self, collections: Iterable[str]) -> frozenset[str]:
        """Return those that are restricted: what shows them is checked on facts fetched again."""
        return frozenset(name for name in collections if self.rule(name).restricted)

    def of_channel(self, place: SlackPlace, collections: Iterable[str]) -> bool:
        """Return whether one of these is seen by whoever reads the channel of a place alone."""
        return any(
            is_place(name) and place.channel in (self.rule(name).channels or ())
            for name in collections
        )

    def unknown(self, present: Iterable[str]) -> tuple[str, ...]:
        """Return the collections that have a rule and are not in the library: misspelt, perhaps."""
        return tuple(sorted(set(self.rules) - {folded(name) for name in present}))

    def for_place(
        self,
        place: SlackPlace,
        viewers: Viewers,
        present: Collection[str],
        settings: ChannelSettings | None = None,
    ) -> Visible:
        """Return which of the collections present everyone who can read the place may see.

        `settings` are those made by `/briefs settings`; those of briefs.toml hold besides.
        """
        return Visible(
            frozenset(
                name
                for name in present
                if self._sees(self.rule(name), place, viewers)
                and self._wanted(name, place, settings)
            )
        )

    def seen_in(
        self,
        place: SlackPlace,
        viewers: Viewers,
        present: Collection[str],
        settings: ChannelSettings | None = None,
    ) -> Visible:
        """Return the same, and why it is not more where the place itself stands in the way."""
        seen = self.for_place(place, viewers, present, settings)
        withheld = (self.rule(name) for name in present if name not in seen)
        if any(self._elsewhere(rule, place) for rule in withheld):
            return replace(seen, hindrance=hindrance(place, viewers))
        return seen

    def _elsewhere(self, rule: Rule, place: SlackPlace) -> bool:
        """Whether somebody who reads the place could see such a collection, were it another."""
        if rule.person or rule.team:
            return rule.person == place.user or place.channel in (rule.channels or ())
        return not rule.restricted or bool(rule.groups) or place.channel in (rule.channels or ())

    def is_admin(self, member: Member) -> bool:
        """Return whether a member may change settings: admins of the workspace, and those listed.

        Guests and people of other organisations never.
        """
        listed = member.id in self.admins or bool(member.groups & self.admins)
        return (member.admin or listed) and not member.guest and not member.stranger

    def _wanted(self, name: str, place: SlackPlace, settings: ChannelSettings | None) -> bool:
        if place.kind is PlaceKind.ALONE or is_place(name):
            return True
        chosen = (settings, self.channels.get(place.channel))
        lists = [each.collections for each in chosen if each and each.collections]
        return all(folded(name) in map(folded, names) for names in lists)

    def _sees(self, rule: Rule, place: SlackPlace, viewers: Viewers) -> bool:
        if rule.public:
            return True
        if not place.known or not viewers.known or not viewers.full:
            return False
        alone = place.kind is PlaceKind.ALONE
        shared = place.shared or viewers.shared
        if alone and [member.id for member in viewers.members] != [place.user]:
            return False  # facts of somebody else
        if not alone and (shared or not _has_readers(place, viewers)):
            return False
        if not rule.restricted:
            return True
        if rule.team and rule.team != place.team:
            return False
        if alone and rule.person and rule.person == place.user:
            return True
        here = place.channel in (rule.channels or ()) and not shared
        if here and (not alone or viewers.reads_channel):
            return True
        everyone_is_there = place.kind is not PlaceKind.PUBLIC
        return everyone_is_there and all(
            member.groups & (rule.groups or frozenset()) for member in viewers.members
        )


def hindrance(place: SlackPlace, viewers: Viewers) -> Hindrance | None:
    """Return what about the readers of a place closes it for all but public collections."""
    if not place.known or not viewers.known or viewers.doubtful:
        return Hindrance.UNKNOWN
    if place.kind is PlaceKind.ALONE:
        return None if viewers.full else Hindrance.GUEST
    if place.shared or viewers.shared:
        return Hindrance.WITHIN if viewers.within else Hindrance.SHARED
    outside = {member.id: member.stranger for member in viewers.members
               if member.guest or member.stranger}  # fmt: skip
    if place.user in outside:
        return Hindrance.GUEST
    return Hindrance.GUESTS if outside else None


def _has_readers(place: SlackPlace, viewers: Viewers) -> bool:
    """A private place of which no member is told is not understood."""
    return place.kind is PlaceKind.PUBLIC or bool(viewers.members)


def folded(name: str) -> str:
    """Return a collection's name as names are compared: without case, spacing, ways to encode."""
    return " ".join(unicodedata.normalize("NFKC", name).casefold().split())
