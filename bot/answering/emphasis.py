"""Find the words that answer: question and shown sentence in, stretches for bold type out.

Whole words that answer, or nothing. Where a sum, share, date or number is wanted: those of the
sentence nearest to the question's words, which the question does not say itself. Where a name is
wanted: the one that stands to the sentence's verb as who or what is asked stands to the question's.
Where a yes or a no is wanted: the words that decide. Where a reason is: the clause that gives it.
"""

import re
from collections.abc import Iterable, Sequence

from bot.language.yesno import asks, deciding
from bot.question.wanted import AnswerKind, values
from index.dates import MONTHS
from index.words import STOP_WORDS, content_words, stem, words

STRETCHES = 3  # in one sentence, at most; where more answer alike it is not sure which one does
WINDOW = 60  # characters around a value in which the question's words are looked for
REACH = 40  # characters between a verb and the name that belongs to it, at most
LONGEST = 0.7  # share of a sentence above which a clause is no emphasis

# A word or number with all that belongs to it: "12.8%", "U.S.", "u-235", "$4.5", "R&D", "China’s".
_TOKEN = re.compile(
    r"(?:[A-Za-z]\.){2,}(?:['’]s)?|[$€£¥]?\d+(?:[.,:/]\d+)*(?:[%°]|[-–][^\W_]+(?:[.,]\d+)*%?|[^\W\d_]+)*"
    r"|[^\W_]+(?:[-'’&./][^\W_]+)*"
)
# What a figure goes on with, after the digits that were found: "4" of "4.5 billion".
_REST = re.compile(
    r"(?:\s?(?:%|percent|per cent)(?!\w))?(?:\s(?:hundred|thousand|million|billion|trillion)\b)?"
)
_PROPER = r"(?:(?:[A-Z]\.){2,}|[A-Z](?:[\w&’'-]|\.(?=[A-Z]))*)"
_NAMES = re.compile(
    rf"{_PROPER}(?:(?:\s|,\s(?=[A-Z]{{2}}\b))(?:(?:of|for)\s(?:the\s)?)?{_PROPER})*"
)
_NO_NAME = re.compile(
    rf"(?:{'|'.join(MONTHS)}|Figure|Table|Section|Title|P\.L\.|Public Law|[A-Z]|The|In|On|At|By|For"
    r"|Since|This|That|These|As|It|If|An?|However|Although|While|When|After|Some|Most|Many|Of|Under)$"
)
_TAIL = re.compile(
    r"(?:\s(?:an?|the|that|this|to|of|for|be|in|on|at|by|as|all|any|and|or|whether|which|with|its))+$"
)
_REASON = re.compile(
    r"\b(?:because(?: of)?|due to|owing to|as a result of|in response to|so that|in order to"
    r"|on the grounds? that)\s[^.;:—]*?(?=[.;:—]|,\s(?:and|but|which|while)\b|$)",
    re.IGNORECASE,
)
_WHO = re.compile(r"\bwho(?!se\b|m\b)(?:['’]?s)?\b", re.IGNORECASE)
_FIRST = re.compile(r"(\w+)\s+")
_BREAK = re.compile(
    r"\b(?:is|are|was|were|be|been|being)\b|[;:—–(]|,\s(?:and|but|which|who|while)\b"
)

Stretch = tuple[int, int]


def emphasis(question: str, kind: AnswerKind, sentence: str) -> tuple[Stretch, ...]:
    """Return the stretches (start, end) of the sentence that answer, in order; () for none."""
    asked = {stem(word) for word in content_words(question)}
    if asks(question):
        found = _decides(sentence, asked)
    elif kind is AnswerKind.NAME:
        found = (
            _who(question, sentence, asked) if _WHO.search(question) else _only(question, sentence)
        )
    elif kind is AnswerKind.REASON:
        found = [match.span() for match in _REASON.finditer(sentence)][:1]
    else:
        found = _nearest(values(kind, sentence, question), sentence, asked)
    whole = _merged(_whole(sentence, one) for one in found)
    return whole if sum(end - start for start, end in whole) <= LONGEST * len(sentence) else ()


