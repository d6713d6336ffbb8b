"""Random samples of replies to judge, and how often replies are wrong by what was judged.

Sentences are judged for their support alone; a reply is wrong too if it does not answer, or if it
should have been an answer. Small talk is no part of a sample.
"""

from collections import Counter, defaultdict
from collections.abc import Container, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from bot.answering.answer import Outcome
from bot.audit.judgements import (
    REPLY_WORDS,
    WRONG,
    Judged,
    JudgedReply,
    Judgement,
    Word,
    editor_of,
    majority,
    reply_words,
    standing_judgements,
)
from bot.audit.register import Register
from bot.audit.selection import Order, Selection, draw
from bot.language.untrusted import safe
from bot.ledger.ledger import Ledger, LedgerEntry
from bot.ledger.record import is_small_talk, kind_of, marked_text, outcome_of
from index.storage.database import Database

# Rates


@dataclass(frozen=True)
class Rate:
    """A count out of a total."""

    count: int
    total: int

    @property
    def share(self) -> float | None:
        """The share in [0, 1]; None of nothing."""
        return self.count / self.total if self.total else None

    @property
    def interval(self) -> tuple[float, float] | None:
        """The 95 % Wilson score interval of the share; None of nothing.

        It assumes that the cases were drawn at random and are independent of each other.
        """
        from scipy.stats import binomtest

        if not self.total:
            return None
        found = binomtest(self.count, self.total).proportion_ci(method="wilson")
        return float(found.low), float(found.high)

    def to_json(self) -> dict[str, Any]:
        interval = self.interval
        return {
            "count": self.count,
            "of": self.total,
            "share": rounded(self.share),
            "interval": None if interval is None else [rounded(end) for end in interval],
        }

    def __str__(self) -> str:
        if self.interval is None or self.share is None:
            return "none to count"
        low, high = (100 * end for end in self.interval)
        share = f"{100 * self.share:.1f} %"
        return f"{self.count} of {self.total}, {share} (95 %: {low:.1f} to {high:.1f} %)"


@dataclass(frozen=True)
class Rates:
    """Error rates of the sentences that were judged: their support alone.

    A faulty sentence is not fully supported; a wrong one is unsupported or has the wrong source. An
    answer counts once all its sentences are judged, and is as bad as its worst. Sentences of one
    answer are not independent, so rely on the interval over answers: the one over sentences is, if
    anything, too narrow.
    """

    faulty_sentences: Rate
    wrong_sentences: Rate
    faulty_answers: Rate
    wrong_answers: Rate
    begun: int  # answers that are judged only in part and left out

    def to_json(self) -> dict[str, Any]:
        return {
            "sentences": {
                "faulty": self.faulty_sentences.to_json(),
                "wrong": self.wrong_sentences.to_json(),
            },
            "answers": {
                "faulty": self.faulty_answers.to_json(),
                "wrong": self.wrong_answers.to_json(),
                "begun": self.begun,
            },
        }


def rates(words: Iterable[tuple[str, Judged]], sentences: Mapping[str, int]) -> Rates:
    """Return the rates over (answer id, the editors' majority word on one sentence).

    `sentences` says how many sentences each answer has.
    """
    by_answer: dict[str, list[Judged]] = defaultdict(list)
    for answer_id, word in words:
        by_answer[answer_id].append(word)
    every = [word for given in by_answer.values() for word in given]
    whole = [given for one, given in by_answer.items() if len(given) == sentences[one]]
    return Rates(
        faulty_sentences=Rate(sum(map(_faulty, every)), len(every)),
        wrong_sentences=Rate(sum(word in WRONG for word in every), len(every)),
        faulty_answers=Rate(sum(any(map(_faulty, given)) for given in whole), len(whole)),
        wrong_answers=Rate(sum(bool(WRONG & set(given)) for given in whole), len(whole)),
        begun=len(by_answer) - len(whole),
    )


