"""Decide what a draft is to the library: a new brief, a new version, a rendition, or unchanged.

A plan says where every draft of a publish goes and which versions are current then. Reads the
catalogue and writes nothing; `publishing.py` carries the plan out.
"""

import hashlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from enum import StrEnum

import numpy as np
from numpy.typing import NDArray
from sqlalchemy import Connection, select

from index.models.token_embeddings import PackedTokens
from index.passage import Brief, Draft, bare, signature, text_sha256
from index.storage import catalogue, schema, values
from index.storage.catalogue import RenditionRow, VersionRow
from index.storage.schema import CURRENT, SUPERSEDED, WITHDRAWN

# Share of word shingles in common (estimated Jaccard). Markdown and PDF of one CRS report share .79
# or more, two different reports .20 at most; measured on crs, see bench/RESULTS.md.
SAME_TEXT = 0.4
SAME_NUMBER = 0.15
_NUMBERED = (schema.versions, schema.passages)


class DraftStatus(StrEnum):
    """What a draft is to the library."""

    NEW = "new"
    VERSION = "version"  # another text of a brief that is known
    RENDITION = "rendition"  # the same text in another file
    UNCHANGED = "unchanged"


@dataclass(frozen=True)
class Placement:
    """The decision; `of` is the version it refers to, None for a new brief."""

    place: DraftStatus
    of: VersionRow | None = None


class KnownVersions:
    """All versions, with their signatures, that a draft may be compared with."""

    def __init__(self) -> None:
        self._known: list[VersionRow] = []
        self._signatures: list[NDArray[np.uint32]] = []
        self._located: dict[tuple[str, str], int] = {}

    def add(self, known: VersionRow, signature: NDArray[np.uint32]) -> None:
        """Put a version on the shelf."""
        self._known.append(known)
        self._signatures.append(signature)

    def locate(self, location: str, collection: str, pk: int) -> None:
        """Note that a document stands for the version with key `pk`."""
        self._located[location, collection] = pk

    def versions_of(self, brief_id: str) -> list[VersionRow]:
        """Return the versions of a brief, in no order."""
        return [known for known in self._known if known.brief.id == brief_id]

    def place(self, draft: Draft) -> Placement:
        """Decide what the draft is."""
        here = self._at(draft.rendition.location, draft.brief.collection)
        twin = self._twin(draft)
        if twin is not None:
            unchanged = here is not None and here.pk == twin.pk and here.state != WITHDRAWN
            return Placement(DraftStatus.UNCHANGED if unchanged else DraftStatus.RENDITION, twin)
        if here is not None:
            return Placement(DraftStatus.VERSION, here)
        return self._by_likeness(draft)

    def new_id(self, draft: Draft) -> str:
        """Return an id made of the text and the collection, different from all on the shelf."""
        taken = {known.brief.id for known in self._known}
        seed = f"{draft.brief.collection}\n{draft.brief.number or ''}\n{draft.brief.text}"
        digest = hashlib.sha256(seed.encode("utf-8", "surrogatepass")).hexdigest()
        length = next(n for n in range(10, len(digest)) if digest[:n] not in taken)
        return digest[:length]

    def _at(self, location: str, collection: str) -> VersionRow | None:
        pk = self._located.get((location, collection))
        return next((known for known in self._known if known.pk == pk), None)

    def _twin(self, draft: Draft) -> VersionRow | None:
        digest = text_sha256(draft.brief.text)
        near = (
            known
            for known in reversed(self._known)
            if known.brief.collection == draft.brief.collection
        )
        twins = (known for known in near if known.text_sha256 == digest)
        return next((known for known in twins if _same_data(known, draft)), None)

    def _by_likeness(self, draft: Draft) -> Placement:
        best = Placement(DraftStatus.NEW)
        likest = (False, 0.0)
        equal = np.stack(self._signatures) == draft.signature if self._known else np.zeros((0, 1))
        for known, share in zip(self._known, equal.mean(axis=1).tolist(), strict=True):
            place = _relation(known, draft, share)
            rank = (place is DraftStatus.RENDITION, share)
            if place and (best.of is None or rank > likest):
                best, likest = Placement(place, known), rank
        return best


