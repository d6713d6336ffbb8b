"""Tell which brief among hits amends which: an amending brief beats what it amends.

A newer brief amends an older one where its title says so, with most words of the other's title
("Amendment of the transit rule …"), or where a passage of it says so of the brief itself, naming
the other by number or title ("This brief supersedes NV107"). That a bill amends an act of the same
name makes no relation between briefs.

The passages of the older one are left out where those of the newer are about as near to the
question, or where a figure is asked for and the newer names one of the older's: "from 180 to 270
days". What the newer brief does not touch is still found in the older.
"""

import re
from collections.abc import Iterator, Sequence

from bot.answering.freshness import NEAR, said_date
from bot.question.wanted import FIGURES, AnswerKind
from index.dates import CAPITAL_MONTH, first_day
from index.passage import BriefRef, Hit
from index.words import stems, words

TITLE = 0.75  # share of the older title's words that speaks of it
_RELATES = re.compile(
    r"\b(?:amend(?:s|ed|ing|ments?)?|supersed(?:es|ed|ing)|replac(?:es|ed|ing|ements?)"
    r"|updat(?:es?|ed|ing)|revis(?:es?|ed|ing|ions?)|correct(?:s|ed|ing|ions?)|corrigend(?:um|a)"
    r"|repeal(?:s|ed|ing)?|withdraws?|rescind(?:s|ed|ing)?)\b",
    re.IGNORECASE,
)
_OF_ITSELF = re.compile(
    r"\b(?:this|the\s+present|our|it)\s+(?:brief|briefing|report|note|update|memo|paper|version"
    r"|edition|analysis|amendment|correction)\b",
    re.IGNORECASE,
)
_CALENDAR = re.compile(
    rf"\b\d{{1,2}}\s+{CAPITAL_MONTH}\b|\b{CAPITAL_MONTH}\s+\d{{1,2}}\b|\b(?:19|20)\d\d\b"
)
_SENTENCE = re.compile(r"[^.!?\n]+(?:[.!?](?=\S)[^.!?\n]*)*")


def without_amended(
    hits: Sequence[Hit], kind: AnswerKind
) -> tuple[tuple[Hit, ...], tuple[str, ...]]:
    """Return the hits without those of amended briefs, and a note on each brief left out.

    `kind` is that of the answer wanted.
    """
    amended = dict(_amended(hits, figures=kind in FIGURES or kind is AnswerKind.DATE))
    if not amended:
        return tuple(hits), ()
    briefs = {hit.brief.id: hit.brief for hit in hits}
    kept = tuple(hit for hit in hits if hit.brief.id not in amended)
    notes = (_note(briefs[newer], briefs[older]) for older, newer in amended.items())
    return kept, tuple(notes)


def _amended(hits: Sequence[Hit], *, figures: bool) -> Iterator[tuple[str, str]]:
    """Yield (older, newer) ids of briefs, the newer one speaking of what is asked."""
    by_brief: dict[str, list[Hit]] = {}
    for hit in hits:
        by_brief.setdefault(hit.brief.id, []).append(hit)
    for older in by_brief.values():
        amending = [
            newer[0].brief
            for newer in by_brief.values()
            if _amends(newer, older[0].brief)
            and (_is_near(newer, older) or (figures and _figures(newer) & _figures(older)))
        ]
        if amending:
            newest = max(amending, key=lambda brief: first_day(brief.date or ""))
            yield older[0].brief.id, newest.id


def _is_near(newer: Sequence[Hit], older: Sequence[Hit]) -> bool:
    return max(hit.score for hit in newer) >= NEAR * max(hit.score for hit in older)


def _figures(hits: Sequence[Hit]) -> frozenset[str]:
    """Return the numbers of passages, dates apart."""
    texts = (_CALENDAR.sub(" ", hit.passage.text) for hit in hits)
    return frozenset(word for text in texts for word in words(text) if word[0].isdigit())


def _amends(hits: Sequence[Hit], older: BriefRef) -> bool:
    """Whether the brief of these hits says that it amends another."""
    newer = hits[0].brief
    if not newer.date or not older.date or first_day(newer.date) <= first_day(older.date):
        return False
    if _RELATES.search(newer.title) and _speaks_of(newer.title, older):
        return True
    return any(
        _RELATES.search(said) and _OF_ITSELF.search(said) and _speaks_of(said, older)
        for hit in hits
        for said in _SENTENCE.findall(hit.passage.text)
    )


def _speaks_of(said: str, brief: BriefRef) -> bool:
    if brief.number and set(words(brief.number)) <= set(words(said)):
        return True
    title = set(stems(brief.title))
    return len(title) > 1 and len(title & set(stems(said))) >= TITLE * len(title)


def _note(newer: BriefRef, older: BriefRef) -> str:
    return (
        f"“{newer.title}” ({said_date(newer.date)}) amends "
        f"“{older.title}” ({said_date(older.date)}), which is left out here."
    )
