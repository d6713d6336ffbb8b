"""Bind the facts of a claim to one statement of the evidence: statements in, reasons out.

Each statement of the claim is compared with those of the evidence that have its verb, its contrary
or its converse and somebody or something in common. The one that differs least counts: where it has
the negation, the roles, the date or the number otherwise, that is a hard reason; where it is only
planned, reported, possible or conditional, or tells of fewer, a soft one.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from bot.checking.matching import agreement, same_name, same_nation
from bot.checking.statements import (
    AGENT,
    ATTITUDES,
    CONDITIONAL,
    DEMANDED,
    DENIED,
    FACT,
    HEDGED,
    PATIENT,
    PLANNED,
    POSSIBLE,
    REPORTED,
    Filler,
    Statement,
)
from bot.checking.verdict import Reason
from bot.language import polarity
from bot.language.quantities import Quantity
from bot.language.tokens import DATE, NUMBER, Token
from bot.language.words import lines
from index.words import stem

_KIND_OF = {
    PLANNED: "modality", POSSIBLE: "modality", DEMANDED: "modality", HEDGED: "hedge",
    REPORTED: "attribution", CONDITIONAL: "condition",
}  # fmt: skip
_STRENGTH = {
    FACT: 3,
    PLANNED: 2,
}  # the rest 1: what is stronger than the evidence has it is a fault
_AMOUNT = {"none": 0, "few": 1, "one of": 2, "some": 2, "many": 3, "most": 4, "all": 5}
_UNREAL = (PLANNED, DEMANDED, DENIED)
_PART = ("few", "some", "one of")
_CONTRASTS = {
    frozenset(pair.split())
    for pair in (
        "to from", "by to", "before after", "until since", "into from", "for against",
        "with against", "above below", "under over", "over per", "until after", "by from",
        "since before",
    )
}  # fmt: skip
CONVERSES = {
    pair
    for line in lines("converses")
    for one, other in [line.split()]
    for pair in ((one, other), (other, one))
}
_SAYING = frozenset("say claim find conclude hold report allege argue warn announce state".split())
_SPANS = frozenset(map(stem, "years months weeks days hours decades minutes".split()))
_BARE = frozenset("be have do make take get give become".split())  # verbs that say little alone


@dataclass(frozen=True)
class Fault:
    """What is wrong with a statement when another bears it out; `hard` if the other has it so."""

    hard: bool
    reason: Reason


def judged(
    claim: Sequence[Statement], evidence: Sequence[Sequence[Statement]]
) -> list[list[Fault] | None]:
    """Return what is wrong with each statement of a claim; evidence is given by sentence.

    None for one where no statement of the evidence is about the same event.
    """
    every = [one for row in evidence for one in row]
    return [_least_wrong(mine, every) for mine in claim]


def only_meant(
    claim: Sequence[Statement],
    evidence: Sequence[Sequence[Statement]],
    faults: Sequence[list[Fault] | None],
) -> list[Fault]:
    """Return a doubt for each deed of a claim that is only a plan there: "discusses the sale".

    `faults` are what `judged` returns.
    """
    every = [one for row in evidence for one in row]
    strange = [one for one, found in zip(claim, faults, strict=True) if found is None]
    return [
        Fault(False, Reason("modality", f"“{mine.verb}”: the evidence has “{other.verb}” of it"))
        for mine in strange
        if mine.status == FACT
        for other in every
        if ATTITUDES.get(stem(other.verb.split()[0])) in _UNREAL and _of_deed(mine, other)
    ]


def _of_deed(mine: Statement, other: Statement) -> bool:
    """Return whether a verb's deed is what another verb is about: "sell", "the sale of"."""
    nouns = (
        word for one in other.fillers(PATIENT) for word in one.said.partition(" of ")[0].split()
    )
    return any(polarity.same_sense(mine.verb, word.lower()) for word in nouns)


def counts(
    claim: Sequence[Statement],
    evidence: Sequence[Sequence[Statement]],
    faults: Sequence[list[Fault] | None],
) -> tuple[int, int, int, int, int]:
    """Return how many statements a claim makes, and how they stand to the evidence.

    After their number come those with a like statement there, those borne out, those that tell the
    same people and things by another verb, and those of which this verb is a plan or a denial.
    """
    like = [found for found in faults if found is not None]
    every = [one for row in evidence for one in row]
    strange = [one for one, found in zip(claim, faults, strict=True) if found is None]
    others = [[other for other in every if _same_parties(mine, other)] for mine in strange]
    meant = [
        all(ATTITUDES.get(stem(other.verb.split()[0])) in _UNREAL for other in found)
        for found in others
        if found
    ]
    borne = sum(not found for found in like)
    return len(claim), len(like), borne, len(meant), sum(meant)


