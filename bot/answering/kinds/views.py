"""How a view changed: what each brief held on one thing, the oldest first.

Whose view it is may be said by the words that titles or authors have ("the Dallas view of energy");
the others are what is judged. Of each brief the sentence is chosen that says it and judges it, the
reader's word counting where there is one.
"""

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace

from bot.answering.answer import DraftAnswer
from bot.answering.candidates import Quotable
from bot.answering.kinds.catalogue import by_author
from bot.answering.kinds.citing import Quoted, Told, heading_of, hits_of, more_line, telling
from bot.answering.kinds.overview import said_of
from bot.answering.kinds.sources import Sources
from bot.answering.kinds.topics import ENOUGH, OnTopic, Topic, day_of, topic_asked, topic_of
from bot.answering.reranking import window
from bot.language.names import is_name
from bot.question.question import Question
from bot.question.views import OWNED, subject_of
from index.passage import BriefRef
from index.search import Query
from index.storage.schema import SUPERSEDED
from index.words import content_words, said, share, stem, words

BRIEFS = 10
CLOSING = 2  # passages at the end of a brief, where its outlook often stands
ENOUGH_BRIEFS = 3  # on the whole topic; where there are fewer …
PART = 0.4  # … this much of its weight will do
NEAREST = 3  # passages of a brief that has other words for the topic
SERIES = 2  # briefs from which the words of their titles say whose view it is
WEIGHED = 2  # likeliest sentences of each brief that are read
READING = 0.1  # what a step of the reader's logit counts beside a cosine
# What speaks for a sentence that says what its authors hold, and for one that judges. Set on the
# example briefs; from .25 on the first chooses "We do not expect carriers to …" over the news.
OWN_VIEW = 0.3
JUDGEMENT = 0.1
_OWN = re.compile(
    r"\b(?:we|our)\b.{0,40}\b(?:expect|think|believe|judge|assess|see|hold|doubt|view|forecast"
    r"|anticipate|recommend|conclude)\w*",
    re.IGNORECASE,
)
_JUDGES = re.compile(
    r"\b(?:likely|unlikely|probably|possibly|expected|expects?|assess(?:es|ed)?|judge[sd]?|outlook"
    r"|prospects?|appears?|seems?|suggests?)\b",
    re.IGNORECASE,
)


@dataclass(frozen=True)
class Held:
    """What is judged, and by which briefs: `briefs` are those whose view it is, () for all."""

    topic: str
    briefs: tuple[BriefRef, ...] = ()


def change_of_view(question: Question, sources: Sources) -> DraftAnswer | None:
    """Return what each brief says on a topic, in order of date; None if it may ask for a fact."""
    held = _held(question, sources)
    if not held.briefs and not question.selection.sure and OWNED.search(question.searched):
        return None  # the view of somebody else
    topic, notes = (
        _of_series(held, question, sources) if held.briefs else _of_all(question, sources)
    )
    on = _signed(question, topic)
    if not on:
        return DraftAnswer(notes=notes) if question.selection.sure else None
    shown = topic.strongest(BRIEFS) if not held.briefs else on[:BRIEFS]
    shown = tuple(one for one in on if one in shown)
    by_brief = _views_of(topic, shown, sources, of_series=bool(held.briefs))
    held_now = {view.candidate.text for _, view in by_brief}
    by_brief += [
        (brief, view)
        for brief, view in _earlier(topic, shown, sources)
        if view.candidate.text not in held_now
    ]
    quoted = Quoted()
    for brief, view in sorted(by_brief, key=lambda pair: (day_of(pair[0]), pair[0].version)):
        quoted.quote(view.candidate, heading_of(brief))
    if others := [one.brief for one in on if one not in shown]:
        notes = (*notes, more_line(others, "more on it"))
    if len(quoted.sentences) == 1:
        notes = (*notes, "Only one brief is on this; there is no earlier view to compare.")
    return DraftAnswer(
        tuple(quoted.sentences), tuple(quoted.citations), confidence=1.0, notes=notes
    )


def _held(question: Question, sources: Sources) -> Held:
    """Return what is judged, and the series of briefs whose titles or authors the others name."""
    subject = _subject(question)
    asked = [stem(word) for word in content_words(subject)]
    named = {one: _named(one, sources.briefs()) for one in asked}
    counts = Counter(brief.id for briefs in named.values() for brief in briefs)
    most = max(counts.values(), default=0)
    series = [one for one in sources.briefs() if most and counts[one.id] == most]
    days = {day_of(one) for one in series}
    owners = {one for one in asked if all(_says(brief, one) for brief in series)}
    rest = [word for word in subject.split() if not owners & {*map(stem, words(word))}]
    topic = " ".join(rest)
    if len(days) < SERIES or not content_words(topic) or len(series) == len(sources.briefs()):
        return Held(subject)
    return Held(topic, tuple(series))


def _named(word: str, briefs: Sequence[BriefRef]) -> list[BriefRef]:
    return [brief for brief in briefs if _says(brief, word)]


def _says(brief: BriefRef, word: str) -> bool:
    return word in said({word}, f"{brief.title} {'; '.join(brief.authors)}")


