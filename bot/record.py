"""Say what the ledger holds of an answer: an answer in, the chained body and the private part out.

The body holds the evidence as it was seen and nothing that a person typed.
"""

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from typing import Any

from bot.answer import Answer, Turn
from bot.render import brief_json, citation_json, hit_json, sentence_json
from index.passage import Hit

FORMAT = 1  # of the body; raise it when keys change their meaning


def body(
    answer: Answer,
    *,
    generation: int,
    fingerprint: str,
    settings: Mapping[str, Any],
    brief_sha256: Mapping[str, str],
    seconds: Mapping[str, float],
) -> dict[str, Any]:
    """Return the part that is chained; `brief_sha256` maps brief ids to hashes of their text."""
    draft = answer.draft
    return {
        "format": FORMAT,
        "answered": answer.answered,
        "mode": draft.mode,
        "model": draft.model,
        "confidence": draft.confidence,
        "features": dict(draft.features),
        "settings": dict(settings),
        "generation": generation,
        "fingerprint": fingerprint,
        "hits": [_score(hit, rank) for rank, hit in enumerate(answer.hits, 1)],
        "sentences": [sentence_json(sentence) for sentence in answer.sentences],
        "citations": [
            {**citation_json(citation), "passage": _as_seen(citation.hit, brief_sha256)}
            for citation in answer.citations
        ],
        "nearest": [
            {**hit_json(hit, rank), "passage": _as_seen(hit, brief_sha256)}
            for rank, hit in enumerate(answer.nearest, 1)
        ],
        "seconds": {name: round(value, 4) for name, value in seconds.items()},
    }


def private(
    answer: Answer, turns: Sequence[Turn], asker: str | None, place: str | None
) -> dict[str, Any]:
    """Return the part that can be forgotten: what was typed, by whom and where."""
    return {
        "question": answer.question,
        "standalone_question": answer.standalone.question,
        "context": list(answer.standalone.context),
        "turns": [asdict(turn) for turn in turns],
        "asker": asker,
        "place": place,
    }


def sha256(text: str) -> str:
    """Return the hash by which a text is known again."""
    return hashlib.sha256(text.encode()).hexdigest()


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
    passage = hit.passage
    return {
        "text": passage.text,
        "sha256": sha256(passage.text),
        "start": passage.start,
        "end": passage.end,
        "heading": list(passage.heading),
        "context": passage.context,
        "paragraph": passage.paragraph,
        "page": passage.page,
        "brief": {**brief_json(hit.brief), "text_sha256": brief_sha256.get(hit.brief.id)},
    }
