"""Measure how far judges agree, and which threshold fits them: pairs of words in, figures out.

Knows nothing of answers, ledgers and editors. No I/O.
"""

import math
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations, pairwise
from typing import Any

from bot import verify
from bot.answer import Verdict
from bot.audit.judgements import GRADE, Judged, Rated, rated, standing_judgements
from bot.audit.register import Register
from bot.audit.selection import Order, Selection
from bot.ledger import Ledger
from bot.measures import wilson
from bot.render import safe
from index.database import Database

Pair = tuple[str, str]  # what one judge said of a thing, and what another did
Scored = tuple[float, bool]  # the machine's score in [0, 1], and whether the sentence is supported


@dataclass(frozen=True)
class Agreement:
    """How far two judges agree. `kappa` is None where chance alone explains all there is."""

    total: int
    same: int
    kappa: float | None

    @property
    def share(self) -> float | None:
        """The share on which they agree, in [0, 1]; None of nothing."""
        return self.same / self.total if self.total else None


@dataclass(frozen=True)
class Threshold:
    """The least score of what is taken for supported, and what that gives."""

    score: float
    balanced: float  # mean of the supported and the unsupported told right, in [0, 1]
    supported_kept: float  # share of the supported that reach it
    others_caught: float  # share of the rest that do not


