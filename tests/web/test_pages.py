"""What the pages show and take, without a browser; tests/web//browser has the rest."""

import json
import re
from html.parser import HTMLParser

from bot.answering.answer import Sentence
from bot.audit.findings import Finding, FindingKind, Severity
from bot.audit.judgements import LONGEST_NOTE, read
from bot.audit.register import Register
from bot.checking.verdict import Verdict
from bot.ledger.ledger import Ledger
from bot.ledger.ledger import RecordKind as Record
from bot.question.question import Turn
from index.errors import DatabaseUnavailable
from index.library import Library
from tests.web import material
from tests.web.material import HOSTILE, Visitor, answer, doubtful
from tests.web.test_services import ended


class Scripts(HTMLParser):
    """Notes whatever in a page could run, load from elsewhere, or lead to a script."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.found: list[str] = []
        self.feed(text)

    def handle_starttag(self, tag, attrs):
        if tag in {"script", "img", "iframe", "style", "object", "base"}:
            src = dict(attrs).get("src") or ""
            if not (tag == "script" and src.startswith("/static/")):
                self.found.append(tag)
        for name, value in attrs:
            if name.startswith("on") or name == "style":
                self.found.append(f"{tag} {name}")
            is_link = name in {"href", "src", "action"}
            if is_link and not re.match(r"/(?!/)|#|\?|https?://", value or ""):
                self.found.append(f"{tag} {name}={value}")


def test_the_queue_has_the_riskiest_first(here: Visitor, filled: Library) -> None:
    """With what was found, who asked, and whether it was judged."""
    answer(filled, "calm", question="a calm one?")
    answer(filled, "risky", question="a risky one?")
    register = Register(filled.database)
    register.catch_up()
    register.keep_all(
        {"risky": [Finding(FindingKind.FABRICATED, Severity.HIGH, "stands nowhere", 1, 1)]}
    )
    page = here.page("/")
    assert page.index("a risky one?") < page.index("a calm one?")
    assert "invented quotation" in page
    assert "U0ASKER" in page
    newest = here.page("/?order=time")
    assert newest.index("a risky one?") < newest.index("a calm one?")
    assert "a calm one?" not in here.page("/?finding=fabricated")
    assert "No answer matches" in here.page("/?finding=stitched")
    assert "since “yesterday”: not valid" in here.page("/?since=yesterday")


def test_an_empty_desk_says_so(here: Visitor) -> None:
    assert "No questions yet" in here.page("/")
    assert "No unanswered questions" in here.page("/unanswered")
    assert "No questions in this period" in here.page("/statistics")
    assert "3 briefs" in here.page("/briefs")
    assert "There is no page" not in here.page("/?page=7")


def test_pages_of_the_queue_follow_each_other(here: Visitor, filled: Library) -> None:
    """Fifty answers each; from an answer one comes to its neighbours over the border."""
    for number in range(52):
        answer(filled, f"a{number}", question=f"question {number}?")
    first, second = here.page("/?order=time"), here.page("/?order=time&page=2")
    assert (first.count("data-item"), second.count("data-item")) == (50, 2)
    assert "52 answers" in first
    assert 'href="/answers/a2?order=time&amp;at=49"' in first
    page = here.page("/answers/a2?order=time&at=49")
    assert 'rel="prev" href="/answers/a3?order=time&amp;at=48"' in page
    assert 'rel="next" href="/answers/a1?order=time&amp;at=50"' in page
    assert 'rel="next"' not in here.page("/answers/a0?order=time&at=51")
    assert 'rel="prev"' not in here.page("/answers/a51?order=time&at=0")


def test_an_answer_that_left_the_queue_leaves_its_place(here: Visitor, filled: Library) -> None:
    """Judged, in a queue of those not judged: the next one has moved up."""
    for name in ("a1", "a2", "a3"):
        answer(filled, name)
    query = "order=time&judged=no"
    here.judge("a2")
    page = here.page(f"/answers/a2?{query}&at=1")
    assert 'rel="prev" href="/answers/a3?judged=no&amp;order=time&amp;at=0"' in page
    assert 'rel="next" href="/answers/a1?judged=no&amp;order=time&amp;at=1"' in page


def test_a_sentence_stands_beside_what_it_cites(here: Visitor, filled: Library) -> None:
    """The quoted words marked, a way to them in the brief, verdict, reasons, strange markers."""
    said = [doubtful("The port handles 42 million tons."), doubtful("Nobody knows.", (7,)),
            Sentence("No source.", (), Verdict.UNSUPPORTED)]  # fmt: skip
    answer(filled, "a1", sentences=said)
    page = here.page("/answers/a1")
    assert "<mark>Port Aurelia handles 41 million tons</mark> of cargo a year." in page
    brief = filled.brief("PA1")
    start = brief.text.index("Port Aurelia handles")
    assert f"/briefs/{brief.id}@1?quote={start}-{start + 36}#quote" in page
    assert "needs checking" in page
    assert "<strong>number differs</strong>: 42 is not in it" in page
    assert '<span class="number bad">7</span>' in page
    assert page.count("No source cited.") == 2


def test_the_brief_is_shown_at_the_quoted_words(here: Visitor, filled: Library) -> None:
    """With anchors for paragraphs, and how many answers rest on each."""
    answer(filled, "a1")
    brief = filled.brief("PA1")
    start = brief.text.index("41 million")
    page = here.page(f"/briefs/{brief.id}@1?quote={start}-{start + 10}")
    assert '<span id="quote"></span>' in page
    assert "<mark>41 million</mark>" in page
    assert [f'id="p{n}"' in page for n in (1, 2, 3, 4)] == [True, True, True, False]
    assert "cited by 1 answer" in page
    assert "a1" in here.page(f"/?brief={brief.id}%401%23p1")
    assert "No answer matches" in here.page(f"/?brief={brief.id}%401%23p2")
    assert here.page("/briefs/PA1").count("<h1") == 1  # its number is an address, too
    for strange in ("?quote=9-3", "?quote=1-99999999", "?quote=x", "?quote=-1-5"):
        assert "<mark>" not in here.page(f"/briefs/{brief.id}{strange}")


def test_a_corrected_brief_shows_what_changed(here: Visitor, filled: Library) -> None:
    """Beside the sentence, and on the older version's page."""
    answer(filled, "a1")
    material.correct(filled)
    page = here.page("/answers/a1")
    assert "says something else" in page
    assert "<del>41</del> <ins>38</ins>" in page
    assert "This is an older version." in here.page(f"/briefs/{filled.brief('PA1').id}@1")


