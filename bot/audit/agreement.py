"""Compare the bot with editors, and editors with each other: judgements in, figures out.

An editor's words and the checker's verdicts differ, so the two are compared in three grades:
supported, partly (the checker's "check"), unsupported.
"""

import math
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations, pairwise
from typing import Any

from bot.audit.judgements import (
    GRADE,
    REPLY_WORDS,
    WRONG,
    Judged,
    JudgedSentence,
    judged_sentences,
    standing_judgements,
)
from bot.audit.register import Register
from bot.audit.samples import Rates, ReplyRates, rates, reply_rates, rounded
from bot.audit.selection import Order, Selection
from bot.checking import verify
from bot.checking.verdict import Verdict
from bot.language.untrusted import safe
from bot.ledger.ledger import Ledger
from index.storage.database import Database

ENOUGH = 30  # judged sentences that give meaningful figures,
OF_EACH = 5  # with at least so many supported and not supported
EDITOR_PAIRS = 10  # that are listed
VERDICTS = tuple(map(str, Verdict))
WORDS = tuple(map(str, Judged))
SUPPORT_ONLY = "supported only"  # a reply whose sentences are; whether they answer is not judged

Pair = tuple[str, str]  # what two judges said of one thing
Scored = tuple[float, bool]  # the checker's score in [0, 1], and whether the sentence is supported


# Figures


@dataclass(frozen=True)
class Agreement:
    """How far two judges agree. `kappa` is None if chance alone explains everything."""

    total: int
    same: int
    kappa: float | None

    @property
    def share(self) -> float | None:
        """The share on which they agree, in [0, 1]; None of nothing."""
        return self.same / self.total if self.total else None

    def to_json(self) -> dict[str, Any]:
        return {
            "sentences": self.total,
            "same": self.same,
            "share": rounded(self.share),
            "kappa": rounded(self.kappa),
        }

    def __str__(self) -> str:
        kappa = "undefined" if self.kappa is None else f"{self.kappa:.2f}"
        return f"agree on {self.same} of {self.total}, kappa {kappa}"


@dataclass(frozen=True)
class Threshold:
    """The least score that counts as supported, and how well it separates the sentences."""

    score: float
    balanced: float  # mean of the two shares below
    supported_kept: float  # share of the supported that reach it
    others_caught: float  # share of the others that do not

    def to_json(self) -> dict[str, Any]:
        return {
            "score": round(self.score, 4),
            "balanced_accuracy": rounded(self.balanced),
            "supported_kept": rounded(self.supported_kept),
            "others_caught": rounded(self.others_caught),
        }

    def __str__(self) -> str:
        return (
            f"{self.score:.2f}: balanced accuracy {self.balanced:.2f} "
            f"(accepts {self.supported_kept:.0%} of the supported, "
            f"rejects {self.others_caught:.0%} of the others)"
        )


def agreement(pairs: Iterable[Pair]) -> Agreement:
    """Return the agreement with Cohen's kappa: 1 is full agreement, 0 what chance gives.

    J. Cohen, 1960, doi:10.1177/001316446002000104. Kappa is undefined if both judges said one and
    the same word of everything.
    """
    listed = list(pairs)
    total = len(listed)
    same = sum(one == other for one, other in listed)
    if not total:
        return Agreement(0, 0, None)
    ones, others = (Counter(side) for side in zip(*listed, strict=True))
    chance = sum(ones[word] * others[word] for word in ones) / (total * total)
    kappa = None if math.isclose(chance, 1) else (same / total - chance) / (1 - chance)
    return Agreement(total, same, kappa)


def at_threshold(scored: Sequence[Scored], score: float) -> Threshold | None:
    """Return how well a threshold separates; None unless there are sentences of both kinds."""
    supported = [value for value, is_supported in scored if is_supported]
    others = [value for value, is_supported in scored if not is_supported]
    if not supported or not others:
        return None
    kept = sum(value >= score for value in supported) / len(supported)
    caught = sum(value < score for value in others) / len(others)
    return Threshold(score, (kept + caught) / 2, kept, caught)


def best_threshold(scored: Sequence[Scored], today: float) -> Threshold | None:
    """Return the threshold of the highest balanced accuracy; of equals, the nearest to today's.

    All thresholds between two neighbouring scores are equivalent: the middle stands for them.
    """
    seen = sorted({value for value, _ in scored})
    between = [(low + high) / 2 for low, high in pairwise(seen)]
    tried = [at_threshold(scored, score) for score in (today, *between)]
    found = [one for one in tried if one is not None]
    return max(found, key=lambda one: (one.balanced, -abs(one.score - today)), default=None)


