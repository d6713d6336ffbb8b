"""Full-text BM25 over stems of title, heading and body; in the same database as everything else.

SQLite uses its FTS5 engine, PostgreSQL the same formula over a tsvector: equal scores on both.
Current and superseded versions stand in a table each, so that no older text weighs on how rare a
term is; a withdrawn version stands in neither.
"""

import re
from abc import ABC, abstractmethod
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, text
from sqlalchemy.exc import DatabaseError, OperationalError

from index.errors import DatabaseUnavailable
from index.languages import language
from index.storage.database import Database
from index.storage.schema import CURRENT, SUPERSEDED
from index.words import STOP_WORDS, stem, stems_in, words

# Weights of a term's count by where it stands; chosen on crs gold-dev with squad2 as a check.
TITLE_WEIGHT, HEADING_WEIGHT, BODY_WEIGHT = 0.6, 0.8, 1.0
_WEIGHTS = {"title": TITLE_WEIGHT, "heading": HEADING_WEIGHT, "body": BODY_WEIGHT}
_MARKS = {"title": "A", "heading": "B", "body": "D"}  # weights of a tsvector
_K1, _B = 1.2, 0.75  # the constants of FTS5's bm25()
# State of the versions -> table with their passages.
TABLES = {CURRENT: "lexicon", SUPERSEDED: "lexicon_older"}
_CHUNK = 500  # bound parameters a statement
_LONGEST_TERM = 500  # characters, of up to four bytes; a term in a tsvector has at most 2,046 bytes


@dataclass(frozen=True)
class LexiconEntry:
    """The three texts of one passage."""

    pk: int
    title: str
    heading: str
    body: str


class Lexicon(ABC):
    """One full-text table inside the database; every call joins the caller's transaction."""

    def __init__(self, table: str = TABLES[CURRENT]) -> None:
        self._table = table

    @abstractmethod
    def create(self, connection: Connection) -> None:
        """Create the table if it is missing."""

    @abstractmethod
    def clear(self, connection: Connection) -> None:
        """Make an empty table of whatever is there."""

    @abstractmethod
    def add(self, connection: Connection, entries: Iterable[LexiconEntry]) -> None:
        """Add passages that are not yet in it."""

    @abstractmethod
    def remove(self, connection: Connection, pks: Sequence[int]) -> None:
        """Remove passages; unknown ones are ignored."""

    @abstractmethod
    def members(self, connection: Connection) -> set[int]:
        """Return the numbers of all passages in it."""

    @abstractmethod
    def wrong(self, connection: Connection, entries: Sequence[LexiconEntry]) -> list[int]:
        """Return those of the passages in it whose stored terms are not those of their texts."""

    @abstractmethod
    def agrees(self, database: Database) -> bool:
        """Return whether what is searched is what is stored; True where that cannot be asked."""

    @abstractmethod
    def scores(self, connection: Connection, terms: Sequence[str]) -> dict[int, float]:
        """Return the BM25 score of every passage with at least one of the stems (> 0)."""

    @abstractmethod
    def holding(
        self, connection: Connection, term: str, columns: Sequence[str], *, longer: bool = False
    ) -> set[int]:
        """Return the passages with a stem in one of the columns title, heading, body.

        `longer`: or with a stem that begins with it.
        """

    @abstractmethod
    def document_frequency(self, connection: Connection, terms: Sequence[str]) -> dict[str, int]:
        """Return the number of passages that hold each stem."""

    @abstractmethod
    def counts(self, connection: Connection) -> dict[str, int]:
        """Return every stem with the number of passages that hold it."""

    @abstractmethod
    def some_with(self, connection: Connection, term: str, limit: int) -> list[int]:
        """Return the numbers of the first passages that hold a stem."""

    @abstractmethod
    def side_by_side(self, connection: Connection, first: str, second: str) -> bool:
        """Return whether a passage holds one stem directly before another."""

    def _run(self, connection: Connection, sql: str, parameters: Any = None) -> Any:
        """Execute a statement in which LEXICON stands for the table."""
        return connection.execute(text(sql.replace("LEXICON", self._table)), parameters)