def test_the_conversation_is_shown(here: Visitor, filled: Library) -> None:
    """What was asked before and after; feedback and opinions."""
    answer(filled, "a1", question="what of the port?")
    answer(filled, "a2", question="and its lease?", turns=[Turn("what of the port?", "a1")])
    ledger = Ledger(filled.database)
    ledger.add(Record.FEEDBACK, "a2", {"good": False, "reason": "wrong"},
               {"user": "slack:T1:U0READER", "note": "no"})  # fmt: skip
    ledger.add(Record.OPINION, "a2", {"sentence": 1, "judge": "openai:x", "judged": "partly",
                                      "reason": "half of it"})  # fmt: skip
    page = here.page("/answers/a2")
    assert '<a href="/answers/a1">what of the port?</a>' in page
    assert "U0READER" in page
    assert "half of it" in page
    assert "and its lease?" in here.page("/answers/a1")


def test_judging_needs_no_script(here: Visitor, filled: Library) -> None:
    """A form and a redirection to the sentence, in the same queue; it is a record of the ledger."""
    answer(filled, "a1")
    reply = here.judge("a1", note="see\r\npage 3", back="order=time&at=4")
    assert reply.status_code == 303
    assert reply.headers["location"] == "/answers/a1?order=time&at=4#s1"
    (made,) = Ledger(filled.database).further("a1", Record.JUDGEMENT)
    found = read(made)
    assert (found.sentence, found.judged, found.note) == (1, "partly", "see\npage 3")
    page = here.page("/answers/a1")
    assert f"{found.editor}, " in page
    assert 'value="partly" aria-pressed="true"' in page
    assert '<span class="judged partly">partly</span>' in here.page("/")


def test_a_reply_is_judged_as_a_whole_by_what_fits_its_outcome(here: Visitor, filled: Library):
    """An answer may not answer; nothing found may be right. The queue shows text and judgement."""
    answer(filled, "a1")
    answer(filled, "d1", (), question="who leads Norland?")
    assert "Nothing was found." in here.page("/")
    assert "Port Aurelia handles 41 million tons" in here.page("/")
    reply = here.judge("a1", sentence="", judged="does not answer", note="asked for a name")
    assert reply.headers["location"] == "/answers/a1#reply"
    page = here.page("/answers/a1")
    assert 'value="does not answer" aria-pressed="true"' in page
    assert "asked for a name" in page
    assert here.judge("d1", sentence="", judged="does not answer").status_code == 400
    assert here.judge("d1", sentence="", judged="should have been answered").status_code == 303
    listed = here.page("/?outcome=declined")
    assert '<span class="judged should-have-been-answered">' in listed
    assert listed.count("data-item") == 1
    assert Register(filled.database).get("d1").risk > 0.6


