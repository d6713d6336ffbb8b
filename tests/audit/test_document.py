"""The guide to auditing: every command in it is one, and every link leads somewhere."""

import re
import shlex
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import typer

from bot.app.cli import app
from bot.audit.findings import Kind
from bot.audit.severities import SEVERITY
from tests.commands import ROOT

PAGES = [ROOT / "docs" / "auditing.md", ROOT / "docs" / "ledger.md"]


def commands(page: Path) -> Iterator[str]:
    """The lines of its code blocks that call `briefs`."""
    for block in re.findall(r"```sh\n(.*?)```", page.read_text(encoding="utf-8"), re.S):
        yield from (line for line in block.splitlines() if line.startswith("briefs "))


COMMANDS = sorted({line for page in PAGES for line in commands(page)})


@pytest.mark.parametrize("line", COMMANDS)
def test_a_command_of_the_guide_can_be_typed(line: str) -> None:
    """With its options, values and arguments; it is parsed and not run."""
    words = shlex.split(line.split(" | ")[0], comments=True)[1:]
    command: Any = typer.main.get_command(app)
    while hasattr(command, "commands"):
        command = command.commands[words.pop(0)]
    command.make_context("briefs", words)


def test_the_guide_names_every_kind_of_finding_as_grave_as_it_is() -> None:
    """The table is the one that the checks use."""
    text = PAGES[0].read_text(encoding="utf-8")
    rows = [line.split(" | ") for line in text.splitlines() if line.startswith("| `")]
    stated = {kind: row[-1].strip(" |") for row in rows for kind in re.findall(r"`(\w+)`", row[0])}
    assert stated == {str(kind): str(SEVERITY[kind]) for kind in Kind}


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_links_lead_to_files_that_are_there(page: Path) -> None:
    """Relative ones; those to other hosts are not followed."""
    for target in re.findall(r"\]\((?!https?:)([^)#]+)", page.read_text(encoding="utf-8")):
        assert (page.parent / target).exists(), target
