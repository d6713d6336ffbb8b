"""Asking in the browser, without one: the box, the answer, the conversation, what is taken away."""

import re
import threading
from typing import Any

import pytest

from bot.answering.answer import DraftAnswer
from bot.ledger.feedback import LONGEST_NOTE
from bot.ledger.ledger import Ledger
from bot.ledger.ledger import RecordKind as Record
from bot.question.question import LONGEST_QUESTION
from bot.web.pages import asking
from bot.web.settings import Role
from index.errors import EmbeddingError
from index.library import Library
from tests.web.material import HOSTILE, Visitor, answer
from tests.web.test_pages import Scripts

CARGO = "How much cargo does Port Aurelia handle?"


def asked(visitor: Visitor, question: str, path: str = "/ask?new=yes", **fields: str) -> str:
    """Ask, and return the path of the answer's page."""
    reply = visitor.ask(question, path, **fields)
    assert reply.status_code == 303, reply.text[-500:]
    return str(reply.headers["location"]).removesuffix("#answer")


def test_an_answer_stands_beside_its_passage(here: Visitor, filled: Library) -> None:
    """The quoted words marked, with a way to them in the brief; on record with asker and place."""
    path = asked(here, CARGO)
    page = here.page(path)
    assert "<mark>Port Aurelia handles 41 million tons of cargo a year.</mark>" in page
    brief = filled.brief("PA1")
    assert f"/briefs/{brief.id}@1?quote=" in page
    name = path.rsplit("/", 1)[1]
    assert f'class="number" href="#{name}-1"' in page
    assert f'id="{name}-1"' in page
    private = Ledger(filled.database).get(name).private
    assert private
    assert (private["question"], private["asker"], private["place"]) == (CARGO, "ilse", "web")
    assert CARGO in here.page("/")


def test_the_other_outcomes_say_what_they_are(here: Visitor) -> None:
    """What may answer in full, its best sentence marked; that nothing was found, and no more."""
    unsure = here.page(asked(here, "maybe how much cargo does Port Aurelia handle?"))
    assert "This may answer it:" in unsure
    assert "<mark>Port Aurelia handles 41 million tons of cargo a year.</mark>" in unsure
    declined = here.page(asked(here, "How much cargo did nobody count?"))
    assert "I found nothing on this in 3 briefs." in declined
    assert "41 million" not in declined
    assert "Good answer" in unsure
    assert "Good answer" in declined
    helped = here.page(asked(here, "thanks!"))
    assert "I answer questions from the briefs" in helped
    assert "Good answer" not in helped


def test_a_conversation_goes_on(here: Visitor, filled: Library) -> None:
    """Earlier questions stand above, a follow-up is understood by them, and a new one is new."""
    first = asked(here, "What was leased to the Norvane Shipping Company?")
    second = asked(here, "and for how long?", first)
    page = here.page(second)
    assert page.index("What was leased to the Norvane") < page.index(
        '<h1 dir="auto">and for how long?'
    )
    assert "Understood as:" in page
    private = Ledger(filled.database).get(second.rsplit("/", 1)[1]).private
    assert private
    assert [one["answer_id"] for one in private["turns"]] == [first.rsplit("/", 1)[1]]
    assert here.get("/ask").headers["location"] == second  # this browser's conversation
    assert "Norvane" not in here.page("/ask?new=yes")
    assert here.get("/ask").status_code == 200  # and now it has none
    third = here.page(asked(here, "and for how long?"))
    assert "Earlier in this conversation" not in third


def test_a_form_sent_twice_asks_once(here: Visitor, filled: Library) -> None:
    page = here.page("/ask?new=yes")
    form = dict(re.findall(r'type="hidden" name="(token|id|after)" value="([^"]*)"', page))
    for _ in range(2):
        reply = here.post("/ask", data=form | {"question": CARGO})
        assert reply.headers["location"] == f"/ask/{form['id']}#answer"
    assert len(Ledger(filled.database).recent()) == 1


