"""What the tests of the Slack bot share: a fake workspace, no proxy, one loop a test."""

import os
from collections.abc import AsyncIterator

import pytest

from tests.slack.fake import FakeSlack


@pytest.fixture(autouse=True)
def _no_proxy(monkeypatch: pytest.MonkeyPatch) -> None:
    """The SDK sends even loopback calls through a proxy that it finds in the environment."""
    for name in list(os.environ):
        if name.lower() in {"http_proxy", "https_proxy", "all_proxy"}:
            monkeypatch.delenv(name)


@pytest.fixture
def anyio_backend() -> str:
    return "asyncio"


@pytest.fixture
async def slack() -> AsyncIterator[FakeSlack]:
    """A fake workspace with the people and channels of World.small()."""
    async with FakeSlack() as fake:
        yield fake