# The comparison


@dataclass(frozen=True)
class EditorPair:
    """How far two editors agree where both judged."""

    names: tuple[str, str]
    sentences: Agreement  # in the four words for sentences
    replies: Agreement  # on whether a reply is wrong

    def to_json(self) -> dict[str, Any]:
        replies = self.replies.to_json()
        return {
            "editors": list(self.names),
            **self.sentences.to_json(),
            "replies": {"replies": replies.pop("sentences"), **replies},
        }

    def __str__(self) -> str:
        found = (("sentences", self.sentences), ("whether replies are wrong", self.replies))
        agreed = "; ".join(f"{what}: {one}" for what, one in found if one.total)
        return f"{self.names[0]} and {self.names[1]}: {agreed}"


@dataclass(frozen=True)
class Comparison:
    """What a comparison found. `confusion` is of shape (verdicts, judgements)."""

    sentences: int
    answers: int  # with a judged sentence
    grades: Agreement  # checker and majority in three grades
    supported_or_not: Agreement  # checker and majority
    confusion: tuple[tuple[int, ...], ...]
    editors: tuple[EditorPair, ...]  # most in common first
    today: Threshold | None
    best: Threshold | None
    rates: Rates
    replies: ReplyRates
    notes: tuple[str, ...]

    def to_json(self) -> dict[str, Any]:
        return {
            "judged": {
                "sentences": self.sentences,
                "answers": self.answers,
                "replies": self.replies.all.judged,
            },
            "machine": {
                "grades": self.grades.to_json(),
                "supported_or_not": self.supported_or_not.to_json(),
                "confusion": {
                    verdict: dict(zip(WORDS, row, strict=True))
                    for verdict, row in zip(VERDICTS, self.confusion, strict=True)
                },
            },
            "replies": self.replies.to_json(),
            "editors": [pair.to_json() for pair in self.editors],
            "threshold": {
                "today": self.today and self.today.to_json(),
                "best": self.best and self.best.to_json(),
            },
            "errors": self.rates.to_json(),
            "notes": list(self.notes),
        }

    def lines(self) -> Iterator[str]:
        replies = self.replies.all.judged
        if not self.sentences and not replies and not self.replies.begun:
            yield "none of these replies is judged; draw a sample: briefs audit sample 50"
            return
        sentences = "1 sentence" if self.sentences == 1 else f"{self.sentences} sentences"
        yield f"judged: {'1 reply' if replies == 1 else f'{replies} replies'}, {sentences}"
        parts = [self._replies()]
        if self.sentences:
            parts += [self._checker(), self._thresholds(), self._errors()]
        for part in (*parts, self._editors()):
            yield ""
            yield from part
        yield "Intervals hold for random samples (briefs audit sample), not for chosen answers."
        yield from (f"note: {note}" for note in self.notes)

    def _replies(self) -> Iterator[str]:
        found, outcomes = self.replies, self.replies.by_outcome
        yield "Replies: how they ended (rows) and what editors made of them (columns)"
        words = [word for word in REPLY_WORDS if found.all.words[word]]
        names = ("", *(SUPPORT_ONLY if word is Judged.SUPPORTED else word for word in words))
        rows = ((name, *(one.words[word] for word in words)) for name, one in outcomes.items())
        yield from _table([names, *rows]) if words else ["  none is judged as a whole yet"]
        yield from _wrong_lines(found)
        if found.all.words[Judged.SUPPORTED]:
            yield f"  {SUPPORT_ONLY}: nobody said whether they answer; more of them may be wrong"
        if begun := len(found.begun):
            many = "reply is" if begun == 1 else "replies are"
            yield f"  {begun} {many} only partly judged and not counted"

    def _checker(self) -> Iterator[str]:
        yield "Sentences: automatic checks (rows) and editors (columns)"
        rows = zip(VERDICTS, self.confusion, strict=True)
        yield from _table([("", *WORDS), *((name, *row) for name, row in rows)])
        yield f"supported, partly, unsupported: {self.grades}"
        yield f"supported or not: {self.supported_or_not}"

    def _editors(self) -> Iterator[str]:
        if not self.editors:
            yield "Between editors: nothing was judged by two"
            return
        yield "Between editors"
        for pair in self.editors[:EDITOR_PAIRS]:
            yield safe(f"  {pair}")
        if len(self.editors) > EDITOR_PAIRS:
            yield f"  and {len(self.editors) - EDITOR_PAIRS} more pairs: --json"

    def _thresholds(self) -> Iterator[str]:
        yield "Threshold of the score"
        if self.today is None or self.best is None:
            yield "  none can be fitted: all judged sentences are supported, or none is"
            return
        yield f"  today {self.today}"
        yield f"  best  {self.best}"

    def _errors(self) -> Iterator[str]:
        found = self.rates
        yield "Errors of support, as judged by editors"
        yield f"  answers with a sentence not fully supported: {found.faulty_answers}"
        yield f"  answers with one unsupported or from a wrong source: {found.wrong_answers}"
        yield f"  sentences not fully supported: {found.faulty_sentences}"
        yield f"  sentences unsupported or from a wrong source: {found.wrong_sentences}"
        if found.begun:
            many = "answer is" if found.begun == 1 else "answers are"
            yield f"  {found.begun} {many} only partly judged and not counted among the answers"


