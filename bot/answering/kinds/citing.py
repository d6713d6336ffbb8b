"""Quote briefs in an answer of any kind: choose the telling sentences, cite them, make rows.

A row ("Title (number), date, authors") is put together from the catalogue; its citation quotes the
brief's title line, or its first sentence where the text has no such line.
"""

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from itertools import pairwise
from typing import Any

import numpy as np
from numpy.typing import NDArray

from bot.answering.answer import Citation, Sentence, SentenceForm, verbatim
from bot.answering.apparatus import has_verb
from bot.answering.candidates import Quotable, candidates
from bot.answering.freshness import said_date
from bot.answering.readable import bare, shown
from bot.answering.selection import REPEAT, UNFIT
from bot.answering.sentence_features import look
from bot.checking.verdict import Verdict
from index.library import Library
from index.passage import Brief, BriefRef, Hit, Passage
from index.sentences import split
from index.words import said, share, words

LEAST_WORDS = 6  # of a sentence that tells something
SHORT = 10  # words below which a sentence must have a verb that is known for one
# What speaks for a sentence beside its cosine with the topic, in [-1, 1]. Set by reading the
# overviews of the example briefs; the order of the first sentences changes little from .2 to .4.
SAYS_TOPIC = 0.3
LEADS = 0.3  # the first sentence of a brief, in an overview
PENALTY = 1.0
NEXT = 0.3  # how far a second sentence may lie behind the first

_ENDINGS = (".", "!", "…", '."', ".”", ".’", ".)", ".'")
_POINTS_BACK = re.compile(  # "The second issue is": of those named before
    r"(?:The|A|An|Another)\s+(?:first|second|third|fourth|fifth|latter|former|other|subsequent|related"
    r"|same|next|last)\b(?!\s+(?:of|time|in|to|half|quarter))",
)
_CUT = re.compile(r"(?:\b[A-Z]\.){2,}$|\b(?:Nos?|Secs?|Rept|Res|Mr|Mrs|Dr|vs?|Fig|Rep|Sen)\.$")


@dataclass(frozen=True)
class Told:
    """A sentence that tells something of a topic, with its cosine."""

    candidate: Quotable
    cosine: float


@dataclass
class Quoted:
    """The sentences and citations of an answer that grows."""

    sentences: list[Sentence] = field(default_factory=list)
    citations: list[Citation] = field(default_factory=list)

    def quote(self, found: Quotable, label: str = "") -> None:
        """Add a sentence of a passage in its own words."""
        passage = found.hit.passage
        start, end = passage.start + found.start, passage.start + found.end
        citation = self._cite(found.hit, start, end)
        sentence = verbatim(shown(found.text, passage.text, passage.context), citation)
        self.sentences.append(replace(sentence, label=label))

    def row(self, text: str, brief: Brief, library: Library, bold: str = "") -> None:
        """Add a row of the catalogue; `bold` are the words of it that answer."""
        hit, start, end = _title_line(brief, library)
        number = self._cite(hit, start, end).number
        at = text.rfind(bold) if bold else -1
        stretch = ((at, at + len(bold)),) if at >= 0 else ()
        row = Sentence(text, (number,), Verdict.SUPPORTED, bold=stretch, form=SentenceForm.ROW)
        self.sentences.append(row)

    def lead(self, text: str) -> None:
        """Put a composed line first that rests on all that is cited."""
        numbers = tuple(one.number for one in self.citations)
        self.sentences.insert(0, Sentence(text, numbers, Verdict.SUPPORTED, form=SentenceForm.ROW))

    def _cite(self, hit: Hit, start: int, end: int) -> Citation:
        citation = Citation(len(self.citations) + 1, hit, start, end)
        self.citations.append(citation)
        return citation


def named(brief: BriefRef) -> str:
    """Return "Title (number)"."""
    return f"{brief.title} ({brief.number})" if brief.number else brief.title


def heading_of(brief: BriefRef) -> str:
    """Return "Title (number), 12 March 2024", which stands above what a brief says."""
    return f"{named(brief)}, {said_date(brief.date)}"


def row_of(brief: BriefRef, *, with_version: bool = False) -> str:
    """Return the row of a brief in the catalogue."""
    return row_text(
        brief.title,
        brief.number,
        brief.date,
        "; ".join(brief.authors),
        brief.version if with_version else None,
    )


def row_text(
    title: str, number: str | None, date: str | None, authors: str | None, version: int | None
) -> str:
    """Return a row of the catalogue by what is known of a brief."""
    parts = [
        f"{title} ({number})" if number else title,
        f"version {version}" if version else "",
        said_date(date),
        authors or "no author stated",
    ]
    return ", ".join(part for part in parts if part)


def is_row_of(text: str, brief: Mapping[str, Any]) -> bool:
    """Return whether a text is the row of a brief, given as the JSON contract has it."""
    known = (brief["title"], brief["number"], brief["date"], brief["author"])
    return text in {row_text(*known, None), row_text(*known, brief["version"])}