def lexicon_for(database: Database, state: str = CURRENT) -> Lexicon:
    """Return the full text of the versions in a state: current or superseded."""
    return (SqliteLexicon if database.is_sqlite else PostgresLexicon)(TABLES[state])


def indexed_terms(passage_text: str) -> list[str]:
    """Return the stems under which a text is found: every word but the stop words, in order."""
    return [stem(word) for word in words(passage_text) if word not in STOP_WORDS]


def stored_terms(entry: LexiconEntry) -> dict[str, list[str]]:
    """Return the terms of a passage's title, heading and body.

    A passage in another language is found by stems of that language too.
    """
    spoken = language(entry.body)
    texts = {"title": entry.title, "heading": entry.heading, "body": entry.body}
    return {
        name: [*indexed_terms(text), *stems_in(spoken, words(text))] for name, text in texts.items()
    }


class SqliteLexicon(Lexicon):
    """FTS5 (Sqlite.org, "FTS5 extension", section 5.1.1 for bm25())."""

    def create(self, connection: Connection) -> None:
        # A term is what words.py makes of it: 1.5 is one term, and nothing is folded again.
        self._run(
            connection,
            "CREATE VIRTUAL TABLE IF NOT EXISTS LEXICON USING fts5(title, heading, body,"
            " tokenize = \"unicode61 remove_diacritics 0 tokenchars '.'\")",
        )
        self._run(
            connection,
            "CREATE VIRTUAL TABLE IF NOT EXISTS LEXICON_terms USING fts5vocab('LEXICON', 'row')",
        )

    def clear(self, connection: Connection) -> None:
        self._run(connection, "DROP TABLE IF EXISTS LEXICON_terms")
        self._run(connection, "DROP TABLE IF EXISTS LEXICON")
        self.create(connection)

    def add(self, connection: Connection, entries: Iterable[LexiconEntry]) -> None:
        rows = [_fts5_row(entry) for entry in entries]
        if rows:
            self._run(
                connection,
                "INSERT INTO LEXICON (rowid, title, heading, body)"
                " VALUES (:pk, :title, :heading, :body)",
                rows,
            )

    def remove(self, connection: Connection, pks: Sequence[int]) -> None:
        if pks:
            rows = [{"pk": pk} for pk in pks]
            self._run(connection, "DELETE FROM LEXICON WHERE rowid = :pk", rows)

    def members(self, connection: Connection) -> set[int]:
        return set(self._run(connection, "SELECT rowid FROM LEXICON").scalars())

    def wrong(self, connection: Connection, entries: Sequence[LexiconEntry]) -> list[int]:
        if not entries:
            return []
        pks = [entry.pk for entry in entries]
        rows = self._run(
            connection,
            "SELECT rowid AS pk, title, heading, body FROM LEXICON"
            " WHERE rowid BETWEEN :first AND :last",
            {"first": min(pks), "last": max(pks)},
        )
        stored = {row.pk: dict(row._mapping) for row in rows}
        expected = {entry.pk: _fts5_row(entry) for entry in entries}
        return [pk for pk in pks if stored.get(pk, expected[pk]) != expected[pk]]

    def agrees(self, database: Database) -> bool:
        """Ask FTS5, which takes the question for a write (section 6.4 of its manual)."""
        try:
            with database.write() as connection:
                self._run(
                    connection,
                    "INSERT INTO LEXICON (LEXICON, rank) VALUES ('integrity-check', 0)",
                )
        except DatabaseUnavailable as error:
            return not isinstance(error.__cause__, DatabaseError) or isinstance(
                error.__cause__,
                OperationalError,  # locked or read-only, say
            )
        return True

    def scores(self, connection: Connection, terms: Sequence[str]) -> dict[int, float]:
        if not terms:
            return {}
        match = " OR ".join(f'"{term}"' for term in dict.fromkeys(terms))
        rows = self._run(
            connection,
            "SELECT rowid, -bm25(LEXICON, :title, :heading, :body) FROM LEXICON"
            " WHERE LEXICON MATCH :match",
            {"match": match, **_WEIGHTS},
        )
        return {int(pk): float(score) for pk, score in rows}

    def holding(
        self, connection: Connection, term: str, columns: Sequence[str], *, longer: bool = False
    ) -> set[int]:
        match = f'{{{" ".join(columns)}}} : "{term}"{"*" if longer else ""}'
        rows = self._run(
            connection, "SELECT rowid FROM LEXICON WHERE LEXICON MATCH :match", {"match": match}
        )
        return set(rows.scalars())

    def document_frequency(self, connection: Connection, terms: Sequence[str]) -> dict[str, int]:
        found = dict.fromkeys(terms, 0)
        for term in found:
            row = self._run(
                connection, "SELECT doc FROM LEXICON_terms WHERE term = :term", {"term": term}
            ).first()
            found[term] = int(row[0]) if row else 0
        return found

    def counts(self, connection: Connection) -> dict[str, int]:
        rows = self._run(connection, "SELECT term, doc FROM LEXICON_terms")
        return {str(term): int(count) for term, count in rows}

    def some_with(self, connection: Connection, term: str, limit: int) -> list[int]:
        return self._matching(connection, f'"{term}"', limit)

    def side_by_side(self, connection: Connection, first: str, second: str) -> bool:
        return bool(self._matching(connection, f'"{first} {second}"', 1))

    def _matching(self, connection: Connection, match: str, limit: int) -> list[int]:
        sql = "SELECT rowid FROM LEXICON WHERE LEXICON MATCH :match LIMIT :limit"
        return list(self._run(connection, sql, {"match": match, "limit": limit}).scalars())


