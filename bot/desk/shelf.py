"""Read the library's catalogue for pages: briefs with their versions, without their texts.

Knows SQL and nothing of pages. The texts come from `index.library`.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, Row, Select, func, or_, select

from index.storage import schema
from index.storage.schema import CURRENT


@dataclass(frozen=True)
class Edition:
    """One version of a brief, as lists show it."""

    brief_id: str
    version: int
    state: str  # index.storage.schema: current, superseded or withdrawn
    title: str
    date: str | None
    number: str | None
    edition: str | None  # the publisher's own version
    collection: str

    @property
    def is_current(self) -> bool:
        """Whether it is what the library searches."""
        return self.state == CURRENT


def editions(connection: Connection, brief_ids: Collection[str]) -> dict[str, list[Edition]]:
    """Return all versions of these briefs, the oldest first; briefs that are unknown are absent."""
    found: dict[str, list[Edition]] = {}
    query = _query().where(schema.versions.c.brief_id.in_(brief_ids))
    for row in connection.execute(query.order_by(schema.versions.c.version)):
        found.setdefault(row.brief_id, []).append(_edition(row))
    return found


def listed(
    connection: Connection, words: Sequence[str], *, limit: int, offset: int
) -> tuple[list[Edition], int]:
    """Return current briefs whose title or number has all these words, newest first, and how many.

    Without a date they come last.
    """
    table = schema.versions
    query = _query().where(table.c.state == CURRENT)
    for word in words:
        query = query.where(
            or_(
                func.lower(table.c.title).contains(word.lower(), autoescape=True),
                func.lower(table.c.number).contains(word.lower(), autoescape=True),
            )
        )
    total = connection.scalar(select(func.count()).select_from(query.subquery())) or 0
    newest = (func.coalesce(table.c.date, "").desc(), table.c.title, table.c.brief_id)
    rows = connection.execute(query.order_by(*newest).limit(limit).offset(offset))
    return [_edition(row) for row in rows], total


def _query() -> Select[Any]:
    table = schema.versions
    return select(
        table.c.brief_id, table.c.version, table.c.state, table.c.title, table.c.date,
        table.c.number, table.c.edition, schema.briefs.c.collection,
    ).join(schema.briefs, schema.briefs.c.id == table.c.brief_id)  # fmt: skip


def _edition(row: Row[Any]) -> Edition:
    return Edition(
        row.brief_id, row.version, row.state, row.title, row.date, row.number, row.edition,
        row.collection,
    )  # fmt: skip
