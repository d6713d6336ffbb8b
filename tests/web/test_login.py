"""Signing in, and what each role may see and do."""

from ipaddress import ip_network

import pytest
from starlette.testclient import TestClient

from bot.ledger.ledger import Ledger
from bot.web.app import create
from bot.web.authentication import ProxyLogin
from bot.web.settings import Role, WebSettings
from index.library import Library
from tests.web.material import TOKENS, WITH_TOKENS, Visitor, answer

PAGES = ("/", "/answers/a1", "/briefs", "/statistics", "/unanswered", "/audit", "/report")
FORMS = ("/answers/a1/judgements", "/answers/a1/forget", "/audit/run")


@pytest.fixture(autouse=True)
def _asked(filled: Library) -> None:
    answer(filled, "a1", question="what of the port?")


def test_nobody_gets_in_without_a_token(guarded: Visitor) -> None:
    """Pages lead to the entrance and back; forms are refused."""
    for path in PAGES:
        reply = guarded.get(path)
        assert reply.status_code == 303, path
        assert reply.headers["location"].startswith("/login")
    assert guarded.get("/?text=a%26b").headers["location"] == "/login?next=%2F%3Ftext%3Da%2526b"
    for path in FORMS:
        assert guarded.post(path, data={"token": guarded.token("/login")}).status_code == 401
    assert "what of the port?" not in guarded.page("/login")


def test_a_token_opens_the_desk(guarded: Visitor) -> None:
    """In a session with another id than the one before; the cookie is kept from scripts."""
    before = dict(guarded.cookies)
    token = guarded.token("/login")
    form = {"token": token, "secret": f" {TOKENS[Role.EDITOR]} ", "next": "/answers/a1?at=0"}
    reply = guarded.post("/login", data=form)
    assert (reply.status_code, reply.headers["location"]) == (303, "/answers/a1?at=0")
    cookie = reply.headers["set-cookie"]
    assert "HttpOnly" in cookie
    assert "SameSite=lax" in cookie
    assert dict(guarded.cookies) != before
    assert "editor-1" in guarded.page("/answers/a1")
    assert guarded.get("/login").headers["location"] == "/"
    old = {"token": token, "sentence": "1", "judged": "partly"}
    assert guarded.post("/answers/a1/judgements", data=old).status_code == 403


def test_signing_out_ends_it(guarded: Visitor) -> None:
    guarded.sign_in(Role.READER)
    assert guarded.post("/logout", data={"token": "x"}).status_code == 403
    assert guarded.post("/logout", data={"token": guarded.token("/")}).status_code == 303
    assert guarded.get("/").status_code == 303


def test_signing_out_ends_copies_of_the_session(guarded: Visitor, filled: Library) -> None:
    """In other processes too; a session of the same person in another browser goes on."""
    other = Visitor(filled, WITH_TOKENS).sign_in(Role.EDITOR)
    guarded.sign_in(Role.EDITOR)
    thief = Visitor(filled, WITH_TOKENS)
    thief.cookies.update(guarded.cookies)
    form = thief.token("/answers/a1")
    assert thief.get("/").status_code == 200
    assert guarded.post("/logout", data={"token": guarded.token("/")}).status_code == 303
    assert thief.get("/").status_code == 303
    judged = {"token": form, "sentence": "1", "judged": "partly"}
    assert thief.post("/answers/a1/judgements", data=judged).status_code == 401
    assert other.get("/").status_code == 200


def test_the_printed_link_is_for_this_machine_alone(filled: Library) -> None:
    """A person's token is not taken from an address, and the wrong link costs a wait."""
    guarded = Visitor(filled, WITH_TOKENS)
    assert guarded.get(f"/login?token={TOKENS[Role.ADMIN]}").status_code == 200
    assert guarded.get("/").status_code == 303
    here = Visitor(filled)
    here.cookies.clear()
    statuses = [here.get("/login?token=wrong").status_code for _ in range(4)]
    assert statuses == [403, 403, 403, 429]


def test_one_guesser_behind_a_proxy_locks_out_nobody_else(filled: Library) -> None:
    """The proxies that the settings name say whom they were asked by; others are not believed."""
    settings = WITH_TOKENS.model_copy(
        update={"proxy_addresses": [ip_network("127.0.0.1"), ip_network("10.0.0.0/8")]}
    )

    def guess(settings: WebSettings, *forwarded: str) -> list[int]:
        visitor = Visitor(filled, settings)
        form = {"token": visitor.token("/login"), "next": "/", "secret": "w" * 30}
        return [
            visitor.post("/login", data=form, headers={"x-forwarded-for": each}).status_code
            for each in forwarded
        ]

    assert guess(settings, *["192.0.2.1"] * 4, "192.0.2.2") == [403, 403, 403, 429, 403]
    made_up = [f"198.51.100.{n}, 192.0.2.1, 10.0.0.7" for n in range(4)]
    assert guess(settings, *made_up) == [403, 403, 403, 429]
    assert guess(WITH_TOKENS, *[f"192.0.2.{n}" for n in range(4)]) == [403, 403, 403, 429]


