"""docs/programs.md: its examples are run as they stand there, on the example briefs."""

import json
import re
import subprocess
import sys
from pathlib import Path

import pytest

from tests.commands import ROOT, environment
from tests.web.serving import started

PAGE = (ROOT / "docs/programs.md").read_text(encoding="utf-8")


def blocks(heading: str, language: str) -> str:
    """Return the code of a section of the page, its blocks one after the other."""
    (section,) = re.findall(rf"^## {heading}\n(.*?)(?=^## |\Z)", PAGE, re.MULTILINE | re.DOTALL)
    return "\n".join(re.findall(rf"^```{language}\n(.*?)^```$", section, re.MULTILINE | re.DOTALL))


def printed(code: str, home: Path, folder: Path, **env: str) -> str:
    """Run a program in a folder; return what it prints."""
    done = subprocess.run(
        [sys.executable, "-c", code],
        cwd=folder, env=environment(home, **env), capture_output=True, text=True,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    return done.stdout


@pytest.mark.parametrize(
    ("heading", "expected"),
    [
        ("LangChain", ["4 April 2023", "['FINLAND, SWEDEN AND THE ENLARGEMENT OF NATO']"]),
        ("Chroma", ["FINLAND, SWEDEN AND THE ENLARGEMENT OF NATO"]),
    ],
)
def test_the_examples_for_programs_run(
    examples_home: Path, tmp_path: Path, heading: str, expected: list[str]
) -> None:
    """Retriever, embeddings, chain and JSON; a copy of the index, searched by LangChain."""
    said = printed(blocks(heading, "python"), examples_home, tmp_path)
    assert [one for one in expected if one not in said] == []


def test_the_examples_for_http_run(examples_home: Path, tmp_path: Path) -> None:
    """Against `briefs serve` as it is: asked, searched and listed."""
    with started(examples_home, "serve", "--port", "0") as (process, port):
        code = blocks("REST", "python").replace(":8080", f":{port}")
        token = process.link.partition("token=")[2]
        said = printed(code, examples_home, tmp_path, DESK_TOKEN=token)
    assert "4 April 2023" in said
    assert "FINLAND, SWEDEN AND THE ENLARGEMENT OF NATO" in said
    assert said.splitlines()[-1] == "3 13"


def test_the_configuration_for_assistants_starts_our_command() -> None:
    """What is entered there is JSON, and names a command that there is."""
    entered = json.loads(blocks("MCP", "json"))["mcpServers"]["briefs"]
    assert (entered["command"], entered["args"]) == ("briefs", ["mcp"])
