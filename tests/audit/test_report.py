"""The report of a period: what is in it, and its three forms."""

import csv
import io
import json
import re
from html.parser import HTMLParser

import pytest
from sqlalchemy import text

from bot.audit.findings import Finding, FindingKind, Severity
from bot.audit.judgements import judge
from bot.audit.register import Register
from bot.audit.report import ReportScope, report
from bot.audit.report_formats import ASKERS, BOM, COLUMNS, report_csv, report_html
from bot.audit.selection import Selection
from bot.ledger.ledger import Ledger
from bot.ledger.ledger import RecordKind as RecordKind
from tests.audit.judged import NO, PARTLY, YES, database, judged, ledger, put, put_written
from tests.golden_files import Golden

__all__ = ["database", "ledger"]  # found here by pytest
HOSTILE = "<script>alert(1)</script> \u202egnp.exe =1+1"
EVERYTHING = ReportScope(Selection())
CORRECTED = Finding(
    FindingKind.CORRECTED, Severity.HIGH, "“Port Aurelia” was changed: now reads “98” for “99”",
    citation=2, evidence={"old": "for 99 years.", "new": "for 98 years.", "now": 2},
)  # fmt: skip
SUPPORT = {
    "brief_id": "port", "version": 1, "title": "Port Aurelia", "paragraph": 3, "text": "Elsewhere.",
}  # fmt: skip
FINDINGS = {
    "a1": [
        CORRECTED,
        Finding(FindingKind.SUPERSEDED, Severity.LOW, "there is a newer version", None, 1),
    ],
    "a2": [
        Finding(
            FindingKind.NUMBER, Severity.HIGH, "“14 million” is not in it", 1, 1, {"score": 0.3}
        ),
        Finding(
            FindingKind.MISATTRIBUTED, Severity.HIGH, "stands elsewhere", 1, 1, {"support": SUPPORT}
        ),
    ],
    "a3": [],
}


@pytest.fixture
def period(database, ledger) -> Ledger:
    """Four answers, three of them checked, two judged; one opinion of a chat model."""
    put(ledger, "a1", question=f"Who leases it? {HOSTILE}", asker="slack:T1:U1")
    put_written(ledger, "a2")
    put(ledger, "a3", question="+1 more?")
    put(ledger, "a4")
    judged(ledger, "a1", 1, Ann=YES, Bo=YES)
    judged(ledger, "a1", 2, Ann=PARTLY)
    judge(ledger, "a2", 1, NO, "Ann", f"It says 41. {HOSTILE}")
    opinion = {"sentence": 1, "judge": "openai:x", "judged": "unsupported", "reason": "41, not 14."}
    ledger.add(RecordKind.OPINION, "a2", opinion)
    Register(database).catch_up()
    Register(database).keep_all(FINDINGS)
    return ledger


def steady(shown: str) -> str:
    """What is another in each run made the same: hashes and times."""
    shown = re.sub(r"\b[0-9a-f]{64}\b", "0" * 64, shown)
    shown = re.sub(r"\b20\d\d-\d\d-\d\dT[\d:.]+\+00:00", "2026-03-01T12:00:00+00:00", shown)
    shown = re.sub(r"\b\d+ [A-Z][a-z]+ 20\d\d, \d\d:\d\d UTC", "1 March 2026, 12:00 UTC", shown)
    return re.sub(r'(<small class="day">)[\d-]+', r"\g<1>2026-03-01", shown)


def test_the_forms_of_a_report(period, database, golden: Golden):
    found = report(database, ReportScope(Selection(), sample=4, seed=1))
    golden("audit/report.json", steady(json.dumps(found, ensure_ascii=False, indent=1)) + "\n")
    golden("audit/report.html", steady(report_html(found)))
    golden("audit/report.csv.txt", steady(report_csv(found)).replace("\r\n", "␍\n"))


def test_numbers_are_those_of_the_register(period, database):
    """Answers, findings by kind and severity, what was never checked."""
    numbers = report(database, EVERYTHING)["numbers"]
    assert (numbers["answers"], numbers["checked"], numbers["with_findings"]) == (4, 3, 2)
    assert numbers["by_mode"] == {"extractive": 3, "generative": 1}
    assert numbers["findings"]["by_severity"] == {"high": 3, "medium": 0, "low": 1}
    assert numbers["findings"]["by_kind"]["number"] == {"high": 1, "medium": 0, "low": 0}


def test_readers_reasons_are_counted_in_editors_words(database, ledger):
    """By the last word of each reader; "right" takes a complaint back."""
    put(ledger, "a1")
    put(ledger, "a2")
    for answer_id, user, good, reason in (
        ("a1", "U1", False, "not_answered"),
        ("a1", "U2", False, "not_answered"),
        ("a2", "U1", False, "wrong_source"),
        ("a2", "U3", False, "other"),
        ("a2", "U3", True, None),
    ):
        ledger.add(RecordKind.FEEDBACK, answer_id, {"good": good, "reason": reason}, {"user": user})
    found = report(database, EVERYTHING)
    assert found["numbers"]["complaint_reasons"] == {"not_answered": 2, "wrong_source": 1}
    assert '… of which: does not answer</td><td class="n">2' in report_html(found)


