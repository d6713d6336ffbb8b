"""Say what the ledger holds of an answer: an answer in, the chained body and the private part out.

The body holds the evidence as it was seen and nothing that a person typed.
"""

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

from bot.answer import Answer, Citation, Sentence, Standalone, Turn
from bot.render import brief_json, citation_json, hit_json, period_json, sentence_json
from index.passage import Hit
from index.snapshot import Filters

EVERYTHING = Filters()
FORMAT = 1  # of the body; raise it when keys change their meaning


@dataclass(frozen=True)
class Basis:
    """What an answer was made with: the index it was found in, and the settings, none secret."""

    generation: int
    fingerprint: str
    settings: Mapping[str, Any]


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
        "answered": answer.answered,
        "mode": draft.mode,
        "model": draft.model,
        "confidence": draft.confidence,
        "features": dict(draft.features),
        "period": period_json(answer.standalone.period),
        "sentences": [sentence_json(one) for one in answer.sentences],
        # The numbers cited by a sentence that was withheld are ranks of the hits.
        "withheld": [sentence_json(one) for one in draft.withheld],
        "notes": list(draft.notes),
        "off_topic": draft.off_topic,
        "citations": [_cited(citation, brief_sha256) for citation in answer.citations],
        "nearest": [
            {**hit_json(hit, rank), "passage": _as_seen(hit, brief_sha256)}
            for rank, hit in enumerate(answer.nearest, 1)
        ],
        "streamed": None if streamed is None else dict(streamed),
        "seconds": {name: round(value, 4) for name, value in seconds.items()},
    }


def begun(hits: Sequence[Hit], basis: Basis) -> dict[str, Any]:
    """Return what is known of an answer before it is made: hits, index and settings."""
    return {
        "format": FORMAT,
        "settings": dict(basis.settings),
        "generation": basis.generation,
        "fingerprint": basis.fingerprint,
        "hits": [_score(hit, rank) for rank, hit in enumerate(hits, 1)],
    }


def sentence(
    shown: Sentence, citations: Sequence[Citation], brief_sha256: Mapping[str, str]
) -> dict[str, Any]:
    """Return what is kept of a sentence that is shown before the answer is whole."""
    return {
        "sentence": sentence_json(shown),
        "citations": [_cited(citation, brief_sha256) for citation in citations],
    }


def private(
    standalone: Standalone,
    turns: Sequence[Turn],
    asker: str | None,
    place: str | None,
    *,
    filters: Filters = EVERYTHING,
    zone: str | None = None,
) -> dict[str, Any]:
    """Return the part that can be forgotten: what was typed, by whom and where.

    `filters` and `zone` are what it takes to ask again; early records have neither.
    """
    return {
        "question": standalone.asked,
        "standalone_question": standalone.question,
        "context": list(standalone.context),
        "turns": [asdict(turn) for turn in turns],
        "asker": asker,
        "place": place,
        "filters": asdict(filters),
        "zone": zone,
    }


def sha256(text: str) -> str:
    """Return the hash by which a text is known again."""
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
