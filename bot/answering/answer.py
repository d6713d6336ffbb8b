"""The types of asking: Turn, Sentence, Citation, Draft, Answer. No I/O; one type for one thing.

A quotation is checked when its citation is made: what does not stand in the passage, character for
character, cannot become a Citation.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from bot.answering.readable import faithful
from bot.errors import QuoteError
from index.passage import BriefRef, Hit

NEAREST = 3  # passages named when the briefs do not answer


class Verdict(StrEnum):
    """What the check of a sentence against its passages found."""

    SUPPORTED = "supported"
    CHECK = "check"
    UNSUPPORTED = "unsupported"


@dataclass(frozen=True)
class Reason:
    """Why a sentence is not simply supported: a kind of the audit's contract, and what was found.

    `kind` is one of number, date, name, negation, hedge, coverage, dangling, misattributed,
    stitched.
    """

    kind: str
    detail: str


@dataclass(frozen=True)
class Period:
    """The time that a question speaks of, as ISO days, inclusive; None is open.

    `said` are the words of the question that say so. A period that `narrows` keeps out briefs
    published at other times; one that does not only puts those of its time first.
    """

    said: str
    since: str | None = None
    until: str | None = None
    narrows: bool = True


@dataclass(frozen=True)
class Turn:
    """One earlier question of a conversation, as its asker typed it."""

    question: str
    answer_id: str | None = None


@dataclass(frozen=True)
class Standalone:
    """A question made independent of its conversation.

    `question` reads without the conversation, `asked` is what was typed, `context` are the words
    that earlier turns lend to the search, the nearest topic first. Where the question is
    `rewritten`, as a whole sentence, it is what is searched; else what was typed, with its context.
    `whole` are the hits of the question by itself where those of its parts are merged with them:
    by them it is decided whether it is answered.
    """

    question: str
    asked: str
    context: tuple[str, ...] = ()
    follows: bool = False
    period: Period | None = None
    rewritten: bool = False
    whole: tuple[Hit, ...] = field(default=(), compare=False, repr=False)

    @property
    def searched(self) -> str:
        """The words to search and to answer, the context apart."""
        return self.question if self.rewritten else self.asked

    @property
    def topic(self) -> str:
        """The words lent by earlier turns, as one text."""
        return " ".join(self.context)


@dataclass(frozen=True)
class Citation:
    """A numbered quotation: the slice `start:end` of its brief's text, inside the hit's passage."""

    number: int  # from 1, in order of first use
    hit: Hit
    start: int  # offsets into the brief's text, end exclusive
    end: int

    def __post_init__(self) -> None:
        """Refuse a slice that is empty or leaves the passage."""
        passage = self.hit.passage
        if not passage.start <= self.start < self.end <= passage.end:
            raise QuoteError(
                f"citation {self.number}: {self.start}:{self.end} leaves passage "
                f"{self.hit.passage_id} ({passage.start}:{passage.end}); report this as a defect"
            )

    @property
    def quote(self) -> str:
        """The quoted text."""
        offset = self.hit.passage.start
        return self.hit.passage.text[self.start - offset : self.end - offset]

    @property
    def passage_id(self) -> str:
        """The id of the passage that holds the quotation."""
        return self.hit.passage_id

    @property
    def brief(self) -> BriefRef:
        """The brief that the passage belongs to."""
        return self.hit.brief

    @property
    def page(self) -> int | None:
        """The page, from 1, of the quotation's first character; None without pages."""
        return self.brief.page_at(self.start)


@dataclass(frozen=True)
class Sentence:
    """One sentence of an answer with the numbers of its citations and the verdict of its check.

    `bold` are the stretches of its text, end exclusive, that answer the question.
    """

    text: str
    citations: tuple[int, ...]
    verdict: Verdict
    reasons: tuple[Reason, ...] = ()
    bold: tuple[tuple[int, int], ...] = ()


# Shows a sentence of an answer that is not whole yet, with the citations it rests on.
OnSentence = Callable[[Sentence, tuple[Citation, ...]], None]


@dataclass(frozen=True)
class Draft:
    """What an answer maker returns: sentences with citations, or none and why."""

    sentences: tuple[Sentence, ...] = ()
    citations: tuple[Citation, ...] = ()
    confidence: float = 0.0  # in [0, 1], that the briefs answer the question
    features: Mapping[str, float] = field(default_factory=dict)  # what the confidence rests on
    mode: str = "extractive"
    model: str | None = None  # of the writer; None where no model wrote
    withheld: tuple[Sentence, ...] = ()  # written, found unsupported, counted and not shown
    notes: tuple[str, ...] = ()  # lines for the reader: what stands in the way of plain trust
    off_topic: bool = False  # small talk or an order to the bot: no question to the briefs

    @property
    def answered(self) -> bool:
        """Whether there is anything to show as an answer."""
        return bool(self.sentences)


@dataclass(frozen=True)
class Answer:
    """One answer as it is recorded and then shown."""

    answer_id: str
    standalone: Standalone
    draft: Draft
    hits: tuple[Hit, ...]  # everything that the search found, best first
    seconds: float = 0.0

    @property
    def question(self) -> str:
        """The question as typed."""
        return self.standalone.asked

    @property
    def answered(self) -> bool:
        """False where the briefs do not say."""
        return self.draft.answered

    @property
    def sentences(self) -> tuple[Sentence, ...]:
        """The sentences of the answer, in reading order; () when not answered."""
        return self.draft.sentences

    @property
    def citations(self) -> tuple[Citation, ...]:
        """The quotations that the sentences rest on, by number."""
        return self.draft.citations

    @property
    def nearest(self) -> tuple[Hit, ...]:
        """The nearest passages, named only where the briefs do not say."""
        return () if self.answered or self.draft.off_topic else self.hits[:NEAREST]


def verbatim(text: str, citation: Citation) -> Sentence:
    """Return the sentence that a quotation is; it is supported because it is the quotation.

    The text may differ from it by what an editor may do (bot/answering/readable.py) and by nothing
    else. Raises QuoteError where it does.
    """
    passage = citation.hit.passage
    if not faithful(text, citation.quote, passage.text, passage.context):
        raise QuoteError(
            f"citation {citation.number}: the sentence is not what passage "
            f"{citation.passage_id} says at {citation.start}:{citation.end}; "
            "report this as a defect"
        )
    return Sentence(text=text, citations=(citation.number,), verdict=Verdict.SUPPORTED)
