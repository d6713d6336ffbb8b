"""Editors' judgements of answers: further records of the ledger.

An editor judges a sentence (do its passages support it?) or a reply as a whole (does it answer the
question, and should a reply without an answer have had one?). A later judgement of the same thing
by the same editor replaces the earlier one; both stay on record.
"""

from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from bot.answering.answer import Outcome
from bot.answering.writing.grounding import evidence
from bot.audit.brief_versions import cited_hits
from bot.audit.findings import Observation
from bot.checking import verify
from bot.checking.verdict import Verdict
from bot.errors import LedgerError
from bot.ledger.ledger import Ledger, LedgerEntry, RecordKind
from bot.ledger.record import outcome_of
from index.errors import UsageError

LONGEST_NOTE = 2_000  # characters


class Judged(StrEnum):
    """An editor's verdict on one sentence."""

    SUPPORTED = "supported"
    PARTLY = "partly"
    UNSUPPORTED = "unsupported"
    WRONG_SOURCE = "wrong source"


class JudgedReply(StrEnum):
    """An editor's verdict on a reply as a whole."""

    RIGHT = "right"  # it answers and its passages support it; or there was rightly no answer
    DOES_NOT_ANSWER = "does not answer"  # what it shows is beside the question
    SHOULD_HAVE_BEEN_ANSWERED = "should have been answered"  # the briefs do answer the question


Word = Judged | JudgedReply

# What can be said of a reply, by its outcome.
FITTING: Mapping[Outcome, tuple[JudgedReply, ...]] = {
    Outcome.ANSWERED: (JudgedReply.RIGHT, JudgedReply.DOES_NOT_ANSWER),
    Outcome.UNSURE: tuple(JudgedReply),
    Outcome.DECLINED: (JudgedReply.RIGHT, JudgedReply.SHOULD_HAVE_BEEN_ANSWERED),
}
WRONG: frozenset[Word] = frozenset(
    {
        Judged.UNSUPPORTED,
        Judged.WRONG_SOURCE,
        JudgedReply.DOES_NOT_ANSWER,
        JudgedReply.SHOULD_HAVE_BEEN_ANSWERED,
    }
)
# All that a reply can turn out to be, the mildest first. "supported": every sentence is, and nobody
# has said yet whether they answer the question.
REPLY_WORDS: tuple[Word, ...] = (
    Judged.SUPPORTED,
    JudgedReply.RIGHT,
    Judged.PARTLY,
    Judged.UNSUPPORTED,
    Judged.WRONG_SOURCE,
    JudgedReply.SHOULD_HAVE_BEEN_ANSWERED,
    JudgedReply.DOES_NOT_ANSWER,
)


# What readers say of a bad reply, by the reason that the ledger has: in editors' words where it is
# the same thing.
COMPLAINTS: Mapping[str, str] = {
    "not_answered": JudgedReply.DOES_NOT_ANSWER,
    "answerable": JudgedReply.SHOULD_HAVE_BEEN_ANSWERED,
    "wrong_source": Judged.WRONG_SOURCE,
    "missing": "something is missing",
    "outdated": "out of date",
    "other": "something else",
}

# What each of them says of whether the reply is wrong.
OBSERVED: Mapping[Word, Observation] = {
    Judged.SUPPORTED: Observation(wrong=0.0, weight=0.5),  # half of what can be wrong
    JudgedReply.RIGHT: Observation(wrong=0.0),
    Judged.PARTLY: Observation(wrong=0.5),
    **{word: Observation(wrong=1.0) for word in WRONG},
}


@dataclass(frozen=True)
class Judgement:
    """One editor's judgement of one answer, or of one of its sentences."""

    record_id: str
    answer_id: str
    sentence: int | None  # from 1; None: the reply as a whole
    judged: Word
    editor: str | None  # None, like the note, once it was forgotten
    note: str | None
    at: str  # UTC, ISO 8601


def judge(
    ledger: Ledger,
    answer_id: str,
    sentence: int | None,
    judged: Word,
    editor: str,
    note: str = "",
) -> Judgement:
    """Record a judgement of a sentence, or of the reply as a whole (`sentence` is None).

    Raises NotFound for no such answer, UsageError for no such sentence or a word that does not fit.
    """
    refuse_unfit(ledger.get(answer_id), sentence, judged)
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


def word_of(typed: str) -> Word | None:
    """Return the judgement that somebody typed, in any case, with - or _ for spaces."""
    plain = " ".join(typed.lower().replace("-", " ").replace("_", " ").split())
    return next((word for word in (*Judged, *JudgedReply) if word == plain), None)


