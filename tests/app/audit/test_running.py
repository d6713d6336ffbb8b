"""`briefs audit run`, `list`, `show` and `uses`."""

from dataclasses import replace
from pathlib import Path

import pytest

from bot.answering.answer import Sentence
from bot.checking.verdict import Verdict
from bot.ledger.ledger import Ledger
from bot.ledger.ledger import RecordKind as Record
from index.library import Library
from index.settings import load
from tests.audit.records import PORT, brief, quoting, record
from tests.commands import Shell

WRONG = Sentence(PORT[0].replace("41", "43"), (1,), Verdict.SUPPORTED)


@pytest.fixture
def asked(own_shell: Shell) -> Shell:
    """The examples' library with a real answer, and one with a number changed."""
    assert own_shell("ask", "How much does Port Aurelia handle?")[0] in (0, 1)
    with Library.open(load(home=own_shell.home)) as library:
        made = Ledger(library.database)
        record(made, "bad", replace(quoting(brief(*PORT), 1, PORT[0]), sentences=(WRONG,)))
        made.add(Record.FEEDBACK, "bad", {"good": False, "reason": "wrong"}, {"user": "U1"})
        judged = {"sentence": 1, "judged": "unsupported"}
        made.add(Record.JUDGEMENT, "bad", judged, {"editor": "Kim", "note": "It says 41."})
    return own_shell


def test_run_prints_tables_for_people(asked: Shell) -> None:
    """What was checked, by kind, by severity, the riskiest answers."""
    code, out, _ = asked("audit", "run")
    assert code == 0
    assert out.startswith("checked 2 answers in ")
    assert "1 with findings (1 high)" in out.splitlines()[0]
    assert [line.split()[0] for line in out.splitlines() if line.startswith("number")]
    assert out.splitlines()[-1].startswith("bad  ")


def test_run_prints_one_object_for_programs(asked: Shell) -> None:
    (found,) = asked.json("audit", "run")
    assert (found["checked"], found["flagged"], found["severities"]["high"]) == (2, 1, 1)
    (risky,) = found["riskiest"]
    assert risky["answer_id"] == "bad"
    assert {"kind", "severity", "detail", "sentence", "citation", "evidence"} == set(
        risky["findings"][0]
    )


def test_run_is_a_gate(asked: Shell) -> None:
    """Exit code 1 from the severity on that was named; a severity that is none is wrong usage."""
    code, _, err = asked("audit", "run", "--fail-on", "high")
    assert (code, "briefs: --fail-on high: 1 of 2 answers" in err) == (1, True)
    assert asked("audit", "run", "--fail-on", "high", "--mode", "written")[0] == 0
    code, _, err = asked("audit", "run", "--fail-on", "odd")
    assert (code, "--fail-on odd" in err) == (2, True)
    assert asked("audit", "run", "--since", "soon")[0] == 2


def test_run_says_how_to_draw_the_same_sample(asked: Shell) -> None:
    _, out, err = asked("audit", "run", "--sample", "1", "--seed", "4")
    assert out.startswith("checked 1 answer ")
    assert "--seed 4" in err


def test_a_judge_that_is_none_is_refused_before_anything_is_checked(asked: Shell) -> None:
    code, out, err = asked("audit", "run", "--judge", "nonsense")
    assert (code, out) == (2, "")
    assert "--judge nonsense" in err


def test_list_filters_answers(asked: Shell) -> None:
    """After a run by its findings; text searches question and answer."""
    asked("audit", "run")
    assert [row["answer_id"] for row in asked.json("audit", "list", "--finding", "high")] == ["bad"]
    (row,) = asked.json("audit", "list", "--judged")
    assert (row["answer_id"], row["complaints"], row["findings"][0]["kind"]) == ("bad", 1, "number")
    assert len(asked.json("audit", "list", "--unjudged")) == 1
    assert [one["answer_id"] for one in asked.json("audit", "list", "--text", "CARGO 43")] == [
        "bad"
    ]
    code, out, err = asked("audit", "list", "-n", "1")
    assert (code, out.splitlines()[1].split()[0]) == (0, "bad")
    assert "1 more: briefs audit list -n 2" in err
    assert "no answer matches" in asked("audit", "list", "--text", "zebra")[2]
    assert asked("audit", "list", "--finding", "odd")[0] == 2


