"""Nothing leaves the machine: a default run of `briefs` looks up no name and connects nowhere."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from bot.app.cli import NO_TELEMETRY
from tests.commands import ROOT, briefs
from tests.examples_library import EXAMPLES

# Run by Python at the start of every process that has its folder on PYTHONPATH: children too, but
# the one that reads documents, which is cut off from the environment and from the network.
LISTENER = """
import json, os, sys

def heard(event, arguments):
    if event in ("socket.getaddrinfo", "socket.gethostbyname", "socket.gethostbyaddr"):
        write(event, arguments[0])
    elif event in ("socket.connect", "socket.sendto"):
        write(event, arguments[1])
    elif event == "import" and arguments[0] == "index.models.runtimes":
        write("runs", "index.models.runtimes")

def write(event, what):
    with open(os.environ["HEARD"], "a") as log:
        log.write(json.dumps([event, str(what) if isinstance(what, bytes) else what]) + "\\n")

write("runs", " ".join(sys.orig_argv[1:3]))
sys.addaudithook(heard)
"""
HERE = ("127.", "::1", "localhost", "/")


@pytest.fixture
def heard(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The file of what every process says; the environment is that of a user, without CI."""
    for name in ("CI", "TF_BUILD", "JENKINS_URL", *NO_TELEMETRY):
        monkeypatch.delenv(name, raising=False)
    (tmp_path / "listener").mkdir()
    (tmp_path / "listener" / "sitecustomize.py").write_text(LISTENER)
    monkeypatch.setenv("HEARD", str(tmp_path / "heard"))
    monkeypatch.setenv("HOME", str(tmp_path / "user"))
    (tmp_path / "user").mkdir()
    return tmp_path / "heard"


def lines(heard: Path) -> list[tuple[str, object]]:
    return [tuple(json.loads(line)) for line in heard.read_text().splitlines()]


def departures(heard: Path) -> list[tuple[str, object]]:
    """Return what was looked up or connected to outside this machine."""
    told = [(event, what) for event, what in lines(heard) if event != "runs"]
    return [
        (event, what)
        for event, what in told
        if not str(what[0] if isinstance(what, list) else what or "localhost").startswith(HERE)
    ]


def test_a_default_run_reaches_nobody_and_leaves_only_the_model_in_the_users_folder(
    heard: Path, tmp_path: Path
) -> None:
    """From the first ingest, which converts the model, to rebuilding all: no look-up, no file."""
    home, path = tmp_path / "library", os.pathsep.join([str(heard.parent / "listener"), str(ROOT)])
    for command in (
        ("ingest", str(EXAMPLES / "briefs")),
        ("search", "ships in the Suez Canal"),
        ("ask", "How many ships passed the Suez Canal?"),
        ("doctor",),
        ("reindex",),
        ("reindex", "--embed"),
    ):
        done = briefs(home, *command, timeout=900, PYTHONPATH=path)
        assert done.returncode in {0, 1}, (command, done.stderr)
        assert departures(heard) == [], command
    ran = " ".join(str(what) for event, what in lines(heard) if event == "runs")
    assert "index.models.runtimes" in ran  # children were listened to
    models = tmp_path / "user" / ".cache" / "brief-bot" / "models"
    left = [one for one in (tmp_path / "user").rglob("*") if one.is_file()]
    assert left
    assert [str(one) for one in left if not one.is_relative_to(models)] == []


def test_openvino_is_imported_without_its_telemetry_and_a_program_keeps_its_own() -> None:
    """What reports is not imported with it; importing that package afterwards is as it was."""
    script = (
        "import sys\n"
        "from index.models.runtimes import import_openvino\n"
        "assert import_openvino().Core\n"
        "assert not any(name.startswith('openvino_telemetry') for name in sys.modules)\n"
        "import openvino_telemetry as theirs\n"
        "assert import_openvino() and sys.modules['openvino_telemetry'] is theirs\n"
    )
    subprocess.run([sys.executable, "-c", script], cwd=ROOT, check=True)
