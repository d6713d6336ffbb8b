"""Who may see what: F-47's matrix of 240 cases against rules written a second time, and F-48."""

import itertools
from dataclasses import dataclass, replace

import pytest

from bot.errors import NothingVisible
from bot.slack.audience import Policy, Rule, Viewers, Visible
from bot.slack.types import Answering, ChannelSettings, Member, Place, PlaceKind
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
CASES = list(itertools.product(AUDIENCES, PLACES, QUESTIONS))


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


def setting(audience: str, place: str) -> tuple[Place, Viewers]:
    people, spot = AUDIENCES[audience], PLACES[place]
    viewers = people[:1] if spot.kind is PlaceKind.ALONE else people
    return (
        Place(spot.kind, TEAM, spot.channel, people[0].id, spot.shared, spot.known),
        Viewers(viewers, known=True, shared=spot.shared, reads_channel=spot.reads),
    )


def found(visible: Visible, wanted: Filters) -> set[str]:
    """The collections that a search comes near, by the index's own filter."""
    try:
        filters = visible.within(wanted)
    except NothingVisible:
        return set()
    return {row.brief.collection for row in LIBRARY if passes(row, filters)}


def test_the_matrix_has_240_cases() -> None:
    """Six audiences, eight places, five kinds of question."""
    assert (len(AUDIENCES), len(PLACES), len(QUESTIONS), len(CASES)) == (6, 8, 5, 240)


@pytest.mark.parametrize(("audience", "place", "question"), CASES)
def test_a_question_finds_what_its_place_may_see(audience: str, place: str, question: str) -> None:
    """Neither more, which were a leak, nor less."""
    asked = QUESTIONS[question]
    visible = POLICY.for_place(*setting(audience, place), PRESENT)
    expected = allowed(audience, place)
    if asked.collections:
        expected &= set(asked.collections)
    assert found(visible, asked) == expected
    assert POLICY.may_see(*setting(audience, place), expected)
    for hidden in set(PRESENT) - allowed(audience, place):
        assert not POLICY.may_see(*setting(audience, place), [*expected, hidden])


@pytest.mark.parametrize(("audience", "place"), list(itertools.product(AUDIENCES, PLACES)))
def test_hidden_briefs_change_nothing(audience: str, place: str) -> None:
    """With or without collections one may not see, the filter is the same: no hint of them."""
    with_all = POLICY.for_place(*setting(audience, place), PRESENT)
    without = POLICY.for_place(*setting(audience, place), allowed(audience, place))
    assert with_all == without


# F-48: an answer cites "both"; then something changes before it is posted. It must not be.
LISTED = Place(PlaceKind.PRIVATE, TEAM, "C9", "U1")
GROUP = Place(PlaceKind.GROUP, TEAM, "G1", "U1")
ALONE = Place(PlaceKind.ALONE, TEAM, "D1", "U1")
CLICK = Place(PlaceKind.ALONE, TEAM, "C9", "U3")
KNOWN = Viewers((ADA, BOB), known=True, shared=False)
ONE = Viewers((ADA,), known=True, shared=False)
CLICKER = Viewers((CAT,), known=True, shared=False, reads_channel=True)
OUT = replace(ADA, groups=frozenset())
TURNED = replace(BOB, guest=True)
CHANGES = {
    "a guest joins the channel": (LISTED, KNOWN, replace(KNOWN, members=(ADA, BOB, GUS))),
    "a member turns guest": (LISTED, KNOWN, replace(KNOWN, members=(ADA, TURNED))),
    "a stranger joins": (GROUP, KNOWN, replace(KNOWN, members=(ADA, SAM))),
    "the channel is shared": (LISTED, KNOWN, replace(KNOWN, shared=True)),
    "someone outside the group joins": (GROUP, KNOWN, replace(KNOWN, members=(ADA, BOB, CAT))),
    "a member leaves the group": (GROUP, KNOWN, replace(KNOWN, members=(OUT, BOB))),
    "the asker leaves the group": (ALONE, ONE, replace(ONE, members=(OUT,))),
    "the asker turns guest": (ALONE, ONE, replace(ONE, members=(replace(ADA, guest=True),))),
    "who clicks has left the channel": (CLICK, CLICKER, replace(CLICKER, reads_channel=False)),
    "Slack cannot be asked": (LISTED, KNOWN, Viewers()),
}  # fmt: skip


@pytest.mark.parametrize("change", CHANGES)
def test_a_change_before_the_post_stops_it(change: str) -> None:
    """Allowed before, not after; what is public stays so."""
    place, before, after = CHANGES[change]
    assert POLICY.may_see(place, before, ["both"])
    assert not POLICY.may_see(place, after, ["both"])
    assert POLICY.may_see(place, after, ["sheets"])


def test_ten_changes_are_tried() -> None:
    """F-48 asks for ten."""
    assert len(CHANGES) == 10


def test_a_channel_made_public_is_another_place() -> None:
    """No group opens a public channel."""
    assert POLICY.may_see(replace(LISTED, channel="C1"), KNOWN, ["board"])
    public = replace(LISTED, channel="C1", kind=PlaceKind.PUBLIC)
    assert not POLICY.may_see(public, KNOWN, ["board"])


@pytest.mark.parametrize(
    ("place", "viewers"),
    [
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
    ],
)
def test_what_is_not_known_is_not_allowed(place: Place, viewers: Viewers) -> None:
    """A missing fact, or one of somebody else: public collections and no more."""
    assert POLICY.for_place(place, viewers, PRESENT).names == {"sheets"}


def test_nothing_never_becomes_everything() -> None:
    """Empty filters search all: there are none for an empty permission."""
    nothing = Policy().for_place(LISTED, Viewers(), PRESENT)
    assert not nothing
    with pytest.raises(NothingVisible, match=r"^The briefs do not say\.$"):
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
    assert POLICY.for_user(CAT, PRESENT).names == {"sheets", "open"}
    assert POLICY.for_user(ADA, PRESENT).names == {"sheets", "open", "board", "both"}
    assert POLICY.for_user(GUS, PRESENT).names == {"sheets"}
    assert "both" not in POLICY.for_place(CLICK, replace(CLICKER, shared=True), PRESENT)


@pytest.mark.parametrize("name", ["BOARD", " board ", "ｂoard"])
def test_names_are_compared_without_case(name: str) -> None:
    """A rule is not lost for a capital letter; two rules for one name are a fault."""
    assert "board" not in Policy({name: Rule(groups=frozenset())}).for_user(ADA, ["board"])
    with pytest.raises(ValueError, match="two rules"):
        Policy({name: Rule(), "Board": Rule()})


def test_rules_for_collections_that_are_not_there_are_told() -> None:
    """They may be misspelt, and what they were meant for is open."""
    assert POLICY.unknown(PRESENT) == ()
    assert Policy({"bord": Rule(groups=frozenset())}).unknown(["board"]) == ("bord",)
    assert POLICY.restricted(PRESENT) == {"board", "war room", "both", "hidden"}


def test_admins_are_full_members() -> None:
    """Of the workspace, by name, or by group."""
    policy = Policy(admins=frozenset({"U2", "S9"}))
    assert policy.is_admin(replace(CAT, admin=True))
    assert policy.is_admin(BOB)
    assert policy.is_admin(replace(CAT, groups=frozenset({"S9"})))
    assert not policy.is_admin(CAT)
    assert not policy.is_admin(replace(BOB, guest=True))
    assert not policy.is_admin(replace(CAT, admin=True, stranger=True))
