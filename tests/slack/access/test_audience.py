"""Who may see what: 240 cases against rules written a second time."""

import itertools
from collections.abc import Iterable
from dataclasses import dataclass, replace

import pytest

from bot.errors import NothingVisible
from bot.slack.access.audience import Policy, Rule, Viewers, Visible
from bot.slack.types import Answering, ChannelSettings, Member, PlaceKind, SlackPlace
from index.passage import BriefRef
from index.storage.catalogue import VersionRow
from index.vectors.snapshot import Filters, passes

TEAM = "T1"
POLICY = Policy(
    rules={
        "sheets": Rule(public=True),
        "board": Rule(groups=frozenset({"S1"})),
        "war room": Rule(channels=frozenset({"C9"})),
        "both": Rule(groups=frozenset({"S1"}), channels=frozenset({"C9"})),
        "hidden": Rule(groups=frozenset()),
    }
)
PRESENT = ("sheets", "open", "board", "war room", "both", "hidden")


def member(name: str, **facts: object) -> Member:
    return replace(Member(name, guest=False, stranger=False), **facts)  # type: ignore[arg-type]


ADA = member("U1", groups=frozenset({"S1"}))
BOB = member("U2", groups=frozenset({"S1", "S2"}))
CAT = member("U3")
GUS = member("U4", guest=True, groups=frozenset({"S1"}))
SAM = member("U5", guest=False, stranger=True, groups=frozenset({"S1"}))
NOBODY = Member("U6")

# The asker first: who is alone is the first.
AUDIENCES = {
    "one group": (ADA, BOB),
    "the asker in the group, another not": (ADA, CAT),
    "nobody in the group": (CAT, member("U7")),
    "a guest": (GUS, ADA),
    "a stranger": (SAM, ADA),
    "someone unknown": (NOBODY, ADA),
}


@dataclass(frozen=True)
class Spot:
    """A place of the matrix, in the words of the rules."""

    kind: PlaceKind
    channel: str = "C1"
    shared: bool = False
    known: bool = True
    reads: bool = False


PLACES = {
    "public channel": Spot(PlaceKind.PUBLIC),
    "public channel, listed": Spot(PlaceKind.PUBLIC, "C9"),
    "private channel": Spot(PlaceKind.PRIVATE),
    "private channel, listed": Spot(PlaceKind.PRIVATE, "C9"),
    "listed channel, shared with another organisation": Spot(PlaceKind.PRIVATE, "C9", shared=True),
    "group message": Spot(PlaceKind.GROUP, "G1"),
    "direct message": Spot(PlaceKind.ALONE, "D1"),
    "modal in the listed channel": Spot(PlaceKind.ALONE, "C9", reads=True),
}


def brief(collection: str) -> VersionRow:
    """One brief of a collection, whose id and number are its canary."""
    canary = f"canary-{collection}"
    ref = BriefRef(canary, canary, "2020-01-02", (), "x.md", collection, number=f"N-{collection}")
    return VersionRow(pk=1, brief=ref, edition=None, state="current")


LIBRARY = [brief(name) for name in PRESENT]
EVERY_ID = tuple(row.brief.id for row in LIBRARY)
EVERY_NUMBER = tuple(f"{row.brief.number}@1" for row in LIBRARY)
QUESTIONS = {
    "direct": Filters(),
    "by title": Filters(briefs=EVERY_ID),
    "by number": Filters(briefs=EVERY_NUMBER),
    "what can you not tell me": Filters(collections=("hidden", "board", "war room", "both")),
    "follow-up to an answer given elsewhere": Filters(briefs=EVERY_ID, until="2021"),
}


def allowed(audience: str, place: str) -> set[str]:
    """The oracle: a table, made by hand from the rules, not from the code."""
    seen = {"sheets"}
    alone = place in {"direct message", "modal in the listed channel"}
    asker_only = {"the asker in the group, another not": "one group"}
    who = asker_only.get(audience, audience) if alone else audience
    if who in {"a guest", "a stranger", "someone unknown"} or "shared" in place:
        return seen
    seen |= {"open"}
    if who == "one group" and not place.startswith("public channel"):
        seen |= {"board", "both"}
    if "listed" in place:
        seen |= {"war room", "both"}
    return seen


def setting(audience: str, place: str) -> tuple[SlackPlace, Viewers]:
    people, spot = AUDIENCES[audience], PLACES[place]
    viewers = people[:1] if spot.kind is PlaceKind.ALONE else people
    return (
        SlackPlace(spot.kind, TEAM, spot.channel, people[0].id, spot.shared, spot.known),
        Viewers(viewers, known=True, shared=spot.shared, reads_channel=spot.reads),
    )


