"""Build the bot's short messages: failures, an edited question, help, what became of files."""

from collections.abc import Sequence

from bot.slack import text
from bot.slack.blocks import actions
from bot.slack.blocks import elements as kit
from bot.slack.blocks.elements import Block, Message
from bot.slack.blocks.sources import collection_shown, name_of
from bot.slack.phrases import counted
from bot.slack.setup.manifest import ASK_NAME
from ingest.report import DocumentResult, ReportItem

MOST_ITEMS = 10  # documents listed one by one
REASON = 500  # characters
LONGEST_ASKED = 600  # characters of a question above its answer
QUESTION = "Question: "  # stands before it

_DONE = {
    DocumentResult.NEW: "Added",
    DocumentResult.VERSION: "Added as a new version",
    DocumentResult.OLDER: "Added as an older version",
    DocumentResult.RENDITION: "Already in the library from another file",
    DocumentResult.UNCHANGED: "Already in the library",
    DocumentResult.WITHDRAWN: "Removed",
    DocumentResult.IGNORED: "Skipped",
}
_UNDOABLE = {DocumentResult.NEW, DocumentResult.VERSION, DocumentResult.OLDER}


def said(line: str) -> Message:
    return Message(text.escape(text.shorten(line, kit.RICH)), (kit.paragraph(line),))


def failed(reason: str) -> Message:
    why = text.one_line(reason, REASON)
    blocks = (
        kit.rich(
            kit.section([kit.words("I could not answer this.", bold=True), kit.words(f" {why}")])
        ),
    )
    return Message(text.escape(f"I could not answer this. {why}".strip()), blocks)


def asked(question: str, answer: Message) -> Message:
    """Return an answer below the question that it is to, where that does not stand above it."""
    line = text.one_line(question, LONGEST_ASKED)
    heading = kit.rich(kit.section([kit.words(QUESTION), kit.words(line, bold=True)]))
    said = text.fit(f"{text.escape(f'{QUESTION}{line}')}\n{answer.text}", kit.MESSAGE_TEXT)
    return Message(said, (heading, *answer.blocks))


def not_posted(reason: str, channel: str) -> Message:
    """Return what an asker is told elsewhere where a channel takes no post of ours."""
    line = f"I could not answer your question in that channel. {reason}"
    place = {"type": "channel", "channel_id": channel}
    run = [kit.words("I could not answer your question in "), place, kit.words(f". {reason}")]
    return Message(text.escape(line), (kit.rich(kit.section(run)),))


def offer_again(answer_id: str) -> Message:
    """Return the offer to answer a question that was edited after it was answered."""
    line = "You changed this question after it was answered."
    asked = kit.button("Answer it again", actions.ASK_AGAIN, answer_id, style="primary")
    return Message(line, (kit.paragraph(line), kit.row(asked)))


_COMMANDS = (
    ("/briefs QUESTION", "answers your question, visible only to you"),
    ("/briefs search WORDS", "finds passages"),
    ("/briefs latest", "lists the newest briefs"),
    ("/briefs brief ID", "shows one brief"),
    ("/briefs add", "adds a brief"),
    ("/briefs follow TOPIC", "messages you when a new brief speaks of it; alone, it lists yours"),
    ("/briefs settings", "sets which collections this channel sees and how I answer here"),
    ("/briefs help", "shows this list"),
)


def help_message() -> Message:
    first = (
        "Ask me in a direct message, or mention me in a channel. In a thread that I have answered"
        " in, just keep asking. I answer from your briefs and cite every sentence; if they do not"
        " contain the answer, I say so."
    )
    listed = [[kit.words(name, code=True), kit.words(f" {what}")] for name, what in _COMMANDS]
    last = (
        "To add a brief, send me the file in a direct message. "
        f"To ask about a message, choose “{ASK_NAME}” under More actions."
    )
    lines = [first, *(f"{name} {what}" for name, what in _COMMANDS), last]
    blocks = (kit.paragraph(first), kit.rich(kit.bullets(listed)), kit.context(last))
    return Message("\n".join(lines), blocks)


