"""The ledger's two tables and the triggers that keep them append-only, on SQLite and PostgreSQL."""

from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy import (
    DDL,
    Column,
    Connection,
    ForeignKey,
    Integer,
    String,
    Table,
    Text,
    event,
    text,
)
from sqlalchemy import inspect as inspected

from index.storage.database import metadata

GENESIS = "0" * 64  # prev_hash of the first row

ledger = Table(
    "ledger",
    metadata,
    Column("seq", Integer, primary_key=True, autoincrement=False),
    Column("record_id", String(64), nullable=False, unique=True),  # of an answer: the answer's id
    Column("kind", String(16), nullable=False),  # bot.ledger.ledger.RecordKind
    Column("answer_id", String(64), nullable=False, index=True),  # the answer it is about
    Column("prev_hash", String(64), nullable=False),
    Column("hash", String(64), nullable=False, unique=True),
    Column("body", Text, nullable=False),  # canonical JSON
    Column("created_at", String(40), nullable=False),  # UTC, ISO 8601; order by seq, not by this
)

# What people typed; rows may be deleted and never changed.
ledger_private = Table(
    "ledger_private",
    metadata,
    Column("record_id", String(64), ForeignKey("ledger.record_id"), primary_key=True),
    Column("salt", String(64), nullable=False),
    Column("body", Text, nullable=False),  # canonical JSON
)

_REFUSALS = (  # (table, what is refused, on which rows)
    (ledger, "UPDATE"),
    (ledger, "DELETE"),
    (ledger_private, "UPDATE"),
)

# The insert trigger keeps INSERT OR REPLACE, which fires no delete trigger, from replacing a row.
_SQLITE_NEXT_ROW = f"""
CREATE TRIGGER ledger_next BEFORE INSERT ON ledger
WHEN NEW.seq <> (SELECT coalesce(max(seq), 0) + 1 FROM ledger)
  OR NEW.prev_hash <> coalesce(
       (SELECT hash FROM ledger ORDER BY seq DESC LIMIT 1), '{GENESIS}')
  OR EXISTS (SELECT 1 FROM ledger
             WHERE record_id = NEW.record_id OR hash = NEW.hash)
BEGIN SELECT RAISE(ABORT, 'ledger is append-only'); END
"""  # noqa: S608 - a constant

_SQLITE_KEEP_PRIVATE = """
CREATE TRIGGER ledger_private_keep BEFORE INSERT ON ledger_private
WHEN EXISTS (SELECT 1 FROM ledger_private WHERE record_id = NEW.record_id)
BEGIN SELECT RAISE(ABORT, 'ledger_private is never changed'); END
"""

_POSTGRES_REFUSE = """
CREATE OR REPLACE FUNCTION briefs_refuse() RETURNS trigger LANGUAGE plpgsql AS
$$ BEGIN RAISE EXCEPTION '% is append-only', TG_TABLE_NAME; END $$
"""

_POSTGRES_NEXT_ROW = f"""
CREATE OR REPLACE FUNCTION briefs_next_row() RETURNS trigger LANGUAGE plpgsql AS
$$ BEGIN
  IF NEW.seq <> (SELECT coalesce(max(seq), 0) + 1 FROM ledger)
     OR NEW.prev_hash <> coalesce(
          (SELECT hash FROM ledger ORDER BY seq DESC LIMIT 1), '{GENESIS}')
  THEN RAISE EXCEPTION 'ledger is append-only'; END IF;
  RETURN NEW;
END $$
"""  # noqa: S608 - a constant


_STATEMENTS = [
    (ledger, "postgresql", _POSTGRES_REFUSE),
    (ledger, "postgresql", _POSTGRES_NEXT_ROW),
    (ledger, "sqlite", _SQLITE_NEXT_ROW),
    (ledger_private, "sqlite", _SQLITE_KEEP_PRIVATE),
    (ledger, "postgresql", "CREATE TRIGGER ledger_next BEFORE INSERT ON ledger "
     "FOR EACH ROW EXECUTE FUNCTION briefs_next_row()"),
    (ledger, "postgresql", "CREATE TRIGGER ledger_no_truncate BEFORE TRUNCATE ON ledger "
     "FOR EACH STATEMENT EXECUTE FUNCTION briefs_refuse()"),
]  # fmt: skip
for _table, _verb in _REFUSALS:
    _trigger = f"CREATE TRIGGER {_table}_no_{_verb.lower()} BEFORE {_verb} ON {_table} "
    _abort = f"BEGIN SELECT RAISE(ABORT, '{_table} is append-only'); END"
    _STATEMENTS += [
        (_table, "sqlite", _trigger + _abort),
        (_table, "postgresql", _trigger + "FOR EACH ROW EXECUTE FUNCTION briefs_refuse()"),
    ]
