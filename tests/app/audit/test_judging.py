"""`briefs audit judge`, `sample` and `agreement`."""

import pytest

from bot.ledger.ledger import Ledger, RecordKind
from index.library import Library
from index.settings import load
from tests.audit.judged import put, put_declined
from tests.commands import Shell


@pytest.fixture
def judging(own_shell: Shell) -> Shell:
    """A shell on a library that gave three answers; "a2" was asked by somebody."""
    with Library.open(load(home=own_shell.home)) as library:
        for number in (1, 2, 3):
            put(Ledger(library.database), f"a{number}", question=f"Question {number}\x1b[2J?")
    return own_shell


def test_a_judgement_is_recorded_with_name_and_note(judging: Shell) -> None:
    """Apart from the answer's own record, what was typed apart from the chain."""
    given = ("a1", "2", "partly", "--editor", "Ann", "--note", "For 98 years.")
    (made,) = judging.json("audit", "judge", *given)
    assert (made["judged"], made["editor"], made["note"]) == ("partly", "Ann", "For 98 years.")
    with Library.open(load(home=judging.home)) as library:
        (entry,) = Ledger(library.database).further("a1", RecordKind.JUDGEMENT)
        assert {"sentence": 2, "judged": "partly"}.items() <= entry.body.items()
        assert "Ann" not in str(entry.body)
        assert entry.private == {"editor": "Ann", "note": "For 98 years."}


def test_the_terminals_user_judges_unless_another_is_named(judging, monkeypatch):
    monkeypatch.setenv("LOGNAME", "cy")
    code, out, _ = judging("audit", "judge", "a1", "1", "wrong-source")
    assert (code, out.split(":")[0]) == (0, "wrong source, says cy")


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("a9", "1", "supported"), "a9: no such answer"),
        (("a1", "3", "supported"), "a1: no sentence 3; it has 2"),
        (("a1", "1", "fine"), "fine: not a judgement; of a sentence there are: supported, partly,"),
        (("a1", "1", "partly", "--editor", " "), "no editor"),
        (("a1", "1", "partly", "--note", "x" * 2_001), "note: 2,001 characters"),
    ],
)
def test_what_cannot_be_judged_is_refused_in_one_line(judging, arguments, said):
    code, out, err = judging("audit", "judge", *arguments)
    assert (code, out) == (2, "")
    assert said in err
    assert err.count("\n") == 1


def test_a_reply_is_judged_as_a_whole_without_quotes(judging: Shell) -> None:
    """A number before it is taken for a slip; the queue has the reply on top, with its text."""
    code, out, _ = judging("audit", "judge", "a1", "does", "not", "answer", "--editor", "Ann")
    assert (code, "does not answer, says Ann of the reply to “Question 1" in out) == (0, True)
    code, _, err = judging("audit", "judge", "a2", "1", "right", "--editor", "Ann")
    assert (code, "recorded for all of it" in err) == (0, True)
    first, *_, last = judging.json("audit", "list")
    assert (first["answer_id"], first["verdict"], first["risk"] > 0.6) == (
        "a1", "does not answer", True,
    )  # fmt: skip
    assert (last["answer_id"], last["risk"] < 0.1) == ("a2", True)
    low, high = first["risk_interval"]
    assert low < first["risk"] < high
    listed = judging("audit", "list")[1]
    assert "answered, does not answer" in listed
    assert "→ Port Aurelia handles 41 million tons of cargo a year." in listed
    shown = judging("audit", "show", "a1")[1]
    assert "the reply as a whole: judged does not answer by Ann" in shown


def test_a_question_without_an_answer_is_judged_too(judging: Shell) -> None:
    with Library.open(load(home=judging.home)) as library:
        put_declined(Ledger(library.database), "d1")
    code, _, err = judging("audit", "judge", "d1", "supported")
    assert (code, "d1: has no sentences; judge the reply: “right” or" in err) == (2, True)
    (made,) = judging.json("audit", "judge", "d1", "should have been answered")
    assert (made["sentence"], made["judged"]) == (None, "should have been answered")
    (found,) = judging.json("audit", "agreement", "--outcome", "declined")
    assert found["replies"]["words"]["should have been answered"] == 1
    assert "should have been answered" in judging("audit", "agreement")[1]


def test_a_sample_is_drawn_again_by_its_seed(judging: Shell) -> None:
    """Nothing is recorded by drawing; each line says from how many."""
    code, out, err = judging("audit", "sample", "2")
    seed = err.rsplit(" ", 1)[1].strip()
    assert (code, "2 of 3 replies, 2 of them not fully judged" in err) == (0, True)
    assert judging("audit", "sample", "2", "--seed", seed)[1] == out
    drawn = judging.json("audit", "sample", "2", "--seed", seed)
    assert [one["answer_id"] for one in drawn] == [
        line[:2] for line in out.splitlines() if line.startswith("a")
    ]
    assert (drawn[0]["population"], drawn[0]["seed"]) == (3, int(seed))
    assert "\x1b" not in out


def test_a_sample_says_what_is_judged(judging: Shell) -> None:
    for sentence in ("1", "2"):
        judging("audit", "judge", "a2", sentence, "supported", "--editor", "Ann")
    judging("audit", "judge", "a3", "1", "supported", "--editor", "Ann")
    drawn = {one["answer_id"]: one for one in judging.json("audit", "sample", "9", "--seed", "1")}
    assert [drawn[one]["judged"] for one in ("a1", "a2", "a3")] == [False, True, False]
    assert drawn["a2"]["sentences"][1]["judged"] == {"Ann": "supported"}
    assert "9" not in judging("audit", "sample", "9", "--seed", "1")[2].split(" of ")[0]


def test_there_may_be_nothing_to_draw_from(shell: Shell) -> None:
    code, out, err = shell("audit", "sample", "5", "--until", "2001")
    assert (code, out) == (0, "")
    assert "no reply to draw from" in err


def test_agreement_is_shown_for_people_and_programs(judging: Shell) -> None:
    """The table, kappa, threshold, error rate; notes where figures say little."""
    judging("audit", "judge", "a1", "1", "supported", "--editor", "Ann")
    judging("audit", "judge", "a1", "2", "unsupported", "--editor", "Ann")
    code, out, _ = judging("audit", "agreement")
    assert code == 0
    assert "  supported            1       0            1             0\n" in out
    assert "answers with a sentence not fully supported: 1 of 1, 100.0 % (95 %: 20.7 to" in out
    (found,) = judging.json("audit", "agreement", "--since", "2020")
    assert found["machine"]["supported_or_not"]["same"] == 1
    assert judging.json("audit", "agreement", "--until", "2001")[0]["judged"]["sentences"] == 0


def test_dates_that_are_none_are_refused(shell: Shell) -> None:
    code, _, err = shell("audit", "agreement", "--since", "soon")
    assert (code, "--since soon: not a date" in err) == (2, True)