def rounded(value: float | None) -> float | None:
    return None if value is None else round(value, 4)


def _faulty(word: Judged) -> bool:
    return word is not Judged.SUPPORTED


@dataclass(frozen=True)
class RatedReply:
    """A reply with what each editor made of it."""

    answer_id: str
    outcome: Outcome
    kind: str  # of question
    editors: Mapping[str, Word]

    @property
    def word(self) -> Word:
        """What most editors made of it."""
        return majority(self.editors.values())


@dataclass(frozen=True)
class ReplyCount:
    """Replies by what editors made of them. Whole replies are independent of each other."""

    words: Counter[Word]

    @property
    def judged(self) -> int:
        return self.words.total()

    @property
    def right(self) -> Rate:
        """Those of which an editor said that they are right."""
        return Rate(self.words[JudgedReply.RIGHT], self.judged)

    @property
    def wrong(self) -> Rate:
        """Those with an unsupported sentence, beside the question, or wrongly without an answer.

        A lower bound while some were judged for support only.
        """
        return Rate(sum(self.words[word] for word in WRONG), self.judged)

    def to_json(self) -> dict[str, Any]:
        return {
            "judged": self.judged,
            "words": {str(word): self.words[word] for word in REPLY_WORDS},
            "right": self.right.to_json(),
            "wrong": self.wrong.to_json(),
        }


@dataclass(frozen=True)
class ReplyRates:
    """How replies were judged, by outcome and by kind of question."""

    replies: tuple[RatedReply, ...] = ()
    begun: tuple[str, ...] = ()  # ids of replies of which too little is judged, left out

    def of(self, answer_ids: Container[str]) -> "ReplyRates":
        """Return the same of some answers alone."""
        chosen = tuple(one for one in self.replies if one.answer_id in answer_ids)
        return ReplyRates(chosen, tuple(one for one in self.begun if one in answer_ids))

    @property
    def all(self) -> ReplyCount:
        return _count(self.replies)

    @property
    def by_outcome(self) -> dict[str, ReplyCount]:
        """The judged replies of each outcome that any was judged of."""
        found = {
            str(each): [one for one in self.replies if one.outcome is each] for each in Outcome
        }
        return {name: _count(replies) for name, replies in found.items() if replies}

    @property
    def by_kind(self) -> dict[str, ReplyCount]:
        """The judged replies of each kind of question, the most frequent first."""
        kinds = Counter(one.kind for one in self.replies).most_common()
        return {
            kind: _count([one for one in self.replies if one.kind == kind]) for kind, _ in kinds
        }

    def to_json(self) -> dict[str, Any]:
        return {
            **self.all.to_json(),
            "begun": len(self.begun),
            "by_outcome": {name: one.to_json() for name, one in self.by_outcome.items()},
            "by_kind": {name: one.to_json() for name, one in self.by_kind.items()},
        }


def _count(replies: Iterable[RatedReply]) -> ReplyCount:
    return ReplyCount(Counter(one.word for one in replies))


def reply_rates(ledger: Ledger, judgements: Iterable[Judgement]) -> ReplyRates:
    """Return how the replies that these standing judgements are about were judged.

    Those to small talk do not count.
    """
    by_answer: dict[str, list[Judgement]] = defaultdict(list)
    for one in judgements:
        by_answer[one.answer_id].append(one)
    replies: list[RatedReply] = []
    begun: list[str] = []
    for answer_id, given in by_answer.items():
        body = ledger.get(answer_id).body
        if is_small_talk(body):
            continue
        words = reply_words(given, len(body["sentences"]))
        if words:
            replies.append(RatedReply(answer_id, outcome_of(body), kind_of(body).value, words))
        else:
            begun.append(answer_id)
    return ReplyRates(tuple(replies), tuple(begun))


# Samples