def _subject(question: Question) -> str:
    """Return the words of what is judged: those read of the question, or more where they lack."""
    own = subject_of(question.searched, question.period.said if question.period else "")
    known = set(words(question.subject))
    return question.subject if set(words(own)) <= known else own


def _of_series(held: Held, question: Question, sources: Sources) -> tuple[Topic, tuple[str, ...]]:
    """Return the topic in the briefs of a series, the oldest and the newest of them included."""
    ids = tuple(one.id for one in held.briefs)
    filters = replace(sources.within(question, always=True), briefs=ids)
    if len({day_of(one) for one in sources.library.briefs(filters)}) < SERIES:
        filters = replace(sources.filters, briefs=ids)
    topic = topic_of(held.topic, sources, filters, PART, by_sense=False)
    found = {one.brief.id: one for one in (*topic.on, *topic.passing)}
    silent = [one for one in sources.library.briefs(filters) if one.id not in found]
    on = [*found.values(), *(_by_sense(held.topic, brief, sources) for brief in silent[:BRIEFS])]
    on.sort(key=lambda one: day_of(one.brief), reverse=True)
    return replace(topic, on=tuple(on)), ()


def _by_sense(topic: str, brief: BriefRef, sources: Sources) -> OnTopic:
    """Return a brief that has other words for a topic, with the passages nearest to it."""
    query = Query(topic, filters=replace(sources.filters, briefs=(brief.id,)))
    return OnTopic(brief, 2, hits=tuple(sources.library.search(query, NEAREST)))


def _of_all(question: Question, sources: Sources) -> tuple[Topic, tuple[str, ...]]:
    """Return the topic in all briefs, by its names alone where too few are on all of it."""
    asked = replace(question, subject=_subject(question))
    topic, notes = whole, _ = topic_asked(asked, sources)
    if len(_signed(question, topic)) < ENOUGH_BRIEFS or question.selection.author:
        topic, notes = topic_asked(_by_its_names(asked), sources, PART)
    on = topic.on or topic.passing
    return replace(topic, subject=whole.subject, weights=whole.weights, on=on), notes


def _by_its_names(question: Question) -> Question:
    """Return a question about the names of its subject alone, where it has any."""
    named = [word for word in question.subject.split() if is_name(word, opens=False)]
    return replace(question, subject=" ".join(named) or question.subject)


def _signed(question: Question, topic: Topic) -> tuple[OnTopic, ...]:
    """Return the briefs on a topic, those of the author whose view is asked for."""
    on = topic.on or topic.passing
    if not (author := question.selection.author):
        return on
    signed = {brief.id for brief in by_author(author, [one.brief for one in on])}
    return tuple(one for one in on if one.brief.id in signed) or on


def _views_of(
    topic: Topic, shown: Sequence[OnTopic], sources: Sources, *, of_series: bool
) -> list[tuple[BriefRef, Told]]:
    """Return of each brief the sentence that says best what it held.

    A brief of a series is on much else, so that there the sentence must say the topic itself.
    """
    told = said_of(
        topic,
        shown,
        sources,
        most=WEIGHED if of_series else 1,
        closing=CLOSING,
        bonus=_views,
        enough=(ENOUGH, PART, 0.0) if of_series else (0.0,),
    )
    found = [(one.brief, view) for one, views in zip(shown, told, strict=True) for view in views]
    worth = _worth(topic, found, sources)
    best: dict[str, tuple[float, BriefRef, Told]] = {}
    for (brief, view), value in zip(found, worth, strict=True):
        if brief.id not in best or value > best[brief.id][0]:
            best[brief.id] = value, brief, view
    return [(brief, view) for _, brief, view in best.values()]


def _worth(topic: Topic, found: Sequence[tuple[BriefRef, Told]], sources: Sources) -> list[float]:
    """Return how well each sentence says a view, the reader's word with it if there is one."""
    own = [
        view.cosine
        + share(topic.weights, said(topic.weights, view.candidate.text))
        + _views(view.candidate)
        for _, view in found
    ]
    reranker = sources.library.reranker
    if reranker is None or not found or not reranker.reads(topic.subject):
        return own
    read = reranker.scores(topic.subject, [window(view.candidate) for _, view in found])
    return [value + READING * float(one) for value, one in zip(own, read, strict=True)]


def _views(one: Quotable) -> float:
    if _OWN.search(one.sentence):
        return OWN_VIEW
    return JUDGEMENT if _JUDGES.search(one.sentence) else 0.0


def _earlier(
    topic: Topic, shown: Sequence[OnTopic], sources: Sources
) -> list[tuple[BriefRef, Told]]:
    """Return what superseded versions of the briefs said."""
    library = sources.library
    older = [
        row.brief
        for one in shown
        if one.brief.version > 1
        for row in library.versions_of(one.brief.id)
        if row.state == SUPERSEDED
    ]
    groups = [hits_of(brief, library.passages(brief)) for brief in older]
    found = telling(topic.subject, topic.weights, groups, library, most=1, bonus=_views)
    return [(brief, told[0]) for brief, told in zip(older, found, strict=True) if told]