def test_findings_come_by_risk_with_their_evidence(period, database):
    """The sentence, the quotation in its passage, the brief; what changed, where words stand."""
    found = report(database, EVERYTHING)["findings"]
    assert [one["answer_id"] for one in found] == ["a2", "a2", "a1", "a1"]
    of = {one["kind"]: one for one in found}
    assert of["misattributed"]["elsewhere"] == [{"what": "support", **SUPPORT}]
    corrected = of["corrected"]
    assert corrected["sentence"] == 2
    (cited,) = corrected["citations"]
    assert cited["quote"] in corrected["text"]
    assert cited["after"] == " Minister Ilse Brandt called the lease a mistake."
    assert [(one["op"], one["text"]) for one in corrected["changed"]][1:3] == [
        ("removed", " 99"), ("added", " 98"),
    ]  # fmt: skip
    assert corrected["judged"] == [{"editor": "Ann", "judged": "partly", "note": None}]
    assert found[0]["opinions"][0]["judged"] == "unsupported"


def test_rates_of_a_random_sample_count_the_drawn_alone(period, database):
    errors = report(database, ReportScope(Selection(), sample=4, seed=1))["errors"]
    assert errors["answers"]["faulty"]["of"] == 2
    assert errors["sampling"] == {
        "random": True, "drawn": 4, "of": 4, "seed": 1, "judged": 2, "complete": False,
    }  # fmt: skip
    chosen = report(database, EVERYTHING)
    assert chosen["errors"]["sampling"]["random"] is False
    assert "were chosen by the editors and not drawn at random" in report_html(chosen)


def test_askers_are_named_only_where_that_is_asked_for(period, database):
    filtered = Selection(asker="slack:T1:U1")
    without = report(database, ReportScope(filtered))
    assert without["filters"] == {"asker": "(withheld)"}
    for shown in (json.dumps(without), report_html(without), report_csv(without)):
        assert "slack:T1" not in shown
    named = report(database, ReportScope(filtered, with_askers=True))
    assert named["findings"][0]["asker"] == "slack:T1:U1"
    assert "asked by slack:T1:U1" in report_html(named)
    assert next(csv.reader(io.StringIO(report_csv(named)))) == [*COLUMNS, *ASKERS]


def test_a_broken_chain_is_said_first(period, database):
    """With the record from which on nothing can be relied on."""
    with database.write() as connection:
        connection.execute(text("DROP TRIGGER ledger_no_update"))
        connection.execute(text("UPDATE ledger SET created_at = 'x' || created_at WHERE seq = 2"))
    found = report(database, ReportScope(Selection(mode="extractive", until="2001")))
    assert (found["chain"]["sound"], found["chain"]["first_bad"]) == (False, 2)
    assert "record 2 is not as it was written" in report_html(found)


def test_a_record_that_is_wrong_in_its_numbers_is_shown_all_the_same(database, ledger):
    """A finding about a sentence or citation that is not there has no evidence."""
    put(ledger, "a1")
    Register(database).catch_up()
    Register(database).keep_all(
        {"a1": [Finding(FindingKind.DANGLING, Severity.MEDIUM, "[9]", 7, 9)]}
    )
    found = report(database, EVERYTHING)
    (one,) = found["findings"]
    assert (one["text"], one["citations"]) == (None, [])
    assert "[9]" in report_html(found)


class _Page(HTMLParser):
    def __init__(self, page: str) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))


def test_the_page_loads_and_runs_nothing(period, database):
    """One file: no script, no link, no image, no handler; every text is text."""
    page = report_html(report(database, ReportScope(Selection(), with_askers=True)))
    found = _Page(page)
    assert not {"script", "link", "img", "iframe", "object", "a"} & {tag for tag, _ in found.tags}
    names = {name for _, attributes in found.tags for name in attributes}
    assert not {name for name in names if name.startswith("on") or name in {"src", "href"}}
    assert "url(" not in page
    assert "@import" not in page
    assert "\u202e" not in page
    assert "&lt;script&gt;alert(1)&lt;/script&gt;" in page
    assert "default-src &#39;none&#39;" in page or "default-src 'none'" in page


def test_a_long_report_shows_the_riskiest_and_says_what_it_leaves_out(period, database):
    found = report(database, EVERYTHING)
    page = report_html(found, most=1)
    assert page.count('<article class="finding') == 1
    assert "Not shown: 3 findings of the lowest risk" in page
    assert len(list(csv.reader(io.StringIO(report_csv(found))))) == 5


def test_csv_may_have_the_mark_by_which_excel_knows_utf8(period, database):
    found = report(database, EVERYTHING)
    assert report_csv(found, bom=True) == BOM + report_csv(found)


def test_a_period_without_answers_is_a_report(database):
    found = report(database, ReportScope(Selection(since="2001", until="2002")))
    assert found["numbers"]["answers"] == 0
    page = report_html(found)
    assert "2001 to 2002" in page
    assert "Nothing has been checked." in page
    assert report_csv(found).count("\r\n") == 1
