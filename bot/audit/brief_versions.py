"""What the checks read of the library: versions of briefs, their texts and passages.

Versions are read once, when a BriefVersions is made; texts are read one by one and cached. Only the
database is read: no model, no vectors. The passages of a ledger record have the same type.
"""

from collections import OrderedDict, defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from functools import cached_property
from typing import Any

from sqlalchemy import Connection, Select, select

from bot.answering.readable import caption_in, is_row, row
from bot.audit import text_diff
from bot.ledger.record import hit, sha256
from index.passage import Hit, Passage, header_in
from index.storage import catalogue, schema
from index.storage.database import Database, retried
from index.storage.lexicon import indexed_terms, lexicon_for
from index.storage.schema import CURRENT
from ingest.document import Block, BlockKind
from ingest.tables import header_of

CACHED_CHARACTERS = 8_000_000  # of texts
RAREST = 8  # terms of a quotation by which passages are sought
FOUND = 20  # passages looked at

Json = Mapping[str, Any]


@dataclass(frozen=True)
class EvidencePassage:
    """A passage that a quotation may be from."""

    passage_id: str
    text: str
    brief_id: str
    version: int
    paragraph: int
    title: str
    around: tuple[str, ...] = field(default=(), repr=False)  # context, headings, title and date

    @cached_property
    def run(self) -> str:
        """Its words as one line (text_diff.run)."""
        return text_diff.run(self.text)

    def holds(self, quote: str) -> bool:
        """Return whether it has the words of a quotation in a row."""
        return text_diff.stands(quote, self.run)

    def place(self) -> dict[str, Any]:
        """Return where it is, as evidence of a finding."""
        return {
            "passage_id": self.passage_id,
            "brief_id": self.brief_id,
            "version": self.version,
            "paragraph": self.paragraph,
            "title": self.title,
        }

    @property
    def named(self) -> str:
        """Where it is, in a few words."""
        return f"“{self.title}”, paragraph {self.paragraph}"


# Passages of a record, as they were seen


def passages_of_record(body: Json) -> Iterator[EvidencePassage]:
    """Yield the passages cited, then the nearest ones."""
    return map(passage_of_citation, (*body["citations"], *body["nearest"]))


def passage_of_citation(citation: Json) -> EvidencePassage:
    """Return the passage that the record of a citation holds."""
    seen = citation["passage"]
    brief = seen["brief"]
    return EvidencePassage(
        citation["passage_id"],
        seen["text"],
        brief["id"],
        brief.get("version", 1),
        seen["paragraph"],
        brief["title"],
        _around(seen["context"], seen["heading"], brief["title"], brief["date"]),
    )


def row_passages(citation: Json) -> Iterator[EvidencePassage]:
    """Yield the passage with its cited table row in words, as sentences show it.

    Earlier records do not say whether the header is known; there it is what the ingest would take.
    """
    quote, seen = citation["quote"], citation["passage"]
    rows = [line for line in seen["text"].splitlines() if is_row(line)]
    header = header_in(seen["text"], seen["context"])
    if rows and not header:
        header = header_of(Block(BlockKind.TABLE, "\n".join(rows))) or ""
    if is_row(quote) and header:
        said = row(quote, header, caption_in(seen["text"], seen["context"]))
        yield replace(passage_of_citation(citation), text=said)


def cited_hits(body: Json, sentence: int) -> list[Hit]:
    """Return the passages that a sentence, numbered from 1, cites; each once."""
    cites = body["sentences"][sentence - 1]["citations"]
    found = {
        one["passage_id"]: hit(one["passage"], one["passage_id"])
        for one in body["citations"]
        if one["number"] in cites
    }
    return list(found.values())


def _around(context: str, heading: Sequence[str], title: str, date: str | None) -> tuple[str, ...]:
    return tuple(one for one in (context, *heading, f"{title} ({date or 'no date'})") if one)


# Versions in the library


@dataclass(frozen=True)
class StoredVersion:
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

    @property
    def is_current(self) -> bool:
        return self.state == CURRENT


@dataclass(frozen=True)
class VersionText:
    text: str

    @cached_property
    def sha256(self) -> str:
        """The hash that records keep of it."""
        return sha256(self.text)

    @cached_property
    def run(self) -> str:
        """Its words as one line (text_diff.run)."""
        return text_diff.run(self.text)


