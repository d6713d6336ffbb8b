"""Tell people in Slack of new briefs that say something about a topic that they follow.

Whatever brings a brief in, the command line included: each round looks at the versions that came
since the last one, and adds a job for each person; its message has the sentences with their
citations, of what the person may read now. Who wants a weekly digest is told by the same jobs, and
all at once.
"""

import asyncio
import logging
import time
from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence

from sqlalchemy import delete, insert, select, update

from bot.errors import AudienceUnknown
from bot.jobs.queue import NewJob
from bot.jobs.worker import Lease
from bot.slack.access import permissions
from bot.slack.blocks.news import News, followed, watched
from bot.slack.delivery.outbox import Undeliverable
from bot.slack.delivery.tables import Store, followed_topics, person_of, storable
from bot.slack.parts import SlackServices
from index.errors import NotFound
from index.passage import Hit
from index.storage.catalogue import VersionRow
from index.storage.schema import CURRENT
from ingest.follows import sentences_about

log = logging.getLogger(__name__)

FOLLOWED = "followed"  # the kind of job
WEEK = 7 * 24 * 3600.0  # seconds
MOST_TOPICS = 50  # of one person
LONGEST_TOPIC = 100  # characters
ATTEMPTS = 3  # after which a message is given up


class FollowedTopics:
    """The topics that people follow, and up to which version of a brief they were told."""

    def __init__(self, parts: SlackServices, *, clock: Callable[[], float] = time.time) -> None:
        self._parts, self._clock = parts, clock
        self._store = Store(parts.library.database)

    def of(self, user: str) -> tuple[list[str], bool]:
        """Return the topics of a person in alphabetical order, and whether a digest is wanted."""
        query = select(followed_topics).filter_by(team=self._parts.team, user=user)
        with self._store.read() as connection:
            rows = connection.execute(query.order_by(followed_topics.c.topic)).all()
        return [str(row.topic) for row in rows], any(row.weekly for row in rows)

    def add(self, user: str, topic: str) -> bool:
        """Follow a topic from now on; return False where it is followed, or too many are."""
        known, weekly = self.of(user)
        topic = storable(topic)
        if topic.casefold() in map(str.casefold, known) or len(known) >= MOST_TOPICS:
            return False
        due = self._clock() + WEEK if weekly else 0.0
        newest = max((row.pk for row in self._parts.library.versions()), default=0)
        row = {"topic": topic, "since": newest, "weekly": weekly, "due_at": due}
        with self._store.write() as connection:
            connection.execute(insert(followed_topics).values(**self._key(user), **row))
        return True

    def remove(self, user: str, topic: str) -> bool:
        """Follow a topic no longer; return whether it was followed."""
        known = [one for one in self.of(user)[0] if one.casefold() == topic.casefold()]
        with self._store.write() as connection:
            for one in known:
                query = delete(followed_topics).filter_by(**self._key(user), topic=one)
                connection.execute(query)
        return bool(known)

    def digest(self, user: str, *, weekly: bool) -> bool:
        """Tell a person once a week, or at once; return whether any topic is followed."""
        values = {"weekly": weekly, "due_at": self._clock() + WEEK if weekly else 0.0}
        query = update(followed_topics).filter_by(**self._key(user)).values(**values)
        with self._store.write() as connection:
            return connection.execute(query).rowcount > 0

    async def round(self) -> None:
        """Have people told of what came since the last round."""
        await asyncio.to_thread(self._look)

    def _look(self) -> None:
        now = self._clock()
        query = select(followed_topics).where(
            followed_topics.c.team == self._parts.team, followed_topics.c.due_at <= now
        )
        with self._store.read() as connection:
            rows = connection.execute(query).all()
        if not rows:
            return
        versions = self._parts.library.versions()
        newest = max((row.pk for row in versions), default=0)
        fresh = [row for row in rows if row.since < newest]
        people: dict[str, list[tuple[str, int]]] = defaultdict(list)
        for row in fresh:
            people[str(row.user)].append((str(row.topic), int(row.since)))
        for user, topics in people.items():
            self._have_told(user, topics, versions, newest, now)

    def _have_told(
        self, user: str, topics: Sequence[tuple[str, int]], versions: Sequence[VersionRow],
        newest: int, now: float,
    ) -> None:  # fmt: skip
        """Add one person's job, and note how far it goes, in one transaction."""
        news = [
            [topic, row.brief.id, row.brief.version]
            for row in versions
            for topic, since in topics
            if row.pk > since and row.state == CURRENT and self._says(row, topic)
        ]
        queue, team = self._parts.queue, self._parts.team
        job = NewJob(
            FOLLOWED, f"{team}/{user}/{newest}", person=person_of(team, user),
            payload={"user": user}, private=news,
        )  # fmt: skip
        mine = update(followed_topics).where(
            followed_topics.c.team == team,
            followed_topics.c.user == user,
            followed_topics.c.topic.in_([topic for topic, _ in topics]),
        )
        with queue.write() as connection:
            if news:
                queue.add_in(connection, job)
            connection.execute(mine.values(since=newest))
            again = mine.where(followed_topics.c.weekly.is_(True))
            connection.execute(again.values(due_at=now + WEEK))
        queue.on_added()

    def _says(self, row: VersionRow, topic: str) -> bool:
        """Tell whether a version says something of a topic that the one before it did not."""
        library = self._parts.library
        brief = library.brief(row.brief.id, row.brief.version)
        found = sentences_about(library, brief, [topic])
        if not found or brief.version < 2:
            return bool(found)
        try:
            before = library.brief(brief.id, brief.version - 1)
        except NotFound:  # purged
            return True
        return found[0][1][2] not in before.text

    def _key(self, user: str) -> dict[str, str]:
        return {"team": self._parts.team, "user": user}


