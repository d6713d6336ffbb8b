"""Share with a channel what was answered to one person alone: once, and only what all may see."""

import asyncio
from collections.abc import Sequence

from bot.slack import access, phrases, text
from bot.slack.answer_blocks import messages
from bot.slack.elements import Message, rich, section, words
from bot.slack.listeners.clicks import Where, tell
from bot.slack.listeners.passages import answer_of, collections_of
from bot.slack.outbox import Undeliverable
from bot.slack.parts import Parts
from bot.slack.shares import Begun
from bot.slack.shown import Offer, Shown
from bot.slack.types import Claim
from index.errors import NotFound

LONGEST_TEXT = 3_990  # characters of a message's text; chat.update refuses more than 4,000
HEADING = 180  # characters


async def share(parts: Parts, where: Where, answer_id: str) -> None:
    """Post an answer where it was asked for, if it is the person's who clicks."""
    claim = await asyncio.to_thread(parts.inbox.by_answer, answer_id)
    if claim is None or claim.incoming.user != where.user:
        raise NotFound(answer_id)
    answer, channel = await answer_of(parts, answer_id), claim.incoming.channel
    if not await access.seen_by_all(parts, channel, where.user, collections_of(answer)):
        await tell(parts, where, phrases.NOT_TO_BE_SHARED)
        return
    shares = parts.shares
    begun = await asyncio.to_thread(shares.begin, answer_id, parts.team, channel, where.user)
    if begun is Begun.NOTHING:
        await tell(parts, where, phrases.SHARED_ALREADY)
        return
    shown = with_asker(messages(Shown(answer, Offer.PRIVATELY)), claim)
    try:
        ts = await _posted(parts, claim, shown, f"{answer_id}.shared", look=begun is Begun.LOOK)
    except Undeliverable as failure:
        if failure.code != "unknown_outcome":  # then nothing stands, and it may be tried again
            await asyncio.to_thread(shares.failed, answer_id, parts.team, channel)
        raise
    await asyncio.to_thread(shares.done, answer_id, parts.team, channel, ts)


async def _posted(
    parts: Parts, claim: Claim, shown: Sequence[Message], marker: str, *, look: bool
) -> str:
    """Post the messages that do not stand yet; return the ts of the first."""
    channel, thread = claim.incoming.channel, claim.incoming.thread_ts
    first = ""
    for number, message in enumerate(shown):
        part = f"{marker}.{number}" if number else marker
        ts = await parts.outbox.find(channel, thread, part) if look else None
        if ts is None:
            blocks = list(message.blocks)
            ts = (await parts.outbox.post(channel, thread, message.text, blocks, part)).ts
        first = first or ts
    return first


def with_asker(shown: Sequence[Message], claim: Claim) -> list[Message]:
    """Put the question, and who asked it, before the answer."""
    asked = text.one_line(claim.incoming.text, 300)
    who = {"type": "user", "user_id": claim.incoming.user}
    run = [who, words(" asked: "), words(asked, bold=True)]
    heading = text.fit(text.for_message(asked), HEADING)
    first = shown[0]
    said = text.fit(f"{heading}\n{first.text}", LONGEST_TEXT)
    return [Message(said, (rich(section(run)), *first.blocks)), *shown[1:]]
