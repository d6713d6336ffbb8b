"""Count answers over time: the register of a period in, numbers by day and month out.

Small talk does not count as a question. Forgotten questions still count.
"""

import json
from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Connection, and_, case, func, not_, select

from bot.audit.agreement import Pair, agreement
from bot.audit.judgements import Judged, majority
from bot.audit.register import Register
from bot.audit.register_tables import audit_answers, audit_findings, audit_sentences
from bot.checking.verdict import Verdict
from bot.ledger.ledger import RecordKind
from bot.ledger.tables import ledger, ledger_private
from index.storage.database import Database

LONGEST = 366  # days of a period without a given beginning


@dataclass(frozen=True)
class Day:
    """What was asked on one day, UTC."""

    day: str  # ISO
    answers: int  # answered questions
    declined: int  # questions without an answer


@dataclass(frozen=True)
class Month:
    """How checks and editors agree on the answers of one month: supported, or not.

    If several editors judged a sentence, the majority counts, as in `audit agreement`.
    """

    month: str  # "2026-05"
    judged: int  # sentences
    agreed: int
    kappa: float | None  # Cohen's; None if it is undefined


@dataclass(frozen=True)
class Statistics:
    since: str  # ISO days, inclusive
    until: str
    days: tuple[Day, ...]  # every day of the period, also those without a question
    findings: Mapping[str, int]  # by kind, the most frequent first
    agreement: tuple[Month, ...]  # months in which something was judged
    feedback: tuple[int, int]  # readers' last feedback on answers: (good, bad)

    @property
    def asked(self) -> int:
        return sum(day.answers + day.declined for day in self.days)

    @property
    def declined_share(self) -> float:
        """The share of questions without an answer; 0 if nobody asked."""
        return sum(day.declined for day in self.days) / self.asked if self.asked else 0.0


def statistics(
    database: Database, since: str | None = None, until: str | None = None
) -> Statistics:
    """Return the numbers of a period, given as ISO days (UTC), inclusive.

    Without `until` it ends today; without `since` it begins with the first answer, but at most
    LONGEST days before its end.
    """
    Register(database).catch_up()
    with database.read() as connection:
        asked = _days(connection, since, until)
        last = until or max([_today(), *asked])
        earliest = (date.fromisoformat(last) - timedelta(days=LONGEST - 1)).isoformat()
        first = since or max(min(asked, default=last), earliest)
        within = _within(first, last)
        return Statistics(
            since=first,
            until=last,
            days=_filled(asked, max(first, min(asked, default=last)), last),
            findings=_findings(connection, within),
            agreement=_agreement(connection, within),
            feedback=_feedback(connection, within),
        )


def _days(connection: Connection, since: str | None, until: str | None) -> dict[str, Day]:
    column = audit_answers.c
    query = (
        select(column.day, func.sum(case((column.answered, 1), else_=0)), func.count())
        .where(not_(column.off_topic), _within(since, until))
        .group_by(column.day)
    )
    return {
        day: Day(day, int(good), int(count - good))
        for day, good, count in connection.execute(query)
    }


def _filled(asked: Mapping[str, Day], first: str, last: str) -> tuple[Day, ...]:
    begin, end = date.fromisoformat(first), date.fromisoformat(last)
    days = ((begin + timedelta(days=n)).isoformat() for n in range((end - begin).days + 1))
    return tuple(asked.get(day, Day(day, 0, 0)) for day in days)


def _within(since: str | None, until: str | None) -> ColumnElement[bool]:
    column = audit_answers.c
    bounds = [column.day >= since] if since else []
    return and_(column.seq > 0, *bounds, *([column.day <= until] if until else []))


def _findings(connection: Connection, within: ColumnElement[bool]) -> dict[str, int]:
    kind, count = audit_findings.c.kind, func.count()
    query = (
        select(kind, count)
        .join(audit_answers, audit_answers.c.seq == audit_findings.c.answer_seq)
        .where(within)
        .group_by(kind)
        .order_by(count.desc(), kind)
    )
    return {kind: int(many) for kind, many in connection.execute(query)}


def _feedback(connection: Connection, within: ColumnElement[bool]) -> tuple[int, int]:
    last: dict[tuple[str, str | None], bool] = {}
    for answer_id, body, private in _further(connection, RecordKind.FEEDBACK, within):
        last[answer_id, private.get("user")] = bool(body["good"])
    good = sum(last.values())
    return good, len(last) - good


def _agreement(connection: Connection, within: ColumnElement[bool]) -> tuple[Month, ...]:
    given: defaultdict[tuple[str, int], dict[str | None, Judged]] = defaultdict(dict)
    for answer_id, body, private in _further(connection, RecordKind.JUDGEMENT, within):
        if body["sentence"] is not None:
            word = Judged(body["judged"])
            given[answer_id, int(body["sentence"])][private.get("editor")] = word
    verdicts = _verdicts(connection, within)
    months: defaultdict[str, list[Pair]] = defaultdict(list)
    for sentence, words in given.items():
        month, machine = verdicts[sentence]
        supported = majority(words.values()) is Judged.SUPPORTED
        months[month].append((str(machine == Verdict.SUPPORTED), str(supported)))
    found = [(month, agreement(pairs)) for month, pairs in sorted(months.items())]
    return tuple(Month(month, one.total, one.same, one.kappa) for month, one in found)


def _verdicts(
    connection: Connection, within: ColumnElement[bool]
) -> dict[tuple[str, int], tuple[str, str]]:
    """Return month and recorded verdict of each judged sentence."""
    answers, sentences = audit_answers.c, audit_sentences.c
    query = (
        select(answers.answer_id, sentences.sentence, answers.day, sentences.verdict)
        .join(audit_answers, answers.seq == sentences.answer_seq)
        .where(within, sentences.judgements > 0)
    )
    return {
        (answer_id, sentence): (day[:7], verdict)
        for answer_id, sentence, day, verdict in connection.execute(query)
    }


def _further(
    connection: Connection, kind: RecordKind, within: ColumnElement[bool]
) -> Iterator[tuple[str, dict[str, Any], dict[str, Any]]]:
    """Yield answer id, body and private part of further records of the period's answers."""
    private = ledger_private.c
    query = (
        select(ledger.c.answer_id, ledger.c.body, private.body)
        .select_from(ledger.outerjoin(ledger_private, ledger.c.record_id == private.record_id))
        .join(audit_answers, audit_answers.c.answer_id == ledger.c.answer_id)
        .where(ledger.c.kind == kind, within)
        .order_by(ledger.c.seq)
    )
    for answer_id, body, typed in connection.execute(query):
        yield answer_id, json.loads(body), json.loads(typed or "{}")


def _today() -> str:
    return datetime.now(UTC).date().isoformat()
