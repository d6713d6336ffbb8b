"""Keep answers that nobody asked for: a ledger of its own that is deleted at the end.

Earlier answers of a conversation are still found in the ledger that holds them.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

from bot.ledger import Entry, Ledger
from index.errors import NotFound
from index.storage.database import Database, sqlite_url


class ScratchLedger(Ledger):
    """A ledger that looks into another for what it does not have, and never writes to it."""

    def __init__(self, database: Database, kept: Ledger) -> None:
        """Write to `database`, and read what is not there in `kept`."""
        super().__init__(database)
        self._kept = kept

    def get(self, answer_id: str) -> Entry:
        """Return the record of one answer, of this ledger or the other; NotFound for none."""
        try:
            return super().get(answer_id)
        except NotFound:
            return self._kept.get(answer_id)


@contextmanager
def scratch(kept: Ledger) -> Iterator[ScratchLedger]:
    """Yield an empty ledger beside `kept`; it is gone at the end."""
    with TemporaryDirectory(prefix="briefs-replay-") as folder:
        database = Database(sqlite_url(Path(folder) / "ledger.db"))
        try:
            yield ScratchLedger(database, kept)
        finally:
            database.close()
