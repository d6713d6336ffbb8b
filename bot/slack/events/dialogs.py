"""Open dialogs, and read them when submitted: feedback, settings, a brief to add, a question.

Slack gives three seconds for opening one: it opens with a line, and is filled once all is looked
up. A submission is acknowledged at once, by a line in the dialog where the person has to wait.
"""

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from slack_bolt.async_app import AsyncApp
from slack_sdk.web.async_client import AsyncWebClient

from bot.errors import AudienceUnknown
from bot.ledger.feedback import REASONS
from bot.slack import phrases, text
from bot.slack.access import permissions
from bot.slack.access.audience import place_collection
from bot.slack.blocks import actions
from bot.slack.blocks.dialogs import message_view, settings_view, upload_view
from bot.slack.blocks.elements import View
from bot.slack.delivery.tables import person_of
from bot.slack.delivery.uploads import Tell, Upload
from bot.slack.events import files
from bot.slack.events.asking import ask_in_direct
from bot.slack.events.clicks import Where, opened, remembered, tell, updated, where_of
from bot.slack.events.files import DEFAULT
from bot.slack.events.messages import Intake
from bot.slack.parts import SlackServices
from bot.slack.types import Answering, ChannelSettings
from index.dates import first_day
from ingest.document import is_place

Body = dict[str, Any]
Submitted = Mapping[str, Any]  # a view as Slack sends it back

# Seconds until the acknowledgement is surely with Slack: it would undo an earlier change of the
# dialog. Bolt sends it a moment after `ack` returns.
AFTER_ACK = 0.5


@dataclass(frozen=True)
class FeedbackForm:
    """What is wrong with an answer; `reason` is a key of REASONS."""

    answer_id: str
    reason: str
    note: str


@dataclass(frozen=True)
class UploadForm:
    """A brief to be added. `file_ids` are Slack's."""

    file_ids: tuple[str, ...]
    collection: str | None
    title: str | None
    date: str | None


def feedback_form(view: Submitted) -> FeedbackForm:
    reason = _chosen(view, actions.REASON)
    known = reason if reason in REASONS else "other"
    return FeedbackForm(remembered(view, "answer"), known, _typed(view, actions.NOTE))


def channel_settings(view: Submitted) -> ChannelSettings:
    chosen = _field(view, actions.COLLECTIONS).get("selected_options") or ()
    private = _chosen(view, actions.ANSWERING) == Answering.PRIVATE.value
    return ChannelSettings(
        collections=tuple(one["value"] for one in chosen),
        answering=Answering.PRIVATE if private else Answering.THREAD,
        unasked=_chosen(view, actions.UNASKED) == "questions",
    )


def upload_form(view: Submitted) -> UploadForm:
    return UploadForm(
        file_ids=tuple(one["id"] for one in _field(view, actions.FILES).get("files") or ()),
        collection=_chosen(view, actions.COLLECTION),
        title=_typed(view, actions.TITLE) or None,
        date=_typed(view, actions.DATE) or None,
    )


def upload_errors(form: UploadForm) -> dict[str, str]:
    """Return what is wrong with an upload, by field; {} where nothing is."""
    errors = {}
    if not form.file_ids:
        errors[actions.FILES] = "Choose a file."
    if form.date and not _is_date(form.date):
        errors[actions.DATE] = "Write the date as 2019-03-31, 2019-03 or 2019."
    return errors


def typed_question(view: Submitted) -> str:
    return _typed(view, actions.QUESTION)


def _field(view: Submitted, name: str) -> Mapping[str, Any]:
    values = (view.get("state") or {}).get("values") or {}
    found: Mapping[str, Any] = (values.get(name) or {}).get(name) or {}
    return found


def _typed(view: Submitted, name: str) -> str:
    return text.clean(_field(view, name).get("value") or "").strip()


def _chosen(view: Submitted, name: str) -> str | None:
    value = (_field(view, name).get("selected_option") or {}).get("value")
    return None if value is None else str(value)


def _is_date(written: str) -> bool:
    try:
        first_day(written)
    except ValueError:
        return False
    return len(written) in {4, 7, 10}


async def open_upload(parts: SlackServices, client: AsyncWebClient, where: Where) -> None:
    """Open the dialog to add a brief; only full members may."""
    title = "Add a brief"
    view = await opened(client, where, message_view(title, phrases.LOADING))
    try:
        filled = await _upload(parts, where, title)
    except AudienceUnknown as unknown:
        filled = message_view(title, str(unknown))
    await updated(client, view, filled)


