"""What an ingest did, document by document: the types behind the report's table and its JSON."""

import logging
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from enum import StrEnum
from typing import TYPE_CHECKING, Any, Protocol

from index.errors import BriefsError
from index.passage import Brief, BriefRef
from index.placement import DraftStatus, PublishOutcome

if TYPE_CHECKING:
    from index.library import Library
    from index.passage import BriefRef


logger = logging.getLogger(__name__)

NAMED = 5  # ids of answers in a line for people


@dataclass(frozen=True)
class BriefChange:
    """A brief that is no longer what it was; `text` is the new one, None where it was withdrawn."""

    brief_id: str
    title: str
    text: str | None = None

    @property
    def withdrawn(self) -> bool:
        """Whether it is found no more."""
        return self.text is None


@dataclass(frozen=True)
class AffectedAnswers:
    """The answers that cite a changed brief; the first `changed` of them quote changed words."""

    brief_id: str
    title: str
    withdrawn: bool
    answers: tuple[str, ...]  # their ids
    changed: int

    def to_json(self) -> dict[str, Any]:
        """Return the object of the report."""
        return {
            "brief_id": self.brief_id,
            "title": self.title,
            "change": "withdrawn" if self.withdrawn else "replaced",
            "answers": len(self.answers),
            "changed": self.changed,
            "answer_ids": list(self.answers),
        }

    def line(self) -> str:
        """Return what people read."""
        count = len(self.answers)
        many = "1 answer rests" if count == 1 else f"{count:,} answers rest"
        what = "was withdrawn" if self.withdrawn else "was replaced"
        quoting = "" if self.withdrawn else f"; {_quoting(self.changed, count)}"
        shown = ", ".join(self.answers[:NAMED])
        more = f" and {count - NAMED:,} more" if count > NAMED else ""
        return f"{many} on {self.brief_id} ({self.title}), which {what}{quoting}: {shown}{more}"


Tell = Callable[["Library", Sequence[BriefChange]], list[AffectedAnswers]]
Standing = Mapping[str, "BriefRef"]
_tellers: list[Tell] = []


def register_listener(tell: Tell) -> None:
    """Have a function asked after each ingest what rests on what it changed."""
    if tell not in _tellers:
        _tellers.append(tell)


def standing(library: "Library") -> Standing:
    """Return the current version of each brief, by id; nothing where nobody would be asked."""
    if not _tellers:
        return {}
    return {row.brief.id: row.brief for row in library.versions() if row.state == "current"}


def changes(library: "Library", before: Standing) -> list[BriefChange]:
    """Return which of the briefs that stood before are replaced or withdrawn now."""
    now = standing(library)
    found = []
    for brief_id, brief in before.items():
        current = now.get(brief_id)
        if current is None:
            found.append(BriefChange(brief_id, brief.title))
        elif current.version != brief.version:
            found.append(BriefChange(brief_id, current.title, library.brief(brief_id).text))
    return found


def affected(library: "Library", changed: Sequence[BriefChange]) -> list[AffectedAnswers]:
    """Return what rests on these changes, as all who were named tell it.

    The briefs are in the library by then: what cannot be told is a warning, no error.
    """
    found: list[AffectedAnswers] = []
    for tell in _tellers if changed else ():
        try:
            found += tell(library, changed)
        except BriefsError as error:
            logger.warning("which answers rest on what changed could not be told: %s", error)
    return found


def _quoting(changed: int, count: int) -> str:
    if not changed:
        return "none quotes words that changed" if count > 1 else "it quotes no words that changed"
    if count == 1:
        return "it quotes words that changed"
    quotes = "1 quotes" if changed == 1 else f"{changed:,} quote"
    return f"{quotes} words that changed"


class DocumentResult(StrEnum):
    """What became of one document."""

    NEW = "new"
    VERSION = "version"  # a new version of a brief that is known
    OLDER = "older"  # a version of a brief of which a newer one is known
    RENDITION = "rendition"  # another file of a brief that is known
    UNCHANGED = "unchanged"
    WITHDRAWN = "withdrawn"  # its document has vanished
    FAILED = "failed"
    IGNORED = "ignored"  # files of a folder that are in no brief format


@dataclass(frozen=True)
class ReportItem:
    """One line of the report. `reason` says why a document failed, or what a reader should know."""

    location: str
    result: DocumentResult
    brief_id: str | None = None
    version: int | None = None
    title: str | None = None
    date: str | None = None
    passages: int = 0
    reason: str | None = None
    of: str | None = None  # title of the brief that a rendition or version belongs to, if another


@dataclass
class Report:
    """All lines in the order of the documents, what rests on what changed, and the time taken."""

    items: list[ReportItem] = field(default_factory=list)
    resting: list[AffectedAnswers] = field(default_factory=list)
    seconds: float = 0.0
    dry_run: bool = False
    interrupted: bool = False

    def count(self, *results: DocumentResult) -> int:
        """Return how many documents ended so."""
        return sum(item.result in results for item in self.items)

    @property
    def failed(self) -> list[ReportItem]:
        """The documents that were not ingested."""
        return [item for item in self.items if item.result is DocumentResult.FAILED]

    @property
    def passages(self) -> int:
        """Passages that were added."""
        added = {DocumentResult.NEW, DocumentResult.VERSION, DocumentResult.OLDER}
        return sum(item.passages for item in self.items if item.result in added)

    def to_json(self) -> dict[str, Any]:
        """Return the object that `briefs ingest --json` prints."""
        counts = Counter(item.result.value for item in self.items)
        return {
            "documents": [asdict(item) for item in self.items],
            "counts": {result.value: counts.get(result.value, 0) for result in DocumentResult},
            "passages": self.passages,
            "resting": [one.to_json() for one in self.resting],
            "seconds": round(self.seconds, 2),
            "dry_run": self.dry_run,
            "interrupted": self.interrupted,
        }


def item_for(
    location: str, brief: Brief, outcome: PublishOutcome, title_on_record: str | None
) -> ReportItem:
    """Return the line for a draft that was published as `outcome`."""
    return ReportItem(
        location=location,
        result=_result(outcome),
        brief_id=outcome.brief_id,
        version=outcome.version,
        title=brief.title,
        date=brief.date,
        passages=outcome.passages,
        reason=brief.note,
        of=title_on_record if title_on_record != brief.title else None,
    )


def withdrawn(location: str, brief: BriefRef) -> ReportItem:
    """Return the line for a document that has vanished, and the brief version it stood for."""
    return ReportItem(
        location, DocumentResult.WITHDRAWN, brief.id, brief.version, brief.title, brief.date
    )


def _result(outcome: PublishOutcome) -> DocumentResult:
    if outcome.place is DraftStatus.VERSION and outcome.state != "current":
        return DocumentResult.OLDER
    return DocumentResult(outcome.place.value)


class Progress(Protocol):
    """Told what is going on; a terminal shows it, a program ignores it."""

    def reading(self, done: int, total: int, name: str) -> None:
        """Document `done` of `total` is about to be read."""

    def embedding(self, total: int) -> None:
        """`total` passages are about to be embedded."""

    def embedded(self, count: int) -> None:
        """`count` more passages are embedded."""

    def waiting(self) -> None:
        """Another ingest holds the library."""


class Quiet:
    """Progress that nobody watches."""

    def reading(self, done: int, total: int, name: str) -> None:
        """Ignore."""

    def embedding(self, total: int) -> None:
        """Ignore."""

    def embedded(self, count: int) -> None:
        """Ignore."""

    def waiting(self) -> None:
        """Ignore."""