def found(visible: Visible, wanted: Filters) -> set[str]:
    """The collections that a search comes near, by the index's own filter."""
    try:
        filters = visible.within(wanted)
    except NothingVisible:
        return set()
    return {row.brief.collection for row in LIBRARY if passes(row, filters)}


def may_see(place: SlackPlace, viewers: Viewers, collections: Iterable[str]) -> bool:
    wanted = set(collections)
    return POLICY.for_place(place, viewers, wanted).names == wanted


def alone(policy: Policy, user: Member, present: Iterable[str]) -> Visible:
    """What a person may see in a direct message or in App Home."""
    place = SlackPlace(PlaceKind.ALONE, team="", channel="", user=user.id)
    return policy.for_place(place, Viewers((user,), known=True, shared=False), tuple(present))


def test_a_question_finds_what_its_place_may_see() -> None:
    """Neither more, which were a leak, nor less: 6 audiences, 8 places, 5 kinds of question."""
    cases = list(itertools.product(AUDIENCES, PLACES, QUESTIONS))
    assert len(cases) == 240
    for audience, place, question in cases:
        case, asked = f"{question}, {place}, {audience}", QUESTIONS[question]
        where, expected = setting(audience, place), allowed(audience, place)
        visible = POLICY.for_place(*where, PRESENT)
        wanted = expected & set(asked.collections) if asked.collections else expected
        assert found(visible, asked) == wanted, case
        assert may_see(*where, expected), case
        for hidden in set(PRESENT) - expected:
            assert not may_see(*where, [*expected, hidden]), f"{hidden}: {case}"
        # With or without collections one may not see, the filter is the same: no hint of them.
        assert POLICY.for_place(*where, expected) == visible, case


LISTED = SlackPlace(PlaceKind.PRIVATE, TEAM, "C9", "U1")
GROUP = SlackPlace(PlaceKind.GROUP, TEAM, "G1", "U1")
ALONE = SlackPlace(PlaceKind.ALONE, TEAM, "D1", "U1")
CLICK = SlackPlace(PlaceKind.ALONE, TEAM, "C9", "U3")
KNOWN = Viewers((ADA, BOB), known=True, shared=False)
ONE = Viewers((ADA,), known=True, shared=False)
CLICKER = Viewers((CAT,), known=True, shared=False, reads_channel=True)


def test_a_channel_made_public_is_another_place() -> None:
    """No group opens a public channel."""
    assert may_see(replace(LISTED, channel="C1"), KNOWN, ["board"])
    public = replace(LISTED, channel="C1", kind=PlaceKind.PUBLIC)
    assert not may_see(public, KNOWN, ["board"])


def test_what_is_not_known_is_not_allowed() -> None:
    """A missing fact, or one of somebody else: public collections and no more."""
    for place, viewers in (
        (LISTED, Viewers()),
        (replace(LISTED, known=False), KNOWN),
        (replace(LISTED, shared=True), KNOWN),
        (LISTED, replace(KNOWN, known=False)),
        (LISTED, replace(KNOWN, members=())),
        (GROUP, replace(KNOWN, members=())),
        (ALONE, replace(ONE, members=())),
        (ALONE, replace(ONE, members=(BOB,))),
        (ALONE, replace(ONE, members=(ADA, BOB))),
        (ALONE, replace(ONE, members=(Member("U1", groups=frozenset({"S1"})),))),
    ):
        assert POLICY.for_place(place, viewers, PRESENT).names == {"sheets"}, (place, viewers)


def test_nothing_never_becomes_everything() -> None:
    """Empty filters search all: there are none for an empty permission."""
    nothing = Policy().for_place(LISTED, Viewers(), PRESENT)
    assert not nothing
    with pytest.raises(NothingVisible, match="no collection may be seen here"):
        _ = nothing.filters
    with pytest.raises(NothingVisible):
        nothing.within(Filters(briefs=EVERY_ID))
    with pytest.raises(NothingVisible):
        Visible(frozenset({"open"})).within(Filters(collections=("board",)))
    assert Visible(frozenset({"b", "a"})).filters == Filters(collections=("a", "b"))


def test_a_channel_narrows_and_never_widens() -> None:
    """By briefs.toml and by /briefs settings, both; lists without a common name leave nothing."""
    policy = replace(POLICY, channels={"C9": ChannelSettings(("Open", "hidden", "both"))})
    assert policy.for_place(LISTED, KNOWN, PRESENT).names == {"open", "both"}
    chosen = ChannelSettings(("open", "sheets"), Answering.PRIVATE)
    assert policy.for_place(LISTED, KNOWN, PRESENT, chosen).names == {"open"}
    apart = ChannelSettings(("sheets",))
    assert not policy.for_place(LISTED, KNOWN, PRESENT, apart)
    assert policy.for_place(LISTED, KNOWN, PRESENT, ChannelSettings()).names == {"open", "both"}


