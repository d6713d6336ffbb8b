"""Erase a brief from the catalogue: all its versions, with everything that was made of them.

Vectors and full text are rebuilt without it, from nothing: what is deleted inside Chroma's files
and inside a full-text index leaves its bytes there.
"""

from dataclasses import dataclass

from sqlalchemy import Connection, delete, select

from index.storage import catalogue, checksums, embeddings, schema


@dataclass(frozen=True)
class ErasedBrief:
    """What was erased, for whoever has to erase what was quoted from it elsewhere."""

    id: str
    title: str  # of the newest version
    versions: int
    passages: int
    texts: tuple[str, ...]  # of all versions
    names: tuple[str, ...]  # titles and where it came from: what the texts may not have
    text_sha256: tuple[str, ...]


def erase(connection: Connection, brief_id: str) -> ErasedBrief:
    """Delete a brief's rows in the caller's transaction; raise NotFound where there is none."""
    found = catalogue.brief(connection, brief_id)
    table = schema.versions
    rows = connection.execute(
        select(table).where(table.c.brief_id == found.id).order_by(table.c.version)
    ).all()
    pks = [int(row.pk) for row in rows]
    places = catalogue.renditions(connection, schema.renditions.c.version_pk.in_(pks))
    passages = schema.passages
    numbers = list(connection.scalars(select(passages.c.pk).where(passages.c.version_pk.in_(pks))))
    names = [place.location for place in places]
    for row in rows:
        names += filter(None, (row.title, row.source, row.source_url))
    for part in embeddings.chunks(pks):
        connection.execute(
            delete(schema.renditions).where(schema.renditions.c.version_pk.in_(part))
        )
    checksums.forget(connection, pks)
    catalogue.delete_versions(connection, pks)
    return ErasedBrief(
        id=found.id,
        title=rows[-1].title,
        versions=len(rows),
        passages=len(numbers),
        texts=tuple(row.text for row in rows),
        names=tuple(dict.fromkeys(names)),
        text_sha256=tuple(row.text_sha256 for row in rows),
    )
