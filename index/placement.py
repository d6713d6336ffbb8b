"""Decide what a draft is to the library: a new brief, a new version, a rendition, or unchanged.

Sees versions in memory; knows nothing of SQL, vectors or search.
"""

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum

import numpy as np
from numpy.typing import NDArray

from index.draft import Draft, bare, text_sha256
from index.schema import WITHDRAWN

# Share of word shingles in common (estimated Jaccard). Markdown and PDF of one CRS report share .79
# or more, two different reports .20 at most; measured on crs, see bench/RESULTS.md.
SAME_TEXT = 0.4
SAME_NUMBER = 0.15


class Place(StrEnum):
    """What a draft is to the library."""

    NEW = "new"
    VERSION = "version"  # another text of a brief that is known
    RENDITION = "rendition"  # the same text in another file
    UNCHANGED = "unchanged"


@dataclass(frozen=True)
class Known:
    """A version on the shelf. `pk` is its key in the catalogue."""

    pk: int
    brief_id: str
    version: int
    collection: str
    state: str
    title: str
    date: str | None
    authors: tuple[str, ...]
    number: str | None
    edition: str | None
    source_url: str | None
    text_sha256: str
    media_type: str


@dataclass(frozen=True)
class Placement:
    """The decision; `of` is the version it refers to, None for a new brief."""

    place: Place
    of: Known | None = None


class Shelf:
    """All versions, with their signatures, that a draft may be compared with."""

    def __init__(self) -> None:
        """Start empty."""
        self._known: list[Known] = []
        self._signatures: list[NDArray[np.uint32]] = []
        self._located: dict[tuple[str, str], int] = {}

    def add(self, known: Known, signature: NDArray[np.uint32]) -> None:
        """Put a version on the shelf."""
        self._known.append(known)
        self._signatures.append(signature)

    def locate(self, location: str, collection: str, pk: int) -> None:
        """Note that a document stands for the version with key `pk`."""
        self._located[location, collection] = pk

    def versions_of(self, brief_id: str) -> list[Known]:
        """Return the versions of a brief, in no order."""
        return [known for known in self._known if known.brief_id == brief_id]

    def place(self, draft: Draft) -> Placement:
        """Decide what the draft is."""
        here = self._at(draft.rendition.location, draft.brief.collection)
        twin = self._twin(draft)
        if twin is not None:
            unchanged = here is not None and here.pk == twin.pk and here.state != WITHDRAWN
            return Placement(Place.UNCHANGED if unchanged else Place.RENDITION, twin)
        if here is not None:
            return Placement(Place.VERSION, here)
        return self._by_likeness(draft)

    def new_id(self, draft: Draft) -> str:
        """Return an id made of the text and the collection, different from all on the shelf."""
        taken = {known.brief_id for known in self._known}
        seed = f"{draft.brief.collection}\n{draft.brief.number or ''}\n{draft.brief.text}"
        digest = hashlib.sha256(seed.encode("utf-8", "surrogatepass")).hexdigest()
        length = next(n for n in range(10, len(digest)) if digest[:n] not in taken)
        return digest[:length]

    def _at(self, location: str, collection: str) -> Known | None:
        pk = self._located.get((location, collection))
        return next((known for known in self._known if known.pk == pk), None)

    def _twin(self, draft: Draft) -> Known | None:
        """The version with the same words and the same data, if any."""
        digest = text_sha256(draft.brief.text)
        twins = [known for known in self._near(draft) if known.text_sha256 == digest]
        return next((known for known in reversed(twins) if _same_data(known, draft)), None)

    def _by_likeness(self, draft: Draft) -> Placement:
        likeness = self._likeness(draft)
        best: tuple[float, Known, Place] | None = None
        for known, share in zip(self._known, likeness, strict=True):
            place = _relation(known, draft, share)
            if place and (best is None or (place is Place.RENDITION, share) > _rank(best)):
                best = (share, known, place)
        return Placement(best[2], best[1]) if best else Placement(Place.NEW)

    def _near(self, draft: Draft) -> Iterable[Known]:
        return (known for known in self._known if known.collection == draft.brief.collection)

    def _likeness(self, draft: Draft) -> NDArray[np.float64]:
        if not self._known:
            return np.zeros(0)
        equal: NDArray[np.float64] = (np.stack(self._signatures) == draft.signature).mean(axis=1)
        return equal


def newer(candidate: Known, than: Known) -> bool:
    """Say whether a version takes the place of another: by edition, else date, else arrival."""
    editions = (candidate.edition or "", than.edition or "")
    if all(map(str.isdigit, editions)) and editions[0] != editions[1]:
        return int(editions[0]) > int(editions[1])
    if candidate.date and than.date and not _compatible(candidate.date, than.date):
        return candidate.date > than.date
    return candidate.version > than.version


def _rank(best: tuple[float, Known, Place]) -> tuple[bool, float]:
    return best[2] is Place.RENDITION, best[0]


def _relation(known: Known, draft: Draft, share: float) -> Place | None:
    brief = draft.brief
    if known.collection != brief.collection or known.state == WITHDRAWN:
        return None
    same_number = bool(known.number and known.number == brief.number)
    if known.number and brief.number and not same_number:
        return None
    same_title = bare(known.title) == bare(brief.title)
    if share < (SAME_NUMBER if same_number else SAME_TEXT) and not (same_number and same_title):
        return None
    if not same_number and not same_title:
        return None
    # Two files of one format with different words are an edit: nothing of it may be dropped.
    other_format = known.media_type != draft.rendition.media_type
    return Place.RENDITION if other_format and _same_issue(known, draft) else Place.VERSION


def _same_issue(known: Known, draft: Draft) -> bool:
    if known.edition and draft.brief.edition:
        return known.edition == draft.brief.edition
    return _compatible(known.date, draft.brief.date)


def _compatible(first: str | None, second: str | None) -> bool:
    """Dates that may be the same day: equal, one a prefix of the other, or one unknown."""
    if not first or not second:
        return True
    return first.startswith(second) or second.startswith(first)


def _same_data(known: Known, draft: Draft) -> bool:
    brief = draft.brief
    same_format = known.media_type == draft.rendition.media_type
    pairs = (
        (known.title, brief.title),
        (known.date, brief.date),
        (known.number, brief.number),
        (known.edition, brief.edition),
        (known.authors, brief.authors),
        (known.source_url, brief.source_url),
    )
    # Another format may not carry every fact; what it does carry must agree.
    return all(a == b or (not same_format and not (a and b)) for a, b in pairs)
