"""Make sound answers for the audit's benchmarks: a library in, bodies of ledger records out.

Half are real: our questions over the reports, answered in the briefs' own words. Half are written
by script: sentences that quote passages word for word, in the forms that a chat model uses. Made
once, and kept in the folder that `--work` names.
"""

import hashlib
import json
import random
import re
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from bench import own
from bench.gold import questions as gold_questions
from bench.workplace import Workplace
from bot.answering.answer import Answer, Citation, DraftAnswer, Sentence
from bot.checking.verdict import Verdict
from bot.ledger.ledger import Ledger, canonical
from bot.ledger.record import Basis, body, sha256
from bot.ledger.recording import Answerer
from bot.question.question import Question
from index import sentences
from index.library import Library
from index.passage import Brief, BriefRef, Hit, Passage
from index.settings import load
from index.storage.database import Database, sqlite_url

EACH = 500  # answers of either sort
QUICK = 40
_SENTENCE = re.compile(r"[A-Z][^|{}<>\n]{60,320}[a-z)\]]\.")
Quotable = tuple[Brief, str, Passage, int, int]  # with the sentence's place in the passage
_FORMS = (
    "{0}",
    "According to “{1}”, “{0}”",
    "The report says: “{0}”",
    "{2} “{3}”",
    "“{4},” the report says.",
)


def bodies(place: Workplace) -> list[dict[str, Any]]:
    """Return the records' bodies, the extractive ones first; made once."""
    home = place.markdown_library()
    folder = place.made("audit-answers", lambda into: _fill(into, home, place))
    lines = (folder / "answers.jsonl").read_text(encoding="utf-8").splitlines()
    return [json.loads(line) for line in lines]


def opened(home: Path) -> Library:
    """Open the library in `home`."""
    return Library.open(load(home=home))


def _fill(folder: Path, home: Path, place: Workplace) -> None:
    each = QUICK if place.quick else EACH
    with opened(home) as library, (folder / "answers.jsonl").open("w", encoding="utf-8") as file:
        for made in (_asked(library, folder, place, each), written(library, each)):
            for one in made:
                file.write(canonical(one) + "\n")


def _asked(
    library: Library, folder: Path, place: Workplace, wanted: int
) -> Iterator[dict[str, Any]]:
    """Yield the bodies of answers to our questions and the gold ones."""
    typed = [one.question for one in own.questions(library)]
    typed += [one.standalone for one in gold_questions(place.data)]
    typed.sort(key=lambda one: hashlib.sha256(one.encode()).digest())
    ledger = Ledger(Database(sqlite_url(folder / "ledger.db")))
    answerer = Answerer(library, ledger)
    for question in typed:
        answer = answerer.ask(question)
        if answer.answered:
            yield dict(ledger.get(answer.answer_id).body)
            wanted -= 1
        if not wanted:
            return


def written(library: Library, wanted: int) -> Iterator[dict[str, Any]]:
    """Yield the bodies of answers that quote, in other forms than the briefs' own sentences.

    Sentences are used again, in other forms and company, when all have been.
    """
    rng = random.Random(5)
    pairs = list(quotable(library))
    left: list[Quotable] = []
    for number in range(wanted):
        if len(left) < 2:
            left = rng.sample(pairs, len(pairs))
        yield _body(f"w{number}", [left.pop() for _ in range(1 + number % 2)], rng)


def quotable(library: Library, source: str | None = None) -> Iterator[Quotable]:
    """Yield a sentence of each paragraph that has one, of all briefs or of one document."""
    for row in library.versions():
        if row.state != "current" or source not in (None, row.brief.source):
            continue
        brief = library.brief(row.brief.id, row.brief.version)
        for passage_id, passage in library.passages(brief):
            spans = sentences.split(passage.text)
            whole = [span for span in spans if _SENTENCE.fullmatch(passage.text[slice(*span)])]
            if whole and passage.kind == "paragraph":
                yield brief, passage_id, passage, *whole[len(whole) // 2]


def quoting(answer_id: str, chosen: Quotable) -> dict[str, Any]:
    """Return the body of an answer that is one quotation."""
    return _body(answer_id, [chosen], random.Random(0))


def _body(answer_id: str, chosen: Sequence[Quotable], rng: random.Random) -> dict[str, Any]:
    citations, said = [], []
    for number, (brief, passage_id, passage, start, end) in enumerate(chosen, 1):
        ref = BriefRef(
            brief.id, brief.title, brief.date, brief.authors, brief.source, brief.collection,
            brief.version, brief.number, brief.source_url,
        )  # fmt: skip
        hit = Hit(passage_id, passage, ref, 0.9, 0.9, 1.0)
        offset = passage.start
        citations.append(Citation(number, hit, offset + start, offset + end))
        text = _formed(passage.text[start:end], brief.title, rng)
        said.append(Sentence(text, (number,), Verdict.SUPPORTED))
    draft = DraftAnswer(tuple(said), tuple(citations), 0.9, mode="generative", model="script")
    hits = tuple(one.hit for one in citations)
    hashes = {f"{brief.id}@{brief.version}": sha256(brief.text) for brief, *_ in chosen}
    answer = Answer(answer_id, Question("", ""), draft, hits)
    made = body(answer, basis=Basis(1, "", {}), brief_sha256=hashes, seconds={})
    stamp = datetime.now(UTC).isoformat(timespec="milliseconds")
    return json.loads(canonical({**made, "answer_id": answer_id, "created_at": stamp}))  # type: ignore[no-any-return]


def _formed(sentence: str, title: str, rng: random.Random) -> str:
    """Return a sentence in one of the forms; nothing of it is left out."""
    words = sentence.split()
    half = len(words) // 2
    halves = " ".join(words[:half]), " ".join(words[half:])
    return rng.choice(_FORMS).format(sentence, title, *halves, sentence.rstrip("."))
