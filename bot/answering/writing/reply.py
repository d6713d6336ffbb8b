"""Read the chat model's reply as it comes: pieces of text in, whole sentences out.

The form asked for is that of bot/answering/writing/prompt.py: JSON objects one after the other, the
last of them saying whether the passages answer. Any reply that can be understood is: objects in
arrays and other objects, broken JSON (read by json-repair), prose with [numbers], with fences, a
preamble or a thought before them. Only where nothing can be understood is it an UnfitReply.
"""

import json
import re
from collections.abc import Iterator
from typing import Any

from bot.answering.writing.written import (
    MARK,
    Answerable,
    FieldRole,
    Prose,
    WrittenSentence,
    answerable_of,
    pieces,
    role_of,
    says_no_answer,
    sentences_of,
)
from bot.errors import ThoughtAway, UnfitReply
from bot.language.untrusted import visible

MOST_CHARACTERS = 64_000  # of a reply, a thought included
MOST_OBJECT = 6_000  # characters of one object
MOST_SENTENCES = 16  # of one reply
MOST_UNREAD = 6  # words beside the form that are not worth a note
DEEPEST = 4  # objects in objects that are looked into

_NAMES = "think|thinking|thought|thoughts|reasoning|analysis|reflection|scratchpad"
_THINKS = re.compile(
    rf"\s*(?:<(?:{_NAMES})>|\[think\]|<\|channel\|>analysis|<\|begin_of_thought\|>)", re.IGNORECASE
)
_THOUGHT = re.compile(
    rf"</(?:{_NAMES})>|\[/think\]|<\|channel\|>final(?:<\|message\|>)?|<\|end_of_thought\|>",
    re.IGNORECASE,
)
_LONGEST_TAG = 24  # characters
_WHOLE = frozenset(  # finish reasons
    {"stop", "end_turn", "complete", "completed", "stop_sequence", "eos", "eos_token"}
)
_KEY = re.compile(r"[\"'“”]?(?P<key>[A-Za-z][\w -]*|\d{1,3})[\"'“”]?\s*[:=]")
_STRING_OR_BRACE = re.compile(r'"(?:[^"\\]|\\.)*"?|[{}]', re.DOTALL)
_ENCODED = re.compile(r'\s*"\s*(?:\\n)*[{\[]')
_TEXTS = re.compile(r'\s*(?:```\w*\s*)?\[\s*"')
_FOLLOWS = re.compile(r"\s*(?:[,\]}{`]|\n)")  # what shows that an object has ended
_BEGINS = re.compile(r"\n\s*(?=\{)")
_FLAG = re.compile(r"[\"'“]?(?P<key>\w[\w ]*)[\"'”]?\s*[:=]\s*[\"'“]?(?P<value>\w[\w ]*)")
_FENCE = re.compile(r"(?:```|~~~)\w*|</?s>|<\|[^|\n]*\|>|//.*|/\*.*?\*/", re.DOTALL)
_PARAGRAPH = re.compile(r"\n\s*\n|\n(?=\s*(?:[-*•]|\d{1,2}[.)]|[|#>])\s)|\n(?=\s*[{\[`])")

_ODD = "The chat model's reply was not in the form asked for"
_CUT = "The chat model's reply broke off"
_TOO_LONG = "The chat model's reply was cut at the longest that is allowed"
_ENDLESS = "The chat model's reply did not end"
_UNREAD = "A part of the chat model's reply could not be read"
_decode = json.JSONDecoder().raw_decode


