"""Public sets as documents and gold rows, on miniatures of their formats."""

import json
from pathlib import Path
from typing import Any

from bench.sets import SETS, spread, write_documents, write_gold
from bot.evals.gold import read


def write(path: Path, *rows: Any) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text("\n".join(json.dumps(row) for row in rows), encoding="utf-8")


def squad(data: Path) -> None:
    answer = {"text": "blue", "answer_start": 0}
    asked = [
        {"id": "q1", "question": "Which colour?", "is_impossible": False, "answers": [answer]},
        {"id": "q2", "question": "Which taste?", "is_impossible": True, "answers": []},
    ]
    paragraphs = [
        {"context": "The sky is blue.\nAlways.", "qas": asked},
        {"context": "B.", "qas": []},
    ]
    write(data / "squad2/dev.json", {"data": [{"title": "The_sky", "paragraphs": paragraphs}]})


def test_squad2_articles_and_paragraphs(tmp_path: Path) -> None:
    """A paragraph stays one, and is what its questions need; the rest is declined."""
    squad(tmp_path)
    articles, paragraphs = SETS["squad2"](tmp_path), SETS["squad2-paragraphs"](tmp_path)
    assert articles.documents == {"The_sky.md": "# The sky\n\nThe sky is blue. Always.\n\nB.\n"}
    assert list(paragraphs.documents) == ["The_sky-00.md", "The_sky-01.md"]
    write_gold(tmp_path / "gold.jsonl", articles.gold)
    found = read(tmp_path / "gold.jsonl")
    assert found.faults == ()
    assert [one.answerable for one in found.questions] == [True, False]
    assert found.questions[0].needed[0][0].paragraph == "The sky is blue. Always."


def test_mtrag_turns_of_which_all_passages_are_at_hand(tmp_path: Path) -> None:
    """The same text under two ids is one document; the rewrite stands alone."""
    folder = tmp_path / "mtrag"
    documents = [
        {"document_id": "a", "text": "Title\nWhat it says."},
        {"document_id": "b", "text": "Title\nWhat it says."},
    ]
    write(folder / "evaluations/all.json", {"documents": documents})
    govt = folder / "retrieval_tasks/govt"
    write(govt / "govt_questions.jsonl", {"_id": "t::2", "text": "|user|: one?\n|user|: and two?"},
          {"_id": "t::3", "text": "|user|: three?"})  # fmt: skip
    write(govt / "govt_rewrite.jsonl", {"_id": "t::2", "text": "|user|: What about two?"})
    (govt / "qrels").mkdir()
    (govt / "qrels/dev.tsv").write_text(
        "query-id\tcorpus-id\tscore\nt::2\ta\t1\nt::2\tb\t1\nt::3\ta\t1\nt::3\tmissing\t1\n"
    )
    found = SETS["mtrag"](tmp_path)
    assert len(found.documents) == 1
    (row,) = found.gold
    assert (row["conversation"], row["question"]) == (["one?"], "and two?")
    assert (row["standalone"], row["gold"]) == ("What about two?", [{"file": "000.md"}])


def test_documents_are_written_as_files_and_samples_are_spread(tmp_path: Path) -> None:
    """A sample takes from the whole file."""
    squad(tmp_path)
    folder = write_documents(tmp_path / "out", SETS["squad2"](tmp_path))
    assert [path.name for path in folder.iterdir()] == ["The_sky.md"]
    rows = [{"id": at} for at in range(10)]
    assert [row["id"] for row in spread(rows, 3)] == [0, 3, 6]
    assert spread(rows, None) == rows
