"""The message of a stream whose start was made while its response was lost.

chat.startStream takes no metadata, so such a message is known by what it says: ours, unmarked, in
that thread, not one that we are streaming, and beginning as the stream did.
"""

from collections.abc import Set
from typing import Any

from bot.slack.faults import Fault, undeliverable
from bot.slack.pacing import Pacing
from bot.slack.sending import Sender

_LOOKS = 2
_PAUSE = 1.0  # seconds before each
_SECONDS = 30.0  # at most, for one look
_ALIKE = 60  # letters and digits


async def find_stub(
    sender: Sender, pacing: Pacing, thread: tuple[str, str], began: str, known: Set[str]
) -> str | None:
    """Return the ts of the newest such message in a thread (channel, ts of its root), or None.

    `began` is the text that the stream was started with; `known` are messages that belong to other
    streams. None also where Slack does not let us look.
    """
    for _ in range(_LOOKS):
        await pacing.pause(_PAUSE)
        found = None
        try:
            async for message in sender.own_messages(*thread, pacing.clock() + _SECONDS):
                ts, mark = str(message["ts"]), message.get("metadata") or {}
                if not mark.get("event_type") and ts not in known and _alike(message, began):
                    found = ts
        except Fault:
            return None
        if found:
            return found
    return None


async def find_stray(
    sender: Sender, thread: tuple[str, str], after: str, known: Set[str]
) -> str | None:
    """Return the ts of our newest unmarked message in a thread, later than the message `after`.

    Raises:
        Undeliverable: Slack does not let us look.
    """
    found = None
    try:
        async for message in sender.own_messages(*thread, sender.until):
            ts, mark = str(message["ts"]), message.get("metadata") or {}
            if not mark.get("event_type") and ts not in known and ts > after:
                found = ts
    except Fault:
        raise undeliverable("unknown_outcome") from None
    return found


def _alike(message: dict[str, Any], began: str) -> bool:
    """Whether a message begins as the stream did, whatever became of the formatting."""
    shown, given = _letters(str(message.get("text") or "")), _letters(began)
    alike = min(len(shown), len(given), _ALIKE)
    return alike > 0 and shown[:alike] == given[:alike]


def _letters(text: str) -> str:
    """Return the letters and digits of a text: what formatting and escaping leave as it is."""
    plain = text.replace("&amp;", "&").replace("&lt;", "<").replace("&gt;", ">")
    return "".join(mark for mark in plain if mark.isalnum()).casefold()