class ReplyParser:
    """Parses one reply piece by piece."""

    def __init__(self) -> None:
        self.answerable: Answerable | None = None  # what the model says of the passages
        self.ended = False  # whether there is no need to read on
        self.missing = ""  # why a part of the reply is missing, "" where none is
        self.restarts = 0  # how often what was read turned out to be a thought
        self._whole, self._rest = "", ""
        self._sentences, self._objects = 0, 0
        self._prose, self._may_close = Prose(), True

    @property
    def understood(self) -> bool:
        """Whether anything has been made out yet."""
        return bool(self._sentences) or self.answerable is not None

    def feed(self, text: str) -> Iterator[WrittenSentence]:
        """Yield the sentences that a further piece completes; raise UnfitReply for too many."""
        self._whole += text
        if len(self._whole) > MOST_CHARACTERS:
            raise UnfitReply(_ENDLESS)
        self._rest += text
        self._may_close = ">" in text or "]" in text  # a long thought is not searched each time
        yield from self._read(last=False, cut=False)

    def close(self, finish: str | None = None) -> list[WrittenSentence]:
        """Return the sentences that were still waiting; `finish` is the reason the model gave.

        Raises UnfitReply where nothing of the reply could be understood.
        """
        if self.ended:
            return []
        cut = finish not in _WHOLE
        found = list(self._read(last=True, cut=cut))
        self._prose.paragraph_ends(counts=bool(self._sentences))
        self._hear(self._prose.answerable)
        if self._prose.lacking:
            self._hear(Answerable.PARTIAL if self._sentences else Answerable.NO)
        long = finish in ("length", "max_tokens")
        if long and not self.understood and not self._objects:
            raise ThoughtAway("The chat model did not come to an answer within the length allowed")
        if not self._whole.strip():
            raise UnfitReply("The chat model said nothing")
        if not self.understood:
            raise UnfitReply(_CUT if cut else _ODD)
        if cut and not self.ended and self.answerable is not Answerable.NO:
            self.missing = _TOO_LONG if long else _CUT
        elif self._prose.unread > MOST_UNREAD and self._sentences:
            self.missing = _UNREAD
        return found

    def _read(self, *, last: bool, cut: bool) -> Iterator[WrittenSentence]:
        self._rest = self._rest.replace("\ufeff", "").replace("&quot;", '"')
        if _ENCODED.match(self._rest):  # all of it is one string
            if not last:
                return
            self._rest = _decoded_string(self._rest)
        if _TEXTS.match(self._rest):
            if last:
                yield from self._taken(_repaired(self._rest))
                self._rest = ""
            return
        while self._rest and not self.ended and self._past_thought(last=last, cut=cut):
            before = len(self._rest)
            at = self._rest.find("{")
            if at == 0:
                yield from self._object(last=last, cut=cut)
            elif self._objects or (at > 0 and not self._rest[:at].strip("[ \n\t`")):
                yield from self._between(at, last=last)
            else:
                yield from self._stretch(at, last=last, cut=cut)
            if len(self._rest) == before:
                return

    def _past_thought(self, *, last: bool, cut: bool) -> bool:
        """Drop a thought; return whether what comes then can be read yet."""
        closings = list(_THOUGHT.finditer(self._rest)) if last or self._may_close else []
        if closings:  # also without an opening: then all before it was the thought
            if self._sentences:
                self.restarts += 1
            self._rest = self._rest[closings[-1].end() :]
            self.answerable, self._sentences, self._objects = None, 0, 0
            self._prose = Prose()
        elif opening := _THINKS.match(self._rest):
            if not last or cut:
                return False
            self._rest = self._rest[opening.end() :]  # never closed, though the reply has ended
        head = self._rest.lstrip()
        return last or not head.startswith(("<", "[")) or len(head) > _LONGEST_TAG or "{" in head

    def _object(self, *, last: bool, cut: bool) -> Iterator[WrittenSentence]:
        """Read the object that the rest begins with, or wait for more of it."""
        if head := _head(self._rest):
            self._flag(self._rest[:head])
            self._rest = self._rest[head:]
            return
        found, end = _decoded(self._rest)
        if not found:
            end = _end(self._rest) or (len(self._rest) if last else 0)
            if not end:
                if len(self._rest) > MOST_OBJECT:
                    self._rest = self._rest[1:]
                return
            text = self._rest[:end]
            at_end = last and end == len(self._rest) and not text.rstrip().endswith("}")
            found = _repaired(_whole_pairs(text) if at_end and cut else text)
        self._rest = self._rest[end:]
        yield from self._taken(found)

    def _taken(self, found: Any, depth: int = 0) -> Iterator[WrittenSentence]:
        """Yield the sentences of what an object holds, or of what is in it."""
        if isinstance(found, str):
            found = _repaired(found) if found.lstrip()[:1] in ("{", "[") else {"text": found}
        if isinstance(found, list):
            for item in found:
                yield from self._taken(item, depth + 1) if depth < DEEPEST else ()
        if not isinstance(found, dict) or self.ended:
            return
        had = self._sentences
        written = sentences_of(found)
        for one in written:
            yield from self._written(one)
        if not written:
            for key, value in found.items():
                holds = isinstance(value, list | dict) or _is_encoded(value)
                cited = role_of(str(key)) in (FieldRole.CITATIONS, FieldRole.QUOTES)
                if holds and not cited and depth < DEEPEST:
                    yield from self._taken(value, depth + 1)
        self._objects += bool(written)
        said = answerable_of(found)
        self._hear(said)
        alone = not written or self._sentences > had + len(written)
        if said is Answerable.NO or (said and alone and self._sentences):
            self.ended = True

    def _written(self, one: WrittenSentence) -> Iterator[WrittenSentence]:
        if says_no_answer(one.text) and self.answerable is not Answerable.NO:
            self.answerable = Answerable.PARTIAL if self._sentences else Answerable.NO
            return
        if self.answerable is Answerable.NO:  # it said so of a part only
            self.answerable = Answerable.PARTIAL
        self._sentences += 1
        self.ended = self._sentences >= MOST_SENTENCES
        yield one

    def _hear(self, said: Answerable | None) -> None:
        """Take what a flag says; a bare yes takes nothing back that was said in words."""
        if self.answerable is None or said in (Answerable.NO, Answerable.PARTIAL):
            self.answerable = said or self.answerable

    def _between(self, at: int, *, last: bool) -> Iterator[WrittenSentence]:
        """Pass over what stands between objects: commas, brackets, fences, comments."""
        end = at if at > 0 else len(self._rest) if last else self._rest.rfind("\n") + 1
        text, self._rest = self._rest[:end], self._rest[end:]
        self._flag(text)
        plain = _FENCE.sub(" ", text)
        if not _KEY.search(plain):
            said = [one for one, _ in pieces(plain) if not one.endswith(":")]
            self._prose.unread += sum(len(re.findall(r"\w{2,}", one)) for one in said)
        yield from ()

    def _flag(self, text: str) -> None:
        """Take what a stretch around objects says of the passages."""
        for found in _FLAG.finditer(text):
            if said := answerable_of({found["key"].strip(): found["value"].strip()}):
                self._hear(said)
                self.ended = said is Answerable.NO or bool(self._sentences)

    def _stretch(self, at: int, *, last: bool, cut: bool) -> Iterator[WrittenSentence]:
        """Read prose up to an object, to the end of a paragraph, or to its last whole sentence."""
        paragraph = _PARAGRAPH.search(self._rest)
        ends = [at if at > 0 else None, paragraph.end() if paragraph else None]
        end = min((one for one in ends if one), default=0)
        closes = bool(end)
        if not closes:
            end = len(self._rest) if last else _last_whole(self._rest)
        text, self._rest = self._rest[:end], self._rest[end:]
        if last and cut and not closes:  # half a sentence is none
            text = text[: _last_ended(text)]
        for one in self._prose.take(visible(_FENCE.sub(" ", text))):
            yield from self._written(one)
        if closes:
            self._prose.paragraph_ends(counts=bool(self._sentences))


