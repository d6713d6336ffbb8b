"""Tell which briefs a question names: its text and the library's briefs in, brief ids out.

A brief is named

- by its number or id, however the number is spaced or hyphenated: "IF10753", "if 10753",
  "R-48903", "IF10753v6";
- by its title: in quotation marks, after what asks for a text ("summarise …", "what does … say"),
  or as the whole of what was typed;
- by words of its title beside a word for one document that is known to both sides: "the AUKUS
  brief", "our paper on semiconductors". "A brief on Taiwan", "the newest brief on Taiwan" and
  "briefs on Taiwan" name none: they ask which there are. Nor does "the GAO report on copper", whose
  name no title has.

Words of a title name a brief where they carry most of the weight of what was said, a word weighing
the more the fewer titles have it, and where at most a handful of briefs is meant equally.
"""

import math
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Protocol

from bot.language.names import is_name
from index.passage import BriefRef
from index.words import ROOT, content_words, stem, words

MOST = 4  # briefs that one name may mean
ENOUGH = 0.6  # of the weight of the words said that the title must have
MUCH = 0.2  # of the title's weight that one word must carry by itself, if it is no name
TYPED_PARTS = 8  # pieces of a number: "WD 3 - 3000 - 023/18"
DIGITS = 3  # of a number that is written with a space after its letters

_DOCUMENT = (
    r"(?:brief|briefing|report|paper|note|memo|memorandum|primer|study|analysis|write-?up|insight"
    r"|commentary|article|document|piece|factsheet|fact\s+sheet)"
)
_ABOUT = r"(?:on|about|regarding|concerning|covering|titled|entitled|called|named|dealing\s+with)"
# What is known to both sides. "That" and "this" point at what was cited, not at a title.
_KNOWN = r"(?:the|our|your|its)"
_SUPERLATIVE = re.compile(
    r"^(?:new|newest|latest|newer|recent|most|oldest|older|first|last|earliest|previous|earlier|next"
    r"|other|same|only|current|old|prior|best|longest|shortest)\b",
    re.IGNORECASE,
)
_OWNED = re.compile(r"s?['’]s?$", re.IGNORECASE)  # "the committee's report" is none of ours
_BEFORE = re.compile(
    rf"\b{_KNOWN}\s+(?P<topic>[^?.!,;:()]{{2,80}}?)\s+{_DOCUMENT}\b(?!['’])"
    rf"(?:\s+{_ABOUT}\s+(?P<more>[^?!;:()]{{2,80}}))?",
    re.IGNORECASE,
)
_BEHIND = re.compile(
    rf"\b{_KNOWN}\s+{_DOCUMENT}\s+{_ABOUT}\s+(?P<topic>[^?!;:()]{{2,100}})", re.IGNORECASE
)
# Where a topic behind "the brief on" ends: at the verb of the question, or at a new clause.
_ENDS = re.compile(
    r"\s+(?:say|says|said|mention|mentions|cover|covers|recommend|recommends|conclude|concludes"
    r"|written|published|dated|updated|is|was|are|were|has|have|had|does|did|do|which|that|who|when"
    r"|please|for\s+me|in\s+(?:one|two|three|five|a)\b|as\s+(?:bullets|a)\b).*$|[.,](?:\s.*)?$",
    re.IGNORECASE | re.DOTALL,
)
_QUOTED = re.compile(r"[\"“”„«]([^\"“”„«»]{4,200})[\"“”»]")
_ASKS_FOR_TEXT = re.compile(
    r"(?:\b(?:summari[sz]e|summary\s+of|points\s+(?:of|from|in)|takeaways\s+(?:of|from)"
    r"|gist\s+of|overview\s+of|findings\s+of|conclusions\s+of|according\s+to|read|open|show(?:\s+me)?"
    r"|wrote|author\s+of|authored|published|updated|tl;?dr(?:\s+of)?|does|did)\s*:?\s*"
    rf"(?:the\s+)?(?:{_DOCUMENT}\s+)?[\"“]?|^\W*)$",
    re.IGNORECASE,
)
_INNERMOST = re.compile(rf"\b{_KNOWN}\s+", re.IGNORECASE)
_GAP = re.compile(r"\s+(?=[?.!,;:])")
_PLACE = "\0"  # stands for what names a brief
# What goes with it where that is left out: "what does _ say about", "does _ mention", "in _,".
_FRAMES = tuple(
    re.compile(frame, re.IGNORECASE)
    for frame in (
        rf"^\W*what\s+(?:do|does|did)\s+{_PLACE}\s+[a-z]+(?:\s+us)?\s+(?:about|on|of|regarding|for)\b",
        rf"\b(?:do|does|did)\s+{_PLACE}\s+[a-z]+(?:\s+us)?(?:\s+any(?:thing|where))?"
        r"(?:\s+(?:about|on)\b)?",
        rf"[,(]?\s*\b(?:(?:according|as\s+per|per|in|from|by|of|within|based\s+on|see)\s+(?:to\s+)?)?"
        rf"(?:{_KNOWN}\s+)?(?:{_DOCUMENT}\s+)?{_PLACE}[\s),:]*",
        rf"[,(]?\s*{_PLACE}[\s),:]*",
    )
)
_WORD = re.compile(r"[^\W_]+")
_EDITION = re.compile(r"(?<=\d)(?:v|@)\d{1,3}$", re.IGNORECASE)


