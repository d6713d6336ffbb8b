"""Who is let in, and as whom."""

import logging

import pytest
from starlette.datastructures import Headers

from bot.web.authentication import LocalLogin, ProxyLogin, TokenLogin, authentication
from bot.web.settings import Person, Role, WebSettings
from index.errors import SettingsError
from tests.web.material import TOKENS, WITH_TOKENS

PROXY = WebSettings(
    proxy_user_header="X-Forwarded-User",
    proxy_addresses=["10.0.0.0/8", "::1"],
    people={"ilse": Role.EDITOR, "ada": Role.ADMIN},
)


def proxied(name: str, address: str = "10.1.2.3", settings: WebSettings = PROXY) -> Person | None:
    headers = Headers({"x-forwarded-user": name})
    return ProxyLogin(settings).who(None, headers, address)


def test_on_this_machine_alone_the_admin_has_a_token_of_this_start() -> None:
    """Other users and programs of the machine reach the desk, and are nobody."""
    login = authentication(WebSettings(), "ilse", loopback=True, reached_by_others=False)
    assert isinstance(login, LocalLogin)
    assert login.who(None, Headers(), "127.0.0.1") is None
    assert login.owner("") is None
    assert login.owner(login.token) == Person("ilse", Role.ADMIN)
    other = authentication(WebSettings(), "ilse", loopback=True, reached_by_others=False)
    assert isinstance(other, LocalLogin)
    assert other.token != login.token


def test_elsewhere_a_login_is_demanded() -> None:
    for settings, loopback in (
        (WebSettings(), False),
        (WebSettings(url="https://briefs.example.org"), True),
    ):
        with pytest.raises(SettingsError, match="BRIEFS_DESK_TOKENS: missing"):
            authentication(settings, "ilse", loopback=loopback, reached_by_others=False)
    assert authentication(WITH_TOKENS, "ilse", loopback=False, reached_by_others=True)
    assert authentication(PROXY, "ilse", loopback=False, reached_by_others=True)
    off = WebSettings(enabled=False)
    assert authentication(off, "ilse", loopback=False, reached_by_others=True) is None


def test_behind_slacks_proxy_there_is_no_desk_without_a_login(caplog):
    """What hands on Slack's requests might hand on everybody's."""
    with caplog.at_level(logging.WARNING, logger="bot"):
        assert authentication(WebSettings(), "ilse", loopback=True, reached_by_others=True) is None
    assert "no desk" in caplog.text


def test_a_token_tells_its_owner_and_the_session_remembers_the_name() -> None:
    """The role is that of today's settings; a name without a token is nobody."""
    login = TokenLogin(WITH_TOKENS.tokens)
    assert login.owner(TOKENS[Role.EDITOR]) == Person("editor-1", Role.EDITOR)
    assert login.owner(TOKENS[Role.EDITOR] + "x") is None
    assert login.owner("") is None
    assert login.who("editor-1", Headers(), "1.2.3.4") == Person("editor-1", Role.EDITOR)
    assert login.who("gone", Headers(), "1.2.3.4") is None
    assert login.who(None, Headers(), "1.2.3.4") is None


def test_a_proxy_is_believed_from_its_own_address_alone() -> None:
    """Anybody can send a header."""
    assert proxied("ilse") == Person("ilse", Role.EDITOR)
    assert proxied("ilse", "::ffff:10.0.0.9") == Person("ilse", Role.EDITOR)
    assert proxied("ilse", "::1") == Person("ilse", Role.EDITOR)
    for address in ("11.0.0.1", "127.0.0.1", "", "testclient"):
        assert proxied("ilse", address) is None


def test_two_names_are_none() -> None:
    """The proxy's own might be the second."""
    headers = Headers(raw=[(b"x-forwarded-user", b"ada"), (b"x-forwarded-user", b"omar")])
    assert ProxyLogin(PROXY).who(None, headers, "10.0.0.1") is None
    assert proxied("") is None
    assert proxied("x" * 500) is None


def test_whoever_is_not_named_has_the_default_role_or_none() -> None:
    assert proxied("omar") == Person("omar", Role.READER)
    closed = PROXY.model_copy(update={"proxy_default": "none"})
    assert proxied("omar", settings=closed) is None
    assert proxied("ada", settings=closed) == Person("ada", Role.ADMIN)


def test_each_role_may_do_what_those_before_may() -> None:
    reader, editor, admin = (Person("x", role) for role in Role)
    assert (reader.is_editor, reader.is_admin) == (False, False)
    assert (editor.is_editor, editor.is_admin) == (True, False)
    assert (admin.is_editor, admin.is_admin) == (True, True)