class BriefVersions:
    """The versions that the library holds at one moment."""

    def __init__(self, database: Database) -> None:
        self.database = database
        self._lexicon = lexicon_for(database)
        self._texts: OrderedDict[tuple[str, int], VersionText | None] = OrderedDict()
        self._cached = 0  # characters
        self._briefs: dict[str, list[StoredVersion]] = defaultdict(list)
        self._numbered: dict[tuple[str, str], list[StoredVersion]] = defaultdict(list)
        for one in self._stored():
            self._briefs[one.brief_id].append(one)
            if one.number and one.is_current:
                self._numbered[one.collection, one.number].append(one)

    @retried
    def _stored(self) -> list[StoredVersion]:
        ordered = version_query().order_by(schema.versions.c.brief_id, schema.versions.c.version)
        with self.database.read() as connection:
            return list(stored_versions(connection, ordered))

    def versions(self, brief_id: str) -> Sequence[StoredVersion]:
        """Return the versions of a brief, the first one first; () for an unknown brief."""
        return self._briefs.get(brief_id, ())

    def version(self, brief_id: str, version: int) -> StoredVersion | None:
        """Return one version; None where there is none."""
        return next((one for one in self.versions(brief_id) if one.version == version), None)

    def current(self, brief_id: str) -> StoredVersion | None:
        """Return the searchable version; None for a brief that is withdrawn or unknown."""
        return next((one for one in self.versions(brief_id) if one.is_current), None)

    def numbered(self, collection: str, number: str) -> Sequence[StoredVersion]:
        """Return the current versions, of any brief, with a report number."""
        return self._numbered.get((collection, number), ())

    def text(self, brief_id: str, version: int) -> VersionText | None:
        """Return the text of a version; None where it is not stored."""
        key = (brief_id, version)
        if key in self._texts:
            self._texts.move_to_end(key)
            return self._texts[key]
        found = self._read(brief_id, version)
        self._texts[key] = found
        self._cached += len(found.text) if found else 0
        while self._cached > CACHED_CHARACTERS and len(self._texts) > 1:
            _, dropped = self._texts.popitem(last=False)
            self._cached -= len(dropped.text) if dropped else 0
        return found

    @retried
    def passages(self, brief_id: str, version: int) -> list[EvidencePassage]:
        stored = self.version(brief_id, version)
        if stored is None:
            return []
        with self.database.read() as connection:
            found = catalogue.passages(connection, brief_id, version)
        return [_stored_passage(passage_id, passage, stored) for passage_id, passage in found]

    @retried
    def like(self, words: str) -> list[EvidencePassage]:
        """Return the current passages that hold most of the rarest of these words."""
        terms = list(dict.fromkeys(indexed_terms(words)))
        if not terms:
            return []
        with self.database.read() as connection:
            counts = self._lexicon.document_frequency(connection, terms)
            known = sorted((term for term in terms if counts.get(term)), key=counts.__getitem__)
            scores = self._lexicon.scores(connection, known[:RAREST]) if known else {}
            best = sorted(scores, key=lambda pk: (-scores[pk], pk))[:FOUND]
            found = catalogue.passages_by_pk(connection, best)
        return [
            _stored_passage(found[pk][0], found[pk][1], self._by_pk[found[pk][2]])
            for pk in best
            if pk in found and found[pk][2] in self._by_pk
        ]

    @cached_property
    def _by_pk(self) -> dict[int, StoredVersion]:
        return {one.pk: one for versions in self._briefs.values() for one in versions}

    @retried
    def _read(self, brief_id: str, version: int) -> VersionText | None:
        stored = self.version(brief_id, version)
        if stored is None:
            return None
        column = schema.versions.c
        with self.database.read() as connection:
            found = connection.scalar(select(column.text).where(column.pk == stored.pk))
        return None if found is None else VersionText(found)


def version_query() -> Select[Any]:
    column, briefs = schema.versions.c, schema.briefs.c
    return select(
        column.pk, column.brief_id, column.version, column.state, column.title, column.date,
        column.number, column.edition, briefs.collection, column.added_at,
    ).join(schema.briefs, briefs.id == column.brief_id)  # fmt: skip


def stored_versions(connection: Connection, query: Select[Any]) -> Iterator[StoredVersion]:
    """Yield the versions that a `version_query` with conditions finds."""
    for one in connection.execute(query):
        added_at = one.added_at if one.added_at.tzinfo else one.added_at.replace(tzinfo=UTC)
        yield StoredVersion(**{**one._mapping, "added_at": added_at})


def _stored_passage(passage_id: str, passage: Passage, version: StoredVersion) -> EvidencePassage:
    return EvidencePassage(
        passage_id,
        passage.text,
        version.brief_id,
        version.version,
        passage.paragraph,
        version.title,
        _around(passage.context, passage.heading, version.title, version.date),
    )
