"""Tell what kind of fact a change of words touches: number, date, name or negation, if any.

By the tables with which claims are checked (bot/language/facts.py, bot/language/polarity.py).
"""

from bot.audit.findings import Kind
from bot.audit.said import Change
from bot.language import polarity
from bot.language.facts import DATE, NAME, NUMBER, Token, read

_KINDS = {NUMBER: Kind.NUMBER, DATE: Kind.DATE, NAME: Kind.NAME}


def kinds(change: Change) -> list[Kind]:
    """Return the kinds of fact that differ between the old words and the new ones."""
    old, new = _read(change.old), _read(change.new)
    found = [
        kind
        for token, kind in _KINDS.items()
        if {one.key for one in old if one.kind == token}
        != {one.key for one in new if one.kind == token}
    ]
    turned = any(polarity.opposite(one, other) for one in old for other in new)
    if turned or _negations(old) != _negations(new):
        found.append(Kind.NEGATION)
    return found


def _read(words: str) -> tuple[Token, ...]:
    """Return the tokens of words from the midst of a sentence: capitals there are a name's."""
    return read(f"of {words}")[1:] if words else ()


def _negations(tokens: tuple[Token, ...]) -> int:
    return sum(map(polarity.is_negation, tokens))