class PostgresLexicon(Lexicon):
    """BM25 over weighted tsvectors, with FTS5's formula and constants."""

    def create(self, connection: Connection) -> None:
        self._run(
            connection,
            "CREATE TABLE IF NOT EXISTS LEXICON (passage_pk integer PRIMARY KEY,"
            " length integer NOT NULL, terms tsvector NOT NULL)",
        )
        self._run(connection, "CREATE INDEX IF NOT EXISTS LEXICON_gin ON LEXICON USING gin (terms)")

    def clear(self, connection: Connection) -> None:
        self.create(connection)
        # Not DROP or TRUNCATE: a search under way must go on seeing the old rows.
        self._run(connection, "DELETE FROM LEXICON")

    def add(self, connection: Connection, entries: Iterable[LexiconEntry]) -> None:
        rows = [_tsvector_row(entry) for entry in entries]
        if rows:
            self._run(
                connection,
                "INSERT INTO LEXICON (passage_pk, length, terms)"
                " VALUES (:pk, :length, CAST(:terms AS tsvector))",
                rows,
            )

    def remove(self, connection: Connection, pks: Sequence[int]) -> None:
        for begin in range(0, len(pks), _CHUNK):
            self._run(
                connection,
                "DELETE FROM LEXICON WHERE passage_pk = ANY(:pks)",
                {"pks": list(pks[begin : begin + _CHUNK])},
            )

    def members(self, connection: Connection) -> set[int]:
        return set(self._run(connection, "SELECT passage_pk FROM LEXICON").scalars())

    def wrong(self, connection: Connection, entries: Sequence[LexiconEntry]) -> list[int]:
        found = list[int]()
        for begin in range(0, len(entries), _CHUNK):
            rows = [_tsvector_row(entry) for entry in entries[begin : begin + _CHUNK]]
            columns = {name: [row[name] for row in rows] for name in ("pk", "length", "terms")}
            found += self._run(
                connection,
                "SELECT l.passage_pk FROM LEXICON l"
                " JOIN unnest(CAST(:pk AS integer[]), CAST(:length AS integer[]),"
                "  CAST(:terms AS text[])) AS e(pk, length, terms) ON e.pk = l.passage_pk"
                " WHERE l.length <> e.length OR l.terms <> CAST(e.terms AS tsvector)",
                columns,
            ).scalars()
        return found

    def agrees(self, database: Database) -> bool:
        del database
        return True  # the server searches what it stores

    def scores(self, connection: Connection, terms: Sequence[str]) -> dict[int, float]:
        if not terms:
            return {}
        unique = list(dict.fromkeys(_safe(term) for term in terms))
        query = " | ".join(f"'{term}'" for term in unique)
        constants = {"k1": _K1, "b": _B, **_WEIGHTS}
        rows = self._run(connection, _POSTGRES_BM25, {"terms": unique, "query": query} | constants)
        return {int(pk): float(score) for pk, score in rows}

    def holding(
        self, connection: Connection, term: str, columns: Sequence[str], *, longer: bool = False
    ) -> set[int]:
        marks = ("*" if longer else "") + "".join(_MARKS[one] for one in columns)
        rows = self._run(
            connection,
            "SELECT passage_pk FROM LEXICON WHERE terms @@ CAST(:query AS tsquery)",
            {"query": f"'{_safe(term)}':{marks}"},
        )
        return set(rows.scalars())

    def document_frequency(self, connection: Connection, terms: Sequence[str]) -> dict[str, int]:
        count = "SELECT count(*) FROM LEXICON WHERE terms @@ CAST(:query AS tsquery)"
        return {
            term: int(self._run(connection, count, {"query": f"'{_safe(term)}'"}).scalar_one())
            for term in dict.fromkeys(terms)
        }

    def counts(self, connection: Connection) -> dict[str, int]:
        rows = self._run(connection, "SELECT word, ndoc FROM ts_stat('SELECT terms FROM LEXICON')")
        return {str(term): int(count) for term, count in rows}

    def some_with(self, connection: Connection, term: str, limit: int) -> list[int]:
        return self._matching(connection, f"'{_safe(term)}'", limit)

    def side_by_side(self, connection: Connection, first: str, second: str) -> bool:
        return bool(self._matching(connection, f"'{_safe(first)}' <-> '{_safe(second)}'", 1))

    def _matching(self, connection: Connection, query: str, limit: int) -> list[int]:
        sql = (
            "SELECT passage_pk FROM LEXICON WHERE terms @@ CAST(:query AS tsquery)"
            " ORDER BY passage_pk LIMIT :limit"
        )
        return list(self._run(connection, sql, {"query": query, "limit": limit}).scalars())