def test_what_one_person_sees_alone_is_not_narrowed() -> None:
    """A private reply shows what the person may see."""
    chosen = ChannelSettings(("sheets",))
    assert "both" in POLICY.for_place(CLICK, CLICKER, PRESENT, chosen)


def test_a_channel_does_not_follow_its_readers() -> None:
    """In a direct message, only groups count; where the listed channel is shared, too."""
    assert alone(POLICY, CAT, PRESENT).names == {"sheets", "open"}
    assert alone(POLICY, ADA, PRESENT).names == {"sheets", "open", "board", "both"}
    assert alone(POLICY, GUS, PRESENT).names == {"sheets"}
    assert "both" not in POLICY.for_place(CLICK, replace(CLICKER, shared=True), PRESENT)


@pytest.mark.parametrize("name", ["BOARD", " board ", "ｂoard"])
def test_names_are_compared_without_case(name: str) -> None:
    """A rule is not lost for a capital letter; two rules for one name are a fault."""
    assert "board" not in alone(Policy({name: Rule(groups=frozenset())}), ADA, ["board"])
    with pytest.raises(ValueError, match="two rules"):
        Policy({name: Rule(), "Board": Rule()})


def test_rules_for_collections_that_are_not_there_are_told() -> None:
    """They may be misspelt, and what they were meant for is open."""
    assert POLICY.unknown(PRESENT) == ()
    assert Policy({"bord": Rule(groups=frozenset())}).unknown(["board"]) == ("bord",)
    assert POLICY.restricted(PRESENT) == {"board", "war room", "both", "hidden"}


def test_admins_are_full_members() -> None:
    policy = Policy(admins=frozenset({"U2", "S9"}))
    assert policy.is_admin(replace(CAT, admin=True))
    assert policy.is_admin(BOB)
    assert policy.is_admin(replace(CAT, groups=frozenset({"S9"})))
    assert not policy.is_admin(CAT)
    assert not policy.is_admin(replace(BOB, guest=True))
    assert not policy.is_admin(replace(CAT, admin=True, stranger=True))


OWN, HERE = "place:T1/UADA", "place:T1/C9"
ODD = ("place:", "place:T1", "Place:T1/UADA", " place:T1/UADA", "ｐlace:T1/UADA", "place:t1/uada",
       "place:T1/UADA ", "place:T2/UADA", "place:T2/C9", "place:T1/X9", "place:T1/D1")  # fmt: skip


def test_what_belongs_to_a_person_or_channel_is_seen_there_alone() -> None:
    """By that person wherever they are alone, by a channel's readers there; by nobody otherwise."""
    present = {"open", OWN, HERE, *ODD}
    ada = Member("UADA", guest=False, stranger=False, admin=True)
    bob = replace(ada, id="UBOB")
    for person, channel, reads, seen in (
        (ada, "D1", False, {"open", OWN}),
        (ada, "C9", True, {"open", OWN, HERE}),
        (ada, "C9", False, {"open", OWN}),
        (ada, "C8", True, {"open", OWN}),
        (bob, "D1", False, {"open"}),
        (bob, "C9", True, {"open", HERE}),
    ):
        place = SlackPlace(PlaceKind.ALONE, "T1", channel, person.id)
        viewers = Viewers((person,), known=True, shared=False, reads_channel=reads)
        found = Policy({"PLACE:t1/uada": Rule(public=True)}).for_place(place, viewers, present)
        assert found.names == seen, (person.id, channel, reads)
    for kind, channel, seen in (
        (PlaceKind.PRIVATE, "C9", {"open", HERE}),
        (PlaceKind.GROUP, "C9", {"open", HERE}),
        (PlaceKind.PRIVATE, "C8", {"open"}),
        (PlaceKind.PUBLIC, "C8", {"open"}),
    ):
        place = SlackPlace(kind, "T1", channel, "UADA")
        viewers = Viewers((ada, bob), known=True, shared=False)
        assert Policy().for_place(place, viewers, present).names == seen, (kind, channel)
        guest = Viewers((ada, replace(bob, guest=True)), known=True, shared=False)
        assert not Policy().for_place(place, guest, present)
        assert not Policy().for_place(replace(place, shared=True), viewers, present)


def test_a_channels_settings_do_not_hide_what_belongs_to_it() -> None:
    place = SlackPlace(PlaceKind.PRIVATE, "T1", "C9", "UADA")
    viewers = Viewers((Member("UADA", guest=False, stranger=False),), known=True, shared=False)
    chosen = ChannelSettings(("defence", OWN))
    found = Policy().for_place(place, viewers, {"open", "defence", HERE, OWN}, chosen)
    assert found.names == {"defence", HERE}
