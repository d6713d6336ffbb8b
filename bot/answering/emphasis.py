"""Find the words that answer: question and shown sentence in, stretches for bold type out.

Where a sum, share, date, number or name is wanted: those of the sentence that the question does not
say itself, the ones nearest to the question's words. Where a yes or no is wanted: the words that
decide. Else the clause that says most of what was asked.
"""

import re
from collections.abc import Iterable, Sequence
from itertools import pairwise

from bot.language.yesno import asks, deciding
from bot.question.wanted import AnswerKind, values
from index.dates import MONTHS
from index.words import STOP_WORDS, content_words, stem, words

STRETCHES = 3  # in one sentence, at most
WINDOW = 60  # characters around a value in which the question's words are looked for
WHOLE = 0.7  # share of a sentence above which a clause is no emphasis

_CLAUSE_END = re.compile(
    r"[,;:—–]\s|[.!?][”\"]?\s(?=[A-Z“\"\[])|\s(?=(?:which|because|although|while|but)\s)|\s\((?=\w)|\)\s"
)

# What a figure goes on with, after the digits that were found: "4" of "4.5 billion".
_REST = re.compile(
    r"[\d.,]*\d(?:\s?(?:%|percent|per cent))?(?:\s(?:hundred|thousand|million|billion|trillion)\b)?"
    r"|\s(?:hundred|thousand|million|billion|trillion)\b"
)
_PROPER = r"[A-Z](?:[\w&’'-]|\.(?=[A-Z\s]))*"
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

Stretch = tuple[int, int]


def emphasis(question: str, kind: AnswerKind, sentence: str) -> tuple[Stretch, ...]:
    """Return the stretches (start, end) of the sentence that answer, in order; () for none."""
    asked = {stem(word) for word in content_words(question)}
    if asks(question) and (found := deciding(sentence)) and _around(found, sentence, asked) > 1:
        return (_without_tail(sentence, *found),)
    offered = (
        _names(question, sentence) if kind is AnswerKind.NAME else values(kind, sentence, question)
    )
    if offered:
        return _merged(_whole(sentence, one) for one in _nearest(offered, sentence, asked))
    return _clause(sentence, asked)


def _nearest(offered: Sequence[Stretch], sentence: str, asked: set[str]) -> list[Stretch]:
    """Return the stretches with most of the question's words around them."""
    best = max(_around(stretch, sentence, asked) for stretch in offered)
    return [one for one in offered if _around(one, sentence, asked) >= best - 1][:STRETCHES]


def _around(stretch: Stretch, sentence: str, asked: set[str]) -> int:
    """Return how many words of the question stand in a stretch or beside it."""
    near = sentence[max(0, stretch[0] - WINDOW) : stretch[1] + WINDOW]
    return len(asked & {stem(word) for word in words(near)})


def _without_tail(sentence: str, start: int, end: int) -> Stretch:
    """Return a stretch without the function words at its end: "is not" of "is not to the"."""
    found = _TAIL.search(sentence, start, end)
    return start, found.start() if found and found.start() > start else end


def _names(question: str, sentence: str) -> list[Stretch]:
    """Return the names in a sentence that the question does not say."""
    known = {stem(word) for word in words(question)}
    return [
        match.span()
        for match in _NAMES.finditer(sentence)
        if not _NO_NAME.match(match.group())
        and not _opens(match, sentence)
        and not {stem(word) for word in words(match.group())} <= known
    ]


def _opens(match: re.Match[str], sentence: str) -> bool:
    """Return whether a single word may have its capital from opening the sentence alone."""
    alone = match.start() == 0 and " " not in match.group() and not match.group().isupper()
    return alone and not re.match(r",?\s[A-Z]|['’]s", sentence[match.end() :])


def _whole(sentence: str, stretch: Stretch) -> Stretch:
    """Return a value with the digits and the scale that belong to it."""
    start, end = stretch
    rest = _REST.match(sentence, end)
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


def _clause(sentence: str, asked: set[str]) -> tuple[Stretch, ...]:
    """Return the clause that says most words of the question and new ones, if it is only a part."""
    ends = [0, *(match.end() for match in _CLAUSE_END.finditer(sentence)), len(sentence)]
    best: tuple[float, Stretch] = (0.0, (0, 0))
    for start, end in pairwise(ends):
        start, end = _trimmed(sentence, start, end)
        said = [word for word in words(sentence[start:end]) if word not in STOP_WORDS]
        known = len({stem(word) for word in said} & asked)
        new = len(said) - known
        if new >= 2 and known:
            best = max(best, (known + 0.1 * min(new, 5), (start, end)), key=lambda item: item[0])
    start, end = best[1]
    return () if end - start in range(1) or end - start > WHOLE * len(sentence) else ((start, end),)


def _trimmed(sentence: str, start: int, end: int) -> Stretch:
    while start < end and not (sentence[start].isalnum() or sentence[start] in '$€£“"['):
        start += 1
    while end > start and not (sentence[end - 1].isalnum() or sentence[end - 1] in '%”"]'):
        end -= 1
    return start, end
