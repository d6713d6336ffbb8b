"""Tell what a question asks for as a whole: a fact, an overview of a topic, a list of briefs …

A question in, its kind, the subject that it names and which briefs it means out. A small network
tells them (classifier.py): "What do our briefs say about shipping?" asks for an overview, "What do
the Houthis say about shipping?" for a fact. Rules add only what was not in its labels. What answers
each kind is in bot/answering/kinds.
"""

import re
from dataclasses import dataclass, field, replace
from enum import StrEnum

from bot.language import yesno
from bot.language.dates import moments
from bot.language.times import NUMBERS
from bot.question.classifier import Classified, classifier
from bot.question.views import asks_for_change, subject_of
from index.dates import MONTHS


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
    signed_by: str = ""  # by how many authors: a number of them, or "several"
    mentioning: bool = False  # any that mentions the subject, not only those on it
    named: bool = False  # the subject is the name of a brief: "the brief on X", "IF10753"
    sure: bool = True  # False for a form that a question for a fact may have too


@dataclass(frozen=True)
class Asked:
    """What a question asks for."""

    kind: Kind = Kind.FACT
    subject: str = ""
    selection: BriefSelection = field(default_factory=BriefSelection)
    off_topic: bool = False  # small talk or an order, which no line of help answers
    compared: tuple[str, ...] = ()  # the two things that are compared, in its words


# From this probability on a question that is no brief's business is left unanswered: a real
# question must not be.
SURELY_IDLE = 0.9
SURE = 0.8  # … from which a question does not ask for a fact as well

_VERSIONS = re.compile(r"\b(?:versions?|editions?|revisions?)\b", re.IGNORECASE)
_REMOVED = re.compile(
    r"\b(?:remov(?:e|es|ed|ing|al)|drop(?:s|ped|ping)?|delet(?:e|es|ed|ing|ions?)|cut|left\s+out"
    r"|t(?:ake|ook|aken|aking)\s+out)\b",
    re.IGNORECASE,
)
_ADDED = re.compile(
    r"\b(?:add(?:s|ed|ing|itions?)?|put\s+in|what(?:['’]?s|\s+is|\s+are)?\s+new)\b", re.IGNORECASE
)
_MENTIONING = re.compile(
    r"\b(?:mention(?:s|ed|ing)?|refer(?:s|red|ring)?\s+to|discuss(?:es|ed|ing)?|contain(?:s|ing)?"
    r"|cit(?:e|es|ed|ing)|quot(?:e|es|ed|ing)|touch(?:es|ing)?\s+(?:up)?on|nam(?:e|es|ing)"
    r"|talk(?:s|ing)?\s+(?:about|of))\b",
    re.IGNORECASE,
)
_IDLE = "off_topic"  # of the classifier's kinds, the one that is none of ours
# Taken for one of these, a question with the words of a change of view asks for that.
_MAY_BE_VIEWS = frozenset({Kind.FACT, Kind.TIMELINE, Kind.OVERVIEW, Kind.LIST})
_ABOUT_BRIEFS = frozenset({Kind.SUMMARY, Kind.WHAT_CHANGED})
_OF_ONE = frozenset({Wanted.AUTHORS, Wanted.DATES, Wanted.VERSIONS})
_BY = re.compile(  # a name, or a team in small letters
    r"\bby\s+((?:the\s+)?[A-Z][\w.’'-]*(?:\s+(?:of\s+|and\s+|de\s+)?[A-Z][\w.’'-]*)*"
    r"|(?:the|our)\s+(?:[\w-]+\s+){1,3}(?:team|desk|unit|group|section|division|office)\b)"
)
_FORM = re.compile(  # of the reply, which is no part of a name
    r"\s+(?:in|as)\s+(?:\w+\s+){0,2}(?:bullets?|bullet\s+points?|points?|lines?|sentences?|words"
    r"|paragraphs?)\b.*$",
    re.IGNORECASE,
)
# What asks for the author or the day of a brief, where one is named, and for a summary.
_SAID = {
    Wanted.AUTHORS: re.compile(
        r"\bwho(?:['’]s|\s+is|\s+are)?\b.*\b(?:wrote|writes|written|authors?|authored|prepared)\b",
        re.I,
    ),
    Wanted.DATES: re.compile(
        r"\bwhen\b.*\b(?:published|updated|written|issued|released|c[ao]me\s+out)\b|\bdate\s+of\b",
        re.IGNORECASE,
    ),
}
_SUMMARISE = re.compile(
    r"^\W*(?:(?:please|can\s+you|could\s+you|give\s+me|i\s+need)\s+)?(?:an?\s+|the\s+)?(?:(?:short|brief"
    r"|quick|executive)\s+)?(?:summar(?:y\s+of|i[sz]e)|sum\s+up|tl;?dr(?:\s+of)?|gist\s+of"
    r"|(?:key|main)\s+(?:points|takeaways|findings|messages)\s+(?:of|from|in))\b\s*:?",
    re.IGNORECASE,
)
# How many authors: "with more than one author", "two-author reports", "jointly written".
_SEVERAL_AUTHORS = re.compile(
    r"\b(?:more\s+than\s+(?:one|1)|several|multiple|two\s+or\s+more|many)[\s-]+(?:co-?)?authors?\b"
    r"|\bco-?(?:authored|written)\b|\bjointly\s+(?:written|authored)\b",
    re.IGNORECASE,
)
_AUTHORS = re.compile(
    r"\b(?P<number>\d{1,2}|an?\s+single|a\s+sole|single|sole|one|two|three|four|five|six)"
    r"[\s-]+(?:co-?)?author(?:s|ed)?\b",
    re.IGNORECASE,
)
# What asks for all briefs, or how many there are, and nothing else.
_INVENTORY = re.compile(
    r"^\W*(?:what|which|how\s+many|list|show(?:\s+me)?)\s+(?:all\s+)?(?:of\s+)?(?:the\s+|our\s+|your\s+)?"
    r"(?:briefs?|briefings|reports|papers|documents|publications)"
    r"(?:\s+(?:do|have|are|can)\s+(?:you|we|i|there|here)(?:\s+(?:have|got|hold|know|ask\s+about))?)?"
    r"(?:\s+(?:in\s+(?:the|our|your|this)\s+(?:library|collection)|available|here|in\s+total|at\s+all))?\W*$",
    re.IGNORECASE,
)
_OF_WHAT = re.compile(r".*\b(?:on|about|regarding|of)\s+(\S.*)$", re.IGNORECASE)
# Two things in a row that are the whole subject: "Vance and Starmer", "the tunnel or the bridge".
_PAIR = re.compile(
    r"(?P<one>(?!.*[,;])\S+(?:\s+\S+){0,3}?)\s+(?:and|or|vs\.?|versus|&)\s+"
    r"(?P<other>(?!.*\b(?:and|or)\b)\S+(?:\s+\S+){0,3})"
)
_POSSESSIVE = re.compile(r"['’]s$")
_POLITE = re.compile(r"^(?:the|our|your)\s+", re.IGNORECASE)