@dataclass(frozen=True)
class SampledAnswer:
    """One reply of a sample, with the standing judgements of it."""

    entry: LedgerEntry
    judgements: Sequence[Judgement]

    @property
    def is_judged(self) -> bool:
        """Whether editors judged the reply as a whole, or every sentence of it."""
        judged = {one.sentence for one in self.judgements}
        sentences = len(self.entry.body["sentences"])
        return self.word is not None or bool(sentences and len(judged - {None}) == sentences)

    @property
    def word(self) -> Word | None:
        """What most editors made of the reply; None if nobody has judged enough of it."""
        words = reply_words(self.judgements, len(self.entry.body["sentences"]))
        return majority(words.values()) if words else None

    def of(self, sentence: int | None) -> dict[str, str]:
        """Return by editor how a sentence was judged, or the reply as a whole."""
        given = [one for one in self.judgements if one.sentence == sentence]
        return {editor_of(one): str(one.judged) for one in given}


@dataclass(frozen=True)
class Sample:
    """A random sample of replies, in the order drawn."""

    items: tuple[SampledAnswer, ...]
    population: int
    seed: int

    @property
    def unjudged(self) -> int:
        """How many are not fully judged yet."""
        return sum(not item.is_judged for item in self.items)


def drawn_from(selection: Selection) -> Selection:
    """Return the selection that a sample is drawn from: all but small talk."""
    return replace(selection, small_talk=False, sample=None)


def draw_answers(database: Database, selection: Selection, count: int, seed: int) -> Sample:
    """Return `count` random replies of a selection, whatever their outcome."""
    register, ledger = Register(database), Ledger(database)
    register.catch_up()
    rows = register.answers(drawn_from(selection), Order.TIME)
    chosen = draw((row.answer_id for row in rows), count, seed)
    given: dict[str, list[Judgement]] = {one: [] for one in chosen}
    for one in standing_judgements(ledger, given):
        given[one.answer_id].append(one)
    items = tuple(SampledAnswer(ledger.get(one), given[one]) for one in chosen)
    return Sample(items, len(rows), seed)


def sampled_json(item: SampledAnswer, drawn: Sample) -> dict[str, Any]:
    entry = item.entry
    return {
        "answer_id": entry.answer_id,
        "created_at": entry.created_at,
        "question": _question(entry),
        "kind": kind_of(entry.body).value,
        "outcome": str(outcome_of(entry.body)),
        "mode": entry.body["mode"],
        "judged": item.is_judged,
        "reply": {"judged": item.of(None), "verdict": item.word and str(item.word)},
        "sentences": [
            {
                "sentence": number,
                "text": one["text"],
                "citations": one["citations"],
                "verdict": one["verdict"],
                "judged": item.of(number),
            }
            for number, one in enumerate(entry.body["sentences"], 1)
        ],
        "nearest": entry.body["nearest"],
        "population": drawn.population,
        "seed": drawn.seed,
    }


def sampled_lines(item: SampledAnswer) -> str:
    """Return the lines of one reply of a sample as people read them."""
    entry = item.entry
    outcome, state = outcome_of(entry.body), item.word or "not judged"
    head = f"{entry.answer_id}  {entry.created_at[:10]}  {outcome}  {state}"
    lines = [f"{head}  {_question(entry)}"]
    for number, one in enumerate(entry.body["sentences"], 1):
        marks = "".join(f"[{cited}]" for cited in one["citations"])
        lines.append(f"  {number}. {one['text']} {marks}")
        lines += _judged(item, number)
    for one in entry.body["nearest"][:1]:
        said = " ".join(marked_text(one).split())
        lines.append(f"  nearest: {one['brief']['title']}: “{said}”")
    lines += _judged(item, None)
    return "\n".join(map(safe, lines))


def _judged(item: SampledAnswer, sentence: int | None) -> list[str]:
    return [f"     {editor}: {word}" for editor, word in item.of(sentence).items()]


def _question(entry: LedgerEntry) -> str:
    return str((entry.private or {}).get("standalone_question") or "(question forgotten)")
