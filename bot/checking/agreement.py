"""Say how well two tokens of a kind agree: numbers by value and unit, dates by parts, names by key.

0 is disagreement, 0.5 rough agreement, 1 the same.
"""

from bot.language import dates, quantities
from bot.language.dates import Moment
from bot.language.facts import NAME, Token
from bot.language.quantities import Quantity

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


def _bare_value(fact: Quantity | Moment) -> float | None:
    if isinstance(fact, Quantity):
        return fact.value if not fact.unit and not fact.ordinal else None
    return fact.year if fact.month is None and not fact.span else -1.0