def _same_parties(mine: Statement, other: Statement) -> bool:
    """Return whether two statements have an agent and a patient in common, or both of one kind."""
    agents = _meet(mine.fillers(AGENT), other.fillers(AGENT))
    patients = _meet(mine.fillers(PATIENT), other.fillers(PATIENT))
    return patients and (agents or not mine.fillers(AGENT) or not other.fillers(AGENT))


def _least_wrong(mine: Statement, every: Sequence[Statement]) -> list[Fault] | None:
    near = [(fit, other) for other in every if (fit := _fit(mine, other)) > 0]
    if not near:
        return None
    most = max(fit for fit, _ in near)
    choices: list[list[Fault]] = [
        [*_faults(mine, other), *_strangers(mine, other, every)]
        for fit, other in near
        if fit >= most - 1
    ]
    return min(choices, key=_weight)


def _weight(faults: list[Fault]) -> tuple[int, int]:
    """Return how many faults there are, the hard ones first."""
    return sum(one.hard for one in faults), len(faults)


def _fit(mine: Statement, other: Statement) -> int:
    """Return how well two statements are about one event; 0 if they are not."""
    verb = _related(mine.verb, other.verb)
    if not verb:
        return 0
    shared = sum(
        3 if role in (AGENT, PATIENT) else 1
        for role in mine.roles
        if any(_same(a, b) for a in mine.fillers(role) for b in other.fillers(role))
    )
    crossed = sum(any(_same(a, b) for b in other.fillers()) for a in mine.fillers())
    if not shared and not crossed:
        return int(mine.verb == other.verb and mine.verb in _SAYING)
    if mine.verb in _BARE and not any(
        _same(a, b) for a in mine.fillers(PATIENT) for b in other.fillers(PATIENT, AGENT)
    ):
        return 0
    return verb + shared + crossed


def _related(mine: str, other: str) -> int:
    if mine == other:
        return 2
    if polarity.same_sense(mine, other) or polarity.contrary(mine, other):
        return 1
    return int((mine, other) in CONVERSES)


def _same(mine: Filler, other: Filler) -> bool:
    """Return whether two fillers may be one thing: names by a name in common, the rest by head."""
    if mine.unknown or other.unknown:
        return False
    if mine.names and other.names:
        pairs = [(a, b) for a in mine.names for b in other.names]
        return any(same_name(a, b) or same_nation(a, b) for a, b in pairs)
    return (
        mine.head == other.head
        or (mine.head in other.keys and bool(mine.names))
        or (other.head in mine.keys and bool(other.names))
    )


def _faults(mine: Statement, other: Statement) -> Iterator[Fault]:
    converse = (mine.verb, other.verb) in CONVERSES and mine.verb != other.verb
    turned = not converse and polarity.contrary(mine.verb, other.verb)
    roles = list(_roles(mine, other, converse=converse))
    yield from roles
    if not any(one.hard for one in roles) and (mine.negative != other.negative) != turned:
        agents, theirs = mine.fillers(AGENT), other.fillers(AGENT)
        known = agents and theirs and not any(one.unknown for one in (*agents, *theirs))
        tell = _soft if known and not converse and not _meet(agents, other.fillers()) else _hard
        yield tell("antonym" if turned else "negation", mine.verb, _told(other))
    yield from _manner(mine, other)
    if not any(one.hard for one in roles):
        yield from _facts(mine, other)
        yield from _amounts(mine, other)


def _strangers(mine: Statement, other: Statement, every: Sequence[Statement]) -> Iterator[Fault]:
    """Yield an agent that the evidence names, but for something else."""
    agents, theirs = mine.fillers(AGENT), other.fillers(AGENT)
    yield from _others(mine, other, every)
    if (
        any(one.unknown for one in (*agents, *theirs))
        or all(one.head in _SPANS for one in theirs)  # "two years after they applied"
        or _meet(agents, other.fillers())
    ):
        return
    if _rivals(agents, theirs) or not any(_meet(agents, one.fillers(AGENT)) for one in every):
        return
    yield _soft("name", _said(agents), f"{_said(theirs)} {other.verb}")


def _others(mine: Statement, other: Statement, every: Sequence[Statement]) -> Iterator[Fault]:
    """Yield an object, or what a preposition leads in, that belongs to another statement."""
    for role in mine.roles.keys() & other.roles.keys() - {AGENT}:
        ours, theirs = mine.fillers(role), other.fillers(role)
        known = not any(one.unknown or one.timed for one in (*ours, *theirs))
        if not known or _meet(ours, other.fillers()):
            continue
        if any(_meet(ours, one.fillers()) for one in every if one is not other):
            yield _soft("direction", f"{mine.verb} {_said(ours)}", f"{other.verb} {_said(theirs)}")


def _told(other: Statement) -> str:
    return f"not {other.verb}" if other.negative else other.verb


