"""Answer one question: who may see what, the answer itself, the messages that show it.

The reply is recorded in the ledger and not yet posted; whole sentences are passed on as they are
verified.
"""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, replace

from bot.answering.answer import Answer, Citation, Sentence
from bot.answering.render import nothing_found
from bot.errors import AudienceUnknown, NothingVisible
from bot.slack import phrases
from bot.slack.access.audience import Hindrance, Visible
from bot.slack.blocks.answers import answer_text, messages
from bot.slack.blocks.elements import Message
from bot.slack.blocks.notices import asked, help_message, said
from bot.slack.blocks.sources import Offer, Shown, collections_of
from bot.slack.meant import meant_by
from bot.slack.parts import SlackServices
from bot.slack.types import (
    AskedVia,
    ChannelSettings,
    Incoming,
    PlaceKind,
    QuestionOutcome,
    SlackPlace,
)

THANKS = frozenset("thanks thank thx ty thankyou cheers merci danke gracias".split())

OnSentence = Callable[[Sentence, tuple[Citation, ...]], None]


@dataclass(frozen=True)
class SlackReply:
    """What to post, and how the question ends with it."""

    outcome: QuestionOutcome
    messages: tuple[Message, ...]
    answer: Answer | None = None
    text: str = ""  # the whole answer as one text


def _nothing(briefs: int = 0, why: str = "") -> SlackReply:
    """Return the reply of a question that is declined, as it looks where so many were searched.

    `why` says what about the place stands in the way; where nothing was searched, it says all.
    """
    line = nothing_found(briefs) if briefs or not why else ""
    line = f"{line} {why}".strip()
    return SlackReply(QuestionOutcome.DECLINED, (said(line),), text=line)


@dataclass(frozen=True)
class AnswerContext:
    """Where a question is answered, and what may be shown there."""

    place: SlackPlace
    preferences: ChannelSettings
    alone: bool
    visible: Visible

    @property
    def why(self) -> str:
        """Why those who read it see less there than elsewhere, in words; "" where they do not."""
        return phrases.hindered(self.visible.hindrance)

    def require_known(self, seen: Visible | None = None) -> None:
        """Raise AudienceUnknown where what is not shown might only not be known to be allowed."""
        looked = self.visible if seen is None else seen  # what shows nothing is falsy
        if looked.hindrance is Hindrance.UNKNOWN:
            alone = self.place.kind is PlaceKind.ALONE
            raise AudienceUnknown(phrases.CANNOT_CHECK_PERSON if alone else phrases.CANNOT_CHECK)


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
    """Ask, and return the messages; nothing outside what may be seen is searched.

    Raises AudienceUnknown where more might be seen, could Slack be asked, and nothing is answered.
    """
    try:
        filters = setting.visible.filters
    except NothingVisible:
        setting.require_known()
        return _nothing(why=setting.why)
    meant = await meant_by(parts, incoming, alone=setting.alone)
    zone = incoming.zone or (await parts.directory.member(incoming.user)).zone
    answer = await asyncio.to_thread(
        parts.answerer.ask, meant.text, meant.turns, filters,
        f"slack:{incoming.team}:{incoming.user}",
        f"slack:{incoming.team}:{incoming.channel}:{incoming.root}",
        on_sentence, zone=zone, answer_id=answer_id,
    )  # fmt: skip
    if not answer.answered:
        setting.require_known()
    if not await still_seen(parts, setting, answer):
        return _nothing(answer.draft.searched, setting.why)
    if answer.draft.helps:
        return _help(answer, meant.text)
    why = "" if answer.answered else setting.why
    reply = shown_as(answer, offer_in(setting, incoming), parts.desk, why)
    if not (_is_apart(incoming) or meant.pointed):
        return reply
    first, *others = reply.messages
    return replace(reply, messages=(asked(meant.text, first), *others))


def _is_apart(incoming: Incoming) -> bool:
    """Whether the question does not stand above its answer, so that the answer shows it."""
    return incoming.is_further or incoming.kind in (AskedVia.COMMAND, AskedVia.SHORTCUT)


def _help(answer: Answer, question: str) -> SlackReply:
    """Return the reply to small talk and to questions about the bot: a line, or what it can do."""
    thanked = THANKS & {word.strip(".,!").lower() for word in question.split()}
    shown = said(phrases.WELCOME) if thanked else help_message()
    return SlackReply(QuestionOutcome.ANSWERED, (shown,), answer, shown.text)


async def still_seen(parts: SlackServices, setting: AnswerContext, answer: Answer) -> bool:
    """Return whether all that an answer shows may be shown there now: facts are fetched again."""
    shown = collections_of(answer)
    seen = await parts.directory.seen(setting.place, shown, setting.preferences)
    setting.require_known(seen)
    return seen.names >= shown


def shown_as(answer: Answer, offer: Offer, desk: str | None = None, note: str = "") -> SlackReply:
    """Return the reply that an answer is; `note` says what its reader should know of the place."""
    shown = Shown(answer, offer, desk, note)
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
