"""Put the judgements of a sentence beside what the machine says of it: ledger in, Rated out.

The machine's score is worked out anew from the record's own evidence, with today's check; its
verdict is the one that was shown. Knows nothing of figures: bot/audit/agreement.py does.
"""

from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from bot.answering.answer import Verdict
from bot.answering.writing.grounding import evidence
from bot.audit.judgements import Judged, Judgement, read, standing
from bot.audit.passages import passages
from bot.checking import verify
from bot.ledger.ledger import Entry, Kind, Ledger

# What the machine's verdicts are in an editor's words, and an editor's in grades alike.
GRADE: Mapping[str, str] = {
    Verdict.SUPPORTED: "supported",
    Verdict.CHECK: "partly",
    Verdict.UNSUPPORTED: "unsupported",
    Judged.SUPPORTED: "supported",
    Judged.PARTLY: "partly",
    Judged.UNSUPPORTED: "unsupported",
    Judged.WRONG_SOURCE: "unsupported",
}
GRADES = ("supported", "partly", "unsupported")
_SEVERITY = list(Judged)  # the mildest first


@dataclass(frozen=True)
class Rated:
    """One judged sentence. `house` is the word of most editors, of a tie the more severe."""

    answer_id: str
    sentence: int  # from 1
    text: str
    machine: Verdict
    score: float  # of bot/checking/verify.py, in [0, 1]
    house: Judged
    editors: Mapping[str, Judged]


def judgements(ledger: Ledger, answer_ids: Collection[str] | None = None) -> list[Judgement]:
    """Return the judgements that stand, oldest first; of these answers, or of all."""
    found = map(read, ledger.entries(Kind.JUDGEMENT))
    return standing(one for one in found if answer_ids is None or one.answer_id in answer_ids)


def rated(ledger: Ledger, found: Iterable[Judgement]) -> list[Rated]:
    """Return the sentences that these judgements are about, in the order first judged."""
    by_answer: dict[str, dict[int, list[Judgement]]] = defaultdict(lambda: defaultdict(list))
    for one in found:
        by_answer[one.answer_id][one.sentence].append(one)
    return [
        _rated(entry, number, given)
        for answer_id, sentences in by_answer.items()
        for entry in (ledger.get(answer_id),)
        for number, given in sorted(sentences.items())
    ]


def house(words: Iterable[Judged]) -> Judged:
    """Return the word that most editors gave, of a tie the more severe."""
    counted = Counter(words)
    return max(counted, key=lambda word: (counted[word], _SEVERITY.index(word)))


def score(entry: Entry, sentence: int) -> float:
    """Return the machine's score of a sentence, in [0, 1], from the evidence on record."""
    pieces = [text for hit in passages(entry.body, sentence) for text in evidence(hit)]
    return verify.check(entry.body["sentences"][sentence - 1]["text"], pieces).score


def name(judgement: Judgement) -> str:
    """Return the editor's name, or what stands for one that was forgotten."""
    return judgement.editor or "(forgotten)"


def _rated(entry: Entry, number: int, given: list[Judgement]) -> Rated:
    kept: Mapping[str, Any] = entry.body["sentences"][number - 1]
    return Rated(
        answer_id=entry.answer_id,
        sentence=number,
        text=kept["text"],
        machine=Verdict(kept["verdict"]),
        score=score(entry, number),
        house=house(one.judged for one in given),
        editors={name(one): one.judged for one in given},
    )
