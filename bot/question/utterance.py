"""Tell what of a message asks something: a message in, whether it asks, and its questions out.

For messages that people write to each other as much as to the bot. Forms are judged from their
beginning, or as a whole, and never by a word within: lists in bot/language/wordlists.
"""

import re
from functools import cache

from bot.language.words import lines
from bot.question.kinds import Kind, asked_of
from bot.question.reading import names
from bot.question.smalltalk import bare, is_off_topic, is_small_talk
from index import sentences
from index.words import content_words, stem

_DAYS = frozenset(
    stem(day) for day in "monday tuesday wednesday thursday friday saturday sunday".split()
)
_SHORT = 6  # words of a continuation that needs no mark: "and Sweden"
_CONTINUES = re.compile(r"^(?:and|or|but|also|plus|what about|how about)\b", re.IGNORECASE)
_ITEM = re.compile(r"^\s*(?:\(?\d{1,2}\s*[.):]|\(?[a-h]\s*[.)]|[-*•–—])\s+(?=\S)", re.IGNORECASE)
_NUMBERED = re.compile(
    r"(?:^|(?<=[\s,;:]))(?:\((\d|[a-h]|i{1,3}|iv|v)\)|(\d)[.)]|([a-h]|i{1,3}|iv|v)\))\s+(?=\S)"
)
_SERIES = ("1 2 3 4 5 6 7 8 9".split(), list("abcdefgh"), "i ii iii iv v".split())
_THIS = re.compile(
    r"\b(?:(?:this|that|the)\s+(?:(?:attached|attachment|uploaded|enclosed|new)\s*)?"
    r"(?:file|pdf|document|doc|attachment|paper|report|brief|memo|one)\b(?!\s+(?:on|about|of)\b)"
    r"|(?:this|it)\b(?!\s+(?:year|month|week|time|case|country|bill|law|act)\b))",
    re.IGNORECASE,
)
_ADDRESSED = re.compile(r"@\S+")
# Of somebody else, for what mentions us is not looked at in this way: "<@U123>", "@Ada".
_TO_SOMEBODY = re.compile(
    r"^\W*<?@(?!here\b|channel\b|everyone\b)\w|@(?!here\b|channel\b|everyone\b)[\w|.-]+>?\W*$"
)
_CAN_YOU = re.compile(
    r"^(?:can|could|would|will) (?:you|u) (?:please |pls |plz |also |quickly |kindly )*",
    re.IGNORECASE,
)
_SECOND = re.compile(r"(?<=[?？])\s+")
_EMOJI = re.compile(r":[a-z0-9_+'-]+:")
_ENDS_ASKING = re.compile(r"[?？]['\"”’)\]\s!?.…]*$")
_OPENING = re.compile(r"^[\W_]+")


@cache
def _forms(name: str) -> re.Pattern[str]:
    return re.compile("(?:" + "|".join(lines(name)) + r")(?![^\W_])", re.IGNORECASE)


def says_something(text: str) -> bool:
    """Return whether a message holds a word or number, beside emoji and marks."""
    return any(map(str.isalnum, _EMOJI.sub(" ", text)))


def asks(text: str) -> bool:
    """Return whether a message asks something, by a mark or its first words."""
    return any(map(_asks, _sentences(text)))


def asks_the_briefs(text: str) -> bool:
    """Return whether a message that addresses nobody asks what a brief might answer."""
    if not says_something(text) or is_small_talk(text) or is_off_topic(text):
        return False
    if _TO_SOMEBODY.search(text.strip()):
        return False
    found = [one for one in _sentences(text) if _asks(one) or _goes_on(one)]
    found = [one for one in found if not _is_to_people(one) or _names_something(one)]
    return any(asked_of(bare(one)).kind is not Kind.HELP for one in found)


def _is_to_people(text: str) -> bool:
    """Return whether people are asked, and not for what the bot does: "could you summarise …"."""
    return _begins(text, "to_people_forms") and not _wishes(text)


def _wishes(text: str) -> bool:
    core = bare(text)
    wished = _CAN_YOU.sub("", core, count=1)
    return wished != core and _begins(wished, "asking_forms")


def _names_something(text: str) -> bool:
    """Return whether a name or number stands in it, other than of a day or one who is addressed."""
    return any(len(one) > 1 for one in names(_ADDRESSED.sub(" ", text)) - _DAYS)