def _hard(kind: str, said: str, instead: str) -> Fault:
    return Fault(True, Reason(kind, f"“{said}”: the evidence says “{instead}”"))


def _soft(kind: str, said: str, instead: str) -> Fault:
    return Fault(False, Reason(kind, f"“{said}”: the evidence says “{instead}”"))


def _manner(mine: Statement, other: Statement) -> Iterator[Fault]:
    """Yield what is told as more certain than the evidence has it."""
    if other.condition and not mine.condition:
        yield _soft("condition", mine.verb, f"{other.condition} …")
    if _STRENGTH.get(mine.status, 1) > _STRENGTH.get(other.status, 1):
        yield _soft(_KIND_OF.get(other.status, "modality"), mine.verb, f"{other.why} {other.verb}")


def _roles(mine: Statement, other: Statement, *, converse: bool) -> Iterator[Fault]:
    my_agents, agents = mine.fillers(AGENT), other.fillers(AGENT)
    if mine.verb == other.verb == "be":
        return  # either may stand first
    if converse:
        if _meet(my_agents, agents) and not _meet(my_agents, other.fillers("to", "from", PATIENT)):
            yield _hard("direction", mine.verb, other.verb)
        return
    if my_agents and agents and not _meet(my_agents, agents):
        rest = tuple(one for role, these in mine.roles.items() if role != AGENT for one in these)
        others = tuple(one for role, these in other.roles.items() if role != AGENT for one in these)
        if _meet(my_agents, others) and _meet(rest, agents):
            yield _hard("direction", _said(my_agents), f"{_said(agents)} {other.verb}")
            return
        if _rivals(my_agents, agents) and (_meet(rest, others) or not rest):
            yield _hard("name", _said(my_agents), _said(agents))
            return
    my_patients, patients = mine.fillers(PATIENT), other.fillers(PATIENT)
    if _meet(my_agents, agents) and _rivals(my_patients, patients):
        yield _hard("name", _said(my_patients), _said(patients))
    yield from _prepositions(mine, other)


def _prepositions(mine: Statement, other: Statement) -> Iterator[Fault]:
    for role, fillers in mine.roles.items():
        for instead, theirs in other.roles.items():
            if frozenset((role, instead)) not in _CONTRASTS:
                continue
            if any(a.keys == b.keys for a in fillers for b in theirs) and not any(
                a.keys == b.keys for a in fillers for b in other.fillers(role)
            ):
                yield _hard("direction", f"{role} {_said(fillers)}", f"{instead} {_said(theirs)}")


def _meet(mine: Sequence[Filler], others: Sequence[Filler]) -> bool:
    return any(_same(a, b) for a in mine for b in others)


def _rivals(mine: Sequence[Filler], others: Sequence[Filler]) -> bool:
    """Return whether both are names, all known, and none of them the same."""
    every = (*mine, *others)
    if not mine or not others or any(one.unknown or not one.names for one in every):
        return False
    return not any(a.keys & b.keys or _same(a, b) for a in mine for b in others)


def _said(fillers: Sequence[Filler]) -> str:
    return ", ".join(one.said for one in fillers)


def _facts(mine: Statement, other: Statement) -> Iterator[Fault]:
    """Yield dates and numbers for which the statement has others of the same sort."""
    for kind in (DATE, NUMBER):
        theirs = [one for one in other.facts if one.kind == kind]
        ours = [one for one in mine.facts if one.kind == kind]
        if any(agreement(fact, one) for fact in ours for one in theirs):
            continue  # the others may be said elsewhere
        for fact in ours:
            rivals = [one for one in theirs if _same_sort(fact, one)]
            if rivals:
                yield _hard(kind, fact.said, rivals[0].said)


def _same_sort(mine: Token, other: Token) -> bool:
    if isinstance(mine.fact, Quantity) and isinstance(other.fact, Quantity):
        if mine.fact.weak or other.fact.weak or mine.fact.ordinal != other.fact.ordinal:
            return False
        return mine.fact.unit == other.fact.unit and bool(mine.fact.unit)
    return mine.kind == other.kind == DATE


def _amounts(mine: Statement, other: Statement) -> Iterator[Fault]:
    """Yield amounts that say more than the evidence: "all" for "some", "only" for several."""
    if _more(mine.amount, other.amount):
        yield _soft("quantity", mine.amount, other.amount)
    for role in (AGENT, PATIENT):
        for a in mine.fillers(role):
            for b in other.fillers(role):
                if not (a.head == b.head or a.head in b.keys or _same(a, b)):
                    continue
                more = _more(a.amount, b.amount) or (a.amount == "only" and b.amount != "only")
                if more or (not a.amount and b.amount in _PART and not b.names):
                    yield _soft("quantity", a.said, b.said)


def _more(mine: str, other: str) -> bool:
    return mine in _AMOUNT and other in _AMOUNT and _AMOUNT[mine] > _AMOUNT[other]
