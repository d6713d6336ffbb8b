"""Whole messages: posted once, found again by their mark, changed.

In: a place, plain text, blocks, the answer's id. Out: a message that stands, or Undeliverable.
A post whose outcome is unknown is looked for before it is made again. Ignores ephemeral posts, and
of streams knows only how to end one that is in the way of a change.
"""

import contextlib
import logging
import re
import uuid
from collections.abc import AsyncIterator, Iterator, Mapping, Sequence
from typing import Any

from bot.slack.calling import Calls
from bot.slack.faults import (
    BLOCKS_REFUSED,
    Crowded,
    Fault,
    Refused,
    Undeliverable,
    Unknown,
    undeliverable,
)
from bot.slack.text import composed
from bot.slack.types import Posted

log = logging.getLogger(__name__)

Blocks = Sequence[dict[str, Any]]
Metadata = dict[str, Any]

ANSWER = "brief_answer"  # event type of the metadata that marks an answer
NOTE = "brief_note"  # of any other message
TEXT_LIMIT = 4000  # characters of `text`, after escaping; chat.update refuses more
PATIENCE = 900.0  # seconds that a message may wait, all in all
_LOOKS = (1.0, 3.0)  # seconds before each look for a message that may have been posted
_POSTS = 6  # attempts with an unknown outcome, then it stays unknown
_CHANGES = 4  # attempts to change a message, with an end of its stream or without its blocks
_PAGE = 200
_PAGES = 60  # pages of one thread that are read
_HISTORY_PAGES = 3  # pages of a channel, for messages outside threads
_BETWEEN = re.compile(r"(?<=[.!?\])])\s+(?![\[\s])|\n")  # sentences, each with its own marks
PLAIN = {"unfurl_links": False, "unfurl_media": False, "parse": "none", "link_names": False}


class Sender:
    """Posts and changes whole messages."""

    def __init__(self, calls: Calls, *, patience: float = PATIENCE) -> None:
        """Wait for at most `patience` seconds with each message."""
        self._calls = calls
        self._patience = patience
        self._self: tuple[str, str] | None = None

    @property
    def until(self) -> float:
        """The time of the clock at which a message that comes now has waited long enough."""
        return self._calls.pacing.clock() + self._patience

    async def post(
        self,
        channel: str,
        thread_ts: str | None,
        text: str,
        blocks: Blocks | None,
        marker: str | None,
    ) -> Posted:
        """Post a message once, however often Slack fails; `marker` is the id of its answer.

        Raises:
            Undeliverable: at once where Slack refuses it, or when the time is up.
        """
        until, mark, plain = self.until, marked(marker), not blocks
        body = _message(channel, text, blocks) | {"thread_ts": thread_ts, "metadata": mark}
        for _ in range(_POSTS):
            try:
                answer = await self._calls.patiently("chat.postMessage", body, until)
                if ts := answer.get("ts"):
                    return standing(answer.get("channel") or channel, ts, body, blocks)
            except Refused as refused:
                if plain or not _plain_helps(refused, "chat.postMessage"):
                    raise undeliverable(refused.code) from None
                body, plain = {**body, "blocks": None}, True
                continue
            except Crowded:
                raise undeliverable("too_busy") from None
            except Unknown:
                pass
            if ts := await self._settled(channel, thread_ts, mark, until):
                log.info("a post without a confirmed outcome was found in its thread")
                return standing(channel, ts, body, blocks)
        raise undeliverable("unknown_outcome")

    async def update(
        self,
        channel: str,
        ts: str,
        text: str,
        blocks: Blocks | None,
        marker: str | None = None,
    ) -> Posted:
        """Change a message; doing so twice does no harm. Its metadata stays without a `marker`.

        A message that is still being streamed is ended first.

        Raises:
            Undeliverable: as for post.
        """
        until = self.until
        body = _message(channel, text, blocks or []) | {"ts": ts}
        for name in ("unfurl_links", "unfurl_media"):  # no arguments of chat.update
            body.pop(name)
        if marker is not None:
            body["metadata"] = marked(marker)
        for _ in range(_CHANGES):
            try:
                await self._calls.repeatedly("chat.update", body, until)
                return standing(channel, ts, body, blocks)
            except Refused as refused:
                if refused.code == "streaming_state_conflict":
                    await self.end_stream(channel, ts)
                elif body["blocks"] and _plain_helps(refused, "chat.update"):
                    body["blocks"] = []
                else:
                    raise undeliverable(refused.code) from None
            except Crowded:
                raise undeliverable("too_busy") from None
            except Unknown:
                raise undeliverable("unknown_outcome") from None
        raise undeliverable("streaming_state_conflict")

    async def end_stream(self, channel: str, ts: str) -> None:
        """End a stream as it is, as far as that can be done."""
        until = self._calls.pacing.clock() + 90
        with contextlib.suppress(Fault):
            await self._calls.repeatedly("chat.stopStream", {"channel": channel, "ts": ts}, until)

    async def find(self, channel: str, thread_ts: str | None, marker: str) -> str | None:
        """Return the ts of our message with that answer's mark, or None where there is none.

        Raises:
            Undeliverable: Slack does not let us look.
        """
        return await self._find(channel, thread_ts, marked(marker), self.until)

    async def own_messages(
        self, channel: str, thread_ts: str | None, until: float
    ) -> AsyncIterator[dict[str, Any]]:
        """Yield our own messages of a thread, or of the newest pages of a channel."""
        user, bot = await self._who(until)
        method = "conversations.replies" if thread_ts else "conversations.history"
        asked = {"channel": channel, "ts": thread_ts, "include_all_metadata": True, "limit": _PAGE}
        for _ in range(_PAGES if thread_ts else _HISTORY_PAGES):
            page = await self._calls.repeatedly(method, asked, until)
            for message in page.get("messages") or ():
                if (bot and message.get("bot_id") == bot) or message.get("user") == user:
                    yield message
            cursor = (page.get("response_metadata") or {}).get("next_cursor")
            if not cursor:
                return
            asked["cursor"] = cursor

    async def _settled(
        self, channel: str, thread_ts: str | None, mark: Metadata, until: float
    ) -> str | None:
        """Look twice, a moment apart: a post may show a little after its connection broke."""
        for pause in _LOOKS:
            await self._calls.pacing.pause(pause)
            if ts := await self._find(channel, thread_ts, mark, until):
                return ts
        return None

    async def _find(
        self, channel: str, thread_ts: str | None, mark: Metadata, until: float
    ) -> str | None:
        """Return the ts of our message with exactly that mark."""
        try:
            async for message in self.own_messages(channel, thread_ts, until):
                meta = message.get("metadata") or {}
                if all(meta.get(name) == value for name, value in mark.items()):
                    return str(message["ts"])
        except (Refused, Unknown, Crowded) as fault:
            if isinstance(fault, Refused) and undeliverable(fault.code).everywhere:
                raise undeliverable(fault.code) from None
            log.warning("the thread cannot be searched for a message of ours: %s", fault)
            raise undeliverable("unknown_outcome") from None
        return None

    async def _who(self, until: float) -> tuple[str, str]:
        """Return our user id and bot id."""
        if self._self is None:
            answer = await self._calls.repeatedly("auth.test", {}, until)
            self._self = (str(answer.get("user_id") or ""), str(answer.get("bot_id") or ""))
        return self._self


