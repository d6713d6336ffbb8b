"""Read a text for comparison: text in, a row of tokens out, with numbers and dates as one each.

A token has a key under which equal things meet: the stem of a word, a name however it is
written, the value of a number, the parts of a date. Sentences are read one at a time.
"""

import re
from dataclasses import dataclass, replace
from functools import lru_cache

from bot.language import dates, names, quantities
from bot.language.dates import Moment
from bot.language.quantities import Quantity
from bot.language.words import words as words_in
from index.words import STOP_WORDS, stem, words

WORD, NAME, NUMBER, DATE, STOP = "word", "name", "number", "date", "stop"
_HONORIFICS = words_in("honorifics")
_WORD = re.compile(r"[^\W_]+(?:['’.&](?=[^\W_])[^\W_]+)*(?:['’](?=\s|$))?")


@dataclass(frozen=True)
class Token:
    """A word, name, number or date of a text at [start, end)."""

    key: str
    kind: str
    start: int
    end: int
    said: str
    fact: Quantity | Moment | None = None


@lru_cache(maxsize=8192)
def read(text: str) -> tuple[Token, ...]:
    """Return the tokens of one sentence, in order."""
    found = dates.moments(text)
    taken = [(one.start, one.end) for one in found]
    tokens = [Token(_moment_key(one), DATE, one.start, one.end, one.said, one) for one in found]
    for number in quantities.quantities(text, taken):
        if number.start > 0 and re.match(r"[A-Za-z]-?$", text[number.start - 1 : number.start]):
            continue
        tokens.append(
            Token(_number_key(number), NUMBER, number.start, number.end, number.said, number)
        )
    taken = [(token.start, token.end) for token in tokens]
    for match in names.ALIAS.finditer(text):
        key = names.alias(match.group())
        if key and not _overlaps(match.start(), match.end(), taken):
            tokens.append(Token(key, NAME, match.start(), match.end(), match.group()))
            taken.append((match.start(), match.end()))
    tokens += _words(text, taken)
    return tuple(sorted(tokens, key=lambda token: token.start))


def promoted(tokens: tuple[Token, ...], known: frozenset[str]) -> tuple[Token, ...]:
    """Return the tokens with a capital first word made a name where its key is known as one."""
    return tuple(
        replace(token, kind=NAME)
        if token.kind == WORD and token.key in known and token.said[:1].isupper()
        else token
        for token in tokens
    )


def _words(text: str, taken: list[tuple[int, int]]) -> list[Token]:
    tokens: list[Token] = []
    opens = True
    for match in _WORD.finditer(text):
        start, end = match.span()
        if _overlaps(start, end, taken):
            opens = False
            continue
        said = re.sub(r"['’]s?$", "", match.group())
        lower = said.lower()
        if lower in _HONORIFICS and said[0].isupper():
            tokens.append(Token(lower, STOP, start, end, said))
        elif names.is_name(said, opens=opens or _after_mark(text, start)):
            tokens.append(Token(_word_key(said), NAME, start, end, said))
        elif lower in STOP_WORDS or lower.replace("’", "'").endswith("n't"):
            tokens.append(Token(lower.replace("’", "'"), STOP, start, end, said))
        else:
            tokens.append(Token(_word_key(said), WORD, start, end, said))
        opens = False
    return tokens


@lru_cache(maxsize=65_536)
def _word_key(said: str) -> str:
    bare = words(said)
    return stem(bare[0]) if len(bare) == 1 else "".join(bare) or said.lower()


def _after_mark(text: str, start: int) -> bool:
    return bool(
        re.search(r"[.!?:;|•*#][\"'“”‘’)\]]*\s*[\"'“‘(\[]?$", text[max(0, start - 4) : start])
    )


def _overlaps(start: int, end: int, taken: list[tuple[int, int]]) -> bool:
    return any(start < until and since < end for since, until in taken)


def _number_key(number: Quantity) -> str:
    return f"#{number.value:.10g}{'th' if number.ordinal else ''}{number.unit}"


def _moment_key(moment: Moment) -> str:
    return (
        f"@{moment.year}-{moment.month}-{moment.day}-{moment.weekday}{moment.span}{moment.fiscal}"
    )
