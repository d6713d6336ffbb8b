"""A brief that has been read and cut, and waits to be placed and published."""

import hashlib
import re
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from index.passage import Brief, Passage, Source

SHINGLE_WORDS = 5  # words a shingle; Broder, 1997, doi:10.1109/SEQUEN.1997.666900
PERMUTATIONS = 128
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
    """Return the MinHash signature of the text's word shingles, shape (PERMUTATIONS,)."""
    from datasketch import MinHash

    tokens = bare(text).split()
    count = max(1, len(tokens) - SHINGLE_WORDS + 1)
    shingles = {" ".join(tokens[at : at + SHINGLE_WORDS]) for at in range(count)}
    sketch = MinHash(num_perm=PERMUTATIONS, seed=1)
    sketch.update_batch([shingle.encode() for shingle in sorted(shingles)])
    return np.asarray(sketch.hashvalues, dtype=np.uint64).astype(np.uint32)
