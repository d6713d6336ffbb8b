"""Answer with the briefs' own sentences: question and hits in, a draft of quotations out.

The sentence that decides comes first, alone where it suffices; at most two follow it, and where the
question asks several things, the best for each of its parts (bot/answering/selection.py). Where two
briefs give different figures for the same thing both are quoted, the newer first, and a note says
so. bot/answering/answerability.py decides whether they answer at all.
"""

from collections.abc import Sequence
from dataclasses import replace

from bot.answering.answer import (
    Citation,
    DraftAnswer,
    NearPassage,
    Outcome,
    Sentence,
    SentenceForm,
    verbatim,
)
from bot.answering.candidates import Quotable
from bot.answering.disagreement import Difference, difference
from bot.answering.emphasis import emphasis
from bot.answering.preferences import preferred
from bot.answering.readable import shown
from bot.answering.reranking import RerankedLibrary, judged, scored
from bot.answering.search import SearchResult
from bot.answering.selection import (
    ALIKE,
    SENTENCES,
    Scored,
    best_of_parts,
    choose,
    decisive_first,
    fit,
    repeated,
    sufficient,
)
from bot.question.question import Question
from index.passage import Hit

COMPARED = 10  # best sentences among which the briefs' figures are compared


def answer(question: Question, found: SearchResult, library: RerankedLibrary) -> DraftAnswer:
    """Return the sentences that answer, with their citations, or a draft without any."""
    if question.off_topic:
        return DraftAnswer()
    hits = found.whole or found.hits
    ranked, decision = judged(question, hits, library, found.filters)
    ranked = fit(ranked)
    if decision.outcome is not Outcome.ANSWERED or not ranked:
        near = near_passages(hits, ranked) if decision.outcome is not Outcome.DECLINED else ()
        return DraftAnswer(confidence=decision.confidence, features=decision.features, near=near)
    first: list[Scored] = []
    if question.parts:
        ranked = fit(scored(question, found.hits, library))
        parts = [scored(one, found.hits, library) for one in question.parts]
        first = best_of_parts(parts, ranked)
    ranked = preferred(question, ranked)
    chosen = choose(ranked, question.weights, first)
    differs = disagreement(ranked, chosen)
    known = (*ranked, *chosen)
    chosen = chosen if first else sufficient(chosen, question)
    ordered = decisive_first(chosen, len(first) or 1)
    chosen = _both(differs, known, chosen) if differs else ordered
    citations = tuple(_citation(number, item.candidate) for number, item in enumerate(chosen, 1))
    return DraftAnswer(
        sentences=tuple(
            _sentence(question, item.candidate, citation)
            for item, citation in zip(chosen, citations, strict=True)
        ),
        citations=citations,
        confidence=decision.confidence,
        features=decision.features,
        notes=(differs.note,) if differs else (),
    )


def near_passages(hits: Sequence[Hit], ranked: Sequence[Scored]) -> tuple[NearPassage, ...]:
    """Return the nearest passage, and the one with the best sentence if that is another.

    Of each the best sentence is marked; where none may be quoted nothing is.
    """
    best: dict[str, Quotable] = {}
    for item in ranked:
        best.setdefault(item.candidate.hit.passage_id, item.candidate)
    shown = {hit.passage_id: hit for hit in (hits[0], *(one.candidate.hit for one in ranked[:1]))}
    return tuple(
        NearPassage(hit, (best[key].core, best[key].end) if key in best else (0, 0))
        for key, hit in shown.items()
    )


def disagreement(ranked: Sequence[Scored], chosen: Sequence[Scored]) -> Difference | None:
    """Return how another brief contradicts a chosen sentence, None where none does."""
    for item in chosen:
        for other in ranked[:COMPARED]:
            if other is item or float(item.vector @ other.vector) < ALIKE:
                continue
            if found := difference(item.candidate, other.candidate):
                return found
    return None


def _both(differs: Difference, ranked: Sequence[Scored], chosen: Sequence[Scored]) -> list[Scored]:
    """Return the two sentences that differ, the newer first, then what else fits."""
    by_candidate = {id(item.candidate): item for item in ranked}
    both = [by_candidate[id(differs.newer)], by_candidate[id(differs.older)]]
    others = [item for item in chosen if not any(item is one for one in both)]
    free = [item for item in others if not repeated(item, both)]
    return [*both, *free[: SENTENCES - len(both)]]


def _citation(number: int, candidate: Quotable) -> Citation:
    offset = candidate.hit.passage.start
    return Citation(
        number=number,
        hit=candidate.hit,
        start=offset + candidate.start,
        end=offset + candidate.end,
    )


def _sentence(question: Question, candidate: Quotable, citation: Citation) -> Sentence:
    passage = candidate.hit.passage
    text = shown(candidate.text, passage.text, passage.context, answers=candidate.answers)
    sentence = verbatim(text, citation)
    if sentence.form is SentenceForm.ROW:
        return sentence
    bold = emphasis(question.text, question.wants, sentence.text)
    return replace(sentence, bold=bold)
