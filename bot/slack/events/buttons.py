"""Buttons: what was clicked in an answer, a dialog or App Home is handed to what does it.

Acknowledged before anything is done. A button carries an answer's id and no more; who may see what
is asked anew for whoever clicks.
"""

import asyncio
import logging
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from typing import Any

from slack_bolt.async_app import AsyncApp
from slack_sdk.web.async_client import AsyncWebClient

from bot.audit.forgetting import forget_person
from bot.ledger import By
from bot.slack import phrases, text
from bot.slack.access.permissions import permissions
from bot.slack.blocks import actions
from bot.slack.blocks.answers import messages
from bot.slack.blocks.dialogs import ask_view, feedback_view, message_view
from bot.slack.blocks.elements import Message, rich, section, words
from bot.slack.blocks.notices import asked_librarians
from bot.slack.blocks.sources import Offer, Shown
from bot.slack.events import asking, dialogs, passages, workspace
from bot.slack.events.asking import question_of
from bot.slack.events.clicks import Where, opened, tell, updated, value_of, where_of
from bot.slack.events.messages import Door
from bot.slack.events.passages import answer_of, collections_of
from bot.slack.handed import Added
from bot.slack.outbox import Undeliverable
from bot.slack.parts import SlackServices
from bot.slack.shares import Begun
from bot.slack.types import Claim, Posted
from index.errors import NotFound
from index.library import Library
from ingest.cli import split_version

LONGEST_TEXT = 3_990  # characters of a message's text; chat.update refuses more than 4,000
HEADING = 180  # characters


async def share(parts: SlackServices, where: Where, answer_id: str) -> None:
    """Post an answer where it was asked for, if it is the person's who clicks."""
    claim = await asyncio.to_thread(parts.inbox.by_answer, answer_id)
    if claim is None or claim.incoming.user != where.user:
        raise NotFound(answer_id)
    answer, channel = await answer_of(parts, answer_id), claim.incoming.channel
    if not await permissions.seen_by_all(parts, channel, where.user, collections_of(answer)):
        await tell(parts, where, phrases.NOT_TO_BE_SHARED)
        return
    shares = parts.shares
    begun = await asyncio.to_thread(shares.begin, answer_id, parts.team, channel, where.user)
    if begun is Begun.NOTHING:
        await tell(parts, where, phrases.SHARED_ALREADY)
        return
    shown = with_asker(messages(Shown(answer, Offer.PRIVATELY, parts.desk)), claim)
    try:
        posted = await _posted(parts, claim, shown, look=begun is Begun.LOOK)
    except Undeliverable as failure:
        if failure.code != "unknown_outcome":  # then nothing stands, and it may be tried again
            await asyncio.to_thread(shares.failed, answer_id, parts.team, channel)
        raise
    await asyncio.to_thread(shares.done, claim, posted, parts.inbox.owner)
    await asyncio.to_thread(parts.posts.record, answer_id)


async def _posted(
    parts: SlackServices, claim: Claim, shown: Sequence[Message], *, look: bool
) -> list[Posted]:
    """Post the messages that do not stand yet; return all of them.

    One that stands is changed to what was meant, so that what it says is known.
    """
    channel, thread = claim.incoming.channel, claim.incoming.thread_ts
    outbox, posted = parts.outbox, list[Posted]()
    for number, message in enumerate(shown):
        marker = f"{claim.answer_id}.shared"
        part = f"{marker}.{number}" if number else marker
        ts = await outbox.find(channel, thread, part) if look else None
        said, blocks = message.text, list(message.blocks)
        if ts is None:
            posted.append(await outbox.post(channel, thread, said, blocks, part))
        else:
            posted.append(await outbox.update(channel, ts, said, blocks))
    return posted


def with_asker(shown: Sequence[Message], claim: Claim) -> list[Message]:
    """Put the question, and who asked it, before the answer."""
    asked = text.one_line(claim.incoming.text, 300)
    who = {"type": "user", "user_id": claim.incoming.user}
    run = [who, words(" asked: "), words(asked, bold=True)]
    heading = text.fit(text.for_message(asked), HEADING)
    first = shown[0]
    said = text.fit(f"{heading}\n{first.text}", LONGEST_TEXT)
    return [Message(said, (rich(section(run)), *first.blocks)), *shown[1:]]


async def undo(parts: SlackServices, where: Where, value: str) -> None:
    """Withdraw what was read from the file that somebody handed over."""
    brief_id, version = split_version(value)
    added = await asyncio.to_thread(parts.handed.of, brief_id, version or 1)
    own = [one for one in added if (one.team, one.user) == (parts.team, where.user)]
    if not own and added and await permissions.is_admin(parts, where.user):
        own = added
    if not own:
        await tell(parts, where, phrases.NOT_YOUR_BRIEF)
        return
    gone = await asyncio.to_thread(_withdrawn, parts.library, own)
    await tell(parts, where, phrases.TAKEN_OUT if gone else phrases.OUT_ALREADY)


