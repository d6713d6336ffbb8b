"""The example briefs and their questions agree with each other and with their sources."""

import json
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import pypdfium2
import pytest

EXAMPLES = Path(__file__).resolve().parents[2] / "examples"
BRIEFS = sorted((EXAMPLES / "briefs").iterdir())
QUESTIONS: list[dict[str, Any]] = [
    json.loads(line) for line in (EXAMPLES / "questions.jsonl").read_text("utf-8").splitlines()
]


def plain_text(path: Path) -> str:
    """Return the words of a brief with single blanks; of its source where it is rendered."""
    if path.suffix == ".pdf":
        pages = [page.get_textpage().get_text_bounded() for page in pypdfium2.PdfDocument(path)]
        text = re.sub("\x02\\s*", "", "\n".join(pages))  # pdfium's sign for a line-end hyphen
    elif path.suffix in (".txt", ".md"):
        text = path.read_text("utf-8")
    else:
        text = (EXAMPLES / "src" / f"{path.stem}.md").read_text("utf-8")
    return re.sub(r"\s+", " ", text)


def test_rendered_briefs_are_up_to_date_byte_for_byte() -> None:
    """Rendering the sources again gives the committed files."""
    command = [sys.executable, "-B", str(EXAMPLES / "make_briefs.py"), "--check"]
    done = subprocess.run(command, capture_output=True, text=True, timeout=120)
    assert (done.returncode, done.stderr) == (0, "")


@pytest.mark.parametrize("question", QUESTIONS, ids=lambda question: question["id"])
def test_gold_quotations_stand_in_their_briefs(question: dict[str, Any]) -> None:
    """Every quotation is found in the brief it names, and only answerable questions have any."""
    assert bool(question["gold"]) == question["answerable"]
    for gold in (*question["gold"], *question.get("alt_gold", ())):
        assert gold["quote"] in plain_text(EXAMPLES / gold["file"])


def test_every_format_has_two_briefs_and_all_stay_small() -> None:
    """Txt, md, html, pdf, docx and eml are each there twice, in less than 150 KB together."""
    suffixes = [path.suffix for path in BRIEFS]
    wanted = (".txt", ".md", ".html", ".pdf", ".docx", ".eml")
    assert all(suffixes.count(suffix) >= 2 for suffix in wanted)
    assert sum(path.stat().st_size for path in BRIEFS) < 150_000


def test_briefs_are_short() -> None:
    """Each brief has between 300 and 750 words, front matter and footnotes included."""
    assert all(300 <= len(plain_text(path).split()) <= 750 for path in BRIEFS)


def test_question_ids_are_unique() -> None:
    """No two questions share an id, so that a report can name them by it."""
    ids = [question["id"] for question in QUESTIONS]
    assert len(ids) == len(set(ids))