def test_what_cannot_be_asked_comes_back_with_a_reason(here: Visitor, filled: Library) -> None:
    """In the box, in its conversation; nothing is recorded."""
    first = asked(here, CARGO)
    for wrong, why in (
        ("", "empty"),
        (" \n…", "empty"),
        ("why " * (LONGEST_QUESTION // 4 + 1), f"shorten it to {LONGEST_QUESTION:,}"),
    ):
        reply = here.ask(wrong, first)
        assert reply.status_code == 400, wrong[:9]
        assert why in reply.text
        assert CARGO in reply.text
        assert wrong.strip()[:50] in reply.text
    assert here.ask(CARGO, first, token="forged").status_code == 403
    assert here.ask("x" * 30_000, first).status_code == 400
    assert len(Ledger(filled.database).recent()) == 1


def test_a_slow_answer_is_waited_for(filled: Library, monkeypatch: pytest.MonkeyPatch) -> None:
    """Its page asks again by itself; other pages do not wait, and nobody else sees the question."""
    go_on = threading.Event()

    def slowly(*_: Any) -> DraftAnswer:
        assert go_on.wait(120)
        return DraftAnswer(searched=3)

    monkeypatch.setattr(asking, "PATIENCE", 0.01)
    visitor = Visitor(filled, maker=slowly)
    path = asked(visitor, CARGO)
    waiting = visitor.page(path)
    again = re.findall(r'<meta http-equiv="refresh" content="2; url=([^"#]+)"', waiting)
    assert again == [f"{path}?waited=yes"]
    assert '<meta http-equiv="refresh"' in visitor.page(again[0])
    assert CARGO in waiting
    assert visitor.page("/briefs")
    going = visitor.app.state.services.asked.get(path.rsplit("/", 1)[1])
    go_on.set()
    assert going.done.result(120) == ""
    assert visitor.get(again[0]).headers["location"] == f"{path}#answer"
    assert "I found nothing on this" in visitor.page(path)


def test_a_failure_leaves_the_question_in_the_box(filled: Library) -> None:
    """With a line that names nothing of the server's."""

    def broken(*_: Any) -> DraftAnswer:
        raise EmbeddingError("/srv/secret/model: missing")

    visitor = Visitor(filled, maker=broken)
    page = visitor.page(asked(visitor, CARGO))
    assert "could not be answered" in page
    assert f">{CARGO}</textarea>" in page
    assert "secret" not in page


def test_only_its_asker_goes_on_with_a_conversation(filled: Library, guarded: Visitor) -> None:
    """For others it is an answer as all are, and their questions do not lean on it."""
    path = asked(guarded.sign_in(Role.READER), CARGO)
    name = path.rsplit("/", 1)[1]
    guarded.cookies.clear()
    assert guarded.get("/ask").headers["location"].startswith("/login")
    guarded.sign_in(Role.EDITOR)
    assert guarded.get(path).headers["location"] == f"/answers/{name}"
    other = asked(guarded, "and its lease?", after=name).rsplit("/", 1)[1]
    private = Ledger(filled.database).get(other).private
    assert private
    assert private["turns"] == []
    answer(filled, "0123456789abcdef", asker="editor-1", place="terminal")
    assert guarded.get("/ask/0123456789abcdef").status_code == 303
    assert guarded.get("/ask/ffffffffffffffff").status_code == 404


def test_readers_say_what_they_think(here: Visitor, filled: Library) -> None:
    """As in Slack: a record of the ledger, seen by editors; the last word of each counts."""
    path = asked(here, CARGO)
    name = path.rsplit("/", 1)[1]
    token = here.token(path)
    bad = {"token": token, "good": "no", "reason": "outdated", "note": "see\r\n2024"}
    reply = here.post(f"/answers/{name}/feedback", data=bad)
    assert reply.headers["location"] == f"{path}#feedback"
    assert "you called this bad" in here.page(path)
    (given,) = Ledger(filled.database).further(name, Record.FEEDBACK)
    assert (given.body["good"], given.body["reason"]) == (False, "outdated")
    assert given.private == {"user": "ilse", "note": "see\n2024"}
    assert "out of date" in here.page(f"/answers/{name}")
    here.post(f"/answers/{name}/feedback", data={"token": token, "good": "yes"})
    assert "you called this good" in here.page(path)
    for wrong in ({"good": "perhaps"}, {"note": "x" * (LONGEST_NOTE + 1)}, {"token": "x"}):
        reply = here.post(f"/answers/{name}/feedback", data=bad | wrong)
        assert reply.status_code in {400, 403}, wrong
    assert here.post("/answers/none/feedback", data=bad).status_code == 404


def test_an_answer_is_taken_away(here: Visitor, filled: Library) -> None:
    """As Word, as Markdown, as text to copy; whoever may see it may take it."""
    path = asked(here, CARGO)
    name = path.rsplit("/", 1)[1]
    text = re.findall(r"<textarea[^>]*readonly[^>]*>\n(.*?)</textarea>", here.page(path), re.S)[0]
    assert text.startswith(f"{CARGO}\n\nPort Aurelia handles 41 million tons of cargo a year. [1]")
    assert "\n[1] Port Aurelia, no. PA1 (March 5, 2024), para. 1.\n" in text
    file = here.get(f"/answers/{name}/download?form=docx")
    assert file.content.startswith(b"PK")
    assert file.headers["content-disposition"] == f'attachment; filename="answer-{name}.docx"'
    written = here.get(f"/answers/{name}/download?form=markdown")
    assert written.headers["content-type"] == "text/markdown; charset=utf-8"
    assert "[^1]: *Port Aurelia*, no. PA1 (March 5, 2024)" in written.text
    assert here.get(f"/answers/{name}/download?form=exe").status_code == 400
    assert here.get("/answers/none/download").status_code == 404
    here.app.state.services.forget(name)
    assert "cargo does" not in here.get(f"/answers/{name}/download?form=markdown").text


def test_hostile_questions_stay_texts(here: Visitor) -> None:
    """In the box, above the answer and in what is copied."""
    first = asked(here, f"Harbour of Zavelstein {HOSTILE}?")
    pages = [here.page(first), here.page(asked(here, f"and {HOSTILE}?", first)),
             here.page("/ask?new=yes&question=%22%3E%3Cscript%3E"),
             here.page("/briefs?text=harbour+%3Cscript%3E"),
             here.ask("\u202e…<script>", first).text]  # fmt: skip
    for number, page in enumerate(pages):
        assert Scripts(page).found == [], number
        assert "\u202e" not in page, number


def test_search_finds_briefs_and_passages(here: Visitor) -> None:
    """Titles and texts with the words marked, each leading to its place."""
    page = here.page("/briefs?text=lease")
    assert "No brief with these words in its title or number" in page
    assert re.search(r"In 2015 the harbour was <mark>leased</mark> to the Norvane", page)
    assert re.search(r'href="/briefs/\w+@1#p2"', page)
    assert "<mark>Wheat</mark> exports of Tamara" in here.page("/briefs?text=wheat")
    assert "1 brief with these words" in here.page("/briefs?text=wheat")
    assert "No passage has these words." in here.page("/briefs?text=zzz")
    assert here.page("/briefs?text=%3F%3F%3F")
    assert "Passages" not in here.page("/briefs")
    assert ">lease</textarea>" in here.page("/ask?new=yes&question=lease")


def test_titles_are_found_where_passages_cannot_be(here: Visitor, monkeypatch) -> None:
    """Without a model, for instance; the log says why."""

    def broken(*_: Any, **__: Any) -> None:
        raise EmbeddingError("/srv/secret/model: missing")

    monkeypatch.setattr(Library, "search", broken)
    page = here.page("/briefs?text=wheat")
    assert "The passages cannot be searched now" in page
    assert "<mark>Wheat</mark> exports of Tamara" in page
    assert "secret" not in page
