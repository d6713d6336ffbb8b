"""A library with a past, served; and Chromium to look at it. CI must have one."""

import os
import shutil
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, expect, sync_playwright

from tests.web.browser import world as worlds
from tests.web.browser.visitor import PATIENCE, WIDE, Visitor
from tests.web.browser.world import World
from tests.web.serving import started

expect.set_options(timeout=PATIENCE)

TOKENS = {"reader": "r" * 40, "editor": "e" * 40, "admin": "a" * 40}
LINKS: dict[str, str] = {}  # address of a desk -> the path that signs its user in
Visit = Callable[..., Visitor]


@pytest.fixture(scope="session")
def executable() -> str:
    """Where Debian's Chromium is."""
    path = shutil.which("chromium")
    if path is None:
        reason = "Chromium is not installed: apt-get install chromium"
        if os.environ.get("CI") == "true":
            pytest.fail(reason)
        pytest.skip(reason)
    return path


@pytest.fixture(scope="module")
def chromium(executable: str) -> Iterator[Browser]:
    """The browser; ended with each module, for its event loop would disturb other tests."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=executable, args=["--no-sandbox"])
        yield browser
        browser.close()


@pytest.fixture(scope="session")
def world(executable: str, tmp_path_factory: pytest.TempPathFactory, model_cache: Path) -> World:
    """The library; tests that judge take each an answer of their own."""
    root = tmp_path_factory.mktemp("world")
    (root / "home").mkdir()
    return worlds.make(root / "home", root / "briefs", model_cache)


@pytest.fixture(scope="session")
def desk(world: World, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address of a desk for this machine alone."""
    folder = tmp_path_factory.mktemp("local")
    with started(world.home, "serve", "--port", "0", folder=folder) as (process, port):
        LINKS[f"http://127.0.0.1:{port}"] = process.link  # type: ignore[attr-defined]
        yield f"http://127.0.0.1:{port}"


@pytest.fixture(scope="session")
def guarded(world: World, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address of a desk with a login."""
    tokens = ",".join(f"{role}1:{role}:{token}" for role, token in TOKENS.items())
    folder = tmp_path_factory.mktemp("guarded")
    login = {"BRIEFS_DESK_TOKENS": tokens}
    with started(world.home, "serve", "--port", "0", folder=folder, **login) as (_, port):
        yield f"http://127.0.0.1:{port}"


@pytest.fixture
def visit(chromium: Browser, desk: str) -> Iterator[Visit]:
    """Send a visitor to the desk; at the end, whatever a page should not have done is a fault."""
    visitors: list[Visitor] = []
    with ExitStack() as stack:

        def send(address: str = desk, **options: Any) -> Visitor:
            context = chromium.new_context(**({"viewport": WIDE} | options))
            stack.callback(context.close)
            visitors.append(Visitor(context, address))
            if link := LINKS.get(address):
                visitors[-1].open(link)
            return visitors[-1]

        yield send
        for visitor in visitors:
            visitor.check()


@pytest.fixture
def visitor(visit: Visit) -> Visitor:
    """This machine's user at a wide screen, signed in by the link."""
    return visit()
