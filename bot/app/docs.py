"""Write docs/commands.md from the real --help of every command: `python -m bot.app.docs`."""

import re
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

PAGE = Path(__file__).resolve().parents[2] / "docs" / "commands.md"
WIDTH = 96  # columns of the help texts

_HEAD = """# Commands

What `briefs COMMAND --help` says, made by `python -m bot.app.docs`; a test fails when it is out of
date. Results go to standard output, everything else to standard error. Exit codes: 0 done, 1 some
of it failed (each failure is named), 2 wrong usage or settings, 130 stopped with Ctrl-C.
"""
_COLOUR = re.compile(r"\x1b\[[0-9;]*m")


def page() -> str:
    """Return the page: the head, then the help of `briefs`, of each command, of each in a group."""
    from bot.app.cli import commands

    return "\n".join([_HEAD, _section(()), *map(_section, named(commands()))])


def named(commands: Mapping[str, Any], group: tuple[str, ...] = ()) -> Iterator[tuple[str, ...]]:
    """Yield the words of each command, those of a group after the group itself."""
    for name, command in commands.items():
        yield (*group, name)
        yield from named(getattr(command, "commands", {}), (*group, name))


def help_text(*command: str) -> str:
    """Return what `briefs COMMAND --help` prints, without colours and trailing spaces."""
    from typer.testing import CliRunner

    from bot.app.cli import app

    runner = CliRunner(env={"COLUMNS": str(WIDTH), "TERM": "dumb"})
    said = runner.invoke(app, [*command, "--help"], prog_name="briefs").output
    lines = [line.rstrip() for line in _COLOUR.sub("", said).splitlines()]
    return "\n".join(lines).strip("\n") + "\n"


def _section(command: tuple[str, ...]) -> str:
    title = " ".join(("briefs", *command))
    return f"## {title}\n\n```text\n{help_text(*command)}```\n"


def main() -> int:
    PAGE.parent.mkdir(exist_ok=True)
    PAGE.write_text(page(), encoding="utf-8")
    sys.stdout.write(f"{PAGE}\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
