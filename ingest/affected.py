"""Which answers cite briefs that an ingest replaced or withdrew.

The ingest knows no answers: the ledger registers a listener here when the program starts. It is
called after an ingest that replaced or withdrew something.
"""

import logging
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from index.errors import BriefsError

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
        """Whether the brief was removed from search."""
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
        many = "1 answer cites" if count == 1 else f"{count:,} answers cite"
        what = "was removed" if self.withdrawn else "was replaced"
        quoting = "" if self.withdrawn else f"; {_quoting(self.changed, count)}"
        shown = ", ".join(self.answers[:NAMED])
        more = f" and {count - NAMED:,} more" if count > NAMED else ""
        return f"{many} {self.brief_id} ({self.title}), which {what}{quoting}: {shown}{more}"


Listener = Callable[["Library", Sequence[BriefChange]], list[AffectedAnswers]]
Standing = Mapping[str, "BriefRef"]
_listeners: list[Listener] = []


def register(listener: Listener) -> None:
    """Have a listener called after each ingest with what it changed."""
    if listener not in _listeners:
        _listeners.append(listener)


def standing(library: "Library") -> Standing:
    """Return the current version of each brief, by id; {} without listeners."""
    if not _listeners:
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


def find_affected(library: "Library", changed: Sequence[BriefChange]) -> list[AffectedAnswers]:
    """Return the answers that cite the changed briefs, from all listeners.

    The briefs are in the library by then, so a listener that fails causes a warning and no error.
    """
    found: list[AffectedAnswers] = []
    for listener in _listeners if changed else ():
        try:
            found += listener(library, changed)
        except BriefsError as error:
            logger.warning("cannot tell which answers cite the changed briefs: %s", error)
    return found


def _quoting(changed: int, count: int) -> str:
    if not changed:
        return "none quotes words that changed" if count > 1 else "it quotes no words that changed"
    if count == 1:
        return "it quotes words that changed"
    quotes = "1 quotes" if changed == 1 else f"{changed:,} quote"
    return f"{quotes} words that changed"
