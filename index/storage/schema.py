"""The tables of the catalogue: what is stored of briefs, versions, passages and generations.

A brief has versions, a version has renditions (the documents it was read from) and passages, a
passage has a vector, packed tokens and packed sentences. A version is searchable from the moment
its state is `current`, whole.
"""

from pathlib import Path

from sqlalchemy import (
    Column,
    Connection,
    DateTime,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    String,
    Table,
    Text,
    UniqueConstraint,
    inspect,
    select,
)

from index.errors import FingerprintMismatch, LibraryMissing
from index.storage.database import metadata

SCHEMA_VERSION = "1"

CURRENT, SUPERSEDED, WITHDRAWN = "current", "superseded", "withdrawn"

# Values of the library that are of the moment: which ingest may publish, what was published last.
INGEST_TOKEN, PUBLISHED_KEY = "ingest", "published"
_PROMISED = "next "  # and the name of a table: its first number that is not promised to an ingest

library = Table(
    "library",
    metadata,
    Column("key", String(64), primary_key=True),  # schema, fingerprint, id, and those of above
    Column("value", Text, nullable=False),
)

briefs = Table(
    "briefs",
    metadata,
    Column("id", String(32), primary_key=True),
    Column("collection", Text, nullable=False),
)

versions = Table(
    "versions",
    metadata,
    Column("pk", Integer, primary_key=True, autoincrement=False),
    Column("brief_id", ForeignKey("briefs.id"), nullable=False),
    Column("version", Integer, nullable=False),
    Column("state", String(12), nullable=False),
    Column("title", Text, nullable=False),
    Column("text", Text, nullable=False),
    Column("text_sha256", String(64), nullable=False),
    Column("date", String(10)),
    Column("authors", Text, nullable=False),  # JSON list
    Column("number", Text),
    Column("edition", Text),
    Column("source", Text, nullable=False),
    Column("media_type", Text, nullable=False),
    Column("source_url", Text),
    Column("pages", Text, nullable=False),  # JSON list of [offset, page]
    Column("note", Text),
    Column("signature", LargeBinary, nullable=False),  # MinHash, uint32
    Column("added_at", DateTime(timezone=True), nullable=False),
    UniqueConstraint("brief_id", "version"),
    Index("versions_state", "state"),
    Index("versions_number", "number"),
    Index("versions_text", "text_sha256"),
)

renditions = Table(
    "renditions",
    metadata,
    Column("location", Text, primary_key=True),
    Column("collection", Text, primary_key=True),
    Column("version_pk", ForeignKey("versions.pk"), nullable=False),
    Column("media_type", Text, nullable=False),
    Column("sha256", String(64), nullable=False),
    Column("given", Text, nullable=False),  # JSON: what flags and manifest said about it
    Index("renditions_version", "version_pk"),
)

passages = Table(
    "passages",
    metadata,
    Column("pk", Integer, primary_key=True, autoincrement=False),
    Column("id", String(64), nullable=False, unique=True),
    Column("version_pk", ForeignKey("versions.pk"), nullable=False),
    Column("ordinal", Integer, nullable=False),
    Column("start", Integer, nullable=False),
    Column("end", Integer, nullable=False),
    Column("text", Text, nullable=False),
    Column("heading", Text, nullable=False),  # JSON list
    Column("paragraph", Integer, nullable=False),
    Column("page", Integer),
    Column("context", Text, nullable=False),
    Column("kind", String(12), nullable=False),
    Column("input_sha256", String(64), nullable=False),  # of what was read
    UniqueConstraint("version_pk", "ordinal"),
    Index("passages_input", "input_sha256"),
)

left_out = Table(  # why what a document says is in no passage
    "left_out",
    metadata,
    Column("version_pk", ForeignKey("versions.pk"), primary_key=True),
    Column("reason", String(32), primary_key=True),
    Column("characters", Integer, nullable=False),
    Column("example", Text, nullable=False),
)

vectors = Table(
    "vectors",
    metadata,
    Column("passage_pk", ForeignKey("passages.pk"), primary_key=True),
    Column("vector", LargeBinary, nullable=False),  # float32, little-endian
)

tokens = Table(
    "tokens",
    metadata,
    Column("passage_pk", ForeignKey("passages.pk"), primary_key=True),
    Column("packed", LargeBinary, nullable=False),  # index/models/token_embeddings.py has the form
)

sentences = Table(
    "sentences",
    metadata,
    Column("passage_pk", ForeignKey("passages.pk"), primary_key=True),
    Column("packed", LargeBinary, nullable=False),  # index/models/token_embeddings.py has the form
)

generations = Table(
    "generations",
    metadata,
    Column("number", Integer, primary_key=True),  # the highest is the published one
    Column("vectors", Integer, nullable=False),
    Column("files", Text, nullable=False),  # JSON: path in the folder -> [size, crc32]
    Column("published_at", DateTime(timezone=True), nullable=False),
)


def promised(table: Table) -> str:
    """Return the key of a table's first free number."""
    return f"{_PROMISED}{table.name}"


PASSING = (INGEST_TOKEN, PUBLISHED_KEY, promised(versions), promised(passages))


def create(connection: Connection) -> None:
    """Create whatever is missing of all registered tables."""
    metadata.create_all(connection)


def stored_version(connection: Connection) -> str | None:
    """Return the schema version of the library, None if there is no library."""
    if not inspect(connection).has_table(library.name):
        return None
    found: str | None = connection.execute(
        select(library.c.value).where(library.c.key == "schema")
    ).scalar()
    return found


def require(connection: Connection, home: Path) -> None:
    """Raise LibraryMissing if there is none, FingerprintMismatch for one of another schema."""
    found = stored_version(connection)
    if found is None:
        raise missing(home)
    if found != SCHEMA_VERSION:
        raise FingerprintMismatch(
            f"the library has schema {found}, this release reads {SCHEMA_VERSION}; "
            "install the release that wrote it"
        )


def missing(home: Path) -> LibraryMissing:
    """Return the error that there is no library in a folder."""
    return LibraryMissing(f"no library in {home}; type: briefs ingest FOLDER_OR_FILES")
