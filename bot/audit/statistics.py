"""Count what became of answers over time: the ledger of a period in, numbers a day and a month out.

Small talk is no question and counts nowhere. What was forgotten still counts. Draws nothing.
"""

import json
from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Connection, and_, case, func, inspect, not_, select, true

from bot.answer import Verdict
from bot.audit.judgements import Judged
from bot.ledger import Kind
from bot.ledger_tables import ledger, ledger_private
from index.database import Database

LONGEST = 366  # days of a period whose beginning nobody names
_BATCH = 500  # ids a statement


@dataclass(frozen=True)
class Day:
    """What was asked on one day, UTC."""

    day: str  # ISO
    answers: int  # questions that the briefs answered
    declined: int  # questions that they did not answer


@dataclass(frozen=True)
class Month:
    """How machine and editors agree on the answers of one month: supported, or not.

    Each editor's standing judgement of a sentence counts once.
    """

    month: str  # "2026-05"
    judged: int
    agreed: int
    kappa: float | None  # Cohen's; None where one of the two said the same of all


@dataclass(frozen=True)
class Statistics:
    """The numbers of a period."""

    since: str  # ISO days, inclusive
    until: str
    days: tuple[Day, ...]  # every day of the period, also those without a question
    findings: Mapping[str, int]  # by kind, the most frequent first
    agreement: tuple[Month, ...]  # months in which something was judged
    feedback: tuple[int, int]  # readers' last words on answers: (good, bad)

    @property
    def asked(self) -> int:
        """How many questions there were."""
        return sum(day.answers + day.declined for day in self.days)

    @property
    def declined_share(self) -> float:
        """The share of questions that the briefs did not answer; 0 where nobody asked."""
        return sum(day.declined for day in self.days) / self.asked if self.asked else 0.0


def statistics(
    database: Database, since: str | None = None, until: str | None = None
) -> Statistics:
    """Return the numbers of the answers of a period, given as ISO days (UTC), inclusive.

    Without `until` it ends today; without `since` it begins with the first answer, or LONGEST days
    before its end.
    """
    with database.read() as connection:
        if not inspect(connection).has_table(ledger.name):
            today = _today()
            return Statistics(since or today, until or today, (), {}, (), (0, 0))
        return _counted(connection, since, until)


def _counted(connection: Connection, since: str | None, until: str | None) -> Statistics:
    asked = _days(connection, since, until)
    last = until or max([_today(), *asked])
    earliest = (date.fromisoformat(last) - timedelta(days=LONGEST - 1)).isoformat()
    first = since or max(min(asked, default=last), earliest)
    within = _within(first, last)
    return Statistics(
        since=first,
        until=last,
        days=_filled(asked, max(first, min(asked, default=last)), last),
        findings={},
        agreement=_agreement(connection, within),
        feedback=_feedback(connection, within),
    )


def kappa(pairs: Mapping[tuple[bool, bool], int]) -> float | None:
    """Return Cohen's kappa (1960, doi.org/10.1177/001316446002000104) of counted pairs."""
    total = sum(pairs.values())
    if not total:
        return None
    observed = (pairs.get((True, True), 0) + pairs.get((False, False), 0)) / total
    mine = sum(count for pair, count in pairs.items() if pair[0]) / total
    theirs = sum(count for pair, count in pairs.items() if pair[1]) / total
    chance = mine * theirs + (1 - mine) * (1 - theirs)
    return None if chance == 1 else (observed - chance) / (1 - chance)


def _days(connection: Connection, since: str | None, until: str | None) -> dict[str, Day]:
    # Inside a JSON string every quotation mark is escaped, so these can only be the keys.
    answered = ledger.c.body.like('%"answered":true%')
    small_talk = ledger.c.body.like('%"off_topic":true%')
    day = func.substr(ledger.c.created_at, 1, 10)
    query = (
        select(day, func.sum(case((answered, 1), else_=0)), func.count())
        .where(ledger.c.kind == Kind.ANSWER, not_(small_talk), _within(since, until))
        .group_by(day)
        .order_by(day)
    )
    return {
        at: Day(at, int(good), int(count - good)) for at, good, count in connection.execute(query)
    }


