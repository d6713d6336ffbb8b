"""Find facts given to the wrong member of a list or row of a table: tokens in, reasons out.

"Law and Justice won 194 seats, Civic Coalition 157 and Third Way 65" pairs each name with the
number after it; "rose by 2.3, 2.5 and 2.7 percent respectively" pairs them in order; a row of a
table pairs its first cell with all others.
"""

from collections.abc import Iterator, Sequence

from bot.checking.matching import agreement
from bot.checking.pairing import Slot, slots
from bot.checking.verdict import Reason
from bot.language.quantities import Quantity
from bot.language.tokens import NAME, NUMBER, Token

Row = Sequence[Token]
Pairs = list[tuple[list[Slot], list[Slot]]]


def misplaced(claim: Row, rows: Sequence[Row], pieces: Sequence[str]) -> tuple[list[Reason], bool]:
    """Return a reason for each number of a claim that belongs to another name of a list.

    The second value tells whether a list or table bears the claim's numbers out.
    """
    mine = _pairs(claim)
    found: list[Reason] = []
    borne = False
    for row, piece in zip(rows, pieces, strict=True):
        theirs = _cells(row) if piece.startswith("|") else _pairs(row)
        if piece.startswith("|"):
            table = [one for one, text in zip(rows, pieces, strict=True) if text.startswith("|")]
            theirs += [pair for one in table if one is not row for pair in _cells(one)]
        if len(theirs) < 2:
            continue
        for names, numbers in mine:
            own = [pair for pair in theirs if _named(names, pair[0])]
            for number in numbers:
                if not own:
                    continue
                right = any(_agrees(number, one) for _, held in own for one in held)
                other = next(
                    (pair for pair in theirs if any(_agrees(number, one) for one in pair[1])), None
                )
                borne = borne or right
                if other and not right:
                    there = " ".join(slot.said for slot in other[0])
                    found.append(
                        Reason("number", f"“{number.said}”: the evidence says so of “{there}”")
                    )
    return ([] if borne else list(dict.fromkeys(found))), borne


def _pairs(row: Row) -> Pairs:
    """Return the names of a sentence with the numbers that follow each, before the next name."""
    facts = [slot for slot in slots(row) if slot.kind in (NAME, NUMBER)]
    if any(token.said.lower() == "respectively" for token in row):
        names = [slot for slot in facts if slot.kind == NAME]
        numbers = [slot for slot in facts if slot.kind == NUMBER]
        if len(names) == len(numbers):
            return [([a], [b]) for a, b in zip(names, numbers, strict=True)]
    found: Pairs = []
    for slot in facts:
        if slot.kind == NAME and (not found or found[-1][1]):
            found.append(([slot], []))
        elif slot.kind == NAME:
            found[-1][0].append(slot)
        elif found:
            found[-1][1].append(slot)
    return [pair for pair in found if pair[1]]


def _cells(row: Row) -> Pairs:
    """Return the first cell of a row of a table with its numbers."""
    facts = [slot for slot in slots(row) if slot.kind in (NAME, NUMBER)]
    names = [slot for slot in facts if slot.kind == NAME and slot.start == 0] or [
        slot for slot in facts if slot.kind == NAME
    ][:1]
    numbers = [slot for slot in facts if slot.kind == NUMBER]
    return [(names, numbers)] if names and numbers else []


def _named(mine: Sequence[Slot], theirs: Sequence[Slot]) -> bool:
    return any(set(_keys([a])) == set(_keys([b])) or set(_keys(mine)) == set(_keys(theirs))
               for a in mine for b in theirs)  # fmt: skip


def _keys(found: Sequence[Slot]) -> Iterator[str]:
    return (token.key for slot in found for token in slot.tokens)


def _agrees(mine: Slot, other: Slot) -> bool:
    """Return whether two numbers agree; a number of a list may lack its unit."""
    a, b = mine.tokens[0], other.tokens[0]
    if agreement(a, b):
        return True
    bare = isinstance(a.fact, Quantity) and isinstance(b.fact, Quantity) and not b.fact.unit
    return bare and abs(a.fact.value) == abs(b.fact.value)  # type: ignore[union-attr]
