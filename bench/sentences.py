"""Measure what answers are made of: how many sentences, and how much that is no sentence.

    python -m bench.sentences DATA [--quick] [--work FOLDER]

The yardstick for what is no sentence of a text is its own, and coarser than the rules that choose:
a question, a caption or a label, an open end, a description of a drawing, a row of a table that is
not shown as one. Answers count as short enough where the gold is one passage.
"""

import json
import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from bench import command, sets
from bench.figures import Figure
from bench.workplace import Workplace

SETS = {
    "crs": None,
    "clapnq": None,
    "mtrag": None,
    "squad2": 400,
}  # questions of each, None for all
QUICK = 20
BAR = 0.75  # share of answers of one sentence
_LABEL = re.compile(r"^(?:Figure|Table|Box|Chart|Map|Sources?|Contact|Topics)\b[ :]?.{0,3}\d*[.:]")
_END = re.compile(r"""[.!…:;,][\s"'”’)\]\d]*$""")
_DRAWN = re.compile(r"\bY axis\b|\bdata series\b|\(hereinafter\b")


def is_odd(sentence: Mapping[str, Any]) -> bool:
    """Return whether a sentence of an answer, as JSON, is none."""
    text = str(sentence["text"]).strip()
    if sentence.get("form") == "row":
        return False
    asks = text.rstrip("\"'”’) ").endswith("?")
    marked = text.startswith("|") or _LABEL.match(text) or _DRAWN.search(text)
    return bool(asks or marked or not _END.search(text))


def measure(place: Workplace) -> list[Figure]:
    """Return the figures of every set."""
    return [figure for name in SETS for figure in _of_set(place, name)]


def _of_set(place: Workplace, name: str) -> Iterator[Figure]:
    made = sets.prepare(place, name, QUICK if place.quick else SETS[name])
    rows = [json.loads(line) for line in Path(made.gold).read_text(encoding="utf-8").splitlines()]
    asked = "\n".join(
        json.dumps({key: row[key] for key in ("id", "question", "conversation") if key in row})
        for row in rows
    )
    done = place.briefs(made.home, "ask", "--batch", "-", "--json", given=asked)
    answers = [json.loads(line) for line in done.out.splitlines()]
    said = [sentence for answer in answers for sentence in answer["sentences"]]
    odd = sum(map(is_odd, said))
    rows_shown = sum(sentence["form"] == "row" for sentence in said)
    yield Figure(
        f"{name}: sentences of answers that are none",
        f"{odd} of {len(said)}; {rows_shown} rows shown as rows",
        bar="0",
        met=odd == 0,
    )
    one = [
        len(answer["sentences"]) == 1
        for answer, row in zip(answers, rows, strict=True)
        if answer["answered"] and row.get("answerable", True) and len(row["gold"]) == 1
    ]
    share = sum(one) / max(1, len(one))
    yield Figure(
        f"{name}: answers of one sentence where the gold is one passage",
        f"{sum(one)} of {len(one)} ({share:.2f})",
        bar=f"≥ {BAR}",
        met=share >= BAR,
    )


if __name__ == "__main__":
    command.main("sentences", measure)
