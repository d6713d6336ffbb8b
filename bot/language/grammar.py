"""Cut an English sentence into clauses: text in, verbs with what stands before and after them out.

Rules over small words (wordlists/small_words.txt), verbs and their forms; no model. A clause is one
verb with its helpers. Its subject is the nearest group of nouns before it that no preposition
governs; clauses joined by "and" share a subject, "who" and "which" stand for what they follow, and
what "to" leads on to has the subject of the verb before. Where a word may be noun or verb, its
neighbours and the verbs found so far decide.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from functools import lru_cache

from bot.language.words import lines
from index.dates import MONTHS

LONGEST = 1200  # characters of a sentence that are read; a longer one is a table or a list
_TOKEN = re.compile(
    r"[^\W_]+(?=n['’]t\b)|n['’]t\b|['’](?:s|ll|re|ve|d)\b|\d+(?:[.,]\d+)*%?|[$€£]"
    r"|[^\W_]+(?:[.&-](?=[^\W_])[^\W_]+)*|[^\w\s]"
)
_COMMON = tuple(
    """ment tion sion ity ness ship age ance ence ing s ure out put ism men people ice ort est ght
    al er""".split()
)
BASE, FINITE, PAST, PARTICIPLE, ING = "base", "s", "past", "participle", "ing"


@dataclass(frozen=True)
class Word:
    """One word or mark; `kind` is verb, aux, name, noun, number, det, prep, adv and the like."""

    said: str
    lower: str
    kind: str
    start: int


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


def _grouped(name: str) -> dict[str, frozenset[str]]:
    found = {}
    for line in lines(name):
        group, _, members = line.partition(": ")
        found[group] = frozenset(members.split())
    return found


SMALL = _grouped("small_words")
_BE = frozenset("be is are was were been being am 's".split())
_HAVE = frozenset("have has had having".split())
_MODALS = frozenset(
    "will would shall should can could may might must ought cannot 'll ’ll do does did".split()
)
TIMES = frozenset(MONTHS) | frozenset(
    "Monday Tuesday Wednesday Thursday Friday Saturday Sunday".split()
)


def _forms() -> dict[str, tuple[str, str]]:
    """Return (base, form) of every form that is known for certain to be a verb's."""
    found: dict[str, tuple[str, str]] = {}
    for line in lines("irregular_verbs"):
        base, past, *rest = line.split()
        for participle in rest or [past]:
            found.setdefault(participle, (base, PARTICIPLE))
        found[past] = (base, PAST)
        found.setdefault(base, (base, BASE))
    return found


_FORMS = _forms()
# Pasts that are no participles ("took"): they never stand before a noun like an adjective.
_PURE_PAST = frozenset(
    word for word, (base, form) in _FORMS.items()
    if form == PAST and any(b == base and f == PARTICIPLE for b, f in _FORMS.values())
)  # fmt: skip
_BASES = (
    frozenset(_FORMS)
    | SMALL["verb"]
    | frozenset(
        word
        for name in ("verbs", "opposites")
        for line in lines(name)
        if not line.startswith("=")
        for word in line.replace("|", " ").split()
    )
)


@lru_cache(maxsize=32_768)
def verb_form(lower: str) -> tuple[str, str] | None:
    """Return (base, form) of a word that may be a verb; None for one that is none."""
    if lower in _FORMS:
        return _FORMS[lower]
    if lower.endswith("ed") and len(lower) > 4 and lower not in SMALL["noun_in_ed"]:
        return _base(lower, "ed"), PAST
    if lower.endswith("ing") and len(lower) > 5 and lower not in SMALL["noun_in_ing"]:
        return _base(lower, "ing"), ING
    if lower.endswith("s") and not lower.endswith("ss"):
        for base in (lower[:-1], lower[:-2], f"{lower[:-3]}y"):
            if base in _BASES and (base != lower[:-2] or lower.endswith("es")):
                return base, FINITE
    return (lower, BASE) if lower in _BASES else None