for _table, _dialect, _statement in _STATEMENTS:
    _ddl = DDL(_statement.replace("%", "%%"))  # type: ignore[no-untyped-call]
    event.listen(_table, "after_create", _ddl.execute_if(dialect=_dialect))


# Row triggers do not see TRUNCATE. Rows of the first may be deleted, each with a receipt. Libraries
# of earlier releases get these triggers when they are next opened.
_TRUNCATED = ("ledger_private", "answers_streamed")


def lacks_truncate_guard(connection: Connection) -> list[str]:
    """Return the tables on PostgreSQL that TRUNCATE could empty."""
    if connection.dialect.name != "postgresql":
        return []
    there = set(connection.scalars(text("SELECT tgname FROM pg_trigger")))
    tables = inspected(connection)
    return [
        name for name in _TRUNCATED if f"{name}_no_truncate" not in there and tables.has_table(name)
    ]


def guard_truncate(connection: Connection) -> None:
    """Make the triggers that are lacking."""
    lacking = lacks_truncate_guard(connection)
    if lacking:
        connection.exec_driver_sql(_POSTGRES_REFUSE.replace("%", "%%"))
    for name in lacking:
        connection.exec_driver_sql(
            f"CREATE TRIGGER {name}_no_truncate BEFORE TRUNCATE ON {name} "
            "FOR EACH STATEMENT EXECUTE FUNCTION briefs_refuse()"
        )


@contextmanager
def rewriting(connection: Connection) -> Iterator[None]:
    """Let rows of the chain and streamed rows be changed inside the block, which is a transaction.

    Only to black out what a receipt, added in the same transaction, accounts for. Whoever reads
    meanwhile sees neither the change nor the missing triggers.
    """
    lifted = []
    for table in ("ledger", "answers_streamed"):
        if not inspected(connection).has_table(table):
            continue
        name = f"{table}_no_update"
        if connection.dialect.name == "sqlite":
            query = "SELECT sql FROM sqlite_master WHERE name = :name"
            made = connection.scalar(text(query), {"name": name})
            drop = f"DROP TRIGGER {name}"
        elif table == "ledger":
            query = "SELECT pg_get_triggerdef(oid) FROM pg_trigger WHERE tgname = :name"
            made = connection.scalar(text(query), {"name": name})
            drop = f"DROP TRIGGER {name} ON {table}"
        else:
            query = "SELECT definition FROM pg_rules WHERE rulename = :name"
            made = connection.scalar(text(query), {"name": name})
            drop = f"DROP RULE {name} ON {table}"
        if made:
            connection.exec_driver_sql(drop)
            lifted.append(str(made))
    yield
    for statement in lifted:
        connection.exec_driver_sql(statement.replace("%", "%%"))


def create(connection: Connection) -> None:
    """Create missing tables, and migrate the records of an older version."""
    metadata.create_all(connection, tables=[ledger, ledger_private])
    if not inspected(connection).has_table("answers_ledger"):
        return
    for statement in _FROM_ANSWERS_LEDGER:
        connection.exec_driver_sql(statement)


def missing_triggers(connection: Connection) -> list[str]:
    names = [f"{table}_no_{verb.lower()}" for table, verb in _REFUSALS] + ["ledger_next"]
    if connection.dialect.name == "sqlite":
        names.append("ledger_private_keep")
        query = text("SELECT name FROM sqlite_master WHERE type = 'trigger'")
    else:
        names += ["ledger_no_truncate", "ledger_private_no_truncate"]
        query = text("SELECT tgname FROM pg_trigger WHERE tgenabled <> 'D'")
    there = set(connection.scalars(query))
    return [name for name in names if name not in there]


# Bodies and hashes stay: the record of an answer still has this form.
_FROM_ANSWERS_LEDGER = (
    "INSERT INTO ledger (seq, record_id, kind, answer_id, prev_hash, hash, body, created_at) "
    "SELECT seq, answer_id, 'answer', answer_id, prev_hash, hash, body, created_at "
    "FROM answers_ledger ORDER BY seq",
    "INSERT INTO ledger_private (record_id, salt, body) "
    "SELECT answer_id, salt, body FROM answers_private",
    "DROP TABLE answers_private",
    "DROP TABLE answers_ledger",
)
