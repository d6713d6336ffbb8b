"""A brief that has been read and cut, and waits to be placed and published."""

import hashlib
import re
from dataclasses import dataclass, field
from hashlib import blake2b

import numpy as np
from numpy.typing import NDArray

from index.passage import Brief, Passage, Source

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
    rendition: Source
    given: str = "{}"  # JSON of what flags and manifest said
    signature: NDArray[np.uint32] = field(
        default_factory=lambda: np.zeros(0, np.uint32), repr=False, compare=False
    )


def passage_input(title: str, passage: Passage) -> str:
    """Return what is embedded for a passage; `index.embedder.PASSAGE_FORMAT` names this form."""
    path = " > ".join((title[:TITLE_CHARACTERS], *passage.heading))
    return "\n".join(part for part in (path, passage.context, passage.text) if part)


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
