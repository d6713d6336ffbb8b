"""The services of the Slack bot: put together once, handed to the worker and the listeners."""

from dataclasses import dataclass
from functools import cached_property

from bot.answering.chain import Answerer
from bot.ledger.ledger import Ledger
from bot.slack.access.audience import Policy
from bot.slack.access.directory import Directory
from bot.slack.access.preferences import ChannelPreferences
from bot.slack.handed import Handed
from bot.slack.inbox import Inbox
from bot.slack.notices import Told
from bot.slack.outbox import Outbox
from bot.slack.parcels import Parcels
from bot.slack.posts import Posts
from bot.slack.pressure import Pressure
from bot.slack.reactions import Feedback, Requests
from bot.slack.setup.settings import SlackSettings
from bot.slack.shares import Shares
from bot.slack.threads import Threads
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
    def posts(self) -> Posts:
        """What was posted and is not in the ledger yet."""
        return Posts(self.library.database, self.ledger, self.inbox.owner)

    @cached_property
    def pressure(self) -> Pressure:
        """Who was told that many questions are open."""
        return Pressure(self.library.database)

    @cached_property
    def told(self) -> Told:
        """The corrections that askers were told of."""
        return Told(self.library.database)

    @cached_property
    def shares(self) -> Shares:
        """The answers that were shared with channels."""
        return Shares(self.library.database)

    @cached_property
    def handed(self) -> Handed:
        """The briefs that people handed over."""
        return Handed(self.library.database)

    @cached_property
    def parcels(self) -> Parcels:
        """The files that people handed over, until they are in the library."""
        return Parcels(self.library.database, self.inbox.owner)