def test_show_tells_everything_of_an_answer(asked: Shell) -> None:
    """Sentence beside quotation, findings, what became of the brief, what people said."""
    code, out, _ = asked("audit", "show", "bad")
    assert code == 0
    for said in (
        "Answer bad, ",
        "question: Who leases the harbour?",
        "asked by slack:T1:U1 in slack:T1:C1:1.2",
        f"1. {WRONG.text} [1] (supported)",
        f"[1] “{PORT[0]}”",
        "Port Aurelia, 2024-03-05, paragraph 1 (port@1); withdrawn",
        "found: number (high)",
        "judged unsupported by Kim",
        "It says 41.",
        "bad, says U1: wrong",
    ):
        assert said in out
    (shown,) = asked.json("audit", "show", "bad")
    assert shown["private"]["asker"] == "slack:T1:U1"
    assert shown["citations"][0]["today"] == {"state": "withdrawn", "version": None}
    assert shown["findings"][0]["kind"] == "number"
    assert shown["judgements"][0]["editor"] == "Kim"
    assert asked("audit", "show", "zz")[0] == 2


def test_what_was_typed_can_be_forgotten_and_the_rest_is_shown(asked: Shell) -> None:
    with Library.open(load(home=asked.home)) as library:
        Ledger(library.database).forget(["bad"])
    out = asked("audit", "show", "bad")[1]
    assert "question: forgotten" in out
    assert "U1" not in out.split("found")[0]
    assert "(forgotten)" in asked("audit", "list")[1]


def test_uses_lists_what_rests_on_a_brief(asked: Shell) -> None:
    """By id, report number and paragraph; a brief that is not there is named."""
    (use,) = asked.json("audit", "uses", "PA1#p1")
    assert (use["answer_id"], use["paragraph"], use["quote"]) == ("bad", 1, PORT[0])
    assert "bad " in asked("audit", "uses", "port")[1]
    assert asked("audit", "uses", "nothing")[0] == 2


def test_what_a_brief_says_moves_no_cursor(own_shell: Shell) -> None:
    """Control characters of questions and texts are shown as such."""
    with Library.open(load(home=own_shell.home)) as library:
        evil = brief("Ships \x1b[2J sail.", id="evil", title="T\x1b[1m")
        told = quoting(evil, 1, "Ships \x1b[2J sail.", question="\x1b[31mWhy?")
        record(Ledger(library.database), "evil", told)
    for command in (("show", "evil"), ("list",), ("run",), ("uses", "evil")):
        assert "\x1b" not in own_shell("audit", *command)[1]


def test_ingest_and_remove_say_what_rests_on_a_brief(own_shell: Shell, tmp_path: Path) -> None:
    path = tmp_path / "quay.md"
    text = "# The quay\n\nThe quay of Brindle carries 12 cranes, all of them painted green.\n"
    path.write_text(text)
    own_shell("ingest", str(path))
    (answer,) = own_shell.json("ask", "How many cranes does the quay of Brindle carry?")
    assert answer["answered"]
    path.write_text(text.replace("12", "14"))
    (report,) = own_shell.json("ingest", str(path))
    (resting,) = report["resting"]
    assert (resting["change"], resting["changed"]) == ("replaced", 1)
    assert resting["answer_ids"] == [answer["answer_id"]]
    (found,) = own_shell.json("audit", "run")
    assert found["kinds"]["corrected"] == {"findings": 1, "answers": 1}
    brief_id = resting["brief_id"]
    _, out, err = own_shell("remove", brief_id)
    assert out.startswith(f"removed: {brief_id}")
    assert f"1 answer cites {brief_id} (The quay), which was removed" in err
