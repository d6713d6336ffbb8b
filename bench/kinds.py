"""Measure every kind of question with our own gold questions: `python -m bench.kinds DATA`.

The questions are bench/questions/kinds.jsonl, which builders look at, and kinds-test.jsonl, which
they do not: its failures are counted and not listed. Each names one of three libraries: the example
briefs of this project, sixty district reports of the Federal Reserve, the CRS reports.

Sentences of others are named by hash, as in bench/material.py, and put in here.
"""

import json
import re
import sys
from calendar import month_name
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from functools import partial
from pathlib import Path
from typing import Any

from bench import command
from bench.figures import Figure
from bench.material import DISTRICTS, text_key
from bench.workplace import ROOT, Workplace
from bot.evals.measures import Share
from bot.evals.replies import ReplyCost
from bot.question.kinds import Kind, asked_of
from bot.question.smalltalk import is_off_topic, is_small_talk
from index.sentences import split

Row = dict[str, Any]
QUESTIONS = Path(__file__).parent / "questions"
SPLITS = {"dev": QUESTIONS / "kinds.jsonl", "test": QUESTIONS / "kinds-test.jsonl"}
EDITIONS = ("2016-09", "2017-10", "2018-07", "2019-04", "2020-04")  # of the district reports
# These have an earlier version, without the sentences at two places (from 0).
REVISED = ("2016-09-ny", "2018-07-kc", "2019-04-ny", "2020-04-at")
OMITTED = (4, 9)
BARS = {"catalogue": 0.95, "summary": 0.95}
_ONE_WORD = re.compile(r"What do our (?:brief|report)s say about [\w-]+\?")
_SOME_FAILED = (0, 1)


def figures(place: Workplace, name: str) -> Iterator[Figure]:
    """Yield a figure for each kind of one split, and what its replies cost their readers."""
    rows = gold(place.data, SPLITS[name])
    replies = [
        reply
        for library, home in LIBRARIES.items()
        if (own := _of(rows, library=library))
        for reply in asked(home(place), place, f"{name}-{library}", own)
    ]
    listed = name == "dev"
    for kind in sorted({row["type"] for row in replies}):
        yield _figure(f"{name}: {kind}", _of(replies, type=kind), BARS.get(kind), listed=listed)
    topics = [row for row in replies if row["answerable"] and _ONE_WORD.fullmatch(row["question"])]
    yield _figure(f"{name}: a topic of one word", topics, 1.0, listed=False)
    yield _figure(f"{name}: all", replies, None, listed=False)
    yield sentences(name, replies)
    yield one_sentence(name, replies)
    yield costs(name, replies)
    if name == "test":
        yield recognised()


def recognised() -> Figure:
    """Return how many questions of another writer have their kind told by their words alone."""
    lines = (QUESTIONS / "asked-kinds-test.jsonl").read_text("utf-8").splitlines()
    rows = [json.loads(line) for line in lines]
    found = [_kind(row) == row["kind"] for row in rows]
    missed = Counter(row["kind"] for row, right in zip(rows, found, strict=True) if not right)
    counted = told(Share(sum(found), len(found)))
    listed = ", ".join(f"{kind} {count}" for kind, count in missed.most_common())
    return Figure("asked-kinds-test.jsonl: kind recognised", f"{counted}; missed: {listed}")


def _kind(row: Row) -> str:
    question = row["question"]
    if is_off_topic(question):
        return "off_topic"
    if is_small_talk(question):
        return Kind.HELP
    before = (row.get("conversation") or [""])[-1]
    found = asked_of(question, follows=bool(before), before=before)
    return "off_topic" if found.off_topic else found.kind


def asked(home: Path, place: Workplace, name: str, rows: Sequence[Row]) -> list[Row]:
    """Ask gold questions of a library; return the rows of `briefs eval`, each with its reply."""
    path = place.work / f"gold-{name}.jsonl"
    lines = [json.dumps(row, ensure_ascii=False) for row in rows]
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    done = place.briefs(home, "eval", path, "--json", codes=_SOME_FAILED)
    report = json.loads(done.out)
    if faults := [*report["setting"]["faults"], *report["failed"].items()]:
        sys.exit(f"{path}: {faults}")
    return [{**row, "reply": row["ways"]["conversation"]["reply"]} for row in report["questions"]]


def costs(name: str, replies: Sequence[Row]) -> Figure:
    """Return how the replies turned out for their readers, and the minutes that one costs."""
    counts = {
        cost.value: sum(row["reply"]["cost"] == cost.value for row in replies) for cost in ReplyCost
    }
    spent = sum(row["reply"]["minutes"] for row in replies) / len(replies)
    said = ", ".join(f"{what} {count}" for what, count in counts.items())
    return Figure(f"{name}: replies to their readers", f"{said}; {spent:.2f} minutes a question")


def told(share: Share) -> str:
    """Return "12 of 14 (.86)"."""
    return f"{share.good:g} of {share.total} ({share.value:.2f})" if share.total else "–"


