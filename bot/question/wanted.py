"""Tell what kind of answer a question wants, and how well a sentence offers that kind.

Rules of English over the words alone.
"""

import re
from enum import StrEnum

from index.dates import CAPITAL_MONTH


class AnswerKind(StrEnum):
    """The kind of thing that would answer."""

    DATE = "date"
    MONEY = "money"
    SHARE = "share"
    NUMBER = "number"
    NAME = "name"
    REASON = "reason"
    ANY = "any"


_WANTS = (  # the first that matches decides
    (
        AnswerKind.SHARE,
        r"\bwhat (?:%|percent\w*|per cent|share|fraction|portion|proportion)"
        r"|\bhow (?:big|large|much) (?:a |of an? )?(?:share|part|fraction|proportion|percent\w*)\b"
        r"|\bby what (?:%|percent\w*|per cent)",
    ),
    (
        AnswerKind.MONEY,
        r"\bhow much\b.*\b(?:cost|costs|pay|paid|spend|spent|spending|earn|earns|raise[ds]?|worth"
        r"|revenue|money|budget|dollars?|euros?|asking|request(?:ed|ing)?|netted|grossed|loans?)\b"
        r"|\bwhat (?:is|was|are|were|does|did|do|would|will)?\b.*\b(?:cost|costs|price|salary|earn"
        r"|revenue|fee|charge)\b|\b(?:per-\w+ )?(?:price|cost|salary) of\b",
    ),
    (
        AnswerKind.NUMBER,
        r"\bhow (?:much|many|big|large|high|low|long|often|far|old|fast|tall|deep)\b"
        r"|\bwhat (?:number|total)\b"
        r"|\bat what (?:rate|price|cost)\b",
    ),
    (
        AnswerKind.DATE,
        r"\bwhen(?:['’]?s)?\b|\b(?:what|which) (?:year|date|day|month|time)\b|\bdeadline\b"
        r"|\bhow (?:fresh|recent|soon)\b|\bas[- ]of date\b",
    ),
    (AnswerKind.NAME, r"\bwho(?:['’]?s)?\b|\bwho(?:m|se)\b|\bname of\b|\bwhere\b"),
    (AnswerKind.REASON, r"\bwhy\b|\bhow come\b|\bon what grounds\b|\bwhat (?:caused|led to)\b"),
    (
        AnswerKind.NUMBER,
        r"\b(?:tally|headcount|price|cost|rate|amount|max(?:imum)?|min(?:imum)?|total|percentage"
        r"|deficit|surplus|revenue|floor|cap|size)\b",
    ),
    (
        AnswerKind.NAME,
        r"\bwhich\b|\bwhat (?:country|countries|state|city|company|companies|agency)\b",
    ),
)
_PATTERNS = tuple((kind, re.compile(pattern, re.IGNORECASE)) for kind, pattern in _WANTS)

_MONTH = rf"{CAPITAL_MONTH}\.?"
_DATE = re.compile(
    rf"\b{_MONTH}\s+\d{{1,2}}(?:,\s*\d{{4}})?\b|\b\d{{1,2}}\s+{_MONTH}\b|\b{_MONTH}\s+\d{{4}}\b"
    r"|\b(?:19|20)\d\d\b|\bFY\s?\d{2,4}\b|\b\d+\s+(?:days?|weeks?|months?|years?)\b",
)
_NUMBER = re.compile(
    r"[$€£]\s?\d|\b\d[\d,.]*\s?(?:%|percent|million|billion|trillion|thousand|kg|tons?|miles|days?|"
    r"weeks?|months?|years?|hours?|feet|votes?)|\b\d{1,3}(?:,\d{3})+\b|\b\d+-\d+\b|\b\d+(?:\.\d+)?\b"
    r"|\b(?:two|three|four|five|six|seven|eight|nine|ten|dozen|half|third|quarter)\b",
    re.IGNORECASE,
)
_MONEY = re.compile(
    r"[$€£¥]\s?\d|\b(?:US|USD|EUR|GBP)\s?\$?\d"
    r"|\b\d[\d,.]*\s(?:\w+\s){0,2}(?:dollars?|euros?|pounds?|yen|yuan|roubles?|rubles?|cents?)\b",
    re.IGNORECASE,
)
_SHARE = re.compile(
    r"\d\s?%|\b(?:\d+(?:\.\d+)?|one|two|three|four|five|six|seven|eight|nine|ten|\w+ty)\s?per\s?cent\b"
    r"|\b(?:half|thirds?|quarters?|fifths?|tenths?)\b",
    re.IGNORECASE,
)
_CALENDAR = re.compile(
    rf"\b{_MONTH}\s+\d{{1,2}}\b(?:,\s*\d{{4}})?|\b\d{{1,2}}\s+{_MONTH}\b|\b(?:19|20)\d\d\b"
)
# Numbers that name something and count nothing: of figures, laws, sections, items of a list.
_LABEL = re.compile(
    r"\b(?:Figures?|Tables?|Box|Sections?|Sec\.|Title|Division|Chapter|Part|Article|Note|No\.|P\.L\."
    r"|Public Law|H\.R\.|S\.|H\.Rept\.|S\.Rept\.)\s?[A-Z]*-?\d[\w.-]*|§+\s?\d[\w.-]*"
    r"|\(\d{1,2}\)|\b\d+\s(?:U\.S\.C|C\.F\.R|Stat)\b|\b[A-Z]{1,5}-?\d+\b"
)
_NAME = re.compile(r"(?<![.!?]\s)(?<!^)\b[A-Z][\w.&'’-]+")
_BECAUSE = re.compile(
    r"\b(?:because|due to|since|owing to|as a result|reason|in order to|so that|cause[sd]?|led to|"
    r"therefore|given that|in response|prompt(?:ed|s)|to (?:prevent|protect|reduce|avoid))\b",
    re.IGNORECASE,
)
_OFFERS = {
    AnswerKind.DATE: _DATE,
    AnswerKind.MONEY: _MONEY,
    AnswerKind.SHARE: _SHARE,
    AnswerKind.NUMBER: _NUMBER,
    AnswerKind.NAME: _NAME,
}
FIGURES = frozenset(
    {AnswerKind.MONEY, AnswerKind.SHARE, AnswerKind.NUMBER}
)  # a table row may answer these


def wanted(question: str) -> AnswerKind:
    """Return the kind of answer that the words of the question ask for."""
    return next((kind for kind, pattern in _PATTERNS if pattern.search(question)), AnswerKind.ANY)


def values(kind: AnswerKind, sentence: str, question: str) -> list[tuple[int, int]]:
    """Return the stretches of a sentence that offer such a value, beyond what the question says."""
    pattern = _OFFERS.get(kind)
    if pattern is None:
        return []
    # Blanked, not cut: offsets stay.
    text = _LABEL.sub(_blank, sentence) if kind in FIGURES else sentence
    text = _CALENDAR.sub(_blank, text) if kind is AnswerKind.NUMBER else text
    known = question.lower()
    return [match.span() for match in pattern.finditer(text) if match.group().lower() not in known]


def offers(kind: AnswerKind, sentence: str, question: str) -> float:
    """Return in [0, 1] how well a sentence offers that kind, beyond what the question says itself.

    0.5 where the question asks for no kind in particular.
    """
    if kind is AnswerKind.ANY:
        return 0.5
    if kind is AnswerKind.REASON:
        return 1.0 if _BECAUSE.search(sentence) else 0.3  # reasons need no such word
    return 1.0 if values(kind, sentence, question) else 0.0


def _blank(match: re.Match[str]) -> str:
    return " " * len(match.group())
