"""The types that flow through the index: Brief, Passage, Hit; and Draft, a brief to publish.

All offsets are in characters of `Brief.text`, end exclusive, and exact:
`brief.text[passage.start:passage.end] == passage.text`.
"""

import hashlib
import re
from bisect import bisect_right
from dataclasses import dataclass, field, fields
from hashlib import blake2b

import numpy as np
from numpy.typing import NDArray

from index.left_out import LeftOut

# (offset, page) wherever the page changes, by offset. Not always by page: the notes at the foot of
# a page come after a paragraph that runs on to the next. () for what has no pages.
Pages = tuple[tuple[int, int], ...]


def page_at(pages: Pages, offset: int) -> int | None:
    """Return the page, from 1, on which the character at `offset` stands; None without pages."""
    if not pages:
        return None
    return pages[max(0, bisect_right(pages, offset, key=lambda entry: entry[0]) - 1)][1]


@dataclass(frozen=True)
class PageFacts:
    """What is known of a page beside its place in the file, from 1."""

    page: int
    label: str | None = None  # the number printed on it, where that is another: "iv"
    confidence: float | None = None  # of the OCR that read it, in [0, 1]; None for set text


def page_name(facts: tuple[PageFacts, ...], page: int) -> str:
    """Return what people call a page: "page 4", "page iv (4 of the file), read by OCR (87 %)"."""
    known = next((each for each in facts if each.page == page), PageFacts(page))
    name = f"page {known.label} ({page} of the file)" if known.label else f"page {page}"
    if known.confidence is None:
        return name
    return f"{name}, read by OCR ({known.confidence:.0%} sure)"


@dataclass(frozen=True)
class Rendition:
    """One document that a brief version was read from (a rendition)."""

    location: str  # path or URL
    media_type: str  # "text/markdown", "application/pdf", ...
    sha256: str  # of the bytes that were read


@dataclass(frozen=True)
class Brief:
    """One version of one brief, with all that is known about it; unknown things are None or ().

    `date` is an ISO date that may stop at the month or year ("2019-01", "2019"): what the document
    says, never a file time.
    """

    id: str
    version: int  # 1 is the first
    title: str
    text: str
    collection: str = "default"
    date: str | None = None
    authors: tuple[str, ...] = ()
    number: str | None = None  # report number, such as "IF10753"
    edition: str | None = None  # the publisher's own version, such as "7"
    source: str = ""  # path or URL of the rendition that `text` came from
    source_url: str | None = None  # where the public finds it
    pages: Pages = ()
    renditions: tuple[Rendition, ...] = ()
    note: str | None = None  # what a reader should know, such as a warning of the reader
    left_out: tuple[LeftOut, ...] = ()  # what its document says and no passage holds
    page_facts: tuple[PageFacts, ...] = field(default=(), repr=False)

    def page_at(self, offset: int) -> int | None:
        """Return the page, from 1, on which the character at `offset` stands."""
        return page_at(self.pages, offset)

    @property
    def reference(self) -> "BriefRef":
        """What a hit says about it."""
        return BriefRef(**{each.name: getattr(self, each.name) for each in fields(BriefRef)})


HEADER_KNOWN = "|---|"  # below the header row of a table, as markdown has it


def header_in(text: str, context: str) -> str:
    """Return the known header row of a passage with such a text and context, "" without one."""
    *above, last = context.split("\n")
    if last != HEADER_KNOWN:
        return ""
    lines = above if above and above[-1].startswith("|") else text.split("\n")
    return next((line for line in lines if line.startswith("|")), "")


@dataclass(frozen=True)
class Passage:
    """A paragraph, a bullet with its lead, or a part of one: the unit that is embedded and cited.

    `context` is what else the engines read with it: the lead of a split list, the caption and the
    header row of a split table, each a line. Where a table's header row is known HEADER_KNOWN ends
    it. Title and heading are added by the index and are not repeated in it.
    """

    ordinal: int  # position in the brief, from 0
    start: int
    end: int
    text: str
    heading: tuple[str, ...] = ()
    paragraph: int = 0  # number of the paragraph it belongs to, from 1
    page: int | None = None  # page of its first character
    context: str = ""
    kind: str = "paragraph"  # or "bullet", "table", "footnote": the block it comes from

    @property
    def header(self) -> str:
        """The row that names the columns of its rows, "" where none is known to."""
        return header_in(self.text, self.context)


