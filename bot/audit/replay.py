"""Ask old questions of today's library: a record in, what changed out.

Each is asked as it was then: with the turns before it, the briefs it was limited to, the day and
the time zone by which "yesterday" is understood. What is used is today's: index, code, settings and
chat model. The answers go into a ledger that is deleted at the end; a chat model's calls count as
ever. Nobody's name is used; questions that were forgotten cannot be asked.
"""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, fields
from datetime import UTC, datetime
from typing import Any

from bot.answer import Turn
from bot.audit.changes import Changes, changes
from bot.audit.scratch import scratch
from bot.chain import Answerer
from bot.ledger import Entry, Ledger
from bot.making import parts
from bot.period import day_in
from index.errors import BriefsError, UsageError
from index.library import Library
from index.vectors.snapshot import Filters


@dataclass(frozen=True)
class Replayed:
    """An old question asked anew. Without `changes` it could not be, and `fault` says why."""

    answer_id: str
    asked_at: str  # UTC, ISO 8601
    question: str
    changes: Changes | None
    fault: str | None = None
    limits_known: bool = True  # whether its record says which briefs it was limited to


class Replayer:
    """Asks old questions. Not safe to share between threads."""

    def __init__(self, library: Library, temporary: Ledger) -> None:
        """Prepare to ask `library`; `temporary` takes the answers."""
        self._zone = library.settings.timezone
        self._temporary = temporary
        self._day = datetime.now(UTC).date()
        made = parts(library, temporary, today=lambda: self._day)
        self.problem = made.problem()
        self._answerer: Answerer = made.answerer(library, temporary)

    def replay(self, entry: Entry) -> Replayed:
        """Ask the question of a record that was not forgotten."""
        private = entry.private
        if private is None:
            raise UsageError(f"{entry.answer_id}: its question was forgotten; it cannot be asked")
        found, fault = None, None
        try:
            after = self.again(entry, datetime.fromisoformat(entry.created_at))
            found = changes(entry.body, after)
        except BriefsError as error:
            fault = str(error)
        return Replayed(
            answer_id=entry.answer_id,
            asked_at=entry.created_at,
            question=str(private["standalone_question"]),
            changes=found,
            fault=fault,
            limits_known="filters" in entry.body,
        )

    def again(self, entry: Entry, moment: datetime) -> Mapping[str, Any]:
        """Return the body of the answer to a record's question, as if asked at a moment."""
        private = entry.private or {}
        zone = private.get("zone")
        self._day = day_in(zone or self._zone, moment)
        answer = self._answerer.ask(
            private["question"],
            [Turn(**turn) for turn in private["turns"]],
            _filters(entry.body.get("filters", {})),
            zone=zone,
            moment=moment,
        )
        return self._temporary.get(answer.answer_id).body


@contextmanager
def replayer(library: Library) -> Iterator[Replayer]:
    """Yield what asks the library, and forgets its answers at the end."""
    with scratch(Ledger(library.database)) as temporary:
        library.warm_up()
        yield Replayer(library, temporary)


def _filters(recorded: Mapping[str, Any]) -> Filters:
    known = {one.name: recorded[one.name] for one in fields(Filters) if one.name in recorded}
    return Filters(**{name: _tupled(value) for name, value in known.items()})


def _tupled(value: Any) -> Any:
    return tuple(value) if isinstance(value, list) else value