def _base(lower: str, ending: str) -> str:
    bare = lower.removesuffix(ending)
    doubled = bare[:-1] if bare[-1:] == bare[-2:-1] and bare[-1:] not in "lsz" else bare
    choices = (f"{bare}e", bare, doubled, f"{bare[:-1]}y" if bare.endswith("i") else bare)
    return next((one for one in choices if one in _BASES), doubled)


@lru_cache(maxsize=8192)
def words_of(text: str) -> tuple[Word, ...]:
    """Return the words of a sentence with their kinds."""
    found: list[Word] = []
    matches = list(_TOKEN.finditer(text[:LONGEST]))
    for at, match in enumerate(matches):
        said = match.group()
        found.append(Word(said, said.lower(), _small_kind(said, opens=at == 0), match.start()))
    return tuple(_verbs(found))


def _small_kind(said: str, *, opens: bool) -> str:
    lower = said.lower()
    if not said[0].isalnum() and not lower.startswith(("'", "’", "n'", "n’")):
        return (
            "comma"
            if said == ","
            else "join"
            if said in ";:"
            else "sign"
            if said in "$€£%"
            else "mark"
        )
    if said[0].isdigit():
        return "number"
    if lower in ("'s", "’s"):
        return "own"
    for group, kind in (
        ("auxiliary", "aux"), ("determiner", "det"), ("negative", "adv"), ("joining", "join"),
        ("pronoun", "pron"), ("preposition", "prep"), ("linking", "link"), ("adverb", "adv"),
    ):  # fmt: skip
        if lower in SMALL[group] and not (said[0].isupper() and not opens and group == "auxiliary"):
            if said.isupper() and len(said) > 1:
                break
            return "to" if lower == "to" else kind
    if said[0].isupper() and not opens:
        return "name"
    if lower.endswith("ly") and len(lower) > 4 and lower not in _BASES:
        return "adv"
    return "noun"


def _verbs(found: list[Word]) -> list[Word]:
    """Mark the verbs: first those that are certain, then those that a clause still lacks."""
    _settle_that(found)
    for sure in (True, False):
        for at, word in enumerate(found):
            if word.kind in ("noun", "name") and _is_verb(found, at, sure=sure):
                found[at] = replace(word, kind="verb")
    if found and _opens_with_name(found):
        found[0] = replace(found[0], kind="name")
    return found


def _settle_that(found: list[Word]) -> None:
    """Tell "said that it", "the plan that failed" and "that plan" apart."""
    for at, word in enumerate(found[:-1]):
        if word.lower == "no" and found[at + 1].lower == "longer":
            found[at] = replace(word, kind="adv")
        if word.lower in ("provided", "providing") and found[at + 1].lower != "that":
            found[at] = replace(word, kind="noun")  # a verb, perhaps
        if word.lower != "that" or at == 0:
            continue
        before, after = found[at - 1], found[at + 1]
        if after.kind in ("aux", "verb") or (after.kind == "adv" and before.kind == "noun"):
            found[at] = replace(word, kind="pron")
        elif verb_form(before.lower) or after.kind in ("pron", "det", "name"):
            found[at] = replace(word, kind="link")


def _opens_with_name(found: list[Word]) -> bool:
    """Return whether the first word is a name: alone before a verb, or before another name."""
    first, after = found[0], found[1] if len(found) > 1 else None
    if first.kind != "noun" or not first.said[0].isupper() or after is None:
        return False
    if after.kind == "name" or first.said.isupper():
        return True
    alone = after.kind in ("verb", "aux", "own", "join", "comma", "adv")
    return alone and not first.lower.endswith(_COMMON)


