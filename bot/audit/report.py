"""Gather a report of a period: a database and a selection in, one JSON object out.

HTML and CSV show that object. Its keys are stable: keys may be added, and none changes its meaning
without a new FORMAT. Findings are those of the last `briefs audit run`; only the chain is checked.
"""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from datetime import UTC, datetime
from typing import Any

from bot.answering.answer import Outcome
from bot.audit.agreement import compared
from bot.audit.findings import Finding, FindingKind, Severity
from bot.audit.judgements import (
    JudgedSentence,
    Judgement,
    editor_of,
    judged_sentences,
    standing_judgements,
)
from bot.audit.register import Register, RegisteredAnswer
from bot.audit.samples import ReplyRates, rates, reply_rates
from bot.audit.second_opinions import last_opinions, second_opinions
from bot.audit.selection import Order, Selection, draw
from bot.audit.text_diff import Stretch, word_diff
from bot.ledger.ledger import Ledger, LedgerEntry, RecordKind
from index.storage.database import Database

FORMAT = 1
AROUND = 240  # characters of the passage shown on either side of a quotation
_WITHHELD = "(withheld)"

Json = dict[str, Any]


@dataclass(frozen=True)
class ReportScope:
    """What a report covers; `sample` and `seed` name the random sample for its error rates."""

    selection: Selection
    sample: int | None = None
    seed: int | None = None
    with_askers: bool = False


@dataclass(frozen=True)
class _Material:
    """What the register and the ledger hold; the riskiest answers first."""

    rows: Sequence[RegisteredAnswer]
    judgements: Sequence[Judgement]
    judged: Sequence[JudgedSentence]
    sentences: Mapping[str, int]  # how many each judged answer has


def report(database: Database, scope: ReportScope) -> Json:
    register, ledger = Register(database), Ledger(database)
    register.catch_up()
    material = _material(register, ledger, scope.selection)
    replies = reply_rates(ledger, material.judgements)
    figures = compared(material.judged, material.sentences, replies).to_json()
    figures.pop("errors")
    return {
        "format": FORMAT,
        "made_at": datetime.now(UTC).isoformat(timespec="seconds"),
        "period": _period(scope.selection, material.rows),
        "filters": _filters(scope),
        "numbers": _numbers(material.rows) | {"complaint_reasons": _reasons(ledger, material.rows)},
        "errors": _errors(scope, material, replies),
        "agreement": figures,
        "findings": _findings(register, ledger, material, with_askers=scope.with_askers),
        "judgements": _judgements(material),
        "chain": _chain(ledger),
    }


def _material(register: Register, ledger: Ledger, selection: Selection) -> _Material:
    rows = register.answers(selection, Order.RISK)
    given = standing_judgements(ledger, {row.answer_id for row in rows})
    judged = {one.answer_id for one in given}
    sentences = {one: len(ledger.get(one).body["sentences"]) for one in judged}
    return _Material(rows, given, judged_sentences(ledger, given), sentences)


def _period(selection: Selection, rows: Sequence[RegisteredAnswer]) -> Json:
    times = sorted(row.created_at for row in rows)
    return {
        "since": selection.since,
        "until": selection.until,
        "first_answer": times[0] if times else None,
        "last_answer": times[-1] if times else None,
    }


def _filters(scope: ReportScope) -> Json:
    chosen = replace(scope.selection, since=None, until=None)
    if chosen.asker is not None and not scope.with_askers:
        chosen = replace(chosen, asker=_WITHHELD)
    unset = asdict(Selection())
    return {key: value for key, value in asdict(chosen).items() if value != unset[key]}


def _numbers(rows: Sequence[RegisteredAnswer]) -> Json:
    found = Counter((kind, severity) for row in rows for kind, severity in row.findings)
    return {
        "answers": len(rows),
        "answered": sum(row.answered for row in rows),
        "unsure": sum(row.outcome == Outcome.UNSURE for row in rows),
        "declined": sum(row.outcome == Outcome.DECLINED for row in rows),
        "by_kind": dict(Counter(row.kind for row in rows).most_common()),
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
                for kind in FindingKind
                if any(found[kind, each] for each in Severity)
            },
        },
    }


