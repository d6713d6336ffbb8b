"""Editors' judgements of the sentences of answers: further records of the ledger.

A later judgement of the same sentence by the same editor replaces the earlier one; both stay on
record. Also random samples of answers to judge.
"""

from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Any

from bot.answering.render import safe
from bot.answering.writing.grounding import evidence
from bot.audit.brief_versions import cited_hits
from bot.audit.register import Register
from bot.audit.selection import Order, Selection, draw
from bot.checking import verify
from bot.checking.verdict import Verdict
from bot.errors import LedgerError
from bot.ledger.ledger import Ledger, LedgerEntry, RecordKind
from index.errors import UsageError
from index.storage.database import Database

LONGEST_NOTE = 2_000  # characters


class Judged(StrEnum):
    """An editor's verdict on one sentence."""

    SUPPORTED = "supported"
    PARTLY = "partly"
    UNSUPPORTED = "unsupported"
    WRONG_SOURCE = "wrong source"


@dataclass(frozen=True)
class Judgement:
    """One editor's judgement of one sentence of one answer."""

    record_id: str
    answer_id: str
    sentence: int  # from 1
    judged: Judged
    editor: str | None  # None, like the note, once it was forgotten
    note: str | None
    at: str  # UTC, ISO 8601


def judge(
    ledger: Ledger, answer_id: str, sentence: int, judged: Judged, editor: str, note: str = ""
) -> Judgement:
    """Record a judgement; NotFound for no such answer, UsageError for no such sentence."""
    sentences = ledger.get(answer_id).body["sentences"]
    if not 1 <= sentence <= len(sentences):
        raise UsageError(f"{answer_id}: no sentence {sentence}; it has {len(sentences)}")
    if not editor.strip():
        raise UsageError("no editor; say who judges")
    if len(note) > LONGEST_NOTE:
        raise UsageError(f"note: {len(note):,} characters; shorten it to {LONGEST_NOTE:,}")
    record_id = ledger.add(
        RecordKind.JUDGEMENT,
        answer_id,
        {"sentence": sentence, "judged": judged},
        {"editor": editor.strip(), "note": note.strip() or None},
    )
    for entry in ledger.further(answer_id, RecordKind.JUDGEMENT):
        if entry.record_id == record_id:
            return read(entry)
    raise LedgerError(f"{record_id}: was recorded and is not there; run: briefs audit verify-chain")


def read(entry: LedgerEntry) -> Judgement:
    private = entry.private or {}
    return Judgement(
        record_id=entry.record_id,
        answer_id=entry.answer_id,
        sentence=entry.body["sentence"],
        judged=Judged(entry.body["judged"]),
        editor=private.get("editor"),
        note=private.get("note"),
        at=entry.created_at,
    )


def standing(judgements: Iterable[Judgement]) -> list[Judgement]:
    """Return the last judgement of each sentence by each editor; the oldest come first."""
    last: dict[tuple[str, int, str | None], Judgement] = {}
    for one in judgements:
        last[one.answer_id, one.sentence, one.editor] = one
    return sorted(last.values(), key=lambda one: (one.at, one.record_id))


# The checker's verdicts and the editors' in the same grades.
GRADE: Mapping[str, str] = {
    Verdict.SUPPORTED: "supported",
    Verdict.CHECK: "partly",
    Verdict.UNSUPPORTED: "unsupported",
    Judged.SUPPORTED: "supported",
    Judged.PARTLY: "partly",
    Judged.UNSUPPORTED: "unsupported",
    Judged.WRONG_SOURCE: "unsupported",
}
_SEVERITY = list(Judged)  # the mildest first


@dataclass(frozen=True)
class JudgedSentence:
    """One judged sentence; its score is computed again, from the evidence on record."""

    answer_id: str
    sentence: int  # from 1
    text: str
    verdict: Verdict  # that was shown
    score: float  # of bot/checking/verify.py, in [0, 1]
    majority: Judged
    editors: Mapping[str, Judged]


def standing_judgements(
    ledger: Ledger, answer_ids: Collection[str] | None = None
) -> list[Judgement]:
    """Return the last judgements, oldest first; of these answers, or of all."""
    found = map(read, ledger.entries(RecordKind.JUDGEMENT))
    return standing(one for one in found if answer_ids is None or one.answer_id in answer_ids)


