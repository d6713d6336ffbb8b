"""What the ledger holds of an answer: the chained body and the private part, and the answer again.

The body has the evidence as it was seen and nothing that a person typed: where a note or a label
repeats the asker's words ("since the visit"), they are in the private part only. An answer rebuilt
from its record is shown exactly as it was. Passages that were searched but not shown are recorded
by their scores only and are not rebuilt, nor are earlier questions; a forgotten question is "".
"""

import hashlib
import re
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from functools import cache
from importlib import metadata
from typing import Any

from bot.answering.answer import (
    Answer,
    Citation,
    DraftAnswer,
    NearPassage,
    Outcome,
    Sentence,
    SentenceForm,
)
from bot.answering.contract import brief_json, citation_json, nearest_json, sentence_json
from bot.checking.verdict import Reason, Verdict
from bot.question.kinds import Kind
from bot.question.question import Period, Question, Turn
from index.passage import BriefRef, Hit, Passage
from index.vectors.snapshot import EVERYTHING, Filters

FORMAT = 1  # of the body; raise it when keys change their meaning
DISTRIBUTION = "brief-bot"
TYPED = "…"  # replaces the asker's words in notes
_QUOTED = re.compile("“([^”]+)”")


@dataclass(frozen=True)
class Basis:
    """What an answer was made with: index, settings (none secret), and limits of the search."""

    generation: int
    fingerprint: str
    settings: Mapping[str, Any]
    filters: Filters = EVERYTHING


def body(
    answer: Answer,
    *,
    basis: Basis,
    brief_sha256: Mapping[str, str],
    seconds: Mapping[str, float],
    streamed: Mapping[str, Any] | None = None,
) -> dict[str, Any]:
    """Return the part that is chained; `brief_sha256` maps ID@version to text hashes.

    `streamed` says which rows hold what was shown before the answer was whole.
    """
    draft = answer.draft
    return {
        **begun(answer.hits, basis),
        "kind": answer.kind.value,
        "outcome": answer.outcome.value,
        "answered": answer.answered,
        "mode": draft.mode,
        "model": draft.model,
        "confidence": draft.confidence,
        "features": dict(draft.features),
        "period": _days(answer.standalone.period),
        "sentences": [
            {**sentence_json(one), "label": _label(one, answer)} for one in answer.sentences
        ],
        # The numbers cited by a sentence that was withheld are ranks of the hits.
        "withheld": [sentence_json(one) for one in draft.withheld],
        "notes": [_untyped(note, answer.standalone) for note in draft.notes],
        "off_topic": draft.off_topic,
        "reason": draft.reason,
        "searched": draft.searched,
        "suggestions": list(draft.suggestions),
        "citations": [_cited(citation, brief_sha256) for citation in answer.citations],
        "nearest": [
            {**one, "passage": _as_seen(hit, brief_sha256)}
            for hit, one in zip(answer.nearest, nearest_json(answer), strict=True)
        ],
        "streamed": None if streamed is None else dict(streamed),
        "seconds": {name: round(value, 4) for name, value in seconds.items()},
    }


def begun(hits: Sequence[Hit], basis: Basis) -> dict[str, Any]:
    """Return what is known of an answer before it is written: hits, index and settings."""
    return {
        "format": FORMAT,
        "program": program(),
        "filters": {name: _plain(value) for name, value in asdict(basis.filters).items()},
        "settings": dict(basis.settings),
        "generation": basis.generation,
        "fingerprint": basis.fingerprint,
        "hits": [_score(hit, rank) for rank, hit in enumerate(hits, 1)],
    }


def sentence(
    shown: Sentence, citations: Sequence[Citation], brief_sha256: Mapping[str, str]
) -> dict[str, Any]:
    """Return the row of a sentence that is shown before the answer is finished."""
    return {
        "sentence": sentence_json(shown),
        "citations": [_cited(citation, brief_sha256) for citation in citations],
    }