_POSTGRES_BM25 = """
WITH corpus AS (SELECT count(*)::float AS n, avg(length)::float AS mean FROM LEXICON),
matched AS (
  SELECT l.passage_pk, l.length, u.lexeme,
    (SELECT sum(CASE w WHEN 'A' THEN :title WHEN 'B' THEN :heading ELSE :body END)
       FROM unnest(u.weights) AS w)::float AS count
  FROM LEXICON l, unnest(l.terms) AS u(lexeme, positions, weights)
  WHERE l.terms @@ CAST(:query AS tsquery) AND u.lexeme = ANY(:terms)),
rarity AS (
  SELECT m.lexeme, greatest(ln((c.n - count(*) + 0.5) / (count(*) + 0.5)), 1e-6) AS idf
  FROM matched m, corpus c GROUP BY m.lexeme, c.n)
SELECT m.passage_pk,
  sum(r.idf * m.count * (:k1 + 1) / (m.count + :k1 * (1 - :b + :b * m.length / c.mean)))
FROM matched m JOIN rarity r USING (lexeme), corpus c GROUP BY m.passage_pk
"""


def _fts5_row(entry: LexiconEntry) -> dict[str, int | str]:
    stored = {name: " ".join(terms) for name, terms in stored_terms(entry).items()}
    return {"pk": entry.pk, **stored}


def _tsvector_row(entry: LexiconEntry) -> dict[str, int | str]:
    """Spell out the tsvector, so that no parser of the server's has a say in what a term is."""
    places: dict[str, list[str]] = {}
    position = 0
    for name, terms in stored_terms(entry).items():
        for term in terms:
            position += 1
            places.setdefault(_safe(term), []).append(f"{min(position, 16_383)}{_MARKS[name]}")
    spelled = " ".join(f"'{term}':{','.join(found)}" for term, found in places.items())
    return {"pk": entry.pk, "length": position, "terms": spelled}


def _safe(term: str) -> str:
    """Return the term without marks of the tsvector language, no longer than a tsvector allows."""
    return re.sub(r"['\\:&|!()<>*]", "", term)[:_LONGEST_TERM]
