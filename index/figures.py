"""Count what a library holds, for health checks and metrics: from the database alone, in one read.

Opens no vector index and loads nothing into memory.
"""

from dataclasses import dataclass

from sqlalchemy import func, select

from index.storage import schema
from index.storage.database import Database
from index.storage.schema import CURRENT
from index.vectors import snapshot


@dataclass(frozen=True)
class Figures:
    """What is searchable; generation 0: nothing was published yet."""

    generation: int
    briefs: int
    passages: int


def figures(database: Database) -> Figures:
    """Return the figures; raises DatabaseUnavailable."""
    versions, passages = schema.versions, schema.passages
    briefs = select(func.count()).select_from(versions).where(versions.c.state == CURRENT)
    held = (
        select(func.count())
        .select_from(passages.join(versions, versions.c.pk == passages.c.version_pk))
        .where(versions.c.state == CURRENT)
    )
    with database.read() as connection:
        return Figures(
            snapshot.published(connection)[0],
            int(connection.execute(briefs).scalar_one()),
            int(connection.execute(held).scalar_one()),
        )
