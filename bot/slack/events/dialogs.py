"""Dialogs that were filled in: feedback, a channel's settings, a brief to add, a question.

Each is acknowledged at once, by a line in the dialog where something is to be waited for.
"""

import asyncio
import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from slack_bolt.async_app import AsyncApp
from slack_sdk.web.async_client import AsyncWebClient

from bot.slack import phrases, text
from bot.slack.access.permissions import permissions
from bot.slack.blocks import actions
from bot.slack.blocks.dialogs import message_view, settings_view, upload_view
from bot.slack.events import asking, files
from bot.slack.events.clicks import Where, opened, tell, updated, where_of
from bot.slack.events.files import DEFAULT
from bot.slack.events.messages import Door
from bot.slack.parcels import Parcel, Tell
from bot.slack.parts import SlackServices
from bot.slack.types import Answering, ChannelSettings
from index.dates import first_day


async def open_upload(parts: SlackServices, client: AsyncWebClient, where: Where) -> None:
    """Open the dialog to add a brief; only full members may."""
    title = "Add a brief"
    view = await opened(client, where, message_view(title, phrases.LOADING))
    if not await permissions.is_full_member(parts, where.user):
        await updated(client, view, message_view(title, phrases.MEMBERS_ONLY))
        return
    present = await asyncio.to_thread(parts.library.collections)
    seen = await permissions.seen_by(parts, where.channel, where.user, present | {DEFAULT})
    if not seen:
        await updated(client, view, message_view(title, phrases.NOT_TO_BE_ADDED))
        return
    names = sorted(seen, key=lambda name: (name != DEFAULT, name))
    await updated(client, view, upload_view(names, where.channel))


async def open_settings(parts: SlackServices, client: AsyncWebClient, where: Where) -> None:
    """Open the dialog of a channel's settings; only admins may."""
    if where.direct:
        await tell(parts, where, phrases.CHANNELS_ONLY)
        return
    title = "Channel settings"
    view = await opened(client, where, message_view(title, phrases.LOADING))
    if not await permissions.is_admin(parts, where.user):
        await updated(client, view, message_view(title, phrases.ADMINS_ONLY))
        return
    offered = await to_be_given(parts, where)
    current = await asyncio.to_thread(parts.preferences.get, parts.team, where.channel)
    await updated(client, view, settings_view(where.channel, sorted(offered), current))


async def to_be_given(parts: SlackServices, where: Where) -> frozenset[str]:
    """Return the collections that a channel may be given: those that all its readers may see."""
    present = await asyncio.to_thread(parts.library.collections)
    place = await parts.directory.place(where.channel, where.user)
    viewers = await parts.directory.viewers(place, fresh=True)
    return parts.policy.for_place(place, viewers, present).names


_View = Mapping[str, Any]


@dataclass(frozen=True)
class FeedbackForm:
    """What is wrong with an answer, as its reader says."""

    answer_id: str
    reason: str  # a key of actions.REASONS
    note: str


@dataclass(frozen=True)
class UploadForm:
    """A brief to be added. `file_ids` are Slack's."""

    file_ids: tuple[str, ...]
    collection: str | None
    title: str | None
    date: str | None
    channel: str


def complaint(view: _View) -> FeedbackForm:
    """Return the feedback given."""
    reason = _chosen(view, actions.REASON)
    known = reason if reason in actions.REASONS else "other"
    return FeedbackForm(_remembered(view, "answer"), known, _typed(view, actions.NOTE))


def channel_settings(view: _View) -> tuple[str, ChannelSettings]:
    """Return a channel and the settings chosen for it."""
    chosen = _field(view, actions.COLLECTIONS).get("selected_options") or ()
    private = _chosen(view, actions.ANSWERING) == Answering.PRIVATE.value
    settings = ChannelSettings(
        collections=tuple(one["value"] for one in chosen),
        answering=Answering.PRIVATE if private else Answering.THREAD,
        unasked=_chosen(view, actions.UNASKED) == "questions",
    )
    return _remembered(view, "channel"), settings


def upload(view: _View) -> UploadForm:
    """Return the brief to add."""
    files = _field(view, actions.FILES).get("files") or ()
    return UploadForm(
        file_ids=tuple(one["id"] for one in files),
        collection=_chosen(view, actions.COLLECTION),
        title=_typed(view, actions.TITLE) or None,
        date=_typed(view, actions.DATE) or None,
        channel=_remembered(view, "channel"),
    )


