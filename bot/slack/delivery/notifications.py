"""Tell askers that a brief behind their answer was corrected or withdrawn, once, where they asked.

In the answer's thread; where the answer was one person's, in the direct message with that person.
Only what may be seen there now is told of. Quiet: of answers of the last month, so many messages a
round, one for each place. A correction (answer, brief, version) is a job; those of one message
share a lane, which is the message's mark.
"""

import asyncio
import logging
import time
import uuid
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import select

from bot.audit import brief_changes
from bot.audit.brief_versions import BriefVersions
from bot.audit.findings import Finding, FindingKind
from bot.audit.register import Register
from bot.audit.register_tables import audit_answers, audit_citations
from bot.errors import AudienceUnknown
from bot.jobs.queue import NewJob
from bot.jobs.worker import Lease
from bot.ledger.ledger import Ledger, RecordKind
from bot.slack.access import permissions
from bot.slack.blocks.corrections import WITHDRAWN, Corrected, Correction, corrected
from bot.slack.blocks.elements import Message
from bot.slack.delivery.outbox import Undeliverable
from bot.slack.parts import SlackServices
from bot.slack.types import InboxEntry
from index.errors import NotFound
from index.storage.database import Database

log = logging.getLogger(__name__)

NOTIFICATION = "notification"  # the kind of job
DAYS = 30.0  # older answers are let rest
MOST = 20  # messages in one round; the others come in the next
ATTEMPTS = 5  # after which a message that is not confirmed is given up

Found = Mapping[str, Sequence[Correction]]  # by answer
Outdated = tuple[InboxEntry, tuple[Correction, ...]]  # a question whose answer no longer holds


@dataclass(frozen=True)
class Spot:
    """Where something is told: a thread of a channel, or one person's direct message."""

    channel: str  # of a direct message: the person's id
    thread_ts: str | None
    user: str = field(compare=False)  # by whose eyes it is seen
    alone: bool


class Notifier:
    """Looks for corrections, round after round, and handles the jobs that tell of them."""

    def __init__(self, parts: SlackServices, *, clock: Callable[[], float] = time.time) -> None:
        self._parts, self._clock = parts, clock
        self._seen: dict[str, int] = {}  # briefs, and the version of which all was told

    async def round(self) -> None:
        """Have people told of what is new."""
        briefs, found = await asyncio.to_thread(self._news)
        places = await self._by_place(found)
        for outdated in list(places.values())[:MOST]:
            lane = uuid.uuid4().hex
            keys = [one.key for _, corrections in outdated for one in corrections]
            new = [NewJob(NOTIFICATION, _name(key), lane, payload=key) for key in keys]
            await asyncio.to_thread(self._parts.queue.add, *new)
        if len(places) <= MOST:
            self._seen |= briefs

    async def handle(self, lease: Lease) -> None:
        """Post one message about all corrections of a lane."""
        queue, job = self._parts.queue, lease.job
        lane = await asyncio.to_thread(queue.lane, job)
        keys = [(str(one.payload[0]), str(one.payload[1]), int(one.payload[2])) for one in lane]
        found = await asyncio.to_thread(self._still_news, keys)
        for spot, outdated in (await self._by_place(found)).items():
            try:
                await self._tell(lease, spot, outdated)
            except Undeliverable as failure:
                log.warning("somebody could not be told of a correction (%s)", failure.code)
                if failure.code == "unknown_outcome" and job.attempts < ATTEMPTS:
                    raise  # looked for later
        await asyncio.to_thread(queue.finish_lane, job)

    def _news(self) -> tuple[dict[str, int], Found]:
        """Return the briefs that changed since the last round, and what rests on them."""
        database = self._parts.library.database
        if not self._parts.ledger.head()[0]:
            return {}, {}
        shelf = BriefVersions(database)
        changed = changed_briefs(database, self._since, shelf)
        news = {one: now for one, now in changed.items() if self._seen.get(one) != now}
        if not news:
            return {}, {}
        known = self._parts.queue.known
        return news, {
            name: [one for one in ones if not known(NOTIFICATION, _name(one.key))]
            for name, ones in corrections_of(database, news, self._since, shelf).items()
        }

    def _still_news(self, keys: Collection[tuple[str, str, int]]) -> Found:
        """Return these corrections as they are now; a brief may have changed again."""
        database = self._parts.library.database
        briefs = {brief_id for _, brief_id, _ in keys}
        found = corrections_of(database, briefs, self._since, BriefVersions(database))
        return {name: [one for one in ones if one.key in keys] for name, ones in found.items()}

    @property
    def _since(self) -> str:
        since = datetime.fromtimestamp(self._clock() - DAYS * 24 * 3600, UTC)
        return since.isoformat(timespec="milliseconds")

    async def _by_place(self, found: Found) -> dict[Spot, list[Outdated]]:
        """Return what is to be told in each place, as far as it may be seen there now."""
        places: dict[Spot, list[Outdated]] = {}
        for answer_id, corrections in found.items():
            entry = await asyncio.to_thread(self._parts.inbox.by_answer, answer_id)
            if entry is None or not corrections or not await self._is_wanted(entry):
                continue
            spot = await self._spot(entry)
            if seen := [one for one in corrections if await self._may_see(spot, one)]:
                places.setdefault(spot, []).append((entry, tuple(seen)))
        return places

    async def _is_wanted(self, entry: InboxEntry) -> bool:
        """Whether a question was neither deleted nor forgotten: then nobody wants to hear of it."""
        if entry.outcome is None or not entry.incoming.text:
            return False
        return not await asyncio.to_thread(self._parts.inbox.unwanted, entry)

    async def _spot(self, entry: InboxEntry) -> Spot:
        asked = entry.incoming
        if asked.channel.startswith("D"):
            return Spot(asked.channel, asked.root, asked.user, True)
        further = self._parts.ledger.further
        posts = await asyncio.to_thread(further, entry.answer_id or "", RecordKind.POSTED)
        first = [one.body for one in posts if one.body.get("post") == "answer"]
        if not entry.message_ts or any(body["alone"] for body in first):
            return Spot(asked.user, None, asked.user, True)
        return Spot(asked.channel, asked.root, asked.user, False)

    async def _may_see(self, spot: Spot, one: Correction) -> bool:
        names = one.collections
        with suppress(AudienceUnknown):  # whoever cannot be checked is not told
            if not spot.alone:
                return await permissions.seen_by_all(self._parts, spot.channel, spot.user, names)
            channel = spot.channel if spot.channel.startswith("D") else ""
            return names <= await permissions.seen_by(self._parts, channel, spot.user, names)
        return False

    async def _tell(self, lease: Lease, spot: Spot, outdated: Sequence[Outdated]) -> None:
        """Post a message where it does not stand yet.

        In a direct message that we did not open it cannot be looked for: it is not told twice.
        """
        mark, outbox = str(lease.job.lane), self._parts.outbox
        if lease.job.again:
            thread = spot.thread_ts
            if thread is None or await outbox.find(spot.channel, thread, mark):
                return
        message = await asyncio.to_thread(self._message, spot, outdated)
        await lease.hold()
        await outbox.post(spot.channel, spot.thread_ts, message.text, list(message.blocks), mark)

    def _message(self, spot: Spot, outdated: Sequence[Outdated]) -> Message:
        named = len(outdated) > 1 or spot.alone
        answers = []
        for entry, corrections in outdated:
            answer_id = corrections[0].answer_id
            given = self._parts.ledger.get(answer_id).created_at
            question = entry.incoming.text if named else ""
            answers.append(Corrected(answer_id, given, corrections, question))
        return corrected(answers)


