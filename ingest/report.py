"""What an ingest did, document by document: the types behind the report's table and its JSON."""

from collections import Counter
from dataclasses import asdict, dataclass, field
from enum import StrEnum
from typing import Any

from index.passage import Brief, BriefRef
from index.placement import Place
from index.planning import Outcome
from ingest.resting import Resting


class Result(StrEnum):
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
class Item:
    """One line of the report. `reason` says why a document failed, or what a reader should know."""

    location: str
    result: Result
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

    items: list[Item] = field(default_factory=list)
    resting: list[Resting] = field(default_factory=list)
    seconds: float = 0.0
    dry_run: bool = False
    interrupted: bool = False

    def count(self, *results: Result) -> int:
        """Return how many documents ended so."""
        return sum(item.result in results for item in self.items)

    @property
    def failed(self) -> list[Item]:
        """The documents that were not ingested."""
        return [item for item in self.items if item.result is Result.FAILED]

    @property
    def passages(self) -> int:
        """Passages that were added."""
        added = {Result.NEW, Result.VERSION, Result.OLDER}
        return sum(item.passages for item in self.items if item.result in added)

    def to_json(self) -> dict[str, Any]:
        """Return the object that `briefs ingest --json` prints."""
        counts = Counter(item.result.value for item in self.items)
        return {
            "documents": [asdict(item) for item in self.items],
            "counts": {result.value: counts.get(result.value, 0) for result in Result},
            "passages": self.passages,
            "resting": [one.to_json() for one in self.resting],
            "seconds": round(self.seconds, 2),
            "dry_run": self.dry_run,
            "interrupted": self.interrupted,
        }


def item_for(location: str, brief: Brief, outcome: Outcome, title_on_record: str | None) -> Item:
    """Return the line for a draft that was published as `outcome`."""
    return Item(
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


def withdrawn(location: str, brief: BriefRef) -> Item:
    """Return the line for a document that has vanished, and the brief version it stood for."""
    return Item(location, Result.WITHDRAWN, brief.id, brief.version, brief.title, brief.date)


def _result(outcome: Outcome) -> Result:
    if outcome.place is Place.VERSION and outcome.state != "current":
        return Result.OLDER
    return Result(outcome.place.value)
