"""Ask gold questions of a library in this process: questions in, one outcome for each out.

Each is searched and answered the way `briefs ask` does, follow-ups three ways. The answers are
recorded in a ledger of their own that is deleted at the end: an evaluation asks thousands of
questions that nobody asked, and neither editors nor the list of open questions shall see them.
"""

import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from enum import StrEnum
from pathlib import Path

from bot.answering.answer import Answer
from bot.answering.search import find
from bot.evals.gold import GoldQuestion
from bot.evals.judging import contains, first_rank, meets, quotes
from bot.evals.replies import ReplyJudgement, judge
from bot.ledger.ledger import Ledger
from bot.ledger.recording import Answerer
from bot.question.question import Turn
from index.errors import UsageError
from index.library import Library
from index.storage.database import Database, sqlite_url
from index.vectors.snapshot import Filters
from ingest.scratch import ScratchFolder

DEPTH = 50  # hits among which the gold passages are looked for

Ranks = tuple[int | None, ...]


class Way(StrEnum):
    """How a question is asked."""

    CONVERSATION = "conversation"  # with all that came before it
    LAST_TURN = "last_turn"  # as typed, nothing before it
    STANDALONE = "standalone"  # as rewritten by hand


@dataclass(frozen=True)
class Answered:
    """What became of a question. The cited_ fields have one entry for every passage needed."""

    answered: bool
    confidence: float  # in [0, 1], that the briefs answer it
    sentences: int = 0
    cited_passages: tuple[bool, ...] = ()  # a cited passage holds it
    cited_words: tuple[bool, ...] = ()  # the quoted words themselves share it
    citations: int = 0
    right_passages: int = 0  # citations of a passage that is needed
    right_words: int = 0  # citations that quote what is needed
    contained: bool | None = None  # the short answer stands in it; None without one
    seconds: float = 0.0
    reply: ReplyJudgement | None = None  # by what its line expects of the reply


@dataclass(frozen=True)
class GoldOutcome:
    """What came of asking a question one way; `answer` is None where it was only searched for."""

    ranks: Ranks  # from 1, of every passage needed; None where it is not among the hits
    search_seconds: float
    answer: Answered | None = None

    def within(self, depth: int) -> bool:
        """Whether all that is needed is among the first hits."""
        return all(rank is not None and rank <= depth for rank in self.ranks)

    def any_within(self, depth: int) -> bool:
        """Whether some of what is needed is among the first hits."""
        return any(rank is not None and rank <= depth for rank in self.ranks)

    def share_within(self, depth: int) -> float:
        """Return the share of what is needed that is among the first hits."""
        return sum(rank is not None and rank <= depth for rank in self.ranks) / len(self.ranks)

    def reciprocal(self) -> float:
        """Return one over the rank of the first needed passage; 0 without any (Voorhees, 1999)."""
        return 1 / min((rank for rank in self.ranks if rank), default=float("inf"))


@dataclass(frozen=True)
class GoldResult:
    """A question with its outcomes by way of asking; only follow-ups have more than one."""

    question: GoldQuestion
    outcomes: Mapping[Way, GoldOutcome] = field(default_factory=dict)
    fault: str | None = None  # why it could not be asked

    @property
    def outcome(self) -> GoldOutcome:
        """What came of asking it as people do, with its conversation."""
        return self.outcomes[Way.CONVERSATION]


@dataclass(frozen=True)
class Asker:
    """Asks gold questions as `briefs ask` does; without `answers` it only searches."""

    answerer: Answerer
    depth: int = DEPTH
    answers: bool = True

    def outcome(self, gold: GoldQuestion, way: Way) -> GoldOutcome:
        """Ask one question one way."""
        question = gold.standalone if way is Way.STANDALONE else gold.question
        turns = gold.conversation if way is Way.CONVERSATION else ()
        filters = Filters(briefs=(gold.only_brief,) if gold.only_brief else ())
        chain = self.answerer.chain
        started = time.perf_counter()
        found = find(chain.library, chain.read(question, turns), filters, self.depth)
        seconds = time.perf_counter() - started
        outcome = GoldOutcome(
            tuple(first_rank(needs, found.hits) for needs in gold.needed), seconds
        )
        if not self.answers:
            return outcome
        before = self._asked(turns) if gold.asks_before else turns
        return replace(outcome, answer=_judged(gold, self.answerer.ask(question, before, filters)))

    def _asked(self, turns: Sequence[str]) -> list[Turn]:
        """Ask the earlier questions too, as a chat has: each turn has its answer."""
        asked: list[Turn] = []
        for turn in turns:
            asked.append(Turn(turn, self.answerer.ask(turn, asked).answer_id))
        return asked

    def result(self, gold: GoldQuestion) -> GoldResult:
        """Ask a question in every way that it can be asked."""
        ways = tuple(Way) if gold.follows_up else (Way.CONVERSATION,)
        try:
            return GoldResult(gold, {way: self.outcome(gold, way) for way in ways})
        except UsageError as error:
            return GoldResult(gold, fault=str(error))


@contextmanager
def asker(
    library: Library,
    answerer_of: Callable[[Library, Ledger], Answerer],
    *,
    depth: int = DEPTH,
    answers: bool = True,
) -> Iterator[Asker]:
    """Yield what asks the library, and forgets its answers at the end.

    `answerer_of` makes what answers, over a ledger of its own.
    """
    with ScratchFolder("eval") as folder:
        database = Database(sqlite_url(Path(folder) / "ledger.db"))
        try:
            library.warm_up()
            yield Asker(answerer_of(library, Ledger(database)), depth, answers)
        finally:
            database.close()


def _judged(gold: GoldQuestion, answer: Answer) -> Answered:
    cited = answer.citations
    said = " ".join(sentence.text for sentence in answer.sentences)
    every = [need for needs in gold.needed for need in needs]
    return Answered(
        answered=answer.answered,
        confidence=answer.draft.confidence,
        sentences=len(answer.sentences),
        cited_passages=tuple(any(meets(one.hit, needs) for one in cited) for needs in gold.needed),
        cited_words=tuple(
            any(quotes(one.quote, one.hit, needs) for one in cited) for needs in gold.needed
        ),
        citations=len(cited),
        right_passages=sum(meets(one.hit, every) for one in cited),
        right_words=sum(quotes(one.quote, one.hit, every) for one in cited),
        contained=contains(said, gold.answer) if gold.answer else None,
        seconds=answer.seconds,
        reply=judge(gold, answer),
    )
