"""Work out error rates with their intervals from judged sentences and answers. No I/O."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from bot.audit.intervals import wilson
from bot.audit.judgements import Judged

WRONG = frozenset({Judged.UNSUPPORTED, Judged.WRONG_SOURCE})


@dataclass(frozen=True)
class Rate:
    """So many of so many, with the 95 % interval of the share (bot/audit/intervals.py)."""

    count: int
    total: int

    @property
    def share(self) -> float | None:
        """The share in [0, 1]; None of nothing."""
        return self.count / self.total if self.total else None

    @property
    def interval(self) -> tuple[float, float] | None:
        """The 95 % Wilson interval of the share."""
        return wilson(self.count, self.total)


@dataclass(frozen=True)
class Rates:
    """Errors among what was judged.

    A faulty sentence is any that is not supported in full; a wrong one is unsupported or has the
    wrong source. An answer counts once all its sentences are judged, and is as bad as its worst.
    Sentences of one answer share their fate, so the interval over answers is the one to rely on;
    that over sentences is, if anything, too narrow.
    """

    faulty_sentences: Rate
    wrong_sentences: Rate
    faulty_answers: Rate
    wrong_answers: Rate
    begun: int  # answers of which only some sentences are judged; they are left out


def rates(words: Iterable[tuple[str, Judged]], sentences: Mapping[str, int]) -> Rates:
    """Return the rates over (answer id, the house's word on one sentence).

    `sentences` says how many sentences each answer has.
    """
    by_answer: dict[str, list[Judged]] = defaultdict(list)
    for answer_id, word in words:
        by_answer[answer_id].append(word)
    every = [word for given in by_answer.values() for word in given]
    whole = [given for one, given in by_answer.items() if len(given) == sentences[one]]
    return Rates(
        faulty_sentences=Rate(sum(map(_faulty, every)), len(every)),
        wrong_sentences=Rate(sum(word in WRONG for word in every), len(every)),
        faulty_answers=Rate(sum(any(map(_faulty, given)) for given in whole), len(whole)),
        wrong_answers=Rate(sum(bool(WRONG & set(given)) for given in whole), len(whole)),
        begun=len(by_answer) - len(whole),
    )


def _faulty(word: Judged) -> bool:
    return word is not Judged.SUPPORTED