def _head(rest: str) -> int:
    """Return where the first object within a container begins: {"sentences": [{…; 0 for none."""
    for found in _STRING_OR_BRACE.finditer(rest, 1):
        if found[0] == "}":
            return 0
        if found[0] != "{":
            continue
        before = rest[: found.start()]
        keys = [role_of(one["key"]) for one in _KEY.finditer(before)]
        holds = before.rstrip()[-1:] in ("[", ":", "{")
        last = keys[-1] if keys else FieldRole.OTHER
        if (
            not holds
            or last in (FieldRole.CITATIONS, FieldRole.QUOTES)
            or FieldRole.TEXT in keys[:-1]
        ):
            return 0
        return found.start()
    return 0


def _decoded(rest: str) -> tuple[dict[str, Any], int]:
    try:
        found, end = _decode(rest) if "}" in rest else (None, 0)
    except (ValueError, RecursionError):
        found, end = None, 0
    return (found, end) if isinstance(found, dict) else ({}, 0)


def _end(rest: str) -> int:
    """Return where an object that is no sound JSON ends; 0 where that does not show yet."""
    depth = 0
    for found in re.finditer(r"[{}]", rest):
        depth += 1 if found[0] == "{" else -1
        if depth == 0:
            return found.end() if _FOLLOWS.match(rest, found.end()) else 0
    begins = _BEGINS.search(rest)  # the next object, on a line of its own: a brace was forgotten
    return begins.start() if begins and _KEY.search(rest[: begins.start()]) else 0


def _whole_pairs(text: str) -> str:
    """Return an object that was cut off with the keys and values alone that are whole."""
    depth, end = 0, 0
    for found in re.finditer(r'"(?:[^"\\]|\\.)*"|"|[\[\]{},]', text):
        if found[0] == '"':
            break
        if found[0] in "[{":
            depth += 1
        elif found[0] in "]}":
            depth -= 1
            end = found.end() if depth == 1 else end
        elif found[0] == "," and depth == 1:
            end = found.start()
    return text[:end] + "}" if end else ""


def _repaired(text: str) -> Any:
    """Return what json-repair makes of a text; {} where it makes nothing."""
    from json_repair import loads

    try:
        return loads(text, skip_json_loads=True) or {}
    except (ValueError, RecursionError, IndexError, KeyError, TypeError, AttributeError):
        return {}


def _decoded_string(text: str) -> str:
    """Return what a JSON string says, a text without its backslashes where it is none."""
    try:
        return str(json.loads(text.strip(), strict=False))
    except ValueError:
        return text.strip()[1:].replace('\\"', '"').replace("\\n", "\n")


def _is_encoded(value: Any) -> bool:
    return isinstance(value, str) and value.lstrip()[:1] in ("{", "[")


def _last_whole(rest: str) -> int:
    """Return where the last sentence of prose begins, whose end has not come yet."""
    from index.sentences import split

    spans = split(rest.replace("\n", " "))
    for start, end in reversed(spans[1:]):
        piece = rest[start:end]
        if not MARK.match(piece) and re.match(r"[\"“*_]*\w", piece):
            return start
    return 0


def _last_ended(rest: str) -> int:
    """Return where the last sentence of prose that has an end and a mark ends."""
    marks = [found.end() for found in MARK.finditer(rest)]
    return marks[-1] if marks else 0
