"""Run `briefs` as a person would: a process of its own, or `main` in this one, which is faster."""

import json
import os
import subprocess
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).resolve().parent.parent
START = [
    sys.executable,
    "-c",
    "import sys; sys.argv[0] = 'briefs'; import bot.app.cli; bot.app.cli.main()",
]


def environment(home: Path, **more: str) -> dict[str, str]:
    """Return the environment of a user whose library is in `home`."""
    kept = {
        name: value
        for name, value in os.environ.items()
        if not name.startswith(("BRIEFS_", "SLACK_", "COLUMNS", "LINES"))
    }
    return kept | {"BRIEFS_HOME": str(home), "PYTHONPATH": str(ROOT), "TERM": "xterm"} | more


def briefs(
    home: Path, *arguments: str, stdin: bytes = b"", timeout: float = 120, **more: str
) -> "subprocess.CompletedProcess[str]":
    """Run `briefs` in a process of its own; nothing is a terminal."""
    done = subprocess.run(
        [*START, *arguments],
        input=stdin,
        capture_output=True,
        timeout=timeout,
        env=environment(home, **more),
    )
    return subprocess.CompletedProcess(
        done.args, done.returncode, done.stdout.decode(), done.stderr.decode()
    )


def parsed(text: str) -> list[dict[str, Any]]:
    """Return the JSON objects of JSON Lines."""
    return [json.loads(line) for line in text.splitlines()]


class Shell:
    """Calls `main` in this process with a home; returns (exit code, stdout, stderr)."""

    def __init__(
        self, home: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
    ) -> None:
        self.home = home
        self._monkeypatch = monkeypatch
        self._capsys = capsys

    def __call__(self, *arguments: str, **env: str) -> tuple[int, str, str]:
        from bot.app.cli import main

        for name, value in {"BRIEFS_HOME": str(self.home), **env}.items():
            self._monkeypatch.setenv(name, value)
        self._monkeypatch.setattr(sys, "argv", ["briefs", *arguments])
        self._capsys.readouterr()
        code: Any = 0
        try:
            main()
        except SystemExit as leaving:
            code = leaving.code or 0
        said = self._capsys.readouterr()
        return int(code), said.out, said.err

    def json(self, *arguments: str) -> list[dict[str, Any]]:
        """Return the JSON objects that a command prints; it must succeed."""
        code, out, err = self(*arguments, "--json")
        assert code == 0, err
        return parsed(out)


def write(folder: Path, files: Mapping[str, str | bytes]) -> list[Path]:
    """Write files below a folder."""
    paths = []
    for name, content in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content.encode() if isinstance(content, str) else content)
        paths.append(path)
    return paths


def columns(text: str, name: str) -> Sequence[str]:
    """Return one column of a printed table by its header."""
    lines = text.splitlines()
    start = lines[0].index(name)
    return [line[start:].split("  ")[0].strip() for line in lines[1:]]