def _filled(asked: Mapping[str, Day], first: str, last: str) -> tuple[Day, ...]:
    begin, end = date.fromisoformat(first), date.fromisoformat(last)
    days = ((begin + timedelta(days=n)).isoformat() for n in range((end - begin).days + 1))
    return tuple(asked.get(day, Day(day, 0, 0)) for day in days)


def _within(since: str | None, until: str | None) -> ColumnElement[bool]:
    """Return the condition that an answer is of the period."""
    day = func.substr(ledger.c.created_at, 1, 10)
    bounds = [day >= since] if since else []
    return and_(true(), *bounds, *([day <= until] if until else []))


def _further(
    connection: Connection, kind: Kind, within: ColumnElement[bool]
) -> Iterator[tuple[str, dict[str, Any], dict[str, Any]]]:
    """Yield answer id, body and private part of records that speak of the period's answers."""
    answers = select(ledger.c.record_id).where(ledger.c.kind == Kind.ANSWER, within)
    private = ledger_private.c
    query = (
        select(ledger.c.answer_id, ledger.c.body, private.body)
        .select_from(ledger.outerjoin(ledger_private, ledger.c.record_id == private.record_id))
        .where(ledger.c.kind == kind, ledger.c.answer_id.in_(answers))
        .order_by(ledger.c.seq)
    )
    for answer_id, body, typed in connection.execute(query):
        yield answer_id, json.loads(body), json.loads(typed or "{}")


def _feedback(connection: Connection, within: ColumnElement[bool]) -> tuple[int, int]:
    last: dict[tuple[str, str | None], bool] = {}
    for answer_id, body, private in _further(connection, Kind.FEEDBACK, within):
        last[answer_id, private.get("user")] = bool(body["good"])
    good = sum(last.values())
    return good, len(last) - good


def _agreement(connection: Connection, within: ColumnElement[bool]) -> tuple[Month, ...]:
    last: dict[tuple[str, int, str | None], bool] = {}
    for answer_id, body, private in _further(connection, Kind.JUDGEMENT, within):
        key = answer_id, int(body["sentence"]), private.get("editor")
        last[key] = body["judged"] == Judged.SUPPORTED
    verdicts = _verdicts(connection, sorted({answer_id for answer_id, _, _ in last}))
    months: defaultdict[str, Counter[tuple[bool, bool]]] = defaultdict(Counter)
    for (answer_id, sentence, _), editors in last.items():
        month, machine = verdicts[answer_id]
        if sentence <= len(machine):
            months[month][machine[sentence - 1], editors] += 1
    return tuple(_month(month, pairs) for month, pairs in sorted(months.items()))


def _month(month: str, pairs: Mapping[tuple[bool, bool], int]) -> Month:
    agreed = sum(count for (mine, theirs), count in pairs.items() if mine == theirs)
    return Month(month, sum(pairs.values()), agreed, kappa(pairs))


def _verdicts(
    connection: Connection, answer_ids: Sequence[str]
) -> dict[str, tuple[str, list[bool]]]:
    """Return the month of each answer, and which of its sentences counted as supported."""
    found: dict[str, tuple[str, list[bool]]] = {}
    for begin in range(0, len(answer_ids), _BATCH):
        query = select(ledger.c.record_id, ledger.c.created_at, ledger.c.body).where(
            ledger.c.record_id.in_(answer_ids[begin : begin + _BATCH])
        )
        for answer_id, created_at, body in connection.execute(query):
            sentences = json.loads(body)["sentences"]
            supported = [one["verdict"] == Verdict.SUPPORTED for one in sentences]
            found[answer_id] = created_at[:7], supported
    return found


def _today() -> str:
    return datetime.now(UTC).date().isoformat()