def refuse_unfit(entry: LedgerEntry, sentence: int | None, judged: Word) -> None:
    """Raise UsageError if this cannot be said of this reply, or of this sentence of it."""
    answer_id, sentences = entry.answer_id, len(entry.body["sentences"])
    if isinstance(judged, JudgedReply):
        outcome = outcome_of(entry.body)
        if sentence is not None:
            raise UsageError(f"“{judged}” is about a whole reply; leave out the sentence")
        if judged not in FITTING[outcome]:
            there = " or ".join(f"“{word}”" for word in FITTING[outcome])
            raise UsageError(f"{answer_id}: “{judged}”: the reply is {outcome}; judge it {there}")
    elif not sentences:
        there = " or ".join(f"“{word}”" for word in FITTING[outcome_of(entry.body)])
        raise UsageError(f"{answer_id}: has no sentences; judge the reply: {there}")
    elif sentence is None:
        raise UsageError(f"“{judged}” is about one sentence; say which, 1 to {sentences}")
    elif not 1 <= sentence <= sentences:
        raise UsageError(f"{answer_id}: no sentence {sentence}; it has {sentences}")


def read(entry: LedgerEntry) -> Judgement:
    private = entry.private or {}
    return Judgement(
        record_id=entry.record_id,
        answer_id=entry.answer_id,
        sentence=entry.body["sentence"],
        judged=parsed(entry.body),
        editor=private.get("editor"),
        note=private.get("note"),
        at=entry.created_at,
    )


def parsed(body: Mapping[str, Any]) -> Word:
    """Return the word of a judgement's body."""
    word: str = body["judged"]
    return JudgedReply(word) if body["sentence"] is None else Judged(word)


def standing(judgements: Iterable[Judgement]) -> list[Judgement]:
    """Return the last judgement of each sentence and reply by each editor, oldest first."""
    last: dict[tuple[str, int | None, str | None], Judgement] = {}
    for one in judgements:
        last[one.answer_id, one.sentence, one.editor] = one
    return sorted(last.values(), key=lambda one: (one.at, one.record_id))


def standing_judgements(
    ledger: Ledger, answer_ids: Collection[str] | None = None
) -> list[Judgement]:
    """Return the last judgements, oldest first; of these answers, or of all."""
    found = map(read, ledger.entries(RecordKind.JUDGEMENT))
    return standing(one for one in found if answer_ids is None or one.answer_id in answer_ids)


def majority(words: Iterable[Word]) -> Word:
    """Return the verdict of most editors; in a tie, the most severe."""
    counted = Counter(words)
    return max(counted, key=lambda word: (counted[word], REPLY_WORDS.index(word)))


def editor_of(judgement: Judgement) -> str:
    """Return the editor's name, or what stands for one that was forgotten."""
    return judgement.editor or "(forgotten)"


# Replies


def reply_word(said: Mapping[int | None, Word], sentences: int) -> Word | None:
    """Return what one editor's judgements, by sentence, make of a reply of so many sentences.

    What is wrong with the reply as a whole comes first, then the worst sentence. "right" speaks for
    the sentences that the editor did not judge. None: the editor has not judged enough of it.
    """
    whole = said.get(None)
    of_sentences = [word for number, word in said.items() if number is not None]
    worst = max(of_sentences, key=REPLY_WORDS.index, default=Judged.SUPPORTED)
    if whole in WRONG:
        return whole
    if worst is not Judged.SUPPORTED:
        return worst
    if whole is not None:
        return whole
    return Judged.SUPPORTED if sentences and len(of_sentences) == sentences else None


def reply_words(judgements: Iterable[Judgement], sentences: int) -> dict[str, Word]:
    """Return by editor what the standing judgements of one reply make of it."""
    by_editor: dict[str, dict[int | None, Word]] = defaultdict(dict)
    for one in judgements:
        by_editor[editor_of(one)][one.sentence] = one.judged
    found = {editor: reply_word(said, sentences) for editor, said in by_editor.items()}
    return {editor: word for editor, word in found.items() if word is not None}


# Sentences

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


def judged_sentences(ledger: Ledger, found: Iterable[Judgement]) -> list[JudgedSentence]:
    """Return the sentences that these judgements are about, in the order first judged."""
    by_answer: dict[str, dict[int, list[Judgement]]] = defaultdict(lambda: defaultdict(list))
    for one in found:
        if one.sentence is not None:
            by_answer[one.answer_id][one.sentence].append(one)
    return [
        _judged_sentence(entry, number, given)
        for answer_id, sentences in by_answer.items()
        for entry in (ledger.get(answer_id),)
        for number, given in sorted(sentences.items())
    ]


def _judged_sentence(entry: LedgerEntry, number: int, given: Sequence[Judgement]) -> JudgedSentence:
    recorded: Mapping[str, Any] = entry.body["sentences"][number - 1]
    pieces = [text for hit in cited_hits(entry.body, number) for text in evidence(hit)]
    editors = {editor_of(one): Judged(one.judged) for one in given}
    return JudgedSentence(
        answer_id=entry.answer_id,
        sentence=number,
        text=recorded["text"],
        verdict=Verdict(recorded["verdict"]),
        score=verify.check(recorded["text"], pieces).score,
        majority=Judged(majority(Judged(one.judged) for one in given)),
        editors=editors,
    )
