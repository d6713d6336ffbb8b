"""docs/programs.md: its examples are run as they stand there, on the example briefs."""

import re
import subprocess
import sys
from pathlib import Path

from tests.commands import ROOT

PAGE = (ROOT / "docs/programs.md").read_text(encoding="utf-8")


def blocks(heading: str, language: str) -> str:
    """Return the code of a section of the page, its blocks one after the other."""
    (section,) = re.findall(rf"^## {heading}\n(.*?)(?=^## |\Z)", PAGE, re.MULTILINE | re.DOTALL)
    return "\n".join(re.findall(rf"^```{language}\n(.*?)^```$", section, re.MULTILINE | re.DOTALL))


def test_the_examples_for_langchain_run(examples_home: Path) -> None:
    """Retriever, embeddings, chain and JSON; the answer cites the brief that it is from."""
    done = subprocess.run(
        [sys.executable, "-c", blocks("LangChain", "python")],
        cwd=ROOT, env={"BRIEFS_HOME": str(examples_home)}, capture_output=True, text=True,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    assert "4 April 2023" in done.stdout
    assert "['FINLAND, SWEDEN AND THE ENLARGEMENT OF NATO']" in done.stdout
