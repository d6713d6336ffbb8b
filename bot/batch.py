"""Read requests from a JSON Lines file: one object a line, in order, bad lines named.

Knows the request's keys and nothing of what is done with them.
"""

import json
import sys
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from io import TextIOWrapper
from pathlib import Path
from typing import Any

from index.errors import UsageError


@dataclass(frozen=True)
class Line:
    """One request. `fault` says what is wrong with the line, and the rest is then empty."""

    id: Any
    question: str
    turns: tuple[str, ...] = ()
    fault: str | None = None


def lines(source: str) -> Iterator[Line]:
    """Yield the requests of a file, or of standard input for "-"; raise UsageError without one."""
    if source == "-":
        if isinstance(sys.stdin, TextIOWrapper):
            sys.stdin.reconfigure(encoding="utf-8-sig", errors="surrogateescape")
        yield from _numbered(sys.stdin)
        return
    try:
        with Path(source).open(encoding="utf-8-sig", errors="surrogateescape") as stream:
            yield from _numbered(stream)
    except OSError as error:
        raise UsageError(f"--batch {source}: {error.strerror}; name a JSON Lines file") from error


def _numbered(stream: Iterable[str]) -> Iterator[Line]:
    for number, line in enumerate(stream, 1):
        if line.strip():
            yield _parsed(line, f"line {number}")


def sound(text: str) -> str:
    """Return text with every half of a character that cannot be written replaced by "?"."""
    return text.encode("utf-8", "replace").decode()


def _parsed(line: str, where: str) -> Line:
    if line != sound(line):
        return Line(None, "", fault=f"{where}: not UTF-8; save the requests as UTF-8")
    try:
        request = json.loads(line)
    except json.JSONDecodeError as error:
        return Line(None, "", fault=f"{where}: not JSON ({error.msg}); write one object a line")
    except RecursionError:
        return Line(None, "", fault=f"{where}: not JSON (nested without end); write plain objects")
    if not isinstance(request, dict):
        return Line(None, "", fault=f"{where}: not an object; write {{'question': …}}")
    question, turns = request.get("question"), request.get("conversation") or []
    if not isinstance(question, str):
        return Line(request.get("id"), "", fault=f"{where}: no text under the key 'question'")
    if not isinstance(turns, list) or not all(isinstance(turn, str) for turn in turns):
        return Line(request.get("id"), "", fault=f"{where}: 'conversation' is not a list of texts")
    return Line(request.get("id"), sound(question), tuple(map(sound, turns)))
