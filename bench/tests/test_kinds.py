"""Our gold questions of every kind: readable, our own, completed with the data's sentences."""

import json
from collections import Counter
from pathlib import Path

import pytest

from bench.kinds import LIBRARIES, OMITTED, REVISED, SPLITS, costs, district_reports, gold, share
from bench.material import text_key
from bot.evals.gold import KINDS, read
from bot.evals.replies import ReplyCost

LEAST = 12  # questions of a kind
LONGEST = 8  # words of a text that a reply must hold: a fact, never a sentence of somebody else's


@pytest.fixture
def data(tmp_path: Path) -> Path:
    """A corpus of district reports of our own."""
    folder = tmp_path / "beige_book"
    for edition in ("2016-09", "2017-10", "2018-07", "2019-04", "2020-04"):
        (folder / edition[:4]).mkdir(parents=True)
        for district in "at bo ch cl da kc mi ny ph ri sf sl".split():
            text = " ".join(f"Sales of {district} rose by {at} percent." for at in range(12))
            (folder / edition[:4] / f"{edition}-{district}.txt").write_text(text)
    return tmp_path


def test_every_line_can_be_asked_and_every_kind_has_enough() -> None:
    """Each id once in both files, each question in one of the libraries."""
    ids: list[str] = []
    kinds: Counter[str] = Counter()
    for path in SPLITS.values():
        found = read(path)
        assert found.faults == ()
        ids += [question.id for question in found.questions]
        kinds.update(question.type for question in found.questions)
        rows = [json.loads(line) for line in path.read_text("utf-8").splitlines()]
        assert {row["library"] for row in rows} <= set(LIBRARIES)
    assert len(ids) == len(set(ids))
    assert {kind: kinds[kind] for kind in KINDS if kinds[kind] < LEAST} == {}


def test_no_line_holds_a_sentence_of_others() -> None:
    """Facts and names only: sentences are named by hash."""
    for path in SPLITS.values():
        for question in read(path).questions:
            expected = question.expected
            texts = [one for each in expected.contains for one in each]
            texts += [*expected.contains_not, *expected.first, *expected.order]
            assert [text for text in texts if len(text.split()) > LONGEST] == [], question.id


def test_district_reports_have_a_head_and_some_an_earlier_version(data: Path) -> None:
    """Which lacks two sentences, and comes first."""
    files = dict(district_reports(data))
    assert len(files) == 60 + len(REVISED)
    names = list(files)
    for document in REVISED:
        earlier, later = f"{document}-v1.md", f"{document}.md"
        assert names.index(earlier) < names.index(later)
        for at in OMITTED:
            assert f"rose by {at} percent" in files[later]
            assert f"rose by {at} percent" not in files[earlier]
    assert 'title: "Federal Reserve, Kansas City, July 2018"' in files["2018-07-kc.md"]
    assert "number: FRB-2018-07-KC\nversion: 2\ndate: 2018-07\n" in files["2018-07-kc.md"]


def test_a_sentence_named_by_hash_is_put_in(data: Path, tmp_path: Path) -> None:
    sentence = "Sales of kc rose by 4 percent."
    named = {"file": "2018-07-kc.md", "sentence": text_key(sentence)}
    path = tmp_path / "gold.jsonl"
    path.write_text(json.dumps({"question": "What changed?", "gold": [named]}) + "\n")
    assert gold(data, path)[0]["gold"] == [{"file": "2018-07-kc.md", "quote": sentence}]


def test_replies_are_counted() -> None:
    """Of those that a judgement is made of; a question that costs nothing counts for the mean."""
    replies = [
        {"reply": {"right": True, "kind_right": None, "cost": ReplyCost.NONE.value, "minutes": 0}},
        {"reply": {"right": False, "kind_right": True,
                   "cost": ReplyCost.WRONG_ANSWER.value, "minutes": 10}},
    ]  # fmt: skip
    assert (share(replies, "right").good, share(replies, "right").total) == (1, 2)
    assert share(replies, "kind_right").total == 1
    told = costs("dev", replies).ours
    assert "right 1, wrong answer 1" in told
    assert "5.00 minutes a question" in told