def _reasons(ledger: Ledger, rows: Sequence[RegisteredAnswer]) -> Json:
    """Return how often readers gave each reason for a bad reply, by the last word of each."""
    complained = {row.answer_id for row in rows if row.complaints}
    last: dict[tuple[str, str], LedgerEntry] = {}
    for one in ledger.entries(RecordKind.FEEDBACK) if complained else ():
        if one.answer_id in complained:
            last[one.answer_id, (one.private or {}).get("user") or one.record_id] = one
    bad = [one.body.get("reason") or "other" for one in last.values() if not one.body["good"]]
    return dict(Counter(bad).most_common())


def _errors(scope: ReportScope, material: _Material, replies: ReplyRates) -> Json:
    """Return the error rates, of the random sample if there is one, and how it was drawn."""
    population = [row.answer_id for row in material.rows if not row.off_topic]
    drawn = None
    if scope.sample is not None and scope.seed is not None:
        drawn = set(draw(population, scope.sample, scope.seed))
    words = [
        (one.answer_id, one.majority)
        for one in material.judged
        if drawn is None or one.answer_id in drawn
    ]
    found = rates(words, material.sentences)
    counted = replies if drawn is None else replies.of(drawn)
    whole = counted.all.judged
    return {
        **found.to_json(),
        "replies": counted.to_json(),
        "sampling": {
            "random": drawn is not None,
            "drawn": None if drawn is None else len(drawn),
            "of": len(population),
            "seed": scope.seed if drawn is not None else None,
            "judged": whole,
            "complete": drawn is not None and whole == len(drawn),
        },
    }


def _findings(
    register: Register, ledger: Ledger, material: _Material, *, with_askers: bool
) -> list[Json]:
    judged: dict[tuple[str, int], list[Judgement]] = {}
    for one in material.judgements:
        judged.setdefault((one.answer_id, one.sentence or 0), []).append(one)
    found = []
    for row in material.rows:
        if not row.findings:
            continue
        entry = ledger.get(row.answer_id)
        about = _about(row, entry, with_askers=with_askers)
        given = last_opinions(second_opinions(ledger, row.answer_id))
        for finding in register.findings(row.answer_id):
            shown = reported_finding(finding, entry.body)
            number = shown["sentence"] or 0
            words = [
                {"editor": editor_of(one), "judged": str(one.judged), "note": one.note}
                for one in judged.get((row.answer_id, number), [])
            ]
            opinions = [
                {"judge": one.judge, "judged": str(one.judged), "reason": one.reason}
                for one in given.get(number, ())
            ]
            found.append({**about, **shown, "judged": words, "opinions": opinions})
    return found


def _about(row: RegisteredAnswer, entry: LedgerEntry, *, with_askers: bool) -> Json:
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


def _judgements(material: _Material) -> list[Json]:
    """Return the standing judgements; one of a reply as a whole has neither verdict nor score."""
    of = {(one.answer_id, one.sentence): one for one in material.judged}
    ordered = sorted(
        material.judgements, key=lambda one: (one.answer_id, one.sentence or 0, one.at)
    )
    rows = {row.answer_id: row for row in material.rows}
    found = []
    for one in ordered:
        row = rows[one.answer_id]
        sentence = of.get((one.answer_id, one.sentence or 0))
        found.append(
            {
                "answer_id": one.answer_id,
                "question": row.question,
                "outcome": row.outcome,
                "kind": row.kind,
                "sentence": one.sentence,
                "text": sentence.text if sentence else row.text,
                "verdict": str(sentence.verdict) if sentence else None,
                "score": sentence.score if sentence else None,
                "judged": str(one.judged),
                "editor": editor_of(one),
                "note": one.note,
                "at": one.at,
            }
        )
    return found