def agreement(pairs: Iterable[Pair]) -> Agreement:
    """Return the agreement with Cohen's kappa: what exceeds chance, by what could exceed it.

    J. Cohen, 1960, doi:10.1177/001316446002000104. 1 is full agreement, 0 what chance gives; it is
    undefined where both judges said one and the same word of everything.
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


def confusion(
    pairs: Iterable[Pair], rows: Sequence[str], columns: Sequence[str]
) -> list[list[int]]:
    """Return how often each pair of words came, shape (rows, columns)."""
    counted = Counter(pairs)
    return [[counted[row, column] for column in columns] for row in rows]


def at_threshold(scored: Sequence[Scored], score: float) -> Threshold | None:
    """Return what a threshold gives; None unless there are sentences of both kinds."""
    supported = [value for value, held in scored if held]
    others = [value for value, held in scored if not held]
    if not supported or not others:
        return None
    kept = sum(value >= score for value in supported) / len(supported)
    caught = sum(value < score for value in others) / len(others)
    return Threshold(score, (kept + caught) / 2, kept, caught)


def best_threshold(scored: Sequence[Scored], today: float) -> Threshold | None:
    """Return the threshold of the highest balanced accuracy, of equals the nearest to today's.

    Thresholds between two scores seen are one and the same to them: the middle stands for all.
    """
    seen = sorted({value for value, _ in scored})
    between = [(low + high) / 2 for low, high in pairwise(seen)]
    tried = [at_threshold(scored, score) for score in (today, *between)]
    found = [one for one in tried if one is not None]
    return max(found, key=lambda one: (one.balanced, -abs(one.score - today)), default=None)


WRONG = frozenset({Judged.UNSUPPORTED, Judged.WRONG_SOURCE})


@dataclass(frozen=True)
class Rate:
    """So many of so many, with the 95 % interval of the share (bot/measures.py)."""

    count: int
    total: int

    @property
    def share(self) -> float | None:
        """The share in [0, 1]; None of nothing."""
        return self.count / self.total if self.total else None

    @property
    def interval(self) -> tuple[float, float] | None:
        """The 95 % Wilson interval of the share."""
        return wilson(self.count, self.total)


@dataclass(frozen=True)
class Rates:
    """Errors among what was judged.

    A faulty sentence is any that is not supported in full; a wrong one is unsupported or has the
    wrong source. An answer counts once all its sentences are judged, and is as bad as its worst.
    Sentences of one answer share their fate, so the interval over answers is the one to rely on;
    that over sentences is, if anything, too narrow.
    """

    faulty_sentences: Rate
    wrong_sentences: Rate
    faulty_answers: Rate
    wrong_answers: Rate
    begun: int  # answers of which only some sentences are judged; they are left out


def rates(words: Iterable[tuple[str, Judged]], sentences: Mapping[str, int]) -> Rates:
    """Return the rates over (answer id, the house's word on one sentence).

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


ENOUGH = 30  # judged sentences, and of each kind 5, before figures say anything
OF_EACH = 5


@dataclass(frozen=True)
class Editors:
    """How far two editors agree on the sentences that both judged."""

    one: str
    other: str
    agreement: Agreement


@dataclass(frozen=True)
class Comparison:
    """What came of it. `table` is of shape (verdicts, judgements)."""

    sentences: int
    answers: int
    grades: Agreement  # machine and house in three grades
    told: Agreement  # machine and house, supported or not
    table: tuple[tuple[int, ...], ...]
    editors: tuple[Editors, ...]  # those with most sentences in common first
    today: Threshold | None
    best: Threshold | None
    rates: Rates
    notes: tuple[str, ...]


VERDICTS = tuple(map(str, Verdict))
WORDS = tuple(map(str, Judged))


def compare(database: Database, selection: Selection) -> Comparison:
    """Compare the judgements of the answers that a selection chooses."""
    register, ledger = Register(database), Ledger(database)
    register.catch_up()
    chosen = {row.answer_id for row in register.answers(selection, Order.TIME)}
    found = rated(ledger, standing_judgements(ledger, chosen))
    counts = {one.answer_id: len(ledger.get(one.answer_id).body["sentences"]) for one in found}
    return compared(found, counts)


def compared(found: Sequence[Rated], sentences: Mapping[str, int]) -> Comparison:
    """Compare judged sentences; `sentences` says how many each answer has."""
    scored = [(one.score, one.house is Judged.SUPPORTED) for one in found]
    pairs = [(str(one.machine), str(one.house)) for one in found]
    return Comparison(
        sentences=len(found),
        answers=len({one.answer_id for one in found}),
        grades=agreement((GRADE[one], GRADE[other]) for one, other in pairs),
        told=agreement(
            (str(one == "supported"), str(other == "supported")) for one, other in pairs
        ),
        table=tuple(map(tuple, confusion(pairs, VERDICTS, WORDS))),
        editors=_editors(found),
        today=at_threshold(scored, verify.SUPPORTED),
        best=best_threshold(scored, verify.SUPPORTED),
        rates=rates(((one.answer_id, one.house) for one in found), sentences),
        notes=tuple(_notes([held for _, held in scored])),
    )


def comparison_json(found: Comparison) -> dict[str, Any]:
    """Return the figures as programs read them."""
    return {
        "judged": {"sentences": found.sentences, "answers": found.answers},
        "machine": {
            "grades": _agreement_json(found.grades),
            "supported_or_not": _agreement_json(found.told),
            "confusion": {
                verdict: dict(zip(WORDS, row, strict=True))
                for verdict, row in zip(VERDICTS, found.table, strict=True)
            },
        },
        "editors": [
            {"editors": [each.one, each.other], **_agreement_json(each.agreement)}
            for each in found.editors
        ],
        "threshold": {
            "today": _threshold_json(found.today),
            "best": _threshold_json(found.best),
        },
        "errors": rates_json(found.rates),
        "notes": list(found.notes),
    }


def rates_json(found: Rates) -> dict[str, Any]:
    """Return error rates as programs read them."""
    return {
        "sentences": {
            "faulty": _rate_json(found.faulty_sentences),
            "wrong": _rate_json(found.wrong_sentences),
        },
        "answers": {
            "faulty": _rate_json(found.faulty_answers),
            "wrong": _rate_json(found.wrong_answers),
            "begun": found.begun,
        },
    }


def _editors(found: Sequence[Rated]) -> tuple[Editors, ...]:
    names = sorted({name for one in found for name in one.editors})
    pairs = []
    for one, other in combinations(names, 2):
        both = [each.editors for each in found if {one, other} <= each.editors.keys()]
        if both:
            agreed = agreement((str(words[one]), str(words[other])) for words in both)
            pairs.append(Editors(one, other, agreed))
    return tuple(sorted(pairs, key=lambda each: -each.agreement.total))


def _notes(held: Sequence[bool]) -> list[str]:
    fewest = min(held.count(True), held.count(False))
    if len(held) < ENOUGH:
        return [
            f"{len(held)} judged sentences are too few to rely on: "
            f"judge at least {ENOUGH} (briefs audit sample {ENOUGH})"
        ]
    if fewest < OF_EACH:
        kind = "supported" if held.count(True) == fewest else "not supported"
        return [f"only {fewest} of the judged sentences are {kind}: too few to fit a threshold to"]
    return ["the best threshold is measured on the judgements it was chosen by: expect less"]


def _agreement_json(found: Agreement) -> dict[str, Any]:
    return {
        "sentences": found.total,
        "same": found.same,
        "share": _rounded(found.share),
        "kappa": _rounded(found.kappa),
    }


def _threshold_json(found: Threshold | None) -> dict[str, Any] | None:
    if found is None:
        return None
    return {
        "score": round(found.score, 4),
        "balanced_accuracy": _rounded(found.balanced),
        "supported_kept": _rounded(found.supported_kept),
        "others_caught": _rounded(found.others_caught),
    }


def _rate_json(found: Rate) -> dict[str, Any]:
    interval = found.interval
    return {
        "count": found.count,
        "of": found.total,
        "share": _rounded(found.share),
        "interval": None if interval is None else [_rounded(end) for end in interval],
    }


def _rounded(value: float | None) -> float | None:
    return None if value is None else round(value, 4)


EDITORS = 10  # pairs of them that are listed


def comparison_lines(found: Comparison) -> Iterator[str]:
    """Yield the lines."""
    if not found.sentences:
        yield "no sentence of these answers is judged; draw some: briefs audit sample 50"
        return
    sentences = "sentence" if found.sentences == 1 else "sentences"
    answers = "answer" if found.answers == 1 else "answers"
    yield f"{found.sentences} {sentences} judged, in {found.answers} {answers}"
    yield ""
    yield from _machine(found)
    yield ""
    yield from _between_editors(found)
    yield ""
    yield from _thresholds(found)
    yield ""
    yield from _error_lines(found)
    for note in found.notes:
        yield f"note: {note}"


def percent(rate: Rate) -> str:
    """Return "3 of 40, 7.5 % (95 %: 2.6 to 19.9 %)", or that there is nothing to count."""
    if rate.interval is None or rate.share is None:
        return "none to count"
    low, high = rate.interval
    share = f"{100 * rate.share:.1f} %"
    return f"{rate.count} of {rate.total}, {share} (95 %: {100 * low:.1f} to {100 * high:.1f} %)"


def agreed(found: Agreement) -> str:
    """Return "agree on 30 of 40, kappa 0.62"."""
    kappa = "undefined" if found.kappa is None else f"{found.kappa:.2f}"
    return f"agree on {found.same} of {found.total}, kappa {kappa}"


def _machine(found: Comparison) -> Iterator[str]:
    yield "Machine (rows) and editors (columns)"
    yield from table(
        ("", *WORDS), [(name, *row) for name, row in zip(VERDICTS, found.table, strict=True)]
    )
    yield f"supported, partly, unsupported: {agreed(found.grades)}"
    yield f"supported or not: {agreed(found.told)}"


def _between_editors(found: Comparison) -> Iterator[str]:
    if not found.editors:
        yield "Between editors: no sentence was judged by two"
        return
    yield "Between editors"
    for each in found.editors[:EDITORS]:
        yield safe(f"  {each.one} and {each.other}: {agreed(each.agreement)}")
    if len(found.editors) > EDITORS:
        yield f"  and {len(found.editors) - EDITORS} pairs more: --json"


def _thresholds(found: Comparison) -> Iterator[str]:
    yield "Threshold of the machine's score"
    if found.today is None or found.best is None:
        yield "  none can be fitted: the judged sentences are all supported, or none is"
        return
    yield f"  today's {_threshold_line(found.today)}"
    yield f"  best    {_threshold_line(found.best)}"


def _threshold_line(found: Threshold) -> str:
    return (
        f"{found.score:.2f}: balanced accuracy {found.balanced:.2f} "
        f"(kept: {found.supported_kept:.0%} of the supported, "
        f"caught: {found.others_caught:.0%} of the others)"
    )


def _error_lines(found: Comparison) -> Iterator[str]:
    rates = found.rates
    yield "Errors, by the editors' judgement"
    yield f"  answers with a sentence not fully supported: {percent(rates.faulty_answers)}"
    yield f"  answers with one unsupported or from a wrong source: {percent(rates.wrong_answers)}"
    yield f"  sentences not fully supported: {percent(rates.faulty_sentences)}"
    yield f"  sentences unsupported or from a wrong source: {percent(rates.wrong_sentences)}"
    if rates.begun:
        yield f"  {rates.begun} answers are judged in part; they are not among the answers"
    yield "  intervals hold for answers drawn at random (briefs audit sample), not for chosen ones"


def table(head: Sequence[str], rows: Sequence[Sequence[object]]) -> Iterator[str]:
    """Yield a table's lines: the first column to the left, numbers to the right."""
    cells = [list(map(str, row)) for row in (head, *rows)]
    widths = [max(map(len, column)) for column in zip(*cells, strict=True)]
    for first, *rest in cells:
        numbers = "  ".join(cell.rjust(width) for cell, width in zip(rest, widths[1:], strict=True))
        yield f"  {first.ljust(widths[0])}  {numbers}"
