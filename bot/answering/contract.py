"""Answers and hits as the JSON objects of the contract: of commands, of the web and of records."""

from collections.abc import Sequence
from typing import Any

from bot.answering.answer import Answer, Citation, Sentence
from bot.answering.freshness import cited_dates
from bot.answering.render import message
from bot.question.question import Period, Question
from index.passage import BriefRef, Hit


def brief_json(brief: BriefRef) -> dict[str, Any]:
    """Return the `brief` object of the JSON contract."""
    return {
        "id": brief.id,
        "title": brief.title,
        "date": brief.date,
        "author": "; ".join(brief.authors) or None,
        "source": brief.source,
        "collection": brief.collection,
        "version": brief.version,
        "number": brief.number,
        "source_url": brief.source_url,
    }


def hit_json(hit: Hit, rank: int) -> dict[str, Any]:
    """Return one hit as `briefs search --json` gives it; `rank` counts from 1."""
    passage = hit.passage
    return {
        "rank": rank,
        "score": hit.score,
        "cosine": hit.cosine,
        "bm25": hit.bm25,
        "passage_id": hit.passage_id,
        "text": passage.text,
        "start": passage.start,
        "end": passage.end,
        "brief": brief_json(hit.brief),
        "page": passage.page,
        **page_json(hit.brief, passage.page),
        "heading": list(passage.heading),
        "paragraph": passage.paragraph,
        "also_in": list(hit.also_in),
    }


def search_json(
    query: str, understood: Question, hits: Sequence[Hit], request_id: object = None
) -> dict[str, Any]:
    """Return what was found as `briefs search --json` gives it; `request_id` is echoed as "id"."""
    return {
        "id": request_id,
        "query": query,
        "standalone_question": understood.text,
        "hits": [hit_json(hit, rank) for rank, hit in enumerate(hits, 1)],
    }


def page_json(brief: BriefRef, page: int | None) -> dict[str, Any]:
    """Return the number printed on a page, and the confidence of the OCR that read it, if known."""
    known = next((each for each in brief.page_facts if each.page == page), None)
    return {
        **({"page_label": known.label} if known and known.label else {}),
        **({"ocr": known.confidence} if known and known.confidence is not None else {}),
    }


def citation_json(citation: Citation) -> dict[str, Any]:
    """Return one citation as `briefs ask --json` gives it."""
    return {
        "number": citation.number,
        "passage_id": citation.passage_id,
        "quote": citation.quote,
        "start": citation.start,
        "end": citation.end,
        "page": citation.page,
        **page_json(citation.brief, citation.page),
        "heading": list(citation.hit.passage.heading),
        "paragraph": citation.hit.passage.paragraph,
        "brief": brief_json(citation.brief),
    }


def sentence_json(sentence: Sentence) -> dict[str, Any]:
    """Return one sentence as `briefs ask --json` gives it."""
    return {
        "text": sentence.text,
        "citations": list(sentence.citations),
        "verdict": sentence.verdict.value,
        "reasons": [{"kind": one.kind, "detail": one.detail} for one in sentence.reasons],
        "bold": [list(stretch) for stretch in sentence.bold],
        "form": sentence.form.value,
        "label": sentence.label,
    }


def nearest_json(answer: Answer) -> list[dict[str, Any]]:
    """Return the passages that may answer, or were nearest; `marked` is the best sentence's place.

    It counts characters of the passage's text; [0, 0] marks nothing.
    """
    marked = {one.hit.passage_id: list(one.marked) for one in answer.draft.near}
    return [
        {**hit_json(hit, rank), "marked": marked.get(hit.passage_id, [0, 0])}
        for rank, hit in enumerate(answer.nearest, 1)
    ]


def period_json(period: Period | None) -> dict[str, Any] | None:
    """Return the time that a question speaks of as `briefs ask --json` gives it."""
    if period is None:
        return None
    return {"since": period.since, "until": period.until, "said": period.said}


def answer_json(answer: Answer, request_id: object = None) -> dict[str, Any]:
    """Return an answer as `briefs ask --json` gives it; `request_id` is echoed as "id"."""
    return {
        "id": request_id,
        "question": answer.question,
        "standalone_question": answer.standalone.text,
        "period": period_json(answer.standalone.period),
        "kind": answer.kind.value,
        "outcome": answer.outcome.value,
        "answered": answer.answered,
        "message": message(answer),
        "sentences": [sentence_json(sentence) for sentence in answer.sentences],
        "citations": [citation_json(citation) for citation in answer.citations],
        "nearest": nearest_json(answer),
        "answer_id": answer.answer_id,
        "mode": answer.draft.mode,
        "model": answer.draft.model,
        "withheld": len(answer.draft.withheld),
        "notes": list(answer.draft.notes),
        "suggestions": list(answer.suggestions),
        "off_topic": answer.draft.off_topic,
        "newest_evidence": cited_dates(answer.citations).newest,
        "confidence": answer.draft.confidence,
        "seconds": round(answer.seconds, 4),
    }