def test_judging_by_script_gives_json(here: Visitor, filled: Library) -> None:
    """What the page then shows, or why it was not recorded."""
    answer(filled, "a1")
    form = {"token": here.token("/answers/a1"), "sentence": "1", "judged": "supported", "note": ""}
    headers = {"accept": "application/json"}
    said = here.post("/answers/a1/judgements", data=form, headers=headers).json()
    assert (said["sentence"], said["judged"], said["note"]) == (1, "supported", None)
    for wrong in ({"token": "x"}, {"sentence": "2"}, {"judged": "splendid"}, {"sentence": "-1"},
                  {"note": "x" * (LONGEST_NOTE + 1)}):  # fmt: skip
        reply = here.post("/answers/a1/judgements", data=form | wrong, headers=headers)
        assert reply.status_code in {400, 403}
        assert list(reply.json()) == ["error"]
    assert len(Ledger(filled.database).further("a1")) == 1


def test_where_one_comes_back_to_is_always_the_answer(here: Visitor, filled: Library) -> None:
    answer(filled, "a1")
    for back in ("https://evil.example", "//evil.example", "#x", "\r\nset-cookie: a=b", "a" * 9000):
        location = here.judge("a1", back=back).headers["location"]
        assert location.startswith("/answers/a1")
        assert "\n" not in location


def test_hostile_texts_stay_texts(here: Visitor, filled: Library) -> None:
    """In titles, texts, questions, askers, notes, models, settings and reasons, on every page."""
    answer(
        filled, "evil", (("EV1", "collected dues of 41 million crowns"),),
        question=f"what {HOSTILE}?", turns=[Turn(HOSTILE, None)], asker=HOSTILE, place=HOSTILE,
        sentences=[doubtful(HOSTILE)],
        changed={"model": HOSTILE, "notes": [HOSTILE], "settings": {HOSTILE: HOSTILE}},
    )  # fmt: skip
    answer(filled, "open", (), question=f"open {HOSTILE}?")
    ledger = Ledger(filled.database)
    ledger.add(Record.FEEDBACK, "evil", {"good": False, "reason": HOSTILE},
               {"user": HOSTILE, "note": HOSTILE})  # fmt: skip
    ledger.add(Record.OPINION, "evil", {"sentence": 1, "judge": HOSTILE, "judged": "partly",
                                        "reason": HOSTILE})  # fmt: skip
    ledger.add(Record.POSTED, "evil", {"surface": HOSTILE}, {"place": HOSTILE, "text": HOSTILE})
    register = Register(filled.database)
    register.catch_up()
    register.keep_all({"evil": [Finding(FindingKind.NUMBER, Severity.HIGH, HOSTILE, 1, 1)]})
    here.judge("evil", note=HOSTILE)
    brief = filled.brief("EV1").id
    paths = ("/", "/answers/evil", "/answers/open", "/briefs", f"/briefs/{brief}", "/unanswered",
             "/statistics", "/audit", "/?text=%3Cscript%3E&since=%3Cb%3E&brief=%22%3E")  # fmt: skip
    for path in paths:
        page = here.page(path)
        assert Scripts(page).found == [], path
        assert "\u202e" not in page, path
    assert "&lt;script&gt;" in here.page("/answers/evil")
    assert "javascript:alert(1)" in here.page(f"/briefs/{brief}")
    report = here.get("/report?form=html")
    assert "window.hit=1</script>" not in report.text
    assert "sandbox" in report.headers["content-security-policy"]
    for path in ("/answers/%3Cscript%3E", "/briefs/%3Cscript%3E", "/login?next=%22%3E%3Cscript%3E"):
        assert "<script>" not in here.get(path).text


