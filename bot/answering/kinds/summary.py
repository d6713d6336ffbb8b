"""A brief in up to seven points: its own summary first, then a sentence of each section.

Where a brief has no summary of its own its opening stands for it. All points are its own words, in
the order of its text.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import replace
from itertools import groupby

from bot.answering.answer import DraftAnswer
from bot.answering.candidates import Quotable, candidates
from bot.answering.kinds.citing import Quoted, heading_of, hits_of, is_telling
from bot.answering.kinds.naming import Named, brief_named, others_line, unknown_brief
from bot.answering.kinds.overview import overview
from bot.answering.kinds.sources import Sources
from bot.answering.kinds.versions import version_named
from bot.answering.search import SearchResult
from bot.question.kinds import Kind
from bot.question.question import Question
from index.passage import Brief, Hit

POINTS = 7
OPENING = 3  # points of the opening where there is no summary
UNTELLING = 0.1  # penalty from which a sentence tells of a table, a source or another section
LEAST_OWN = 3  # points from which the brief's own summary needs no more of its sections
_OWN_SUMMARY = re.compile(
    r"^(?:box:\s+)?(?:\W*(?:executive\s+)?summary|(?:the\s+)?(?:key|main)\s+(?:points|takeaways|take-aways"
    r"|findings?|messages|judg(?:e)?ments|conclusions|facts)|takeaways|highlights|at a glance"
    r"|in brief|in short|overview|abstract|synopsis|bottom line(?: up front)?|bluf|tl;?dr)\b",
    re.IGNORECASE,
)
# Sections that say nothing of the matter.
_APPARATUS = re.compile(
    r"^\W*(?:references|bibliography|sources|notes|endnotes|footnotes|appendix|annex|contents"
    r"|table of contents|acknowledge?ments|about|contact|author|further reading|disclaimer"
    r"|scope|methodology|glossary|abbreviations|related)\b",
    re.IGNORECASE,
)


def summary(question: Question, sources: Sources) -> DraftAnswer | None:
    """Return the points of the brief that a question names; None if it may ask for a fact."""
    named = brief_named(question, sources)
    by_topic = len(named.briefs) > 1 and not (named.as_document or question.selection.named)
    if by_topic and (draft := overview(question, sources)):
        return draft
    if not named.briefs:
        return _unclear(question, named, sources)
    brief, notes = version_named(question, named.briefs[0], sources)
    notes = (*notes, *others_line(named.briefs[1:]))
    quoted = Quoted()
    for at, point in enumerate(points_of(brief, sources)):
        quoted.quote(point, "" if at else heading_of(brief.reference))
    if not quoted.sentences:
        return DraftAnswer(reason="The brief has no text that could be quoted.")
    return DraftAnswer(
        tuple(quoted.sentences), tuple(quoted.citations), confidence=1.0, notes=notes
    )


def brief_to_write(question: Question, sources: Sources) -> SearchResult:
    """Return all passages of the brief to summarise, in order; none where it is not clear which."""
    named = brief_named(question, sources)
    if not named.briefs:
        return SearchResult()
    brief, notes = version_named(question, named.briefs[0], sources)
    notes = (*notes, *others_line(named.briefs[1:]))
    hits = hits_of(brief.reference, sources.library.passages(brief))
    return SearchResult(tuple(hits), notes=notes)


def points_of(brief: Brief, sources: Sources) -> list[Quotable]:
    """Return up to seven sentences that say what a brief says, in order of text."""
    hits = hits_of(brief.reference, sources.library.passages(brief))
    own = [hit for hit in hits if any(map(_OWN_SUMMARY.match, hit.passage.heading))]
    opening = own or _opening(hits)
    points = _spread([list(_telling([hit])) for hit in opening], POINTS if own else OPENING)
    if len(points) < LEAST_OWN or not own:
        # What stands before a summary is its head; but boxes stand behind the text.
        is_box = bool(own) and own[0].passage.heading[0].startswith("Box")
        last = opening[-1].passage.ordinal if opening and not is_box else -1
        rest = [hit for hit in hits if hit.passage.ordinal > last and hit not in opening]
        points += _a_section_each(rest, POINTS - len(points))
    if not points:  # nothing but fragments: the first sentences as they are
        points = [one for one in candidates(hits) if not one.is_row][:OPENING]
    return sorted(points, key=lambda one: one.hit.passage.start + one.core)[:POINTS]


def _opening(hits: Sequence[Hit]) -> list[Hit]:
    """Return the passages of the first paragraph that says something."""
    first = next((hit for hit in hits if any(_telling([hit]))), None)
    if first is None:
        return []
    return [hit for hit in hits if hit.passage.paragraph == first.passage.paragraph]


def _spread(rows: Sequence[Sequence[Quotable]], most: int) -> list[Quotable]:
    """Return the first sentence of each row, then the second ones, until there are enough."""
    found: list[Quotable] = []
    for depth in range(max(map(len, rows), default=0)):
        found += [row[depth] for row in rows if depth < len(row)]
        if len(found) >= most:
            break
    return found[:most]


def _a_section_each(hits: Sequence[Hit], most: int) -> list[Quotable]:
    """Return the first sentence of each section; of more paragraphs where sections are few."""
    sections = [
        list(own)
        for heading, own in groupby(hits, key=lambda hit: hit.passage.heading[:1])
        if not any(map(_APPARATUS.match, heading))
    ]
    if len(sections) > most > 0:  # of many, those that are spread over the whole brief
        sections = [sections[at * len(sections) // most] for at in range(most)]
    rows = [[one for hit in section for one in list(_telling([hit]))[:1]] for section in sections]
    return _spread(rows, most)


def _telling(hits: Sequence[Hit]) -> Iterator[Quotable]:
    """Yield the sentences that can stand by themselves; none takes along one that came before."""
    found = [one for one in candidates(hits) if is_telling(one)]
    last: Quotable | None = None
    for one in [item for item in found if item.penalty < UNTELLING] or found:
        overlaps = last is not None and one.overlaps(last)
        yield replace(one, start=one.core) if overlaps else one
        last = one


def _unclear(question: Question, named: Named, sources: Sources) -> DraftAnswer | None:
    """Return that there is no such brief, or what the briefs say on it."""
    if named.as_document or question.selection.named:
        return DraftAnswer(reason=unknown_brief(named.nearest))
    return overview(question, sources) if question.kind is Kind.SUMMARY else None
