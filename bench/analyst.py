"""Measure an analyst's questions: `python -m bench.analyst DATA`.

DATA/analyst/dev.jsonl has 53 questions over the CRS reports and the seed, each with texts that a
reply must hold. An answer counts if its sentences hold them all, an unsure reply if the passages
shown do.
"""

import json
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from bench import command
from bench.figures import Figure
from bench.kinds import asked, costs, one_sentence, sentences, told
from bench.workplace import Workplace
from bot.evals.measures import Share
from index.sentences import split

Row = dict[str, Any]
SAYS, REFUSED, MISTAKEN = 0.80, 0.06, 0.15  # bars
_LISTED = "says or shows what it must"


def measure(place: Workplace) -> Iterator[Figure]:
    """Yield the shares over all questions, then by type."""
    lines = (place.data / "analyst/dev.jsonl").read_text("utf-8").splitlines()
    rows = [_gold(json.loads(line)) for line in lines]
    homes = {"crs": Workplace.markdown_library, "seed": _seed}
    replies = [
        reply
        for name, home in homes.items()
        for reply in asked(
            home(place), place, f"analyst-{name}", [row for row in rows if row["library"] == name]
        )
    ]
    yes = [row for row in replies if row["answerable"]]
    no = [row for row in replies if not row["answerable"]]
    yield _share(_LISTED, yes, _holds(yes), at_least=SAYS)
    refused = [row["reply"]["outcome"] == "declined" for row in yes]
    yield _share("refused though answerable", yes, refused, at_most=REFUSED)
    mistaken = [row["reply"]["outcome"] == "answered" for row in no]
    yield _share("answered though it should not be", no, mistaken, at_most=MISTAKEN)
    yield sentences("analyst", replies)
    yield one_sentence("analyst", replies)
    yield costs("analyst", replies)
    for kind in sorted({row["type"] for row in yes}):
        of_kind = [row for row in yes if row["type"] == kind]
        yield Figure(f"… {kind}: {_LISTED}", told(_counted(_holds(of_kind))))


def _gold(row: Row) -> Row:
    """Return a line as `briefs eval` reads it: judged by the texts alone, not by one quotation."""
    quote = row["gold_quote"]
    single = isinstance(quote, str) and len(list(split(quote))) == 1
    kept = ("id", "library", "type", "question", "conversation", "answerable")
    texts = {"must_contain": row["answer_must_contain"], "one_sentence": single}
    return {**{key: row[key] for key in kept}, **texts}


def _holds(rows: Sequence[Row]) -> list[bool]:
    return [row["reply"]["outcome"] != "declined" and not row["reply"]["faults"] for row in rows]


def _share(
    what: str,
    rows: Sequence[Row],
    found: Sequence[bool],
    *,
    at_least: float | None = None,
    at_most: float | None = None,
) -> Figure:
    counted = _counted(found)
    value = counted.value or 0.0
    met = value >= at_least if at_least is not None else value <= (at_most or 0.0)
    bad = at_least is None  # whether what is found should not be
    return Figure(
        what,
        told(counted),
        bar=f"≥ {at_least:.2f}" if at_least is not None else f"≤ {at_most:.2f}",
        met=met,
        details=tuple(
            f"{row['id']} {row['question']!r}: {row['reply']['outcome']}, "
            + "; ".join(row["reply"]["faults"])
            for row, one in zip(rows, found, strict=True)
            if one is bad
        ),
    )


def _counted(found: Sequence[bool]) -> Share:
    return Share(sum(found), len(found))


def _seed(place: Workplace) -> Path:
    return place.made("seed", lambda home: place.briefs(home, "ingest", place.data / "seed"))


if __name__ == "__main__":
    command.main("analyst", lambda place: list(measure(place)))