def _withdrawn(library: Library, added: list[Added]) -> bool:
    """Drop these documents; False where none of them is in the library any more."""
    found = [library.rendition(one.location, one.collection) for one in added]
    dropped = [row for row in found if row is not None and row.state != "withdrawn"]
    if dropped:
        library.publish((), dropped)
    return bool(dropped)


log = logging.getLogger(__name__)


async def feedback(parts: SlackServices, client: AsyncWebClient, where: Where, value: str) -> None:
    """Keep praise; ask in a dialog what is wrong."""
    answer_id, side = actions.parted(value)
    if side == actions.BAD:
        await opened(client, where, feedback_view(answer_id))
        return
    await asyncio.to_thread(parts.feedback.add, answer_id, parts.team, where.user, True)
    await tell(parts, where, phrases.THANKS)


async def ask_librarians(parts: SlackServices, where: Where, answer_id: str) -> None:
    """Hand a question on to those who keep the library; Slack has asked before we are told."""
    question = await question_of(parts, where, answer_id)
    add = parts.requests.add
    if await asyncio.to_thread(add, question, answer_id, parts.team, where.user):
        await _notify(parts, where, answer_id, question)
    await tell(parts, where, phrases.ASKED_LIBRARIANS)


async def delete_history(parts: SlackServices, client: AsyncWebClient, where: Where) -> None:
    """Forget all that a person typed, here and in the ledger."""
    view = await opened(client, where, message_view("Your history", phrases.LOADING))
    person = f"slack:{parts.team}:{where.user}"
    await asyncio.to_thread(forget_person, parts.library.database, person, By.PERSON)
    await updated(client, view, message_view("Your history", phrases.FORGOTTEN))
    await workspace.show(parts, client, where.user)


async def _notify(parts: SlackServices, where: Where, answer_id: str, question: str) -> None:
    """Tell the librarians' channel, where there is one."""
    channel = parts.settings.notify
    if not channel:
        return
    told = asked_librarians(question, where.user)
    marker = f"wish-{answer_id}-{where.user}"
    try:
        await parts.outbox.post(channel, None, told.text, list(told.blocks), marker)
    except Undeliverable as failure:
        log.error("slack.notify: the librarians could not be told (%s)", failure.code)


Body = dict[str, Any]


@dataclass(frozen=True)
class Click:
    """All that a click is about."""

    parts: SlackServices
    door: Door
    client: AsyncWebClient
    where: Where
    value: str
    body: Body


async def _ask(click: Click) -> None:
    await opened(click.client, click.where, ask_view())


_DONE: dict[str, Callable[[Click], Awaitable[None]]] = {
    actions.SHOW_PASSAGES: lambda c: passages.show(c.parts, c.client, c.where, c.value),
    actions.MORE_CONTEXT: lambda c: passages.more(c.parts, c.client, c.where, c.body),
    actions.TURN_PAGE: lambda c: passages.turn(c.parts, c.client, c.where, c.body),
    actions.TURN_BACK: lambda c: passages.turn(c.parts, c.client, c.where, c.body),
    actions.FEEDBACK: lambda c: feedback(c.parts, c.client, c.where, c.value),
    actions.ASK_PRIVATELY: lambda c: asking.ask_privately(c.parts, c.door, c.where, c.value),
    actions.ASK_AGAIN: lambda c: asking.ask_again(c.parts, c.door, c.where, c.value),
    actions.ASK_ANEW: lambda c: asking.ask_anew(c.parts, c.door, c.where, c.value),
    actions.ASK_LIBRARIANS: lambda c: ask_librarians(c.parts, c.where, c.value),
    actions.SHARE: lambda c: share(c.parts, c.where, c.value),
    actions.UNDO_INGEST: lambda c: undo(c.parts, c.where, c.value),
    actions.DELETE_HISTORY: lambda c: delete_history(c.parts, c.client, c.where),
    actions.OPEN_ASK: _ask,
    actions.OPEN_UPLOAD: lambda c: dialogs.open_upload(c.parts, c.client, c.where),
}


def register(app: AsyncApp, parts: SlackServices, door: Door) -> None:
    """Listen to all buttons."""
    for name, work in _DONE.items():
        _listen(app, parts, door, name, work)


def _listen(
    app: AsyncApp,
    parts: SlackServices,
    door: Door,
    name: str,
    work: Callable[[Click], Awaitable[None]],
) -> None:
    @app.action(name)
    async def clicked(ack: Any, body: Body, client: AsyncWebClient) -> None:
        await ack()
        where = where_of(body)
        click = Click(parts, door, client, where, value_of(body), body)
        door.errands.start(work(click), lambda line: tell(parts, where, line))
