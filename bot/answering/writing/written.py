"""Read the chat model's reply as it comes: pieces of text in, whole sentences out.

The form is that of `bot/answering/writing/prompt.py`: JSON objects one after the other, the last
of them saying
whether the passages answer. Code fences around them and a <think> block before them are passed
over; anything else is an UnfitReply. Judges nothing of what a sentence says.
"""

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from bot.errors import UnfitReply

MOST_CHARACTERS = 64_000  # of a reply, a <think> block included
MOST_OBJECT = 6_000  # characters of one object
MOST_TEXT = 800  # characters of one sentence
MOST_LISTED = 12  # citations or quotes of one sentence, and sentences of one reply

_FENCE = re.compile(r"\A```[a-z]*[ \t]*(?:\n|\Z)")
_FENCE_BEGUN = re.compile(r"\A`{1,3}[a-z]*[ \t]*\Z")
_THINK, _THOUGHT = "<think>", "</think>"
_WHOLE = frozenset({"stop", "end_turn", "complete", "completed", "stop_sequence"})  # finish reasons

_ODD = "The chat model's reply was not in the form asked for"
_CUT = "The chat model's reply broke off"
_ENDLESS = "The chat model's reply did not end"
_decode = json.JSONDecoder().raw_decode


@dataclass(frozen=True)
class Written:
    """One sentence as the model wrote it, unchecked."""

    text: str
    citations: tuple[int, ...]
    quotes: tuple[str, ...]


class Reply:
    """Parses one reply piece by piece."""

    def __init__(self) -> None:
        """Begin with nothing read."""
        self.answerable: bool | None = None  # what the last line said
        self._rest, self._read, self._sentences = "", 0, 0

    @property
    def ended(self) -> bool:
        """Whether there is no need to read on."""
        return self.answerable is not None or self._sentences >= MOST_LISTED

    def feed(self, text: str) -> Iterator[Written]:
        """Yield the sentences that a further piece completes; raise UnfitReply for any other."""
        self._read += len(text)
        if self._read > MOST_CHARACTERS:
            raise UnfitReply(_ENDLESS)
        self._rest += text
        while not self.ended and (found := self._next()) is not None:
            yield from self._taken(found)

    def close(self, finish: str | None = None) -> None:
        """Raise UnfitReply unless the reply is whole; `finish` is the reason the model gave.

        A reply without a last line is whole where the model says that it ended of its own will.
        """
        if self.ended:
            return
        if not self._read:
            raise UnfitReply("The chat model said nothing")
        if self._rest.strip().strip("`") or finish not in _WHOLE:
            raise UnfitReply(_CUT)
        if not self._sentences:
            raise UnfitReply(_ODD)

    def _next(self) -> dict[str, Any] | None:
        """Return the next object and drop its text; None where it has not come in full yet."""
        rest = self._between()
        if not rest.startswith("{"):
            return None
        if "}" in rest:
            try:
                found, end = _decode(rest)
            except (ValueError, RecursionError):
                found = None
            if isinstance(found, dict):
                self._rest = rest[end:]
                return found
        if len(rest) > MOST_OBJECT or _is_over(rest):
            raise UnfitReply(_ODD)
        return None

    def _between(self) -> str:
        """Pass over what may stand between objects, and return what comes then."""
        rest = self._rest.lstrip()
        if not self._sentences and rest.startswith(_THINK):
            thought = rest.find(_THOUGHT)
            rest = rest[thought + len(_THOUGHT) :].lstrip() if thought >= 0 else rest
            if thought < 0:
                return ""
        while fence := _FENCE.match(rest):
            if fence.end() == len(rest) and not rest.endswith("\n"):
                break  # the fence's own line may go on
            rest = rest[fence.end() :].lstrip()
        self._rest = rest
        waits = not rest or _FENCE_BEGUN.match(rest) or _THINK.startswith(rest)
        if not waits and not rest.startswith("{"):
            raise UnfitReply(_ODD)
        return "" if waits else rest

    def _taken(self, found: dict[str, Any]) -> Iterator[Written]:
        if "text" in found:
            self._sentences += 1
            yield _written(found)
        elif isinstance(found.get("sentences"), list):
            for item in found["sentences"][:MOST_LISTED]:
                self._sentences += 1
                yield _written(item)
            self.answerable = _flag(found.get("answerable", True))
        elif "answerable" in found:
            self.answerable = _flag(found["answerable"])
        else:
            raise UnfitReply(_ODD)


def _written(found: Any) -> Written:
    if not isinstance(found, dict):
        raise UnfitReply(_ODD)
    text, numbers, quotes = found.get("text"), found.get("citations"), found.get("quotes", [])
    if not isinstance(text, str) or len(text) > MOST_TEXT:
        raise UnfitReply(_ODD)
    if not _is_list_of(int, numbers) or not _is_list_of(str, quotes):
        raise UnfitReply(_ODD)
    return Written(text, tuple(dict.fromkeys(numbers or ())), tuple(dict.fromkeys(quotes)))


def _is_list_of(kind: type, value: Any) -> bool:
    return (
        isinstance(value, list)
        and len(value) <= MOST_LISTED
        and all(isinstance(item, kind) and not isinstance(item, bool) for item in value)
    )


def _flag(value: Any) -> bool:
    if not isinstance(value, bool):
        raise UnfitReply(_ODD)
    return value


def _is_over(rest: str) -> bool:
    """Return whether a line that is no object has ended: a string cannot go on after it."""
    line, newline, _ = rest.partition("\n")
    return bool(newline) and line.rstrip().endswith("}")