def _is_verb(found: list[Word], at: int, *, sure: bool) -> bool:
    word = found[at]
    form = verb_form(word.lower)
    if form is None or (word.said[0].isupper() and at > 0):
        return False
    back = next((n for n in range(at - 1, -1, -1) if found[n].kind != "adv"), -1)
    before = found[back] if back >= 0 else None
    after = found[at + 1] if at + 1 < len(found) else None
    kind = before.kind if before else "start"
    if kind == "to":
        return form[1] == BASE and not (after and after.lower in ("of", "for") and not sure)
    if before and before.kind == "aux":
        if before.lower in _MODALS:
            return form[1] == BASE or form[0] == word.lower
        return (
            form[1] in (PAST, PARTICIPLE, ING) or _FORMS.get(word.lower, ("", ""))[0] == word.lower
        )
    if form[1] in (PAST, PARTICIPLE):
        if kind in ("noun", "name", "number", "pron", "comma", "join", "mark", "verb", "sign"):
            if word.lower in _PURE_PAST:
                return True
            return not (kind in ("comma", "join", "mark") and _modifies(found, at))
        return (
            kind == "link" and before is not None and before.lower in ("as", "when", "once", "if")
        )
    if form[1] == ING:
        return kind in ("prep", "comma", "noun", "name", "link", "verb") and _goes_on(after)
    if sure:
        return False
    if (
        form[1] == FINITE
        and after
        and after.kind == "noun"
        and (verb_form(after.lower) or ("", ""))[1] == BASE
    ):
        return False  # "African states support"
    if kind not in ("noun", "name", "pron", "comma", "join", "number", "mark") or not _goes_on(
        after
    ):
        return False
    return not _has_verb(found, at) and _number_fits(before, form[1], kind)


def _number_fits(before: Word | None, form: str, kind: str) -> bool:
    """Return whether "they" is followed by "support", "it" by "supports"."""
    if before is None or kind in ("comma", "join", "mark", "name", "number"):
        return True
    plural = before.lower in (
        "they",
        "we",
        "i",
        "you",
        "who",
        "which",
        "these",
        "those",
        "people",
    ) or (before.lower.endswith("s") and not before.lower.endswith("ss"))
    return plural == (form == BASE) or before.lower in ("who", "which", "that", "all", "some")


def _modifies(found: list[Word], at: int) -> bool:
    """Return whether a participle stands before its noun: "new, improved rules"."""
    after = found[at + 1] if at + 1 < len(found) else None
    return bool(after and after.kind == "noun" and not verb_form(after.lower))


def _goes_on(after: Word | None) -> bool:
    """Return whether what follows may follow a verb."""
    return after is None or (after.kind not in ("verb", "aux") and after.lower != "of")


def _has_verb(found: list[Word], at: int) -> bool:
    """Return whether the clause round a word has a verb already."""
    for step in (-1, 1):
        there = at + step
        while 0 <= there < len(found) and found[there].kind not in (
            "comma",
            "join",
            "mark",
            "link",
        ):
            if found[there].kind in ("verb", "aux") and found[there].kind != "to":
                back = found[there - 1].kind if there else ""
                if back != "to" and verb_form(found[there].lower) != (found[there].lower, ING):
                    return True
            there += step
    return False


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
        passive = bool(auxes) and auxes[-1] in _BE and found[last].kind == "verb" and form != ING
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
        if above.lemma == "be":  # "were unable to agree"
            own = []
        clause.groups[role] = own or list(
            above.groups.get("object" if above.passive else "subject", [])
        )
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
    if after is None or after.kind not in ("prep", "to") or found[clause.verb].lower in _PURE_PAST:
        return False
    follows = made[number + 1] if number + 1 < len(made) else None
    if found[clause.first - 1].kind == "comma":
        return bool(follows) and any(
            n.kind == "comma" for n in found[clause.verb : follows.first if follows else 0]
        )
    if clause.above is not None and not clause.link:
        return True
    return after.lower == "by" or (
        follows is not None
        and found[follows.first - 1].kind in ("noun", "name", "number")
        and not any(
            n.kind in ("comma", "join", "link", "to") for n in found[clause.verb : follows.first]
        )
        and (verb_form(found[follows.verb].lower) or ("", ""))[1] in (PAST, FINITE)
    )


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
