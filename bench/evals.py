"""Measure with `briefs eval` on the public sets: search, answers, follow-ups, abstention.

    python -m bench.evals DATA [--set crs mtrag …] [--quick] [--work FOLDER]

Every figure is told for the whole set and for its held-out part: every fifth question (index % 5 ==
4 in file order), on which nothing was tuned.
"""

import argparse
import json
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import partial
from typing import Any

from bench import command, sets
from bench.figures import Figure
from bench.sets import Prepared
from bench.spans import Corpus, overlap
from bench.workplace import Workplace
from bot.evals.compare import HEADLINES
from bot.evals.measures import Share

Row = Mapping[str, Any]
Scored = Callable[[Row], float | None]

PARTS, HELD_OUT = 5, 4
QUICK = 60  # questions of a set, with --quick
ANSWERED = 400  # questions of squad2 that are answered; all are searched for
DEPTH = 5  # passages whose spans are compared
LONGEST = 3  # sentences of an answer that counts as one with citations
_SOME_FAILED = (0, 1)


def crs(place: Workplace) -> Iterator[Figure]:
    """Yield the figures on the hand-written questions over the reports."""
    made = _prepared(place, "crs")
    asked = _eval(place, made)
    rows = asked["questions"]
    held = _held_out(place, "crs")
    yield _figure("crs: all gold passages first", rows, HEADLINES["all_at_1"], held, 0.55)
    yield _figure("crs: … in the top 5", rows, HEADLINES["all_at_5"], held, 0.75)
    what = f"crs: an answer of ≤ {LONGEST} sentences cites all gold passages"
    yield _figure(what, rows, _short_and("cited_passages"), held, 0.55)
    yield _figure("crs: … quotes all gold", rows, _short_and("cited_words"), held)
    what = "crs: the short answer stands in the answer"
    yield _figure(what, rows, HEADLINES["contains_answer"], held, 0.7)
    yield _balanced("crs", rows, held, 0.78)
    ratio = asked["follow_ups"]["ratio_to_standalone"].get("recall_at_5")
    yield Figure("crs: recall@5 of follow-ups, of that of the rewrite by hand", f"{ratio or 0:.2f}")
    seconds = asked["seconds"]["ask"]
    yield Figure("crs: seconds to an answer", f"p50 {seconds['p50']:.2f}, p95 {seconds['p95']:.2f}")


def mtrag(place: Workplace) -> Iterator[Figure]:
    """Yield recall of follow-ups asked with their conversation, against the human rewrite."""
    made = _prepared(place, "mtrag")
    held = _held_out(place, "mtrag")
    rows = [row for row in _eval(place, made, "--search-only")["questions"] if len(row["ways"]) > 1]
    for part, kept in (
        ("", rows),
        (", held-out fifth", [row for row in rows if row["id"] in held]),
    ):
        full, last, hand = (
            _share(kept, partial(_recall_at, 5, way))
            for way in ("conversation", "last_turn", "standalone")
        )
        ratio = (full.value or 0.0) / (hand.value or 1.0)
        yield Figure(
            f"mtrag: recall@5 of {full.total} follow-ups, of that of the rewrite by hand{part}",
            f"{ratio:.2f}: with conversation {full.value or 0:.2f}, last turn alone "
            f"{last.value or 0:.2f}, by hand {hand.value or 0:.2f}",
            bar="" if part else "≥ 0.95",
            met=None if part else ratio >= 0.95,
        )


def squad2(place: Workplace) -> Iterator[Figure]:
    """Yield recall of the right paragraph, articles as briefs and paragraphs as briefs."""
    for name, bar in (("squad2", 0.86), ("squad2-paragraphs", None)):
        made = _prepared(place, name)
        held = _held_out(place, name)
        rows = _eval(place, made, "--search-only", "--only", "answerable")["questions"]
        for depth in (1, 5):
            what = f"{name}: the right paragraph in the top {depth}"
            scored = partial(_recall_at, depth, "conversation")
            yield _figure(what, rows, scored, held, bar if depth == 1 else None)
    made = _prepared(place, "squad2", ANSWERED)
    rows = _eval(place, made)["questions"]
    yield _balanced(f"squad2, {len(rows)} questions evenly spread", rows, held)


def clapnq(place: Workplace) -> Iterator[Figure]:
    """Yield retrieval over all passages and abstention."""
    made = _prepared(place, "clapnq")
    held = _held_out(place, "clapnq")
    rows = _eval(place, made)["questions"]
    for depth in (1, 5):
        scored = partial(_recall_at, depth, "conversation")
        yield _figure(f"clapnq: the gold passage in the top {depth}", rows, scored, held)
    yield _balanced("clapnq", rows, held)


