"""Guessing tokens is slow."""

from bot.web.sessions import FORGOTTEN, LONGEST, MOST, FailedLogins


class Clock:
    now = 1_000.0

    def __call__(self) -> float:
        return self.now


def test_after_some_wrong_tokens_each_costs_a_longer_wait() -> None:
    """Up to a minute; other addresses do not wait."""
    clock = Clock()
    attempts = FailedLogins(clock)
    waits = []
    for _ in range(12):
        attempts.failed("1.1.1.1")
        waits.append(attempts.wait("1.1.1.1"))
    assert waits[:5] == [0, 0, 1, 2, 4]
    assert waits[-1] == LONGEST
    assert attempts.wait("2.2.2.2") == 0
    clock.now += LONGEST
    assert attempts.wait("1.1.1.1") == 0


def test_a_right_token_and_time_forgive() -> None:
    """The count begins anew."""
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
    """However many addresses try."""
    attempts = FailedLogins(Clock())
    for number in range(MOST + 500):
        attempts.failed(f"address {number}")
    assert len(attempts._failed) == MOST
