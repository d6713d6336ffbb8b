"""Compare the machine with editors, and editors with each other: a selection in, figures out.

An editor's "check" does not exist and a machine's "wrong source" does not either, so the two are
compared in three grades: supported, partly (the machine's "check"), unsupported.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations
from typing import Any

from bot import verify
from bot.answer import Verdict
from bot.audit.agreement import (
    Agreement,
    Threshold,
    agreement,
    at_threshold,
    best_threshold,
    confusion,
)
from bot.audit.judgements import Judged
from bot.audit.rated import GRADE, Rated, judgements, rated
from bot.audit.rates import Rate, Rates, rates
from bot.audit.register import Register
from bot.audit.selection import Order, Selection
from bot.ledger import Ledger
from index.storage.database import Database

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
    found = rated(ledger, judgements(ledger, chosen))
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


def to_json(found: Comparison) -> dict[str, Any]:
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
