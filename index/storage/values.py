"""Values of the whole library in SQL: its id, what was removed, who may publish, numbers promised.

Every function joins the caller's transaction.
"""

import uuid
from collections.abc import Iterable

from sqlalchemy import Connection, Table, func, insert, select, update

from index.errors import Overtaken
from index.storage import checksums, schema
from index.storage.checksums import ChecksumScope

_REMOVED = "removed:"  # then the id of a brief that somebody removed; the value is the day


def get(connection: Connection, key: str) -> str | None:
    """Return a library-wide value, or None."""
    found: str | None = connection.execute(
        select(schema.library.c.value).where(schema.library.c.key == key)
    ).scalar()
    return found


def put(connection: Connection, key: str, value: str) -> None:
    """Store a library-wide value."""
    table = schema.library
    changed = connection.execute(update(table).where(table.c.key == key).values(value=value))
    if changed.rowcount == 0:
        connection.execute(insert(table).values(key=key, value=value))


def removed(connection: Connection) -> dict[str, str]:
    """Return the day on which each brief was removed that somebody removed, by brief id."""
    table = schema.library
    rows = connection.execute(
        select(table.c.key, table.c.value).where(table.c.key.startswith(_REMOVED))
    )
    return {row.key.removeprefix(_REMOVED): row.value for row in rows}


def note_removed(connection: Connection, brief_ids: Iterable[str], day: str) -> None:
    """Remember that somebody removed these briefs."""
    for brief_id in brief_ids:
        put(connection, f"{_REMOVED}{brief_id}", day)
    checksums.stamp(connection, ChecksumScope.LIBRARY)


def forget_removed(connection: Connection, brief_ids: Iterable[str]) -> None:
    """Forget that somebody removed these briefs: they are back."""
    keys = [f"{_REMOVED}{brief_id}" for brief_id in brief_ids]
    if connection.execute(schema.library.delete().where(schema.library.c.key.in_(keys))).rowcount:
        checksums.stamp(connection, ChecksumScope.LIBRARY)


def begin_ingest(connection: Connection) -> str:
    """Note that an ingest begins, which ends the right of any other to publish; return its token.

    The lock that keeps ingests apart can be lost with a connection: this is asked once more in the
    transaction that publishes.
    """
    token = uuid.uuid4().hex
    put(connection, schema.INGEST_TOKEN, token)
    return token


def require_ingest(connection: Connection, token: str) -> None:
    """Raise Overtaken if another ingest has begun since."""
    if get(connection, schema.INGEST_TOKEN) != token:
        raise Overtaken(
            "another ingest began while the connection to the database was lost; "
            "run the same command again"
        )


def next_number(connection: Connection, table: Table) -> int:
    """Return the first number that no version or passage has or was promised."""
    highest = connection.execute(select(func.coalesce(func.max(table.c.pk), 0))).scalar_one()
    promised = get(connection, schema.promised(table))
    return max(int(highest) + 1, int(promised or 0))


def promise_numbers(connection: Connection, table: Table, first: int, count: int) -> bool:
    """Set numbers aside, so that nobody else takes them; False if somebody has meanwhile."""
    if next_number(connection, table) != first:
        return False
    put(connection, schema.promised(table), str(first + count))
    return True