async def handle(parts: SlackServices, lease: Lease) -> None:
    """Tell one person of new briefs, once: what may be read by that person now."""
    job = lease.job
    user = str((job.payload or {}).get("user") or "")
    if not user or job.private is None or job.attempts > ATTEMPTS:
        return  # forgotten meanwhile
    found = await asyncio.to_thread(lambda: list(_news(parts, job.private)))
    try:
        names = {one.hit.brief.collection for one in found}
        readable = await permissions.seen_by(parts, "", user, names)
    except AudienceUnknown:
        log.warning("what somebody may read could not be checked; nothing was told")
        raise
    seen = [one for one in found if one.hit.brief.collection in readable]
    if not seen:
        return
    message = followed(seen, parts.desk)
    await lease.hold()
    mark = f"followed-{job.key}"
    try:
        await parts.outbox.post(user, None, message.text, list(message.blocks), mark)
    except Undeliverable as failure:
        log.warning("somebody could not be told of a new brief (%s)", failure.code)


async def report(parts: SlackServices, lease: Lease) -> None:
    """Tell a channel what became of a watched source, if all in it may read its collection."""
    told, attempts = lease.job.payload, lease.job.attempts
    channel, names = str(told["channel"]), {str(told["collection"])}
    if attempts > ATTEMPTS:
        return
    if not await permissions.seen_by_all(parts, channel, parts.bot_user, names):
        log.warning("watch.%s: not all in its channel may read its collection", told["name"])
        return
    message = watched(str(told["name"]), [(str(a), str(b)) for a, b in told["lines"]])
    mark = f"watched-{lease.job.key}"
    if lease.job.again and await parts.outbox.find(channel, None, mark):
        return
    await lease.hold()
    try:
        await parts.outbox.post(channel, None, message.text, list(message.blocks), mark)
    except Undeliverable as failure:
        log.warning("watch.%s: its channel could not be told (%s)", told["name"], failure.code)


def _news(parts: SlackServices, listed: Iterable[Sequence[object]]) -> Iterable[News]:
    library = parts.library
    for topic, brief_id, version in listed:
        rows = library.versions_of(str(brief_id))
        row = next((one for one in rows if one.brief.version == version), None)
        if row is None:  # erased
            continue
        brief = library.brief(row.brief.id, row.brief.version)
        for _, (passage_id, passage, sentence) in sentences_about(library, brief, [str(topic)]):
            yield News(str(topic), sentence, Hit(passage_id, passage, row.brief, 1.0, 0.0, 0.0))
