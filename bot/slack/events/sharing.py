"""Share with a channel what was answered to one person alone: once, and only what all may see."""

import asyncio
from collections.abc import Sequence

from bot.slack import phrases, text
from bot.slack.access import permissions
from bot.slack.blocks.answers import messages
from bot.slack.blocks.elements import Message, rich, section, words
from bot.slack.blocks.sources import Offer, Shown
from bot.slack.events.clicks import Where, tell
from bot.slack.events.passages import answer_of, collections_of
from bot.slack.outbox import Undeliverable
from bot.slack.parts import SlackServices
from bot.slack.shares import Begun
from bot.slack.types import Claim, Posted
from index.errors import NotFound

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
