"""Briefs, versions, renditions and passages in SQL: rows in and out of our types.

Every function joins the caller's transaction.
"""

import json
from collections.abc import Collection, Sequence
from dataclasses import dataclass, fields, replace
from datetime import UTC, datetime
from difflib import get_close_matches
from typing import Any

import numpy as np
from numpy.typing import NDArray
from sqlalchemy import Connection, func, insert, select, update

from index.addresses import without_secrets
from index.errors import DatabaseUnavailable, NotFound, UsageError
from index.left_out import LeftOut, OmissionReason, joined
from index.passage import Brief, BriefRef, PageFacts, Passage, Rendition
from index.storage import embeddings, schema
from index.storage.schema import CURRENT, SUPERSEDED

# The fields of a brief that are columns of its version as they are.
_AS_STATED = "version title text date number edition source source_url note".split()
_PASSAGE_FIELDS = tuple(each.name for each in fields(Passage))


@dataclass(frozen=True)
class VersionRow:
    """A version without its text: what placing, listing and filtering need."""

    pk: int
    brief: BriefRef
    edition: str | None
    state: str
    text_sha256: str = ""
    media_type: str = ""
    passages: int = 0
    note: str | None = None


@dataclass(frozen=True)
class RenditionRow:
    """A document on record and the version it belongs to."""

    location: str
    collection: str
    sha256: str
    given: str  # JSON of what flags and manifest said
    version_pk: int
    state: str
    media_type: str


def rendition(connection: Connection, location: str, collection: str) -> RenditionRow | None:
    """Return what is on record about a document."""
    table = schema.renditions
    found = renditions(connection, table.c.location == location, table.c.collection == collection)
    return found[0] if found else None


def renditions(connection: Connection, *conditions: Any) -> list[RenditionRow]:
    """Return the documents on record that meet the conditions, by location."""
    table, versions = schema.renditions, schema.versions
    rows = connection.execute(
        select(table, versions.c.state)
        .join(versions, versions.c.pk == table.c.version_pk)
        .where(*conditions)
        .order_by(table.c.location)
    )
    return [RenditionRow(**row._asdict()) for row in rows]


def put_rendition(connection: Connection, row: RenditionRow) -> None:
    """Record that a document stands for a version, replacing what was recorded of it."""
    drop_rendition(connection, row.location, row.collection)
    stored = {column.name: getattr(row, column.name) for column in schema.renditions.c}
    connection.execute(insert(schema.renditions).values(stored))


def drop_rendition(connection: Connection, location: str, collection: str) -> None:
    """Forget a document; its version stays."""
    table = schema.renditions
    connection.execute(
        table.delete().where(table.c.location == location, table.c.collection == collection)
    )


def add_version(
    connection: Connection,
    pk: int,
    brief: Brief,
    state: str,
    text_sha256: str,
    signature: NDArray[np.uint32],
) -> None:
    """Store a version under the key `pk`, and its brief if that is new."""
    known = connection.execute(
        select(schema.briefs.c.id).where(schema.briefs.c.id == brief.id)
    ).scalar()
    if known is None:
        connection.execute(insert(schema.briefs).values(id=brief.id, collection=brief.collection))
    connection.execute(
        insert(schema.versions).values(
            pk=pk,
            brief_id=brief.id,
            state=state,
            text_sha256=text_sha256,
            authors=json.dumps(brief.authors, ensure_ascii=False),
            media_type=brief.renditions[0].media_type,
            pages=_stored_pages(brief),
            **{name: getattr(brief, name) for name in _AS_STATED},
            signature=signature.astype("<u4").tobytes(),
            added_at=datetime.now(UTC),
        )
    )
    if brief.left_out:
        connection.execute(
            insert(schema.left_out),
            [{"version_pk": pk, **vars(each)} for each in brief.left_out],
        )


def passage_id(brief: Brief, passage: Passage) -> str:
    """Return the id of a passage of a brief's version."""
    return f"{brief.id}.{brief.version}.{passage.ordinal}"


