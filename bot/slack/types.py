"""What flows through the Slack bot: a question that came in, a claim on it, a place, its settings.

Slack's own ids throughout: teams T…, channels C… D… G…, users U… W…, messages by their `ts` (text,
ordered as numbers).
"""

from dataclasses import dataclass, field
from enum import StrEnum
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from bot.jobs.queue import Job


SLACK_DIGITS = 6  # of a ts, behind its point


class AskedVia(StrEnum):
    """How a question reached the bot."""

    MENTION = "mention"
    DIRECT = "direct"  # a direct message or the agent pane
    FOLLOW_UP = "follow_up"  # in a thread where it has answered, without a new mention
    CHANNEL = "channel"  # a question in a channel set to be answered unasked
    COMMAND = "command"  # /briefs ask
    SHORTCUT = "shortcut"  # "Ask the briefs about it"
    AGAIN = "again"  # a button: answer the edited question, or answer privately


# Nobody addressed us: a reply is given only where the briefs answer, and nothing else is said.
UNPROMPTED = frozenset({AskedVia.FOLLOW_UP, AskedVia.CHANNEL})


class QuestionOutcome(StrEnum):
    """How a question ended; each has exactly one."""

    ANSWERED = "answered"
    UNSURE = "unsure"  # passages that may answer were shown
    DECLINED = "declined"  # nothing was found
    FAILED = "failed"  # and the asker was told why
    WITHDRAWN = "withdrawn"  # deleted before it was answered


# Outcomes of a question that has an answer on record.
REPLIED = (QuestionOutcome.ANSWERED, QuestionOutcome.UNSURE, QuestionOutcome.DECLINED)


class Accepted(StrEnum):
    """What became of a delivery."""

    NEW = "new"
    DUPLICATE = "duplicate"
    OVER_QUOTA = "over_quota"  # of its user or channel: told politely, not worked
    LOOPING = "looping"  # the fuse of a thread: nothing is said


class Answering(StrEnum):
    THREAD = "thread"
    PRIVATE = "private"  # only the asker sees it


@dataclass(frozen=True)
class Incoming:
    """One question as it came in. `(team, channel, ts)` names it; `event_id` one delivery of it."""

    team: str
    channel: str
    ts: str
    user: str
    text: str  # readable: unescaped, without our own mention
    kind: AskedVia
    event_id: str | None = None
    thread_ts: str | None = None  # root of the thread it was asked in; None outside threads
    private: bool = False  # to be answered to the asker alone
    zone: str | None = None  # the asker's time zone
    response_url: str | None = field(default=None, repr=False)  # a secret

    @property
    def root(self) -> str:
        """The ts of the message under which the answer is posted."""
        return self.thread_ts or self.ts

    @property
    def is_further(self) -> bool:
        """Whether it is not the first question of its message: its ts is longer than Slack's."""
        own = self.kind in (AskedVia.DIRECT, AskedVia.MENTION, *UNPROMPTED)
        return own and len(self.ts.partition(".")[2]) > SLACK_DIGITS


@dataclass(frozen=True)
class InboxEntry:
    """A question of the inbox, and how far it has come."""

    pk: int
    incoming: Incoming
    job: "Job | None" = None  # while this process works on it
    answer_id: str | None = None  # once the answer is recorded in the ledger
    text: str | None = None  # what is to be posted, once recorded
    blocks: str | None = None  # the same as JSON of its blocks
    message_ts: str | None = None  # of the answer; "" while an unfinished one may stand
    outcome: QuestionOutcome | None = None
    reason: str | None = None  # of a failure, in words for people
    edited: str | None = None  # the question's newer text, where it was changed too late

    @property
    def attempts(self) -> int:
        """How often somebody began to work on it."""
        return self.job.attempts if self.job else 0


@dataclass(frozen=True)
class ChannelSettings:
    """What `/briefs settings` sets for one channel; None or () leaves it to briefs.toml."""

    collections: tuple[str, ...] = ()  # narrows what may be seen, never widens it
    answering: Answering = Answering.THREAD
    unasked: bool = False  # answer questions without a mention


class PlaceKind(StrEnum):
    """What kind of place an answer appears in."""

    ALONE = "alone"  # a direct message, an ephemeral message, a modal, App Home
    GROUP = "group"  # a direct message of several people
    PRIVATE = "private"  # a private channel
    PUBLIC = "public"  # a public channel: every full member may read it


@dataclass(frozen=True)
class SlackPlace:
    """Where something is shown. Whoever can read it is its audience."""

    kind: PlaceKind
    team: str
    channel: str
    user: str  # who asked, or who clicked
    shared: bool = False  # with another organisation
    known: bool = True  # False where Slack could not be asked: then nothing restricted is shown


@dataclass(frozen=True)
class Member:
    """What is known of a person. Unknown people are guests."""

    id: str
    guest: bool = True
    stranger: bool = True  # of another organisation
    admin: bool = False
    groups: frozenset[str] = frozenset()  # user groups S…
    zone: str | None = None
    name: str = ""  # by which people know them
    known: bool = False  # False: Slack could not be asked


@dataclass(frozen=True)
class Posted:
    """A message that stands in Slack, and exactly what was sent for it."""

    channel: str
    ts: str  # "" of one that a person alone sees
    plain: bool = False  # blocks were refused and the text was posted instead
    text: str = ""
    blocks: tuple[dict[str, Any], ...] = ()
    streamed: bool = False  # it grew while it was written
