"""The ledger's two tables and the triggers that keep them append-only, on SQLite and PostgreSQL."""

from sqlalchemy import DDL, Column, ForeignKey, Integer, String, Table, Text, event

from index.database import metadata

GENESIS = "0" * 64  # prev_hash of the first row

answers_ledger = Table(
    "answers_ledger",
    metadata,
    Column("seq", Integer, primary_key=True, autoincrement=False),
    Column("answer_id", String(64), nullable=False, unique=True),
    Column("prev_hash", String(64), nullable=False),
    Column("hash", String(64), nullable=False, unique=True),
    Column("body", Text, nullable=False),  # canonical JSON
    Column("created_at", String(40), nullable=False),  # UTC, ISO 8601; order by seq, not by this
)

# What people typed; rows may be deleted and never changed.
answers_private = Table(
    "answers_private",
    metadata,
    Column("answer_id", String(64), ForeignKey("answers_ledger.answer_id"), primary_key=True),
    Column("salt", String(64), nullable=False),
    Column("body", Text, nullable=False),  # canonical JSON
)

_REFUSALS = (  # (table, what is refused, on which rows)
    ("answers_ledger", "UPDATE"),
    ("answers_ledger", "DELETE"),
    ("answers_private", "UPDATE"),
)

# The insert trigger keeps INSERT OR REPLACE, which fires no delete trigger, from replacing a row.
_SQLITE_NEXT_ROW = f"""
CREATE TRIGGER answers_ledger_next BEFORE INSERT ON answers_ledger
WHEN NEW.seq <> (SELECT coalesce(max(seq), 0) + 1 FROM answers_ledger)
  OR NEW.prev_hash <> coalesce(
       (SELECT hash FROM answers_ledger ORDER BY seq DESC LIMIT 1), '{GENESIS}')
  OR EXISTS (SELECT 1 FROM answers_ledger
             WHERE answer_id = NEW.answer_id OR hash = NEW.hash)
BEGIN SELECT RAISE(ABORT, 'answers_ledger is append-only'); END
"""  # noqa: S608 - a constant

_SQLITE_KEEP_PRIVATE = """
CREATE TRIGGER answers_private_keep BEFORE INSERT ON answers_private
WHEN EXISTS (SELECT 1 FROM answers_private WHERE answer_id = NEW.answer_id)
BEGIN SELECT RAISE(ABORT, 'answers_private is never changed'); END
"""

_POSTGRES_REFUSE = """
CREATE OR REPLACE FUNCTION briefs_refuse() RETURNS trigger LANGUAGE plpgsql AS
$$ BEGIN RAISE EXCEPTION '% is append-only', TG_TABLE_NAME; END $$
"""

_POSTGRES_NEXT_ROW = f"""
CREATE OR REPLACE FUNCTION briefs_next_row() RETURNS trigger LANGUAGE plpgsql AS
$$ BEGIN
  IF NEW.seq <> (SELECT coalesce(max(seq), 0) + 1 FROM answers_ledger)
     OR NEW.prev_hash <> coalesce(
          (SELECT hash FROM answers_ledger ORDER BY seq DESC LIMIT 1), '{GENESIS}')
  THEN RAISE EXCEPTION 'answers_ledger is append-only'; END IF;
  RETURN NEW;
END $$
"""  # noqa: S608 - a constant


def _after_create(table: Table, dialect: str, statement: str) -> None:
    ddl = DDL(statement.replace("%", "%%"))  # type: ignore[no-untyped-call]
    event.listen(table, "after_create", ddl.execute_if(dialect=dialect))


def _register() -> None:
    tables = {"answers_ledger": answers_ledger, "answers_private": answers_private}
    for statement in (_POSTGRES_REFUSE, _POSTGRES_NEXT_ROW):
        _after_create(answers_ledger, "postgresql", statement)
    for name, verb in _REFUSALS:
        _after_create(
            tables[name],
            "sqlite",
            f"CREATE TRIGGER {name}_no_{verb.lower()} BEFORE {verb} ON {name} "
            f"BEGIN SELECT RAISE(ABORT, '{name} is append-only'); END",
        )
        _after_create(
            tables[name],
            "postgresql",
            f"CREATE TRIGGER {name}_no_{verb.lower()} BEFORE {verb} ON {name} "
            "FOR EACH ROW EXECUTE FUNCTION briefs_refuse()",
        )
    _after_create(answers_ledger, "sqlite", _SQLITE_NEXT_ROW)
    _after_create(answers_private, "sqlite", _SQLITE_KEEP_PRIVATE)
    _after_create(
        answers_ledger,
        "postgresql",
        "CREATE TRIGGER answers_ledger_next BEFORE INSERT ON answers_ledger "
        "FOR EACH ROW EXECUTE FUNCTION briefs_next_row()",
    )
    _after_create(
        answers_ledger,
        "postgresql",
        "CREATE TRIGGER answers_ledger_no_truncate BEFORE TRUNCATE ON answers_ledger "
        "FOR EACH STATEMENT EXECUTE FUNCTION briefs_refuse()",
    )


_register()