def private(
    standalone: Question,
    turns: Sequence[Turn],
    asker: str | None,
    place: str | None,
    *,
    zone: str | None = None,
    draft: DraftAnswer | None = None,
) -> dict[str, Any]:
    """Return the part that can be forgotten: what was typed, by whom and where.

    The notes and labels of the draft may repeat the asker's words.
    """
    return {
        "question": standalone.asked,
        "standalone_question": standalone.text,
        "context": list(standalone.context),
        "turns": [asdict(turn) for turn in turns],
        "asker": asker,
        "place": place,
        "zone": zone,
        "period_said": standalone.period.said if standalone.period else None,
        "notes": list(draft.notes) if draft else [],
        "labels": [one.label for one in draft.sentences] if draft else [],
    }


@cache
def program() -> str:
    """Return the version of this program, "unknown" if it is not installed."""
    try:
        return metadata.version(DISTRIBUTION)
    except metadata.PackageNotFoundError:
        return "unknown"


def sha256(text: str) -> str:
    """Return the hash by which a text is recognised."""
    return hashlib.sha256(text.encode()).hexdigest()


def _cited(citation: Citation, brief_sha256: Mapping[str, str]) -> dict[str, Any]:
    return {**citation_json(citation), "passage": _as_seen(citation.hit, brief_sha256)}


def _score(hit: Hit, rank: int) -> dict[str, Any]:
    return {
        "rank": rank,
        "passage_id": hit.passage_id,
        "brief_id": hit.brief.id,
        "brief_version": hit.brief.version,
        "score": hit.score,
        "cosine": hit.cosine,
        "bm25": hit.bm25,
    }


def _as_seen(hit: Hit, brief_sha256: Mapping[str, str]) -> dict[str, Any]:
    passage, brief = hit.passage, hit.brief
    version = f"{brief.id}@{brief.version}"
    return {
        "text": passage.text,
        "sha256": sha256(passage.text),
        "start": passage.start,
        "end": passage.end,
        "heading": list(passage.heading),
        "context": passage.context,
        "paragraph": passage.paragraph,
        "page": passage.page,
        "brief": {**brief_json(brief), "text_sha256": brief_sha256.get(version)},
    }


def _days(period: Period | None) -> dict[str, Any] | None:
    if period is None:
        return None
    return {"since": period.since, "until": period.until, "narrows": period.narrows}


def _untyped(note: str, standalone: Question) -> str:
    """Return a note without words of the question."""
    period = standalone.period
    words = [one for one in _QUOTED.findall(note) if one.lower() in standalone.asked.lower()]
    if period is not None:
        words.append(period.said)
    for one in filter(None, words):
        note = note.replace(one, TYPED)
    return note


def _label(shown: Sentence, answer: Answer) -> str:
    """Return a sentence's label, without words of the question that its quotations do not have."""
    label, asked = shown.label, answer.question.lower()
    quoted = (one.quote for one in answer.citations if one.number in shown.citations)
    typed = label and label.lower() in asked and not any(label in quote for quote in quoted)
    return TYPED if typed else label


def _plain(value: object) -> object:
    return list(value) if isinstance(value, tuple) else value


Json = Mapping[str, Any]


def kind_of(body: Json) -> Kind:
    """Return what was asked for; records from before there were kinds have facts and small talk."""
    return Kind(body.get("kind") or (Kind.HELP if body.get("off_topic") else Kind.FACT))


def outcome_of(body: Json) -> Outcome:
    """Return how the question ended; records from before there were three have two outcomes."""
    before = Outcome.ANSWERED if body.get("answered") else Outcome.DECLINED
    return Outcome(body.get("outcome") or before)


def is_small_talk(body: Json) -> bool:
    """Return whether it was no question for the briefs: a greeting, an order, one about the bot."""
    return bool(body.get("off_topic")) or kind_of(body) is Kind.HELP


def marked_text(near: Json) -> str:
    """Return the best sentence of a passage that may answer; the passage if none is marked."""
    start, end = near.get("marked") or (0, 0)
    return str(near["text"][start:end] or near["text"])


