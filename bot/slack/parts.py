"""The services of the Slack bot: put together once, handed to the worker and the listeners."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property

from sqlalchemy import select

from bot.jobs.queue import Queue
from bot.jobs.watching import WatchedSource
from bot.ledger.feedback import Feedback
from bot.ledger.ledger import Ledger
from bot.ledger.recording import Answerer
from bot.slack.access.audience import Policy
from bot.slack.access.directory import Directory
from bot.slack.delivery.admission import Pressure
from bot.slack.delivery.inbox import Inbox
from bot.slack.delivery.outbox import Outbox
from bot.slack.delivery.records import Records, Requests
from bot.slack.delivery.tables import Store, channel_settings, storable
from bot.slack.delivery.threads import Threads
from bot.slack.delivery.uploads import Uploads
from bot.slack.setup.settings import SlackSettings
from bot.slack.types import Answering, ChannelSettings
from index.library import Library
from index.storage.database import Database

LEASE_SECONDS = 15.0  # how long a killed process's questions wait for another


class ChannelPreferences:
    """What `/briefs settings` sets for the channels."""

    def __init__(self, database: Database) -> None:
        self._store = Store(database)

    def get(self, team: str, channel: str) -> ChannelSettings:
        """Return a channel's settings, the defaults where nobody has set any."""
        query = select(channel_settings).filter_by(team=team, channel=channel)
        with self._store.read() as connection:
            row = connection.execute(query).first()
        if row is None:
            return ChannelSettings()
        names = tuple(str(name) for name in json.loads(row.collections))
        return ChannelSettings(names, Answering(row.answering), row.unasked)

    def put(self, team: str, channel: str, settings: ChannelSettings) -> None:
        key = {"team": team, "channel": channel}
        values = {
            "collections": json.dumps([storable(name) for name in settings.collections]),
            "answering": settings.answering.value,
            "unasked": settings.unasked,
        }
        with self._store.write() as connection:
            connection.execute(channel_settings.delete().filter_by(**key))
            connection.execute(channel_settings.insert().values(**key, **values))


@dataclass(frozen=True, kw_only=True)
class Backend:
    """What answers, as the application puts it together.

    `model` names the chat model that writes, None where briefs are quoted; `desk` is the public
    address to which citations link, None for no links.
    """

    library: Library
    ledger: Ledger
    answerer: Answerer
    model: str | None = None
    desk: str | None = None
    tell_askers: bool = False
    sources: Mapping[str, WatchedSource] = field(default_factory=dict)


@dataclass(frozen=True, kw_only=True)
class SlackServices(Backend):
    """Everything that answering in one workspace needs.

    `team` and `bot_user` are Slack's ids; `owner` names this process in the queue.
    """

    settings: SlackSettings
    directory: Directory
    outbox: Outbox
    team: str
    bot_user: str
    owner: str

    @cached_property
    def policy(self) -> Policy:
        return self.settings.policy

    @cached_property
    def inbox(self) -> Inbox:
        return Inbox(self.library.database, self.owner, lease_seconds=LEASE_SECONDS)

    @cached_property
    def threads(self) -> Threads:
        return Threads(self.library.database)

    @cached_property
    def preferences(self) -> ChannelPreferences:
        return ChannelPreferences(self.library.database)

    @cached_property
    def feedback(self) -> Feedback:
        return Feedback(self.ledger)

    @cached_property
    def requests(self) -> Requests:
        return Requests(self.library.database)

    @cached_property
    def queue(self) -> Queue:
        return self.inbox.queue

    @cached_property
    def records(self) -> Records:
        return Records(self.queue, self.ledger)

    @cached_property
    def pressure(self) -> Pressure:
        return Pressure(self.library.database)

    @cached_property
    def uploads(self) -> Uploads:
        return Uploads(self.library.database, self.queue)
