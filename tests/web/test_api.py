"""/api for programs: the contract's JSON, the pages' rules of access, errors in one line."""

import json
import threading
from typing import Any

import pytest

from bot.answering.contract import answer_json, hit_json
from bot.answering.search import search
from bot.errors import LedgerError
from bot.ledger.ledger import Ledger
from bot.ledger.recording import Answerer
from bot.web.api import AnswerReply, BriefReply, CitationReply, HitReply, SearchReply, SentenceReply
from bot.web.asked_questions import EACH
from bot.web.authentication import ProxyLogin
from bot.web.settings import Role, WebSettings
from index.library import Library
from ingest.listing import brief_lines, brief_object
from tests.web.material import TOKENS, Visitor, correct

QUESTION = "How much cargo does Port Aurelia handle?"


def keys_of(model: Any) -> set[str]:
    return set(model.model_fields)


def bearer(role: Role) -> dict[str, str]:
    return {"authorization": f"Bearer {TOKENS[role]}"}


def test_a_question_gets_what_briefs_ask_gives(here: Visitor, filled: Library) -> None:
    """By GET and by POST, with the keys of `briefs ask --json`; `id` is echoed."""
    posted = here.post("/api/ask", json={"question": QUESTION, "id": "q1"}).json()
    got = here.get("/api/ask", params={"question": QUESTION}).json()
    assert (posted["id"], got["id"]) == ("q1", None)
    assert posted["sentences"] == got["sentences"]
    assert posted["sentences"][0]["text"] == "Port Aurelia handles 41 million tons of cargo a year."
    expected = answer_json(Answerer(filled).ask(QUESTION))
    assert posted.keys() == got.keys() == expected.keys()


def test_it_is_recorded_as_a_question_in_the_browser_is(here: Visitor, filled: Library) -> None:
    """Asker, place and earlier questions stand in the ledger; the browser can go on from there."""
    asked = {"question": "and the lease?", "conversation": [QUESTION]}
    answer_id = here.post("/api/ask", json=asked).json()["answer_id"]
    private = Ledger(filled.database).get(answer_id).private
    assert private is not None
    assert (private["asker"], private["place"]) == ("ilse", "web")
    assert private["turns"] == [{"question": QUESTION, "answer_id": None}]
    assert here.get(f"/ask/{answer_id}").status_code == 200


def test_a_search_gets_what_briefs_search_gives(here: Visitor, filled: Library) -> None:
    """`k` hits, with the filters of the command line."""
    got = here.post("/api/search", json={"query": "cargo", "k": 2, "id": 7}).json()
    _, found = search(filled, "cargo", limit=2)
    assert got["hits"] == [hit_json(hit, rank) for rank, hit in enumerate(found.hits, 1)]
    assert (got["id"], got["query"], got["standalone_question"]) == (7, "cargo", "cargo")
    narrowed = here.get("/api/search", params={"query": "cargo", "brief": ["PA1"], "since": "2024"})
    assert {hit["brief"]["number"] for hit in narrowed.json()["hits"]} == {"PA1"}


def test_the_briefs_are_listed_and_shown(here: Visitor, filled: Library) -> None:
    """As `briefs list --json` and `briefs show --json` give them, older versions by ID@1."""
    correct(filled)
    listed = here.get("/api/briefs").json()["briefs"]
    assert listed == brief_lines(filled, None, everything=False)
    assert here.post("/api/briefs", json={"collection": "default"}).json()["briefs"] == listed
    assert here.get("/api/briefs/PA1").json() == brief_object(filled, "PA1", None)
    assert "41 million" in here.get("/api/briefs/PA1@1").json()["text"]


def test_every_key_of_the_description_is_in_what_comes(here: Visitor) -> None:
    """The models of the OpenAPI description name keys that the replies have."""
    answer = here.post("/api/ask", json={"question": QUESTION}).json()
    found = here.post("/api/search", json={"query": "cargo"}).json()
    for model, reply in (
        (AnswerReply, answer),
        (SentenceReply, answer["sentences"][0]),
        (CitationReply, answer["citations"][0]),
        (BriefReply, answer["citations"][0]["brief"]),
        (SearchReply, found),
        (HitReply, found["hits"][0]),
    ):
        assert keys_of(model) <= set(reply), model
        model.model_validate(reply)


def test_the_description_names_what_there_is(here: Visitor) -> None:
    """OpenAPI 3.1 with requests, replies and errors, for whoever may call."""
    described = here.get("/api/openapi.json").json()
    assert described["openapi"].startswith("3.1")
    assert {path: sorted(one) for path, one in described["paths"].items()} == {
        "/api/ask": ["get", "post"],
        "/api/search": ["get", "post"],
        "/api/briefs": ["get", "post"],
        "/api/briefs/{brief_id}": ["get"],
    }
    replies = described["paths"]["/api/ask"]["post"]["responses"]
    assert {"200", "400", "401", "429"} <= replies.keys()


