"""Build the dialogs except that of the passages: feedback, settings, upload, ask, a message."""

import json
from collections.abc import Sequence

from bot.ledger.feedback import LONGEST_NOTE, REASONS
from bot.slack import text
from bot.slack.blocks import actions
from bot.slack.blocks import elements as kit
from bot.slack.blocks.elements import Block, Element, View
from bot.slack.blocks.sources import collection_shown
from bot.slack.types import Answering, ChannelSettings

LONGEST_TITLE = 300
LONGEST_VALUE = 150  # of an option: collections of longer names cannot be chosen here
FILE_TYPES = ("pdf", "docx", "html", "htm", "md", "txt", "eml")

_ANSWERING = {
    Answering.THREAD.value: "In the thread, visible to everyone",
    Answering.PRIVATE.value: "Only to the person who asks",
}
_UNASKED = {
    "mentions": "Only questions that mention me",
    "questions": "All questions asked here, with or without a mention",
}


def feedback_view(answer_id: str) -> View:
    reasons = [kit.option(label, name) for name, label in REASONS.items()]
    note: Element = {
        "type": "plain_text_input",
        "multiline": True,
        "max_length": LONGEST_NOTE,
    }
    blocks = [
        kit.entry(
            actions.REASON,
            "What is wrong with the reply?",
            {"type": "radio_buttons", "options": reasons},
        ),
        kit.entry(actions.NOTE, "Anything else", note, optional=True),
        kit.context("Your note is saved with the answer; the librarians read it."),
    ]
    return _dialog(actions.FEEDBACK_VIEW, "Feedback", "Send", {"answer": answer_id}, blocks)


def settings_view(channel: str, collections: Sequence[str], current: ChannelSettings) -> View:
    """Return the dialog of a channel's settings; `collections` are those it may be given."""
    chosen = [name for name in current.collections if name in collections]
    unasked = "questions" if current.unasked else "mentions"
    blocks = [
        kit.rich(kit.section([kit.words("For "), {"type": "channel", "channel_id": channel}])),
        *_collections(collections, chosen),
        kit.entry(
            actions.ANSWERING,
            "Where answers appear",
            _radio(_ANSWERING, current.answering.value),
        ),
        kit.entry(actions.UNASKED, "Which questions I answer", _radio(_UNASKED, unasked)),
    ]
    return _dialog(actions.SETTINGS_VIEW, "Channel settings", "Save", {"channel": channel}, blocks)


def upload_view(collections: Sequence[str], channel: str = "") -> View:
    """Return the dialog to add a brief; the first collection is chosen already."""
    files: Element = {"type": "file_input", "filetypes": list(FILE_TYPES), "max_files": 1}
    offered = _options(collections)
    chosen: Element = {
        "type": "static_select",
        "options": offered,
        "initial_option": offered[0] if offered else None,
    }
    title: Element = {"type": "plain_text_input", "max_length": LONGEST_TITLE}
    date: Element = {
        "type": "plain_text_input",
        "max_length": 10,
        "placeholder": kit.plain("2019-03-31, 2019-03 or 2019", 150),
    }
    blocks = [
        kit.entry(actions.FILES, "The brief", files, hint=", ".join(FILE_TYPES)),
        *([kit.entry(actions.COLLECTION, "Collection", chosen)] if offered else []),
        kit.entry(
            actions.TITLE, "Title", title, optional=True, hint="If empty, taken from the document"
        ),
        kit.entry(
            actions.DATE, "Date", date, optional=True, hint="If empty, taken from the document"
        ),
    ]
    return _dialog(actions.UPLOAD_VIEW, "Add a brief", "Add", {"channel": channel}, blocks)


def ask_view() -> View:
    field: Element = {
        "type": "plain_text_input",
        "multiline": True,
        "min_length": 2,
        "max_length": 3_000,
    }
    blocks = [kit.entry(actions.QUESTION, "Your question", field, hint="Only you see the answer.")]
    return _dialog(actions.ASK_VIEW, "Ask the briefs", "Ask", {}, blocks)


def message_view(title: str, line: str) -> View:
    """Return a dialog that only says something, such as that a page is loading."""
    return {
        "type": "modal",
        "callback_id": actions.MESSAGE_VIEW,
        "title": kit.plain(title, kit.TITLE),
        "close": kit.plain("Close", kit.TITLE),
        "blocks": [kit.paragraph(line)],
    }


def _dialog(
    name: str, title: str, submit: str, kept: dict[str, str], blocks: Sequence[Block]
) -> View:
    return {
        "type": "modal",
        "callback_id": name,
        "title": kit.plain(title, kit.TITLE),
        "submit": kit.plain(submit, kit.TITLE),
        "close": kit.plain("Cancel", kit.TITLE),
        "private_metadata": json.dumps(kept),
        "blocks": list(blocks),
    }


def _collections(collections: Sequence[str], chosen: Sequence[str]) -> list[Block]:
    offered = _options([*chosen, *(name for name in collections if name not in chosen)])
    if not offered:
        return [kit.paragraph("There is no collection that this channel may use.")]
    first = [one for one in offered if one["value"] in chosen]
    menu: Element = {"type": "multi_static_select", "options": offered}
    if first:
        menu["initial_options"] = first
    made = kit.entry(
        actions.COLLECTIONS,
        "Collections for this channel",
        menu,
        optional=True,
        hint="If you choose none: all that briefs.toml allows here",
    )
    left_out = len(collections) - len(offered)
    return [
        made,
        kit.context(f"{left_out} more collections do not fit here; set them in briefs.toml."),
    ][: 2 if left_out else 1]


def _options(names: Sequence[str]) -> list[Element]:
    fit = [name for name in dict.fromkeys(names) if 0 < text.weight(name) <= LONGEST_VALUE]
    sendable = [name for name in fit if text.clean(name) == name]
    return [kit.option(collection_shown(name), name) for name in sendable[: kit.OPTIONS]]


def _radio(choices: dict[str, str], chosen: str) -> Element:
    return {
        "type": "radio_buttons",
        "options": [kit.option(label, name) for name, label in choices.items()],
        "initial_option": kit.option(choices[chosen], chosen),
    }
