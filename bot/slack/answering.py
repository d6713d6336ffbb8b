"""Answer one question: who may see what, the answer itself, the messages that show it.

The reply is recorded in the ledger and not yet posted; whole sentences are passed on as they are
verified.
"""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass

from bot.answering.answer import Answer, Citation, Sentence
from bot.answering.render import nothing_found
from bot.errors import NothingVisible
from bot.slack.access.audience import Visible
from bot.slack.blocks.answers import answer_text, messages
from bot.slack.blocks.elements import Message
from bot.slack.blocks.notices import said
from bot.slack.blocks.sources import Offer, Shown, collections_of
from bot.slack.parts import SlackServices
from bot.slack.types import AskedVia, ChannelSettings, Incoming, QuestionOutcome, SlackPlace

OnSentence = Callable[[Sentence, tuple[Citation, ...]], None]


@dataclass(frozen=True)
class SlackReply:
    """What to post, and how the question ends with it."""

    outcome: QuestionOutcome
    messages: tuple[Message, ...]
    answer: Answer | None = None
    text: str = ""  # the whole answer as one text


def _nothing(briefs: int = 0) -> SlackReply:
    """Return the reply of a question that is declined, as it looks where so many were searched."""
    line = nothing_found(briefs)
    return SlackReply(QuestionOutcome.DECLINED, (said(line),), text=line)


@dataclass(frozen=True)
class AnswerContext:
    """Where a question is answered, and what may be shown there."""

    place: SlackPlace
    preferences: ChannelSettings
    alone: bool
    visible: Visible


async def setting_of(parts: SlackServices, incoming: Incoming) -> AnswerContext:
    """Return where an answer appears and what its audience may see; facts at most minutes old."""
    preferences = await asyncio.to_thread(parts.preferences.get, incoming.team, incoming.channel)
    alone = incoming.private or is_private(parts, incoming, preferences)
    place = await parts.directory.place(incoming.channel, incoming.user, alone=alone)
    present = await asyncio.to_thread(parts.library.collections)
    allowed = await parts.directory.visible(place, present, preferences)
    return AnswerContext(place, preferences, alone, allowed)


def is_direct(incoming: Incoming) -> bool:
    """Return whether it was asked in a direct message with us, by whatever way."""
    return incoming.kind is AskedVia.DIRECT or incoming.channel.startswith("D")


def is_private(parts: SlackServices, incoming: Incoming, preferences: ChannelSettings) -> bool:
    """Return whether a channel's settings want its answers shown to the asker alone."""
    if is_direct(incoming):
        return False  # it is private as it is
    written = parts.policy.channels.get(incoming.channel)
    wanted = (preferences.answering, written.answering if written else None)
    return "private" in [one.value for one in wanted if one]


async def reply_to(
    parts: SlackServices,
    incoming: Incoming,
    setting: AnswerContext,
    on_sentence: OnSentence | None,
    answer_id: str,
) -> SlackReply:
    """Ask, and return the messages; nothing outside what may be seen is searched."""
    try:
        filters = setting.visible.filters
    except NothingVisible:
        return _nothing()
    turns = await asyncio.to_thread(
        parts.threads.turns, incoming.team, incoming.channel, incoming.root, incoming.ts,
        user=incoming.user if setting.alone else None,
    )  # fmt: skip
    zone = incoming.zone or (await parts.directory.member(incoming.user)).zone
    answer = await asyncio.to_thread(
        parts.answerer.ask, incoming.text, turns, filters,
        f"slack:{incoming.team}:{incoming.user}",
        f"slack:{incoming.team}:{incoming.channel}:{incoming.root}",
        on_sentence, zone=zone, answer_id=answer_id,
    )  # fmt: skip
    if not await still_seen(parts, setting, answer):
        return _nothing(answer.draft.searched)
    return shown_as(answer, offer_in(setting, incoming), parts.desk)


async def still_seen(parts: SlackServices, setting: AnswerContext, answer: Answer) -> bool:
    """Return whether all that an answer shows may be shown there now: facts are fetched again."""
    shown = collections_of(answer)
    seen = await parts.directory.seen(setting.place, shown, setting.preferences)
    return seen.names >= shown


def shown_as(answer: Answer, offer: Offer, desk: str | None = None) -> SlackReply:
    shown = Shown(answer, offer, desk)
    return SlackReply(
        QuestionOutcome(answer.outcome.value),
        tuple(messages(shown)),
        answer,
        answer_text(shown),
    )


def offer_in(setting: AnswerContext, incoming: Incoming) -> Offer:
    if is_direct(incoming):
        return Offer.NOTHING
    return Offer.SHARE if setting.alone else Offer.PRIVATELY