class Catalogue(Protocol):
    """What is needed of a library to know its briefs."""

    def briefs(self) -> tuple[BriefRef, ...]:
        """Return the current briefs; the same tuple as long as they are the same."""
        ...


@dataclass(frozen=True)
class _Shelf:
    """The names of a library's briefs."""

    briefs: tuple[BriefRef, ...]
    numbers: Mapping[str, tuple[str, ...]]  # bare number or id → ids of briefs
    holding: Mapping[str, frozenset[int]]  # stem of a title's word → the briefs, by their place
    rarity: Mapping[str, float]  # … → its weight


_shelves: list[_Shelf] = []  # the last one asked for; a brief costs too much to hash


def named_briefs(text: str, library: Catalogue) -> tuple[str, ...]:
    """Return the ids of the briefs that a text names, () where it names none."""
    shelf = _shelf(library.briefs())
    if found := tuple(dict.fromkeys(one for ids, *_ in _by_number(text, shelf) for one in ids)):
        return found
    return _by_whole_title(text, shelf) or _by_title_words(text, shelf)


def unnamed(text: str, library: Catalogue) -> str:
    """Return a text without the words that name a brief by number, or as "the … brief".

    "What does IF10753 say about lamps?" leaves "lamps", "in the AUKUS brief, how many jobs?" "how
    many jobs?". What asks for nothing else stays as it is.
    """
    shelf = _shelf(library.briefs())
    spans = [(start, end) for _, start, end in _by_number(text, shelf)]
    if not spans and _by_whole_title(text, shelf):
        return text
    spans += [(start, end) for topic, start, end in _topics(text) if _titled(topic, shelf)]
    marked, last = "", 0
    for start, end in sorted(spans):
        if start >= last:
            marked, last = f"{marked}{text[last:start]}{_PLACE}", end
    marked += text[last:]
    for frame in _FRAMES:
        marked = frame.sub(" ", marked)
    rest = _GAP.sub("", " ".join(marked.split())).strip(" ,;:–-")
    return rest if content_words(rest) else text


def _shelf(briefs: tuple[BriefRef, ...]) -> _Shelf:
    known = next((one for one in tuple(_shelves) if one.briefs is briefs), None)
    if known is None:
        known = _put_up(briefs)
        _shelves[:] = [known]
    return known


def _put_up(briefs: tuple[BriefRef, ...]) -> _Shelf:
    numbers: dict[str, list[str]] = {}
    holding: dict[str, set[int]] = {}
    for place, brief in enumerate(briefs):
        for name in {_bare(brief.number or ""), _bare(brief.id)} - {""}:
            numbers.setdefault(name, []).append(brief.id)
        for word in words(brief.title):
            holding.setdefault(stem(word), set()).add(place)
    return _Shelf(
        briefs,
        {name: tuple(ids) for name, ids in numbers.items()},
        {one: frozenset(places) for one, places in holding.items()},
        {one: math.log(1 + len(briefs) / len(places)) for one, places in holding.items()},
    )


def _bare(name: str) -> str:
    return "".join(char for char in name.casefold() if char.isalnum())


