"""Read requests from a JSON Lines file: one object a line, in order, bad lines named.

Knows the request's keys and nothing of what is done with them.
"""

import json
import sys
from collections.abc import Iterable, Iterator, Mapping
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


@dataclass(frozen=True)
class Row:
    """One line of a JSON Lines file as an object; `fault` says why it is none."""

    where: str  # "line 3"
    fields: Mapping[str, Any]
    fault: str | None = None


def lines(source: str) -> Iterator[Line]:
    """Yield the requests of a file, or of standard input for "-"; raise UsageError without one."""
    for row in rows(source, "{'question': …}"):
        yield _line(row)


def rows(source: str, form: str) -> Iterator[Row]:
    """Yield the objects of a file, or of standard input for "-"; `form` shows how one looks.

    Raises UsageError where the file cannot be read.
    """
    if source == "-":
        if isinstance(sys.stdin, TextIOWrapper):
            sys.stdin.reconfigure(encoding="utf-8-sig", errors="surrogateescape")
        yield from _numbered(sys.stdin, form)
        return
    try:
        with Path(source).open(encoding="utf-8-sig", errors="surrogateescape") as stream:
            yield from _numbered(stream, form)
    except OSError as error:
        raise UsageError(f"--batch {source}: {error.strerror}; name a JSON Lines file") from error


def sound(text: str) -> str:
    """Return text with every half of a character that cannot be written replaced by "?"."""
    return text.encode("utf-8", "replace").decode()


def _numbered(stream: Iterable[str], form: str) -> Iterator[Row]:
    for number, line in enumerate(stream, 1):
        if line.strip():
            yield _row(line, f"line {number}", form)


def _row(line: str, where: str, form: str) -> Row:
    def faulty(reason: str) -> Row:
        return Row(where, {}, f"{where}: {reason}")

    if line != sound(line):
        return faulty("not UTF-8; save the requests as UTF-8")
    try:
        found = json.loads(line)
    except json.JSONDecodeError as error:
        return faulty(f"not JSON ({error.msg}); write one object a line")
    except RecursionError:
        return faulty("not JSON (nested without end); write plain objects")
    return Row(where, found) if isinstance(found, dict) else faulty(f"not an object; write {form}")


def _line(row: Row) -> Line:
    if row.fault:
        return Line(None, "", fault=row.fault)
    request_id = row.fields.get("id")
    question, turns = row.fields.get("question"), row.fields.get("conversation") or []
    if not isinstance(question, str):
        return Line(request_id, "", fault=f"{row.where}: no text under the key 'question'")
    if not isinstance(turns, list) or not all(isinstance(turn, str) for turn in turns):
        return Line(request_id, "", fault=f"{row.where}: 'conversation' is not a list of texts")
    return Line(request_id, sound(question), tuple(map(sound, turns)))