@contextlib.contextmanager
def alarm() -> Iterator[None]:
    """Log by its code what cannot be delivered; loudly where nothing else will be either."""
    try:
        yield
    except Undeliverable as failure:
        level = logging.ERROR if failure.everywhere else logging.WARNING
        log.log(level, "a message could not be delivered: %s", failure.code)
        raise


def standing(channel: str, ts: str, sent: Mapping[str, Any], wanted: Blocks | None) -> Posted:
    """Return the message that stands: what was sent, of the blocks that were wanted."""
    blocks = tuple(sent["blocks"] or ())
    return Posted(channel, ts, bool(wanted) and not blocks, str(sent["text"]), blocks)


def marked(marker: str | None) -> Metadata:
    """Return the metadata by which a message is found again; ids only, as anyone may read it."""
    if marker is None:
        return {"event_type": NOTE, "event_payload": {"note_id": uuid.uuid4().hex}}
    return {"event_type": ANSWER, "event_payload": {"answer_id": marker}}


def fitting(text: str, limit: int = TEXT_LIMIT) -> str:
    """Return the text, cut after a line or sentence where it is too long for Slack."""
    if len(text) <= limit:
        return text
    head = text[: limit - 2]
    ends = (found.start() for found in _BETWEEN.finditer(text))
    cut = max((end for end in ends if end <= len(head)), default=0)
    if cut <= limit // 2:
        cut = head.rfind(" ")
    return f"{head[: cut if cut > 0 else len(head)].rstrip()} …"


def _message(channel: str, text: str, blocks: Blocks | None) -> dict[str, Any]:
    """Return what every message has in common."""
    given = None if blocks is None else composed(list(blocks))
    return {"channel": channel, "text": fitting(composed(text)), "blocks": given, **PLAIN}


def _plain_helps(refused: Refused, method: str) -> bool:
    """Whether the blocks were refused, so that the plain text may pass; the code is logged."""
    if refused.code not in BLOCKS_REFUSED:
        return False
    log.warning("%s: blocks refused (%s), the plain text is sent instead", method, refused.code)
    return True