def upload_errors(view: _View) -> dict[str, str]:
    """Return what is wrong with an upload, by field; {} where nothing is."""
    given = upload(view)
    errors = {}
    if not given.file_ids:
        errors[actions.FILES] = "Choose a file."
    if given.date and not _is_date(given.date):
        errors[actions.DATE] = "Write the date as 2019-03-31, 2019-03 or 2019."
    return errors


def question(view: _View) -> tuple[str, str]:
    """Return (question, channel it was asked from or "")."""
    return _typed(view, actions.QUESTION), _remembered(view, "channel")


def _field(view: _View, name: str) -> Mapping[str, Any]:
    values = (view.get("state") or {}).get("values") or {}
    found: Mapping[str, Any] = (values.get(name) or {}).get(name) or {}
    return found


def _typed(view: _View, name: str) -> str:
    return text.clean(_field(view, name).get("value") or "").strip()


def _chosen(view: _View, name: str) -> str | None:
    value = (_field(view, name).get("selected_option") or {}).get("value")
    return None if value is None else str(value)


def _remembered(view: _View, name: str) -> str:
    return str(json.loads(view.get("private_metadata") or "{}").get(name, ""))


def _is_date(written: str) -> bool:
    try:
        first_day(written)
    except ValueError:
        return False
    return len(written) in {4, 7, 10}


Body = dict[str, Any]

# Seconds until the acknowledgement is surely with Slack: it would undo an earlier change of the
# dialog. Bolt sends it a moment after `ack` returns.
AFTER_ACK = 0.5


def register(app: AsyncApp, parts: SlackServices, door: Door) -> None:
    """Listen to submissions."""

    @app.view(actions.FEEDBACK_VIEW)
    async def feedback(ack: Any, body: Body) -> None:
        await ack(response_action="update", view=message_view("Feedback", phrases.THANKS))
        where, given = where_of(body), complaint(body["view"])
        work = asyncio.to_thread(
            parts.feedback.add, given.answer_id, parts.team, where.user, False,
            given.reason, given.note or None,
        )  # fmt: skip
        door.errands.start(work, lambda line: tell(parts, where, line))

    @app.view(actions.SETTINGS_VIEW)
    async def settings(ack: Any, body: Body, client: AsyncWebClient) -> None:
        title = "Channel settings"
        await ack(response_action="update", view=message_view(title, phrases.LOADING))
        where, view = where_of(body), str(body["view"]["id"])
        _, chosen = channel_settings(body["view"])

        async def show(line: str) -> None:
            await asyncio.sleep(AFTER_ACK)
            await updated(client, view, message_view(title, line))

        async def keep() -> None:
            await show(await _kept(parts, where, chosen))

        door.errands.start(keep(), show)

    @app.view(actions.UPLOAD_VIEW)
    async def upload(ack: Any, body: Body) -> None:
        if errors := upload_errors(body["view"]):
            await ack(response_action="errors", errors=errors)
            return
        parcel = _parcel(parts, body)
        if await asyncio.to_thread(parts.parcels.begin, parcel):
            door.errands.start(files.bring(parts, parcel))
        await ack(response_action="update", view=message_view("Add a brief", phrases.READING))

    @app.view(actions.ASK_VIEW)
    async def ask(ack: Any, body: Body) -> None:
        question, _ = question(body["view"])
        if not any(map(str.isalnum, question)):
            await ack(response_action="errors", errors={actions.QUESTION: "Type a question."})
            return
        await ack()
        where = Where(where_of(body).user)
        work = asking.ask_in_direct(parts, door, where, question)
        door.errands.start(work, lambda line: tell(parts, where, line))


async def _kept(parts: SlackServices, where: Where, chosen: ChannelSettings) -> str:
    """Keep a channel's settings; return the line that says so, or why not."""
    if not await permissions.is_admin(parts, where.user):
        return phrases.ADMINS_ONLY
    before = await asyncio.to_thread(parts.preferences.get, parts.team, where.channel)
    allowed = await to_be_given(parts, where)
    if not set(chosen.collections) <= allowed | set(before.collections):
        return phrases.NOT_THESE
    await asyncio.to_thread(parts.preferences.put, parts.team, where.channel, chosen)
    return phrases.SETTINGS_KEPT


def _parcel(parts: SlackServices, body: Body) -> Parcel:
    """Return what was handed over in the dialog; its sender is told in a direct message."""
    where, given = where_of(body), upload(body["view"])
    return Parcel(
        parts.team, where.channel, str(body["view"]["id"]), where.user,
        dict.fromkeys(given.file_ids, ""), collection=given.collection, title=given.title,
        date=given.date, tell=Tell.DIRECT,
    )  # fmt: skip