def _figure(what: str, replies: Sequence[Row], bar: float | None, *, listed: bool) -> Figure:
    right = share(replies, "right")
    parts = {"kind": "kind_right", "outcome": "outcome_right"}
    beside = ", ".join(f"{said} {told(share(replies, key))}" for said, key in parts.items())
    wrong = [_failure(row) for row in replies if not row["reply"]["right"]]
    shown = sum(row["reply"]["cost"] == ReplyCost.UNSURE_SHOWN.value for row in replies)
    return Figure(
        what,
        f"right {told(right)}, unsure but shown {shown}; {beside}",
        bar="" if bar is None else f"≥ {bar:.2f}",
        met=None if bar is None else (right.value or 0.0) >= bar,
        details=tuple(wrong) if listed else (),
    )


def share(replies: Sequence[Row], key: str) -> Share:
    """Return the share of the replies that a judgement holds for, of those it is made of."""
    known = [row["reply"][key] for row in replies if row["reply"][key] is not None]
    return Share(sum(known), len(known))


def _failure(row: Row) -> str:
    reply = row["reply"]
    faults = "; ".join(reply["faults"])
    return f"{row['id']} {row['question']!r}: {reply['kind'] or '–'}, {reply['outcome']}: {faults}"


def sentences(name: str, replies: Sequence[Row]) -> Figure:
    """Return how many of the sentences shown are rows, captions, headings or questions."""
    reasons = [reason for row in replies for reason in row["reply"]["no_sentences"]]
    counted = ", ".join(f"{one} {reasons.count(one)}" for one in sorted(set(reasons)))
    total = sum(row["reply"]["prose"] for row in replies)
    return Figure(
        f"{name}: shown sentences that are no sentence of a text",
        f"{len(reasons)} of {total}" + f" ({counted})" * bool(reasons),
        bar="0",
        met=not reasons,
    )


def one_sentence(name: str, replies: Sequence[Row]) -> Figure:
    """Return how many answers are one sentence, of those where one is enough."""
    found = share(replies, "one_sentence")
    return Figure(
        f"{name}: one sentence, where one is enough",
        told(found),
        bar="≥ 0.75",
        met=(found.value or 0.0) >= 0.75,
    )


def _of(rows: Sequence[Row], **wanted: str) -> list[Row]:
    return [row for row in rows if all(row[key] == value for key, value in wanted.items())]


def gold(data: Path, path: Path) -> list[Row]:
    """Return the lines of a file, with each sentence that is named by hash in its place."""
    rows: list[Row] = [json.loads(line) for line in path.read_text("utf-8").splitlines()]
    for item in (item for row in rows for item in row.get("gold", ()) if "sentence" in item):
        named = item.pop("sentence")
        text = _district_report(data, Path(item["file"]).stem)
        cut = (text[start:end] for start, end in split(text))
        item["quote"] = next(one for one in cut if text_key(one) == named)
    return rows


def _examples(place: Workplace) -> Path:
    return place.made(
        "kinds-examples", lambda home: place.briefs(home, "ingest", ROOT / "examples/briefs")
    )


def _beige_book(place: Workplace) -> Path:
    def fill(home: Path) -> None:
        folder = home / "files"
        folder.mkdir()
        for name, text in district_reports(place.data):
            (folder / name).write_text(text, encoding="utf-8")
        place.briefs(home, "ingest", folder)

    return place.made("kinds-beige", fill)


def district_reports(data: Path) -> Iterator[tuple[str, str]]:
    """Yield the files of the district reports, an earlier version before the one that revises it.

    The corpus has their texts alone: title, date, author and number are made from the file's name.
    """
    for edition in EDITIONS:
        for district, name in DISTRICTS.items():
            document = f"{edition}-{district}"
            if district == "su":
                continue
            text = _district_report(data, document)
            if document in REVISED:
                yield f"{document}-v1.md", _headed(edition, district, name, 1, _earlier(text))
            yield f"{document}.md", _headed(edition, district, name, 2, text)


def _district_report(data: Path, document: str) -> str:
    return (data / "beige_book" / document[:4] / f"{document}.txt").read_text("utf-8")


def _headed(edition: str, district: str, name: str, version: int, text: str) -> str:
    year, month = edition.split("-")
    title = f"Federal Reserve, {name}, {month_name[int(month)]} {year}"
    return (
        f'---\ntitle: "{title}"\nnumber: FRB-{edition}-{district.upper()}\nversion: {version}\n'
        f"date: {edition}\nauthor: Federal Reserve Bank of {name}\n---\n\n{text}\n"
    )


def _earlier(text: str) -> str:
    cut = [text[start:end] for start, end in split(text)]
    return " ".join(one for at, one in enumerate(cut) if at not in OMITTED)


LIBRARIES: dict[str, Callable[[Workplace], Path]] = {
    "examples": _examples,
    "beige": _beige_book,
    "crs": Workplace.markdown_library,
}


if __name__ == "__main__":
    command.several("kinds", {name: partial(figures, name=name) for name in SPLITS})
