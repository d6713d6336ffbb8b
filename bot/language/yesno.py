"""Recognise questions for a yes or a no, and the words of a sentence that decide: texts in.

English rules over the words alone; says nothing of which answer is the right one.
"""

import re

_OPENS = r"""^\W*(?:(?:and|but|so|ok(?:ay)?|wait|hey|hi|also|then|well|still|quick(?:\ one)?)\W+)*
    (?:is|are|was|were|do|does|did|has|have|had|can|could|will|would|should|must|may|might|isn['’]?t
    |aren['’]?t|wasn['’]?t|weren['’]?t|don['’]?t|doesn['’]?t|didn['’]?t|hasn['’]?t|haven['’]?t
    |can['’]?t|won['’]?t|wouldn['’]?t|couldn['’]?t|shouldn['’]?t)\s+"""
_ASKS = re.compile(
    rf"""{_OPENS}(?!you\s+(?:tell|give|show|explain|list|name)\b)
    (?!(?:\w+\s+){{0,6}}\bor\b\s+(?!not\b))""",
    re.IGNORECASE | re.VERBOSE,
)
# Opens so, but asks for something to be told, listed or found, or which there are.
_OPENS_ALONE = re.compile(
    rf"{_OPENS}(?!(?:you|we|i|the\ (?:briefs?|reports?))\b|there\ (?:be\ )?an?\ (?:list|table)\b)",
    re.IGNORECASE | re.VERBOSE,
)
# Whatever settles a yes or a no, the strongest first; up to three words that it turns go along.
_DECIDING = (
    re.compile(
        r"""\b(?:(?:is|are|was|were|do|does|did|has|have|had|can|could|will|would|should|must|may)
        \s(?:not|never|no\ longer)|cannot|(?:\w+n['’]t)|there\ (?:is|are|was|were)\ no|no\ longer
        |neither|never|none|nothing|without|(?:no|not)(?=\s[a-z]))\b(?:\s[\w’'-]+){0,3}""",
        re.IGNORECASE | re.VERBOSE,
    ),
    re.compile(
        r"""\b(?:(?:is|are|was|were|has|have|had|be|been)\s)?(?:also\s)?(?:prohibit(?:s|ed)?|bar(?:s|red)|ban(?:s|ned)
        |den(?:y|ies|ied)|reject(?:s|ed)?|refus(?:es|ed)|fail(?:s|ed)\ to|expired|ended|repealed
        |blocked|dismissed|require[sd]?|allow(?:s|ed)?|permit(?:s|ted)?|authori[sz]e[sd]?
        |approve[sd]?|adopted|enacted|passed|signed|agreed|granted|confirmed|extended|remains?
        |continues?|must|may|can)\b(?:\s[\w’'-]+){0,3}""",
        re.IGNORECASE | re.VERBOSE,
    ),
)


def asks(question: str) -> bool:
    """Return whether a question wants a yes or a no."""
    return bool(_ASKS.match(question))


def opens(question: str) -> bool:
    """Return whether a question opens as one for a yes or a no, or for one of two things, does.

    One that is put to the reader ("can you list …", "do we know which …") may ask for anything.
    """
    return bool(_OPENS_ALONE.match(question))


def deciding(sentence: str) -> tuple[int, int] | None:
    """Return the stretch of a sentence that decides, None without one."""
    for pattern in _DECIDING:
        found = pattern.search(sentence)
        if found:
            return found.span()
    return None
