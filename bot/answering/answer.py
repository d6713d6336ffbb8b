"""The types of an answer: sentences, the quotations they rest on, a draft, the answer itself.

A quotation is checked when its citation is made: what does not stand in the passage, character for
character, cannot become a Citation.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Literal

from bot.answering.readable import faithful, is_row
from bot.checking.verdict import Reason, Verdict
from bot.errors import QuoteError
from bot.question.question import Question
from index.passage import BriefRef, Hit

Form = Literal["sentence", "row"]
NEAREST = 3  # passages named when the briefs do not answer


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

    `bold` are the stretches of its text, end exclusive, that answer the question. A table row is
    no sentence of the brief's: its text may be composed, its citation quotes the row.
    """

    text: str
    citations: tuple[int, ...]
    verdict: Verdict
    reasons: tuple[Reason, ...] = ()
    bold: tuple[tuple[int, int], ...] = ()
    form: Form = "sentence"


# Shows a sentence of an answer that is not whole yet, with the citations it rests on.
OnSentence = Callable[[Sentence, tuple[Citation, ...]], None]


@dataclass(frozen=True)
class DraftAnswer:
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
    standalone: Question
    draft: DraftAnswer
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
    """Return the sentence or row that a quotation is; it is supported: it is the quotation.

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
    return Sentence(
        text=text,
        citations=(citation.number,),
        verdict=Verdict.SUPPORTED,
        form="row" if is_row(citation.quote) else "sentence",
    )
