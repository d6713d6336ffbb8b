"""The LangChain retrieval chain, from a question to a recorded answer.

conversation → standalone question → hits → answer with citations → record → shown. The record is
committed before the last step returns; where it cannot be, there is no answer. An answer that is
shown sentence by sentence has each of them committed before it is shown. How a follow-up is
understood and which sentences answer is the business of those handed in.

`build` composes the steps as runnables. `Answerer` is the way in for the command line and Slack; a
process that asks once and ends may run the same steps without LangChain, whose import takes 0.3 s,
a quarter of what a cold `briefs ask` may take.
"""

import secrets
import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, Protocol, runtime_checkable

from bot import extractive, freshness, record, timely
from bot.answer import Answer, Citation, Draft, OnSentence, Sentence, Standalone, Turn
from bot.answerable import not_for_briefs
from bot.conversation import standalone
from bot.errors import QuoteError
from bot.ledger import Ledger
from bot.period import day_in, with_period
from bot.record import Basis
from bot.reference import points_at_source
from bot.streamed import Stream
from bot.timely import Found
from index.errors import NotFound, UsageError
from index.library import Library
from index.passage import Hit
from index.vectors.snapshot import Filters

if TYPE_CHECKING:
    from langchain_core.runnables import Runnable

EVERYTHING = Filters()
HITS = 10  # passages searched for and recorded
LONGEST_QUESTION = 4_000  # characters

AnswerMaker = Callable[[Standalone, Sequence[Hit], Library], Draft]
Understand = Callable[[str, Sequence[Turn]], Standalone]


@runtime_checkable
class StreamingMaker(Protocol):
    """An answer maker that can hand out each sentence as soon as it is whole and checked."""

    def stream(
        self,
        question: Standalone,
        hits: Sequence[Hit],
        library: Library,
        show: OnSentence | None,
    ) -> Draft:
        """Return the answer; it need not have the sentences that were handed to `show`."""
        ...


@dataclass(frozen=True)
class Request:
    """One question with all that came with it. `asker` and `place` are only recorded.

    `zone` is the asker's time zone, by which "yesterday" is understood, the settings' if None;
    `moment` is when it is asked, with its zone, the present if None.
    `on_sentence` is called with each sentence, and the citations it rests on, as soon as it may be
    shown, by makers that can stream. `answer_id` is one that no answer has; a fresh one if None.
    """

    question: str
    turns: tuple[Turn, ...] = ()
    filters: Filters = EVERYTHING
    asker: str | None = None
    place: str | None = None
    on_sentence: OnSentence | None = field(default=None, compare=False)
    zone: str | None = None
    answer_id: str | None = None
    moment: datetime | None = None

    @classmethod
    def of(cls, given: "Request | Mapping[str, Any] | str") -> "Request":
        """Return a Request from what a LangChain program may pass: text, a mapping, or itself."""
        if isinstance(given, str):
            given = {"question": given}
        if isinstance(given, Mapping):
            turns = tuple(
                Turn(turn) if isinstance(turn, str) else turn for turn in given.get("turns", ())
            )
            given = cls(**{**given, "turns": turns})
        _refuse_unfit(given.question)
        return given


@dataclass(frozen=True)
class _Stage:
    """What is known after a stage, and how many seconds each took."""

    request: Request
    standalone: Standalone
    stream: Stream
    found: Found = field(default_factory=Found)
    hits: tuple[Hit, ...] = ()
    generation: int = 0
    draft: Draft = field(default_factory=Draft)
    seconds: Mapping[str, float] = field(default_factory=dict)


