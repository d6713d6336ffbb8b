"""`briefs eval`, as people and programs use it, on the example briefs and their questions."""

import json
from pathlib import Path
from typing import Any

import pytest

from bot.app.evaluating import chosen
from bot.evals.gold import GoldQuestion
from bot.ledger.ledger import Ledger
from index.errors import UsageError
from index.library import Library
from index.settings import load
from tests.commands import Shell, briefs
from tests.examples_library import EXAMPLES

GOLD = EXAMPLES / "questions.jsonl"
SOME = "8"


@pytest.fixture(scope="module")
def earlier(examples_home: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The result of some of the questions, written once."""
    out = tmp_path_factory.mktemp("earlier") / "before.json"
    done = briefs(examples_home, "eval", str(GOLD), "--limit", SOME, "--out", str(out))
    assert done.returncode == 0, done.stderr
    (out.parent / "said.txt").write_text(done.stdout, encoding="utf-8")
    return out


def altered(path: Path, tmp_path: Path, rank: int) -> Path:
    """Return a copy of a result in which every gold passage was found at this rank."""
    report = json.loads(path.read_text(encoding="utf-8"))
    for row in report["questions"]:
        asked = row["ways"]["conversation"]
        asked["ranks"] = [rank for _ in asked["ranks"]]
    copy = tmp_path / f"at-{rank}.json"
    copy.write_text(json.dumps(report), encoding="utf-8")
    return copy


def test_it_says_how_well_the_questions_are_answered(earlier: Path) -> None:
    said = (earlier.parent / "said.txt").read_text(encoding="utf-8")
    assert said.startswith("the gold passages are first for ")
    assert "all gold passages in the top 5" in said
    assert "95 % within" in said


def recorded(home: Path) -> int:
    """Return how many answers a library's ledger holds."""
    with Library.open(load(home=home)) as library:
        return Ledger(library.database).head()[0]


def test_nothing_is_recorded(examples_home: Path, shell: Shell) -> None:
    """The ledger is as it was: an evaluation adds no answer."""
    before = recorded(examples_home)
    shell("eval", str(GOLD), "--limit", "2")
    assert recorded(examples_home) == before


def test_programs_read_one_object(shell: Shell) -> None:
    (report,) = shell.json("eval", str(GOLD), "--limit", "3", "--search-only", "-k", "5")
    assert report["overall"]["questions"] == len(report["questions"]) == 3
    assert report["setting"]["depth"] == 5
    assert report["overall"]["answered"]["of"] == 0


def test_the_same_again_is_no_worse(shell: Shell, earlier: Path) -> None:
    code, out, err = shell("eval", str(GOLD), "--limit", SOME, "--against", str(earlier))
    assert (code, err) == (0, "")
    assert "all_at_1" in out
    assert ", worse:" not in out


def test_a_figure_that_falls_is_named_and_exits_with_one(shell, earlier, tmp_path):
    """With the questions; a wide tolerance lets it pass; a rise is no failure."""
    arguments = ("eval", str(GOLD), "--limit", SOME, "--search-only", "--against")
    worse = tmp_path / "gold.jsonl"
    rows = [json.loads(line) for line in GOLD.read_text(encoding="utf-8").splitlines()][: int(SOME)]
    for row in rows:
        row["gold"] = "words that stand in no brief whatever"
        row.pop("alt_gold", None)
    worse.write_text("\n".join(map(json.dumps, rows)), encoding="utf-8")
    best = str(altered(earlier, tmp_path, 1))
    code, out, err = shell("eval", str(worse), "--search-only", "--against", best)
    assert code == 1
    assert "all_at_1 fell by 1.000" in err
    assert f"all_at_1, worse: {rows[0]['id']}" in out
    assert "no gold passage was found" in err
    code, _, _ = shell("eval", str(worse), "--search-only", "--against", best, "--tolerance", "1")
    assert code == 0
    code, out, _ = shell(*arguments, str(altered(earlier, tmp_path, 40)), "--json")
    assert code == 0
    changes = {change["name"]: change for change in json.loads(out)["against"]["changes"]}
    assert changes["all_at_1"]["delta"] > 0


def test_a_bad_line_is_named_and_the_others_run(shell: Shell, tmp_path: Path) -> None:
    """Exit code 1; without a single good line it is wrong usage, 2."""
    path = tmp_path / "gold.jsonl"
    path.write_text('{"question": "Why?"}\n{"question": "Why?", "answerable": false}\n')
    code, out, err = shell("eval", str(path), "--json")
    assert code == 1
    assert "line 1: neither 'gold' nor 'answerable'" in err
    report = json.loads(out)
    assert report["overall"]["questions"] == 1
    assert report["setting"]["faults"]
    path.write_text("{}\n")
    assert shell("eval", str(path))[0] == 2


def test_wrong_usage(shell: Shell, tmp_path: Path) -> None:
    """Exit code 2 and one line, before anything is asked."""
    for arguments, said in (
        (["--fold", "5/5"], "--fold 5/5: not a part"),
        (["--fold", "x"], "--fold x: not a part"),
        (["--only", "riddle"], "--only riddle: no such type of question; there are: "),
        (["--against", str(GOLD)], "name a file that --out wrote"),
        (["--out", str(tmp_path / "none" / "x.json"), "--limit", "1"], "--out "),
    ):
        code, _, err = shell("eval", str(GOLD), *arguments)
        assert code == 2, arguments
        assert said in err
    assert shell("eval", str(tmp_path / "none.jsonl"))[0] == 2


def questions() -> list[GoldQuestion]:
    return [GoldQuestion(str(at), f"{at}?", "odd" if at % 2 else "even") for at in range(12)]


@pytest.mark.parametrize(
    ("options", "ids"),
    [
        ({}, "0 1 2 3 4 5 6 7 8 9 10 11"),
        ({"fold": "4/5"}, "4 9"),
        ({"fold": "-4/5"}, "0 1 2 3 5 6 7 8 10 11"),
        ({"fold": "0/5", "only": "odd"}, "5"),
        ({"only": "even", "limit": 2}, "0 2"),
    ],
)
def test_parts_of_a_file(options: dict[str, Any], ids: str) -> None:
    """A fold is counted over the whole file, whatever else is left out."""
    wanted = {"only": None, "fold": None, "limit": None} | options
    assert [one.id for one in chosen(questions(), **wanted)] == ids.split()


def test_a_part_that_is_empty_is_wrong_usage() -> None:
    with pytest.raises(UsageError, match="even, odd"):
        chosen(questions(), "neither", None, None)
