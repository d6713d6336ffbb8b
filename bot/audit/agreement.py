"""Compare the checks with editors, and editors with each other: judgements in, figures out.

An editor's words and the checker's verdicts differ, so the two are compared in three grades:
supported, partly (the checker's "check"), unsupported.
"""

import math
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations, pairwise
from typing import Any

from bot.answering.render import safe
from bot.audit.judgements import (
    GRADE,
    Judged,
    JudgedSentence,
    judged_sentences,
    standing_judgements,
)
from bot.audit.register import Register
from bot.audit.selection import Order, Selection
from bot.checking import verify
from bot.checking.verdict import Verdict
from bot.ledger.ledger import Ledger
from index.storage.database import Database

ENOUGH = 30  # judged sentences that give meaningful figures,
OF_EACH = 5  # with at least so many supported and not supported
EDITOR_PAIRS = 10  # that are listed
VERDICTS = tuple(map(str, Verdict))
WORDS = tuple(map(str, Judged))
WRONG = frozenset({Judged.UNSUPPORTED, Judged.WRONG_SOURCE})

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
            "share": _rounded(self.share),
            "kappa": _rounded(self.kappa),
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
            "balanced_accuracy": _rounded(self.balanced),
            "supported_kept": _rounded(self.supported_kept),
            "others_caught": _rounded(self.others_caught),
        }

    def __str__(self) -> str:
        return (
            f"{self.score:.2f}: balanced accuracy {self.balanced:.2f} "
            f"(accepts {self.supported_kept:.0%} of the supported, "
            f"rejects {self.others_caught:.0%} of the others)"
        )


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
            "share": _rounded(self.share),
            "interval": None if interval is None else [_rounded(end) for end in interval],
        }

    def __str__(self) -> str:
        if self.interval is None or self.share is None:
            return "none to count"
        low, high = (100 * end for end in self.interval)
        share = f"{100 * self.share:.1f} %"
        return f"{self.count} of {self.total}, {share} (95 %: {low:.1f} to {high:.1f} %)"


@dataclass(frozen=True)
class Rates:
    """Error rates of what was judged.

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


def _faulty(word: Judged) -> bool:
    return word is not Judged.SUPPORTED


def _rounded(value: float | None) -> float | None:
    return None if value is None else round(value, 4)


# The comparison


@dataclass(frozen=True)
class Comparison:
    """What a comparison found. `confusion` is of shape (verdicts, judgements)."""

    sentences: int
    answers: int
    grades: Agreement  # checker and majority in three grades
    supported_or_not: Agreement  # checker and majority
    confusion: tuple[tuple[int, ...], ...]
    editors: tuple[tuple[str, str, Agreement], ...]  # most sentences in common first
    today: Threshold | None
    best: Threshold | None
    rates: Rates
    notes: tuple[str, ...]

    def to_json(self) -> dict[str, Any]:
        return {
            "judged": {"sentences": self.sentences, "answers": self.answers},
            "machine": {
                "grades": self.grades.to_json(),
                "supported_or_not": self.supported_or_not.to_json(),
                "confusion": {
                    verdict: dict(zip(WORDS, row, strict=True))
                    for verdict, row in zip(VERDICTS, self.confusion, strict=True)
                },
            },
            "editors": [
                {"editors": [one, other], **agreed.to_json()} for one, other, agreed in self.editors
            ],
            "threshold": {
                "today": self.today and self.today.to_json(),
                "best": self.best and self.best.to_json(),
            },
            "errors": self.rates.to_json(),
            "notes": list(self.notes),
        }

    def lines(self) -> Iterator[str]:
        if not self.sentences:
            yield "no sentence of these answers is judged; draw a sample: briefs audit sample 50"
            return
        sentences = "sentence" if self.sentences == 1 else "sentences"
        answers = "answer" if self.answers == 1 else "answers"
        yield f"{self.sentences} {sentences} judged, in {self.answers} {answers}"
        for part in (self._checker(), self._editors(), self._thresholds(), self._errors()):
            yield ""
            yield from part
        yield from (f"note: {note}" for note in self.notes)

    def _checker(self) -> Iterator[str]:
        yield "Automatic checks (rows) and editors (columns)"
        rows = zip(VERDICTS, self.confusion, strict=True)
        yield from _table([("", *WORDS), *((name, *row) for name, row in rows)])
        yield f"supported, partly, unsupported: {self.grades}"
        yield f"supported or not: {self.supported_or_not}"

    def _editors(self) -> Iterator[str]:
        if not self.editors:
            yield "Between editors: no sentence was judged by two"
            return
        yield "Between editors"
        for one, other, agreed in self.editors[:EDITOR_PAIRS]:
            yield safe(f"  {one} and {other}: {agreed}")
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
        yield "Errors, as judged by editors"
        yield f"  answers with a sentence not fully supported: {found.faulty_answers}"
        yield f"  answers with one unsupported or from a wrong source: {found.wrong_answers}"
        yield f"  sentences not fully supported: {found.faulty_sentences}"
        yield f"  sentences unsupported or from a wrong source: {found.wrong_sentences}"
        if found.begun:
            many = "answer is" if found.begun == 1 else "answers are"
            yield f"  {found.begun} {many} only partly judged and not counted among the answers"
        yield "  intervals hold for random samples (briefs audit sample), not for chosen answers"


def compare(database: Database, selection: Selection) -> Comparison:
    """Compare the judgements of the answers that a selection chooses."""
    register, ledger = Register(database), Ledger(database)
    register.catch_up()
    chosen = {row.answer_id for row in register.answers(selection, Order.TIME)}
    found = judged_sentences(ledger, standing_judgements(ledger, chosen))
    counts = {one.answer_id: len(ledger.get(one.answer_id).body["sentences"]) for one in found}
    return compared(found, counts)


def compared(found: Sequence[JudgedSentence], sentences: Mapping[str, int]) -> Comparison:
    """Compare judged sentences; `sentences` says how many each answer has."""
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
        editors=_editor_pairs(found),
        today=at_threshold(scored, verify.SUPPORTED),
        best=best_threshold(scored, verify.SUPPORTED),
        rates=rates(((one.answer_id, one.majority) for one in found), sentences),
        notes=(_note([is_supported for _, is_supported in scored]),),
    )


def _editor_pairs(found: Sequence[JudgedSentence]) -> tuple[tuple[str, str, Agreement], ...]:
    names = sorted({name for one in found for name in one.editors})
    pairs = []
    for one, other in combinations(names, 2):
        both = [each.editors for each in found if {one, other} <= each.editors.keys()]
        if both:
            agreed = agreement((str(words[one]), str(words[other])) for words in both)
            pairs.append((one, other, agreed))
    return tuple(sorted(pairs, key=lambda pair: -pair[2].total))


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
