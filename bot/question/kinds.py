"""Tell what a question asks for as a whole: a fact, an overview of a topic, a list of briefs …

A question in, its kind and the subject that it names out, by rules of English over its whole form.
What answers each kind is in bot/answering/kinds.
"""

import re
from enum import StrEnum

from bot.question.shapes import list_of, timeline_of
from bot.question.sides import sides


class Kind(StrEnum):
    """What is asked for, as `briefs ask --json` names it."""

    FACT = "fact"  # a fact, number, date, name, yes or no, reason or definition
    LIST = "list"
    COMPARISON = "comparison"
    TIMELINE = "timeline"
    OVERVIEW = "overview"  # of what the briefs say about a topic
    SUMMARY = "summary"  # of one brief
    CATALOGUE = "catalogue"  # of briefs by topic, author or date
    WHAT_CHANGED = "what_changed"  # between two versions of a brief
    CHANGE_OF_VIEW = "change_of_view"  # of the briefs on a topic, over time
    HELP = "help"  # small talk, or a question about the bot


_BRIEFS = r"(?:(?:our|the|your|these|all)\s+)?(?:briefs?|reports?|papers?|library|analys[ei]s)"
# The first that matches decides; `subject` is what it is about.
_FORMS: tuple[tuple[Kind, str], ...] = (
    (
        Kind.OVERVIEW,
        rf"what (?:do|does|did|can) (?:we|{_BRIEFS}) (?:say|have|know|write|cover|tell us)"
        r" (?:about|on|of|regarding|concerning)\s+(?P<subject>.+)",
    ),
)
_PATTERNS = tuple(
    (kind, re.compile(rf"^\W*{form}\W*$", re.IGNORECASE | re.DOTALL)) for kind, form in _FORMS
)


def kind_of(question: str) -> tuple[Kind, str]:
    """Return what a question asks for, and its subject; a fact has no subject but itself: ""."""
    for kind, pattern in _PATTERNS:
        if match := pattern.search(question):
            return kind, (match.groupdict().get("subject") or "").strip(" ?.!,")
    if subject := timeline_of(question):
        return Kind.TIMELINE, subject
    if sides(question):
        return Kind.COMPARISON, question.strip(" ?.!,")
    if subject := list_of(question):
        return Kind.LIST, subject
    return Kind.FACT, ""