def _name(key: tuple[str, str, int]) -> str:
    return "/".join(map(str, key))


# -- what no longer holds --------------------------------------------------------------------


def changed_briefs(database: Database, since: str, shelf: BriefVersions) -> dict[str, int]:
    """Return the briefs cited since a moment that are not what they were, and what stands now."""
    Register(database).catch_up()
    answers, citations = audit_answers.c, audit_citations.c
    query = (
        select(citations.brief_id)
        .join(audit_answers, answers.seq == citations.answer_seq)
        .where(answers.created_at >= since)
        .distinct()
    )
    with database.read() as connection:
        cited = connection.scalars(query).all()
    found = {}
    for brief_id in cited:
        current = shelf.current(brief_id)
        if current is None or len(shelf.versions(brief_id)) > 1:
            found[brief_id] = current.version if current else WITHDRAWN
    return found


def corrections_of(
    database: Database, briefs: Iterable[str], since: str, shelf: BriefVersions
) -> dict[str, list[Correction]]:
    """Return the corrections by answer, of answers given since a moment (UTC, ISO 8601)."""
    register, ledger = Register(database), Ledger(database)
    uses = [use for brief in briefs for use in register.uses(brief) if use.created_at >= since]
    found = {}
    for answer_id in dict.fromkeys(use.answer_id for use in uses):
        try:
            body = ledger.get(answer_id).body
        except NotFound:
            continue
        if corrections := _of(answer_id, body, shelf):
            found[answer_id] = corrections
    return found


def _of(answer_id: str, body: Mapping[str, Any], shelf: BriefVersions) -> list[Correction]:
    """Return what of an answer no longer holds, a line for each brief."""
    by_brief: dict[str, list[Finding]] = {}
    for finding in brief_changes.check_versions(body, shelf):
        if finding.kind in (FindingKind.CORRECTED, FindingKind.WITHDRAWN):
            by_brief.setdefault(str(finding.evidence["brief_id"]), []).append(finding)
    return [_correction(answer_id, body, brief, ones, shelf) for brief, ones in by_brief.items()]


def _correction(
    answer_id: str, body: Mapping[str, Any], brief_id: str, findings: Sequence[Finding],
    shelf: BriefVersions,
) -> Correction:  # fmt: skip
    cited = [one for one in body["citations"] if one["brief"]["id"] == brief_id]
    gone = findings[0].kind is FindingKind.WITHDRAWN
    current = shelf.current(brief_id)
    if gone:
        numbers, changed = findings[0].evidence["citations"], {}
    else:
        numbers = sorted(one.citation or 0 for one in findings)
        pairs = [(str(one.evidence["old"]), str(one.evidence["new"])) for one in findings]
        changed = dict.fromkeys(pairs)
    now_in = {current.collection} if current else set()
    return Correction(
        answer_id, brief_id, WITHDRAWN if gone else int(findings[0].evidence["now"]),
        cited[0]["brief"]["title"],
        frozenset({one["brief"]["collection"] for one in cited} | now_in),
        tuple(numbers), tuple(changed),
    )  # fmt: skip
