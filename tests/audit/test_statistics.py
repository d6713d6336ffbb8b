"""The numbers of a period, from the ledger."""

from datetime import datetime

import pytest

from bot.audit import statistics as module
from bot.audit.findings import Finding, Severity
from bot.audit.findings import FindingKind as F
from bot.audit.judgements import Judged, judge
from bot.audit.register import Register
from bot.audit.statistics import LONGEST, Day, statistics
from bot.ledger.ledger import Ledger, RecordKind
from index.storage.database import Database


class Clock(datetime):
    """Stands still until it is set."""

    at = "2026-05-01T12:00:00+00:00"

    @classmethod
    def now(cls, tz=None):
        return datetime.fromisoformat(cls.at)


@pytest.fixture
def clock(monkeypatch):
    monkeypatch.setattr("bot.ledger.rows.datetime", Clock)
    monkeypatch.setattr(module, "datetime", Clock)
    monkeypatch.setattr(Clock, "at", Clock.at)
    return Clock


@pytest.fixture
def database(either_settings):
    url = either_settings.database_url
    path = f"sqlite:///{either_settings.home}/ledger.db"
    either_settings.home.mkdir(exist_ok=True)
    opened = Database(url.get_secret_value() if url else path)
    yield opened
    opened.close()


@pytest.fixture
def ask(database, clock):
    """Record an answer of a day."""
    ledger = Ledger(database)

    def asked(answer_id, day, *verdicts, off_topic=False):
        clock.at = f"{day}T23:59:59.999+00:00"
        sentences = [{"text": '"answered":true', "verdict": one, "reasons": []} for one in verdicts]
        body = {"answered": bool(verdicts), "off_topic": off_topic, "sentences": sentences}
        ledger.append(answer_id, body, {"question": "q", "standalone_question": '"answered":true'})

    return asked


def test_every_day_of_the_period_has_a_row(database, ask):
    """From the first answer to today; small talk counts nowhere."""
    ask("a1", "2026-05-01", "supported")
    ask("a2", "2026-05-01")
    ask("a3", "2026-05-03", "check")
    ask("hello", "2026-05-04", off_topic=True)
    found = statistics(database)
    assert (found.since, found.until) == ("2026-05-01", "2026-05-04")
    assert found.days == (
        Day("2026-05-01", 1, 1), Day("2026-05-02", 0, 0), Day("2026-05-03", 1, 0),
        Day("2026-05-04", 0, 0),
    )  # fmt: skip
    assert (found.asked, found.declined_share) == (3, pytest.approx(1 / 3))


def test_a_period_has_both_its_ends(database, ask):
    for at, day in enumerate(("2026-05-01", "2026-05-02", "2026-05-03", "2026-05-04")):
        ask(f"a{at}", day, "supported")
    found = statistics(database, "2026-05-02", "2026-05-03")
    assert [day.day for day in found.days] == ["2026-05-02", "2026-05-03"]
    assert found.asked == 2


def test_a_period_without_a_beginning_is_a_year_at_most(database, ask):
    ask("old", "2020-01-01", "supported")
    ask("new", "2026-05-01", "supported")
    found = statistics(database)
    assert (len(found.days), found.asked) == (LONGEST, 1)
    assert statistics(database, "2019-01-01").asked == 2


def test_nothing_asked_is_no_error(database, clock):
    """Neither before the first answer, nor in a period without one."""
    assert statistics(database).declined_share == 0
    Ledger(database).head()
    found = statistics(database)
    assert (found.asked, found.agreement, found.feedback) == (0, (), (0, 0))


def test_a_readers_last_word_counts(database, ask):
    ask("a1", "2026-05-01", "supported")
    ledger = Ledger(database)
    for user, good in (("ann", False), ("ann", True), ("bob", False)):
        ledger.add(RecordKind.FEEDBACK, "a1", {"good": good, "reason": None}, {"user": user})
    assert statistics(database).feedback == (1, 1)
    assert statistics(database, "2026-05-02").feedback == (0, 0)


def test_agreement_is_counted_by_the_month_of_the_answer(database, ask):
    """An editor's last word on a sentence against the machine's: supported, or not."""
    ask("a1", "2026-04-30", "supported", "supported", "check", "unsupported")
    ask("a2", "2026-05-01", "supported")
    ledger = Ledger(database)
    for sentence, judged in enumerate(
        (Judged.SUPPORTED, Judged.PARTLY, Judged.WRONG_SOURCE, Judged.UNSUPPORTED), 1
    ):
        judge(ledger, "a1", sentence, Judged.SUPPORTED, "eve")
        judge(ledger, "a1", sentence, judged, "eve")
    judge(ledger, "a2", 1, Judged.SUPPORTED, "eve")
    april, may = statistics(database).agreement
    assert (april.month, april.judged, april.agreed) == ("2026-04", 4, 3)
    assert april.kappa == pytest.approx(0.5)
    assert (may.month, may.judged, may.agreed, may.kappa) == ("2026-05", 1, 1, None)


def test_what_was_forgotten_still_counts(database, ask):
    ask("a1", "2026-05-01", "supported")
    Ledger(database).forget(["a1"])
    assert statistics(database).asked == 1


def test_findings_are_counted_by_kind(database, ask):
    """Those of the last check of each answer of the period, the most frequent first."""
    ask("a1", "2026-05-01", "check")
    ask("a2", "2026-05-02", "check")
    register = Register(database)
    number = Finding(F.NUMBER, Severity.HIGH, "6 for 4")
    hedge = Finding(F.HEDGE, Severity.LOW, "may be left out")
    register.keep_all({"a1": [hedge, number]})
    register.keep_all({"a2": [number]})
    register.keep_all({"a2": [number, number]})
    assert list(statistics(database).findings.items()) == [("number", 3), ("hedge", 1)]
    assert statistics(database, "2026-05-02").findings == {"number": 2}


def test_the_word_of_most_editors_counts(database, ask):
    """Of a tie the more severe, as in `briefs audit agreement`."""
    ask("a1", "2026-05-01", "supported", "check")
    ledger = Ledger(database)
    for editor in ("eve", "ned", "zoe"):
        judge(ledger, "a1", 1, Judged.UNSUPPORTED if editor == "zoe" else Judged.SUPPORTED, editor)
    judge(ledger, "a1", 2, Judged.SUPPORTED, "eve")
    judge(ledger, "a1", 2, Judged.PARTLY, "ned")
    (may,) = statistics(database).agreement
    assert (may.judged, may.agreed) == (2, 2)