def newer(candidate: VersionRow, than: VersionRow) -> bool:
    """Say whether a version takes the place of another: by edition, else date, else arrival."""
    editions = (candidate.edition or "", than.edition or "")
    if all(map(str.isdigit, editions)) and editions[0] != editions[1]:
        return int(editions[0]) > int(editions[1])
    if (
        candidate.brief.date
        and than.brief.date
        and not _compatible(candidate.brief.date, than.brief.date)
    ):
        return candidate.brief.date > than.brief.date
    return candidate.brief.version > than.brief.version


def _relation(known: VersionRow, draft: Draft, share: float) -> DraftStatus | None:
    brief = draft.brief
    if known.brief.collection != brief.collection or known.state == WITHDRAWN:
        return None
    same_number = bool(known.brief.number and known.brief.number == brief.number)
    if known.brief.number and brief.number and not same_number:
        return None
    same_title = bare(known.brief.title) == bare(brief.title)
    if share < (SAME_NUMBER if same_number else SAME_TEXT) and not (same_number and same_title):
        return None
    if not same_number and not same_title:
        return None
    # Two files of one format with different words are an edit: nothing of it may be dropped.
    other_format = known.media_type != draft.rendition.media_type
    return (
        DraftStatus.RENDITION if other_format and _same_issue(known, draft) else DraftStatus.VERSION
    )


def _same_issue(known: VersionRow, draft: Draft) -> bool:
    if known.edition and draft.brief.edition:
        return known.edition == draft.brief.edition
    return _compatible(known.brief.date, draft.brief.date)


def _compatible(first: str | None, second: str | None) -> bool:
    """Dates that may be the same day: equal, one a prefix of the other, or one unknown."""
    if not first or not second:
        return True
    return first.startswith(second) or second.startswith(first)


def _same_data(known: VersionRow, draft: Draft) -> bool:
    brief = draft.brief
    same_format = known.media_type == draft.rendition.media_type
    pairs = (
        (known.brief.title, brief.title),
        (known.brief.date, brief.date),
        (known.brief.number, brief.number),
        (known.edition, brief.edition),
        (known.brief.authors, brief.authors),
        (known.brief.source_url, brief.source_url),
    )
    # Another format may not carry every fact; what it does carry must agree.
    return all(a == b or (not same_format and not (a and b)) for a, b in pairs)


@dataclass(frozen=True)
class PublishOutcome:
    """What became of a draft."""

    place: DraftStatus
    brief_id: str
    version: int
    passages: int
    state: str


@dataclass
class PublishPlan:
    """The versions to add and where every document points after the commit."""

    first_free_version: int
    first_free_passage: int
    added: list[tuple[VersionRow, Draft, Brief]] = field(default_factory=list)
    pointers: dict[tuple[str, str], RenditionRow | None] = field(default_factory=dict)
    outcomes: list[PublishOutcome] = field(default_factory=list)
    placed: list[int] = field(default_factory=list)  # key of the version of each outcome


@dataclass(frozen=True)
class Publication:
    """A finished plan: what to write, and what the new generation holds."""

    plan: PublishPlan
    states: dict[int, str]  # version key -> state, where it changes
    vectors: dict[int, NDArray[np.float32]]  # version key -> (n, d)
    passage_pks: dict[int, range]  # version key -> numbers of its new passages
    tokens: dict[int, list[PackedTokens]]  # version key -> of each new passage


