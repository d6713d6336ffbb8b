"""The LangChain retrieval chain, from a question to a recorded answer.

conversation → standalone question → hits → answer with citations → record → shown. The record is
committed before the last step returns; where it cannot be, there is no answer. Which sentences
answer is the business of the answer maker handed in.

`build` composes the steps as runnables. `Answerer` is the way in for the command line and Slack; a
process that asks once and ends may run the same steps without LangChain, whose import takes 0.3 s,
a quarter of what a cold `briefs ask` may take.
"""

import secrets
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from bot import extractive, record
from bot.answer import Answer, Citation, Draft, Standalone, Turn
from bot.conversation import standalone
from bot.errors import QuoteError
from bot.ledger import Ledger
from index.errors import NotFound, UsageError
from index.library import Library
from index.passage import Hit
from index.search import Query
from index.snapshot import Filters

if TYPE_CHECKING:
    from langchain_core.runnables import Runnable

EVERYTHING = Filters()
HITS = 10  # passages searched for and recorded
LONGEST_QUESTION = 4_000  # characters

AnswerMaker = Callable[[Standalone, Sequence[Hit], Library], Draft]


@dataclass(frozen=True)
class Request:
    """One question with all that came with it. `asker` and `place` are only recorded."""

    question: str
    turns: tuple[Turn, ...] = ()
    filters: Filters = EVERYTHING
    asker: str | None = None
    place: str | None = None

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
            self._run = _Steps(library, book, maker, dict(settings or {})).run
        else:
            self._run = build(library, book, maker=maker, settings=settings).invoke

    def ask(
        self,
        question: str,
        turns: Sequence[Turn | str] = (),
        filters: Filters = EVERYTHING,
        asker: str | None = None,
        place: str | None = None,
    ) -> Answer:
        """Return the recorded answer; the oldest turn comes first.

        Raises UsageError for an empty or endless question, LedgerError where it cannot be recorded.
        """
        given = {"question": question, "turns": turns, "filters": filters}
        answer: Answer = self._run({**given, "asker": asker, "place": place})
        return answer


def build(
    library: Library,
    ledger: Ledger,
    *,
    maker: AnswerMaker = extractive.answer,
    settings: Mapping[str, Any] | None = None,
) -> "Runnable[Any, Answer]":
    """Return the steps as a Runnable over a question, a mapping of its fields or a Request."""
    from langchain_core.runnables import RunnableLambda

    chain: Any = RunnableLambda(Request.of)
    for step in _Steps(library, ledger, maker, dict(settings or {})).in_order():
        chain = chain | RunnableLambda(step)
    return chain  # type: ignore[no-any-return]


@dataclass(frozen=True)
class _Steps:
    library: Library
    ledger: Ledger
    maker: AnswerMaker
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
        question = standalone(request.question, request.turns)
        return _Stage(request, question, seconds=_took({}, "understand", started))

    def find(self, stage: _Stage) -> _Stage:
        started = time.perf_counter()
        asked, request = stage.standalone, stage.request
        generation = self.library.generation
        query = Query(text=asked.asked, context=asked.context, filters=request.filters)
        hits = tuple(self.library.search(query, limit=HITS))
        seconds = _took(stage.seconds, "search", started)
        return _Stage(request, asked, hits, generation, seconds=seconds)

    def compose(self, stage: _Stage) -> _Stage:
        started = time.perf_counter()
        draft = self.maker(stage.standalone, stage.hits, self.library)
        seconds = _took(stage.seconds, "compose", started)
        return _Stage(stage.request, stage.standalone, stage.hits, stage.generation, draft, seconds)

    def record(self, stage: _Stage) -> Answer:
        answer = Answer(
            answer_id=secrets.token_hex(8),
            standalone=stage.standalone,
            draft=stage.draft,
            hits=stage.hits,
            seconds=sum(stage.seconds.values()),
        )
        body = record.body(
            answer,
            generation=stage.generation,
            fingerprint=self.library.fingerprint,
            settings=self.settings,
            brief_sha256=self._checked(answer),
            seconds=stage.seconds,
        )
        request = stage.request
        private = record.private(answer, request.turns, request.asker, request.place)
        self.ledger.append(answer.answer_id, body, private)
        return answer

    def _checked(self, answer: Answer) -> dict[str, str]:
        """Return the hash of each cited brief's text, having found every quotation in it."""
        hashes: dict[str, str] = {}
        for citation in answer.citations:
            brief = citation.brief
            try:
                text = self.library.brief(brief.id, brief.version).text
            except NotFound:  # withdrawn since the search: the passage as seen is recorded
                continue
            _refuse_misquoted(citation, text)
            hashes[brief.id] = record.sha256(text)
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
