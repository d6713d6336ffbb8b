"""The lists of a brief: its passages in, lists with what leads to them out.

A list is what stands under a lead in bullets or numbers, the rows of a table, or the sections under
a heading for several things.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from itertools import groupby

from bot.answering.kinds.quoting import Line
from bot.answering.readable import cells, is_row
from bot.language.names import is_country, names_in
from bot.language.word_kinds import is_plural
from index.passage import BriefRef, Hit
from index.sentences import split
from index.words import words

TITLE_WORDS = 6  # up to which the first sentence of an item only names it

_MARK = re.compile(
    r"^\s*(?:[•▪◦*–-]\s+|\(?(?:\d{1,2}|[a-z]|[ivx]{1,4})[.)]\s+(?=\S))+", re.IGNORECASE
)
_BEHIND_MARK = re.compile(
    r"(?:^|\n)[ \t]*(?:[•▪◦*–-][ \t]*|\(?(?:\d{1,2}|[a-z]|[ivx]{1,4})[.)][ \t]+)+$", re.IGNORECASE
)
_RULE = re.compile(r"^[\s|:\-–=]*$")
_COUNTRY = re.compile(r"\bUnited States\b")  # no list of states
_OWNER = re.compile(r"\w+(?:['’]s|s['’])(?=\s)")
_TYPED = re.compile(r"[^\s,;:?!()]+")


@dataclass
class ItemList:
    """A list of a brief: its items in order, what leads to it, and where it stands."""

    hits: list[Hit]  # the passages that hold items
    lead: str
    items: list[Line] = field(default_factory=list)
    header: str = ""  # of a table

    @property
    def brief(self) -> BriefRef:
        """The brief that it is of."""
        return self.hits[0].brief

    @property
    def heading(self) -> tuple[str, ...]:
        """The headings that it stands under."""
        return self.hits[0].passage.heading

    @property
    def about(self) -> str:
        """What says what the list is of."""
        heading = self.heading[-1:]
        return _COUNTRY.sub("US", " ".join((*heading, self.lead, self.header)))

    @property
    def setting(self) -> str:
        """The same with the brief's title and all headings."""
        return " ".join((self.brief.title, *self.heading, self.about))

    @property
    def text(self) -> str:
        """The whole list in a line."""
        told = (item.label or item.text.strip() for item in self.items)
        return " ".join((self.lead, self.header, "; ".join(told))).strip()


def lists_in(hits: Sequence[Hit], text: str) -> Iterator[ItemList]:
    """Yield the lists and tables of a brief's passages, which are given in order, with its text."""
    current: ItemList | None = None
    lead = ""
    heading: tuple[str, ...] = ()
    for hit in hits:
        passage = hit.passage
        if passage.kind == "footnote":
            continue
        if passage.heading != heading:
            if current:
                yield current
            current, lead, heading = None, "", passage.heading
        for start, end, marked in _lines(hit, text):
            line = passage.text[start:end]
            row = is_row(line)
            title = _only_cell(line) if row and current and current.items else ""
            if current and title and not _only_cell(current.items[-1].text):
                yield current  # behind rows of several cells one of one opens another part
                header = line if _only_cell(current.header) else current.header
                current = ItemList([], title, header=header)
            elif marked or row:
                if current and bool(current.header) != row:
                    yield current
                    current = None
                if current is None:
                    context = passage.context.strip().splitlines()
                    current = ItemList([], lead or " ".join(context[:1]))
                    if row:
                        named = passage.header
                        current.header = named or line
                        if line.strip() == current.header.strip():
                            current.hits.append(hit)
                            continue
                if hit not in current.hits:
                    current.hits.append(hit)
                if not _RULE.match(line):
                    current.items.append(Line(hit, start, end))
            elif current and start == 0 and _goes_on(passage.kind, line):
                continue
            else:
                if current:
                    yield current
                    current = None
                lead = line[split(line)[-1][0] :] if split(line) else ""
    if current:
        yield current


def _only_cell(line: str) -> str:
    """Return what a row says in its first cell alone, "" where others say something."""
    first, *others = cells(line)
    return "" if any(others) else first


def sections_in(hits: Sequence[Hit]) -> Iterator[ItemList]:
    """Yield the sections under each heading for several things, as a list of their headings.

    What stands for a section is its first sentence, behind its heading.
    """
    depth = max((len(hit.passage.heading) for hit in hits), default=0)
    for level in range(1, depth):
        for path, inside in groupby(hits, key=lambda hit: hit.passage.heading[:level]):
            if len(path) < level or not head_of(path[-1]):
                continue
            firsts = {
                hit.passage.heading[level]: hit
                for hit in reversed(list(inside))
                if len(hit.passage.heading) > level and hit.passage.kind != "footnote"
            }
            found = [
                Line(hit, *split(hit.passage.text)[0], name)
                for name, hit in reversed(firsts.items())
                if split(hit.passage.text)
            ]
            if found:
                yield ItemList([line.hit for line in found], f"{path[-1]}:", found)


def _lines(hit: Hit, text: str) -> Iterator[tuple[int, int, bool]]:
    """Yield (start, end, whether it is an item) of the lines of a passage, marks left out."""
    offset, passage = 0, hit.passage
    for line in passage.text.splitlines(keepends=True):
        kept = line.rstrip()
        mark = _MARK.match(kept)
        first = offset == 0 and bool(_BEHIND_MARK.search(text[: passage.start][-24:]))
        start = offset + (
            mark.end() if mark and not is_row(kept) else len(kept) - len(kept.lstrip())
        )
        if kept.strip():
            yield start, offset + len(kept), bool(mark) or first
        offset += len(line)


def _goes_on(kind: str, line: str) -> bool:
    """Return whether the first line of a passage goes on with an item of the passage before."""
    return line.endswith("|") if kind == "table" else kind == "bullet" and not line.endswith(":")


def of_countries(found: ItemList) -> bool:
    """Return whether more than half of the items open with a country: "Peru", not "Peru's"."""
    openings = (_OWNER.sub("", " ".join(item.text.split()[:6])) for item in found.items)
    return sum(any(map(is_country, names_in(one))) for one in openings) * 2 > len(found.items)


def head_of(*texts: str) -> str:
    """Return the plural that a list is of, "options" of "policy options for Congress"; "" for none.

    The first text that has one says it.
    """
    words = (word.lower() for text in texts for word in _TYPED.findall(text))
    return next((word for word in words if is_plural(word)), "")


def is_titled(item: Line) -> bool:
    """Return whether an item opens with a heading of its own: "Two speeds. The plan was …"."""
    sentences = [] if is_row(item.text) else split(item.text)
    return len(sentences) > 1 and len(words(item.text[: sentences[0][1]])) <= TITLE_WORDS
