"""Who clicked or typed something, where, and how to reply there; work after acknowledging it.

In: the payload of a command, click, shortcut or submission. Out: a Where, and a message or a dialog
that only that person sees.
"""

import asyncio
import json
import logging
import secrets
import time
import traceback
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from slack_sdk.errors import SlackApiError, SlackClientError
from slack_sdk.web.async_client import AsyncWebClient

from bot.errors import AudienceUnknown, NothingVisible
from bot.slack import phrases
from bot.slack.access.facts import error_code
from bot.slack.blocks.elements import Message, View
from bot.slack.blocks.notices import said
from bot.slack.delivery.outbox import Undeliverable
from bot.slack.parts import SlackServices
from bot.slack.types import Incoming
from index.errors import BriefsError, NotFound, ReadError, UsageError

log = logging.getLogger(__name__)

Accept = Callable[[Incoming], Awaitable[object]]  # takes a question in, to be answered
TellLine = Callable[[str], Awaitable[None]]
FIT_FOR_PEOPLE = (AudienceUnknown, NothingVisible, ReadError, UsageError)


@dataclass(frozen=True)
class Where:
    """A person and a place; `channel` is "" in App Home and in what is opened there."""

    user: str
    channel: str = ""
    thread_ts: str | None = None
    trigger: str = field(default="", repr=False)
    response_url: str | None = field(default=None, repr=False)

    @property
    def direct(self) -> bool:
        """Whether the channel is a direct message with the bot, or none."""
        return self.channel[:1] in {"", "D"}


@dataclass(frozen=True)
class Click:
    """A button that was clicked: what it carries, by whom, and in which dialog ({} in messages)."""

    parts: SlackServices
    accept: Accept
    client: AsyncWebClient
    where: Where
    value: str
    view: Mapping[str, Any]


def where_of(body: Mapping[str, Any]) -> Where:
    container, view = body.get("container") or {}, body.get("view") or {}
    user = body.get("user")
    channel = (body.get("channel") or {}).get("id") or body.get("channel_id")
    thread = container.get("thread_ts") or (body.get("message") or {}).get("thread_ts")
    return Where(
        user=str(user["id"] if isinstance(user, Mapping) else body.get("user_id")),
        channel=str(channel or container.get("channel_id") or remembered(view, "channel")),
        thread_ts=str(thread) if thread else None,
        trigger=str(body.get("trigger_id") or ""),
        response_url=body.get("response_url") or None,
    )


def remembered(view: Mapping[str, Any], name: str) -> str:
    """Return what a dialog remembers under a name, "" where it remembers nothing."""
    found = json.loads(view.get("private_metadata") or "{}")
    return str(found.get(name) or "") if isinstance(found, dict) else ""


def value_of(body: Mapping[str, Any]) -> str:
    clicked = (body.get("actions") or [{}])[0]
    return str(clicked.get("value") or "")


def own_ts() -> str:
    """Return a ts, of now, that no message has: Slack's have six digits after the point."""
    return f"{time.time():.6f}{secrets.randbelow(10**8):08d}"


async def tell(parts: SlackServices, where: Where, message: Message | str) -> None:
    """Say something to one person, where they are; else in their direct message with the bot."""
    shown = said(message) if isinstance(message, str) else message
    blocks = list(shown.blocks)
    if where.channel:
        try:
            await parts.outbox.ephemeral(
                where.channel, where.user, where.thread_ts, shown.text, blocks,
                response_url=where.response_url,
            )  # fmt: skip
            return
        except Undeliverable as failure:
            if failure.everywhere:
                raise
            log.info("sent as a direct message instead (%s)", failure.code)
    await parts.outbox.post(where.user, None, shown.text, blocks)


async def opened(client: AsyncWebClient, where: Where, view: View, *, needed: bool = True) -> str:
    """Open a dialog, for which there are three seconds; return its id.

    Where Slack refuses it, UsageError is raised for the person to try again; "" if not `needed`.
    """
    response = await _called(client, "views_open", trigger_id=where.trigger, view=view)
    name = str((response.get("view") or {}).get("id") or "")
    if needed and not name:
        raise UsageError(phrases.TRY_AGAIN)
    return name


async def updated(
    client: AsyncWebClient, view_id: str, view: View, seen: str | None = None
) -> None:
    """Change a dialog; with `seen`, the hash of the one clicked in, only while it is that one."""
    if view_id:
        more = {"hash": seen} if seen else {}
        await _called(client, "views_update", view_id=view_id, view=view, **more)


async def published(client: AsyncWebClient, user: str, view: View) -> None:
    await _called(client, "views_publish", user_id=user, view=view)


async def _called(client: AsyncWebClient, call: str, **arguments: Any) -> Mapping[str, Any]:
    """Make a call on which only a dialog depends: a failure is logged, not raised."""
    try:
        response = await getattr(client, call)(**arguments)
    except SlackApiError as error:
        log.warning("%s: %s", call, error_code(error.response))
        return {}
    except (SlackClientError, OSError, TimeoutError) as error:
        log.warning("%s: %s", call, type(error).__name__)
        return {}
    return response.data if isinstance(response.data, dict) else {}


class BackgroundWork:
    """Work that goes on after Slack's request was acknowledged; held until it is done."""

    def __init__(self) -> None:
        self._tasks: set[asyncio.Task[None]] = set()

    def start(self, work: Awaitable[object], tell: TellLine | None = None) -> None:
        """Begin something; `tell` says why to the person who waits, where it fails."""
        task = asyncio.create_task(done(work, tell))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def finished(self) -> None:
        while self._tasks:
            await asyncio.gather(*self._tasks)


async def done(work: Awaitable[object], tell: TellLine | None = None) -> None:
    """Do something; never fails.

    Only our own words reach Slack, and only places in the code the log: other people's exceptions
    may hold a token or a response_url.
    """
    line = await _failure(work)
    if line and tell and (again := await _failure(tell(line))):
        log.warning("an error could not be reported to its person: %s", again)


async def _failure(work: Awaitable[object]) -> str | None:
    """Return why something failed, in words for people; None where it did not."""
    try:
        await work
    except Undeliverable as failure:
        log.warning("a message could not be delivered: %s", failure.code)
        return failure.reason
    except FIT_FOR_PEOPLE as error:
        return str(error)
    except NotFound:
        return phrases.GONE
    except BriefsError as error:
        log.error("background work failed: %s", error)
        return phrases.BROKEN
    except Exception as error:
        where = "".join(traceback.format_tb(error.__traceback__))
        log.error("background work failed: %s\n%s", type(error).__name__, where)
        return phrases.BROKEN
    return None
