"""Sessions cannot be made up, and forms belong to one session and one person."""

import time

import pytest

from bot.web.sessions import FORGOTTEN, LONGEST_WAIT, MOST, FailedLogins, WebSession, WebSessions
from tests.jobs.conftest import Clock

KEY = b"k" * 32


def sessions(key: bytes = KEY, *, secure: bool = False) -> WebSessions:
    return WebSessions(key, 12, secure=secure)


def test_a_session_is_read_as_it_was_written() -> None:
    session = WebSession.fresh("ilse")
    assert sessions().read(sessions().write(session)) == session


@pytest.mark.parametrize("value", [None, "", "x", "a.b.c", "é", "x" * 9_000])
def test_what_we_did_not_write_is_no_session(value: str | None) -> None:
    """Nor is one under another key, nor a form's token."""
    assert sessions().read(value) is None
    session = WebSession.fresh("ilse")
    assert sessions(b"o" * 32).read(sessions().write(session)) is None
    assert sessions().read(sessions().form_token(session, "ilse")) is None
    written = sessions().write(session)
    assert sessions().read(written[:-2] + ("AA" if written[-2:] != "AA" else "BB")) is None


def test_a_session_ends(monkeypatch: pytest.MonkeyPatch) -> None:
    session = WebSession.fresh("ilse")
    written, form = sessions().write(session), sessions().form_token(session, "ilse")
    now = time.time()
    monkeypatch.setattr(time, "time", lambda: now + 11 * 3600)
    assert sessions().read(written) == session
    monkeypatch.setattr(time, "time", lambda: now + 13 * 3600)
    assert sessions().read(written) is None
    assert not sessions().is_form_token(form, session, "ilse")


def test_a_form_belongs_to_its_session_and_person() -> None:
    """Neither another's session nor another name will do."""
    mine, other = WebSession.fresh("ilse"), WebSession.fresh("ilse")
    token = sessions().form_token(mine, "ilse")
    assert sessions().is_form_token(token, mine, "ilse")
    assert not sessions().is_form_token(token, other, "ilse")
    assert not sessions().is_form_token(token, mine, "omar")
    assert not sessions().is_form_token(token, mine, None)
    for wrong in ("", "x", sessions().write(mine), sessions(b"o" * 32).form_token(mine, "ilse")):
        assert not sessions().is_form_token(wrong, mine, "ilse")


def test_two_desks_on_one_machine_have_cookies_of_their_own() -> None:
    """Cookies know no ports; over https the name binds them to the host."""
    assert sessions().cookie != sessions(b"o" * 32).cookie
    assert sessions(secure=True).cookie.startswith("__Host-")


def test_after_some_wrong_tokens_each_costs_a_longer_wait() -> None:
    clock = Clock()
    attempts = FailedLogins(clock)
    waits = []
    for _ in range(12):
        attempts.failed("1.1.1.1")
        waits.append(attempts.wait("1.1.1.1"))
    assert waits[:5] == [0, 0, 1, 2, 4]
    assert waits[-1] == LONGEST_WAIT
    assert attempts.wait("2.2.2.2") == 0
    clock.now += LONGEST_WAIT
    assert attempts.wait("1.1.1.1") == 0


def test_a_right_token_and_time_forgive() -> None:
    clock = Clock()
    attempts = FailedLogins(clock)
    for _ in range(5):
        attempts.failed("1.1.1.1")
    attempts.passed("1.1.1.1")
    attempts.failed("1.1.1.1")
    assert attempts.wait("1.1.1.1") == 0
    for _ in range(5):
        attempts.failed("1.1.1.1")
    clock.now += FORGOTTEN + 1
    attempts.failed("1.1.1.1")
    assert attempts.wait("1.1.1.1") == 0


def test_memory_is_bounded() -> None:
    attempts = FailedLogins(Clock())
    for number in range(MOST + 500):
        attempts.failed(f"address {number}")
    assert len(attempts._failed) == MOST
