"""Ask and record: from what was typed to an answer that is in the ledger.

The record is committed before the answer is returned; where it cannot be, there is no answer. An
answer that is shown sentence by sentence has each of them committed before it is shown.

`Answerer` is the way in for the command line, Slack and the web pages: it runs the steps as
LangChain runnables, and traces them to nobody. A process that asks once and ends runs the same
steps without LangChain, whose import takes 0.3 s, a quarter of what a cold `briefs ask` may take.
`bot/langchain.py` composes them for other people's programs.
"""

import secrets
import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any

from bot.answering import extractive
from bot.answering.answer import Answer, Citation, DraftAnswer, OnSentence, Sentence
from bot.answering.chain import AnswerMaker, Chain
from bot.answering.search import SearchResult
from bot.errors import QuoteError
from bot.ledger import record
from bot.ledger.ledger import Ledger
from bot.ledger.record import Basis
from bot.ledger.streamed import StreamedAnswer
from bot.question.conversation import standalone
from bot.question.kinds import Kind
from bot.question.question import Question, Turn
from bot.question.reading import Understand, require_askable
from index.errors import NotFound
from index.library import Library
from index.vectors.snapshot import EVERYTHING, Filters


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
        """Return a Request from what a LangChain program may pass: text, a mapping, or itself.

        Raises UsageError for an empty or endless question.
        """
        if isinstance(given, str):
            given = {"question": given}
        if isinstance(given, Mapping):
            given = cls(**{**given, "turns": _turns(given.get("turns", ()))})
        require_askable(given.question)
        return given


@dataclass(frozen=True)
class Stage:
    """What is known after a step, and how many seconds each took."""

    request: Request
    question: Question
    stream: StreamedAnswer
    found: SearchResult = field(default_factory=SearchResult)
    cited: tuple[str, ...] = ()  # ids of the briefs that the last answer cites
    generation: int = 0
    draft: DraftAnswer = field(default_factory=DraftAnswer)
    seconds: Mapping[str, float] = field(default_factory=dict)

    def took(self, name: str, started: float, **found: Any) -> "Stage":
        """Return the stage after a step, with what it found."""
        seconds = {**self.seconds, name: time.perf_counter() - started}
        return replace(self, seconds=seconds, **found)


