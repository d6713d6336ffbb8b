"""Decide what publishing will change: where every draft goes, and which versions are current then.

Reads the catalogue and writes nothing; `publishing.py` carries the plan out.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace

import numpy as np
from sqlalchemy import Connection, Table, func, select

from index import catalogue, schema
from index.catalogue import RenditionRow
from index.draft import Draft, signature, text_sha256
from index.passage import Brief
from index.placement import Known, Place, Shelf, newer
from index.schema import CURRENT, SUPERSEDED, WITHDRAWN


@dataclass(frozen=True)
class Outcome:
    """What became of a draft."""

    place: Place
    brief_id: str
    version: int
    passages: int
    state: str


@dataclass
class Plan:
    """The versions to add and where every document points after the commit."""

    first_free_version: int
    first_free_passage: int
    added: list[tuple[Known, Draft, Brief]] = field(default_factory=list)
    pointers: dict[tuple[str, str], RenditionRow | None] = field(default_factory=dict)
    outcomes: list[Outcome] = field(default_factory=list)
    placed: list[int] = field(default_factory=list)  # key of the version of each outcome


def plan(connection: Connection, drafts: Sequence[Draft], dropped: Iterable[RenditionRow]) -> Plan:
    """Decide what each draft is and which documents are gone; reads, and writes nothing."""
    shelf = _shelf(connection)
    made = Plan(_next(connection, schema.versions), _next(connection, schema.passages))
    for row in dropped:
        made.pointers[row.location, row.collection] = None
    for draft in drafts:
        _place(draft, shelf, made)
    return made


def _place(draft: Draft, shelf: Shelf, made: Plan) -> None:
    signed = replace(draft, signature=signature(draft.brief.text))
    placement = shelf.place(signed)
    known = placement.of
    if placement.place in {Place.NEW, Place.VERSION}:
        known = _add(signed, placement.of, shelf, made)
    assert known is not None
    rendition = signed.rendition
    key = (rendition.location, signed.brief.collection)
    made.pointers[key] = RenditionRow(
        *key, rendition.sha256, signed.given, known.pk, known.state, rendition.media_type
    )
    shelf.locate(*key, known.pk)
    passages = len(signed.passages)
    made.placed.append(known.pk)
    made.outcomes.append(
        Outcome(placement.place, known.brief_id, known.version, passages, known.state)
    )


def _add(draft: Draft, of: Known | None, shelf: Shelf, made: Plan) -> Known:
    brief_id = of.brief_id if of else shelf.new_id(draft)
    version = max((known.version for known in shelf.versions_of(brief_id)), default=0) + 1
    brief = replace(draft.brief, id=brief_id, version=version)
    known = Known(
        pk=made.first_free_version + len(made.added),
        brief_id=brief_id,
        version=version,
        collection=brief.collection,
        state=CURRENT,
        title=brief.title,
        date=brief.date,
        authors=brief.authors,
        number=brief.number,
        edition=brief.edition,
        source_url=brief.source_url,
        text_sha256=text_sha256(brief.text),
        media_type=draft.rendition.media_type,
    )
    shelf.add(known, draft.signature)
    made.added.append((known, draft, brief))
    return known


def settle(connection: Connection, made: Plan) -> dict[int, str]:
    """Return the new state of every version whose state changes.

    Of the versions that a document still stands for, the newest is current; a brief without any
    document is withdrawn.
    """
    touched = {known.brief_id for known, _, _ in made.added}
    located = {
        (row.location, row.collection): row.version_pk for row in catalogue.renditions(connection)
    }
    before = dict(located)
    for key, row in made.pointers.items():
        located.pop(key, None)
        if row is not None:
            located[key] = row.version_pk
    on_record = _known(connection)
    by_pk = {known.pk: known for known in on_record} | {
        known.pk: known for known, _, _ in made.added
    }
    for key in made.pointers:
        touched |= {by_pk[pk].brief_id for pk in (before.get(key), located.get(key)) if pk}
    standing = set(located.values())
    states: dict[int, str] = {}
    for brief_id in touched:
        family = [known for known in by_pk.values() if known.brief_id == brief_id]
        states |= _states(family, standing)
    fresh = {known.pk for known, _, _ in made.added}
    return {pk: state for pk, state in states.items() if pk in fresh or by_pk[pk].state != state}


def _states(family: Sequence[Known], standing: set[int]) -> dict[int, str]:
    best: Known | None = None
    for known in sorted(family, key=lambda known: known.version):
        if known.pk in standing and (best is None or newer(known, best)):
            best = known
    if best is None:
        return {known.pk: WITHDRAWN for known in family}
    return {known.pk: CURRENT if known is best else SUPERSEDED for known in family}


def _next(connection: Connection, table: Table) -> int:
    return int(connection.execute(select(func.coalesce(func.max(table.c.pk), 0))).scalar_one()) + 1


def _shelf(connection: Connection) -> Shelf:
    shelf = Shelf()
    table = schema.versions
    rows = connection.execute(select(table.c.pk, table.c.signature))
    signatures = {row.pk: row.signature for row in rows}
    for known in _known(connection):
        shelf.add(known, np.frombuffer(signatures[known.pk], dtype="<u4"))
    for row in catalogue.renditions(connection):
        shelf.locate(row.location, row.collection, row.version_pk)
    return shelf


def _known(connection: Connection) -> list[Known]:
    table = schema.versions
    rows = connection.execute(select(table.c.pk, table.c.text_sha256, table.c.media_type))
    facts = {pk: (digest, media_type) for pk, digest, media_type in rows}
    return [
        Known(
            pk=row.pk,
            brief_id=row.brief.id,
            version=row.brief.version,
            collection=row.brief.collection,
            state=row.state,
            title=row.brief.title,
            date=row.brief.date,
            authors=row.brief.authors,
            number=row.brief.number,
            edition=row.edition,
            source_url=row.brief.source_url,
            text_sha256=facts[row.pk][0],
            media_type=facts[row.pk][1],
        )
        for row in catalogue.versions(connection)
    ]
