"""Full-text BM25 over stems of title, heading and body; in the same database as everything else.

SQLite uses its FTS5 engine, PostgreSQL the same formula over a tsvector: equal scores on both.
Holds the passages of current versions only, so that no withdrawn text weighs on a term's rarity.
Knows stems and numbers; knows nothing of questions.
"""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Protocol

from sqlalchemy import Connection, text

from index.storage.database import Database
from index.words import STOP_WORDS, stem, words

# Weights of a term's count by where it stands; chosen on crs gold-dev with squad2 as a check.
TITLE_WEIGHT, HEADING_WEIGHT, BODY_WEIGHT = 0.6, 0.8, 1.0
_K1, _B = 1.2, 0.75  # the constants of FTS5's bm25()
_CHUNK = 500  # bound parameters a statement
_LONGEST_TERM = 500  # characters, of up to four bytes; a term in a tsvector has at most 2,046 bytes


@dataclass(frozen=True)
class LexiconEntry:
    """The three texts of one passage."""

    pk: int
    title: str
    heading: str
    body: str


class Lexicon(Protocol):
    """A full-text index inside the database; every call joins the caller's transaction."""

    def create(self, connection: Connection) -> None:
        """Create the index if it is missing."""

    def clear(self, connection: Connection) -> None:
        """Make an empty index of whatever is there."""

    def add(self, connection: Connection, entries: Iterable[LexiconEntry]) -> None:
        """Add passages that are not yet in it."""

    def remove(self, connection: Connection, pks: Sequence[int]) -> None:
        """Remove passages; unknown ones are ignored."""

    def members(self, connection: Connection) -> set[int]:
        """Return the numbers of all passages in it."""
        ...

    def wrong(self, connection: Connection, entries: Sequence[LexiconEntry]) -> list[int]:
        """Return those of the passages in it whose stored terms are not those of their texts."""
        ...

    def scores(self, connection: Connection, terms: Sequence[str]) -> dict[int, float]:
        """Return the BM25 score of every passage with at least one of the stems (> 0)."""
        ...

    def document_frequency(self, connection: Connection, terms: Sequence[str]) -> dict[str, int]:
        """Return the number of passages that hold each stem."""
        ...


def lexicon_for(database: Database) -> Lexicon:
    """Return the engine for this kind of database."""
    return SqliteLexicon() if database.is_sqlite else PostgresLexicon()


def indexed_terms(passage_text: str) -> list[str]:
    """Return the stems under which a text is found: every word but the stop words, in order."""
    return [stem(word) for word in words(passage_text) if word not in STOP_WORDS]


