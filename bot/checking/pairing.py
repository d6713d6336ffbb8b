"""Find facts that stand in each other's place: tokens in, reasons out.

"Imports rose 5 percent" holds two facts of "exports rose 5 percent and imports 7 percent", wrongly
paired. Each number, date and name of the claim is looked up by the words round it: where another
fact of the evidence has clearly more of them than it has itself anywhere, the two are exchanged.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

from bot.checking.matching import agreement
from bot.checking.verdict import Reason
from bot.language import polarity
from bot.language.quantities import Quantity
from bot.language.tokens import DATE, NAME, NUMBER, STOP, WORD, Token

MARGIN = 2  # by how much another fact must fit its place better
LEAST = 3  # of the weights below: what makes another fact fit at all
NEAR = 0.6  # share of a claim's content words in one sentence that makes them one statement
_EDGES = ("^", "$")  # of a sentence: they count 1, and only beside the fact
_WEIGHTS = (2, 1)  # of the nearest and the second nearest word, on each side


@dataclass(frozen=True)
class Slot:
    """A fact, or the words of one name, with the keys of the words to its left and right."""

    tokens: tuple[Token, ...]
    left: tuple[str, ...]
    right: tuple[str, ...]
    start: int  # among the content words of its sentence
    end: int

    @property
    def kind(self) -> str:
        """NUMBER, DATE or NAME."""
        return self.tokens[0].kind

    @property
    def said(self) -> str:
        """The fact as written."""
        return " ".join(token.said for token in self.tokens)

    def fits(self, other: "Slot") -> int:
        """Return how many of the words round it another slot has round it, weighted."""
        return sum(
            min(_WEIGHTS[here], _WEIGHTS[theirs.index(word)]) if word not in _EDGES else here == 0
            for mine, theirs in ((self.left, other.left), (self.right, other.right))
            for here, word in enumerate(mine)
            if word in theirs
        )


def exchanged(claim: Sequence[Token], rows: Sequence[Sequence[Token]]) -> list[Reason]:
    """Return a reason for each fact of the claim whose place is another's in the evidence.

    The other must stand in the sentence nearest to the claim, and not be where it belongs in the
    claim too: lists and sentences put together from two are no exchanges.
    """
    mine = slots(claim)
    theirs = [slot for row in rows for slot in slots(row)]
    near = max(rows, key=lambda row: _shared(claim, row))
    if _shared(claim, near) < NEAR * sum(token.kind != STOP for token in claim):
        return []
    nearest = slots(near)
    if polarity.passive(claim) != polarity.passive(near):  # the names have traded places rightly
        mine = [slot for slot in mine if slot.kind != NAME]
    found: list[Reason] = []
    for slot in mine:
        same = [other for other in theirs if _same(slot, other)]
        if not same:
            continue  # what is not there at all is found by others
        least = max(LEAST, max(slot.fits(other) for other in same) + MARGIN)
        for rival in nearest:
            if (
                rival.kind == slot.kind
                and slot.fits(rival) >= least
                and not _same(slot, rival)
                and not _left_out(slot, rival, mine, nearest)
            ):
                found.append(
                    Reason(slot.kind, f"“{slot.said}”: there the evidence has “{rival.said}”")
                )
                break
    return found


def miscounted(claim: Sequence[Token], rows: Sequence[Sequence[Token]]) -> list[Reason]:
    """Return a reason for each number that counts other things in the evidence.

    "18,300 tonnes" of "18,300 containers and 1,200 tonnes": both are there, but not together.
    """
    theirs = [pair for row in rows for pair in _counts(row)]
    found = []
    for number, thing in _counts(claim):
        things = {other.key: other for one, other in theirs if agreement(number, one)}
        if things and thing.key not in things and thing.key in {other.key for _, other in theirs}:
            said = next(iter(things.values())).said
            found.append(Reason(NUMBER, f"“{number.said} {thing.said}”: there it counts “{said}”"))
    return found


def _counts(row: Sequence[Token]) -> list[tuple[Token, Token]]:
    """Return each number with the word that follows it at once."""
    return [
        (one, other)
        for one, other in pairwise(row)
        if one.kind == NUMBER and other.kind == WORD and other.start - one.end == 1
    ]


def _left_out(slot: Slot, rival: Slot, mine: list[Slot], nearest: list[Slot]) -> bool:
    """Return whether a rival is where it belongs, or merely dropped from beside the fact."""
    here = [other for other in mine if _same(rival, other)]
    if here:
        return any(rival.fits(other) >= LEAST for other in here)
    return any(
        _same(slot, other) and (other.start == rival.end or other.end == rival.start)
        for other in nearest
    )


def _shared(claim: Sequence[Token], row: Sequence[Token]) -> int:
    held = {token.key for token in row}
    return sum(token.key in held for token in claim if token.kind != STOP)


def slots(row: Sequence[Token]) -> list[Slot]:
    """Return the facts of a sentence with the words round them; names in one piece."""
    content = [token for token in row if token.kind != STOP]
    found: list[Slot] = []
    at = 0
    while at < len(content):
        until = at + 1
        if not _is_fact(content[at]):
            at = until
            continue
        while until < len(content) and _one_name(content[until - 1], content[until]):
            until += 1
        left = ["^", "^", *(token.key for token in content[:at])][-2:][::-1]
        right = [*(token.key for token in content[until:]), "$", "$"][:2]
        found.append(Slot(tuple(content[at:until]), tuple(left), tuple(right), at, until))
        at = until
    return found


def _is_fact(token: Token) -> bool:
    weak = isinstance(token.fact, Quantity) and token.fact.weak
    return token.kind in (NUMBER, DATE, NAME) and not weak


def _one_name(token: Token, following: Token) -> bool:
    return token.kind == following.kind == NAME and 0 <= following.start - token.end <= 1


def _same(one: Slot, other: Slot) -> bool:
    """Return whether two facts are one; of names, a word in common is enough."""
    if one.kind != other.kind and NAME in (one.kind, other.kind):
        return False
    return any(agreement(a, b) > 0 for a in one.tokens for b in other.tokens)
