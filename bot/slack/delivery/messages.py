"""What a message is on the wire: its body, its mark, its text cut to Slack's limits; and those that
only one person sees, sent through a response_url or chat.postEphemeral.

The latter carry no metadata and cannot be read back, so one whose outcome is unknown is sent once
more at most: the person may see it twice. A response_url is a secret, good for five uses in 30
minutes.
"""

import asyncio
import hashlib
import logging
import uuid
from collections.abc import Mapping, Sequence
from typing import Any

import aiohttp
from slack_sdk.webhook.async_client import AsyncWebhookClient

from bot.slack.delivery.calls import SECONDS_A_CALL, SILENT, Calls, retry_after
from bot.slack.delivery.faults import (
    BLOCKS_REFUSED,
    CallFailed,
    Limited,
    Refused,
    Unknown,
    undeliverable,
)
from bot.slack.text import composed, fit
from bot.slack.types import Posted

log = logging.getLogger(__name__)

Blocks = Sequence[dict[str, Any]]
Metadata = dict[str, Any]

ANSWER = "brief_answer"  # event type of the metadata that marks an answer
NOTE = "brief_note"  # of any other message
TEXT_LIMIT = 4000  # characters of `text`, after escaping; chat.update refuses more
USES = 5  # of a response_url
MINUTES_30 = 1800.0
PLAIN = {"unfurl_links": False, "unfurl_media": False, "parse": "none", "link_names": False}


def standing(channel: str, ts: str, sent: Mapping[str, Any], wanted: Blocks | None) -> Posted:
    """Return the message that stands: what was sent, of the blocks that were wanted."""
    blocks = tuple(sent["blocks"] or ())
    return Posted(channel, ts, bool(wanted) and not blocks, str(sent["text"]), blocks)


def marked(marker: str | None) -> Metadata:
    """Return the metadata by which a message is found again; ids only, as anyone may read it."""
    if marker is None:
        return {"event_type": NOTE, "event_payload": {"note_id": uuid.uuid4().hex}}
    return {"event_type": ANSWER, "event_payload": {"answer_id": marker}}


def body_of(channel: str, text: str, blocks: Blocks | None) -> dict[str, Any]:
    """Return what every message has in common."""
    given = None if blocks is None else composed(list(blocks))
    return {"channel": channel, "text": fit(composed(text), TEXT_LIMIT), "blocks": given, **PLAIN}


def plain_helps(refused: Refused, method: str) -> bool:
    """Whether the blocks were refused, so that the plain text may pass; the code is logged."""
    if refused.code not in BLOCKS_REFUSED:
        return False
    log.warning("%s: blocks refused (%s), the plain text is sent instead", method, refused.code)
    return True


class EphemeralSender:
    """Sends what only one person sees."""

    def __init__(self, calls: Calls) -> None:
        self._calls = calls
        self._used: dict[str, tuple[int, float]] = {}  # hash of a response_url -> uses, since

    async def send(
        self, channel: str, user: str, thread_ts: str | None, text: str, blocks: Blocks | None,
        response_url: str | None, until: float,
    ) -> Posted:  # fmt: skip
        """Show a message to one person; after an unknown outcome it is sent once more, unseen.

        Raises Undeliverable where Slack refuses it or the time is up.
        """
        shown = composed(list(blocks)) if blocks else None
        body = {"text": fit(composed(text), TEXT_LIMIT), "blocks": shown}
        unsure = False
        while True:
            try:
                if response_url and self._use(response_url):
                    await self._respond(response_url, thread_ts, body)
                else:
                    place = {"channel": channel, "user": user, "thread_ts": thread_ts}
                    await self._calls.patiently(
                        "chat.postEphemeral", {**place, **body, **PLAIN}, until
                    )
                return standing(channel, "", body, blocks)
            except Limited:
                response_url = None  # the other way has its own limit
            except Unknown:
                if unsure:
                    raise undeliverable("unknown_outcome") from None
                unsure = True
                await self._calls.pacing.pause(1.0)
            except Refused as refused:
                if body["blocks"] and plain_helps(refused, "ephemeral"):
                    body["blocks"] = None
                elif response_url:
                    response_url = None
                else:
                    raise undeliverable(refused.code) from None

    def _use(self, response_url: str) -> bool:
        """Count a use of a response_url; False where it is used up. Kept by its hash only."""
        now = self._calls.pacing.clock()
        self._used = {k: v for k, v in self._used.items() if now - v[1] < 2 * MINUTES_30}
        key = hashlib.sha256(response_url.encode()).hexdigest()
        uses, since = self._used.get(key, (0, now))
        if uses >= USES or now - since >= MINUTES_30:
            return False
        self._used[key] = (uses + 1, since)
        return True

    async def _respond(
        self, response_url: str, thread_ts: str | None, body: dict[str, Any]
    ) -> None:
        kind = {"response_type": "ephemeral", "replace_original": False}
        unlinked = {name: PLAIN[name] for name in ("unfurl_links", "unfurl_media")}
        given = {"thread_ts": thread_ts, **body, **kind, **unlinked}
        client = AsyncWebhookClient(
            response_url, session=self._calls.session, logger=SILENT, retry_handlers=[]
        )
        try:
            async with asyncio.timeout(SECONDS_A_CALL):
                answer = await client.send_dict(
                    {name: value for name, value in given.items() if value is not None}
                )
        except (aiohttp.ClientError, OSError, UnicodeError) as error:
            raise Unknown(f"response_url: {type(error).__name__}") from None
        if fault := _hook_fault(answer.status_code, answer.body or "", dict(answer.headers)):
            raise fault


def _hook_fault(status: int, said: str, headers: dict[str, str]) -> CallFailed | None:
    if status == 429:
        return Limited(retry_after(headers))
    if status >= 500:
        return Unknown(f"response_url: HTTP {status}")
    if status != 200:
        code = next((code for code in BLOCKS_REFUSED if code in said), "expired_url")
        return Refused(code)
    return None