def chunking(place: Workplace) -> Iterator[Figure]:
    """Yield how the best passages lie to the spans that people marked."""
    made = _prepared(place, "chunking")
    material = sets.SETS["chunking"](place.data)
    questions = material.gold[:: len(material.gold) // QUICK if place.quick else 1]
    corpora = {name.removesuffix(".txt"): Corpus(text) for name, text in material.documents.items()}
    given = "\n".join(json.dumps({"question": row["question"]}) for row in questions)
    done = place.briefs(
        made.home, "search", "--batch", "-", "--json", "-k", str(DEPTH), given=given
    )
    found = []
    for row, line in zip(questions, done.out.splitlines(), strict=True):
        corpus = corpora[row["corpus_id"]]
        hits = json.loads(line)["hits"]
        spans = [corpus.between(one["start_index"], one["end_index"]) for one in row["references"]]
        found.append(overlap((corpus.of(hit["text"]) for hit in hits), spans))
    for name in ("recall", "precision", "iou"):
        values = [getattr(one, name) for one in found]
        yield Figure(
            f"chunking: {name} of the marked words in the top {DEPTH} passages",
            f"{sum(values) / len(values):.3f} of {len(values)} questions",
        )


MEASURES: Mapping[str, Callable[[Workplace], Iterator[Figure]]] = {
    "crs": crs,
    "mtrag": mtrag,
    "squad2": squad2,
    "clapnq": clapnq,
    "chunking": chunking,
}


def measure(place: Workplace, chosen: Sequence[str] = tuple(MEASURES)) -> list[Figure]:
    """Return the figures of the sets chosen."""
    found = []
    for name in chosen:
        command.say(f"evals: {name}")
        found += list(MEASURES[name](place))
    return found


def _prepared(place: Workplace, name: str, sample: int | None = None) -> Prepared:
    return sets.prepare(place, name, QUICK if place.quick else sample)


def _eval(place: Workplace, made: Prepared, *options: str) -> dict[str, Any]:
    done = place.briefs(made.home, "eval", made.gold, "--json", *options, codes=_SOME_FAILED)
    report: dict[str, Any] = json.loads(done.out)
    return report


def _held_out(place: Workplace, name: str) -> frozenset[str]:
    """Return the ids of the questions that nothing was tuned on."""
    rows = sets.SETS[name](place.data).gold
    return frozenset(row["id"] for at, row in enumerate(rows) if at % PARTS == HELD_OUT)


def _figure(
    what: str, rows: Sequence[Row], scored: Scored, held: frozenset[str], bar: float | None = None
) -> Figure:
    whole = _share(rows, scored)
    rest = _share([row for row in rows if row["id"] in held], scored)
    return Figure(
        what,
        f"{_told(whole)}; held-out fifth {_told(rest)}",
        bar="" if bar is None else f"≥ {bar:.2f}",
        met=None if bar is None else (whole.value or 0.0) >= bar,
    )


def _balanced(
    name: str, rows: Sequence[Row], held: frozenset[str], bar: float | None = None
) -> Figure:
    told, value = _two_sided(rows)
    rest, _ = _two_sided([row for row in rows if row["id"] in held])
    return Figure(
        f"{name}: answers what can be answered and nothing else, balanced accuracy",
        f"{told}; held-out fifth {rest}",
        bar="" if bar is None else f"≥ {bar:.2f}",
        met=None if bar is None else value >= bar,
    )


def _two_sided(rows: Sequence[Row]) -> tuple[str, float]:
    right = HEADLINES["balanced_accuracy"]
    yes = _share([row for row in rows if row["answerable"]], right)
    no = _share([row for row in rows if not row["answerable"]], right)
    value = ((yes.value or 0.0) + (no.value or 0.0)) / 2
    counts = f"answered {yes.good:g} of {yes.total}, declined {no.good:g} of {no.total}"
    return f"{value:.2f} ({counts})", value


def _share(rows: Sequence[Row], scored: Scored) -> Share:
    known = [value for value in map(scored, rows) if value is not None]
    return Share(sum(known), len(known))


def _told(share: Share) -> str:
    if not share.interval:
        return "none"
    low, high = share.interval
    good = f"{share.good:.1f}".removesuffix(".0")
    return f"{good} of {share.total} ({share.value:.2f}, {low:.2f}–{high:.2f})"


def _recall_at(depth: int, way: str, row: Row) -> float | None:
    """Return the share of the gold passages among the first hits, asked one way."""
    ranks = row["ways"][way]["ranks"]
    return sum(bool(rank) and rank <= depth for rank in ranks) / len(ranks) if ranks else None


def _short_and(key: str) -> Scored:
    """Measure whether a short answer cites all; a longer one does not count, whatever it cites."""

    def scored(row: Row) -> float | None:
        asked = row["ways"]["conversation"]
        return float(asked["sentences"] <= LONGEST and all(asked[key])) if asked["ranks"] else None

    return scored


def main() -> None:
    """Take --set from the command line; the rest is as for every benchmark."""
    parser = argparse.ArgumentParser(add_help=False)
    parser.add_argument("--set", nargs="+", choices=MEASURES, default=list(MEASURES))
    options, rest = parser.parse_known_args()
    sys.argv[1:] = rest
    command.main("evals", partial(measure, chosen=options.set))


if __name__ == "__main__":
    main()
