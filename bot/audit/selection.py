"""Which answers: the filters of `briefs audit` and of the desk."""

import hashlib
import secrets
from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum


class Order(StrEnum):
    RISK = "risk"  # the riskiest first, then the newest
    TIME = "time"  # the newest first


@dataclass(frozen=True)
class Selection:
    """Filters that an answer must all pass; None lets everything pass.

    `since` and `until` are ISO days (UTC), inclusive. `brief` is an id or report number, perhaps
    with `#p4` for a paragraph. `text` are words of the question or the answer. `sample` takes that
    many at random, the same ones for the same `seed`.
    """

    since: str | None = None
    until: str | None = None
    channel: str | None = None  # a Slack channel's id
    asker: str | None = None
    brief: str | None = None
    mode: str | None = None  # "extractive", "written"
    outcome: str | None = None  # "answered", "unsure", "declined"
    kind: str | None = None  # of question
    small_talk: bool | None = None
    finding: str | None = None  # a FindingKind, or the least Severity
    judged: bool | None = None
    text: str | None = None
    sample: int | None = None
    seed: int = 0


LARGEST_SEED = 999_999  # short enough to be written into a report and typed again


def draw(answer_ids: Iterable[str], count: int, seed: int) -> list[str]:
    """Return a simple random sample without replacement, in the order drawn.

    The ids with the smallest hashes under the seed are taken (bottom-k, E. Cohen, 1997,
    doi:10.1006/jcss.1997.1534): every set of so many is as likely as every other, the order in
    which the ids come does not matter, and a larger sample begins with the smaller one.
    """
    return sorted(set(answer_ids), key=lambda answer_id: _place(answer_id, seed))[:count]


def fresh_seed() -> int:
    """Return a seed that nobody chose."""
    return secrets.randbelow(LARGEST_SEED + 1)


def _place(answer_id: str, seed: int) -> bytes:
    return hashlib.sha256(f"{seed}:{answer_id}".encode()).digest()
