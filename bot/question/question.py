"""A question as everything behind it sees it: read once by bot/question/reading.py, then passed on.

No later stage looks at what was typed again.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from bot.question.kinds import BriefSelection, Kind
from bot.question.wanted import AnswerKind
from index.vectors.snapshot import Filters

LONGEST_QUESTION = 4_000  # characters


@dataclass(frozen=True)
class Turn:
    """One earlier question of a conversation, as its asker typed it."""

    question: str
    answer_id: str | None = None


@dataclass(frozen=True)
class Period:
    """The time that a question speaks of, as ISO days, inclusive; None is open.

    `said` are the words of the question that say so. A period that `narrows` keeps out briefs
    published at other times; one that does not only puts those of its time first. `as_of` wants
    what was known at its end; `edge` wants one brief on the matter, the "oldest" or the "newest".
    """

    said: str
    since: str | None = None
    until: str | None = None
    narrows: bool = True
    as_of: bool = False
    edge: str = ""


@dataclass(frozen=True)
class NamedVersion:
    """The version of a brief that a question names, in the words `said`.

    `briefs` names it as a filter does, "IF10753@6"; `previous` is the version before the current
    one, of these briefs or, where there are none, of any.
    """

    said: str
    briefs: tuple[str, ...] = ()
    previous: bool = False

    def within(self, filters: Filters) -> Filters:
        """Return the filters narrowed to this version."""
        return replace(filters, briefs=self.briefs, previous=filters.previous or self.previous)


@dataclass(frozen=True)
class Question:
    """What was asked.

    `text` reads without the conversation, `asked` is what was typed, `context` are the words that
    earlier turns lend to the search, the nearest topic first. `core` is searched; where there is
    none, `text` if it is a `rewritten` whole sentence, else what was typed.
    """

    text: str
    asked: str
    core: str = ""  # what of `text` is searched, without the words lent by earlier turns
    context: tuple[str, ...] = ()
    follows: bool = False  # leans on the turns before it
    rewritten: bool = False
    off_topic: bool = False  # small talk, or an order to the bot: nothing that a brief answers
    about_cited: bool = False  # speaks of the brief that the last answer cited
    kind: Kind = Kind.FACT
    subject: str = ""  # the topic or the brief that a question of another kind is about
    # Which briefs, where it is about briefs as such.
    selection: BriefSelection = field(default_factory=BriefSelection)
    compared: tuple[str, ...] = ()  # the two things that it compares, in its words
    wants: AnswerKind = AnswerKind.ANY  # a date, a sum, a name …
    yes_or_no: bool = False  # a yes or a no is wanted
    period: Period | None = None
    version: NamedVersion | None = None
    briefs: tuple[str, ...] = ()  # ids of the briefs that it names by number, id or title
    respelled: tuple[tuple[str, str], ...] = ()  # (typed, read as) of words typed wrong
    names: frozenset[str] = frozenset()  # stems of its names, designations and numbers
    stems: tuple[str, ...] = ()  # of its content words, in order
    weights: Mapping[str, float] = field(default_factory=dict, hash=False)  # of stems; sum 1
    parts: tuple["Question", ...] = ()  # what it asks one by one; () where it asks one thing
    # The same without the words that name briefs: what it asks of these; None where none are named.
    inside: "Question | None" = None

    @property
    def searched(self) -> str:
        """The words to search and to answer, the context apart."""
        return self.core or (self.text if self.rewritten else self.asked)

    @property
    def topic(self) -> str:
        """The words lent by earlier turns, as one text."""
        return " ".join(self.context)
