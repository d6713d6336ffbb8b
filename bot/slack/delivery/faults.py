"""What can go wrong on the way to Slack: error codes in, a class and words for people out.

BriefsError                 (index.errors)
├── Undeliverable           a message cannot reach its place, now or at all; has words for people
├── Stopped                 somebody pressed Stop while an answer was being streamed
└── CallFailed              one call failed; stays inside the outbox
    ├── Limited             429: nothing was done, and may not be tried again before a while
    ├── Unknown             5xx, time-out, dropped connection: it may or may not have been done
    ├── Refused             Slack said no, and will say no again
    └── Crowded             the call's turn would come too late

No message here holds what Slack or a library said beyond Slack's error code: no token, no
response_url, no text of a message. Codes: the reference pages of the chat.* methods.
"""

import logging
import traceback
from datetime import UTC, datetime
from typing import Final

from bot.errors import AudienceUnknown, LedgerError
from bot.slack import phrases
from index.errors import BriefsError, UsageError

log = logging.getLogger(__name__)


class Undeliverable(BriefsError):
    """A message cannot be brought to its place.

    `reason` is fit for people; `code` is Slack's (or ours: too_busy, queue_full, unknown_outcome).
    `everywhere` is True where no other message will get through either, as with a revoked token.
    """

    def __init__(self, reason: str, code: str) -> None:
        super().__init__(reason)
        self.reason = reason
        self.code = code
        self.everywhere = code in EVERYWHERE


class Stopped(BriefsError):
    """Somebody pressed Stop: what is shown stays, and nothing more is added."""


class CallFailed(BriefsError):
    """One call to Slack failed."""


class Limited(CallFailed):
    """Too many calls: Slack names the seconds to wait."""

    def __init__(self, seconds: float) -> None:
        super().__init__(f"Slack asks to wait {seconds:g} s")
        self.seconds = seconds


class Unknown(CallFailed):
    """No answer that tells whether the call was carried out."""


class Refused(CallFailed):
    """Slack refused the call with this code."""

    def __init__(self, code: str) -> None:
        super().__init__(f"Slack refused: {code}")
        self.code = code


class Crowded(CallFailed):
    """The turn of this call would come after its time is up."""


RATE_LIMITED: Final = frozenset("ratelimited rate_limited message_limit_exceeded".split())

SERVER_TROUBLE: Final = frozenset(
    "internal_error fatal_error service_unavailable request_timeout http_error".split()
)

BLOCKS_REFUSED: Final = frozenset(
    """
    invalid_blocks invalid_blocks_format msg_blocks_too_long msg_blocks_too_many msg_too_long
    markdown_text_conflict block_mismatch slack_object_formation_error
    """.split()
)

EVERYWHERE: Final = frozenset(
    """
    token_revoked token_expired account_inactive invalid_auth not_authed org_login_required
    ekm_access_denied two_factor_setup_required not_allowed_token_type accesslimited
    team_access_not_granted
    """.split()
)

UNAVAILABLE: Final = frozenset(
    """
    feature_disabled not_agent_app unknown_method missing_scope method_deprecated
    deprecated_endpoint not_allowed_token_type channel_type_not_supported
    method_not_supported_for_channel_type enterprise_is_restricted team_not_supported
    """.split()
)
"""The workspace or the place lacks the feature; a plainer way is taken."""

_RESTRICTED = "The settings of this workspace or channel do not let the bot post here; ask an admin"

