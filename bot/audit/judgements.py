"""What editors think of the sentences of answers: further records of the ledger, never a change.

A later judgement of the same sentence by the same editor counts instead of the earlier one; both
stay on record.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum

from bot.errors import LedgerError
from bot.ledger.ledger import Entry, Kind, Ledger
from index.errors import UsageError

LONGEST_NOTE = 2_000  # characters


class Judged(StrEnum):
    """An editor's word on one sentence."""

    SUPPORTED = "supported"
    PARTLY = "partly"
    UNSUPPORTED = "unsupported"
    WRONG_SOURCE = "wrong source"


@dataclass(frozen=True)
class Judgement:
    """One editor's word on one sentence of one answer."""

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
        Kind.JUDGEMENT,
        answer_id,
        {"sentence": sentence, "judged": judged},
        {"editor": editor.strip(), "note": note.strip() or None},
    )
    for entry in ledger.further(answer_id, Kind.JUDGEMENT):
        if entry.record_id == record_id:
            return read(entry)
    raise LedgerError(f"{record_id}: was recorded and is not there; run: briefs audit verify-chain")


def read(entry: Entry) -> Judgement:
    """Return the judgement that a record is."""
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
    """Return the last judgement of each sentence by each editor; they come oldest first."""
    last: dict[tuple[str, int, str | None], Judgement] = {}
    for one in judgements:
        last[one.answer_id, one.sentence, one.editor] = one
    return sorted(last.values(), key=lambda one: (one.at, one.record_id))
