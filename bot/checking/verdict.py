"""What a check of a sentence finds: a verdict, and typed reasons for it."""

from dataclasses import dataclass
from enum import StrEnum


class Verdict(StrEnum):
    """What the check of a sentence against its passages found."""

    SUPPORTED = "supported"
    CHECK = "check"
    UNSUPPORTED = "unsupported"


@dataclass(frozen=True)
class Reason:
    """Why a sentence is not simply supported: a kind of the audit's contract, and what was found.

    `kind` is one of number, date, name, negation, antonym, sign, direction, quantity, modality,
    attribution, condition, cause, superlative, hedge, coverage, dangling, misattributed, stitched,
    speaker, language.
    """

    kind: str
    detail: str
