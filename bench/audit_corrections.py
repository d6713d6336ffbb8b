"""Correct a brief that a hundred answers cite, and see which answers are reported.

A report of the corpus is ingested, each answer quotes a sentence of it, then some of the sentences
are changed, others moved, wrapped anew or left alone, and the file is ingested again: all by the
real command. Other answers quote another report, which stays.
"""

import json
import random
import re
import shutil
from collections.abc import Iterator, Sequence
from pathlib import Path

from bench.figures import Figure
from bench.workplace import Workplace

ANSWERS = 100
CHANGED = 30  # sentences; as many others in layout alone
_DIGIT = re.compile(r"(?<=\d)\d(?=\D)|(?<=\s)\d(?=\s)")
_WORD = re.compile(r"(?<= )(?:a|the|of|and|in|for|to)(?= )")


def figures(place: Workplace) -> Iterator[Figure]:
    """Yield how many of the answers were reported, by the ingest and by `audit run`."""
    rng = random.Random(3)
    home, folder = place.fresh("audit-corrected"), place.fresh("audit-corrected-briefs")
    found = (place.data / "crs/markdown").rglob("*.md")
    reports = sorted(found, key=lambda path: path.stat().st_size)[-12:-10]
    paths = [Path(shutil.copy(one, folder)) for one in reports]
    place.briefs(home, "ingest", folder)
    quoted = _record(home, paths[0], paths[1])
    changed = _correct(paths[0], sorted(set(quoted.values()) - {""}), rng)
    citing = {answer for answer, sentence in quoted.items() if sentence}
    wanted = {answer for answer in citing if quoted[answer] in changed}
    ingested = json.loads(place.briefs(home, "ingest", folder, "--json").out)
    reported: set[str] = set()
    for one in ingested["resting"]:
        reported |= set(one["answer_ids"][: one["changed"]])
    what = f"a brief corrected after {ANSWERS} answers cited it, {CHANGED} of its sentences changed"
    yield _exactly(f"{what}: answers that the ingest reports", reported, wanted)
    run = json.loads(place.briefs(home, "audit", "run", "--json", "-n", "1000").out)
    yield _exactly("… that `audit run` reports as corrected", _with(run, "corrected"), wanted)
    standing = _with(run, "superseded")
    yield _exactly("… and as superseded only, the others that cite it", standing, citing - wanted)
    flagged = {one["answer_id"] for one in run["riskiest"]} - citing
    yield _exactly(f"… of {len(quoted) - len(citing)} that cite another brief", flagged, set())


def _exactly(what: str, found: set[str], wanted: set[str]) -> Figure:
    wrong = sorted(found ^ wanted)
    return Figure(
        what,
        f"{len(found)} ({len(found & wanted)} right, {len(found - wanted)} too many)",
        bar=f"exactly {len(wanted)}",
        met=not wrong,
        details=tuple(wrong),
    )


def _with(run: dict[str, object], kind: str) -> set[str]:
    found: set[str] = set()
    for one in run["riskiest"]:  # type: ignore[attr-defined]
        if any(finding["kind"] == kind for finding in one["findings"]):
            found.add(one["answer_id"])
    return found


def _record(home: Path, report: Path, other: Path) -> dict[str, str]:
    """Record the answers; return the sentence each quotes, "" for those of the other report."""
    from bench import audit_answers
    from bot.ledger.ledger import Ledger

    private = {"question": "?", "standalone_question": "?", "asker": None, "place": None}
    quoted: dict[str, str] = {}
    with audit_answers.opened(home) as library:
        ledger = Ledger(library.database)
        for path in (report, other):
            source = path.read_text(encoding="utf-8")
            pairs = audit_answers.quotable(library, str(path))
            texts = [(one, one[2].text[slice(*one[3:])]) for one in pairs]
            held = [(one, text) for one, text in texts if source.count(text) == 1]
            for number in range(ANSWERS if path == report else ANSWERS // 5):
                one, text = held[number % len(held)]
                answer_id = f"{'r' if path == report else 'o'}{number}"
                ledger.append(answer_id, audit_answers.quoting(answer_id, one), private)
                quoted[answer_id] = text if path == report else ""
    return quoted


def _correct(path: Path, sentences: Sequence[str], rng: random.Random) -> set[str]:
    """Change some sentences of the file in their words, others in layout alone."""
    text = path.read_text(encoding="utf-8")
    chosen = rng.sample(list(sentences), k=min(2 * CHANGED, len(sentences)))
    changed = set(chosen[:CHANGED])
    for sentence in chosen:
        new = _changed(sentence, rng) if sentence in changed else _wrapped(sentence)
        text = text.replace(sentence, new)
    path.write_text(text, encoding="utf-8")
    return changed


def _changed(sentence: str, rng: random.Random) -> str:
    """Return it with another digit, without a word, with one more, or nothing of it."""
    if match := _DIGIT.search(sentence):
        return sentence[: match.start()] + str((int(match[0]) + 1) % 10) + sentence[match.end() :]
    way = rng.randrange(3)
    words = sentence.split(" ")
    at = rng.randrange(2, len(words) - 2)
    if way == 0:
        return ""
    if way == 1:
        return " ".join([*words[:at], *words[at + 1 :]])
    return " ".join([*words[:at], "formerly", *words[at:]])


def _wrapped(sentence: str) -> str:
    """Return it on two lines, with another space and other quotation marks."""
    middle = sentence.index(" ", len(sentence) // 2)
    return (sentence[:middle] + "\n" + sentence[middle + 1 :]).replace("’", "'")
