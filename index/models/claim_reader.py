"""The claim reader: a claim and its evidence in, how likely it follows from it out.

A cross-encoder of our own (index/models/joint_network.py), trained from the reader on claims; its
card is docs/reader.md. It tells what rules cannot: whether other words say the same.
"""

import logging
import threading
from collections.abc import Sequence
from functools import cached_property, lru_cache
from pathlib import Path
from typing import Any

from index.models.joint_network import CLS, SEP, Given, JointNetwork, ids_of

WEIGHTS = Path(__file__).parent / "weights" / "claims.safetensors"
LONGEST_CLAIM, LONGEST_PIECE, LONGEST_EVIDENCE = 60, 70, 190  # tokens
CLAIM, EVIDENCE, SHARED, SHARED_THERE = range(4)  # parts of the input
REMEMBERED = 1_000  # claims read lately

logger = logging.getLogger(__name__)


def pair_ids(tokenizer: Any, claim: str, pieces: Sequence[str]) -> tuple[Given, Given]:
    """Return [CLS] claim [SEP], and [CLS] sentence [SEP] sentence [SEP] …, as much as has room.

    Tokens that both have are a part of the input of their own: what is left is what may differ.
    """
    mine = [CLS, *ids_of(tokenizer, claim)[:LONGEST_CLAIM], SEP]
    theirs = [CLS]
    for piece in pieces:
        theirs += [*ids_of(tokenizer, piece)[:LONGEST_PIECE], SEP]
    theirs = theirs[:LONGEST_EVIDENCE]
    both = (set(mine) & set(theirs)) - {CLS, SEP}
    return (
        (mine, [SHARED if one in both else CLAIM for one in mine]),
        (theirs, [SHARED_THERE if one in both else EVIDENCE for one in theirs]),
    )


class ClaimReader:
    """The shipped network, loaded when a claim is first read. Safe to share between threads."""

    def __init__(self, weights: Path = WEIGHTS) -> None:
        """`weights` are those of `bench.reader.shipping`."""
        self._path = weights
        self._lock = threading.Lock()

    def logit(self, claim: str, pieces: Sequence[str]) -> float | None:
        """Return how far a claim follows from sentences; None where no network can run."""
        with self._lock:
            if self._network is None:
                return None
            mine, theirs = pair_ids(self._network.tokenizer, claim, pieces)
            made = self._network.run(mine, [theirs])
            return float(made[0])

    @cached_property
    def _network(self) -> JointNetwork | None:
        try:
            return JointNetwork(self._path, None)
        except Exception as error:  # whatever fails in an accelerator, the rules still check
            reason = (str(error).strip() or type(error).__name__).splitlines()[0]
            logger.warning("claims are checked by rules alone, the network cannot run: %s", reason)
            return None


@lru_cache(maxsize=REMEMBERED)
def logit(claim: str, pieces: tuple[str, ...]) -> float | None:
    """Return what the claim reader of this process says; see `ClaimReader.logit`."""
    return _reader().logit(claim, pieces)


@lru_cache(maxsize=1)
def _reader() -> ClaimReader:
    return ClaimReader()
