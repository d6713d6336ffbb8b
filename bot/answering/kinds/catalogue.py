"""Rows of the catalogue: which briefs there are, by topic, author and date, how many, how old."""

import re
from collections.abc import Iterable, Sequence
from dataclasses import replace

from bot.answering import freshness
from bot.answering.answer import DraftAnswer
from bot.answering.freshness import said_date
from bot.answering.kinds.citing import Quoted, count_line, more_line, row_of
from bot.answering.kinds.naming import brief_named, others_line, unknown_brief
from bot.answering.kinds.overview import mention_line
from bot.answering.kinds.sources import Sources
from bot.answering.kinds.topics import Topic, day_of, topic_of
from bot.question.kinds import Wanted
from bot.question.named import named_briefs
from bot.question.question import Question
from index.passage import BriefRef
from index.storage.schema import WITHDRAWN
from index.words import STOP_WORDS, words

ROWS = 12
TIES = 3  # newest briefs of one day that are shown
LEAST_NAME = 3  # letters from which the beginning of a name stands for it: "Fed"

_OR = re.compile(r"\s*,?\s+(?:or|and|vs\.?|versus)\s+", re.IGNORECASE)
_OF_ONE = frozenset({Wanted.AUTHORS, Wanted.DATES, Wanted.VERSIONS})


def catalogue(question: Question, sources: Sources) -> DraftAnswer | None:
    """Return the rows of the briefs that a question asks for; None if it may ask for a fact."""
    if question.selection.wanted in _OF_ONE:
        return _of_one(question, sources)
    chosen = question.selection
    if (chosen.newest or chosen.oldest) and (draft := ages_of_two(question, sources)):
        return draft
    filters = sources.within(question, always=True)
    briefs: Sequence[BriefRef] = sources.library.briefs(filters)
    notes = _period_note(question, filters != sources.filters)
    if author := question.selection.author:
        signed = by_author(author, sources.briefs())
        if not signed and not question.selection.sure:
            return None
        own = {brief.id for brief in signed}
        briefs = [brief for brief in briefs if brief.id in own]
    if signed_by := question.selection.signed_by:
        briefs = [brief for brief in briefs if _is_signed_by(signed_by, brief)]
    if question.subject:
        mentioning = question.selection.mentioning
        topic = topic_of(question.subject, sources, filters, by_sense=not mentioning)
        on_it = _of_topic(topic, mentioning=mentioning)
        if not on_it and topic.passing:
            notes = (*notes, mention_line(topic))
        briefs = [brief for brief in briefs if brief.id in on_it]
    return _rows(question, briefs, notes, sources)


def ages_of_two(question: Question, sources: Sources) -> DraftAnswer | None:
    """Return the two briefs that a question asks the order of, the older first, if it is two."""
    things = question.compared or tuple(_OR.split(question.subject))
    found: dict[str, BriefRef] = {}
    as_documents = False
    for thing in things:
        named = named_briefs(thing, sources.library)
        side = replace(question, subject=thing, briefs=named, about_cited=False)
        meant = brief_named(side, sources)
        as_documents = as_documents or meant.as_document
        if meant.one:
            found[meant.one.id] = meant.one
    if len(things) != 2 or len(found) != 2 or not as_documents:
        return None
    quoted = Quoted()
    for one in sorted(found.values(), key=lambda brief: (day_of(brief), brief.id)):
        stored = sources.library.brief(one.id, one.version)
        quoted.row(row_of(one), stored, sources.library, said_date(one.date))
    return DraftAnswer(tuple(quoted.sentences), tuple(quoted.citations), confidence=1.0)


def by_author(author: str, briefs: Iterable[BriefRef]) -> list[BriefRef]:
    """Return the briefs that an author signed, named in full or in part."""
    asked = [word for word in words(author) if word not in STOP_WORDS]
    return [
        brief
        for brief in briefs
        if asked and any(_signs(asked, words(one)) for one in brief.authors)
    ]


