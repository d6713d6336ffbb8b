"""Rebuild an answer from its record: the body and private part of a ledger row in, an Answer out.

It shows exactly as the answer did (bot/answering/render.py, bot/slack): sentences, citations,
notes, nearest
passages. What was searched and not shown is known by its scores alone and is not rebuilt; nor are
the questions before it. The question is "" once it was forgotten.
"""

from collections.abc import Mapping
from typing import Any

from bot.answering.answer import Answer, Citation, Draft, Reason, Sentence, Standalone, Verdict
from index.passage import BriefRef, Hit, Passage

Json = Mapping[str, Any]


def rebuilt(body: Json, private: Json | None) -> Answer:
    """Return the answer that the row with this body is about."""
    typed = private or {}
    hits = tuple(hit(one["passage"], one["passage_id"], one) for one in body["nearest"])
    return Answer(
        answer_id=body["answer_id"],
        standalone=Standalone(typed.get("standalone_question", ""), typed.get("question", "")),
        draft=_draft(body, typed),
        hits=hits or tuple(hit(one["passage"], one["passage_id"]) for one in body["citations"]),
    )


def _draft(body: Json, typed: Json) -> Draft:
    return Draft(
        sentences=tuple(map(_sentence, body["sentences"])),
        citations=tuple(map(_citation, body["citations"])),
        confidence=body["confidence"],
        features=body["features"],
        mode=body["mode"],
        model=body["model"],
        withheld=tuple(map(_sentence, body["withheld"])),
        notes=tuple(typed.get("notes") or body["notes"]),  # the body's lack the asker's words
        off_topic=body["off_topic"],
    )


def _sentence(kept: Json) -> Sentence:
    return Sentence(
        text=kept["text"],
        citations=tuple(kept["citations"]),
        verdict=Verdict(kept["verdict"]),
        reasons=tuple(Reason(one["kind"], one["detail"]) for one in kept["reasons"]),
        bold=tuple((start, end) for start, end in kept["bold"]),
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