def _chain(ledger: Ledger) -> Json:
    records, head = ledger.head()
    first_bad = ledger.verify()
    return {"records": records, "head": head, "sound": first_bad is None, "first_bad": first_bad}


# One finding with its evidence


def reported_finding(finding: Finding, body: Mapping[str, Any]) -> Json:
    """Return a finding with its evidence; one about a citation has the sentence that cites it."""
    number = finding.sentence or _citing(finding.citation, body)
    sentence = _cited_sentence(number, body)
    return {
        "kind": str(finding.kind),
        "severity": str(finding.severity),
        "detail": finding.detail,
        "sentence": number,
        "text": sentence["text"] if sentence else None,
        "verdict": sentence["verdict"] if sentence else None,
        "citations": [
            _cited(one) for one in body["citations"] if _concerns(finding, one, sentence)
        ],
        "changed": [{"op": str(each.op), "text": each.text} for each in _changed(finding)],
        "elsewhere": _elsewhere(finding.evidence),
        "evidence": dict(finding.evidence),
    }


def _citing(citation: int | None, body: Mapping[str, Any]) -> int | None:
    sentences = enumerate(body["sentences"], 1)
    return next((number for number, one in sentences if citation in one["citations"]), None)


def _cited_sentence(number: int | None, body: Mapping[str, Any]) -> Json | None:
    there: list[Json] = body["sentences"]
    return there[number - 1] if number and number <= len(there) else None


def _concerns(finding: Finding, citation: Json, sentence: Json | None) -> bool:
    if finding.citation is not None:
        return bool(citation["number"] == finding.citation)
    return sentence is not None and citation["number"] in sentence["citations"]


def _cited(citation: Json) -> Json:
    passage, brief = citation["passage"], citation["passage"]["brief"]
    before, quote, after = _around(citation)
    return {
        "number": citation["number"],
        "before": before,
        "quote": quote,
        "after": after,
        "paragraph": passage["paragraph"],
        "page": citation["page"],
        "brief": {
            key: brief[key] for key in ("id", "number", "title", "date", "version", "source_url")
        },
    }


def _around(citation: Json) -> tuple[str, str, str]:
    """Return the quotation as recorded, with the text around it in the passage as seen."""
    passage = citation["passage"]
    start = citation["start"] - passage["start"]
    end = citation["end"] - passage["start"]
    text = passage["text"]
    if text[start:end] != citation["quote"]:  # the finding is about just that
        return "", citation["quote"], ""
    before, after = text[:start], text[end:]
    if len(before) > AROUND:
        before = "… " + before[-AROUND:].split(" ", 1)[-1]
    if len(after) > AROUND:
        after = after[:AROUND].rsplit(" ", 1)[0] + " …"
    return before, text[start:end], after


def _changed(finding: Finding) -> list[Stretch]:
    """Return how a brief was changed, or how a quotation differs from its source.

    Removed are words of the older text or the source, added those of the newer text or the
    quotation.
    """
    evidence = finding.evidence
    if finding.kind is FindingKind.CORRECTED and {"old", "new"} <= evidence.keys():
        return word_diff(evidence["old"], evidence["new"])
    if (
        finding.kind is FindingKind.FABRICATED
        and {"nearest", "changed", "quote"} <= evidence.keys()
    ):
        return word_diff(evidence["nearest"]["text"], evidence["quote"])
    return []


def _elsewhere(evidence: Mapping[str, Any]) -> list[Json]:
    found = [(what, evidence[what]) for what in ("support", "nearest") if what in evidence]
    found += [("piece", piece) for piece in evidence.get("pieces", ())]
    return [
        {
            "what": what,
            **{key: one[key] for key in ("brief_id", "version", "title", "paragraph")},
            "text": one["text"],
        }
        for what, one in found
    ]
