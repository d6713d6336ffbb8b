"""What the Slack bot is made of, put together once and handed to worker and listeners."""

from dataclasses import dataclass
from functools import cached_property

from bot.answering.chain import Answerer
from bot.jobs.queue import Queue
from bot.ledger.ledger import Ledger
from bot.slack.access.audience import Policy
from bot.slack.access.directory import Directory
from bot.slack.access.preferences import ChannelPreferences
from bot.slack.delivery.admission import Pressure
from bot.slack.delivery.inbox import Inbox
from bot.slack.delivery.outbox import Outbox
from bot.slack.delivery.reactions import Feedback, Requests
from bot.slack.delivery.records import Records
from bot.slack.delivery.threads import Threads
from bot.slack.delivery.uploads import Uploads
from bot.slack.setup.settings import SlackSettings
from index.library import Library


@dataclass(frozen=True)
class SlackServices:
    """The parts.

    `model` names the chat model that writes, None where briefs are quoted; `desk` is the desk's
    public address, to which citations link; `tell_askers` is briefs.toml's word.
    """

    settings: SlackSettings
    library: Library
    ledger: Ledger
    answerer: Answerer
    inbox: Inbox
    threads: Threads
    preferences: ChannelPreferences
    feedback: Feedback
    requests: Requests
    policy: Policy
    directory: Directory
    outbox: Outbox
    team: str
    bot_user: str
    model: str | None = None
    desk: str | None = None
    tell_askers: bool = False

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
