"""Ask old questions of today's library: the composed answerer that `briefs audit replay` uses.

Index, code, settings and chat model are today's. The answers go into a ledger that is deleted at
the end; the calls of a chat model count against its allowance as usual.
"""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from bot.app.making import parts
from bot.audit.register import Register
from bot.audit.selection import Order, Selection
from bot.ledger.ledger import Ledger, LedgerEntry
from bot.ledger.recording import Answerer
from bot.question.period import day_in
from bot.question.question import Turn
from index.errors import NotFound, UsageError
from index.library import Library
from index.storage.database import Database, sqlite_url
from index.vectors.snapshot import Filters
from ingest.scratch import ScratchFolder


class ScratchLedger(Ledger):
    """A ledger that also reads another one, to which it never writes.

    So earlier answers of a conversation are found in the ledger that holds them.
    """

    def __init__(self, database: Database, original: Ledger) -> None:
        super().__init__(database)
        self._original = original

    def get(self, answer_id: str) -> LedgerEntry:
        """Return the record of one answer, of this ledger or the other; NotFound for none."""
        try:
            return super().get(answer_id)
        except NotFound:
            return self._original.get(answer_id)


class AskAgain:
    """Asks questions as if at a moment of the past. Not safe to share between threads."""

    def __init__(self, library: Library, scratch: Ledger) -> None:
        self._zone = library.settings.timezone
        self._scratch = scratch
        self._day = datetime.now(UTC).date()
        made = parts(library, scratch, today=lambda: self._day)
        self.problem = made.problem()  # what keeps the chat model from writing, in one line
        self._answerer: Answerer = made.answerer(library, scratch)

    def __call__(
        self,
        question: str,
        turns: Sequence[Turn],
        filters: Filters,
        zone: str | None,
        moment: datetime,
    ) -> Mapping[str, Any]:
        """Return the body of the answer's record."""
        self._day = day_in(zone or self._zone, moment)
        answer = self._answerer.ask(question, turns, filters, zone=zone, moment=moment)
        return self._scratch.get(answer.answer_id).body


@contextmanager
def asking_again(library: Library) -> Iterator[AskAgain]:
    """Yield what asks the library again; its answers are deleted at the end."""
    with ScratchFolder("replay") as folder:
        database = Database(sqlite_url(Path(folder) / "ledger.db"))
        try:
            library.warm_up()
            yield AskAgain(library, ScratchLedger(database, Ledger(library.database)))
        finally:
            database.close()


def recorded_questions(
    database: Database, chosen: Selection, answer_ids: Sequence[str]
) -> list[LedgerEntry]:
    """Return the records of the questions to ask, oldest first: those named, or those chosen."""
    ledger, register = Ledger(database), Register(database)
    if answer_ids:
        if chosen != Selection():
            raise UsageError("--answer and other filters: give one or the other")
        return [ledger.get(answer_id) for answer_id in answer_ids]
    register.catch_up()
    rows = register.answers(chosen, Order.TIME)
    return [ledger.get(row.answer_id) for row in reversed(rows)]