def judged_sentences(ledger: Ledger, found: Iterable[Judgement]) -> list[JudgedSentence]:
    """Return the sentences that these judgements are about, in the order first judged."""
    by_answer: dict[str, dict[int, list[Judgement]]] = defaultdict(lambda: defaultdict(list))
    for one in found:
        by_answer[one.answer_id][one.sentence].append(one)
    return [
        _judged_sentence(entry, number, given)
        for answer_id, sentences in by_answer.items()
        for entry in (ledger.get(answer_id),)
        for number, given in sorted(sentences.items())
    ]


def majority(words: Iterable[Judged]) -> Judged:
    """Return the verdict of most editors; in a tie, the most severe."""
    counted = Counter(words)
    return max(counted, key=lambda word: (counted[word], _SEVERITY.index(word)))


def editor_of(judgement: Judgement) -> str:
    """Return the editor's name, or what stands for one that was forgotten."""
    return judgement.editor or "(forgotten)"


def _judged_sentence(entry: LedgerEntry, number: int, given: list[Judgement]) -> JudgedSentence:
    recorded: Mapping[str, Any] = entry.body["sentences"][number - 1]
    pieces = [text for hit in cited_hits(entry.body, number) for text in evidence(hit)]
    return JudgedSentence(
        answer_id=entry.answer_id,
        sentence=number,
        text=recorded["text"],
        verdict=Verdict(recorded["verdict"]),
        score=verify.check(recorded["text"], pieces).score,
        majority=majority(one.judged for one in given),
        editors={editor_of(one): one.judged for one in given},
    )


# Samples


@dataclass(frozen=True)
class SampledAnswer:
    """One answer of a sample. `judged` has the judgements of each sentence, by its number."""

    entry: LedgerEntry
    judged: Mapping[int, Sequence[Judgement]]

    @property
    def is_judged(self) -> bool:
        """Whether an editor judged every sentence."""
        return len(self.judged) == len(self.entry.body["sentences"])


@dataclass(frozen=True)
class Sample:
    """A random sample of answered questions, in the order drawn."""

    items: tuple[SampledAnswer, ...]
    population: int
    seed: int

    @property
    def unjudged(self) -> int:
        """How many are not fully judged yet."""
        return sum(not item.is_judged for item in self.items)


def draw_answers(database: Database, selection: Selection, count: int, seed: int) -> Sample:
    """Return `count` random answers of a selection, declined questions left out."""
    register, ledger = Register(database), Ledger(database)
    register.catch_up()
    rows = register.answers(replace(selection, answered=True, sample=None), Order.TIME)
    chosen = draw((row.answer_id for row in rows), count, seed)
    given: dict[str, dict[int, list[Judgement]]] = {one: {} for one in chosen}
    for one in standing_judgements(ledger, given):
        given[one.answer_id].setdefault(one.sentence, []).append(one)
    items = tuple(SampledAnswer(ledger.get(one), given[one]) for one in chosen)
    return Sample(items, len(rows), seed)


def sampled_json(item: SampledAnswer, drawn: Sample) -> dict[str, Any]:
    entry = item.entry
    return {
        "answer_id": entry.answer_id,
        "created_at": entry.created_at,
        "question": _question(entry),
        "mode": entry.body["mode"],
        "judged": item.is_judged,
        "sentences": [
            {
                "sentence": number,
                "text": one["text"],
                "citations": one["citations"],
                "verdict": one["verdict"],
                "judged": {
                    editor_of(each): str(each.judged) for each in item.judged.get(number, ())
                },
            }
            for number, one in enumerate(entry.body["sentences"], 1)
        ],
        "population": drawn.population,
        "seed": drawn.seed,
    }


def sampled_lines(item: SampledAnswer) -> str:
    """Return the lines of one answer of a sample as people read them."""
    entry = item.entry
    state = "judged" if item.is_judged else "not judged"
    lines = [f"{entry.answer_id}  {entry.created_at[:10]}  {state}  {_question(entry)}"]
    for number, one in enumerate(entry.body["sentences"], 1):
        marks = "".join(f"[{cited}]" for cited in one["citations"])
        lines.append(f"  {number}. {one['text']} {marks}")
        lines += [f"     {editor_of(each)}: {each.judged}" for each in item.judged.get(number, ())]
    return "\n".join(map(safe, lines))


def _question(entry: LedgerEntry) -> str:
    return str((entry.private or {}).get("standalone_question") or "(question forgotten)")
