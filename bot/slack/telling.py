"""Tell askers that a brief behind their answer was corrected or withdrawn, once, where they asked.

In the answer's thread; where the answer was one person's, in the direct message with that person.
Only what may be seen there now is told of. Quiet: of answers of the last month, so many messages a
round, one for each place.
"""

import asyncio
import logging
import time
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime

from bot.audit.shelf import Shelf
from bot.ledger.ledger import Kind
from bot.slack.access import permissions
from bot.slack.blocks.corrections import Corrected, corrected
from bot.slack.blocks.elements import Message
from bot.slack.corrections import Correction, changed_briefs, find
from bot.slack.notices import Notice
from bot.slack.outbox import Undeliverable
from bot.slack.parts import SlackServices
from bot.slack.types import Claim

log = logging.getLogger(__name__)

DAYS = 30.0  # older answers are let rest
MOST = 20  # messages in one round; the others come in the next


@dataclass(frozen=True)
class Spot:
    """Where something is told: a thread of a channel, or one person's direct message."""

    channel: str  # of a direct message: the person's id
    thread_ts: str | None
    user: str = field(compare=False)  # by whose eyes it is seen
    alone: bool


@dataclass(frozen=True)
class _Told:
    """An answer, its question, and what is to be told of it."""

    claim: Claim
    corrections: tuple[Correction, ...]


class Teller:
    """Looks for corrections and tells of them, round after round."""

    def __init__(self, parts: SlackServices, *, clock: Callable[[], float] = time.time) -> None:
        """Take the parts."""
        self._parts = parts
        self._clock = clock
        self._seen: dict[str, int] = {}  # briefs, and the version of which all was told

    async def round(self) -> None:
        """Tell of what is new; what was left by a killed process is looked for first."""
        for notice in await asyncio.to_thread(self._parts.told.left):
            await self._settle(notice)
        briefs, found = await asyncio.to_thread(self._found)
        places = await self._by_place(found)
        for spot, told in list(places.items())[:MOST]:
            await self._tell(spot, told)
        if len(places) <= MOST:
            self._seen |= briefs

    def _found(self) -> tuple[dict[str, int], dict[str, list[Correction]]]:
        """Return the briefs that changed since the last round, and what rests on them."""
        database = self._parts.library.database
        if not self._parts.ledger.head()[0]:
            return {}, {}
        since = datetime.fromtimestamp(self._clock() - DAYS * 24 * 3600, UTC)
        moment = since.isoformat(timespec="milliseconds")
        shelf = Shelf(database)
        changed = changed_briefs(database, moment, shelf)
        news = {one: now for one, now in changed.items() if self._seen.get(one) != now}
        if not news:
            return {}, {}
        found = find(database, news, moment, shelf)
        return news, {name: self._parts.told.untold(ones) for name, ones in found.items()}

    async def _by_place(self, found: dict[str, list[Correction]]) -> dict[Spot, list[_Told]]:
        """Return what is to be told in each place, as far as it may be seen there now."""
        places: dict[Spot, list[_Told]] = {}
        for answer_id, corrections in found.items():
            claim = await asyncio.to_thread(self._parts.inbox.by_answer, answer_id)
            if claim is None or not corrections or not await self._is_wanted(claim):
                continue
            spot = await self._spot(claim)
            if seen := [one for one in corrections if await self._may_see(spot, one)]:
                places.setdefault(spot, []).append(_Told(claim, tuple(seen)))
        return places

    async def _is_wanted(self, claim: Claim) -> bool:
        """Whether a question was neither deleted nor forgotten: then nobody wants to hear of it."""
        if claim.outcome is None or not claim.incoming.text:
            return False
        return not await asyncio.to_thread(self._parts.inbox.unwanted, claim)

    async def _spot(self, claim: Claim) -> Spot:
        asked = claim.incoming
        if asked.channel.startswith("D"):
            return Spot(asked.channel, asked.root, asked.user, True)
        further = self._parts.ledger.further
        posts = await asyncio.to_thread(further, claim.answer_id or "", Kind.POSTED)
        if claim.message_ts is None or any(one.body.get("post") == "answer" and one.body["alone"]
                                           for one in posts):  # fmt: skip
            return Spot(asked.user, None, asked.user, True)
        return Spot(asked.channel, asked.root, asked.user, False)

    async def _may_see(self, spot: Spot, one: Correction) -> bool:
        if spot.alone:
            channel = spot.channel if spot.channel.startswith("D") else ""
            seen = await permissions.seen_by(self._parts, channel, spot.user, one.collections)
            return one.collections <= seen
        return await permissions.seen_by_all(self._parts, spot.channel, spot.user, one.collections)

    async def _tell(self, spot: Spot, told: Sequence[_Told]) -> None:
        """Post one message about all answers of a place that nobody else tells of."""
        begin = self._parts.told.begin
        notice = await asyncio.to_thread(begin, [each for one in told for each in one.corrections])
        if notice is None:
            return
        message = await asyncio.to_thread(self._message, spot, told, notice)
        try:
            await self._parts.outbox.post(
                spot.channel, spot.thread_ts, message.text, list(message.blocks), notice.id
            )
        except Undeliverable as failure:
            log.warning("somebody could not be told of a correction (%s)", failure.code)
            if failure.code == "unknown_outcome":
                return  # looked for in a later round
        await asyncio.to_thread(self._parts.told.done, notice)

    def _message(self, spot: Spot, told: Sequence[_Told], notice: Notice) -> Message:
        named = len(told) > 1 or spot.alone
        answers = []
        for one in told:
            mine = tuple(each for each in one.corrections if each.key in notice.keys)
            if mine:
                given = self._parts.ledger.get(mine[0].answer_id).created_at
                question = one.claim.incoming.text if named else ""
                answers.append(Corrected(mine[0].answer_id, given, mine, question))
        return corrected(answers)

    async def _settle(self, notice: Notice) -> None:
        """Look for a notice of a killed process; where it does not stand, it is told anew.

        In a direct message that we did not open it cannot be looked for: it is not told twice.
        """
        claim = await asyncio.to_thread(self._parts.inbox.by_answer, notice.keys[0][0])
        spot = await self._spot(claim) if claim else None
        find = self._parts.outbox.find
        if spot and spot.thread_ts and not await find(spot.channel, spot.thread_ts, notice.id):
            await asyncio.to_thread(self._parts.told.undone, notice)
            self._forget(notice.keys)
            return
        await asyncio.to_thread(self._parts.told.done, notice)

    def _forget(self, keys: Iterable[tuple[str, str, int]]) -> None:
        for _, brief_id, _ in keys:
            self._seen.pop(brief_id, None)
