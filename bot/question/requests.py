"""Read what is asked: a JSON Lines file of requests, in order, its filters, and who asks.

Command line, REST and MCP read the same filters and refuse the same faults, each by the names that
its own parameters have.
"""

import getpass
import json
import sys
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from io import TextIOWrapper
from pathlib import Path
from typing import Any

from index.dates import is_iso
from index.errors import UsageError
from index.library import Library
from index.passage import split_version
from index.vectors.snapshot import Filters


@dataclass(frozen=True)
class BatchRequest:
    """One request. `fault` says what is wrong with the line, and the rest is then empty."""

    id: Any
    question: str
    turns: tuple[str, ...] = ()
    fault: str | None = None


@dataclass(frozen=True)
class JsonLine:
    """One line of a JSON Lines file as an object; `fault` says why it is none."""

    where: str  # "line 3"
    fields: Mapping[str, Any]
    fault: str | None = None


def lines(source: str) -> Iterator[BatchRequest]:
    """Yield the requests of a file, or of standard input for "-"; raise UsageError without one."""
    for row in rows(source, "{'question': …}"):
        yield _line(row)


def rows(source: str, form: str) -> Iterator[JsonLine]:
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


def _numbered(stream: Iterable[str], form: str) -> Iterator[JsonLine]:
    for number, line in enumerate(stream, 1):
        if line.strip():
            yield _row(line, f"line {number}", form)


def _row(line: str, where: str, form: str) -> JsonLine:
    def faulty(reason: str) -> JsonLine:
        return JsonLine(where, {}, f"{where}: {reason}")

    if line != sound(line):
        return faulty("not UTF-8; save the requests as UTF-8")
    try:
        found = json.loads(line)
    except json.JSONDecodeError as error:
        return faulty(f"not JSON ({error.msg}); write one object a line")
    except RecursionError:
        return faulty("not JSON (nested without end); write plain objects")
    return (
        JsonLine(where, found)
        if isinstance(found, dict)
        else faulty(f"not an object; write {form}")
    )


def _line(row: JsonLine) -> BatchRequest:
    if row.fault:
        return BatchRequest(None, "", fault=row.fault)
    request_id = row.fields.get("id")
    question, turns = row.fields.get("question"), row.fields.get("conversation") or []
    if not isinstance(question, str):
        return BatchRequest(request_id, "", fault=f"{row.where}: no text under the key 'question'")
    if not isinstance(turns, list) or not all(isinstance(turn, str) for turn in turns):
        return BatchRequest(
            request_id, "", fault=f"{row.where}: 'conversation' is not a list of texts"
        )
    return BatchRequest(request_id, sound(question), tuple(map(sound, turns)))


def filters_of(
    since: str | None = None,
    until: str | None = None,
    collections: Sequence[str] = (),
    briefs: Sequence[str] = (),
    *,
    mark: str = "",
) -> Filters:
    """Return the filters that a request names; `mark` stands before a parameter's name ("--").

    Raises UsageError for a day that is none.
    """
    for name, value in (("since", since), ("until", until)):
        if value is not None and not is_iso(value):
            raise UsageError(f"{mark}{name} {value}: not a date; write 2016-09-07, 2016-09 or 2016")
    return Filters(since, until, tuple(collections), tuple(briefs))


def require_known(library: Library, filters: Filters, *, mark: str = "") -> None:
    """Raise NotFound or UsageError if a filter names a brief or collection that is not there."""
    for name in filters.briefs:
        library.brief(*split_version(name))
    for name in filters.collections:
        library.require_collection(name, f"{mark}collection")


def terminal_asker() -> str:
    """Return who is asking: the name of the terminal's user."""
    try:
        return getpass.getuser()
    except (KeyError, OSError):  # a user id without a name, as in some containers
        return "terminal"
