"""Tell what a question asks for as a whole: a fact, an overview of a topic, a list of briefs …

A question in, its kind and the subject that it names out, by rules of English over its whole form.
"What do our briefs say about shipping?" asks for an overview, "What do the Houthis say about
shipping?" for a fact. What answers each kind is in bot/answering/kinds.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from enum import StrEnum

from bot.language.words import lines
from bot.question.shapes import list_of, timeline_of
from bot.question.sides import sides
from bot.question.smalltalk import bare
from index.words import STOP_WORDS, content_words


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


class Wanted(StrEnum):
    """What a question about briefs wants to know of them."""

    BRIEFS = "briefs"  # which there are
    COUNT = "count"
    AUTHORS = "authors"
    DATES = "dates"
    VERSIONS = "versions"
    REMOVED = "removed"  # of what changed
    ADDED = "added"


@dataclass(frozen=True)
class BriefSelection:
    """Which briefs a question is about, besides those of its subject, and what it wants of them."""

    wanted: Wanted = Wanted.BRIEFS
    author: str = ""  # whose briefs, as typed
    newest: bool = False  # the newest alone
    oldest: bool = False
    mentioning: bool = False  # any that mentions the subject, not only those on it
    named: bool = False  # the subject is the name of a brief: "the brief on X", "IF10753"
    sure: bool = True  # False for a form that a question for a fact may have too


@dataclass(frozen=True)
class Asked:
    """What a question asks for."""

    kind: Kind = Kind.FACT
    subject: str = ""
    selection: BriefSelection = field(default_factory=BriefSelection)


_LINE = re.compile(r"(?P<kind>\w+) \[(?P<options>[\w ]*)\] (?P<form>.+)")
_SLOT = re.compile(r"(?P<name>[A-Z]+) = (?P<form>.+)")

_Form = tuple[Kind, re.Pattern[str], BriefSelection]


def _forms(*names: str) -> tuple[tuple[_Form, ...], ...]:
    """Return the forms of lists, whose slots ("{NOUN}") the first of them defines."""
    slots: dict[str, str] = {}
    found = []
    for name in names:
        forms = list[_Form]()
        for line in lines(name):
            text = line
            for slot, pattern in slots.items():
                text = text.replace(f"{{{slot}}}", pattern)
            if slot_line := _SLOT.fullmatch(text):
                slots[slot_line["name"]] = slot_line["form"]
            elif match := _LINE.fullmatch(text):
                whole = re.compile(rf"^\W*(?:{match['form']})\W*$", re.IGNORECASE | re.DOTALL)
                forms.append((Kind(match["kind"]), whole, _selection(match["options"].split())))
            else:
                raise ValueError(f"{name}: no form: {line}")
        found.append(tuple(forms))
    return tuple(found)


def _selection(options: Sequence[str]) -> BriefSelection:
    wanted = next((one for one in Wanted if one.value in options), Wanted.BRIEFS)
    return BriefSelection(
        wanted,
        newest="newest" in options,
        oldest="oldest" in options,
        mentioning="mentioning" in options,
        named="named" in options,
        sure="unsure" not in options,
    )


_FORMS, _NAMED_FORMS = _forms("brief_forms", "named_forms")

_LEADS = re.compile(
    r"^\W*(?:(?:so|and|ok(?:ay)?|now|then|also|well|right|hey|um|but|please|pls|can you|could you"
    r"|would you|will you|just|quickly)\b[\s,]*)+(?=\w)",
    re.IGNORECASE,
)
_ENDS = re.compile(
    r"(?:[\s,]+(?:please|pls|plz|thanks|for (?:me|us)|again|quickly|in (?:\w+ )?(?:bullets?|points"
    r"|lines|sentences)(?: points)?|as bullets|right now|at the moment|so far"
    r"|currently))+[\s.!?]*$",
    re.IGNORECASE,
)
_TOPIC = re.compile(
    r"^\W*(?:the\s+)?[^\W\d_][\w'’.-]*(?:\s+(?:(?:of|and|in|the|&)\s+)*[^\W\d_][\w'’.-]*){0,3}\W*$"
)
_NO_TOPIC = re.compile(
    r"\b(?:who|what|when|where|why|how|which|whose|is|are|was|were|do|does|did|has|have|had|can|could"
    r"|will|would|should|may|might|must|not|no|yes|it|they|this|that|these|those|more|else|others?"
    r"|cost|costs|price|rate|number|total|date|year|share|percent|size|amount|name|population|budget)\b",
    re.IGNORECASE,
)
_MOST_TOPIC = 3  # content words of a topic that is typed alone


def asked_of(question: str, *, names_brief: bool = False, follows: bool = False) -> Asked:
    """Return what a question asks for; a fact has no subject but itself.

    `names_brief`: a brief of the library is named in it; `follows`: it leans on earlier turns.
    """
    said = _ENDS.sub("", _LEADS.sub("", bare(question))).strip() or question
    for kind, pattern, selection in _FORMS:
        if match := pattern.search(said):
            return _asked(kind, match, selection)
    if names_brief and (found := _of_named(said)):
        return found
    if subject := timeline_of(said):
        return Asked(Kind.TIMELINE, subject)
    if sides(said):
        return Asked(Kind.COMPARISON, said.strip(" ?.!,"))
    if subject := list_of(said):
        return Asked(Kind.LIST, subject)
    if not follows and _is_topic(said):
        subject = said.strip(" ?.!,")
        kind = Kind.SUMMARY if names_brief else Kind.OVERVIEW
        return Asked(kind, subject, BriefSelection(named=names_brief, sure=False))
    return Asked()


def kind_of(question: str) -> tuple[Kind, str]:
    """Return what a question asks for, and its subject; a fact has no subject but itself: ""."""
    found = asked_of(question)
    return found.kind, found.subject


def _of_named(said: str) -> Asked | None:
    for kind, pattern, selection in _NAMED_FORMS:
        if match := pattern.search(said):
            return _asked(kind, match, selection)
    return None


def _asked(kind: Kind, match: re.Match[str], selection: BriefSelection) -> Asked:
    groups = {name: (value or "").strip(" ?.!,:") for name, value in match.groupdict().items()}
    author = re.sub(r"^(?:the|our|your)\s+", "", groups.get("author", ""), flags=re.IGNORECASE)
    return Asked(kind, groups.get("subject", ""), replace(selection, author=author))


def _is_topic(said: str) -> bool:
    """Return whether a topic alone was typed: "Poland", "energy security", "the Red Sea"."""
    if not _TOPIC.match(said) or _NO_TOPIC.search(said):
        return False
    found = content_words(said)
    return 0 < len(found) <= _MOST_TOPIC and said.split()[-1].lower() not in STOP_WORDS