def add_passages(
    connection: Connection,
    version_pk: int,
    brief: Brief,
    passages: Sequence[Passage],
    input_hashes: Sequence[str],
    pks: Sequence[int],
    vectors: NDArray[np.float32],
) -> None:
    """Store the passages of a version under the keys `pks`, and their vectors (n, d)."""
    if not passages:  # a brief of headings alone
        return
    connection.execute(
        insert(schema.passages),
        [
            {
                "pk": pk,
                "id": passage_id(brief, passage),
                "version_pk": version_pk,
                "input_sha256": digest,
                **vars(passage),
                "heading": json.dumps(passage.heading, ensure_ascii=False),
            }
            for pk, passage, digest in zip(pks, passages, input_hashes, strict=True)
        ],
    )
    connection.execute(
        insert(schema.vectors),
        [
            {"passage_pk": pk, "vector": embeddings.to_blob(vector)}
            for pk, vector in zip(pks, vectors, strict=True)
        ],
    )


def heading_line(heading: str, context: str) -> str:
    """Return the text of a passage's stored heading path and context, for the full-text index."""
    return " ".join((*_listed(heading), context)).strip()


def set_state(connection: Connection, version_pk: int, state: str) -> None:
    """Set whether a version is current, superseded or withdrawn."""
    table = schema.versions
    connection.execute(update(table).where(table.c.pk == version_pk).values(state=state))


def versions(connection: Connection, *conditions: Any) -> list[VersionRow]:
    """Return versions without their texts, by brief and version."""
    table = schema.versions
    rows = connection.execute(
        select(
            *(column for column in table.c if column.name not in {"text", "signature"}),
            schema.briefs.c.collection,
        )
        .join(schema.briefs, schema.briefs.c.id == table.c.brief_id)
        .where(*conditions)
        .order_by(table.c.brief_id, table.c.version)
    )
    return [
        VersionRow(
            row.pk,
            _reference(row),
            row.edition,
            row.state,
            row.text_sha256,
            row.media_type,
            note=row.note,
        )
        for row in rows
    ]


def purgeable(
    connection: Connection, before: datetime, keep: Collection[tuple[str, int]]
) -> list[VersionRow]:
    """Return the versions added before a moment that are neither current nor on a document.

    Those in `keep`, as (brief id, version), are left out.
    """
    table, documents = schema.versions, select(schema.renditions.c.version_pk)
    old = versions(
        connection,
        table.c.state != CURRENT,
        table.c.added_at < before,
        table.c.pk.not_in(documents),
    )
    return [row for row in old if (row.brief.id, row.brief.version) not in keep]


def passage_numbers(connection: Connection, pks: Sequence[int]) -> list[int]:
    """Return the numbers of all passages of versions."""
    table, found = schema.passages, list[int]()
    for part in embeddings.chunks(pks):
        query = select(table.c.pk).where(table.c.version_pk.in_(part))
        found += connection.execute(query).scalars()
    return found


def delete_versions(connection: Connection, pks: Sequence[int]) -> None:
    """Delete versions with all that belongs to them, and briefs that have none left."""
    embeddings.clear(connection, passage_numbers(connection, pks))
    for part in embeddings.chunks(pks):
        for column in (
            schema.passages.c.version_pk,
            schema.left_out.c.version_pk,
            schema.versions.c.pk,
        ):
            connection.execute(column.table.delete().where(column.in_(part)))
    left = select(schema.versions.c.brief_id)
    connection.execute(schema.briefs.delete().where(schema.briefs.c.id.not_in(left)))


def passage_counts(connection: Connection) -> dict[int, int]:
    """Return the number of passages of each version that has any, by the version's key."""
    table = schema.passages
    rows = connection.execute(select(table.c.version_pk, func.count()).group_by(table.c.version_pk))
    return {int(pk): int(count) for pk, count in rows}


def brief(connection: Connection, brief_id: str, version: int | None = None) -> Brief:
    """Return a version of a brief with its text: the one asked for, else current, else the latest.

    A report number is accepted for an id. Raises NotFound.
    """
    table = schema.versions
    rows = connection.execute(
        select(table, schema.briefs.c.collection)
        .join(schema.briefs, schema.briefs.c.id == table.c.brief_id)
        .where((table.c.brief_id == brief_id) | (table.c.number == brief_id))
    ).all()
    rows = [row for row in rows if version in {None, row.version}]
    if not rows:
        which = brief_id if version is None else f"{brief_id}@{version}"
        raise NotFound(f"{which}: no such brief; `briefs list` shows what there is")
    row = max(rows, key=lambda row: (row.state == CURRENT, row.state == SUPERSEDED, row.version))
    documents = renditions(connection, schema.renditions.c.version_pk == row.pk)
    return Brief(
        **vars(_reference(row)),
        text=row.text,
        edition=row.edition,
        renditions=tuple(
            Rendition(without_secrets(d.location), d.media_type, d.sha256) for d in documents
        ),
        note=row.note,
        left_out=_left_out(connection, row.pk),
    )


