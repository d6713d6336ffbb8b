"""What an ingest did, document by document: the types behind the report's table and its JSON."""

from collections import Counter
from dataclasses import asdict, dataclass, field
from enum import StrEnum
from typing import Any

from index.left_out import LeftOut, joined
from index.passage import Brief, BriefRef
from index.placement import DraftStatus, PublishOutcome
from ingest.affected import AffectedAnswers
from ingest.follows import Followed


class DocumentResult(StrEnum):
    """What became of one document."""

    NEW = "new"
    VERSION = "version"  # a new version of a brief that is known
    OLDER = "older"  # a version of a brief of which a newer one is known
    RENDITION = "rendition"  # another file of a brief that is known
    UNCHANGED = "unchanged"
    WITHDRAWN = "withdrawn"  # its document has vanished
    FAILED = "failed"
    LEFT_OUT = "left_out"  # somebody removed the brief before
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
    left_out: tuple[LeftOut, ...] = ()  # what the document says and no passage holds, by reason


@dataclass
class Report:
    """All lines in the order of the documents, what rests on what changed, and the time taken."""

    items: list[ReportItem] = field(default_factory=list)
    affected: list[AffectedAnswers] = field(default_factory=list)
    followed: list[Followed] = field(default_factory=list)
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

    @property
    def left_out(self) -> tuple[LeftOut, ...]:
        """What is in no passage of all documents together, by reason."""
        return joined(part for item in self.items for part in item.left_out)

    def to_json(self) -> dict[str, Any]:
        """Return the object that `briefs ingest --json` prints."""
        counts = Counter(item.result.value for item in self.items)
        return {
            "documents": [asdict(item) for item in self.items],
            "counts": {result.value: counts.get(result.value, 0) for result in DocumentResult},
            "passages": self.passages,
            "left_out": [asdict(part) for part in self.left_out],
            "resting": [one.to_json() for one in self.affected],
            "followed": [asdict(one) for one in self.followed],
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
        left_out=brief.left_out,
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


class Progress:
    """What an ingest is doing. This one ignores it; a terminal's shows it."""

    def reading(self, done: int, total: int, name: str) -> None:
        """Document `done` of `total` is about to be read."""

    def embedding(self, total: int) -> None:
        """`total` passages are about to be embedded."""

    def embedded(self, count: int) -> None:
        """`count` more passages are embedded."""

    def waiting(self) -> None:
        """Another ingest holds the library."""