def asked_of(
    question: str, *, names_brief: bool = False, follows: bool = False, before: str = ""
) -> Asked:
    """Return what a question asks for; a fact has no subject but itself.

    `names_brief`: a brief of the library is named in it; `follows`: it leans on earlier turns, of
    which `before` is the last where the question does not read without it.
    """
    if _INVENTORY.match(question) and not follows:
        count = Wanted.COUNT if re.match(r"\W*how\s+many", question, re.I) else Wanted.BRIEFS
        return Asked(Kind.CATALOGUE, "", BriefSelection(count))
    found = classifier().classify(question, before)
    if found.kind in (_IDLE, Kind.HELP):
        if found.probability >= SURELY_IDLE:
            return Asked(Kind.HELP, off_topic=found.kind == _IDLE)
        found = replace(found, kind=found.otherwise)
    kind = Kind(found.kind)
    if kind is Kind.LIST and yesno.opens(question):
        return Asked()
    if kind in _MAY_BE_VIEWS and asks_for_change(question):
        return Asked(Kind.CHANGE_OF_VIEW, subject_of(question), BriefSelection(sure=False))
    if kind is Kind.FACT and (known := _about_a_brief(question, found, names_brief=names_brief)):
        return known
    subject = found.fields["subject"].strip(" ?.!,:;")
    alone = bool(subject) and _plain(question) == _plain(subject)
    if kind is Kind.FACT or (alone and follows):
        return Asked()
    if alone and names_brief and kind is Kind.OVERVIEW:
        kind = Kind.SUMMARY
    selection = _selection(question, kind, found, names_brief=names_brief, alone=alone)
    if kind in _ABOUT_BRIEFS or selection.wanted in _OF_ONE:
        subject = _FORM.sub("", found.fields["brief"]) or subject
        if not subject and (of_what := _OF_WHAT.search(question)):
            subject = of_what[1].strip(" ?.!,:;")
    if selection.signed_by and _AUTHORS.search(subject):  # "single-author reports" is no topic
        subject = ""
    if not subject and kind is Kind.TIMELINE:  # which cannot do without one
        subject = question.strip(" ?.!,")
    one, other = found.fields["one"], found.fields["other"]
    compared = _alike(_whole(one, other, question), _POSSESSIVE.sub("", other))
    if kind is Kind.COMPARISON and not all(compared) and (pair := _PAIR.fullmatch(subject)):
        compared = pair["one"], pair["other"]
    return Asked(kind, subject, selection, compared=compared if all(compared) else ())


