"""`briefs mcp`, end to end: the SDK's own client talks to the command in a process of its own."""

import json
import os
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest
from mcp import Client, StdioServerParameters, stdio_client

from bot.ledger.ledger import Ledger
from index.library import Library
from index.settings import load
from tests.commands import START, Shell, environment
from tests.jobs.conftest import anyio_backend

__all__ = ["anyio_backend"]  # found here by pytest
QUESTION = "When did Finland join NATO?"


@asynccontextmanager
async def connected(home: Path) -> AsyncIterator[Client]:
    """Yield a client of `briefs mcp`, which has started and ends with it."""
    command, *rest = START
    server = StdioServerParameters(command=command, args=[*rest, "mcp"], env=environment(home))
    with Path(os.devnull).open("w") as nowhere:
        async with Client(stdio_client(server, errlog=nowhere)) as client:
            yield client


async def called(client: Client, tool: str, **arguments: Any) -> dict[str, Any]:
    """Return what a tool gives; its text and its structured content must say the same."""
    done = await client.call_tool(tool, arguments)
    assert not done.is_error, done.content
    assert json.loads(done.content[0].text) == done.structured_content
    return done.structured_content


@pytest.mark.anyio
async def test_an_assistant_searches_asks_shows_and_lists(
    examples_home: Path, shell: Shell
) -> None:
    """Each tool gives the object that the command of its name gives with --json."""
    async with connected(examples_home) as client:
        tools = {tool.name: tool for tool in (await client.list_tools()).tools}
        assert tools.keys() == {"search", "ask", "show", "list"}
        assert all(tool.annotations.read_only_hint for tool in tools.values())
        assert all(tool.description for tool in tools.values())
        properties = tools["search"].input_schema["properties"]
        assert properties["k"]["maximum"] == 200
        assert all(one.get("description") for one in properties.values())
        listed = (await called(client, "list"))["briefs"]
        found = await called(client, "search", query="Finland NATO", k=2)
        shown = await called(client, "show", id=listed[0]["id"])
        answer = await called(client, "ask", question=QUESTION, since="2023")
        follow = await called(client, "ask", question="and Sweden?", conversation=[QUESTION])
        faults = [
            await client.call_tool(name, arguments)
            for name, arguments in (
                ("show", {"id": "XY9"}),
                ("search", {"query": "x", "collection": ["defualt"]}),
                ("ask", {"question": ""}),
            )
        ]
    assert listed == shell.json("list")
    assert [found] == shell.json("search", "Finland NATO", "-k", "2")
    assert [shown] == shell.json("show", listed[0]["id"])
    (expected,) = shell.json("ask", QUESTION, "--since", "2023")
    assert answer.keys() == expected.keys()
    assert answer["sentences"] == expected["sentences"]
    assert "Sweden" in follow["standalone_question"]
    assert all(fault.is_error for fault in faults)
    said = [fault.content[0].text for fault in faults]
    assert "XY9" in said[0]
    assert "no such collection, perhaps default; there are: default" in said[1]
    assert "question: empty" in said[2]
    with Library.open(load(home=examples_home)) as library:
        assert Ledger(library.database).get(answer["answer_id"]).private["place"] == "mcp"


def test_without_the_extra_one_line_says_what_to_type(
    shell: Shell, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("mcp", "mcp.server.mcpserver"):
        monkeypatch.setitem(sys.modules, name, None)
    monkeypatch.delitem(sys.modules, "bot.app.mcp", raising=False)
    code, out, err = shell("mcp")
    assert (code, out) == (2, "")
    assert err == "briefs: mcp: the package is not installed; type: pip install 'brief-bot[mcp]'\n"
