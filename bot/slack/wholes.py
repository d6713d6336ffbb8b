"""The whole answer in the place of a half one: by a change of its message, else as a new one.

For streams that broke on the way. A half answer is never left standing beside or without the whole,
as long as Slack can be reached.
"""

import contextlib
import logging
from dataclasses import dataclass

from bot.slack.calling import Calls
from bot.slack.faults import Fault, Undeliverable
from bot.slack.sending import Blocks, Sender
from bot.slack.types import Posted

log = logging.getLogger(__name__)

_SECONDS = 60.0  # at most, to take a half answer away
_UNREACHED = frozenset({"too_busy", "unknown_outcome"})  # a new post would fare no better


@dataclass(frozen=True)
class Berth:
    """Where a stream goes, for whom, and the id of its answer."""

    channel: str
    thread_ts: str
    user: str | None  # both needed in channels
    team: str | None
    marker: str


async def make_whole(
    calls: Calls, sender: Sender, berth: Berth, ts: str, whole: tuple[str, Blocks | None]
) -> Posted:
    """Put the whole answer (text, blocks) in the place of the ended stream with that ts.

    Raises:
        Undeliverable: no way to Slack is left.
    """
    try:
        return await sender.update(berth.channel, ts, *whole, berth.marker)
    except Undeliverable as failure:
        if failure.everywhere or failure.code in _UNREACHED:
            raise
        log.warning("a streamed message could not be changed: %s", failure.code)
    try:
        return await sender.post(berth.channel, berth.thread_ts, *whole, berth.marker)
    finally:
        half = {"channel": berth.channel, "ts": ts}
        with contextlib.suppress(Fault):
            await calls.repeatedly("chat.delete", half, calls.pacing.clock() + _SECONDS)