@pytest.mark.parametrize(
    ("path", "sent", "line"),
    [
        ("/api/ask", {"question": " "}, "question: empty"),
        ("/api/ask", {}, "question: field required; see /api/openapi.json"),
        ("/api/ask", {"question": "a" * 4_001}, "question: string should have at most 4000"),
        ("/api/ask", {"question": QUESTION, "sinse": "2024"}, "sinse: extra inputs are not"),
        ("/api/ask", {"question": QUESTION, "since": "May"}, "since May: not a date; write 2016"),
        ("/api/ask", {"question": QUESTION, "brief": ["XY9"]}, "XY9"),
        ("/api/search", {"query": ""}, "query: empty; say what to look for"),
        ("/api/search", {"query": "cargo", "k": 0}, "k: input should be greater than or equal"),
        (
            "/api/search",
            {"query": "cargo", "collection": ["defualt"]},
            "collection defualt: no such collection, perhaps default; there are: default",
        ),
        ("/api/briefs", {"collection": "other"}, "collection other: no such collection"),
    ],
)
def test_what_cannot_be_served_gets_one_clear_line(
    here: Visitor, path: str, sent: dict[str, Any], line: str
) -> None:
    """As JSON, with the name of the parameter, by whatever method it came."""
    reply = here.post(path, json=sent)
    assert reply.status_code in {400, 404}
    assert reply.json().keys() == {"error"}
    assert line in reply.json()["error"]
    assert "\n" not in reply.json()["error"]
    assert here.get(path, params=sent).json()["error"] == reply.json()["error"]


def test_what_is_no_json_or_no_page_gets_one_clear_line_too(here: Visitor) -> None:
    kind = {"content-type": "application/json"}
    assert "json" in here.post("/api/ask", content="{'a'", headers=kind).json()["error"].lower()
    assert "see /api" in here.post("/api/ask", content="[]", headers=kind).json()["error"]
    assert here.get("/api/nothing").json() == {"error": "there is no such page"}
    assert here.get("/api/briefs/XY9").status_code == 404
    assert here.put("/api/ask", json={}).json() == {"error": "method not allowed"}


def test_a_fault_of_ours_says_nothing_of_its_cause(filled: Library) -> None:
    """What a program gets is what a browser gets; the reason is in the log."""

    def broken(*_: Any) -> Any:
        raise LedgerError("/secret/place: disk is full")

    reply = Visitor(filled, maker=broken).post("/api/ask", json={"question": QUESTION})
    assert reply.status_code == 500
    assert reply.json() == {
        "error": "The question could not be answered; the server’s log says why"
    }


def test_whoever_is_not_signed_in_gets_nothing(guarded: Visitor) -> None:
    """No redirect to a form: a program gets 401, and how to sign in."""
    for path in ("/api/ask?question=x", "/api/search?query=x", "/api/briefs", "/api/openapi.json"):
        reply = guarded.get(path)
        assert reply.status_code == 401, path
        assert reply.json() == {"error": "sign in first"}
        assert reply.headers["www-authenticate"] == "Bearer"


def test_a_token_or_a_session_lets_in(guarded: Visitor, filled: Library) -> None:
    """The tokens of the pages, without a session; the asker is the token's owner."""
    reply = guarded.post("/api/ask", json={"question": QUESTION}, headers=bearer(Role.READER))
    private = Ledger(filled.database).get(reply.json()["answer_id"]).private
    assert private is not None
    assert private["asker"] == "reader-1"
    assert "set-cookie" not in reply.headers
    assert guarded.sign_in(Role.READER).get("/api/briefs").status_code == 200


def test_guessing_tokens_is_slowed_down(guarded: Visitor) -> None:
    """Three wrong ones, then a wait, also for a right one and on the page for signing in."""
    wrong = {"authorization": "Bearer " + "x" * 40}
    assert [guarded.get("/api/briefs", headers=wrong).status_code for _ in range(3)] == [401] * 3
    reply = guarded.get("/api/briefs", headers=bearer(Role.READER))
    assert reply.status_code == 429
    assert "too many wrong tokens" in reply.json()["error"]
    assert int(reply.headers["retry-after"]) >= 1


def test_a_proxy_names_the_caller_here_too(filled: Library) -> None:
    settings = WebSettings(proxy_user_header="X-User", proxy_addresses=["127.0.0.1"])  # type: ignore[list-item]
    visitor = Visitor(filled, settings, ProxyLogin(settings))
    assert visitor.get("/api/briefs").status_code == 401
    assert visitor.get("/api/briefs", headers={"x-user": "omar"}).status_code == 200


def test_another_sites_page_cannot_ask(here: Visitor) -> None:
    """Neither by an image's address, nor by a form, whose type is never JSON."""
    asked = {"question": QUESTION}
    foreign = {"sec-fetch-site": "cross-site"}
    assert here.get("/api/ask", params=asked, headers=foreign).status_code == 403
    assert here.post("/api/ask", json=asked, headers=foreign).json() == {
        "error": "sent by another site"
    }
    kind = {"content-type": "text/plain"}
    reply = here.post("/api/ask", content=json.dumps(asked), headers=kind)
    assert (reply.status_code, "content-type: not application/json" in reply.text) == (400, True)


def test_too_many_questions_at_once_are_told_to_wait(filled: Library) -> None:
    """The limits of the browser hold: so many of one person, and no more."""
    begun, go_on = threading.Semaphore(0), threading.Event()

    def slow(*_: Any) -> Any:
        begun.release()
        go_on.wait(60)
        raise LedgerError("enough")

    visitor = Visitor(filled, maker=slow)
    asking = [
        threading.Thread(
            target=visitor.post, args=("/api/ask",), kwargs={"json": {"question": QUESTION}}
        )
        for _ in range(EACH)
    ]
    for one in asking:
        one.start()
    for _ in asking:
        assert begun.acquire(timeout=60)
    reply = visitor.post("/api/ask", json={"question": QUESTION})
    go_on.set()
    for one in asking:
        one.join()
    assert (reply.status_code, reply.headers["retry-after"]) == (429, "1")
    assert "too many questions are waiting" in reply.json()["error"]
