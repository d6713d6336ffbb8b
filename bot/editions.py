"""Tell which version of a brief a question names: question and filters in, filters and words out.

"IF10753 v6", "version 6 of IF10753", "the previous version". Only versions of briefs: the previous
version of a bill, a rule or a program is a topic. Whether there is such a version is for the index
to say; it is named as the publisher counts ("IF10753v6") and as the library does ("IF10753@6").
"""

import re
from dataclasses import replace

from index.vectors.snapshot import Filters

_ID = r"(?P<id>(?=[\w-]*\d)(?=[\w-]*[A-Za-z])[A-Za-z0-9][\w-]{3,31}?)"
_NUMBER = r"(?P<number>\d{1,3})"
_NAMED = tuple(
    re.compile(pattern, re.IGNORECASE)
    for pattern in (
        rf"\b(?:version|edition|v\.?)\s?{_NUMBER}\s+of\s+(?:the\s+)?(?:brief\s+|report\s+)?{_ID}(?![\w-])",
        rf"(?<![\w-]){_ID}(?:,|\s|\s?\()\s?(?:version\s|edition\s|v\.?\s?){_NUMBER}\b",
        rf"(?<![\w-]){_ID}[v@]{_NUMBER}(?![\w-])",
    )
)
_BRIEF = r"(?:brief|report|note|memo|paper|update|analysis|primer)"
_PREVIOUS = re.compile(
    r"\b(?:the|its|your|our|an?)\s+(?:previous|older|earlier|prior|old|former|superseded|last)\s+"
    rf"(?:(?:version|edition)(?:\s+of\s+(?:the|this|that|our)\s+(?:[\w-]+\s+)?{_BRIEF}\b"
    rf"|\s+of\s+(?:the\s+)?{_ID}(?![\w-])|(?!\s+(?:of|for|to|in)\b))"
    rf"|version\s+of\s+it\b)"
    rf"|\b(?:say|said|read|state[ds]?|wr[oi]te|show(?:ed)?)\b[^?.!]*\bbefore\s+(?:it|the\s+{_BRIEF})\s+was"
    r"\s+(?:updated|revised|corrected|replaced)\b"
    rf"|\bbefore\s+(?:the|this|that|our)\s+{_BRIEF}\s+was\s+(?:updated|revised|corrected|replaced)\b",
    re.IGNORECASE,
)


def named(question: str, filters: Filters) -> tuple[Filters, str] | None:
    """Return the filters for the version that a question names, and its words; None for none.

    Filters that name briefs already stay as they are: what was given outright holds.
    """
    if filters.briefs:
        return None
    for pattern in _NAMED:
        if found := pattern.search(question):
            marks = (f"v{found['number']}", f"@{found['number']}")
            briefs = tuple(name + mark for name in _names(found["id"]) for mark in marks)
            return replace(filters, briefs=briefs), found[0].strip()
    if found := _PREVIOUS.search(question):
        briefs = _names(found["id"]) if found["id"] else ()
        return replace(filters, previous=True, briefs=briefs), found[0]
    return None


def shown(words: str) -> str:
    """Return the note that says that another version than the current one was searched."""
    return f"Searched “{words}”, not the current version."


def missing(words: str) -> str:
    """Return the note for a version that is not there or does not answer."""
    return f"“{words}”: no such version answers this; the current briefs were searched."


def _names(typed: str) -> tuple[str, ...]:
    """Return what may be meant: report numbers are in capitals, ids of the library are not."""
    return tuple(dict.fromkeys((typed.upper(), typed)))
