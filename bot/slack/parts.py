"""The services of the Slack bot: put together once, handed to the worker and the listeners."""

from dataclasses import dataclass
from functools import cached_property

from bot.jobs.queue import Queue
from bot.ledger.ledger import Ledger
from bot.ledger.recording import Answerer
from bot.slack.access.audience import Policy
from bot.slack.access.directory import Directory
from bot.slack.access.preferences import ChannelPreferences
from bot.slack.delivery.admission import Pressure
from bot.slack.delivery.inbox import Inbox
from bot.slack.delivery.outbox import Outbox
from bot.slack.delivery.records import Feedback, Records, Requests
from bot.slack.delivery.threads import Threads
from bot.slack.delivery.uploads import Uploads
from bot.slack.setup.settings import SlackSettings
from index.library import Library

LEASE_SECONDS = 15.0  # how long a killed process's questions wait for another


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
        """Who may see what."""
        return self.settings.policy

    @cached_property
    def inbox(self) -> Inbox:
        """The questions."""
        return Inbox(self.library.database, self.owner, lease_seconds=LEASE_SECONDS)

    @cached_property
    def threads(self) -> Threads:
        """What was said before in a thread."""
        return Threads(self.library.database)

    @cached_property
    def preferences(self) -> ChannelPreferences:
        """What `/briefs settings` sets."""
        return ChannelPreferences(self.library.database)

    @cached_property
    def feedback(self) -> Feedback:
        """What readers think of answers."""
        return Feedback(self.ledger)

    @cached_property
    def requests(self) -> Requests:
        """Questions passed on to the librarians."""
        return Requests(self.library.database)

    @cached_property
    def queue(self) -> Queue:
        """The jobs."""
        return self.inbox.queue

    @cached_property
    def records(self) -> Records:
        """What was posted and is not in the ledger yet."""
        return Records(self.queue, self.ledger)

    @cached_property
    def pressure(self) -> Pressure:
        """Who was told that many questions are open."""
        return Pressure(self.library.database)

    @cached_property
    def uploads(self) -> Uploads:
        """The files that people uploaded, until they are in the library, and who did."""
        return Uploads(self.library.database, self.queue)