def count_line(count: int, what: str = "brief") -> str:
    """Return the line that answers how many there are: "3 briefs."."""
    return f"{count:,} {what}{'' if count == 1 else 's'}."


def counted_in(text: str) -> int | None:
    """Return the number that such a line gives, None for another text."""
    found = re.fullmatch(r"([\d,]+) \w+\.", text)
    return int(found[1].replace(",", "")) if found else None


def more_line(others: Sequence[BriefRef], what: str = "more") -> str:
    """Return a note on briefs that are not shown: "2 more: …"."""
    listed = "; ".join(f"{one.title}, {one.date or 'no date'}" for one in others[:5])
    rest = " …" if len(others) > 5 else ""
    return f"{len(others):,} {what}: {listed}{rest}"


def telling(
    topic: str,
    weights: Mapping[str, float],
    groups: Sequence[Sequence[Hit]],
    library: Library,
    *,
    most: int = 2,
    enough: float = 0.0,
    bonus: Callable[[Quotable], float],
) -> list[list[Told]]:
    """Return of each group of hits its most telling sentences on a topic, in order of text.

    A sentence must say `enough` of the topic's weight; `bonus` gives what else speaks for one.
    """
    hits = [hit for group in groups for hit in group]
    found = [one for one in candidates(hits) if is_telling(one)]
    seen = look(topic, hits, found, library)
    bounds = np.cumsum([0, *map(len, groups)])
    chosen = []
    for first, end in pairwise(bounds.tolist()):
        worth = {
            at: float(seen.cosines[at]) + _worth(one, weights) + bonus(one)
            for at, one in enumerate(found)
            if first <= one.rank < end and _covers(one, weights) >= enough
        }
        best = _best(found, worth, seen.vectors, most)
        chosen.append([Told(found[at], float(seen.cosines[at])) for at in best])
    return chosen


def leads(one: Quotable) -> float:
    """Return what speaks for a sentence by its place: the first of a brief says what it is on."""
    return LEADS if one.hit.passage.ordinal == 0 and one.core == 0 else 0.0


def is_telling(one: Quotable) -> bool:
    """Return whether a sentence can stand by itself in a list of points."""
    if one.is_row or one.penalty >= UNFIT - 0.1 or len(words(one.sentence)) < LEAST_WORDS:
        return False
    first = next((char for char in one.text if char.isalnum()), "")
    said = bare(one.sentence)
    points_back = one.start == one.core and _POINTS_BACK.match(said)
    cut = points_back or first.islower() or _CUT.search(said) or not said.endswith(_ENDINGS)
    title = len(words(said)) < SHORT and not has_verb(said)
    return not (cut or title) and one.hit.passage.kind != "footnote"


def _covers(one: Quotable, weights: Mapping[str, float]) -> float:
    return share(weights, said(weights, one.text)) if weights else 0.0


def _worth(one: Quotable, weights: Mapping[str, float]) -> float:
    return SAYS_TOPIC * _covers(one, weights) - PENALTY * one.penalty


def _best(
    found: Sequence[Quotable], worth: Mapping[int, float], vectors: NDArray[np.float32], most: int
) -> list[int]:
    order = sorted(worth, key=lambda at: (-worth[at], at))
    kept: list[int] = []
    for at in order:
        if len(kept) == most or (kept and worth[at] < worth[kept[0]] - NEXT):
            break
        again = any(
            found[at].overlaps(found[other]) or float(vectors[at] @ vectors[other]) > REPEAT
            for other in kept
        )
        if not again:
            kept.append(at)
    return sorted(kept, key=lambda at: _place(found[at]))


def _place(one: Quotable) -> int:
    return one.hit.passage.start + one.start


def hits_of(brief: BriefRef, passages: Iterable[tuple[str, Passage]]) -> list[Hit]:
    """Return passages of a brief version as hits without scores."""
    return [Hit(name, passage, brief, 0.0, 0.0, 0.0) for name, passage in passages]


def passages_of(library: Library, brief: BriefRef) -> list[Hit]:
    """Return all passages of a brief's version in order, as hits without scores."""
    return hits_of(brief, library.passages(library.brief(brief.id, brief.version)))


def _title_line(brief: Brief, library: Library) -> tuple[Hit, int, int]:
    """Return the title line of a brief as a hit, and its place; else its first sentence."""
    line = brief.text.split("\n", 1)[0]
    if line.strip() and " ".join(line.split()) == " ".join(brief.title.split()):
        passage = Passage(0, 0, len(line), line, page=brief.page_at(0), kind="title")
        name = f"{brief.id}.{brief.version}.title"
        return Hit(name, passage, brief.reference, 0.0, 0.0, 0.0), 0, len(line)
    name, passage = library.passages(brief)[0]
    start, end = split(passage.text)[0]
    hit = Hit(name, passage, brief.reference, 0.0, 0.0, 0.0)
    return hit, passage.start + start, passage.start + end