def introduction(*, unasked: bool = False) -> Message:
    """Return what is said once in a channel to which the bot was invited."""
    answered = (
        "I answer questions from your briefs here, with or without a mention"
        if unasked
        else "Mention me with a question, and I answer it in a thread from your briefs"
    )
    lines = (
        f"{answered}, and cite every sentence. If the briefs do not contain it, I say so.",
        "Who sees what: I use only briefs that everyone who can read this channel may see. What "
        "you add here as a file belongs to this channel if it is private, else to all members.",
        "To stop me, write “stop” in a thread, or remove me from the channel. An admin sets with "
        "/briefs settings how I answer here; /briefs help shows the rest.",
    )
    return Message("\n".join(map(text.escape, lines)), tuple(map(kit.paragraph, lines)))


def ingested(
    items: Sequence[ReportItem], collection: str, readers: str = "", *, movable: bool = False
) -> Message:
    """Return what became of documents: title, date, passages and Undo, or why not.

    `readers` says who can read what was added; `movable`: a button lets all full members do so.
    """
    lines, blocks = list[str](), list[Block]()
    for item in items[:MOST_ITEMS]:
        line, made = (
            _failure(item)
            if item.result is DocumentResult.FAILED
            else _success(item, collection, movable=movable)
        )
        lines.append(line)
        blocks += made
    if len(items) > MOST_ITEMS:
        more = f"and {counted(len(items) - MOST_ITEMS, 'more document')}"
        lines.append(more)
        blocks.append(kit.context(more))
    if readers and any(item.result is not DocumentResult.FAILED for item in items):
        lines.append(readers)
        blocks.append(kit.context(readers))
    if not lines:
        return said("There was no document to add.")
    return Message(text.fit("\n".join(lines), kit.MESSAGE_TEXT), tuple(blocks))


def _success(item: ReportItem, collection: str, *, movable: bool) -> tuple[str, list[Block]]:
    done = _DONE[item.result]
    title = text.one_line(item.title or name_of(item.location), 200)
    facts = [text.one_line(item.date or "no date", 40)]
    if item.result in _UNDOABLE:
        facts.append(counted(item.passages, "passage"))
        facts.append(f"collection {text.one_line(collection_shown(collection), 80)}")
    known = text.one_line(item.of or "", 200)
    told = f"{done} of “{known}”" if known and item.result is DocumentResult.VERSION else done
    details = ", ".join(facts)
    run = [kit.words(f"{told}: "), kit.words(title, bold=True), kit.words(f", {details}")]
    blocks: list[Block] = [kit.rich(kit.section(run))]
    if item.reason:
        blocks.append(kit.context(text.one_line(item.reason, REASON)))
    if item.result in _UNDOABLE and item.brief_id and len(item.brief_id) < 1_000:
        value = f"{item.brief_id}@{item.version or 1}"
        blocks.append(kit.row(*([_move(value)] if movable else []), _undo(value)))
    return text.escape(f"{told}: {title}, {details}"), blocks


def _move(value: str) -> Block:
    asked = kit.confirmation(
        "Let everyone read it?",
        "Every full member of this workspace can then read it and get answers from it.",
        "Let them",
        "Not now",
        danger=False,
    )
    return kit.button("Let everyone read it", actions.MOVE_BRIEF, value, confirm=asked)


def _undo(value: str) -> Block:
    asked = kit.confirmation(
        "Remove this brief?", "It can no longer be found or cited.", "Remove", "Keep"
    )
    return kit.button("Undo", actions.UNDO_INGEST, value, confirm=asked)


def _failure(item: ReportItem) -> tuple[str, list[Block]]:
    name, why = name_of(item.location), text.one_line(item.reason or "no reason given", REASON)
    run = [kit.words("Not added: "), kit.words(name, bold=True), kit.words(f": {why}")]
    return text.escape(f"Not added: {name}: {why}"), [kit.rich(kit.section(run))]


def asked_librarians(question: str, asker: str) -> Message:
    line = text.shorten(text.clean(question), 1_000)
    heading = "The briefs do not answer this question. Is there a brief about it?"
    known = asker.isascii() and asker.isalnum() and asker[:1] in {"U", "W"}
    who = {"type": "user", "user_id": asker} if known else kit.words("somebody")
    asked = kit.section([kit.words("Asked by "), who])
    blocks = (kit.paragraph(heading, bold=True), kit.rich(kit.quotation([kit.words(line)]), asked))
    return Message(text.escape(f"{heading}\n{line}"), blocks)
