"""Read what was filled into a dialog: the view that Slack sends back in, our types out. Pure."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from bot.slack import text
from bot.slack.blocks import actions
from bot.slack.types import Answering, ChannelSettings
from index.dates import first_day

View = Mapping[str, Any]


@dataclass(frozen=True)
class Complaint:
    """What is wrong with an answer, as its reader says."""

    answer_id: str
    reason: str  # a key of actions.REASONS
    note: str


@dataclass(frozen=True)
class Upload:
    """A brief to be added. `file_ids` are Slack's."""

    file_ids: tuple[str, ...]
    collection: str | None
    title: str | None
    date: str | None
    channel: str


def complaint(view: View) -> Complaint:
    """Return the feedback given."""
    reason = _chosen(view, actions.REASON)
    known = reason if reason in actions.REASONS else "other"
    return Complaint(_kept(view, "answer"), known, _typed(view, actions.NOTE))


def channel_settings(view: View) -> tuple[str, ChannelSettings]:
    """Return a channel and the settings chosen for it."""
    chosen = _field(view, actions.COLLECTIONS).get("selected_options") or ()
    private = _chosen(view, actions.ANSWERING) == Answering.PRIVATE.value
    settings = ChannelSettings(
        collections=tuple(one["value"] for one in chosen),
        answering=Answering.PRIVATE if private else Answering.THREAD,
        unasked=_chosen(view, actions.UNASKED) == "questions",
    )
    return _kept(view, "channel"), settings


def upload(view: View) -> Upload:
    """Return the brief to add."""
    files = _field(view, actions.FILES).get("files") or ()
    return Upload(
        file_ids=tuple(one["id"] for one in files),
        collection=_chosen(view, actions.COLLECTION),
        title=_typed(view, actions.TITLE) or None,
        date=_typed(view, actions.DATE) or None,
        channel=_kept(view, "channel"),
    )


def upload_errors(view: View) -> dict[str, str]:
    """Return what is wrong with an upload, by field; {} where nothing is."""
    given = upload(view)
    errors = {}
    if not given.file_ids:
        errors[actions.FILES] = "Choose a file."
    if given.date and not _is_date(given.date):
        errors[actions.DATE] = "Write the date as 2019-03-31, 2019-03 or 2019."
    return errors


def question(view: View) -> tuple[str, str]:
    """Return (question, channel it was asked from or "")."""
    return _typed(view, actions.QUESTION), _kept(view, "channel")


def _field(view: View, name: str) -> Mapping[str, Any]:
    values = (view.get("state") or {}).get("values") or {}
    found: Mapping[str, Any] = (values.get(name) or {}).get(name) or {}
    return found


def _typed(view: View, name: str) -> str:
    return text.clean(_field(view, name).get("value") or "").strip()


def _chosen(view: View, name: str) -> str | None:
    value = (_field(view, name).get("selected_option") or {}).get("value")
    return None if value is None else str(value)


def _kept(view: View, name: str) -> str:
    return str(json.loads(view.get("private_metadata") or "{}").get(name, ""))


def _is_date(written: str) -> bool:
    try:
        first_day(written)
    except ValueError:
        return False
    return len(written) in {4, 7, 10}
