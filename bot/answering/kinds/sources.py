"""What the answer to any kind of question may draw on, and how one kind of answer looks."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from bot.answering.answer import DraftAnswer
from bot.answering.search import SearchResult, find, narrowed
from bot.question.question import Question
from index.library import Library
from index.passage import BriefRef
from index.vectors.snapshot import EVERYTHING, Filters


@dataclass(frozen=True)
class Sources:
    """A library within the limits of a question.

    `found` are the passages found for the question as a whole; `cited` are the ids of the briefs
    that the last answer of the conversation cites.
    """

    library: Library
    filters: Filters = EVERYTHING
    found: SearchResult = field(default_factory=SearchResult)
    cited: Sequence[str] = ()

    def briefs(self) -> tuple[BriefRef, ...]:
        """Return the current briefs that the filters let through."""
        return self.library.briefs(self.filters)

    def within(self, question: Question, *, always: bool = False) -> Filters:
        """Return the filters with the time that a question names.

        `always`: also where it is not said that the briefs are of that time, as where briefs are
        asked for and nothing else.
        """
        period = question.period
        if period is None or not (period.since or period.until):
            return self.filters
        return narrowed(self.filters, period) if period.narrows or always else self.filters

    def search(self, question: Question, limit: int) -> SearchResult:
        """Return the passages found for another question, within the same limits."""
        return find(self.library, question, self.filters, limit)


# Returns None where a question turns out to be none of this kind; it is then asked as a fact.
KindMaker = Callable[[Question, Sources], DraftAnswer | None]