def _is_signed_by(wanted: str, brief: BriefRef) -> bool:
    count = len(brief.authors)
    return count > 1 if wanted == "several" else str(count) == wanted


def _signs(asked: Sequence[str], signed: Sequence[str]) -> bool:
    return all(
        any(
            word == name or (min(len(word), len(name)) >= LEAST_NAME and name.startswith(word))
            for name in signed
        )
        for word in asked
    )


def _of_topic(topic: Topic, *, mentioning: bool) -> set[str]:
    found = (*topic.on, *(topic.passing if mentioning else ()))
    return {one.brief.id for one in found if not mentioning or one.mentions or one.strength > 2}


def _period_note(question: Question, narrowed: bool) -> tuple[str, ...]:
    if not narrowed or question.period is None:
        return ()
    return (freshness.bounds_line(question.period),)


def _rows(
    question: Question, briefs: Sequence[BriefRef], notes: tuple[str, ...], sources: Sources
) -> DraftAnswer:
    wanted = question.selection
    by_title = sorted(briefs, key=lambda one: (one.title, one.id))
    ordered = sorted(by_title, key=day_of, reverse=True)
    if wanted.oldest:
        ordered = [one for one in reversed(ordered) if one.date] or ordered[::-1]
    if not ordered:
        return DraftAnswer(notes=notes)
    shown = ordered[:ROWS]
    if wanted.newest or wanted.oldest:
        first = day_of(ordered[0])
        shown = [one for one in ordered if day_of(one) == first][:TIES]
    quoted = Quoted()
    for one in shown:
        quoted.row(row_of(one), sources.library.brief(one.id, one.version), sources.library)
    if wanted.wanted is Wanted.COUNT:
        quoted.lead(count_line(len(ordered)))
    rest = ordered[len(shown) :]
    if rest and not (wanted.newest or wanted.oldest):
        notes = (*notes, more_line(rest))
    elif rest and day_of(rest[0]) == day_of(shown[0]):
        same = sum(day_of(one) == day_of(shown[0]) for one in rest)
        notes = (*notes, f"{same:,} more of the same day.")
    return DraftAnswer(
        tuple(quoted.sentences), tuple(quoted.citations), confidence=1.0, notes=notes
    )


def _of_one(question: Question, sources: Sources) -> DraftAnswer | None:
    """Return who wrote a brief, when, or in which versions."""
    named = brief_named(question, sources)
    if not named.briefs:
        known = named.as_document or question.selection.wanted is not Wanted.AUTHORS
        return DraftAnswer(reason=unknown_brief(named.nearest)) if known else None
    wanted = question.selection.wanted
    quoted = Quoted()
    versions = 0
    for brief in named.briefs[:1] if named.clear else named.briefs:
        rows = _versions(brief, sources) if wanted is not Wanted.AUTHORS else [brief]
        versions += len(rows)
        for one in rows:
            bold = "; ".join(one.authors) if wanted is Wanted.AUTHORS else said_date(one.date)
            text = row_of(one, with_version=len(rows) > 1)
            stored = sources.library.brief(one.id, one.version)
            quoted.row(text, stored, sources.library, bold)
    if wanted is Wanted.VERSIONS:
        quoted.lead(count_line(versions, "version"))
    notes: tuple[str, ...] = ()
    if len(named.briefs) > 1:
        notes = others_line(named.briefs[1:]) if named.clear else ("Several briefs may be meant.",)
    return DraftAnswer(
        tuple(quoted.sentences), tuple(quoted.citations), confidence=1.0, notes=notes
    )


def _versions(brief: BriefRef, sources: Sources) -> list[BriefRef]:
    """Return the versions of a brief that were not withdrawn, the newest first."""
    rows = sources.library.versions_of(brief.id)
    return [row.brief for row in reversed(rows) if row.state != WITHDRAWN] or [brief]
