"""Gather a report of a period: a database and a selection in, one JSON object out.

The object is the report; HTML and CSV show it. Its keys are stable: new ones may come, none
changes its meaning without a new FORMAT. Checks nothing itself but the chain: findings are those of
the last `briefs audit run`.
"""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from datetime import UTC, datetime
from typing import Any

from bot.audit import opinions
from bot.audit.comparison import compared, rates_json, to_json
from bot.audit.findings import Kind, Severity
from bot.audit.judgements import Judgement
from bot.audit.rated import Rated, judgements, name, rated
from bot.audit.rates import rates
from bot.audit.register import Register, Row
from bot.audit.report_findings import finding_json
from bot.audit.sampling import draw
from bot.audit.selection import Order, Selection
from bot.ledger import Entry, Ledger
from index.storage.database import Database

FORMAT = 1
Json = dict[str, Any]
_WITHHELD = "(withheld)"


@dataclass(frozen=True)
class Scope:
    """What a report is about. `sample` and `seed` name the random sample its rates rest on."""

    selection: Selection
    sample: int | None = None
    seed: int | None = None
    with_askers: bool = False


@dataclass(frozen=True)
class _Held:
    """What the register and the ledger hold for it; the riskiest answers first."""

    rows: Sequence[Row]
    judgements: Sequence[Judgement]
    rated: Sequence[Rated]
    sentences: Mapping[str, int]  # how many each judged answer has


def report(database: Database, scope: Scope) -> Json:
    """Return the report."""
    register, ledger = Register(database), Ledger(database)
    register.catch_up()
    held = _held(register, ledger, scope.selection)
    figures = to_json(compared(held.rated, held.sentences))
    figures.pop("errors")
    return {
        "format": FORMAT,
        "made_at": datetime.now(UTC).isoformat(timespec="seconds"),
        "period": _period(scope.selection, held.rows),
        "filters": _filters(scope),
        "numbers": _numbers(held.rows),
        "errors": _errors(scope, held),
        "agreement": figures,
        "findings": _findings(register, ledger, held, with_askers=scope.with_askers),
        "judgements": _judgements(held),
        "chain": _chain(ledger),
    }


def _held(register: Register, ledger: Ledger, selection: Selection) -> _Held:
    rows = register.answers(selection, Order.RISK)
    given = judgements(ledger, {row.answer_id for row in rows})
    judged = {one.answer_id for one in given}
    sentences = {one: len(ledger.get(one).body["sentences"]) for one in judged}
    return _Held(rows, given, rated(ledger, given), sentences)


def _period(selection: Selection, rows: Sequence[Row]) -> Json:
    times = sorted(row.created_at for row in rows)
    return {
        "since": selection.since,
        "until": selection.until,
        "first_answer": times[0] if times else None,
        "last_answer": times[-1] if times else None,
    }


def _filters(scope: Scope) -> Json:
    chosen = replace(scope.selection, since=None, until=None)
    if chosen.asker is not None and not scope.with_askers:
        chosen = replace(chosen, asker=_WITHHELD)
    unset = asdict(Selection())
    return {key: value for key, value in asdict(chosen).items() if value != unset[key]}


def _numbers(rows: Sequence[Row]) -> Json:
    found = Counter((kind, severity) for row in rows for kind, severity in row.findings)
    return {
        "answers": len(rows),
        "answered": sum(row.answered for row in rows),
        "declined": sum(not row.answered for row in rows),
        "by_mode": dict(sorted(Counter(row.mode for row in rows).items())),
        "checked": sum(row.checked_at is not None for row in rows),
        "last_check": max((row.checked_at for row in rows if row.checked_at), default=None),
        "with_findings": sum(bool(row.findings) for row in rows),
        "complaints": sum(row.complaints for row in rows),
        "findings": {
            "total": found.total(),
            "by_severity": {
                str(each): sum(count for (_, severity), count in found.items() if severity == each)
                for each in Severity
            },
            "by_kind": {
                str(kind): {str(each): found[kind, each] for each in Severity}
                for kind in Kind
                if any(found[kind, each] for each in Severity)
            },
        },
    }


def _errors(scope: Scope, held: _Held) -> Json:
    """Return the error rates, of the drawn sample where there is one, and what they rest on."""
    answered = [row.answer_id for row in held.rows if row.answered]
    drawn = None
    if scope.sample is not None and scope.seed is not None:
        drawn = set(draw(answered, scope.sample, scope.seed))
    words = [
        (one.answer_id, one.house) for one in held.rated if drawn is None or one.answer_id in drawn
    ]
    found = rates(words, held.sentences)
    whole = found.faulty_answers.total
    return {
        **rates_json(found),
        "sampling": {
            "random": drawn is not None,
            "drawn": None if drawn is None else len(drawn),
            "of": len(answered),
            "seed": scope.seed if drawn is not None else None,
            "judged": whole,
            "complete": drawn is not None and whole == len(drawn),
        },
    }


def _findings(register: Register, ledger: Ledger, held: _Held, *, with_askers: bool) -> list[Json]:
    said: dict[tuple[str, int], list[Judgement]] = {}
    for one in held.judgements:
        said.setdefault((one.answer_id, one.sentence), []).append(one)
    found = []
    for row in held.rows:
        if not row.findings:
            continue
        entry = ledger.get(row.answer_id)
        about = _about(row, entry, with_askers=with_askers)
        thought = opinions.standing(opinions.opinions(ledger, row.answer_id))
        for finding in register.findings(row.answer_id):
            shown = finding_json(finding, entry.body)
            judged = said.get((row.answer_id, shown["sentence"] or 0), [])
            second = [_opinion(one) for one in thought.get(shown["sentence"] or 0, ())]
            found.append({**about, **shown, "judged": _words(judged), "opinions": second})
    return found


def _about(row: Row, entry: Entry, *, with_askers: bool) -> Json:
    about: Json = {
        "answer_id": row.answer_id,
        "asked_at": row.created_at,
        "question": row.question,
        "mode": row.mode,
        "model": row.model,
        "risk": row.risk,
        "sequence": entry.seq,
        "hash": entry.hash,
    }
    return {**about, "asker": row.asker, "place": row.place} if with_askers else about


def _words(given: Sequence[Judgement]) -> list[Json]:
    return [{"editor": name(one), "judged": str(one.judged), "note": one.note} for one in given]


def _opinion(one: opinions.Opinion) -> Json:
    return {"judge": one.judge, "judged": str(one.judged), "reason": one.reason}


def _judgements(held: _Held) -> list[Json]:
    of = {(one.answer_id, one.sentence): one for one in held.rated}
    return [
        {
            "answer_id": one.answer_id,
            "sentence": one.sentence,
            "text": of[one.answer_id, one.sentence].text,
            "verdict": str(of[one.answer_id, one.sentence].machine),
            "score": of[one.answer_id, one.sentence].score,
            "judged": str(one.judged),
            "editor": name(one),
            "note": one.note,
            "at": one.at,
        }
        for one in sorted(held.judgements, key=lambda one: (one.answer_id, one.sentence, one.at))
    ]


def _chain(ledger: Ledger) -> Json:
    records, head = ledger.head()
    first_bad = ledger.verify()
    return {"records": records, "head": head, "sound": first_bad is None, "first_bad": first_bad}