def _about_a_brief(question: str, found: Classified, *, names_brief: bool) -> Asked | None:
    """Return what a question asks of a brief in so many words that the network took for a fact."""
    if names_brief and found.wanted in _SAID and _SAID[Wanted(found.wanted)].search(question):
        subject = found.fields["brief"] or found.fields["subject"]
        wanted = BriefSelection(Wanted(found.wanted), named=True, sure=False)
        return Asked(Kind.CATALOGUE, subject, wanted)
    if of_what := _SUMMARISE.match(question):
        subject = _FORM.sub("", question[of_what.end() :]).strip(" ?.!,:;")
        return Asked(Kind.SUMMARY, subject, BriefSelection(sure=False)) if subject else None
    return None


def _whole(one: str, other: str, question: str) -> str:
    """Return one of two things compared, with the rest of its name: "Law" is "Law and Justice"."""
    rest = re.search(rf"\b{re.escape(one)}(\s+(?:and|&|of)\s+([A-Z][\w’'-]*))", question)
    if not one[:1].isupper() or rest is None or other.startswith(rest[2]):
        return one
    return one + rest[1]


def _alike(one: str, other: str) -> tuple[str, str]:
    """Return two things compared, the first cut to its time where the second is only a time.

    "Sales in Orrin in 2016" against "2017" are 2016 and 2017.
    """
    second = moments(other)
    if len(second) == 1 and second[0].said == other.strip() and (first := moments(one)):
        return first[-1].said, other
    return one, other


def _selection(
    question: str, kind: Kind, found: Classified, *, names_brief: bool, alone: bool
) -> BriefSelection:
    named = names_brief or bool(found.fields["brief"])
    wanted = Wanted.BRIEFS
    newest = oldest = mentioning = False
    if kind is Kind.CATALOGUE:
        wanted = next((one for one in Wanted if one == found.wanted), Wanted.BRIEFS)
        newest, oldest = found.wanted == "newest", found.wanted == "oldest"
        if wanted is not Wanted.AUTHORS and _VERSIONS.search(question):
            wanted = Wanted.VERSIONS
        elif wanted in _OF_ONE and not named:  # of a topic: its briefs, or the newest one
            wanted, newest = Wanted.BRIEFS, wanted is Wanted.DATES
        mentioning = bool(_MENTIONING.search(question))
    elif kind is Kind.WHAT_CHANGED:
        removed, added = bool(_REMOVED.search(question)), bool(_ADDED.search(question))
        if removed != added:
            wanted = Wanted.REMOVED if removed else Wanted.ADDED
    return BriefSelection(
        wanted,
        author=_author(question, kind, found),
        newest=newest,
        oldest=oldest,
        signed_by=_signed_by(question) if kind is Kind.CATALOGUE else "",
        mentioning=mentioning,
        named=named,
        sure=found.probability >= SURE and not alone,
    )


def _signed_by(question: str) -> str:
    """Return by how many authors the briefs asked for are, "several" for two and more."""
    if _SEVERAL_AUTHORS.search(question):
        return "several"
    found = _AUTHORS.search(question)
    number = found["number"].lower().split()[-1] if found else ""
    return {"single": "1", "sole": "1"}.get(number, str(NUMBERS.get(number, number)))


def _author(question: str, kind: Kind, found: Classified) -> str:
    """Return whose briefs are asked for, as typed; a name behind "by" where no words were found."""
    by = _BY.search(question) if kind is Kind.CATALOGUE else None
    name = found.fields["author"] or (by[1] if by and by[1] not in found.fields["time"] else "")
    if name[:1].isupper():  # with the names behind it
        rest = re.search(rf"\b{re.escape(name)}((?:\s+[A-Z][\w.’'-]*)+)", question)
        name += rest[1] if rest else ""
    return "" if name.split(" ")[0].capitalize() in MONTHS else _POLITE.sub("", name)


def _plain(text: str) -> str:
    return _POLITE.sub("", text.strip(" ?.!,:;")).lower()