def test_guessing_is_slowed(guarded: Visitor) -> None:
    """Also for the right token, until the wait is over."""
    form = {"token": guarded.token("/login"), "next": "/"}
    statuses = [guarded.post("/login", data=form | {"secret": "w" * 30}).status_code
                for _ in range(4)]  # fmt: skip
    assert statuses == [403, 403, 403, 429]
    reply = guarded.post("/login", data=form | {"secret": TOKENS[Role.ADMIN]})
    assert reply.status_code == 429
    assert int(reply.headers["retry-after"]) >= 1


def test_a_token_of_another_session_is_no_use(guarded: Visitor, filled: Library) -> None:
    """A form made for somebody else's session is refused, that of the entrance too."""
    foreign = Visitor(filled, WITH_TOKENS).token("/login")
    guarded.page("/login")
    form = {"token": foreign, "secret": TOKENS[Role.ADMIN], "next": "/"}
    assert guarded.post("/login", data=form).status_code == 403


def test_the_way_back_stays_at_the_desk(guarded: Visitor) -> None:
    form = {"token": guarded.token("/login"), "secret": TOKENS[Role.READER]}
    for wanted in ("https://evil.example/", "//evil.example", "/\\evil.example", "javascript:x",
                   "\\\\evil", "x", "/\t/evil.example", "http:///x", "//[::1"):  # fmt: skip
        guarded.cookies.clear()
        form["token"] = guarded.token("/login")
        reply = guarded.post("/login", data=form | {"next": wanted})
        assert reply.headers["location"] == "/", wanted


def test_readers_see_neither_askers_nor_places(guarded: Visitor) -> None:
    guarded.sign_in(Role.READER)
    for path in ("/", "/answers/a1", "/unanswered", "/?asker=U0ASKER", "/?channel=C0PLACE"):
        page = guarded.page(path)
        assert "what of the port?" in page or path == "/unanswered"
        assert "U0ASKER" not in page, path
        assert "C0PLACE" not in page, path


@pytest.mark.parametrize(
    ("role", "judges", "forgets"),
    [(Role.READER, 403, 403), (Role.EDITOR, 303, 403), (Role.ADMIN, 303, 303)],
)
def test_each_role_does_what_it_may(guarded, role, judges, forgets):
    """The forms are shown to those who may send them, and refused from others."""
    guarded.sign_in(role)
    page = guarded.page("/answers/a1")
    assert ("data-judging" in page) is (judges == 303)
    assert ("/forget" in page) is (forgets == 303)
    assert guarded.judge("a1").status_code == judges
    assert guarded.get("/audit").status_code == (200 if judges == 303 else 403)
    assert guarded.get("/report").status_code == (200 if judges == 303 else 403)
    run = guarded.post("/audit/run", data={"token": guarded.token("/"), "text": "nothing"})
    assert run.status_code == judges
    forget = {"token": guarded.token("/"), "sure": "yes"}
    assert guarded.post("/answers/a1/forget", data=forget).status_code == forgets


def test_editors_judge_under_their_own_names(guarded: Visitor, filled: Library) -> None:
    guarded.sign_in(Role.EDITOR)
    guarded.judge("a1", editor="admin-1")
    (made,) = Ledger(filled.database).further("a1")
    assert made.private
    assert made.private["editor"] == "editor-1"


def test_another_token_ends_old_sessions(guarded: Visitor, filled: Library) -> None:
    """The key of sessions depends on the tokens; processes with the same ones share it."""
    guarded.sign_in(Role.ADMIN)
    same, other = Visitor(filled, WITH_TOKENS), Visitor(
        filled, WITH_TOKENS.model_copy(update={"tokens": WITH_TOKENS.tokens[1:]})
    )  # fmt: skip
    for visitor in (same, other):
        visitor.cookies = guarded.cookies
    assert same.get("/").status_code == 200
    assert other.get("/").status_code == 303


def test_a_proxy_may_tell_who_it_is(filled: Library) -> None:
    """Its header counts, and only from its address; there is nothing to sign in or out of."""
    settings = WebSettings(
        proxy_user_header="X-User", proxy_addresses=["10.0.0.7"], people={"ilse": Role.EDITOR},
        url="https://briefs.example.org",
    )  # fmt: skip
    app = create(filled, settings, ProxyLogin(settings), print, print)
    base = {"base_url": "https://briefs.example.org", "follow_redirects": False}
    through = TestClient(app, client=("10.0.0.7", 1), **base)
    refused = through.get("/")
    assert refused.status_code == 401
    assert "__Host-" in refused.headers["set-cookie"]
    assert "Secure" in refused.headers["set-cookie"]
    reply = through.get("/answers/a1", headers={"x-user": "ilse"})
    assert "ilse" in reply.text
    assert "Sign out" not in reply.text
    assert "data-judging" not in through.get("/answers/a1", headers={"x-user": "omar"}).text
    past = TestClient(app, client=("10.0.0.8", 1), **base)
    assert past.get("/", headers={"x-user": "ilse"}).status_code == 401