class Answerer:
    """Answers questions over one library: what the command line and Slack call."""

    def __init__(
        self,
        library: Library,
        ledger: Ledger | None = None,
        *,
        maker: AnswerMaker = extractive.answer,
        understand: Understand = standalone,
        settings: Mapping[str, Any] | None = None,
        one_shot: bool = False,
    ) -> None:
        """Build the chain. `settings` is recorded with every answer: no secrets in it.

        `one_shot` is for a process that asks once and ends: it runs the chain's steps in their
        order without LangChain, whose import takes longer than the answer.
        """
        book = ledger or Ledger(library.database)
        self._run: Callable[[Any], Any]
        if one_shot:
            self._run = _Steps(library, book, maker, understand, dict(settings or {})).run
        else:
            chain = build(library, book, maker=maker, understand=understand, settings=settings)
            self._run = chain.invoke

    def ask(
        self,
        question: str,
        turns: Sequence[Turn | str] = (),
        filters: Filters = EVERYTHING,
        asker: str | None = None,
        place: str | None = None,
        on_sentence: OnSentence | None = None,
        *,
        zone: str | None = None,
        answer_id: str | None = None,
        moment: datetime | None = None,
    ) -> Answer:
        """Return the recorded answer; the oldest turn comes first.

        `on_sentence` is handed each sentence as soon as it may be shown. What is returned is the
        answer: it may be another than the sentences shown, and then replaces them.

        Raises UsageError for an empty or endless question, LedgerError where it cannot be recorded.
        """
        given = {"question": question, "turns": turns, "filters": filters, "asker": asker}
        given |= {"place": place, "on_sentence": on_sentence, "zone": zone}
        answer: Answer = self._run({**given, "answer_id": answer_id, "moment": moment})
        return answer


def new_id() -> str:
    """Return an id that no answer has."""
    return secrets.token_hex(8)


def build(
    library: Library,
    ledger: Ledger,
    *,
    maker: AnswerMaker = extractive.answer,
    understand: Understand = standalone,
    settings: Mapping[str, Any] | None = None,
) -> "Runnable[Any, Answer]":
    """Return the steps as a Runnable over a question, a mapping of its fields or a Request."""
    from langchain_core.runnables import RunnableLambda

    chain: Any = RunnableLambda(Request.of)
    steps = _Steps(library, ledger, maker, understand, dict(settings or {}))
    for step in steps.in_order():
        chain = chain | RunnableLambda(step)
    return chain  # type: ignore[no-any-return]