class Answerer:
    """Answers questions over one library, and records the answers."""

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

        `one_shot` is for a process that asks once and ends: it runs the steps without LangChain.
        """
        self.chain = Chain(library, maker, understand)
        steps = Steps(self.chain, ledger or Ledger(library.database), dict(settings or {}))
        self._run: Callable[[Request], Answer] = steps.run if one_shot else _untraced(steps)

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
        """Return the recorded answer; see Request. The oldest turn comes first.

        What is returned is the answer: it may be another than the sentences shown, and then
        replaces them.

        Raises UsageError for an empty or endless question, LedgerError where it cannot be recorded.
        """
        request = Request(
            question, _turns(turns), filters, asker, place, on_sentence, zone, answer_id, moment
        )
        return self._run(Request.of(request))


def new_id() -> str:
    return secrets.token_hex(8)


def _turns(turns: Sequence[Turn | str]) -> tuple[Turn, ...]:
    return tuple(Turn(turn) if isinstance(turn, str) else turn for turn in turns)


@dataclass(frozen=True)
class Steps:
    """The steps from a request to its recorded answer; each takes what the one before returns."""

    chain: Chain
    ledger: Ledger
    settings: Mapping[str, Any]

    def run(self, request: Request) -> Answer:
        return self.answer(self.find(self.read(request)))

    def answer(self, stage: Stage) -> Answer:
        """Return the answer to a question whose passages are found, once it is recorded."""
        return self.record(self.compose(stage))

    def read(self, request: Request) -> Stage:
        started = time.perf_counter()
        question = self.chain.read(
            request.question,
            request.turns,
            request.filters,
            zone=request.zone,
            moment=request.moment,
        )
        stream = StreamedAnswer(self.chain.library.database, request.answer_id or new_id())
        return Stage(request, question, stream).took("understand", started)

    def find(self, stage: Stage) -> Stage:
        started = time.perf_counter()
        generation = self.chain.library.generation
        if stage.question.kind is Kind.HELP:
            return replace(stage, generation=generation)
        cited = self._cited_last(stage.request.turns)
        found = self.chain.find(stage.question, stage.request.filters, cited)
        return stage.took("search", started, found=found, cited=cited, generation=generation)

    def _cited_last(self, turns: Sequence[Turn]) -> tuple[str, ...]:
        """Return the ids of the briefs that the last answer with any citation rests on."""
        for turn in reversed(turns):
            with suppress(NotFound):
                body = self.ledger.get(turn.answer_id).body if turn.answer_id else {}
                if cited := dict.fromkeys(one["brief"]["id"] for one in body.get("citations", ())):
                    return tuple(cited)
        return ()

    def compose(self, stage: Stage) -> Stage:
        started = time.perf_counter()
        shown = stage.request.on_sentence
        found, draft = self.chain.compose(
            stage.question,
            stage.found,
            stage.request.filters,
            stage.cited,
            (lambda found: self._shows(stage, found, shown)) if shown else None,
        )
        if stage.question.kind is Kind.HELP:
            return replace(stage, draft=draft)
        return stage.took("compose", started, found=found, draft=draft)

    def record(self, stage: Stage) -> Answer:
        answer = Answer(
            answer_id=stage.stream.answer_id,
            standalone=stage.question,
            draft=stage.draft,
            hits=stage.found.hits,
            seconds=sum(stage.seconds.values()),
        )
        body = record.body(
            answer,
            basis=self._basis(stage),
            brief_sha256=self._checked(answer.citations),
            seconds=stage.seconds,
            streamed=stage.stream.digest,
        )
        self.ledger.append(answer.answer_id, body, self._private(stage, answer.draft))
        stage.stream.finished()
        return answer

    def _shows(self, stage: Stage, found: SearchResult, shown: OnSentence) -> OnSentence:
        """Return what checks and records a sentence, and only then has it shown."""

        def show(sentence: Sentence, citations: tuple[Citation, ...]) -> None:
            body = record.sentence(sentence, citations, self._checked(citations))
            if stage.stream.digest is None:
                stage.stream.begin(
                    record.begun(found.hits, self._basis(stage)), self._private(stage)
                )
            stage.stream.add(body)
            shown(sentence, citations)

        return show

    def _basis(self, stage: Stage) -> Basis:
        fingerprint = self.chain.library.fingerprint
        return Basis(stage.generation, fingerprint, self.settings, stage.request.filters)

    def _private(self, stage: Stage, draft: DraftAnswer | None = None) -> dict[str, Any]:
        request = stage.request
        return record.private(
            stage.question, request.turns, request.asker, request.place,
            zone=request.zone, draft=draft,
        )  # fmt: skip

    def _checked(self, citations: Sequence[Citation]) -> dict[str, str]:
        """Return the hash of each cited version's text, by ID@version, its quotations checked."""
        hashes: dict[str, str] = {}
        for citation in citations:
            brief = citation.brief
            try:
                text = self.chain.library.brief(brief.id, brief.version).text
            except NotFound:  # removed since the search: the passage as seen is recorded
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


def _untraced(steps: Steps) -> Callable[[Request], Answer]:
    """Return the steps as a LangChain chain, traced to nobody whatever the environment asks for."""
    from langchain_core.runnables import RunnableLambda, RunnableSequence
    from langsmith import tracing_context

    in_order: tuple[Callable[[Any], Any], ...] = (
        steps.read, steps.find, steps.compose, steps.record,
    )  # fmt: skip
    chain: RunnableSequence[Request, Answer] = RunnableSequence(
        *(RunnableLambda(step) for step in in_order)
    )

    def run(request: Request) -> Answer:
        with tracing_context(enabled=False):
            return chain.invoke(request)

    return run
