"""Share a private answer with its channel: once, and only what everyone there may see."""

import asyncio
from collections.abc import Sequence
from dataclasses import replace

from bot.answering.answer import Answer
from bot.jobs.queue import NewJob
from bot.jobs.worker import Lease
from bot.slack import phrases, text
from bot.slack.access import permissions
from bot.slack.blocks.answers import messages
from bot.slack.blocks.elements import Message, rich, section, words
from bot.slack.blocks.sources import Offer, Shown, collections_of
from bot.slack.delivery.outbox import Undeliverable
from bot.slack.delivery.records import noted
from bot.slack.delivery.tables import person_of
from bot.slack.events.clicks import Click, Where, done, tell
from bot.slack.events.passages import answer_of
from bot.slack.parts import SlackServices
from bot.slack.types import InboxEntry, Posted
from index.errors import NotFound

SHARE = "share"  # the kind of job
ATTEMPTS = 3  # at a post that is not confirmed
LONGEST_TEXT = 3_990  # characters of a message's text; chat.update refuses more than 4,000
HEADING = 180  # characters


async def share(click: Click) -> None:
    """Have an answer posted where it was asked for, if the person who clicks asked for it."""
    parts, where, answer_id = click.parts, click.where, click.value
    entry = await asyncio.to_thread(parts.inbox.by_answer, answer_id)
    if entry is None or entry.incoming.user != where.user:
        raise NotFound(answer_id)
    if not await _may_be_seen(parts, where, entry, await answer_of(parts, answer_id)):
        return
    channel = entry.incoming.channel
    new = NewJob(
        SHARE, _key(parts, answer_id, channel), person=person_of(parts.team, where.user),
        payload=answer_id,
        private={"user": where.user, "channel": where.channel, "thread_ts": where.thread_ts,
                 "response_url": where.response_url},
    )  # fmt: skip
    if not await asyncio.to_thread(parts.queue.add, new):
        await tell(parts, where, phrases.SHARED_ALREADY)


def is_shared(parts: SlackServices, answer_id: str, channel: str) -> bool:
    """Return whether an answer was shared with a channel, or is about to be."""
    return parts.queue.known(SHARE, _key(parts, answer_id, channel))


async def handle(parts: SlackServices, lease: Lease) -> None:
    """Share an answer; where that fails, say so to the person, who may try again."""
    if lease.job.private is None:
        return  # the person was forgotten
    where = Where(**lease.job.private)
    try:
        await _shared(parts, lease, where)
    except Exception as error:
        unsure = isinstance(error, Undeliverable) and error.code == "unknown_outcome"
        if unsure and lease.job.attempts < ATTEMPTS:
            raise  # looked for later
        if not unsure:  # nothing stands
            await asyncio.to_thread(parts.queue.drop, lease.job)
        await done(_raised(error), lambda line: tell(parts, where, line))


async def _raised(error: Exception) -> None:
    raise error


async def _may_be_seen(
    parts: SlackServices, where: Where, entry: InboxEntry, answer: Answer
) -> bool:
    names = collections_of(answer)
    if await permissions.seen_by_all(parts, entry.incoming.channel, where.user, names):
        return True
    await tell(parts, where, phrases.NOT_TO_BE_SHARED)
    return False


async def _shared(parts: SlackServices, lease: Lease, where: Where) -> None:
    answer_id = str(lease.job.payload)
    entry = await asyncio.to_thread(parts.inbox.by_answer, answer_id)
    if entry is None:
        raise NotFound(answer_id)
    answer = await answer_of(parts, answer_id)
    if not await _may_be_seen(parts, where, entry, answer):
        await asyncio.to_thread(parts.queue.drop, lease.job)
        return
    own, pointed = text.unquoted(entry.incoming.text)
    asked = await parts.directory.named(own or pointed)
    named = replace(entry, incoming=replace(entry.incoming, text=asked))
    shown = with_asker(messages(Shown(answer, Offer.PRIVATELY, parts.desk)), named)
    posted = await _posted(parts, lease, entry, shown)
    lease.finished = True  # a renewal that comes after it is no loss
    jobs = noted(answer_id, "shared", posted, entry.incoming)
    await asyncio.to_thread(parts.inbox.shared, lease.job, entry, jobs)
    await asyncio.to_thread(parts.records.record, answer_id)


async def _posted(
    parts: SlackServices, lease: Lease, entry: InboxEntry, shown: Sequence[Message]
) -> list[Posted]:
    """Post the messages that do not stand yet; return all of them.

    One that stands is changed to what was meant, so that what it says is known.
    """
    channel, thread = entry.incoming.channel, entry.incoming.thread_ts
    outbox, posted = parts.outbox, list[Posted]()
    for number, message in enumerate(shown):
        marker = f"{entry.answer_id}.shared"
        part = f"{marker}.{number}" if number else marker
        ts = await outbox.find(channel, thread, part) if lease.job.again else None
        said, blocks = message.text, list(message.blocks)
        if ts is None:
            await lease.hold()
            posted.append(await outbox.post(channel, thread, said, blocks, part))
        else:
            posted.append(await outbox.update(channel, ts, said, blocks))
    return posted


def _key(parts: SlackServices, answer_id: str, channel: str) -> str:
    return f"{answer_id}/{parts.team}/{channel}"


def with_asker(shown: Sequence[Message], entry: InboxEntry) -> list[Message]:
    """Put the question, and who asked it, before the answer."""
    asked = text.one_line(entry.incoming.text, 300)
    who = {"type": "user", "user_id": entry.incoming.user}
    run = [who, words(" asked: "), words(asked, bold=True)]
    heading = text.fit(text.escape(asked), HEADING)
    first = shown[0]
    said = text.fit(f"{heading}\n{first.text}", LONGEST_TEXT)
    return [Message(said, (rich(section(run)), *first.blocks)), *shown[1:]]