def _wrong_lines(found: ReplyRates) -> Iterator[str]:
    yield f"  right: {found.all.right}"
    yield f"  wrong: {found.all.wrong}"
    for counts in (found.by_outcome, found.by_kind):
        if len(counts) > 1:
            yield from (f"    {name}: wrong {one.wrong}" for name, one in counts.items())


def compare(database: Database, selection: Selection) -> Comparison:
    """Compare the judgements of the answers that a selection chooses."""
    register, ledger = Register(database), Ledger(database)
    register.catch_up()
    chosen = {row.answer_id for row in register.answers(selection, Order.TIME)}
    given = standing_judgements(ledger, chosen)
    found = judged_sentences(ledger, given)
    counts = {one.answer_id: len(ledger.get(one.answer_id).body["sentences"]) for one in found}
    return compared(found, counts, reply_rates(ledger, given))


def compared(
    found: Sequence[JudgedSentence], sentences: Mapping[str, int], replies: ReplyRates
) -> Comparison:
    """Compare judged sentences and replies; `sentences` says how many each answer has."""
    scored = [(one.score, one.majority is Judged.SUPPORTED) for one in found]
    pairs = [(str(one.verdict), str(one.majority)) for one in found]
    counted = Counter(pairs)
    return Comparison(
        sentences=len(found),
        answers=len({one.answer_id for one in found}),
        grades=agreement((GRADE[one], GRADE[other]) for one, other in pairs),
        supported_or_not=agreement(
            (str(one == "supported"), str(other == "supported")) for one, other in pairs
        ),
        confusion=tuple(tuple(counted[row, word] for word in WORDS) for row in VERDICTS),
        editors=_editor_pairs(found, replies),
        today=at_threshold(scored, verify.SUPPORTED),
        best=best_threshold(scored, verify.SUPPORTED),
        rates=rates(((one.answer_id, one.majority) for one in found), sentences),
        replies=replies,
        notes=(_note([is_supported for _, is_supported in scored]),) if scored else (),
    )


def _editor_pairs(found: Sequence[JudgedSentence], replies: ReplyRates) -> tuple[EditorPair, ...]:
    of_replies = [
        {editor: str(word in WRONG) for editor, word in one.editors.items()}
        for one in replies.replies
    ]
    of_sentences = [{name: str(word) for name, word in one.editors.items()} for one in found]
    names = sorted({name for given in (*of_sentences, *of_replies) for name in given})
    pairs = []
    for one, other in combinations(names, 2):
        both = [
            agreement((given[one], given[other]) for given in said if {one, other} <= given.keys())
            for said in (of_sentences, of_replies)
        ]
        if any(each.total for each in both):
            pairs.append(EditorPair((one, other), *both))
    return tuple(sorted(pairs, key=lambda pair: -(pair.sentences.total + pair.replies.total)))


def _note(supported: Sequence[bool]) -> str:
    fewest = min(supported.count(True), supported.count(False))
    if len(supported) < ENOUGH:
        few = "sentence is" if len(supported) == 1 else "sentences are"
        return (
            f"{len(supported)} judged {few} too few to rely on: "
            f"judge at least {ENOUGH} (briefs audit sample {ENOUGH})"
        )
    if fewest < OF_EACH:
        kind = "supported" if supported.count(True) == fewest else "not supported"
        return f"only {fewest} of the judged sentences are {kind}: too few to fit a threshold to"
    return "the best threshold is measured on the judgements it was chosen by: expect less"


def _table(rows: Sequence[Sequence[object]]) -> Iterator[str]:
    cells = [list(map(str, row)) for row in rows]
    widths = [max(map(len, column)) for column in zip(*cells, strict=True)]
    for first, *rest in cells:
        numbers = "  ".join(cell.rjust(width) for cell, width in zip(rest, widths[1:], strict=True))
        yield f"  {first.ljust(widths[0])}  {numbers}"