@dataclass(frozen=True)
class _Steps:
    library: Library
    ledger: Ledger
    maker: AnswerMaker
    reader: Understand
    settings: Mapping[str, Any]

    def in_order(self) -> tuple[Callable[[Any], Any], ...]:
        """Return the steps; each takes what the one before returns."""
        return self.understand, self.find, self.compose, self.record

    def run(self, given: Any) -> Any:
        """Take a question through all steps."""
        result: Any = Request.of(given)
        for step in self.in_order():
            result = step(result)
        return result

    def understand(self, request: Request) -> _Stage:
        started = time.perf_counter()
        moment = request.moment or datetime.now(UTC)
        today = day_in(request.zone or self.library.settings.timezone, moment)
        question = with_period(self.reader(request.question, request.turns), today)
        stream = Stream(self.library.database, request.answer_id or new_id())
        return _Stage(request, question, stream, seconds=_took({}, "understand", started))

    def find(self, stage: _Stage) -> _Stage:
        started = time.perf_counter()
        asked = stage.standalone
        generation = self.library.generation
        if not_for_briefs(asked.asked):
            return replace(stage, generation=generation)
        cited = self._cited_last(stage.request.turns)
        found = self._in_cited(stage, cited) or timely.find(
            self.library, asked, stage.request.filters, HITS, cited
        )
        stage = replace(stage, standalone=replace(asked, period=found.period))
        seconds = _took(stage.seconds, "search", started)
        return replace(stage, found=found, hits=found.hits, generation=generation, seconds=seconds)

    def _in_cited(self, stage: _Stage, cited: tuple[str, ...]) -> Found | None:
        """Return what the briefs cited last have, for a question that points at them."""
        asked, request = stage.standalone, stage.request
        if request.filters.briefs or not cited or not points_at_source(asked.asked):
            return None
        within = replace(request.filters, briefs=cited)
        return replace(timely.find(self.library, asked, within, HITS), narrowed=True)

    def _cited_last(self, turns: Sequence[Turn]) -> tuple[str, ...]:
        """Return the ids of the briefs that the last answer with any citation rests on."""
        for turn in reversed(turns):
            with suppress(NotFound):
                body = self.ledger.get(turn.answer_id).body if turn.answer_id else {}
                if cited := dict.fromkeys(one["brief"]["id"] for one in body.get("citations", ())):
                    return tuple(cited)
        return ()

    def compose(self, stage: _Stage) -> _Stage:
        started = time.perf_counter()
        asked = stage.standalone
        if not_for_briefs(asked.asked):
            return replace(stage, draft=Draft(off_topic=True))
        draft = self._made(stage)
        if stage.found.narrowed and not draft.answered:
            found = timely.everywhere(self.library, asked, stage.request.filters, HITS)
            wide = replace(stage, found=found, hits=found.hits)
            again = self._made(wide)
            if again.answered:
                stage, draft = wide, again
        said = (
            *stage.found.notes,
            *freshness.notes(draft.citations, stage.hits, self.library.dates(), asked.period),
        )
        draft = replace(draft, notes=(*draft.notes, *said))
        return replace(stage, draft=draft, seconds=_took(stage.seconds, "compose", started))

    def _made(self, stage: _Stage) -> Draft:
        asked, hits = replace(stage.standalone, whole=stage.found.whole), stage.hits
        if stage.request.on_sentence and isinstance(self.maker, StreamingMaker):
            return self.maker.stream(asked, hits, self.library, self._shows(stage))
        return self.maker(asked, hits, self.library)

    def record(self, stage: _Stage) -> Answer:
        answer = self._answer(stage)
        body = record.body(
            answer,
            basis=self._basis(stage),
            brief_sha256=self._checked(answer.citations),
            seconds=stage.seconds,
            streamed=stage.stream.digest,
        )
        self.ledger.append(answer.answer_id, body, self._private(stage, answer.draft.notes))
        stage.stream.finished()
        return answer

    def _shows(self, stage: _Stage) -> OnSentence:
        """Return what checks and records a sentence, and only then has it shown."""

        def show(sentence: Sentence, citations: tuple[Citation, ...]) -> None:
            body = record.sentence(sentence, citations, self._checked(citations))
            if stage.stream.digest is None:
                stage.stream.begin(
                    record.begun(stage.hits, self._basis(stage)), self._private(stage)
                )
            stage.stream.add(body)
            assert stage.request.on_sentence
            stage.request.on_sentence(sentence, citations)

        return show

    def _basis(self, stage: _Stage) -> Basis:
        filters = stage.request.filters
        return Basis(stage.generation, self.library.fingerprint, self.settings, filters)

    def _private(self, stage: _Stage, notes: Sequence[str] = ()) -> dict[str, Any]:
        request = stage.request
        return record.private(
            stage.standalone, request.turns, request.asker, request.place,
            zone=request.zone, notes=notes,
        )  # fmt: skip

    def _answer(self, stage: _Stage) -> Answer:
        return Answer(
            answer_id=stage.stream.answer_id,
            standalone=stage.standalone,
            draft=stage.draft,
            hits=stage.hits,
            seconds=sum(stage.seconds.values()),
        )

    def _checked(self, citations: Sequence[Citation]) -> dict[str, str]:
        """Return the hash of each cited version's text, by ID@version, its quotations checked."""
        hashes: dict[str, str] = {}
        for citation in citations:
            brief = citation.brief
            try:
                text = self.library.brief(brief.id, brief.version).text
            except NotFound:  # withdrawn since the search: the passage as seen is recorded
                continue
            _refuse_misquoted(citation, text)
            hashes[f"{brief.id}@{brief.version}"] = record.sha256(text)
        return hashes


def _refuse_misquoted(citation: Citation, text: str) -> None:
    if text[citation.start : citation.end] != citation.quote:
        raise QuoteError(
            f"{citation.brief.id}: the brief's text at {citation.start}:{citation.end} is not what "
            f"passage {citation.passage_id} says; run: briefs reindex"
        )


def _refuse_unfit(question: str) -> None:
    if not any(char.isalnum() for char in question):
        raise UsageError("question: empty; type what you want to know")
    if len(question) > LONGEST_QUESTION:
        raise UsageError(
            f"question: {len(question):,} characters; shorten it to {LONGEST_QUESTION:,}"
        )


def _took(before: Mapping[str, float], name: str, started: float) -> dict[str, float]:
    return {**before, name: time.perf_counter() - started}
