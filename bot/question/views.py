"""Tell questions on how a view changed by their words, and what is judged: a question in.

The classifier of questions (classifier.py) knows most; one that it takes for another kind has a
word for a view and one for changing, or asks what was thought then and is thought now.
"""

import re

from bot.language.words import lines

_LISTS = {
    name: frozenset(rest.split())
    for name, _, rest in (one.partition(":") for one in lines("views"))
}
_VIEWS, _CHANGES = _LISTS["view"], _LISTS["change"]
_FRAME = frozenset[str]().union(*_LISTS.values())
_MOST_BETWEEN = 8  # words from the view to its change, or back
_WORD = re.compile(r"[^\s,;:?!.()“”\"]+")
_YEAR = re.compile(r"(?:19|20)\d\d")
# The view of somebody by name: "Hungary's position".
OWNED = re.compile(rf"\b[A-Z][\w.-]*['’]s?\s+(?:\w+\s+)?(?:{'|'.join(sorted(_VIEWS))})\b")
_OWNER_MARK = re.compile(r"['’]s?$")


def asks_for_change(question: str) -> bool:
    """Return whether a question asks how somebody's view of something changed."""
    found = [_OWNER_MARK.sub("", word.lower()) for word in _WORD.findall(question)]
    views = [at for at, word in enumerate(found) if word in _VIEWS]
    changes = [at for at, word in enumerate(found) if word in _CHANGES and at not in views]
    return any(
        abs(view - change) <= _MOST_BETWEEN for view in views for change in changes
    ) and found[0] not in ("which", "who", "when", "where", "why")


def subject_of(question: str, when: str = "") -> str:
    """Return the words of what is judged: the question's without its frame and its time."""
    left = question.replace(when, " ") if when else question
    kept = [
        _OWNER_MARK.sub("", word)
        for word in _WORD.findall(left)
        if _OWNER_MARK.sub("", word.lower()) not in _FRAME and not _YEAR.fullmatch(word)
    ]
    return " ".join(kept)
