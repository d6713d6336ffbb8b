"""Read the likeliest sentences together with the question: scored sentences in, reordered out.

The networks of bot/answering/selection.py look at numbers; a cross-encoder reads question and
sentence as text, and so sees answers that share no word with the question: the reader
(index/models/reader.py), or another that the settings name. It is slower, and reads only the
likeliest sentences of the best passages. Its scores, weighted, are added to those of the networks.
"""

from collections import Counter
from collections.abc import Sequence
from dataclasses import replace
from typing import Protocol

from bot.answering.answerability import Decision, features_of, judge
from bot.answering.candidates import Quotable
from bot.answering.readable import caption_in, row
from bot.answering.selection import Scored, score_sentences
from bot.answering.sentence_features import Lookup, place_of
from bot.question.question import Question
from index.models.reranker import Reranker, Window
from index.passage import Hit
from index.sentences import split
from index.vectors.snapshot import EVERYTHING, Filters

READ = 12  # sentences that are read
OF_ONE = 2  # … of one passage
DEPTH = 16  # passages from which they come
PASSAGE_WEIGHT = 6.0  # of a hit's score, which is in [0, 1], beside its best sentence's
UNREAD = 1.0  # how far below the least that was read a sentence counts that was not


class RerankedLibrary(Lookup, Protocol):
    """What is needed of a library to rerank."""

    @property
    def reranker(self) -> Reranker | None:
        """What reads questions and sentences together, if anything does."""
        ...


def rerank(question: Question, ranked: Sequence[Scored], library: RerankedLibrary) -> list[Scored]:
    """Return sentences in the order of the networks and the reranker together, best first."""
    chosen, reranker, text = likeliest(ranked), library.reranker, asked(question)
    if reranker is None or not chosen or not reranker.reads(text):
        return list(ranked)
    scores = reranker.scores(text, [window(one.candidate) for one in chosen])
    known = {id(item): float(score) for item, score in zip(chosen, scores, strict=True)}
    least = min(known.values()) - UNREAD
    joined = [
        replace(
            item,
            score=item.score + reranker.weight * known.get(id(item), least),
            reading=known.get(id(item)),
        )
        for item in ranked
    ]
    return sorted(joined, key=lambda item: -item.score)


def scored(question: Question, hits: Sequence[Hit], library: RerankedLibrary) -> list[Scored]:
    """Return the sentences of hits, best first."""
    return rerank(question, score_sentences(question, hits, library), library)


def judged(
    question: Question, hits: Sequence[Hit], library: RerankedLibrary, filters: Filters = EVERYTHING
) -> tuple[list[Scored], Decision]:
    """Return the sentences of hits, best first, and whether they answer.

    `filters` are those of the search.
    """
    ranked = score_sentences(question, hits, library)
    features = features_of(question, hits, ranked, library, filters)
    ranked = rerank(question, ranked, library)
    read = [item.reading for item in ranked if item.reading is not None]
    heard = library.reranker is not None and library.reranker.decides and _asks_one_thing(question)
    return ranked, judge(features, max(read) if heard and read else None)


def _asks_one_thing(question: Question) -> bool:
    """Return whether it is a question of a kind that the reader has learnt to tell answers of.

    It has learnt neither two at once, nor "what does X say about Y", which name the brief.
    """
    return not question.parts and not question.briefs


def reordered(question: Question, hits: Sequence[Hit], library: RerankedLibrary) -> list[Hit]:
    """Return hits in the order of how well their sentences answer; those not read come after."""
    if library.reranker is None:
        return list(hits)
    found = scored(question, hits[:DEPTH], library)
    best: dict[str, float] = {}
    for item in found:
        if item.reading is not None:
            hit = item.candidate.hit
            best.setdefault(hit.passage_id, item.score + PASSAGE_WEIGHT * hit.score)
    near = [hit for hit in hits if hit.passage_id in best]
    near.sort(key=lambda hit: -best[hit.passage_id])
    rest = [hit for hit in hits if hit.passage_id not in best]
    return _rescored([*near, *rest], hits)


def _rescored(ordered: Sequence[Hit], hits: Sequence[Hit]) -> list[Hit]:
    """Return hits with the scores that those had which stood in their places before."""
    return [replace(hit, score=old.score) for hit, old in zip(ordered, hits, strict=True)]


def asked(question: Question) -> str:
    """Return what is read of a question: itself, behind the words lent by earlier turns."""
    return " ".join((*question.context, question.searched))


def readings(
    question: Question, windows: Sequence[Window], library: RerankedLibrary
) -> list[float]:
    """Return how well each window answers a question, [] where no reader decides on answers."""
    reader, text = library.reranker, asked(question)
    if not windows or reader is None or not reader.decides or not reader.reads(text):
        return []
    return [float(score) for score in reader.scores(text, windows)]


def window(candidate: Quotable) -> Window:
    """Return a sentence with the one before it in its passage, and title and headings.

    A row of a table is put into words, by its header and caption.
    """
    passage = candidate.hit.passage
    title = " > ".join((candidate.hit.brief.title, *passage.heading))
    if candidate.is_row:
        caption = caption_in(passage.text, passage.context)
        return Window(row(candidate.sentence, passage.header, caption), "", title)
    place = place_of(candidate)
    start, end = split(passage.text)[place - 1] if place else (0, 0)
    return Window(candidate.sentence, passage.text[start:end], title)


def likeliest(ranked: Sequence[Scored]) -> list[Scored]:
    """Return the sentences to read, at most OF_ONE of a passage, of more passages first."""
    seen: Counter[str] = Counter()
    firsts, seconds = [], []
    for item in ranked:
        if item.candidate.unfit:
            continue
        seen[item.candidate.hit.passage_id] += 1
        place = seen[item.candidate.hit.passage_id]
        if place == 1:
            firsts.append(item)
        elif place <= OF_ONE:
            seconds.append(item)
    return sorted([*firsts[:READ], *seconds], key=lambda item: -item.score)[:READ]
