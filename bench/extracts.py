"""Measure which sentences are quoted, given the brief: ClapNQ's passages and people's choices.

    python -m bench.extracts DATA [--quick] [--work FOLDER]

Each of ClapNQ's answerable questions is asked of the one brief that is its passage. A sentence of
the passage counts as quoted when at least half of its characters lie in a citation. F1 is against
the sentences that a person chose, the mean over the questions; told for the person who agrees most
and for the mean over all. The peer quotes the three sentences nearest to the question by cosine.
Every fifth question is held out: nothing was fitted on it. The reports' own questions are measured
by bench/evals.py.
"""

import json
import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

from bench import command, sets
from bench.figures import Figure
from bench.workplace import Workplace
from bot.answering import extractive, selection
from bot.answering.candidates import Quotable, candidates
from bot.answering.search import SearchResult
from bot.question.question import Question
from bot.question.reading import read
from index.library import Library
from index.passage import Hit
from index.search import Query
from index.settings import Settings
from index.vectors.snapshot import Filters

BAR = 0.68  # F1 against the person who agrees most
PARTS, HELD_OUT = 5, 4
PEER = 3  # sentences
HALF = 0.5  # of a sentence's characters, from which it counts as quoted
QUICK = 20  # questions

Span = tuple[int, int]
Quoting = Callable[["Given", Library], Sequence[Span]]


@dataclass(frozen=True)
class Given:
    """A question, the hits of its brief, its sentences there, and whose choices there are."""

    at: int
    question: str
    hits: tuple[Hit, ...]
    sentences: tuple[Span, ...]
    chosen: tuple[frozenset[int], ...]

    def chose(self, candidate: Quotable, person: frozenset[int]) -> bool:
        """Return whether a candidate's own sentence is, by half, one that a person chose."""
        offset = candidate.hit.passage.start
        start, end = offset + candidate.core, offset + candidate.end
        return any(
            max(0, min(end, last) - max(start, first)) >= HALF * min(end - start, last - first) > 0
            for first, last in (self.sentences[at] for at in person)
        )


def measure(place: Workplace) -> list[Figure]:
    """Return the F1 of our choice, of what is answered at all, and of the peer's three."""
    home = sets.prepare(place, "clapnq").home
    with Library.open(Settings(home=home)) as library:
        asked = list(given(place, library))[: QUICK if place.quick else None]
        quoted = {
            what: [(item, quote(item, library)) for item in asked]
            for what, quote in (("all", _ours), ("answered", _answered), ("peer", _nearest))
        }
    figures = []
    for what, kind in (("all", "the choice alone"), ("answered", "where it is answered at all")):
        best, held, mean, count = _scores(quoted[what])
        figures.append(
            Figure(
                f"ClapNQ, sentences quoted from the passage given, {kind} ({len(asked)})",
                f"F1 {best:.3f} (held out {held:.3f}, mean of people {mean:.3f}), "
                f"{count:.1f} sentences",
                bar=f"≥ {BAR}" if what == "all" else "",
                peer="F1 {:.3f} (held out {:.3f}, mean of people {:.3f}), {:.1f} sentences".format(
                    *_scores(quoted["peer"])
                ),
                met=best >= BAR if what == "all" else None,
            )
        )
    return figures


def given(place: Workplace, library: Library) -> Iterable[Given]:
    """Yield the answerable questions with the hits of the one brief that is their passage."""
    files = {row["id"]: row["passage_file"] for row in sets.clapnq(place.data).gold}
    lines = (place.data / "clapnq/dev.jsonl").read_text(encoding="utf-8").splitlines()
    rows = [row for row in map(json.loads, lines) if row["answerable"]]
    for at, row in enumerate(rows):
        sentences = row["passages"][0]["sentences"]
        brief = library.brief(f"CQ{Path(files[row['id']]).stem}")
        query = Query(text=row["input"], filters=Filters(briefs=(brief.id,)))
        yield Given(
            at=at,
            question=row["input"],
            hits=tuple(library.search(query)),
            sentences=tuple(_spans(brief.text, sentences)),
            chosen=tuple(_choices(row, sentences)),
        )


def _choices(row: Mapping[str, Any], sentences: Sequence[str]) -> Iterable[frozenset[int]]:
    for output in row["output"]:
        if output["selected_sentences"]:
            yield frozenset(map(sentences.index, output["selected_sentences"]))


def _spans(text: str, sentences: Sequence[str]) -> Iterable[Span]:
    """Yield where the sentences stand in a brief's text, in order, all but letters apart."""
    start = text.find("\n")  # after the title
    for sentence in sentences:
        letters = re.findall(r"[^\W_]", sentence)
        found = re.compile(r"[\W_]*".join(letters)).search(text, max(0, start)) if letters else None
        yield found.span() if found else (0, 0)
        start = found.end() if found else start


def _read(item: Given, library: Library) -> Question:
    return read(item.question, today=date(2026, 11, 1), library=library)


def _ours(item: Given, library: Library) -> list[Span]:
    question = _read(item, library)
    ranked = selection.fit(selection.score_sentences(question, item.hits, library))
    return [_span(one) for one in selection.choose(ranked, question.weights)]


def _answered(item: Given, library: Library) -> list[Span]:
    made = extractive.answer(_read(item, library), SearchResult(tuple(item.hits)), library)
    return [(citation.start, citation.end) for citation in made.citations]


def _nearest(item: Given, library: Library) -> list[Span]:
    found = candidates(item.hits)
    vectors = library.embed([item.question, *(one.sentence for one in found)])
    best = sorted(range(len(found)), key=lambda at: -float(vectors[at + 1] @ vectors[0]))[:PEER]
    offset = {at: found[at].hit.passage.start for at in best}
    return [(offset[at] + found[at].core, offset[at] + found[at].end) for at in best]


def _span(scored: selection.Scored) -> Span:
    offset = scored.candidate.hit.passage.start
    return offset + scored.candidate.start, offset + scored.candidate.end


def _scores(quoted: Sequence[tuple[Given, Sequence[Span]]]) -> tuple[float, float, float, float]:
    """Return F1 of the best person, the same held out, of the mean person, and sentences quoted."""
    best, held, mean, count = [], [], [], []
    for item, spans in quoted:
        got = _sentences(item, spans)
        scores = [_f1(got, chosen) for chosen in item.chosen]
        best.append(max(scores))
        mean.append(sum(scores) / len(scores))
        count.append(float(len(got)))
        if item.at % PARTS == HELD_OUT:
            held.append(max(scores))
    return _mean(best), _mean(held), _mean(mean), _mean(count)


def _sentences(item: Given, spans: Sequence[Span]) -> frozenset[int]:
    return frozenset(
        at
        for at, (start, end) in enumerate(item.sentences)
        if end > start
        and sum(max(0, min(end, b) - max(start, a)) for a, b in spans) >= HALF * (end - start)
    )


def _f1(got: frozenset[int], wanted: frozenset[int]) -> float:
    return 2 * len(got & wanted) / (len(got) + len(wanted)) if got else 0.0


def _mean(values: Sequence[float]) -> float:
    return sum(values) / len(values) if values else 0.0


if __name__ == "__main__":
    command.main("extracts", measure)