def _left_out(connection: Connection, version_pk: int) -> tuple[LeftOut, ...]:
    table = schema.left_out
    rows = connection.execute(select(table).where(table.c.version_pk == version_pk))
    return joined(LeftOut(OmissionReason(row.reason), row.characters, row.example) for row in rows)


def passages(connection: Connection, brief_id: str, version: int) -> list[tuple[str, Passage]]:
    """Return (passage id, passage) of one version, in order."""
    table, versions_table = schema.passages, schema.versions
    rows = connection.execute(
        select(table)
        .join(versions_table, versions_table.c.pk == table.c.version_pk)
        .where(versions_table.c.brief_id == brief_id, versions_table.c.version == version)
        .order_by(table.c.ordinal)
    )
    return [(row.id, _passage(row)) for row in rows]


def pks_of(connection: Connection, passage_ids: Sequence[str]) -> dict[str, int]:
    """Return the numbers of passages by their ids; those that are gone are left out."""
    table = schema.passages
    rows = connection.execute(select(table.c.id, table.c.pk).where(table.c.id.in_(passage_ids)))
    return {row.id: row.pk for row in rows}


def passages_by_pk(
    connection: Connection, pks: Sequence[int]
) -> dict[int, tuple[str, Passage, int]]:
    """Return passage id, passage and version key for each passage number."""
    table = schema.passages
    found: dict[int, tuple[str, Passage, int]] = {}
    for part in embeddings.chunks(pks):
        for row in connection.execute(select(table).where(table.c.pk.in_(part))):
            found[row.pk] = (row.id, _passage(row), row.version_pk)
    return found


def _reference(row: Any) -> BriefRef:
    return BriefRef(
        id=row.brief_id,
        title=row.title,
        date=row.date,
        authors=_listed(row.authors),
        source=without_secrets(row.source),  # earlier releases stored them
        collection=row.collection,
        version=row.version,
        number=row.number,
        source_url=without_secrets(row.source_url) if row.source_url else None,
        **_pages(row.pages),
    )


def _stored_pages(brief: Brief) -> str:
    """Return [[offset, page], …], with label and confidence where a page has such."""
    facts = {each.page: [each.label, each.confidence] for each in brief.page_facts}
    return json.dumps([[offset, page, *facts.get(page, ())] for offset, page in brief.pages])


def _pages(stored: str) -> dict[str, Any]:
    entries = _listed(stored)
    known = {page: PageFacts(page, *facts) for _, page, *facts in entries if facts}
    return {
        "pages": tuple((offset, page) for offset, page, *_ in entries),
        "page_facts": tuple(known.values()),
    }


def _passage(row: Any) -> Passage:
    facts = {name: getattr(row, name) for name in _PASSAGE_FIELDS}
    return Passage(**facts | {"heading": _listed(row.heading)})


def _listed(stored: str) -> tuple[Any, ...]:
    try:
        return tuple(json.loads(stored))
    except (TypeError, ValueError) as error:
        raise DatabaseUnavailable("a row of the database is damaged; run: briefs doctor") from error


def counted_versions(connection: Connection) -> list[VersionRow]:
    """Return all versions of all briefs, with their passages counted."""
    counts = passage_counts(connection)
    return [replace(row, passages=counts.get(row.pk, 0)) for row in versions(connection)]


def require_collection(connection: Connection, name: str, what: str) -> None:
    """Raise UsageError, with the nearest name, unless a brief is or was in this collection.

    `what` is what the message calls the parameter that names it.
    """
    known = sorted({row.brief.collection for row in versions(connection)})
    if name in known:
        return
    near = get_close_matches(name.lower(), [one.lower() for one in known], 1)
    meant = next((f", perhaps {one}" for one in known if one.lower() in near), "")
    there = ", ".join(known) or "none"
    raise UsageError(f"{what} {name}: no such collection{meant}; there are: {there}")
