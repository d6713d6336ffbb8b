"""Which answers: the filters of `briefs audit` and of the desk. No I/O."""

from dataclasses import dataclass
from enum import StrEnum


class Order(StrEnum):
    """In which order answers come."""

    RISK = "risk"  # the riskiest first, then the newest
    TIME = "time"  # the newest first


@dataclass(frozen=True)
class Selection:
    """Filters that all have to pass; None lets everything pass.

    `since` and `until` are ISO days (UTC), inclusive. `brief` is an id or report number, perhaps
    with `#p4` for a paragraph. `text` are words that question or answer hold. `sample` takes that
    many at random, the same ones for one `seed`.
    """

    since: str | None = None
    until: str | None = None
    channel: str | None = None  # a Slack channel's id
    asker: str | None = None
    brief: str | None = None
    mode: str | None = None  # "extractive", "written"
    answered: bool | None = None
    finding: str | None = None  # a findings.Kind, or a findings.Severity: at least that
    judged: bool | None = None
    text: str | None = None
    sample: int | None = None
    seed: int = 0
