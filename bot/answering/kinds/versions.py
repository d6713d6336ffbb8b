"""What changed between two versions of a brief: sentences removed and added, each cited."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher

from bot.answering.answer import DraftAnswer
from bot.answering.candidates import Quotable
from bot.answering.freshness import said_date
from bot.answering.kinds.citing import Quoted, hits_of
from bot.answering.kinds.naming import brief_named, unknown_brief
from bot.answering.kinds.sources import Sources
from bot.question.kinds import Wanted
from bot.question.question import Question
from index.passage import Brief, BriefRef, bare
from index.sentences import split
from index.storage.catalogue import VersionRow
from index.storage.schema import WITHDRAWN
from index.words import words

MOST = 20  # sentences shown
ALIKE = 0.5  # share of their words from which a removed and an added sentence are one, changed
LEAST_WORDS = 3  # of a sentence that is shown: no headings, no numbers of pages

_VERSION = re.compile(
    r"\b(?:versions?|editions?|v)\.?\s?(\d{1,3})(?:\s*(?:and|to|with|from)\s*(\d{1,3}))?\b", re.I
)
_FIRST = re.compile(r"\b(?:first|original|initial|earliest|oldest)\s+(?:version|edition)", re.I)
_BEFORE = re.compile(
    r"\b(?:previous|older|earlier|prior|old|former|superseded)\s+(?:version|edition)", re.I
)


@dataclass(frozen=True)
class Sides:
    """Two versions that are compared, the older one first."""

    old: Brief
    new: Brief


def what_changed(question: Question, sources: Sources) -> DraftAnswer | None:
    """Return the sentences that a newer version lacks and has; None if it may ask for a fact."""
    named = brief_named(question, sources)
    versioned = [one for one in named.briefs if len(_versions(one, sources)) > 1]
    brief = named.one or (versioned[0] if len(versioned) == 1 else None)
    if brief is None:
        known = named.as_document or bool(named.briefs)
        return DraftAnswer(reason=unknown_brief(named.nearest)) if known else None
    sides = _sides(question, brief, sources)
    if sides is None:
        return DraftAnswer(reason=_only_one(brief))
    return _difference(question.selection.wanted, sides, sources)


def version_named(
    question: Question, brief: BriefRef, sources: Sources
) -> tuple[Brief, tuple[str, ...]]:
    """Return the version of a brief that a question names, else the current one; with a note."""
    rows = _versions(brief, sources)
    chosen = _by_number(_numbers(question.searched), rows)
    if not chosen and _FIRST.search(question.searched):
        chosen = rows[:1]
    elif not chosen and (_BEFORE.search(question.searched) or _previous(question)):
        chosen = rows[-2:-1]
    version = chosen[0].brief.version if chosen else brief.version
    found = sources.library.brief(brief.id, version)
    note = f"This is version {version}, {said_date(found.date)}, not the current one."
    return found, (note,) if version != brief.version else ()


def _previous(question: Question) -> bool:
    return question.version is not None and question.version.previous


def _versions(brief: BriefRef, sources: Sources) -> list[VersionRow]:
    """Return the versions of a brief that were not withdrawn, the first one first."""
    rows = sources.library.versions_of(brief.id)
    return [row for row in rows if row.state != WITHDRAWN]


def _numbers(subject: str) -> list[str]:
    return [number for found in _VERSION.findall(subject) for number in found if number]


def _by_number(numbers: Sequence[str], rows: Sequence[VersionRow]) -> list[VersionRow]:
    """Return the versions of these numbers, as the publisher counts them, else as we do."""
    by_edition = {row.edition: row for row in rows if row.edition}
    by_version = {str(row.brief.version): row for row in rows}
    found = [by_edition.get(one) or by_version.get(one) for one in numbers]
    return [row for row in found if row is not None]


def _sides(question: Question, brief: BriefRef, sources: Sources) -> Sides | None:
    rows = _versions(brief, sources)
    named = sorted(_by_number(_numbers(question.searched), rows), key=rows.index)
    current = next((at for at, row in enumerate(rows) if row.brief.version == brief.version), -1)
    if len(named) > 1:
        pair = (named[0], named[-1])
    elif named and rows.index(named[0]) < current:
        pair = (named[0], rows[current])
    elif current > 0:
        pair = (rows[current - 1], rows[current])
    else:
        return None
    old, new = (sources.library.brief(brief.id, row.brief.version) for row in pair)
    return Sides(old, new)


def _only_one(brief: BriefRef) -> str:
    return (
        f"The library has only one version of “{brief.title}”, {said_date(brief.date)}; "
        "there is none to compare it with."
    )


def _difference(wanted: Wanted, sides: Sides, sources: Sources) -> DraftAnswer:
    before, after = (_sentences(brief, sources) for brief in (sides.old, sides.new))
    pairs = list(changes([one.sentence for one in before], [one.sentence for one in after]))
    shown = list[tuple[str, Quotable]]()
    for old, new in pairs:
        if old is not None and wanted is not Wanted.ADDED:
            shown.append(("Removed", before[old]))
        if new is not None and wanted is not Wanted.REMOVED:
            shown.append(("Added", after[new]))
    heading = (
        f"Compared: “{sides.new.title}”, version {sides.old.version} of {said_date(sides.old.date)}"
        f" and version {sides.new.version} of {said_date(sides.new.date)}."
    )
    if not shown:
        return DraftAnswer(reason="No sentence differs.", notes=(heading,))
    quoted = Quoted()
    for label, sentence in shown[:MOST]:
        quoted.quote(sentence, label)
    more = len(shown) - MOST
    rest = (f"{more:,} more sentences differ.",) if more > 0 else ()
    return DraftAnswer(
        tuple(quoted.sentences), tuple(quoted.citations), confidence=1.0, notes=(heading, *rest)
    )


def _sentences(brief: Brief, sources: Sources) -> list[Quotable]:
    """Return all sentences of a version, rows of tables too."""
    found = []
    for rank, hit in enumerate(hits_of(brief.reference, sources.library.passages(brief))):
        text = hit.passage.text
        for start, end in split(text):
            if len(words(text[start:end])) >= LEAST_WORDS:
                is_row = text[start:end].startswith("|")
                found.append(Quotable(hit, rank, start, end, start, is_row, 0.0))
    return found


def changes(old: Sequence[str], new: Sequence[str]) -> Iterator[tuple[int | None, int | None]]:
    """Yield the places of sentences that only one text has, a changed one as a pair, in order.

    Sentences that differ by signs and spaces alone, or only stand elsewhere, are the same.
    """
    before, after = [bare(one) for one in old], [bare(one) for one in new]
    kept = set(before) & set(after)
    matcher = SequenceMatcher(None, before, after, autojunk=False)
    for _, old_start, old_end, new_start, new_end in matcher.get_opcodes():
        removed = [at for at in range(old_start, old_end) if before[at] not in kept]
        added = [at for at in range(new_start, new_end) if after[at] not in kept]
        partners = _partners(removed, added, before, after)
        for at in removed:
            yield at, partners.get(at)
        yield from ((None, at) for at in added if at not in partners.values())


def _partners(
    removed: Sequence[int], added: Sequence[int], before: Sequence[str], after: Sequence[str]
) -> dict[int, int]:
    """Return which added sentence each removed one became, by the words in common."""
    alike = sorted(
        ((_likeness(before[at], after[then]), -at, -then) for at in removed for then in added),
        reverse=True,
    )
    found: dict[int, int] = {}
    for value, at, then in alike:
        if value >= ALIKE and -at not in found and -then not in found.values():
            found[-at] = -then
    return found


def _likeness(one: str, other: str) -> float:
    first, second = set(one.split()), set(other.split())
    return len(first & second) / max(1, min(len(first), len(second)))
