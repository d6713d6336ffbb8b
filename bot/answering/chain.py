"""The retrieval chain: a question read, its hits found, an answer drafted.

How a follow-up is understood and which sentences answer is the business of those handed in. The
steps are plain methods; bot/ledger/recording.py puts them together, as LangChain runnables, with
the step that records.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Protocol, runtime_checkable

from bot.answering import extractive, freshness
from bot.answering.answer import DraftAnswer, OnSentence
from bot.answering.kinds.catalogue import catalogue
from bot.answering.kinds.comparison import asks_for_ages, comparison_answer
from bot.answering.kinds.lists import list_answer, with_items
from bot.answering.kinds.overview import overview
from bot.answering.kinds.sources import KindMaker, Sources
from bot.answering.kinds.summary import brief_to_write, summary
from bot.answering.kinds.timeline import timeline_answer
from bot.answering.kinds.versions import what_changed
from bot.answering.kinds.views import change_of_view
from bot.answering.search import HITS, SearchResult, everywhere, find
from bot.answering.suggestions import suggestions
from bot.question.conversation import standalone
from bot.question.kinds import Kind
from bot.question.question import Question, Turn
from bot.question.reading import Understand, read, today_in
from index.library import Library
from index.vectors.snapshot import EVERYTHING, Filters
from index.visible import VisibleLibrary

# A kind that is missing here is asked as a fact.
KIND_MAKERS: Mapping[Kind, KindMaker] = {
    Kind.LIST: list_answer,
    Kind.COMPARISON: comparison_answer,
    Kind.TIMELINE: timeline_answer,
    Kind.OVERVIEW: overview,
    Kind.SUMMARY: summary,
    Kind.CATALOGUE: catalogue,
    Kind.WHAT_CHANGED: what_changed,
    Kind.CHANGE_OF_VIEW: change_of_view,
}
# These need no passages for the question as a whole.
SEARCHES_ITSELF = frozenset(
    {Kind.OVERVIEW, Kind.SUMMARY, Kind.CATALOGUE, Kind.WHAT_CHANGED, Kind.CHANGE_OF_VIEW}
)

# A chat model, where there is one, writes these in a form of their own.
WRITTEN = frozenset({Kind.LIST, Kind.COMPARISON, Kind.TIMELINE, Kind.SUMMARY})

AnswerMaker = Callable[[Question, SearchResult, Library], DraftAnswer]


@runtime_checkable
class StreamingMaker(Protocol):
    """An answer maker that can hand out each sentence as soon as it is whole and checked."""

    def stream(
        self,
        question: Question,
        found: SearchResult,
        library: Library,
        show: OnSentence | None,
        instead: Callable[[], DraftAnswer] | None = None,
    ) -> DraftAnswer:
        """Return the answer; it need not have the sentences that were handed to `show`.

        `instead` makes what stands in for it, the briefs' own sentences if None.
        """
        ...


@dataclass(frozen=True)
class Chain:
    """The steps from a question to a draft, over one library."""

    library: Library
    maker: AnswerMaker = extractive.answer
    understand: Understand = standalone

    def read(
        self,
        asked: str,
        turns: Sequence[Turn | str] = (),
        filters: Filters = EVERYTHING,
        *,
        zone: str | None = None,
        moment: datetime | None = None,
    ) -> Question:
        """Return the question; `zone` is the asker's, the settings' if None, `moment` now.

        Only the collections of `filters` are known to it.
        """
        today = today_in(zone or self.library.settings.timezone, moment)
        seen = VisibleLibrary.through(self.library, filters)
        return read(asked, turns, today=today, library=seen, understand=self.understand)

    def find(self, question: Question, filters: Filters, cited: Sequence[str] = ()) -> SearchResult:
        """Return the hits; of what the briefs cited last have, for a question that means them.

        What is asked about briefs as such searches for itself, if at all.
        """
        if question.kind is Kind.HELP or question.kind in SEARCHES_ITSELF:
            return SearchResult()
        return self._found(question, filters, cited)

    def _found(self, question: Question, filters: Filters, cited: Sequence[str]) -> SearchResult:
        if question.about_cited and cited and not filters.briefs:
            within = replace(filters, briefs=tuple(cited))
            return replace(find(self.library, question, within, HITS), narrowed=True)
        return find(self.library, question, filters, HITS)

    def compose(
        self,
        question: Question,
        found: SearchResult,
        filters: Filters,
        cited: Sequence[str] = (),
        show_for: Callable[[SearchResult], OnSentence] | None = None,
    ) -> tuple[SearchResult, DraftAnswer]:
        """Return the draft with what to ask next, and the hits that it was made of.

        `cited` are the ids of the briefs that the last answer of the conversation cites.
        `show_for` gives what shows sentences that rest on such hits before the answer is whole.
        """
        found, draft = self._drafted(question, found, filters, cited, show_for)
        if not self.library.settings.suggestions:
            return found, draft
        return found, replace(draft, suggestions=suggestions(question, draft, self.library))

    def _drafted(
        self,
        question: Question,
        found: SearchResult,
        filters: Filters,
        cited: Sequence[str],
        show_for: Callable[[SearchResult], OnSentence] | None,
    ) -> tuple[SearchResult, DraftAnswer]:
        """Return the draft; where the question's own time or version has none, of all briefs."""
        if question.kind is Kind.HELP:
            return found, DraftAnswer(off_topic=question.off_topic, helps=not question.off_topic)
        as_fact: Kind | None = None
        draft: DraftAnswer | None = None
        if question.kind in KIND_MAKERS:
            draft = self._of_kind(question, Sources(self.library, filters, found, cited), show_for)
            if draft and draft.kind is None:
                return found, self._counted(draft, filters)
            if question.kind in SEARCHES_ITSELF:
                found = self._found(question, filters, cited)
            as_fact = Kind.FACT
            question = replace(question, kind=as_fact)
        draft = draft or with_items(
            question,
            self._made(question, found, show_for),
            Sources(self.library, filters, found, cited),
        )
        if found.narrowed and not draft.answered:
            wide = everywhere(self.library, question, filters, HITS)
            again = self._made(question, wide, show_for)
            if again.answered or (again.near and not draft.near):
                found, draft = wide, again
        dates = [one.date for one in VisibleLibrary.through(self.library, filters).briefs()]
        said = freshness.notes(draft.citations, found.hits, dates, question.period)
        kind = draft.kind or as_fact
        noted = replace(draft, notes=(*draft.notes, *found.notes, *said), kind=kind)
        return found, self._counted(noted, filters)

    def _of_kind(
        self,
        question: Question,
        sources: Sources,
        show_for: Callable[[SearchResult], OnSentence] | None,
    ) -> DraftAnswer | None:
        """Return the answer of a kind, in a chat model's words where one writes them.

        Where neither has the kind's form it is a fact's, or None where nobody wrote.
        """
        own = KIND_MAKERS[question.kind]
        given = self._to_write_from(question, sources)
        if not given.hits or not isinstance(self.maker, StreamingMaker):
            return own(question, sources)

        def instead() -> DraftAnswer:
            made = own(question, sources)
            if made:
                return made
            return replace(extractive.answer(question, sources.found, self.library), kind=Kind.FACT)

        show = show_for(sources.found) if show_for else None
        draft = self.maker.stream(question, given, self.library, show, instead)
        if draft.mode == "generative" and draft.answered:
            return replace(draft, notes=(*draft.notes, *given.notes), kind=None)
        return draft

    def _to_write_from(self, question: Question, sources: Sources) -> SearchResult:
        """Return the passages of which an answer of a kind is written, none where it is not."""
        if question.kind not in WRITTEN or not isinstance(self.maker, StreamingMaker):
            return SearchResult()
        if question.kind is Kind.SUMMARY:
            return brief_to_write(question, sources)
        by_date = question.kind is Kind.COMPARISON and asks_for_ages(question)
        return SearchResult() if by_date else sources.found

    def _counted(self, draft: DraftAnswer, filters: Filters) -> DraftAnswer:
        return replace(draft, searched=len(self.library.briefs(filters)))

    def _made(
        self,
        question: Question,
        found: SearchResult,
        show_for: Callable[[SearchResult], OnSentence] | None,
    ) -> DraftAnswer:
        asked = replace(found.asked, kind=question.kind) if found.asked else question
        if show_for and isinstance(self.maker, StreamingMaker):
            return self.maker.stream(question, found, self.library, show_for(found))
        return self.maker(asked, found, self.library)
