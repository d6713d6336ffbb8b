"""The types of an answer: sentences, the quotations they rest on, a draft, the answer itself.

A quotation is checked when its citation is made: what does not stand in the passage, character for
character, cannot become a Citation.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from bot.answering.readable import faithful, is_row
from bot.checking.verdict import Reason, Verdict
from bot.errors import QuoteError
from bot.question.kinds import Kind
from bot.question.question import Question
from index.passage import BriefRef, Hit

NEAREST = 3  # passages recorded where the briefs do not answer


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


class SentenceForm(StrEnum):
    """What a sentence of an answer is."""

    SENTENCE = "sentence"  # the brief's own words, or a writer's
    ROW = "row"  # of a table or of the catalogue: put together, and no quotation


@dataclass(frozen=True)
class Sentence:
    """One sentence of an answer with the numbers of its citations and the verdict of its check.

    `bold` are the stretches of its text, end exclusive, that answer the question. `label` stands
    before it and is no part of it: the brief that it is from, "Removed",
    the side of a comparison, the date of an event. A table row
    is no sentence of the brief's: its text may be composed, its citation quotes the row.
    """

    text: str
    citations: tuple[int, ...]
    verdict: Verdict
    reasons: tuple[Reason, ...] = ()
    bold: tuple[tuple[int, int], ...] = ()
    form: SentenceForm = SentenceForm.SENTENCE
    label: str = ""


class Outcome(StrEnum):
    """How a question ended."""

    ANSWERED = "answered"
    UNSURE = "unsure"  # the nearest passages are shown in full: one of them may answer it
    DECLINED = "declined"  # nothing was found


@dataclass(frozen=True)
class NearPassage:
    """A passage that may answer; `marked` is its best sentence, offsets into its text."""

    hit: Hit
    marked: tuple[int, int] = (0, 0)


# Shows a sentence of an answer that is not whole yet, with the citations it rests on.
OnSentence = Callable[[Sentence, tuple[Citation, ...]], None]


@dataclass(frozen=True)
class DraftAnswer:
    """What an answer maker returns: sentences with citations, or what is near, or none and why."""

    sentences: tuple[Sentence, ...] = ()
    citations: tuple[Citation, ...] = ()
    confidence: float = 0.0  # in [0, 1], that the briefs answer the question
    features: Mapping[str, float] = field(default_factory=dict)  # what the confidence rests on
    mode: str = "extractive"
    model: str | None = None  # of the writer; None where no model wrote
    withheld: tuple[Sentence, ...] = ()  # written, found unsupported, counted and not shown
    notes: tuple[str, ...] = ()  # lines for the reader: what stands in the way of plain trust
    near: tuple[NearPassage, ...] = ()  # shown where it is unsure whether they answer
    reason: str = ""  # why there is no answer, where more is known than that nothing was found
    searched: int = 0  # briefs in which an answer was looked for
    off_topic: bool = False  # an order to the bot, or the day's business: nothing for the briefs
    kind: Kind | None = None  # what it was answered as, where that is not what was asked for
    helps: bool = False  # small talk, or a question about the bot: a line of help answers it
    suggestions: tuple[str, ...] = ()  # questions to ask next, each of which the briefs answer

    @property
    def outcome(self) -> Outcome:
        """How the question ended."""
        if self.sentences or self.helps:
            return Outcome.ANSWERED
        return Outcome.UNSURE if self.near else Outcome.DECLINED

    @property
    def answered(self) -> bool:
        """Whether there is anything to show as an answer."""
        return self.outcome is Outcome.ANSWERED


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
    def kind(self) -> Kind:
        """What was asked for, or what it was answered as."""
        return self.draft.kind or self.standalone.kind

    @property
    def outcome(self) -> Outcome:
        """How the question ended."""
        return self.draft.outcome

    @property
    def answered(self) -> bool:
        """False where the briefs do not answer for certain."""
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
    def suggestions(self) -> tuple[str, ...]:
        """Questions to ask next, each of which the briefs answer."""
        return self.draft.suggestions

    @property
    def nearest(self) -> tuple[Hit, ...]:
        """The nearest passages, where there is no answer; shown only where one may answer."""
        if self.answered or self.draft.off_topic:
            return ()
        return tuple(one.hit for one in self.draft.near) or self.hits[:NEAREST]

    def to_json(self) -> str:
        """Return all of it as JSON, from which `from_json` makes an equal answer."""
        from pydantic import TypeAdapter

        return TypeAdapter(Answer).dump_json(self).decode()

    @classmethod
    def from_json(cls, text: str | bytes) -> "Answer":
        """Return the answer of such JSON; raises ValueError where it is none."""
        from pydantic import TypeAdapter

        return TypeAdapter(Answer).validate_json(text)


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
    form = SentenceForm.ROW if is_row(citation.quote) else SentenceForm.SENTENCE
    return Sentence(text, (citation.number,), Verdict.SUPPORTED, form=form)