async def _upload(parts: SlackServices, where: Where, title: str) -> View:
    if not await permissions.is_full_member(parts, where.user):
        return message_view(title, phrases.MEMBERS_ONLY)
    present = await asyncio.to_thread(parts.library.collections)
    first = await files.collection_of(parts, where) if where.channel else DEFAULT
    own = place_collection(parts.team, where.user)
    offered = present | {DEFAULT, first, own}
    seen = await permissions.seen_by(parts, where.channel, where.user, offered)
    if first not in seen:  # a private channel of which Slack tells us nothing
        first = own
    if not seen:
        return message_view(title, phrases.NOT_TO_BE_ADDED)
    names = sorted(seen, key=lambda name: (name != first, name != DEFAULT, name))
    return upload_view(names, where.channel)


async def open_settings(parts: SlackServices, client: AsyncWebClient, where: Where) -> None:
    """Open the dialog of a channel's settings; only admins may."""
    if where.direct:
        await tell(parts, where, phrases.CHANNELS_ONLY)
        return
    title = "Channel settings"
    view = await opened(client, where, message_view(title, phrases.LOADING))
    try:
        filled = await _settings(parts, where, title)
    except AudienceUnknown as unknown:
        filled = message_view(title, str(unknown))
    await updated(client, view, filled)


async def _settings(parts: SlackServices, where: Where, title: str) -> View:
    if not await permissions.is_admin(parts, where.user):
        return message_view(title, phrases.ADMINS_ONLY)
    offered = await to_be_given(parts, where)
    current = await asyncio.to_thread(parts.preferences.get, parts.team, where.channel)
    return settings_view(where.channel, sorted(offered), current)


async def to_be_given(parts: SlackServices, where: Where) -> frozenset[str]:
    """Return the collections that a channel may be given: those that all its readers may see."""
    present = await asyncio.to_thread(parts.library.collections)
    place = await parts.directory.place(where.channel, where.user)
    viewers = await parts.directory.viewers(place, fresh=True)
    if not (place.known and viewers.known):
        raise AudienceUnknown(phrases.CANNOT_CHECK)
    names = parts.policy.for_place(place, viewers, present).names
    return frozenset(name for name in names if not is_place(name))


def register(app: AsyncApp, parts: SlackServices, intake: Intake) -> None:
    @app.view(actions.FEEDBACK_VIEW)
    async def feedback(ack: Any, body: Body) -> None:
        await ack(response_action="update", view=message_view("Feedback", phrases.THANKS))
        where, form = where_of(body), feedback_form(body["view"])
        work = asyncio.to_thread(
            parts.feedback.add, form.answer_id, person_of(parts.team, where.user), False,
            form.reason, form.note,
        )  # fmt: skip
        intake.background.start(work, lambda line: tell(parts, where, line))

    @app.view(actions.SETTINGS_VIEW)
    async def settings(ack: Any, body: Body, client: AsyncWebClient) -> None:
        title = "Channel settings"
        await ack(response_action="update", view=message_view(title, phrases.LOADING))
        where, view = where_of(body), str(body["view"]["id"])
        chosen = channel_settings(body["view"])

        async def show(line: str) -> None:
            await asyncio.sleep(AFTER_ACK)
            await updated(client, view, message_view(title, line))

        async def save() -> None:
            await show(await _saved(parts, where, chosen))

        intake.background.start(save(), show)

    @app.view(actions.UPLOAD_VIEW)
    async def upload(ack: Any, body: Body) -> None:
        form = upload_form(body["view"])
        if errors := upload_errors(form):
            await ack(response_action="errors", errors=errors)
            return
        where = where_of(body)
        new = Upload(
            parts.team, where.channel, str(body["view"]["id"]), where.user,
            dict.fromkeys(form.file_ids, ""), collection=form.collection, title=form.title,
            date=form.date, tell=Tell.DIRECT,
        )  # fmt: skip
        await asyncio.to_thread(parts.uploads.begin, new)
        await ack(response_action="update", view=message_view("Add a brief", phrases.READING))

    @app.view(actions.ASK_VIEW)
    async def ask(ack: Any, body: Body) -> None:
        question = typed_question(body["view"])
        if not any(map(str.isalnum, question)):
            await ack(response_action="errors", errors={actions.QUESTION: "Type a question."})
            return
        await ack()
        where = Where(where_of(body).user)
        work = ask_in_direct(parts, intake.accept, where.user, question)
        intake.background.start(work, lambda line: tell(parts, where, line))


async def _saved(parts: SlackServices, where: Where, chosen: ChannelSettings) -> str:
    if not await permissions.is_admin(parts, where.user):
        return phrases.ADMINS_ONLY
    before = await asyncio.to_thread(parts.preferences.get, parts.team, where.channel)
    allowed = await to_be_given(parts, where)
    if not set(chosen.collections) <= allowed | set(before.collections):
        return phrases.NOT_THESE
    await asyncio.to_thread(parts.preferences.put, parts.team, where.channel, chosen)
    return phrases.SETTINGS_SAVED
