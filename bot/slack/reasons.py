"""Say why a question could not be answered, in words for its asker: only our own reach Slack."""

from bot.errors import LedgerError
from bot.slack import phrases
from bot.slack.delivery.outbox import Stopped, Undeliverable
from index.errors import UsageError


def reason_of(error: Exception) -> str:
    """Return why a question failed, in words for its asker."""
    if isinstance(error, LedgerError):
        return phrases.NOT_RECORDED
    if isinstance(error, UsageError | Undeliverable):
        return str(error)
    if isinstance(error, Stopped):
        return phrases.STOPPED
    if isinstance(error, TimeoutError):
        return phrases.TOO_SLOW
    return phrases.BROKEN
