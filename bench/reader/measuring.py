"""Weigh the reader against the networks: questions over reports in, numbers to weigh out.

    python -m bench.reader.measuring HOME NUMBERS.json [--held-out]

`HOME` is a library of the CRS reports in markdown. The questions are those of
bench/questions/reports.jsonl that the networks did not learn from (every fifth), about reports that
the reader learnt from, or with --held-out about those that it did not.
"""

import argparse
import json
from datetime import date
from pathlib import Path
from typing import Any

from bench import own
from bench.held_out import held_out
from bot.answering import reranking
from bot.answering.answerability import features_of, judge
from bot.answering.selection import score_sentences
from bot.answering.sentence_features import place_of
from bot.question.reading import read
from index.library import Library
from index.models.reader import Reader
from index.search import Query
from index.settings import load

PARTS, LEFT = 5, 4  # every fifth question is in no fit of the networks
TODAY = date(2026, 11, 1)


def dump(library: Library, out: bool) -> list[dict[str, Any]]:
    """Return what is known of each question: hits, sentences, logits, and which are right."""
    reader, documents = Reader(), {}
    for row in library.versions():
        if row.state == "current":
            for _, passage in library.passages(library.brief(row.brief.id, row.brief.version)):
                documents[own.named(passage.text)] = row.brief.number or ""
    made = []
    for at, row in enumerate(own.questions(library)):
        if at % PARTS != LEFT or (
            row.needed and held_out("crs", documents[row.needed[0].passage]) is not out
        ):
            continue
        question = read(row.question, row.turns, today=TODAY, library=library)
        hits = library.search(Query(question.searched, question.context), 30)
        ranked = score_sentences(question, hits[: reranking.DEPTH], library)
        first = [item for item in ranked if item.candidate.rank < 8]
        decision = judge(features_of(question, hits, first, library))
        chosen = reranking.likeliest(ranked)
        logits = (
            reader.scores(
                reranking.asked(question), [reranking.window(item.candidate) for item in chosen]
            ).tolist()
            if chosen
            else []
        )
        known = {id(item): logit for item, logit in zip(chosen, logits, strict=True)}
        needs = [
            [
                [need.met_by(hit.passage.text) for hit in hits],
                [
                    need.met_by(item.candidate.hit.passage.text)
                    and place_of(item.candidate) in need.sentences
                    for item in ranked
                ],
            ]
            for need in row.needed
        ]
        made.append(
            {
                "question": row.question,
                "answerable": bool(row.needed),
                "confidence": decision.confidence,
                "hits": [hit.score for hit in hits],
                "ranks": [item.candidate.rank for item in ranked],
                "scores": [item.score for item in ranked],
                "unfit": [item.candidate.unfit for item in ranked],
                "logits": [known.get(id(item)) for item in ranked],
                "cosines": [item.cosine for item in ranked],
                "needs": needs,
            }
        )
    return made


def main() -> None:
    """Dump, or tell."""
    parser = argparse.ArgumentParser(prog="bench.reader.measuring", description=__doc__)
    parser.add_argument("home", type=Path)
    parser.add_argument("numbers", type=Path)
    parser.add_argument("--held-out", action="store_true")
    options = parser.parse_args()
    with Library.open(load(home=options.home)) as library:
        options.numbers.write_text(json.dumps(dump(library, options.held_out)))


if __name__ == "__main__":
    main()
