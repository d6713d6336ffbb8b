"""Take a sentence apart into statements: text in, who did what to whom, and how it is meant, out.

A statement is one predicate (a verb, or a form of "be" with what it says) with its roles. The
passive has the roles of the active; a shared subject belongs to each of its verbs; "which" stands
for what it refers to. "Failed to", "plans to" and "said that" are no statements of their own: they
say how the one below them is meant.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from functools import lru_cache

from bot.language import names
from bot.language.grammar import Clause, Group, clauses
from bot.language.tokens import DATE, NUMBER, Token, read
from bot.language.word_kinds import LONGEST, SMALL, TIMES, Word, words_of
from bot.language.words import lines
from index.words import stem, words

AGENT, PATIENT = "agent", "patient"
FACT = ""
DENIED, PLANNED, DEMANDED, REPORTED, HEDGED, CONDITIONAL, POSSIBLE = (
    "denied", "planned", "demanded", "reported", "hedged", "conditional", "possible"
)  # fmt: skip


def _grouped(name: str) -> dict[str, str]:
    """Return the group of each word of a list with lines of the form "group: word word"."""
    found: dict[str, str] = {}
    for line in lines(name):
        group, _, members = line.partition(":")
        for word in members.split():
            found.setdefault(word, group)
    return found


ATTITUDES = {stem(word): group for word, group in reversed(_grouped("attitudes").items())}
AMOUNTS = _grouped("amounts")  # word for word: "largely" is an amount, "large" is none
_MODALS = {
    "will": PLANNED, "would": PLANNED, "shall": PLANNED, "'ll": PLANNED, "’ll": PLANNED,
    "may": POSSIBLE, "might": POSSIBLE, "could": POSSIBLE, "should": DEMANDED, "must": DEMANDED,
    "ought": DEMANDED, "wo": PLANNED,
}  # fmt: skip
_NEGATIVE = SMALL["negative"] - {"longer"}
_NOBODY = frozenset("no none nobody nothing neither no-one zero".split())
_CONDITIONS = frozenset("if unless provided providing".split())
_TIMES = frozenset(stem(word.lower()) for word in TIMES)
_POINTING = frozenset(
    """it he she they this that these those which who whom its his her their one ones him
    them""".split()
)


@dataclass(frozen=True)
class Filler:
    """What fills a role: the key of its head, all keys of its words, those that are names.

    `amount` is how much of its kind is meant, `others` how many stand beside it in a list.
    """

    head: str
    keys: frozenset[str]
    names: frozenset[str]
    said: str
    amount: str = ""
    others: int = 0

    @property
    def unknown(self) -> bool:
        """Whether it is a word for something that another sentence names."""
        return self.head in _POINTING

    @property
    def timed(self) -> bool:
        """Whether it is a date, or a part of one; dates are compared as facts."""
        return self.head.isdigit() or self.head in _TIMES


@dataclass(frozen=True)
class Statement:
    """One predicate. `negative`: it is said not to be so; `status`: how it is said, FACT or weaker.

    `facts` are the numbers and dates said with it, `amount` how much of the time it is so.
    """

    verb: str
    negative: bool
    status: str
    why: str
    roles: dict[str, tuple[Filler, ...]] = field(hash=False)
    condition: str = ""
    facts: tuple[Token, ...] = ()
    amount: str = ""

    def fillers(self, *roles: str) -> tuple[Filler, ...]:
        """Return what fills some roles, or any."""
        wanted = roles or tuple(self.roles)
        return tuple(one for role in wanted for one in self.roles.get(role, ()))


@lru_cache(maxsize=8192)
def statements(text: str) -> tuple[Statement, ...]:
    """Return the statements of one sentence, in the order of their verbs."""
    found, made = words_of(text), clauses(text)
    facts = [token for token in read(text) if token.kind in (NUMBER, DATE)]
    extents = [_extent(found, made, number) for number in range(len(made))]
    owned: list[list[Token]] = [[] for _ in made]
    for fact in facts:
        around = [n for n, (first, last) in enumerate(extents) if first <= fact.start < last]
        if around:  # the narrowest clause round it
            owned[min(around, key=lambda n: extents[n][1] - extents[n][0])].append(fact)
    return tuple(_statement(found, made, n, tuple(owned[n])) for n in range(len(made)))


def _statement(
    found: Sequence[Word], made: Sequence[Clause], number: int, facts: tuple[Token, ...]
) -> Statement:
    """Return the statement that a clause makes; `facts` are its numbers and dates."""
    clause = made[number]
    status, why, negative = _meant(found, made, number)
    adverbs = (found[at].lower for at in clause.adverbs)
    return Statement(
        verb=clause.lemma,
        negative=(_denials(found, clause) % 2 == 1) ^ negative,
        status=status,
        why=why,
        roles=_roles(found, clause),
        condition=_condition(made, number),
        facts=facts,
        amount=next((AMOUNTS[one] for one in adverbs if one in AMOUNTS), ""),
    )


def _extent(found: Sequence[Word], made: Sequence[Clause], number: int) -> tuple[int, int]:
    """Return the first and last characters of the words that belong to a clause."""
    clause = made[number]
    starts = [group.start for groups in clause.groups.values() for group in groups]
    first = min([clause.first, *(one for one in starts if one < clause.first)])
    before = made[number - 1] if number else None
    if before is None or before.end <= first:  # what opens the sentence: "In 2019, …"
        while (
            first > 0
            and found[first - 1].kind not in ("join", "link")
            and (before is None or first > before.end)
        ):
            first -= 1
    if before is not None:
        first = max(first, before.verb + 1)
    until = made[number + 1].first if number + 1 < len(made) else len(found)
    if number + 1 < len(made):
        subject = [one.start for groups in made[number + 1].groups.values() for one in groups]
        until = min([until, *(one for one in subject if one > clause.verb)])
    return found[first].start, found[until].start if until < len(found) else LONGEST


def _denials(found: Sequence[Word], clause: Clause) -> int:
    """Return how many words of a clause turn it round: adverbs, and "no" before its nouns."""
    marks = 0
    for at in clause.adverbs:
        near = at < clause.verb or all(found[n].kind == "adv" for n in range(clause.verb + 1, at))
        after = found[at + 1].lower if at + 1 < len(found) else ""
        said = found[at].lower in _NEGATIVE and after not in ("only", "just")
        marks += near and said and "until" not in clause.groups  # "did not open until 1990": it did
    marks += "cannot" in clause.helpers
    for role in ("subject", "object"):
        groups = clause.groups.get(role, [])
        marks += bool(groups) and found[groups[0].start].lower in _NOBODY
    if clause.verb + 1 < len(found) and found[clause.verb + 1].lower == "no":
        after = found[clause.verb + 2].lower if clause.verb + 2 < len(found) else ""
        marks += after == "longer" and not clause.groups.get("object")
    return marks


def _meant(found: Sequence[Word], made: Sequence[Clause], number: int) -> tuple[str, str, bool]:
    """Return (status, the word that makes it so, whether it is denied from above)."""
    clause = made[number]
    status, why, negative = FACT, "", False
    for lower in (*clause.helpers, *(found[at].lower for at in clause.adverbs)):
        mood = _MODALS.get(lower) if lower in clause.helpers else None
        mood = mood or (HEDGED if ATTITUDES.get(stem(lower)) == HEDGED else None)
        if mood:
            status, why = mood, lower
    here, steps = clause, 0
    while here.above is not None and here.link in ("to", "that", "ing", "whether") and steps < 4:
        above = made[here.above]
        if above.verb > here.verb:
            break
        between = [above.lemma.split()[0], *(one.lower for one in found[above.verb : here.first])]
        if here.link in ("that", "whether"):
            between = between[:2]
        for group, said in _attitudes(above, between):
            if group == DENIED:
                negative, why = not negative, said
            else:
                status, why = group, said
            break
        if above.lemma == "have" and "yet" in between:
            negative, why = not negative, "has yet to"
        elif _denials(found, above) % 2 and here.link == "to":
            negative = not negative
        here, steps = above, steps + 1
    return status, why, negative


def _attitudes(above: Clause, between: Sequence[str]) -> Iterator[tuple[str, str]]:
    for lower in (above.lemma.replace(" ", "_"), *between):
        if group := ATTITUDES.get(stem(lower)):
            yield group, lower


def _condition(made: Sequence[Clause], number: int) -> str:
    """Return the word that makes a clause depend on a condition, if one does."""
    for other, clause in enumerate(made):
        before = other + 1 == number and made[number].link not in _CONDITIONS | {"to", "who"}
        if clause.link in _CONDITIONS and (clause.above == number or before):
            return clause.link
    return ""


def _roles(found: Sequence[Word], clause: Clause) -> dict[str, tuple[Filler, ...]]:
    roles: dict[str, tuple[Filler, ...]] = {}
    for role, groups in clause.groups.items():
        name = {"subject": AGENT, "object": PATIENT}.get(role, role)
        fillers = tuple(_filler(found, one, len(groups) - 1) for one in groups)
        if role == "by" and clause.passive and not any(_is_time(found, one) for one in groups):
            name = AGENT
        roles[name] = roles.get(name, ()) + fillers
    return roles


def _is_time(found: Sequence[Word], group: Group) -> bool:
    return found[group.head].kind == "number" or found[group.head].said in TIMES


def _filler(found: Sequence[Word], group: Group, others: int) -> Filler:
    end = group.end
    if _all_but(found, end):  # "all but one of its crossings"
        end += 2
    while end + 1 < len(found) and found[end].lower == "of":  # "the president of France"
        end += 2
        while end < len(found) and found[end].kind in ("det", "noun", "name", "number", "own"):
            end += 1
    words_in = found[group.start : end]
    content = [one for one in words_in if one.kind in ("noun", "name", "number", "verb")]
    said = " ".join(one.said for one in words_in)
    known = frozenset(key(one) for one in content if one.kind == "name") | _other_names(said)
    keys = (frozenset(map(key, content)) or frozenset({key(found[group.head])})) | known
    amount = _amount(found, group)
    head = found[group.head]
    if amount and end > group.end and content:  # "three of the four ships" are ships
        head = content[-1]
    return Filler(key(head), keys, known, said, amount, others)


def _all_but(found: Sequence[Word], end: int) -> bool:
    """Return whether "but one of" follows."""
    following = [one.lower for one in found[end : end + 3]]
    return len(following) == 3 and following[0] in ("but", "except") and following[2] == "of"


def _other_names(said: str) -> frozenset[str]:
    """Return the keys of names that are written in several ways, and the acronyms of long ones."""
    aliases = (names.alias(match.group()) for match in names.ALIAS.finditer(said))
    return frozenset(filter(None, aliases)) | frozenset(names.acronyms(said.split()))


def key(word: Word) -> str:
    """Return the key under which forms of a word meet."""
    bare = words(word.said)
    return stem(bare[0]) if len(bare) == 1 else "".join(bare) or word.lower


def _amount(found: Sequence[Word], group: Group) -> str:
    """Return how much of its kind a noun means: a group of amounts, "only", "one of", or ""."""
    inside = [one.lower for one in found[group.start : group.head + 1]]
    before = found[group.start - 1].lower if group.start else ""
    if before == "only" or "only" in inside:
        return "only"
    following = found[group.end].lower if group.end < len(found) else ""
    small = found[group.head].kind == "number" or inside[-1] in _COUNTED
    if following == "of" and small:
        return "one of"
    amount = next((AMOUNTS[one] for one in inside if one in AMOUNTS), "")
    if amount == "all" and following in ("but", "except"):  # "all but one of its crossings"
        return "most"
    return "some" if amount == "all" and before == "not" else amount


_COUNTED = frozenset("one two three four five six seven eight nine ten half".split())
