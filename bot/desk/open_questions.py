"""Keep the groups of open questions until the ledger has grown: finding them takes a while."""

import threading

from bot.audit.grouping import Group, groups
from bot.audit.unanswered import unanswered
from bot.ledger.ledger import Ledger
from index.library import Library


class OpenQuestions:
    """The open questions of one library. Safe to share between threads."""

    def __init__(self, library: Library, ledger: Ledger) -> None:
        """Remember where questions are, and what embeds them."""
        self._library, self._ledger = library, ledger
        self._lock = threading.Lock()
        self._kept: tuple[tuple[int, str], tuple[Group, ...]] | None = None

    def groups(self) -> tuple[Group, ...]:
        """Return the groups, the most often asked first; raises EmbeddingError without a model."""
        with self._lock:
            head = self._ledger.head()
            if self._kept is None or self._kept[0] != head:
                found = unanswered(self._ledger.entries())
                self._kept = head, groups(found, self._library.embed)
            return self._kept[1]