@dataclass(frozen=True)
class BriefRef:
    """What a hit or a citation says about its brief: the `brief` object of the JSON contract."""

    id: str
    title: str
    date: str | None
    authors: tuple[str, ...]
    source: str
    collection: str
    version: int = 1
    number: str | None = None
    source_url: str | None = None
    pages: Pages = field(default=(), repr=False)
    page_facts: tuple[PageFacts, ...] = field(default=(), repr=False)

    def page_at(self, offset: int) -> int | None:
        """Return the page, from 1, on which the character at `offset` stands."""
        return page_at(self.pages, offset)


@dataclass(frozen=True)
class Hit:
    """A passage found for a query, with its fused score in [0, 1] and the parts of that score."""

    passage_id: str
    passage: Passage
    brief: BriefRef
    score: float
    cosine: float  # of query and passage vectors, in [-1, 1]
    bm25: float  # higher is better, 0 where no term occurs; not bounded
    also_in: tuple[str, ...] = ()  # ids of near-identical passages that this hit stands for


SHINGLE_WORDS = 5  # words a shingle; Broder, 1997, doi:10.1109/SEQUEN.1997.666900
PERMUTATIONS = 128
_HASHED_AT_ONCE = 4096  # shingles; keeps the working array at 4 MB
TITLE_CHARACTERS = 120  # of the title that go with a passage, so that they never crowd it out

_NOT_WORD = re.compile(r"[\W_]+")


@dataclass(frozen=True)
class Draft:
    """What `ingest` hands to the library: id and version of `brief` are not yet set."""

    brief: Brief
    passages: tuple[Passage, ...]
    rendition: Rendition
    given: str = "{}"  # JSON of what flags and manifest said
    signature: NDArray[np.uint32] = field(
        default_factory=lambda: np.zeros(0, np.uint32), repr=False, compare=False
    )


def split_version(brief_id: str) -> tuple[str, int | None]:
    """Return id and version of "ID" or "ID@2"."""
    head, mark, tail = brief_id.rpartition("@")
    return (head, int(tail)) if mark and tail.isdigit() else (brief_id, None)


def passage_input(title: str, passage: Passage) -> str:
    """Return what is embedded for a passage; PASSAGE_FORMAT names this form."""
    path = " > ".join((title[:TITLE_CHARACTERS], *passage.heading))
    context = " ".join(line for line in passage.context.split("\n") if line != HEADER_KNOWN)
    return "\n".join(part for part in (path, context, passage.text) if part)


def bare(text: str) -> str:
    """Return the text's letters and digits, lower-cased, single spaces between words."""
    return _NOT_WORD.sub(" ", text.lower()).strip()


def text_sha256(text: str) -> str:
    """Return the hash of the bare text: equal for texts that differ in layout alone."""
    return hashlib.sha256(bare(text).encode("utf-8", "surrogatepass")).hexdigest()


def signature(text: str) -> NDArray[np.uint32]:
    """Return the MinHash signature of the text's word shingles, shape (PERMUTATIONS,).

    The share of equal entries of two signatures estimates the share of shingles in common (Broder,
    as above); the hash family is multiply-shift (Dietzfelbinger et al., 1997,
    doi:10.1006/jagm.1997.0873).
    """
    tokens = bare(text).split()
    count = max(1, len(tokens) - SHINGLE_WORDS + 1)
    shingles = {" ".join(tokens[at : at + SHINGLE_WORDS]) for at in range(count)}
    digests = b"".join(blake2b(each.encode(), digest_size=8).digest() for each in shingles)
    hashes = np.frombuffer(digests, dtype="<u8")
    random = np.random.default_rng(1)
    factors, offsets = random.integers(1, 2**63, size=(2, PERMUTATIONS), dtype=np.uint64)
    least = np.full(PERMUTATIONS, 2**32 - 1, dtype=np.uint64)
    for begin in range(0, len(hashes), _HASHED_AT_ONCE):
        part = hashes[begin : begin + _HASHED_AT_ONCE, None]
        mixed = (part * (factors | np.uint64(1)) + offsets) >> np.uint64(32)
        least = np.minimum(least, mixed.min(axis=0))
    return least.astype(np.uint32)
