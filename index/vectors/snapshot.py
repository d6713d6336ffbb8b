"""What a published generation holds, in memory; opened once for all searches of a process.

A search that began before a publish finishes on the generation it began with. Filters are answered
here and not by Chroma, whose own filter takes a hundred times as long.
"""

import threading
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray
from sqlalchemy import Connection, select

from index.dates import first_day, last_day
from index.passage import BriefRef
from index.storage import catalogue, embeddings, schema
from index.storage.schema import CURRENT, SUPERSEDED
from index.vectors.chroma import VectorIndex
from index.vectors.copies import Files, files_from_json


@dataclass(frozen=True)
class Filters:
    """What a search is limited to; empty means everything. Dates are ISO days, inclusive.

    A brief dated to a month passes if any day of it may lie within; one without a date never
    passes a date filter.

    Superseded versions are searched only where the filter names them (see `naming_older`): by
    `as_of`, which shows every brief as it stood at the end of a day; by `previous`, which shows
    the version before the current one; or in `briefs`, as "ID@2" or by the publisher's edition,
    "IF10753v6".
    """

    since: str | None = None
    until: str | None = None
    collections: tuple[str, ...] = ()
    briefs: tuple[str, ...] = ()  # ids or report numbers, of a version too
    as_of: str | None = None
    previous: bool = False

    def __bool__(self) -> bool:
        return any(vars(self).values())


EVERYTHING = Filters()
KEPT = 32  # lists of briefs, by filters, that a generation remembers


@dataclass(frozen=True)
class Snapshot:
    """One generation: arrays over its passages, in order of passage number."""

    generation: int
    files: Files
    pks: NDArray[np.int64]  # shape (n,), ascending
    version_pks: NDArray[np.int64]  # shape (n,)
    versions: dict[int, catalogue.VersionRow]
    _briefs: dict[Filters, tuple[BriefRef, ...]] = field(
        default_factory=dict, repr=False, compare=False
    )

    def briefs(self, filters: Filters = EVERYTHING) -> tuple[BriefRef, ...]:
        """Return the current briefs that filters let through; the same tuple each time."""
        if filters not in self._briefs:
            rows = self.versions.values()
            found = tuple(row.brief for row in rows if not filters or passes(row, filters))
            if len(self._briefs) >= KEPT:
                self._briefs.clear()
            self._briefs[filters] = found
        return self._briefs[filters]

    def allowed(self, filters: Filters) -> NDArray[np.bool_]:
        """Return which passages pass, shape (n,)."""
        if not filters:
            return np.ones(len(self.pks), dtype=bool)
        passing = [pk for pk, version in self.versions.items() if passes(version, filters)]
        return np.isin(self.version_pks, passing)


def published(connection: Connection) -> tuple[int, Files]:
    """Return the number and files of the published generation; (0, {}) before the first."""
    table = schema.generations
    row = connection.execute(
        select(table.c.number, table.c.files).order_by(table.c.number.desc()).limit(1)
    ).first()
    return (row.number, files_from_json(row.files)) if row else (0, {})


def load(connection: Connection) -> Snapshot:
    """Read the published generation's passages and versions."""
    return _of_versions(
        connection, catalogue.versions(connection, schema.versions.c.state == CURRENT)
    )


def _of_versions(connection: Connection, versions: Sequence[catalogue.VersionRow]) -> Snapshot:
    generation, files = published(connection)
    table = schema.passages
    rows = [
        tuple(row)
        for part in embeddings.chunks([version.pk for version in versions])
        for row in connection.execute(
            select(table.c.pk, table.c.version_pk).where(table.c.version_pk.in_(part))
        )
    ]
    numbers = np.array(sorted(rows), dtype=np.int64).reshape(-1, 2)
    return Snapshot(
        generation, files, numbers[:, 0], numbers[:, 1], {row.pk: row for row in versions}
    )


