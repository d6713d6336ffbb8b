"""Sentences as a chat model writes them over the example briefs: our own, each true or false.

Every line of bench/questions/natural.jsonl quotes a brief and has two sentences that cite the
quotation: one that follows from it, in other words, and one with a small believable error. The
evidence is what an answer would have: the quoted sentence or row, with title, heading, and the
sentence before where it does not say itself whom it is about.
"""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from bench import hollow
from bench.workplace import ROOT, Workplace
from bot.answering.writing.grounding import evidence, locate
from index.library import Library
from index.passage import Brief, Hit, Passage
from ingest.pipeline import ingest

PATH = Path(__file__).parent / "questions" / "natural.jsonl"


@dataclass(frozen=True)
class Natural:
    """A written sentence with its evidence, what makes it false, and whether it is true."""

    text: str
    evidence: tuple[str, ...]
    kind: str
    true: bool


def sentences(place: Workplace) -> Iterator[Natural]:
    """Yield every sentence; its quotation is looked up in the example briefs, once ingested."""
    with hollow.library(place.fresh("hollow-natural")) as library:
        ingest(library, [str(ROOT / "examples" / "briefs")])
        held = list(_passages(library))
    for line in PATH.read_text("utf-8").splitlines():
        row = json.loads(line)
        given = _evidence(row["brief"], row["quote"], held)
        for true, key in ((True, "true"), (False, "false")):
            yield Natural(row[key], given, row["kind"], true)


def _passages(library: Library) -> Iterator[tuple[Brief, str, Passage]]:
    for row in library.versions():
        if row.state == "current":
            brief = library.brief(row.brief.id, row.brief.version)
            yield from ((brief, key, passage) for key, passage in library.passages(brief))


def _evidence(named: str, quote: str, held: list[tuple[Brief, str, Passage]]) -> tuple[str, ...]:
    """Return what an answer would lay beside a sentence that quotes a brief."""
    for brief, key, passage in held:
        if named not in (brief.number, Path(brief.source).name[: len(named)]):
            continue
        if span := locate(quote, passage.text):
            hit = Hit(key, passage, brief.reference, score=1.0, cosine=1.0, bm25=1.0)
            return tuple(evidence(hit, [span]))
    raise LookupError(f"{named}: no passage holds “{quote}”")