def test_what_is_not_there_is_named(here: Visitor) -> None:
    """A page of its own, with the headers of all pages."""
    for path in ("/answers/none", "/briefs/none", "/briefs/none@3", "/nothing", "/static/none.css",
                 "/static/..%2fapp.py", "/docs", "/openapi.json", "/redoc"):  # fmt: skip
        reply = here.get(path)
        assert reply.status_code == 404, path
        assert "content-security-policy" in reply.headers
    assert here.post("/").status_code == 411 or here.post("/", data={"a": "b"}).status_code == 405


def test_a_database_out_of_reach_is_told_without_its_words(here, monkeypatch, caplog):
    """They hold paths and names of servers; the log has them."""

    def gone(_: Register) -> int:
        raise DatabaseUnavailable("sqlite:////srv/secret/library.db: disk I/O error")

    monkeypatch.setattr(Register, "catch_up", gone)
    caplog.set_level("ERROR", logger="bot")
    reply = here.get("/")
    assert reply.status_code == 503
    assert "secret" not in reply.text
    assert "secret" in caplog.text


def test_an_admin_has_a_question_forgotten(here: Visitor, filled: Library) -> None:
    answer(filled, "a1", question="a private matter?")
    token = here.token("/answers/a1")
    assert here.post("/answers/a1/forget", data={"token": token}).status_code == 400
    reply = here.post("/answers/a1/forget", data={"token": token, "sure": "yes"})
    assert reply.status_code == 303
    page = here.page("/answers/a1")
    assert "a private matter?" not in page + here.page("/")
    assert "Deleted question" in page
    assert "41 million tons" in page
    assert Ledger(filled.database).verify() is None


def test_answers_are_checked_again_in_the_background(here: Visitor, filled: Library) -> None:
    """All, or those of a filter; the queue then shows what was found."""
    answer(filled, "a1", sentences=[Sentence("It handles 99 million tons.", (1,),
                                             Verdict.SUPPORTED)])  # fmt: skip
    answer(filled, "a2", asker="slack:T1:U2")
    token = here.token("/audit")
    assert here.post("/audit/run", data={"token": token, "since": "soon"}).status_code == 400
    assert here.post("/audit/run", data={"token": token, "asker": "U0ASKER"}).status_code == 303
    run = ended(here.app.state.services.runs)
    assert (run.total, run.failed) == (1, False)
    assert "1 answer checked, 1 with findings" in here.page("/audit")
    queue = here.page("/")
    assert "number differs" in queue
    assert queue.count("not checked yet") == 1


def test_reports_are_taken_away(here, filled, caplog):
    """In three forms, the askers only where they are wanted; who takes one is noted."""
    answer(filled, "a1", sentences=[doubtful("It handles 42 million tons.")])
    caplog.set_level("WARNING", logger="bot")
    for form, kind in (("html", "text/html"), ("csv", "text/csv"), ("json", "application/json")):
        reply = here.get(f"/report?form={form}")
        assert reply.status_code == 200
        assert reply.headers["content-type"].startswith(kind)
        assert reply.headers["content-disposition"].startswith("attachment; filename=")
        assert "U0ASKER" not in reply.text
    assert json.loads(reply.text)["numbers"]["answers"] == 1
    assert caplog.text.count("downloaded a report") == 3
    sampled = here.get("/report?form=json&sample=1&seed=7").json()
    assert sampled["errors"]["sampling"]["drawn"] == 1
    assert len(sampled["findings"]) == len(json.loads(reply.text)["findings"])
    for wrong in ("?form=exe", "?form=html%0d%0ax", "?since=soon"):
        assert here.get(f"/report{wrong}").status_code == 400


def test_open_questions_are_grouped(here: Visitor, filled: Library) -> None:
    answer(filled, "a1", (), question="how do I bake bread?")
    assert "how do I bake bread?" in here.page("/unanswered")
    answer(filled, "a2", (), question="who won the cup?")
    page = here.page("/unanswered")
    assert "2 groups" in page
    assert "who won the cup?" in page


def test_files_beside_the_pages_may_be_kept(here: Visitor) -> None:
    style = here.get("/static/desk.css")
    assert style.headers["content-type"].startswith("text/css")
    assert "immutable" in style.headers["cache-control"]
    assert here.get("/").headers["cache-control"] == "no-store"


def test_fastapi_tells_nobody_what_is_looked_at(here: Visitor) -> None:
    """Its traces hold addresses; whatever OpenTelemetry there is gets none."""
    config = here.app._telemetry
    names = ("tracing", "metrics", "logs", "operation_spans", "auto_configure")
    assert not any(config[name] for name in names)
    assert not here.app._native_telemetry.enabled()