def naming_older(connection: Connection, current: Snapshot, filters: Filters) -> Snapshot | None:
    """Return the passages of the versions that filters name, where superseded ones are among them.

    None where the filters name none, so that the current ones are searched. A withdrawn brief is
    found in no version.
    """
    named = {name for name in filters.briefs if "@" in name or name.rpartition("v")[2].isdigit()}
    if not (filters.as_of or filters.previous or named):
        return None
    stored = catalogue.versions(connection, schema.versions.c.state == SUPERSEDED)
    live = {row.brief.id for row in current.versions.values()}
    older = [row for row in stored if row.brief.id in live and passes(row, filters)]
    shown = [row for row in current.versions.values() if passes(row, filters)]
    if filters.previous:
        return _of_versions(connection, _newest(older))
    if filters.as_of:
        in_force = {row.brief.id for row in shown}
        older = _newest(row for row in older if row.brief.id not in in_force)
    else:
        older = [row for row in older if names_of(row) & named - {row.brief.id, row.brief.number}]
    return _of_versions(connection, [*shown, *older]) if older else None


def _newest(rows: Iterable[catalogue.VersionRow]) -> list[catalogue.VersionRow]:
    """Return the newest version of each brief, by its date, its edition, and when it came."""
    return list({row.brief.id: row for row in sorted(rows, key=_age)}.values())


def _age(row: catalogue.VersionRow) -> tuple[str, int, int]:
    edition = int(row.edition) if row.edition and row.edition.isdecimal() else 0
    return (last_day(row.brief.date) if row.brief.date else "", edition, row.brief.version)


def passes(version: catalogue.VersionRow, filters: Filters) -> bool:
    """Return whether a version is one that the filters let through, were it current."""
    brief = version.brief
    if filters.collections and brief.collection not in filters.collections:
        return False
    if filters.briefs and not names_of(version) & set(filters.briefs):
        return False
    until = [day for day in (filters.until, filters.as_of) if day]
    if not filters.since and not until:
        return True
    if brief.date is None:
        return False
    return (filters.since is None or last_day(brief.date) >= first_day(filters.since)) and all(
        first_day(brief.date) <= last_day(day) for day in until
    )


def names_of(version: catalogue.VersionRow) -> set[str]:
    """Return what a filter may call a version: by brief, by our version, by the publisher's."""
    brief, edition = version.brief, version.edition
    names = {brief.id, f"{brief.id}@{brief.version}"}
    if brief.number:
        names |= {brief.number, f"{brief.number}@{brief.version}"}
        names |= {f"{brief.number}v{edition}"} if edition else set()
    return names


OpenIndex = Callable[[Connection, Snapshot], VectorIndex | None]


@dataclass
class Opened:
    """One generation: what it holds, its vector index (None if damaged), its vectors on demand."""

    snapshot: Snapshot
    index: VectorIndex | None
    _matrix: NDArray[np.float32] | None = None
    _lock: threading.Lock = field(default_factory=threading.Lock, repr=False)
    _users: int = 1  # whoever keeps it for the next search counts as one

    def vectors(self, connection: Connection) -> NDArray[np.float32]:
        """Return the vectors of all its passages, shape (n, d); read from the catalogue once."""
        with self._lock:
            if self._matrix is None:
                self._matrix = embeddings.vectors_of(connection, self.snapshot.pks.tolist())
            return self._matrix

    def take(self) -> None:
        with self._lock:
            self._users += 1

    def let_go(self) -> None:
        """Count one user less; the last one closes the index."""
        with self._lock:
            self._users -= 1
            done = self._users == 0
        if done and self.index is not None:
            self.index.close()


class Published:
    """The generation that the catalogue points to, whichever that is at the moment of asking."""

    def __init__(self, open_index: OpenIndex) -> None:
        self._open_index = open_index
        self._lock = threading.Lock()
        self._kept: Opened | None = None

    @contextmanager
    def use(self, connection: Connection) -> Iterator[Opened]:
        """Yield the generation that `connection` sees as published; it stays open until the end."""
        opened = self._take(connection)
        try:
            yield opened
        finally:
            opened.let_go()

    def close(self) -> None:
        """Let go of the generation kept for the next search."""
        with self._lock:
            if self._kept is not None:
                self._kept.let_go()
            self._kept = None

    def _take(self, connection: Connection) -> Opened:
        number = published(connection)[0]
        with self._lock:
            kept = self._kept
            if kept is None or kept.snapshot.generation != number:
                fresh = load(connection)
                opened = Opened(fresh, self._open_index(connection, fresh))
                if kept is not None and kept.snapshot.generation > number:
                    return opened  # this search began before the publish: it alone looks back
                if kept is not None:
                    kept.let_go()
                self._kept = kept = opened
            kept.take()
            return kept