def _by_number(text: str, shelf: _Shelf) -> Iterator[tuple[tuple[str, ...], int, int]]:
    """Yield (ids, start, end) of the numbers in a text."""
    pieces = list(_WORD.finditer(text))
    for first, piece in enumerate(pieces):
        joined = ""
        for last in range(first, min(len(pieces), first + TYPED_PARTS)):
            joined += pieces[last].group().casefold()
            start, end = piece.start(), pieces[last].end()
            name = _EDITION.sub("", joined)
            if name in shelf.numbers and _is_number(name, text[start:end]):
                yield shelf.numbers[name], start, end


def _is_number(name: str, spaced: str) -> bool:
    """Tell "if 10753" and "98-317" from words and counts that happen to spell a number."""
    digits = sum(map(str.isdigit, name))
    if not digits:
        return False
    if any(char.isspace() for char in spaced):
        return name[0].isalpha() and digits >= DIGITS
    return digits < len(name) or len(spaced) > len(name)


def _by_whole_title(text: str, shelf: _Shelf) -> tuple[str, ...]:
    quoted = {tuple(words(found)) for found in _QUOTED.findall(text)}
    if quoted and (
        found := tuple(one.id for one in shelf.briefs if tuple(words(one.title)) in quoted)
    ):
        return found[:MOST]
    lower = " ".join(text.casefold().split())
    longest: list[str] = []
    length = 0
    for brief in shelf.briefs:
        plain = " ".join(brief.title.casefold().split())
        at = lower.find(plain) if " " in plain else -1
        if at < 0 or not _ASKS_FOR_TEXT.search(lower[:at]):
            continue
        if len(plain) > length:
            longest, length = [], len(plain)
        if len(plain) == length:
            longest.append(brief.id)
    return tuple(longest[:MOST])


def _by_title_words(text: str, shelf: _Shelf) -> tuple[str, ...]:
    for topic, *_ in _topics(text):
        if found := _titled(topic, shelf):
            return found
    return ()


def _topics(text: str) -> Iterator[tuple[str, int, int]]:
    """Yield (topic, start, end) of what may name a brief by words of its title."""
    for found in _BEHIND.finditer(text):
        topic = _ENDS.sub("", found["topic"])
        yield topic, found.start(), found.start("topic") + len(topic)
    for found in _BEFORE.finditer(text):
        # From "the effect of the AUKUS brief" the innermost "the … brief" is meant.
        topic = _INNERMOST.split(found["topic"])[-1]
        if not _SUPERLATIVE.match(topic) and not _OWNED.search(topic):
            more = _ENDS.sub("", found["more"] or "")
            end = found.start("more") + len(more) if more else found.end()
            whole = topic == found["topic"]
            start = found.start() if whole else found.end("topic") - len(topic)
            yield f"{topic} {more}", start, end


def _titled(topic: str, shelf: _Shelf) -> tuple[str, ...]:
    """Return the briefs whose titles say most of a topic, and every name in it."""
    asked = {stem(word) for word in content_words(topic)}
    named = {
        stem(one)
        for word in re.findall(r"[^\W_]+", topic)
        if is_name(word, opens=False)
        for one in words(word)
    } & asked
    unknown = math.log(1 + len(shelf.briefs))  # the weight of a word that no title has
    weights = {one: shelf.rarity.get(one, unknown) for one in asked}
    holding = {one: _holding(one, shelf) for one in asked}
    shares: dict[int, float] = {}
    for place in frozenset().union(*holding.values()):
        held = {one for one in asked if place in holding[one]}
        if named <= held and (len(asked) > 1 or named or _carries(held, place, shelf)):
            shares[place] = sum(weights[one] for one in sorted(held))
    most = max(shares.values(), default=0.0)
    best = [shelf.briefs[place].id for place, share in sorted(shares.items()) if share == most]
    return tuple(best) if len(best) <= MOST and most >= ENOUGH * sum(weights.values()) else ()


def _holding(one: str, shelf: _Shelf) -> frozenset[int]:
    """Return the places of the briefs whose titles say a stem, or a longer form of it."""
    forms = [one] if len(one) < ROOT else [form for form in shelf.holding if form.startswith(one)]
    return frozenset().union(*(shelf.holding.get(form, ()) for form in forms))


def _carries(held: set[str], place: int, shelf: _Shelf) -> bool:
    """Whether the words held are much of what a title says: "the jobs report" names no title."""
    title = set(map(stem, content_words(shelf.briefs[place].title)))
    carried = sum(shelf.rarity.get(one, 0.0) for one in held)
    return carried >= MUCH * sum(shelf.rarity[one] for one in sorted(title))