def plan(
    connection: Connection, drafts: Sequence[Draft], dropped: Iterable[RenditionRow]
) -> PublishPlan:
    """Decide what each draft is and which documents are gone; reads, and writes nothing."""
    shelf = _shelf(connection)
    version, passage = (values.next_number(connection, table) for table in _NUMBERED)
    made = PublishPlan(version, passage)
    for row in dropped:
        made.pointers[row.location, row.collection] = None
    for draft in drafts:
        _place(draft, shelf, made)
    return made


def promise(connection: Connection, made: PublishPlan) -> bool:
    """Set the numbers of a plan aside; False if somebody else has taken them: plan again."""
    counts = (len(made.added), sum(len(draft.passages) for _, draft, _ in made.added))
    firsts = (made.first_free_version, made.first_free_passage)
    kept = [
        values.promise_numbers(connection, table, first, count)
        for table, first, count in zip(_NUMBERED, firsts, counts, strict=True)
    ]
    return all(kept)


def _place(draft: Draft, shelf: KnownVersions, made: PublishPlan) -> None:
    signed = replace(draft, signature=signature(draft.brief.text))
    placement = shelf.place(signed)
    known = placement.of
    if placement.place in {DraftStatus.NEW, DraftStatus.VERSION}:
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
        PublishOutcome(placement.place, known.brief.id, known.brief.version, passages, known.state)
    )


def _add(
    draft: Draft, of: VersionRow | None, shelf: KnownVersions, made: PublishPlan
) -> VersionRow:
    brief_id = of.brief.id if of else shelf.new_id(draft)
    version = max((known.brief.version for known in shelf.versions_of(brief_id)), default=0) + 1
    brief = replace(draft.brief, id=brief_id, version=version)
    known = VersionRow(
        pk=made.first_free_version + len(made.added),
        brief=brief.reference,
        edition=brief.edition,
        state=CURRENT,
        text_sha256=text_sha256(brief.text),
        media_type=draft.rendition.media_type,
    )
    shelf.add(known, draft.signature)
    made.added.append((known, draft, brief))
    return known


def settle(connection: Connection, made: PublishPlan) -> dict[int, str]:
    """Return the new state of every version whose state changes.

    Of the versions that a document still stands for, the newest is current; a brief without any
    document is withdrawn.
    """
    touched = {known.brief.id for known, _, _ in made.added}
    located = {
        (row.location, row.collection): row.version_pk for row in catalogue.renditions(connection)
    }
    before = dict(located)
    for key, row in made.pointers.items():
        located.pop(key, None)
        if row is not None:
            located[key] = row.version_pk
    on_record = catalogue.versions(connection)
    by_pk = {known.pk: known for known in on_record} | {
        known.pk: known for known, _, _ in made.added
    }
    for key in made.pointers:
        touched |= {by_pk[pk].brief.id for pk in (before.get(key), located.get(key)) if pk}
    standing = set(located.values())
    states: dict[int, str] = {}
    for brief_id in touched:
        family = [known for known in by_pk.values() if known.brief.id == brief_id]
        states |= _states(family, standing)
    fresh = {known.pk for known, _, _ in made.added}
    return {pk: state for pk, state in states.items() if pk in fresh or by_pk[pk].state != state}


def _states(family: Sequence[VersionRow], standing: set[int]) -> dict[int, str]:
    best: VersionRow | None = None
    for known in sorted(family, key=lambda known: known.brief.version):
        if known.pk in standing and (best is None or newer(known, best)):
            best = known
    if best is None:
        return {known.pk: WITHDRAWN for known in family}
    return {known.pk: CURRENT if known is best else SUPERSEDED for known in family}


def _shelf(connection: Connection) -> KnownVersions:
    shelf = KnownVersions()
    table = schema.versions
    rows = connection.execute(select(table.c.pk, table.c.signature))
    signatures = {row.pk: row.signature for row in rows}
    for known in catalogue.versions(connection):
        shelf.add(known, np.frombuffer(signatures[known.pk], dtype="<u4"))
    for row in catalogue.renditions(connection):
        shelf.locate(row.location, row.collection, row.version_pk)
    return shelf
