"""Questions that come together are let in together, and each hears its own verdict."""

import asyncio
from collections.abc import Callable

import pytest

from bot.slack.entrance import Entrance
from bot.slack.inbox import Inbox
from bot.slack.types import Accepted, Incoming

pytestmark = pytest.mark.anyio

Ask = Callable[..., Incoming]


async def test_each_hears_its_own_verdict(inbox: Inbox, ask: Ask) -> None:
    """In few transactions: two where all come while the first runs."""
    asked = [ask(number, user=f"U{number}", channel=f"C{number}") for number in range(30)]
    together: list[int] = []
    accept_all = inbox.accept_all

    def counted(some: list[Incoming]) -> list[Accepted]:
        together.append(len(some))
        return accept_all(some)

    inbox.accept_all = counted  # type: ignore[method-assign, assignment]
    entrance = Entrance(inbox)
    said = await asyncio.gather(*(entrance.accept(one) for one in [*asked, *asked]))
    assert said == [Accepted.NEW] * 30 + [Accepted.DUPLICATE] * 30
    assert len(together) <= 2


async def test_where_the_inbox_fails_nobody_is_let_in(inbox: Inbox, ask: Ask) -> None:
    """Each of those together hears of it, and may come again."""
    accept_all = inbox.accept_all

    def failing(some: list[Incoming]) -> list[Accepted]:
        raise OSError("gone")

    inbox.accept_all = failing  # type: ignore[method-assign, assignment]
    entrance = Entrance(inbox)
    said = await asyncio.gather(
        *(entrance.accept(ask(number)) for number in range(3)), return_exceptions=True
    )
    assert [type(one) for one in said] == [OSError] * 3
    inbox.accept_all = accept_all  # type: ignore[method-assign]
    assert await entrance.accept(ask(1)) is Accepted.NEW


async def test_one_that_leaves_does_not_hold_up_the_others(inbox: Inbox, ask: Ask) -> None:
    """A listener that was cancelled, for instance."""
    entrance = Entrance(inbox)
    leaving = asyncio.create_task(entrance.accept(ask(1)))
    staying = asyncio.create_task(entrance.accept(ask(2)))
    await asyncio.sleep(0)
    leaving.cancel()
    assert await staying is Accepted.NEW
