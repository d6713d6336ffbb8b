"""Give the facts of a claim the keys of those in the evidence that say the same: tokens to tokens.

"2024" meets "March 12, 2024", "12 March 2024" meets "2024-03-12", and an acronym meets the words
that it stands for, whichever of the two texts has the acronym.
"""

from collections.abc import Sequence
from dataclasses import replace
from itertools import pairwise

from bot.language import dates, names, polarity, quantities
from bot.language.dates import Moment
from bot.language.quantities import Quantity
from bot.language.tokens import DATE, NAME, NUMBER, STOP, WORD, Token

_PLACED = frozenset("in at near from to into around outside through".split())
STEM = 5  # letters in which "Belarus" and "Belarusian" agree


def agreement(one: Token, other: Token) -> float:
    """Return how well a token of the claim agrees with one of the evidence, in {0, 0.5, 1}."""
    mine, theirs = one.fact, other.fact
    if isinstance(mine, Quantity) and isinstance(theirs, Quantity):
        return quantities.agreement(mine, theirs)
    if isinstance(mine, Moment) and isinstance(theirs, Moment):
        return dates.agreement(mine, theirs)
    if mine is not None and theirs is not None:  # "2014", read as a year here, as a number there
        return float(_bare_value(mine) == _bare_value(theirs))
    if mine is None and theirs is None and NAME in (one.kind, other.kind):
        return float(same_name(one.key, other.key))
    return 0.0


def same_name(one: str, other: str) -> bool:
    """Return whether two keys may be one name with different endings."""
    return one == other or (min(len(one), len(other)) >= STEM and one[:STEM] == other[:STEM])


def same_nation(one: str, other: str) -> bool:
    """Return whether two keys are a country, its people or its capital, of the same country."""
    return one in names.NATIONS and names.NATIONS[one] == names.NATIONS.get(other)


def _bare_value(fact: Quantity | Moment) -> float | None:
    if isinstance(fact, Quantity):
        return fact.value if not fact.unit and not fact.ordinal else None
    return fact.year if fact.month is None and not fact.span else -1.0


Row = Sequence[Token]


def matched(claim: Row, rows: Sequence[Row]) -> tuple[Token, ...]:
    """Return the claim's tokens with the evidence's keys where a fact is the same."""
    held = [token for row in rows for token in row if token.kind != STOP]
    keys = {token.key for token in held}
    found = [
        _like(token, held) if token.kind in (NUMBER, DATE) and token.key not in keys else token
        for token in _shortened(claim, keys)
    ]
    found = [_in_sense(token, held, keys) for token in found]
    found = [
        _of_nation(token, before, held, keys)
        for before, token in pairwise([None, *found])
        if token is not None
    ]
    absent = {token.key for token in found if token.kind == NAME} - keys
    if absent:
        last: dict[str, str] = {}
        for row in rows:
            runs = names.acronyms([token.said for token in row])
            last |= {key: row[end - 1].key for key, (_, end) in runs.items() if key in absent}
        found = [replace(token, key=last.get(token.key, token.key)) for token in found]
    return tuple(found)


def _in_sense(token: Token, held: Row, keys: set[str]) -> Token:
    """Return a word with the key of one of the evidence that has the same sense by the table."""
    if token.kind != WORD or token.key in keys:
        return token
    said = token.said.lower()
    same = (one for one in held if one.kind == WORD and polarity.same_sense(said, one.said.lower()))
    other = next(same, None)
    return replace(token, key=other.key) if other else token


def _of_nation(token: Token, before: Token | None, held: Row, keys: set[str]) -> Token:
    """Return a country, people or capital with the key of another word for it in the evidence.

    A capital as a place ("in Paris") is not its country; a country is said by its capital.
    """
    nation = names.NATIONS.get(token.key)
    placed = token.key in names.CAPITALS and before is not None and before.said.lower() in _PLACED
    if nation is None or token.key in keys or placed:
        return token
    other = next((one for one in held if names.NATIONS.get(one.key) == nation), None)
    return replace(token, key=other.key) if other else token


def _like(token: Token, held: Row) -> Token:
    """Return a number or date with the key of the first that says all of it, or most with others.

    A date may be put together: "May 7" in one sentence, "2018" in the next.
    """
    agree = [(agreement(token, other), other) for other in held]
    near = [other for degree, other in agree if degree > 0]
    same = next((other for degree, other in agree if degree == 1), None)
    if same is None and _put_together(token, near, held):
        same = near[0]
    return replace(token, key=same.key) if same else token


def _put_together(token: Token, near: Row, held: Row) -> bool:
    """Return whether several dates of the evidence say together what a date of the claim says.

    The one year that the evidence names, in a title for instance, is that of its days.
    """
    if not isinstance(token.fact, Moment) or token.fact.fiscal or not near:
        return False
    left = {part for part in enumerate(token.fact.parts) if part[1] is not None}
    for other in near:
        if isinstance(other.fact, Moment):
            left -= set(enumerate(other.fact.parts))
    years = {one.fact.year for one in held if isinstance(one.fact, Moment)} - {None}
    return not left or (left == {(0, token.fact.year)} and years == {token.fact.year})


def _shortened(claim: Row, keys: set[str]) -> list[Token]:
    """Return the tokens with spelled-out names as one, where the evidence has their acronym."""
    runs = names.acronyms([token.said for token in claim])
    for acronym, (start, end) in sorted(runs.items(), key=lambda run: -run[1][1]):
        if acronym in keys and acronym not in {token.key for token in claim}:
            words = claim[start:end]
            if all(token.key not in keys for token in words if token.kind == NAME):
                said = " ".join(token.said for token in words)
                one = Token(acronym, NAME, words[0].start, words[-1].end, said)
                claim = [*claim[:start], one, *claim[end:]]
    return list(claim)
