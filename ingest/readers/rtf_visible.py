"""Take the text that rich text hides out of its source: hidden, deleted, tiny or white on white.

The source is read as RTF defines it: groups in braces inherit the state around them, control words
change it. What is left is rich text again, for a library to read.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace

from ingest.readers.styles import WHITE, Colour, near

_TOKEN = re.compile(
    r"\\([a-z]{1,32})(-?\d{1,10})? ?|\\'([0-9a-fA-F]{2})|\\([^a-z])|([{}])|[^\\{}]+"
)
_COLOUR = re.compile(r"(?:\\red(\d+))?(?:\\green(\d+))?(?:\\blue(\d+))?[^;]*;")
_TINY = 4  # half points; smaller type cannot be read
_BEYOND = 12_000  # twips to the side, more than a page is wide
_NEUTRAL = frozenset("par line page sect tab row cell".split())  # stay where their text goes


@dataclass(frozen=True)
class _State:
    hidden: bool = False
    deleted: bool = False
    size: int = 24  # half points
    ink: int = 0  # places in the table of colours
    ground: int = 0
    indent: int = 0  # twips


def without_hidden(source: str) -> tuple[str, str]:
    """Return the source without hidden text, and that text."""
    colours = _colours(source)
    kept: list[str] = []
    hidden: list[str] = []
    states = [_State()]
    for token in _TOKEN.finditer(source):
        word, value, code, sign, brace = token.groups()
        if brace:
            states = [*states, states[-1]] if brace == "{" else states[:-1] or [_State()]
        elif word:
            states[-1] = _after(states[-1], word, int(value) if value else None)
        elif _is_hidden(states[-1], colours) and sign not in ("*", "\n", "\r"):
            hidden.append(bytes.fromhex(code).decode("cp1252", "replace") if code else token[0])
            continue
        if word in _NEUTRAL and _is_hidden(states[-1], colours):
            hidden.append(" ")
        kept.append(token[0])
    return "".join(kept), "".join(hidden)


def _after(state: _State, word: str, value: int | None) -> _State:
    """Return the state behind a control word; a missing value is on, or the default."""
    if word == "plain":
        return _State(indent=state.indent)
    if word == "pard":
        return replace(state, indent=0)
    if word == "v":
        return replace(state, hidden=value != 0)
    if word == "deleted":
        return replace(state, deleted=value != 0)
    if word == "fs":
        return replace(state, size=24 if value is None else value)
    if word == "cf":
        return replace(state, ink=value or 0)
    if word in ("cb", "chcbpat", "highlight"):
        return replace(state, ground=value or 0)
    if word in ("li", "fi", "lin"):
        return replace(state, indent=value or 0)
    return state


def _is_hidden(state: _State, colours: dict[int, Colour]) -> bool:
    if state.hidden or state.deleted or state.size <= _TINY or abs(state.indent) >= _BEYOND:
        return True
    ink = colours.get(state.ink)
    return ink is not None and near(ink, colours.get(state.ground, WHITE))


def _colours(source: str) -> dict[int, Colour]:
    """Return the colours of the table that the document states by their places."""
    table = re.search(r"\{\\colortbl([^{}]{0,20000})\}", source)
    return dict(_stated(table[1])) if table else {}


def _stated(table: str) -> Iterator[tuple[int, Colour]]:
    for place, found in enumerate(_COLOUR.finditer(re.sub(r"\s+", "", table))):
        if any(found.groups()):
            red, green, blue = (min(255, int(each or 0)) for each in found.groups())
            yield place, (red, green, blue)