def rebuilt(body: Json, private: Json | None) -> Answer:
    """Return the answer that a row with this body is about."""
    typed = private or {}
    hits = tuple(hit(one["passage"], one["passage_id"], one) for one in body["nearest"])
    return Answer(
        answer_id=body["answer_id"],
        standalone=Question(
            typed.get("standalone_question", ""),
            typed.get("question", ""),
            kind=kind_of(body),
            off_topic=body["off_topic"],
        ),
        draft=_draft(body, typed),
        hits=hits or tuple(hit(one["passage"], one["passage_id"]) for one in body["citations"]),
    )


def _draft(body: Json, typed: Json) -> DraftAnswer:
    return DraftAnswer(
        sentences=_labelled(tuple(map(_sentence, body["sentences"])), typed.get("labels", ())),
        citations=tuple(map(_citation, body["citations"])),
        confidence=body["confidence"],
        features=body["features"],
        mode=body["mode"],
        model=body["model"],
        withheld=tuple(map(_sentence, body["withheld"])),
        notes=tuple(typed.get("notes") or body["notes"]),  # the body's lack the asker's words
        near=_near(body) if outcome_of(body) is Outcome.UNSURE else (),
        reason=body.get("reason", ""),
        searched=body.get("searched", 0),
        off_topic=body["off_topic"],
        suggestions=tuple(body.get("suggestions", ())),
        helps=kind_of(body) is Kind.HELP and not body["off_topic"],
    )


def _labelled(sentences: tuple[Sentence, ...], labels: Sequence[str]) -> tuple[Sentence, ...]:
    """Return sentences with their labels as shown, while these are not forgotten."""
    if len(labels) != len(sentences):
        return sentences
    return tuple(replace(one, label=label) for one, label in zip(sentences, labels, strict=True))


def _near(body: Json) -> tuple[NearPassage, ...]:
    return tuple(
        NearPassage(hit(one["passage"], one["passage_id"], one), tuple(one["marked"]))
        for one in body["nearest"]
    )


def _sentence(kept: Json) -> Sentence:
    return Sentence(
        text=kept["text"],
        citations=tuple(kept["citations"]),
        verdict=Verdict(kept["verdict"]),
        reasons=tuple(Reason(one["kind"], one["detail"]) for one in kept["reasons"]),
        bold=tuple((start, end) for start, end in kept["bold"]),
        form=SentenceForm(kept.get("form", SentenceForm.SENTENCE)),
        label=kept.get("label", ""),
    )


def _citation(kept: Json) -> Citation:
    cited = hit(kept["passage"], kept["passage_id"], page=kept["page"])
    return Citation(kept["number"], cited, kept["start"], kept["end"])


def hit(seen: Json, passage_id: str, scores: Json | None = None, page: int | None = None) -> Hit:
    """Return a passage as it was seen; `page` is the quotation's, perhaps a later one."""
    scores = scores or {}
    passage = Passage(
        ordinal=0,
        start=seen["start"],
        end=seen["end"],
        text=seen["text"],
        heading=tuple(seen["heading"]),
        paragraph=seen["paragraph"],
        page=seen["page"],
        context=seen["context"],
    )
    return Hit(
        passage_id,
        passage,
        _brief(seen["brief"], page or seen["page"]),
        score=scores.get("score", 0.0),
        cosine=scores.get("cosine", 0.0),
        bm25=scores.get("bm25", 0.0),
    )


def _brief(kept: Json, page: int | None) -> BriefRef:
    return BriefRef(
        id=kept["id"],
        title=kept["title"],
        date=kept["date"],
        authors=tuple(kept["author"].split("; ")) if kept["author"] else (),
        source=kept["source"],
        collection=kept["collection"],
        version=kept["version"],
        number=kept["number"],
        source_url=kept["source_url"],
        pages=((0, page),) if page else (),
    )
