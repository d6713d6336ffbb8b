"""Search superseded versions where a filter names them.

In: an opened generation, its full text and the filters of a query. Out: a generation and full text
for this one search, with the versions that the filters name in the place of the current ones. What
no generation holds is scanned: the vectors of every version are kept in the database, and BM25 is
reckoned over its passages by the lexicon's formula. A withdrawn brief is found in no version.
"""

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import Protocol

import numpy as np
from sqlalchemy import Connection, select

from index import publishing
from index.dates import last_day
from index.storage import catalogue, embeddings, schema
from index.storage.catalogue import VersionRow
from index.storage.lexicon import (
    BODY_WEIGHT,
    HEADING_WEIGHT,
    TITLE_WEIGHT,
    Lexicon,
    LexiconEntry,
    indexed_terms,
)
from index.storage.schema import SUPERSEDED
from index.vectors.snapshot import Filters, Opened, Snapshot, names_of, passes

_K1, _B = 1.2, 0.75  # as in index/storage/lexicon.py
_RAREST = 1e-6  # FTS5's least weight of a term


class Scores(Protocol):
    """What a search needs of a full-text index."""

    def scores(self, connection: Connection, terms: Sequence[str]) -> dict[int, float]:
        """Return the BM25 score of every passage with at least one of the stems (> 0)."""
        ...


def widened(
    connection: Connection, opened: Opened, lexicon: Lexicon, filters: Filters
) -> tuple[Opened, Scores]:
    """Return generation and full text with the versions that the filters name.

    They are returned as they came where the filters name no superseded version.
    """
    if not (filters.as_of or filters.previous or any(_is_version(n) for n in filters.briefs)):
        return opened, lexicon
    shown, older = _chosen(connection, opened.snapshot, filters)
    if not older and not filters.previous:
        return opened, lexicon
    return _opened(connection, opened, shown, older), _Widened(lexicon, opened, tuple(older))


def _is_version(name: str) -> bool:
    return "@" in name or name.rpartition("v")[2].isdigit()


def _chosen(
    connection: Connection, current: Snapshot, filters: Filters
) -> tuple[list[int], list[VersionRow]]:
    """Return the keys of the current versions to search, and the superseded versions."""
    stored = catalogue.versions(connection, schema.versions.c.state == SUPERSEDED)
    live = {row.brief.id for row in current.versions.values()}
    older = [row for row in stored if row.brief.id in live and passes(row, filters)]
    shown = {row.brief.id: row for row in current.versions.values() if passes(row, filters)}
    if filters.previous:
        return [], list(_newest(older).values())
    if filters.as_of:
        in_force = _newest(row for row in older if row.brief.id not in shown)
        return [row.pk for row in shown.values()], list(in_force.values())
    named = {name for name in filters.briefs if _is_version(name)}
    versions = [row for row in older if names_of(row) & named - {row.brief.id, row.brief.number}]
    return [row.pk for row in shown.values()], versions


def _newest(rows: Iterable[VersionRow]) -> dict[str, VersionRow]:
    """Return the newest version of each brief, by its date, its edition, and when it came."""
    return {row.brief.id: row for row in sorted(rows, key=_age)}


def _age(row: VersionRow) -> tuple[str, int, int]:
    edition = int(row.edition) if row.edition and row.edition.isdecimal() else 0
    return (last_day(row.brief.date) if row.brief.date else "", edition, row.brief.version)


def _opened(
    connection: Connection, opened: Opened, shown: Sequence[int], older: Sequence[VersionRow]
) -> Opened:
    """Return a generation of the passages of these versions alone, without a vector index."""
    current = opened.snapshot
    kept = np.isin(current.version_pks, list(shown))
    table = schema.passages
    rows = connection.execute(
        select(table.c.pk, table.c.version_pk)
        .where(table.c.version_pk.in_([row.pk for row in older]))
        .order_by(table.c.pk)
    ).all()
    added = np.array([tuple(row) for row in rows], dtype=np.int64).reshape(-1, 2)
    pks = np.concatenate([current.pks[kept], added[:, 0]])
    version_pks = np.concatenate([current.version_pks[kept], added[:, 1]])
    matrix = embeddings.vectors_of(connection, added[:, 0].tolist()) if len(added) else None
    if kept.any():
        vectors = opened.vectors(connection)[kept]
        matrix = vectors if matrix is None else np.concatenate([vectors, matrix])
    order = np.argsort(pks)
    versions = {pk: current.versions[pk] for pk in shown} | {row.pk: row for row in older}
    snapshot = replace(current, pks=pks[order], version_pks=version_pks[order], versions=versions)
    return Opened(snapshot, None, None if matrix is None else matrix[order])


@dataclass(frozen=True)
class _Widened:
    """The lexicon, with scores for superseded versions too."""

    lexicon: Lexicon
    opened: Opened
    older: tuple[VersionRow, ...]

    def scores(self, connection: Connection, terms: Sequence[str]) -> dict[int, float]:
        """Return the BM25 score of every passage with at least one of the stems (> 0)."""
        entries = [
            entry for row in self.older for entry in publishing.lexicon_entries(connection, row.pk)
        ]
        total = len(self.opened.snapshot.pks)
        rarity = self.lexicon.document_frequency(connection, terms)
        weights = {term: weight(total, count) for term, count in rarity.items()}
        return self.lexicon.scores(connection, terms) | bm25(entries, weights)


@lru_cache(maxsize=4_096)  # cutting a passage takes 1 ms; versions do not change
def _terms(column: str) -> tuple[str, ...]:
    return tuple(indexed_terms(column))


def weight(total: int, count: int) -> float:
    """Return a term's weight as FTS5 reckons it, over the passages of the current versions."""
    return math.log((total - count + 0.5) / (count + 0.5)) if total > 2 * count else _RAREST


def bm25(entries: Sequence[LexiconEntry], weights: dict[str, float]) -> dict[int, float]:
    """Return the BM25 score of each entry with one of the terms; formula as in the lexicon.

    The mean length is that of these entries: the lexicon's own is not known outside of it. Over the
    passages of one brief or of forty the scores differ from the lexicon's by 1 % at most.
    """
    counted = [(entry.pk, *_counts(entry, weights)) for entry in entries]
    mean = sum(length for _, _, length in counted) / max(1, len(counted)) or 1.0
    found: dict[int, float] = {}
    for pk, counts, length in counted:
        norm = _K1 * (1 - _B + _B * length / mean)
        score = sum(weights[term] * n * (_K1 + 1) / (n + norm) for term, n in counts.items())
        if score > 0:
            found[pk] = score
    return found


def _counts(entry: LexiconEntry, weights: dict[str, float]) -> tuple[dict[str, float], int]:
    """Return the weighted count of each wanted term, and the entry's length in terms."""
    counts: dict[str, float] = {}
    length = 0
    columns = (
        (TITLE_WEIGHT, entry.title), (HEADING_WEIGHT, entry.heading), (BODY_WEIGHT, entry.body)
    )  # fmt: skip
    for weight, column in columns:
        terms = _terms(column)
        length += len(terms)
        for term in terms:
            if term in weights:
                counts[term] = counts.get(term, 0.0) + weight
    return counts, length
