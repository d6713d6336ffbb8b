"""What readers say of an answer: each opinion is one more record in the ledger."""

from bot.ledger.ledger import Ledger
from bot.ledger.rows import RecordKind

REASONS = {  # of bad feedback, as stored: as shown
    "not_answered": "It does not answer my question",
    "answerable": "The briefs do answer my question",
    "wrong_source": "The source does not say that",
    "missing": "Something is missing",
    "outdated": "It is out of date",
    "other": "Something else",
}
LONGEST_NOTE = 1_000  # characters that a person may type


class Feedback:
    """Records opinions; a person's last one of an answer counts."""

    def __init__(self, ledger: Ledger) -> None:
        self._ledger = ledger

    def add(
        self,
        answer_id: str,
        person: str,
        good: bool,
        reason: str | None = None,
        note: str | None = None,
    ) -> None:
        """Record an opinion; NotFound where there is no such answer.

        `reason` is a key of REASONS, `note` was typed by the reader.
        """
        self._ledger.add(
            RecordKind.FEEDBACK,
            answer_id,
            {"good": good, "reason": reason},
            {"user": person, "note": note or None},
        )
