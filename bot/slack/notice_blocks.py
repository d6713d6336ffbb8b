"""Build the bot's short messages: failures, an edited question, help, the ingest's result."""

from collections.abc import Sequence

from bot.slack import actions, text
from bot.slack.elements import (
    MESSAGE_TEXT,
    RICH,
    Block,
    Message,
    bullets,
    button,
    confirmation,
    context,
    paragraph,
    quotation,
    rich,
    section,
    words,
)
from bot.slack.elements import actions as row
from bot.slack.manifest import ASK_NAME
from bot.slack.phrases import counted
from bot.slack.shown import name_of
from ingest.report import DocumentResult, ReportItem

MOST_ITEMS = 10  # documents told of one by one
REASON = 500  # characters

_DONE = {
    DocumentResult.NEW: "Added",
    DocumentResult.VERSION: "Added as a new version",
    DocumentResult.OLDER: "Added as an older version",
    DocumentResult.RENDITION: "Known already in another file",
    DocumentResult.UNCHANGED: "In the library already",
    DocumentResult.WITHDRAWN: "Withdrawn",
    DocumentResult.IGNORED: "Left out",
}
_UNDOABLE = {DocumentResult.NEW, DocumentResult.VERSION, DocumentResult.OLDER}


def said(line: str) -> Message:
    """Return a message of one line."""
    return Message(text.for_message(text.shorten(line, RICH)), (paragraph(line),))


def failed(reason: str) -> Message:
    """Return what an asker hears whose question could not be answered."""
    why = text.one_line(reason, REASON)
    blocks = (rich(section([words("I could not answer this.", bold=True), words(f" {why}")])),)
    return Message(text.for_message(f"I could not answer this. {why}".strip()), blocks)


def failed_blocks(reason: str) -> list[Block]:
    """Return the blocks of `failed`."""
    return list(failed(reason).blocks)


def offer_again(answer_id: str) -> Message:
    """Return the offer to answer a question that was edited after it was answered."""
    line = "You changed this question after it was answered."
    asked = button("Answer it again", actions.ASK_AGAIN, answer_id, style="primary")
    return Message(line, (paragraph(line), row(asked)))


def offer_again_blocks(answer_id: str) -> list[Block]:
    """Return the blocks of `offer_again`."""
    return list(offer_again(answer_id).blocks)


_COMMANDS = (
    ("/briefs ask QUESTION", "answers with every sentence cited; only you see it"),
    ("/briefs search WORDS", "finds passages"),
    ("/briefs latest", "lists the newest briefs"),
    ("/briefs brief ID", "tells about one brief"),
    ("/briefs add", "adds a brief"),
    ("/briefs settings", "sets what this channel may see and how it is answered"),
    ("/briefs help", "shows this"),
)


def help_message() -> Message:
    """Return how to ask."""
    first = (
        "Ask me in a direct message, or mention me in a channel. In a thread where I have answered,"
        " just go on asking. I answer from the briefs and cite every sentence; where they do not"
        " say, I say so."
    )
    listed = [[words(name, code=True), words(f" {what}")] for name, what in _COMMANDS]
    last = (
        "To add a brief, drop the file into a direct message with me. "
        f"Any message: More actions, “{ASK_NAME}”."
    )
    lines = [first, *(f"{name} {what}" for name, what in _COMMANDS), last]
    blocks = (paragraph(first), rich(bullets(listed)), context(last))
    return Message("\n".join(lines), blocks)


def help_blocks() -> list[Block]:
    """Return the blocks of `help_message`."""
    return list(help_message().blocks)


def ingested(items: Sequence[ReportItem], collection: str) -> Message:
    """Return what became of documents: title, date, passages and Undo, or why not."""
    lines, blocks = list[str](), list[Block]()
    for item in items[:MOST_ITEMS]:
        line, made = (
            _failure(item) if item.result is DocumentResult.FAILED else _success(item, collection)
        )
        lines.append(line)
        blocks += made
    if len(items) > MOST_ITEMS:
        more = f"and {counted(len(items) - MOST_ITEMS, 'more document')}"
        lines.append(more)
        blocks.append(context(more))
    if not lines:
        return said("There was no document to add.")
    return Message(text.fit("\n".join(lines), MESSAGE_TEXT), tuple(blocks))


def ingested_blocks(items: Sequence[ReportItem], collection: str) -> list[Block]:
    """Return the blocks of `ingested`."""
    return list(ingested(items, collection).blocks)


def _success(item: ReportItem, collection: str) -> tuple[str, list[Block]]:
    done = _DONE[item.result]
    title = text.one_line(item.title or name_of(item.location), 200)
    facts = [text.one_line(item.date or "no date", 40)]
    if item.result in _UNDOABLE:
        facts.append(counted(item.passages, "passage"))
        facts.append(f"collection {text.one_line(collection, 80)}")
    known = text.one_line(item.of or "", 200)
    told = f"{done} to “{known}”" if known and item.result is DocumentResult.VERSION else done
    details = ", ".join(facts)
    run = [words(f"{told}: "), words(title, bold=True), words(f", {details}")]
    blocks: list[Block] = [rich(section(run))]
    if item.reason:
        blocks.append(context(text.one_line(item.reason, REASON)))
    if item.result in _UNDOABLE and item.brief_id and len(item.brief_id) < 1_000:
        blocks.append(row(_undo(f"{item.brief_id}@{item.version or 1}")))
    return text.for_message(f"{told}: {title}, {details}"), blocks


def _undo(value: str) -> Block:
    asked = confirmation(
        "Take it out again?", "The library will no longer know this brief.", "Take it out", "Keep"
    )
    return button("Undo", actions.UNDO_INGEST, value, confirm=asked)


def _failure(item: ReportItem) -> tuple[str, list[Block]]:
    name, why = name_of(item.location), text.one_line(item.reason or "no reason given", REASON)
    run = [words("Not added: "), words(name, bold=True), words(f": {why}")]
    return text.for_message(f"Not added: {name}: {why}"), [rich(section(run))]


def asked_librarians(question: str, asker: str) -> Message:
    """Return what the librarians are told: a question that the briefs do not answer, who asked."""
    line = text.shorten(text.clean(question), 1_000)
    heading = "The briefs do not answer this; is there a brief on it?"
    known = asker.isascii() and asker.isalnum() and asker[:1] in {"U", "W"}
    who = {"type": "user", "user_id": asker} if known else words("somebody")
    asked = section([words("Asked by "), who])
    blocks = (paragraph(heading, bold=True), rich(quotation([words(line)]), asked))
    return Message(text.for_message(f"{heading}\n{line}"), blocks)
