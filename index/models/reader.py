"""The reader: a question and windows of text in, how well each window answers it out.

A cross-encoder of our own (index/models/joint_network.py), whose card is docs/reader.md.
"""

import logging
import threading
from collections import OrderedDict
from collections.abc import Sequence
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np

from index.languages import ENGLISH, language
from index.models.joint_network import CLS, SEP, Array, Given, JointNetwork, ids_of
from index.models.reranker import Window

WEIGHTS = Path(__file__).parent / "weights" / "reader.safetensors"
LONGEST_QUESTION, LONGEST_SENTENCE, LONGEST_BEFORE, LONGEST_TITLE = 40, 60, 16, 22  # tokens
REMEMBERED = 512  # numbers of windows read lately
# Of its logits, taken off. So as many questions are answered as without it (docs/reader.md).
BORDER = -4.0
WEIGHT = 0.8  # of its logit beside the score of the networks; docs/reader.md

logger = logging.getLogger(__name__)


def question_ids(tokenizer: Any, question: str, longest: int = LONGEST_QUESTION) -> Given:
    """Return [CLS] question [SEP]; of one that is too long the end is kept."""
    ids = [CLS, *ids_of(tokenizer, question)[-longest:], SEP]
    return ids, [0] * len(ids)


def window_ids(tokenizer: Any, window: Window, longest: int = LONGEST_SENTENCE) -> Given:
    """Return [CLS] sentence [SEP] before [SEP] title [SEP]; empty parts are left out."""
    ids, parts = [CLS], [1]
    for part, own in (
        (1, ids_of(tokenizer, window.sentence)[:longest]),
        (2, ids_of(tokenizer, window.before)[-LONGEST_BEFORE:]),
        (3, ids_of(tokenizer, window.title)[:LONGEST_TITLE]),
    ):
        if own:
            ids += [*own, SEP]
            parts += [part] * (len(own) + 1)
    return ids, parts


class Reader:
    """The shipped reader, or one with other weights. Safe to share between threads."""

    weight = WEIGHT
    decides = True

    def __init__(self, weights: Path = WEIGHTS, cache: Path | None = None) -> None:
        """The first question loads it; `cache` is a folder for its compiled form."""
        self._path, self._cache = weights, cache
        self._lock = threading.Lock()
        self._read: OrderedDict[tuple[str, Window], float] = OrderedDict()

    def reads(self, question: str) -> bool:
        """Return whether it runs here, and a question is in its language, English, or may be."""
        with self._lock:
            return self._network is not None and language(question) == ENGLISH

    def scores(self, question: str, windows: Sequence[Window]) -> Array:
        """Return for each window how well it answers a question, a logit, shape (n,)."""
        asked = " ".join(question.split())
        with self._lock:
            new = [one for one in dict.fromkeys(windows) if (asked, one) not in self._read]
            found = {(asked, one): self._read[asked, one] for one in windows if one not in new}
            if new and self._network:
                tokenizer = self._network.tokenizer
                given = [window_ids(tokenizer, one) for one in new]
                made = self._network.run(question_ids(tokenizer, asked), given)
                found |= {(asked, one): float(score) for one, score in zip(new, made, strict=True)}
            self._read |= found
            while len(self._read) > REMEMBERED:
                self._read.popitem(last=False)
        return np.array([found[asked, one] - BORDER for one in windows], np.float32)

    @cached_property
    def _network(self) -> JointNetwork | None:
        try:
            return JointNetwork(self._path, self._cache)
        except Exception as error:  # whatever fails in an accelerator, there are answers without
            reason = (str(error).strip() or type(error).__name__).splitlines()[0]
            logger.warning("the reader cannot run (%s): answers are chosen without it", reason)
            return None
