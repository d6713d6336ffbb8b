"""Nothing that a document says acts on a terminal, in whatever list or answer it is shown."""

import re
from dataclasses import replace
from pathlib import Path

import pytest

from index.library import Library
from index.settings import load
from tests.commands import Shell
from tests.tamara import draft

ACTS = "\x1b[31m\x1b]8;;http://x\x07\u200b\u202e\x9b2J\u00ad\u2066\U000e0041"
FORBIDDEN = re.compile(
    "[\x00-\x08\x0b-\x1f\x7f-\x9f\u00ad\u061c\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff"
    "\U000e0000-\U000e0fff]"
)
IN_JSON = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069]")
QUESTION = "Who leased the harbour of Varna?"
COMMANDS = (
    ("list",), ("list", "--collection", "default"), ("show", "ID"), ("stats",), ("doctor",),
    ("search", "harbour of Varna"), ("ask", QUESTION), ("ask", QUESTION, "--format", "markdown"),
    ("ask", f"{QUESTION} {ACTS}"), ("cite", "ID"), ("cite", "ID", "--style", "bibtex"),
    ("list", "--json"), ("ask", QUESTION, "--json"),
    ("follow", f"harbour {ACTS}"), ("follow",), ("audit", "run"), ("audit", "list"),
    ("audit", "show", "1"), ("audit", "uses", "ID"), ("audit", "unanswered"),
    ("audit", "check", f"Ten ships{ACTS} left.", "--evidence", f"Twelve ships{ACTS} left."),
    ("show", f"x{ACTS}"), ("list", "--collection", f"x{ACTS}"), ("ingest", f"/nowhere/{ACTS}.pdf"),
    ("cite", f"x{ACTS}"), (f"nothing{ACTS}",), ("audit", "show", f"x{ACTS}"), ("list", f"--{ACTS}"),
    ("audit", "report"), ("audit", "list", "--json"), ("search", f"x{ACTS}", "--json"),
    ("ask", QUESTION, "--collection", f"x{ACTS}"), ("trust", f"/nowhere/{ACTS}"),
    ("audit", "sample"), ("audit", "replay"), ("remove", "ID", "--yes"), ("erase", "ID", "--yes"),
)  # fmt: skip


@pytest.fixture
def hostile(home_with_model: Path, monkeypatch, capsys) -> Shell:
    """A library of a brief whose every text would act on a terminal."""
    made = draft(
        f"Harbour{ACTS} of Varna",
        "2024-05-01",
        (f"Ana{ACTS} Petrova leased the harbour of Varna in{ACTS} May 2024 for nine years.",),
    )
    facts = replace(made.brief, authors=(f"Bo{ACTS} Stone",), number=f"BR{ACTS}-7")
    with Library.open(load(home=home_with_model), create=True) as library:
        library.publish([replace(made, brief=facts)])
    return Shell(home_with_model, monkeypatch, capsys)


@pytest.mark.slow
def test_no_command_prints_what_acts_on_a_terminal(hostile: Shell) -> None:
    """In text and in JSON, on standard output and standard error; usage is no exception."""
    (brief,) = hostile.json("list")
    told = ""
    for command in COMMANDS:
        words = [brief["id"] if word == "ID" else word for word in command]
        _, out, err = hostile(*words)
        found = (IN_JSON if "--json" in words else FORBIDDEN).search(out + err)
        assert found is None, (command, (out + err)[max(0, found.start() - 60) :][:120])
        told += out
    assert "Petrova" in told