_WORDS = {
    "channel_not_found not_in_channel duplicate_channel_not_found": (
        "The bot is not in this channel, or the channel is gone; type /invite and the bot's name."
    ),
    "is_archived": "This channel is archived; unarchive it or ask elsewhere.",
    "is_inactive": "This channel is closed; ask elsewhere.",
    "restricted_action": f"{_RESTRICTED}, or ask in a direct message.",
    "restricted_action_read_only_channel": f"{_RESTRICTED}: it is read-only.",
    "restricted_action_non_threadable_channel": f"{_RESTRICTED}: threads are switched off.",
    "restricted_action_thread_only_channel": f"{_RESTRICTED}: only threads are allowed.",
    "restricted_action_thread_locked thread_locked": f"{_RESTRICTED}: the thread is locked.",
    "thread_not_found": "The thread is gone; ask again in the channel.",
    "cannot_reply_to_message": "Slack allows no reply to that message; ask in a new one.",
    "as_user_not_supported invalid_blocks invalid_blocks_format invalid_arguments invalid_json "
    "no_text metadata_too_large invalid_metadata_format invalid_metadata_schema "
    "metadata_must_be_sent_from_app": (
        "Slack refused the form of the message; this is a fault of the bot."
    ),
    "not_in_dm": "Slack does not let the bot write in this direct message.",
    "token_revoked token_expired invalid_auth not_authed": (
        "Slack no longer accepts the bot's token; an admin has to install the app again."
    ),
    "account_inactive": "The app was removed from this workspace, or its account is switched off.",
    "org_login_required": "The workspace is being moved by Slack; try again later.",
    "ekm_access_denied": "The organisation's own keys do not let the bot post; ask an admin.",
    "two_factor_setup_required": "The bot's account needs two-factor sign-in; ask an admin.",
    "not_allowed_token_type": "The bot has the wrong kind of token; an admin has to set xoxb-…",
    "accesslimited": "Slack limits the bot's access to this workspace; ask an admin.",
    "team_access_not_granted": "The app is not granted to this workspace; ask an admin.",
    "access_denied": "The bot has no access to this place; ask an admin.",
    "no_permission": "The bot has no permission for this; ask an admin.",
    "missing_scope": "The app lacks a scope that this needs; an admin has to install it again.",
    "enterprise_is_restricted": "The organisation does not allow this; ask an admin.",
    "team_not_found": "Slack does not know this workspace any more.",
    "user_not_in_channel": "The person is not in this channel, so nothing can be shown there.",
    "user_not_found": "Slack does not know this person.",
    "user_disabled": "This person's account is switched off.",
    "cannot_dm_bot": "The bot cannot write to another bot.",
    "messages_tab_disabled": "Direct messages with the app are switched off; ask an admin.",
    "channel_type_not_supported method_not_supported_for_channel_type ekm_not_supported": (
        "Slack does not allow this in this kind of channel."
    ),
    "message_not_found": "The message is gone; it was deleted meanwhile.",
    "cant_update_message edit_window_closed": "The message cannot be changed any more.",
    "update_failed": "The message could not be changed.",
    "streaming_state_conflict": "The message is still being written by Slack.",
    "external_channel_migrating": "The channel is being moved by Slack; try again later.",
    "too_many_attachments msg_too_long msg_blocks_too_long msg_blocks_too_many": (
        "Slack refused the message as too long."
    ),
    "duplicate_message_not_found": "Slack lost the message; ask again.",
    "too_busy": "Slack takes messages more slowly than questions come in; ask again later.",
    "queue_full": "Too many answers are waiting to be posted; ask again in some minutes.",
    "unknown_outcome": "Slack did not confirm the message, and whether it was posted is unknown.",
}
WORDS: Final = {code: said for codes, said in _WORDS.items() for code in codes.split()}


def undeliverable(code: str) -> Undeliverable:
    """Put an error code into words; a code that is not in the table is named as it is."""
    return Undeliverable(WORDS.get(code) or f"Slack refused the message ({code}).", code)


def reason_of(error: Exception) -> str:
    """Return why a question failed, in words for its asker."""
    if isinstance(error, LedgerError):
        return phrases.NOT_RECORDED
    if isinstance(error, AudienceUnknown | UsageError | Undeliverable):
        return str(error)
    if isinstance(error, Stopped):
        return phrases.STOPPED
    if isinstance(error, TimeoutError):
        return phrases.TOO_SLOW
    return phrases.BROKEN


def log_failure(question: int, error: Exception) -> None:
    """Log which question failed, when and why: our own words, of others their kind and place."""
    when = datetime.now(UTC).isoformat(timespec="seconds")
    if isinstance(error, BriefsError | TimeoutError):
        known = str(error) or "its time was up"
        log.warning("question %d failed at %s: %s: %s", question, when, _kind_of(error), known)
        return
    where = "".join(traceback.format_tb(error.__traceback__))
    log.error("question %d failed at %s: %s\n%s", question, when, _kind_of(error), where)


def _kind_of(error: Exception) -> str:
    return type(error).__name__
