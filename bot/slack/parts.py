"""What the Slack bot is made of, put together once and handed to worker and listeners."""

from dataclasses import dataclass
from functools import cached_property

from bot.chain import Answerer
from bot.ledger import Ledger
from bot.slack.access.permissions.audience import Policy
from bot.slack.access.permissions.directory import Directory
from bot.slack.access.permissions.preferences import ChannelPreferences
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
