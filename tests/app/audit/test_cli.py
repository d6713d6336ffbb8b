"""`briefs audit check` judges claims without any library; `unanswered` reads the ledger."""

import io
import json
import sys
from pathlib import Path

import pytest

from bot.app.cli import commands
from bot.app.docs import help_text
from tests.commands import Shell, parsed

EVIDENCE = "Twelve ships left the port."


@pytest.fixture
def bare(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> Shell:
    """A shell without a library."""
    return Shell(tmp_path / "none", monkeypatch, capsys)


def test_one_claim_is_judged_for_people(bare: Shell) -> None:
    code, out, err = bare("audit", "check", "Ten ships left.", "--evidence", EVIDENCE)
    assert (code, err) == (0, "")
    first, second = out.splitlines()[:2]
    assert first.startswith("check (score 0.")
    assert second.startswith("  number: “Ten”")
    assert not bare.home.exists()


def test_evidence_may_be_several_texts(bare: Shell) -> None:
    more = ("--evidence", "It rained.", "--evidence", EVIDENCE)
    (found,) = bare.json("audit", "check", EVIDENCE, *more)
    assert found == {"id": None, "verdict": "supported", "score": 1.0, "reasons": []}


def test_what_points_at_nothing_is_named(bare: Shell) -> None:
    """A citation mark beyond the evidence, a pronoun that nothing names."""
    (found,) = bare.json("audit", "check", f"{EVIDENCE} [7]", "--evidence", EVIDENCE)
    assert found["verdict"] == "check"
    assert [reason["kind"] for reason in found["reasons"]] == ["dangling"]
    _, out, _ = bare("audit", "check", "It left.", "--evidence", "It left at noon.")
    assert "  dangling: “It” is not named in the claim or the evidence\n" in out


def test_a_batch_is_judged_line_by_line_in_order(bare: Shell, tmp_path: Path) -> None:
    """Ids of any kind come back; a bad line gets an error line and the exit code is 1."""
    lines = [
        json.dumps({"id": "a", "claim": EVIDENCE, "evidence": [EVIDENCE]}),
        "nonsense",
        json.dumps({"id": 7, "claim": "", "evidence": []}),
        json.dumps({"id": 8, "claim": "x", "evidence": "x"}),
        json.dumps({"id": {"n": 1}, "claim": "Ten ships left.", "evidence": [EVIDENCE]}),
    ]
    path = tmp_path / "pairs.jsonl"
    path.write_text("\n".join(lines))
    code, out, err = bare("audit", "check", "--batch", str(path), "--json")
    first, bad, empty, wrong, last = parsed(out)
    assert code == 1
    assert [line["id"] for line in (first, bad, empty, wrong, last)] == ["a", None, 7, 8, {"n": 1}]
    assert first["verdict"] == "supported"
    assert bad["error"].startswith("line 2: not JSON")
    assert "'claim'" in empty["error"]
    assert "'evidence'" in wrong["error"]
    assert last["verdict"] == "check"
    assert {"kind", "detail"} == last["reasons"][0].keys()
    assert err == f"briefs: 3 requests failed, first: {bad['error']}\n"


def test_a_batch_is_read_from_standard_input(bare: Shell, monkeypatch: pytest.MonkeyPatch) -> None:
    line = json.dumps({"id": 1, "claim": EVIDENCE, "evidence": [EVIDENCE]})
    monkeypatch.setattr(sys, "stdin", io.StringIO(line + "\n"))
    (found,) = bare.json("audit", "check", "--batch", "-")
    assert found["verdict"] == "supported"


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        ([], "no claim"),
        (["x"], "no evidence"),
        (["x", "--batch", "-"], "give one or the other"),
        (["--batch", "none.jsonl"], "none.jsonl: No such file"),
    ],
)
def test_wrong_usage_is_one_line_and_exit_code_two(bare, arguments, said):
    code, out, err = bare("audit", "check", *arguments)
    assert (code, out) == (2, "")
    assert said in err
    assert err.count("\n") == 1


def test_the_help_of_every_command_has_an_example() -> None:
    for name in commands()["audit"].commands:
        assert f"Example: briefs audit {name}" in help_text("audit", name), name


def test_unanswered_lists_what_the_briefs_did_not_answer(own_shell: Shell) -> None:
    """The question, and how often; small talk asks for no brief."""
    question = "Who runs the tram network of Zagreb?"
    own_shell("ask", question)
    own_shell("ask", "hello")
    (found,) = own_shell.json("audit", "unanswered")
    assert (found["question"], found["times"]) == (question, 1)
    assert "(once, last 2" in own_shell("audit", "unanswered")[1]


def test_unanswered_questions_that_are_alike_stand_together(own_shell: Shell) -> None:
    """With how often all of them were asked, and the other ways to ask it below."""
    own_shell("ask", "Who runs the tram network of Zagreb?")
    own_shell("ask", "Which company runs the tram network of Zagreb")
    own_shell("ask", "Who won the football world cup in 1998?")
    trams, football = own_shell.json("audit", "unanswered", "--groups")
    assert (trams["times"], len(trams["questions"])) == (2, 2)
    assert football["times"] == 1
    _, out, err = own_shell("audit", "unanswered", "--groups", "-n", "1")
    assert "(2 times in 2 forms, last 2" in out
    assert out.splitlines()[1].startswith("  ")
    assert "1 more: briefs audit unanswered --groups -n 2" in err