class SqliteLexicon:
    """FTS5 (Sqlite.org, "FTS5 extension", section 5.1.1 for bm25())."""

    def create(self, connection: Connection) -> None:
        """Create the index if it is missing."""
        connection.execute(
            text(
                "CREATE VIRTUAL TABLE IF NOT EXISTS lexicon"
                " USING fts5(title, heading, body,"
                # A term is what words.py makes of it: 1.5 is one term, and nothing is folded again.
                " tokenize = \"unicode61 remove_diacritics 0 tokenchars '.'\")"
            )
        )
        connection.execute(
            text(
                "CREATE VIRTUAL TABLE IF NOT EXISTS lexicon_terms USING fts5vocab('lexicon', 'row')"
            )
        )

    def clear(self, connection: Connection) -> None:
        """Make an empty index of whatever is there."""
        connection.execute(text("DROP TABLE IF EXISTS lexicon_terms"))
        connection.execute(text("DROP TABLE IF EXISTS lexicon"))
        self.create(connection)

    def add(self, connection: Connection, entries: Iterable[LexiconEntry]) -> None:
        """Add passages that are not yet in it."""
        rows = [_fts5_row(entry) for entry in entries]
        if rows:
            connection.execute(
                text(
                    "INSERT INTO lexicon (rowid, title, heading, body)"
                    " VALUES (:pk, :title, :heading, :body)"
                ),
                rows,
            )

    def remove(self, connection: Connection, pks: Sequence[int]) -> None:
        """Remove passages; unknown ones are ignored."""
        if pks:
            connection.execute(
                text("DELETE FROM lexicon WHERE rowid = :pk"), [{"pk": pk} for pk in pks]
            )

    def members(self, connection: Connection) -> set[int]:
        """Return the numbers of all passages in it."""
        return set(connection.execute(text("SELECT rowid FROM lexicon")).scalars())

    def wrong(self, connection: Connection, entries: Sequence[LexiconEntry]) -> list[int]:
        """Return those of the passages in it whose stored terms are not those of their texts."""
        if not entries:
            return []
        rows = connection.execute(
            text(
                "SELECT rowid AS pk, title, heading, body FROM lexicon"
                " WHERE rowid BETWEEN :first AND :last"
            ),
            {
                "first": min(entry.pk for entry in entries),
                "last": max(entry.pk for entry in entries),
            },
        )
        stored = {row.pk: dict(row._mapping) for row in rows}
        return [
            entry.pk for entry in entries if entry.pk in stored
            and stored[entry.pk] != _fts5_row(entry)
        ]  # fmt: skip

    def scores(self, connection: Connection, terms: Sequence[str]) -> dict[int, float]:
        """Return the BM25 score of every passage with at least one of the stems (> 0)."""
        if not terms:
            return {}
        match = " OR ".join(f'"{term}"' for term in dict.fromkeys(terms))
        rows = connection.execute(
            text(
                "SELECT rowid, -bm25(lexicon, :title, :heading, :body) FROM lexicon"
                " WHERE lexicon MATCH :match"
            ),
            {
                "match": match,
                "title": TITLE_WEIGHT,
                "heading": HEADING_WEIGHT,
                "body": BODY_WEIGHT,
            },
        )
        return {int(pk): float(score) for pk, score in rows}

    def document_frequency(self, connection: Connection, terms: Sequence[str]) -> dict[str, int]:
        """Return the number of passages that hold each stem."""
        found = dict.fromkeys(terms, 0)
        for term in found:
            row = connection.execute(
                text("SELECT doc FROM lexicon_terms WHERE term = :term"), {"term": term}
            ).first()
            found[term] = int(row[0]) if row else 0
        return found


class PostgresLexicon:
    """BM25 over weighted tsvectors, with FTS5's formula and constants."""

    def create(self, connection: Connection) -> None:
        """Create the index if it is missing."""
        connection.execute(
            text(
                "CREATE TABLE IF NOT EXISTS lexicon (passage_pk integer PRIMARY KEY,"
                " length integer NOT NULL, terms tsvector NOT NULL)"
            )
        )
        connection.execute(
            text("CREATE INDEX IF NOT EXISTS lexicon_gin ON lexicon USING gin (terms)")
        )

    def clear(self, connection: Connection) -> None:
        """Make an empty index of whatever is there."""
        self.create(connection)
        # Not DROP or TRUNCATE: a search under way must go on seeing the old rows.
        connection.execute(text("DELETE FROM lexicon"))

    def add(self, connection: Connection, entries: Iterable[LexiconEntry]) -> None:
        """Add passages that are not yet in it."""
        rows = [_tsvector_row(entry) for entry in entries]
        if rows:
            connection.execute(
                text(
                    "INSERT INTO lexicon (passage_pk, length, terms)"
                    " VALUES (:pk, :length, CAST(:terms AS tsvector))"
                ),
                rows,
            )

    def remove(self, connection: Connection, pks: Sequence[int]) -> None:
        """Remove passages; unknown ones are ignored."""
        for begin in range(0, len(pks), _CHUNK):
            connection.execute(
                text("DELETE FROM lexicon WHERE passage_pk = ANY(:pks)"),
                {"pks": list(pks[begin : begin + _CHUNK])},
            )

    def members(self, connection: Connection) -> set[int]:
        """Return the numbers of all passages in it."""
        return set(connection.execute(text("SELECT passage_pk FROM lexicon")).scalars())

    def wrong(self, connection: Connection, entries: Sequence[LexiconEntry]) -> list[int]:
        """Return those of the passages in it whose stored terms are not those of their texts."""
        found = list[int]()
        differs = text(
            "SELECT l.passage_pk FROM lexicon l"
            " JOIN unnest(CAST(:pk AS integer[]), CAST(:length AS integer[]),"
            "  CAST(:terms AS text[])) AS e(pk, length, terms) ON e.pk = l.passage_pk"
            " WHERE l.length <> e.length OR l.terms <> CAST(e.terms AS tsvector)"
        )
        for begin in range(0, len(entries), _CHUNK):
            rows = [_tsvector_row(entry) for entry in entries[begin : begin + _CHUNK]]
            columns = {name: [row[name] for row in rows] for name in ("pk", "length", "terms")}
            found += connection.execute(differs, columns).scalars()
        return found

    def scores(self, connection: Connection, terms: Sequence[str]) -> dict[int, float]:
        """Return the BM25 score of every passage with at least one of the stems (> 0)."""
        if not terms:
            return {}
        unique = list(dict.fromkeys(_safe(term) for term in terms))
        rows = connection.execute(
            text(_POSTGRES_BM25),
            {
                "terms": unique,
                "query": " | ".join(f"'{term}'" for term in unique),
                "title": TITLE_WEIGHT,
                "heading": HEADING_WEIGHT,
                "body": BODY_WEIGHT,
                "k1": _K1,
                "b": _B,
            },
        )
        return {int(pk): float(score) for pk, score in rows}

    def document_frequency(self, connection: Connection, terms: Sequence[str]) -> dict[str, int]:
        """Return the number of passages that hold each stem."""
        count = text("SELECT count(*) FROM lexicon WHERE terms @@ CAST(:query AS tsquery)")
        return {
            term: int(connection.execute(count, {"query": f"'{_safe(term)}'"}).scalar_one())
            for term in dict.fromkeys(terms)
        }


