"""The library as checks need it: versions and their states, texts, passages that hold given words.

Versions are read once, when the shelf is made; texts one by one, and the last ones are kept. Reads
the database alone: no model, no vectors.
"""

from collections import OrderedDict, defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cached_property

from sqlalchemy import Connection, select

from bot.audit import said
from bot.audit.sources import Source
from bot.record import sha256
from index.passage import Passage
from index.storage import catalogue, schema
from index.storage.database import Database
from index.storage.lexicon import indexed_terms, lexicon_for
from index.storage.schema import CURRENT

KEPT = 8_000_000  # characters of texts kept in memory
RAREST = 8  # terms of a quotation by which passages are sought
FOUND = 20  # passages looked at


@dataclass(frozen=True)
class Version:
    """One version of a brief, without its text."""

    pk: int
    brief_id: str
    version: int
    state: str
    title: str
    date: str | None
    number: str | None
    edition: str | None
    collection: str
    added_at: datetime  # aware


class Text:
    """The text of a version."""

    def __init__(self, text: str) -> None:
        """Remember the text."""
        self.text = text

    @cached_property
    def sha256(self) -> str:
        """The hash by which a record knows it again."""
        return sha256(self.text)

    @cached_property
    def run(self) -> str:
        """Its words as one line (bot/audit/said.py)."""
        return said.run(self.text)


class Shelf:
    """What the library holds at one moment."""

    def __init__(self, database: Database) -> None:
        """Read which versions there are."""
        self.database = database
        self._lexicon = lexicon_for(database)
        self._texts: OrderedDict[tuple[str, int], Text | None] = OrderedDict()
        self._held = 0  # characters
        self._briefs: dict[str, list[Version]] = defaultdict(list)
        self._numbered: dict[tuple[str, str], list[Version]] = defaultdict(list)
        with database.read() as connection:
            for row in _versions(connection):
                self._briefs[row.brief_id].append(row)
                if row.number and row.state == CURRENT:
                    self._numbered[row.collection, row.number].append(row)

    def versions(self, brief_id: str) -> Sequence[Version]:
        """Return the versions of a brief, the first one first; () for a brief that is not there."""
        return self._briefs.get(brief_id, ())

    def version(self, brief_id: str, version: int) -> Version | None:
        """Return one version; None where there is none."""
        return next((one for one in self.versions(brief_id) if one.version == version), None)

    def current(self, brief_id: str) -> Version | None:
        """Return the version that searches find; None for a brief that is withdrawn or unknown."""
        return next((one for one in self.versions(brief_id) if one.state == CURRENT), None)

    def numbered(self, collection: str, number: str) -> Sequence[Version]:
        """Return the current versions, of whatever brief, that carry a report number."""
        return self._numbered.get((collection, number), ())

    def text(self, brief_id: str, version: int) -> Text | None:
        """Return the text of a version; None where it is not stored."""
        key = (brief_id, version)
        if key in self._texts:
            self._texts.move_to_end(key)
            return self._texts[key]
        found = self._read(brief_id, version)
        self._texts[key] = found
        self._held += len(found.text) if found else 0
        while self._held > KEPT and len(self._texts) > 1:
            _, gone = self._texts.popitem(last=False)
            self._held -= len(gone.text) if gone else 0
        return found

    def passages(self, brief_id: str, version: int) -> list[Source]:
        """Return the passages of a version, in order."""
        stored = self.version(brief_id, version)
        if stored is None:
            return []
        with self.database.read() as connection:
            found = catalogue.passages(connection, brief_id, version)
        return [_source(passage_id, passage, stored) for passage_id, passage in found]

    def like(self, words: str) -> list[Source]:
        """Return the current passages that hold most of the rarest of these words."""
        terms = list(dict.fromkeys(indexed_terms(words)))
        if not terms:
            return []
        with self.database.read() as connection:
            counts = self._lexicon.document_frequency(connection, terms)
            there = sorted((term for term in terms if counts.get(term)), key=counts.__getitem__)
            scores = self._lexicon.scores(connection, there[:RAREST]) if there else {}
            best = sorted(scores, key=lambda pk: (-scores[pk], pk))[:FOUND]
            found = catalogue.passages_by_pk(connection, best)
        return [
            _source(found[pk][0], found[pk][1], self._by_pk[found[pk][2]])
            for pk in best
            if pk in found and found[pk][2] in self._by_pk
        ]

    @cached_property
    def _by_pk(self) -> dict[int, Version]:
        return {one.pk: one for versions in self._briefs.values() for one in versions}

    def _read(self, brief_id: str, version: int) -> Text | None:
        stored = self.version(brief_id, version)
        if stored is None:
            return None
        column = schema.versions.c
        with self.database.read() as connection:
            found = connection.scalar(select(column.text).where(column.pk == stored.pk))
        return None if found is None else Text(found)


def _versions(connection: Connection) -> Iterator[Version]:
    column, briefs = schema.versions.c, schema.briefs.c
    rows = connection.execute(
        select(
            column.pk, column.brief_id, column.version, column.state, column.title, column.date,
            column.number, column.edition, column.added_at, briefs.collection,
        )
        .join(schema.briefs, briefs.id == column.brief_id)
        .order_by(column.brief_id, column.version)
    )  # fmt: skip
    for row in rows:
        stamp = row.added_at if row.added_at.tzinfo else row.added_at.replace(tzinfo=UTC)
        yield Version(
            row.pk, row.brief_id, row.version, row.state, row.title, row.date, row.number,
            row.edition, row.collection, stamp,
        )  # fmt: skip


def _source(passage_id: str, passage: Passage, version: Version) -> Source:
    around = (passage.context, *passage.heading, f"{version.title} ({version.date or 'no date'})")
    return Source(
        passage_id,
        passage.text,
        version.brief_id,
        version.version,
        passage.paragraph,
        version.title,
        tuple(one for one in around if one),
    )