def is_stop(text: str) -> bool:
    """Return whether a message tells the bot to stay out of a thread or channel."""
    return _is_whole(text, "stop_forms")


def only_points(text: str) -> bool:
    """Return whether what was typed only points at something else: "is that true?", or nothing."""
    return not says_something(text) or _is_whole(text, "pointing_forms")


def about(text: str, thing: str) -> str:
    """Return a question about "this", or "the attached file", with a name in its place.

    One that names its own matter stays as it is.
    """
    typed, count = _THIS.subn(thing, text, count=1)
    if count:
        return typed
    whole = asked_of(bare(text))
    if whole.kind is Kind.SUMMARY and not (whole.subject or whole.selection.named):
        return f"Summarise {thing}"
    if only_points(text) or _is_whole(text, "asking_forms"):
        return f"{text.rstrip(' .!:')} {thing}" if says_something(text) else f"Summarise {thing}"
    return text


def questions(text: str) -> tuple[str, ...]:
    """Return the questions of a message, each whole by itself; one for what is one question.

    Items of a list, numbered or not, and sentences that end in a question mark. What stands before
    a question goes with it, unless it is polite only; what stands behind the last goes with that.
    """
    listed = _listed(text) or _numbered(text)
    found = listed or _one_after_the_other(text)
    return found if len(found) > 1 else (text.strip(),)


def _listed(text: str) -> tuple[str, ...]:
    rows = [line for line in text.splitlines() if line.strip()]
    items = [_ITEM.sub("", row).strip() for row in rows if _ITEM.match(row)]
    return tuple(items) if len(items) > 1 and all(map(_asks, items)) else ()


def _numbered(text: str) -> tuple[str, ...]:
    """Return what stands behind 1, 2 …, or a) b) …, in a line."""
    marks = list(_NUMBERED.finditer(text))
    names = [one[1] or one[2] or one[3] for one in marks]
    if len(marks) < 2 or not any(names == series[: len(names)] for series in _SERIES):
        return ()
    ends = [*(one.start() for one in marks[1:]), len(text)]
    found = [text[one.end() : end].strip(" \n,;") for one, end in zip(marks, ends, strict=True)]
    return tuple(found) if all(map(_asks, found)) else ()


def _one_after_the_other(text: str) -> tuple[str, ...]:
    found: list[str] = []
    before: list[str] = []
    for one in _sentences(text):
        if _ENDS_ASKING.search(one):
            found.append(" ".join([*before, one]))
            before = []
        elif not _is_polite(one):
            before.append(one)
    if found and before:
        found[-1] = " ".join([found[-1], *before])
    asked = [one for one in found if not _begins(one, "to_people_forms")] or found
    return tuple(asked)


def _sentences(text: str) -> list[str]:
    rows = (row.strip() for row in text.splitlines())
    cut = [row[start:end] for row in rows if row for start, end in sentences.split(row)]
    return [piece for one in cut for piece in _questions_in_small_letters(one)]


def _questions_in_small_letters(sentence: str) -> list[str]:
    """Cut behind a question mark where the next question begins, though it has no capital."""
    found: list[str] = []
    for piece in _SECOND.split(sentence):
        if found and not _begins(piece, "asking_forms"):
            found[-1] = f"{found[-1]} {piece}"
        else:
            found.append(piece)
    return found


def _is_polite(text: str) -> bool:
    return is_small_talk(text) or not content_words(bare(text)) or text.rstrip().endswith(":")


def _asks(text: str) -> bool:
    marked = bool(_ENDS_ASKING.search(text))
    return marked or _begins(text, "asking_forms") or _wishes(text)


def _goes_on(text: str) -> bool:
    core = bare(text)
    return bool(_CONTINUES.match(core)) and len(core.split()) <= _SHORT


def _begins(text: str, name: str) -> bool:
    return _forms(name).match(_OPENING.sub("", bare(text))) is not None


def _is_whole(text: str, name: str) -> bool:
    core = re.sub(r"\s+", " ", bare(_EMOJI.sub(" ", text)).replace(",", " ")).strip(
        " \t?!.:;–—-*_~^\"'"
    )
    return _forms(name).fullmatch(core) is not None