_POSTGRES_BM25 = """
WITH corpus AS (SELECT count(*)::float AS n, avg(length)::float AS mean FROM lexicon),
matched AS (
  SELECT l.passage_pk, l.length, u.lexeme,
    (SELECT sum(CASE w WHEN 'A' THEN :title WHEN 'B' THEN :heading ELSE :body END)
       FROM unnest(u.weights) AS w)::float AS count
  FROM lexicon l, unnest(l.terms) AS u(lexeme, positions, weights)
  WHERE l.terms @@ CAST(:query AS tsquery) AND u.lexeme = ANY(:terms)),
rarity AS (
  SELECT m.lexeme, greatest(ln((c.n - count(*) + 0.5) / (count(*) + 0.5)), 1e-6) AS idf
  FROM matched m, corpus c GROUP BY m.lexeme, c.n)
SELECT m.passage_pk,
  sum(r.idf * m.count * (:k1 + 1) / (m.count + :k1 * (1 - :b + :b * m.length / c.mean)))
FROM matched m JOIN rarity r USING (lexeme), corpus c GROUP BY m.passage_pk
"""


def _fts5_row(entry: LexiconEntry) -> dict[str, int | str]:
    return {
        "pk": entry.pk,
        "title": " ".join(indexed_terms(entry.title)),
        "heading": " ".join(indexed_terms(entry.heading)),
        "body": " ".join(indexed_terms(entry.body)),
    }


def _tsvector_row(entry: LexiconEntry) -> dict[str, int | str]:
    """Spell out the tsvector, so that no parser of the server's has a say in what a term is."""
    places: dict[str, list[str]] = {}
    position = 0
    for mark, column in (("A", entry.title), ("B", entry.heading), ("D", entry.body)):
        for term in indexed_terms(column):
            position += 1
            places.setdefault(_safe(term), []).append(f"{min(position, 16_383)}{mark}")
    spelled = " ".join(f"'{term}':{','.join(found)}" for term, found in places.items())
    return {"pk": entry.pk, "length": position, "terms": spelled}


def _safe(term: str) -> str:
    """Return the term without marks of the tsvector language, no longer than a tsvector allows."""
    return re.sub(r"['\\:&|!()<>*]", "", term)[:_LONGEST_TERM]
