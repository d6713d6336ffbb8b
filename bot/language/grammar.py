"""Cut an English sentence into clauses: text in, verbs with what stands before and after them out.

Rules over the kinds of words (word_kinds.py). A clause is one verb with its helpers. Its subject is
the nearest group of nouns before it that no preposition governs; clauses joined by "and" share a
subject, "who" and "which" stand for what they follow, and what "to" leads on to has the subject of
the verb before.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import lru_cache

from bot.language.word_kinds import (
    BASE,
    BE,
    FINITE,
    ING,
    PARTICIPLE,
    PAST,
    PURE_PAST,
    SMALL,
    Word,
    verb_form,
    words_of,
)


@dataclass(frozen=True)
class Group:
    """A noun with the words that belong to it: [start, end) among the words, and its head."""

    start: int
    end: int
    head: int


@dataclass
class Clause:
    """One verb. `groups` maps "subject", "object" and prepositions to groups of nouns."""

    verb: int
    first: int  # of its helpers
    lemma: str
    helpers: tuple[str, ...]
    form: str
    passive: bool = False
    link: str = ""  # what joins it to the clause before: "to", "that", "if", "and", "who", "ing"
    above: int | None = None  # the clause that it depends on, or is joined to
    end: int = 0
    groups: dict[str, list[Group]] = field(default_factory=dict)
    adverbs: list[int] = field(default_factory=list)


@lru_cache(maxsize=8192)
def clauses(text: str) -> tuple[Clause, ...]:
    """Return the clauses of one sentence, in order of their verbs."""
    found = words_of(text)
    made = list(_verb_groups(found))
    groups = _noun_groups(found)
    for number, clause in enumerate(made):
        until = made[number + 1].first if number + 1 < len(made) else len(found)
        _link(found, made, number)
        _subject(found, made, number, groups)
        _after(found, clause, groups, until)
    return tuple(made)


def _verb_groups(found: tuple[Word, ...]) -> Iterator[Clause]:
    at = 0
    while at < len(found):
        if found[at].kind not in ("verb", "aux"):
            at += 1
            continue
        first, helpers, last = at, [], at
        while at < len(found) and found[at].kind in ("verb", "aux", "adv"):
            if found[at].kind != "adv":
                if found[last].kind == "verb":
                    break
                last = at
            at += 1
        helpers = [found[n].lower for n in range(first, last)]
        lemma, form = verb_form(found[last].lower) or (found[last].lower, BASE)
        if found[last].lower in ("'s", "’s", "am"):
            lemma = "be"
        auxes = [one for one in helpers if one in SMALL["auxiliary"]]
        passive = bool(auxes) and auxes[-1] in BE and found[last].kind == "verb" and form != ING
        at = last + 1
        if at < len(found) and found[at].lower in SMALL["particle"] and found[last].kind == "verb":
            lemma = f"{lemma} {found[at].lower}"
        yield Clause(last, first, lemma, tuple(helpers), form, passive, end=last + 1)


def _noun_groups(found: tuple[Word, ...]) -> list[Group]:
    """Return the runs of words that make a noun with what belongs to it, "of" not yet followed."""
    groups, at = [], 0
    while at < len(found):
        kinds = ("det", "noun", "name", "number", "pron", "sign", "own")
        if found[at].kind not in kinds:
            at += 1
            continue
        start = at
        while at < len(found) and (
            found[at].kind in kinds
            or (found[at].kind == "adv" and found[at].lower.endswith("ly") and at > start)
        ):
            if at > start and (found[at].kind == "pron" or found[at - 1].kind == "pron"):
                break
            if (
                at > start
                and found[at].kind == "det"
                and found[at - 1].kind not in ("det", "own", "adv")
            ):
                break
            at += 1
        head = next(
            (
                n
                for n in range(at - 1, start - 1, -1)
                if found[n].kind not in ("own", "adv", "sign")
            ),
            start,
        )
        groups.append(Group(start, at, head))
    return groups


def _link(found: tuple[Word, ...], made: list[Clause], number: int) -> None:
    """Set what joins a clause to the one before, and which that is."""
    clause, before = made[number], made[number - 1] if number else None
    at = clause.first - 1
    while at >= 0 and found[at].kind == "adv":
        at -= 1
    if before and at >= 0 and found[at].kind == "to":
        clause.link, clause.above = "to", number - 1
        return
    floor = before.verb if before else -1
    for there in range(clause.first - 1, floor, -1):
        lower = found[there].lower
        if lower in ("who", "which", "whom") or (lower == "that" and found[there].kind == "pron"):
            clause.link, clause.above = "who", number - 1 if before else None
            return
        if lower == "that" and found[there].kind == "link":
            named = found[there - 1].lower if found[there - 1].kind == "link" else "that"
            clause.link, clause.above = named, number - 1 if before else None
            return
        if (
            lower in SMALL["linking"]
            and (found[there].kind != "prep" or there < at)
            and lower != "as"
        ):
            clause.link, clause.above = lower, number - 1 if before else None
            return
        if found[there].kind == "join":
            clause.link, clause.above = "and", number - 1 if before else None
            return
    if before and clause.form == ING and not clause.helpers:
        clause.link, clause.above = "ing", number - 1
    elif (
        before
        and clause.form in (PAST, PARTICIPLE)
        and not clause.helpers
        and clause.lemma != "be"
        and _describes(found, made, number)
        and found[at].kind in ("noun", "name", "comma")
    ):
        clause.link, clause.above = "", number - 1
    elif before and not any(found[n].kind == "comma" for n in range(before.verb, clause.first)):
        clause.link, clause.above = "that", number - 1  # "said it would"


def _subject(found: tuple[Word, ...], made: list[Clause], number: int, groups: list[Group]) -> None:
    clause = made[number]
    above = made[clause.above] if clause.above is not None else None
    bare = clause.form in (PAST, PARTICIPLE) and not clause.helpers
    if bare and clause.link == "and" and above and above.passive:
        clause.passive = not _new_subject(
            found, clause, [one for one in groups if one.end <= clause.first]
        )
    elif bare and clause.link != "who" and _describes(found, made, number):
        clause.passive = True
    role = "object" if clause.passive else "subject"
    if clause.link == "to" and above:
        between = [one for one in groups if above.verb < one.start and one.end <= clause.first]
        own = [one for one in between if found[one.start - 1].kind != "prep"]
        if between and not own and found[between[0].start - 1].lower in ("on", "for"):
            own = between[:1]  # "called on allies to send", "waited for them to leave"
        if above.lemma == "be":  # "were unable to agree"
            own = []
        clause.groups[role] = own or list(
            above.groups.get("object" if above.passive else "subject", [])
        )
        return
    if clause.link == "ing" and above and _after_comma(found, clause):
        clause.groups[role] = list(above.groups.get("object" if above.passive else "subject", []))
        return
    before = [one for one in groups if one.end <= clause.first]
    if clause.link == "who":
        before = [
            one for one in before if found[one.head].lower not in ("who", "which", "that", "whom")
        ]
        clause.groups[role] = before[-1:]
        return
    floor = above.verb if above else -1
    skipped = _inserted(found, clause.first, floor)
    free = [
        one
        for one in before
        if one.start > floor
        and not (skipped and skipped[0] <= one.start < skipped[1])
        and (one.start == 0 or found[one.start - 1].kind not in ("prep", "to"))
    ]
    if clause.link == "and" and above and not _new_subject(found, clause, free):
        clause.groups[role] = list(above.groups.get("object" if above.passive else "subject", []))
        if above.passive and not clause.passive:
            clause.groups[role] = list(above.groups.get("object", []))
        return
    if free:
        clause.groups[role] = _joined(found, free, len(free) - 1)
    elif above:
        held = above.groups.get("object" if above.passive else "subject", [])
        clause.groups[role] = list(held)


def _describes(found: tuple[Word, ...], made: list[Clause], number: int) -> bool:
    """Return whether a participle describes the noun before it: "a truce, signed in May, held"."""
    clause = made[number]
    after = found[clause.verb + 1] if clause.verb + 1 < len(found) else None
    if after is None or after.kind not in ("prep", "to") or found[clause.verb].lower in PURE_PAST:
        return False
    follows = made[number + 1] if number + 1 < len(made) else None
    if found[clause.first - 1].kind == "comma":
        return bool(follows) and any(
            n.kind == "comma" for n in found[clause.verb : follows.first if follows else 0]
        )
    if clause.above is not None and not clause.link:
        return True
    return (after.lower == "by" and len(made) > 1) or (
        follows is not None
        and found[follows.first - 1].kind in ("noun", "name", "number")
        and not any(
            n.kind in ("comma", "join", "link", "to") for n in found[clause.verb : follows.first]
        )
        and (verb_form(found[follows.verb].lower) or ("", ""))[1] in (PAST, FINITE)
    )


def _after_comma(found: tuple[Word, ...], clause: Clause) -> bool:
    """Return whether a comma stands before a clause: "joined the bank, becoming its member"."""
    at = clause.first - 1
    while at > 0 and found[at].kind == "adv":
        at -= 1
    return found[at].kind == "comma"


def _new_subject(found: tuple[Word, ...], clause: Clause, free: list[Group]) -> bool:
    """Return whether a noun stands between "and" and the verb."""
    joins = [n for n in range(clause.first) if found[n].kind == "join"]
    return bool(free) and bool(joins) and free[-1].start > joins[-1]


def _inserted(found: tuple[Word, ...], first: int, floor: int) -> tuple[int, int] | None:
    """Return what stands between two commas right before a verb."""
    if first == 0 or found[first - 1].kind != "comma":
        return None
    opening = next((n for n in range(first - 2, floor, -1) if found[n].kind == "comma"), None)
    return (opening, first) if opening is not None else None


def _joined(found: tuple[Word, ...], free: list[Group], at: int) -> list[Group]:
    """Return a group with those that "and", "or" and commas join to it, before it."""
    taken = [free[at]]
    while at > 0:
        between = [word.kind for word in found[free[at - 1].end : free[at].start]]
        lowers = [word.lower for word in found[free[at - 1].end : free[at].start]]
        if not between or not set(lowers) <= {",", "and", "or"}:
            break
        if "join" not in between and len(taken) == 1:
            break
        at -= 1
        taken.insert(0, free[at])
    return taken


def _after(found: tuple[Word, ...], clause: Clause, groups: list[Group], until: int) -> None:
    """Add what follows a verb: its object, and what prepositions lead in."""
    at, role = clause.verb + 1, "subject" if clause.passive else "object"
    role = "object" if clause.passive else role
    by_start = {one.start: one for one in groups}
    joined = False
    while at < until:
        word = found[at]
        if word.kind in ("link", "join") and word.lower not in ("and", "or"):
            break
        if word.kind in ("prep", "to") or (word.kind == "link" and at + 1 in by_start):
            role, joined = word.lower, False
        elif word.kind == "adv":
            clause.adverbs.append(at)
        elif word.kind in ("comma", "join"):
            joined = True
        if (group := by_start.get(at)) is not None:
            if joined and found[at - 1].kind == "comma" and not _in_list(found, group, until):
                break
            if (
                until < len(found)
                and group.end == until
                and found[until].kind in ("verb", "aux")
                and joined
            ):
                break
            if role == "of" and clause.groups:
                at = group.end
                continue
            clause.groups.setdefault(role, []).append(group)
            at, clause.end = group.end, group.end
            if (
                role == "object"
                and found[at - 1].kind == "number"
                and at < len(found)
                and found[at].kind == "sign"
            ):
                at += 1
            continue
        at += 1
    clause.adverbs += [n for n in range(clause.first, clause.verb) if found[n].kind == "adv"]
    if clause.first and found[clause.first - 1].kind == "adv":
        clause.adverbs.append(clause.first - 1)


def _in_list(found: tuple[Word, ...], group: Group, until: int) -> bool:
    """Return whether a group after a comma goes on a list that "and" or "or" closes."""
    return any(
        found[n].lower in ("and", "or") for n in range(group.start, min(until, group.start + 14))
    )