def _decides(sentence: str, asked: set[str]) -> list[Stretch]:
    """Return the words that decide, if the question's words stand around them."""
    found = deciding(sentence)
    if found is None or _around(found, sentence, asked) < 2:
        return []
    tail = _TAIL.search(sentence, *found)
    return [(found[0], tail.start() if tail and tail.start() > found[0] else found[1])]


def _nearest(offered: Sequence[Stretch], sentence: str, asked: set[str]) -> list[Stretch]:
    """Return the values with most of the question's words around them; none where many have."""
    best = max((_around(one, sentence, asked) for one in offered), default=0)
    found = [one for one in offered if _around(one, sentence, asked) == best]
    return found if len(found) <= STRETCHES else []


def _around(stretch: Stretch, sentence: str, asked: set[str]) -> int:
    """Return how many words of the question stand in a stretch or beside it."""
    near = sentence[max(0, stretch[0] - WINDOW) : stretch[1] + WINDOW]
    return len(asked & {stem(word) for word in words(near)})


def _who(question: str, sentence: str, asked: set[str]) -> list[Stretch]:
    """Return the name that does, or by which is done, what the question's verb says."""
    offered = _names(question, sentence)
    for verb in re.finditer(r"[a-z]{3,}", sentence):
        if stem(verb.group()) not in asked:
            continue
        for start, end in offered:
            by = verb.end() < start and sentence[verb.end() : start] in (" by ", " by the ")
            between = sentence[end : verb.start()] if end < verb.start() else ""
            does = between and len(between) <= REACH and not _BREAK.search(between)
            if by or (does and not _opens((start, end), sentence)):
                return [(start, end)]
    return _only(question, sentence)


def _only(question: str, sentence: str) -> list[Stretch]:
    """Return the name of a sentence that has no other which the question does not say."""
    offered = _names(question, sentence)
    return [one for one in offered if len(offered) == 1 and not _opens(one, sentence)]


def _names(question: str, sentence: str) -> list[Stretch]:
    """Return the names in a sentence that the question does not say, and no short form of one."""
    known = {stem(word) for word in words(question)}
    found = []
    for match in _NAMES.finditer(sentence):
        start, end = match.span()
        while (first := _FIRST.match(sentence, start, end)) and _is_light(first[1]):
            start = first.end()
        said = sentence[start:end]
        short = sentence[start - 1 : start] == "("
        if not (_NO_NAME.match(said) or _is_light(said) or short):
            found += [] if {stem(word) for word in words(said)} <= known else [(start, end)]
    return found


def _is_light(word: str) -> bool:
    """Return whether a word in capitals is no name but opens a sentence."""
    return word.lower() in STOP_WORDS and not word.isupper()


def _opens(stretch: Stretch, sentence: str) -> bool:
    """Return whether a single word may have its capital from opening the sentence alone."""
    said = sentence[stretch[0] : stretch[1]]
    alone = stretch[0] == 0 and " " not in said and not said.isupper()
    return alone and not re.match(r",?\s[A-Z]|['’]s", sentence[stretch[1] :])


def _whole(sentence: str, stretch: Stretch) -> Stretch:
    """Return a stretch with all of the words and numbers that it begins or ends in."""
    start, end = stretch
    for token in _TOKEN.finditer(sentence):
        if token.start() < end and token.end() > start:
            start, end = min(start, token.start()), max(end, token.end())
    rest = _REST.match(sentence, end) if sentence[end - 1].isdigit() else None
    return start, rest.end() if rest else end


def _merged(stretches: Iterable[Stretch]) -> tuple[Stretch, ...]:
    """Return stretches in order, those that overlap as one."""
    merged: list[Stretch] = []
    for start, end in sorted(stretches):
        if merged and start <= merged[-1][1]:
            merged[-1] = (merged[-1][0], max(end, merged[-1][1]))
        else:
            merged.append((start, end))
    return tuple(merged)
