"""How a view changed: the most telling sentence of each brief on a topic, the oldest first."""

import re
from collections.abc import Sequence
from dataclasses import replace

from bot.answering.answer import DraftAnswer
from bot.answering.candidates import Quotable
from bot.answering.kinds.catalogue import by_author
from bot.answering.kinds.citing import Quoted, Told, heading_of, hits_of, more_line, telling
from bot.answering.kinds.overview import said_of
from bot.answering.kinds.sources import Sources
from bot.answering.kinds.topics import OnTopic, Topic, day_of, topic_asked
from bot.language.names import is_name
from bot.question.question import Question
from index.passage import BriefRef
from index.storage.schema import SUPERSEDED

BRIEFS = 10
CLOSING = 2  # passages at the end of a brief, where its outlook often stands
ENOUGH_BRIEFS = 3  # on the whole topic; where there are fewer …
PART = 0.4  # … this much of its weight will do
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


def change_of_view(question: Question, sources: Sources) -> DraftAnswer | None:
    """Return what each brief says on a topic, in order of date; None if it may ask for a fact."""
    topic, notes = whole, _ = topic_asked(question, sources)
    on = _signed(question, topic)
    if len(on) < ENOUGH_BRIEFS or question.selection.author:
        topic, notes = topic_asked(_by_its_names(question), sources, PART)
        on = _signed(question, topic)
    if not on:
        return DraftAnswer(notes=notes) if question.selection.sure else None
    shown = Topic(topic.subject, topic.weights, on).strongest(BRIEFS)
    topic = replace(topic, subject=whole.subject, weights=whole.weights)
    told = said_of(topic, shown, sources, most=1, closing=CLOSING, bonus=_views)
    by_brief = [
        (one.brief, found[0]) for one, found in zip(shown, told, strict=True) if found
    ] + _earlier(topic, shown, sources)
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
    return tuple(one for one in on if one.brief.id in signed)


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
