"""The register of answers: what the ledger holds, made searchable. Derived, and rebuilt from it.

Rows for each answer and each citation are written from the ledger's records when they are first
needed (`catch_up`), findings by `briefs audit run`. Nothing that a person typed is copied into it.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from bot.audit.findings import Finding
from bot.audit.selection import Order, Selection
from index.database import Database


@dataclass(frozen=True)
class Row:
    """One answer as lists show it."""

    answer_id: str
    seq: int
    created_at: str  # UTC, ISO 8601
    question: str | None  # as it reads without its conversation; None once it was forgotten
    asker: str | None
    place: str | None
    answered: bool
    mode: str
    model: str | None
    confidence: float
    risk: float  # in [0, 1], of the last check; of what the record alone says before the first
    checked_at: str | None  # when it was last checked
    findings: tuple[tuple[str, str], ...]  # (kind, severity), the worst first
    judgements: int  # sentences that an editor judged
    complaints: int  # readers who said that it was bad


@dataclass(frozen=True)
class Use:
    """A citation that rests on a brief."""

    answer_id: str
    created_at: str
    citation: int
    brief_id: str
    version: int
    paragraph: int
    passage_sha256: str
    quote: str


class Register:
    """The register of one library's answers."""

    def __init__(self, database: Database) -> None:
        """Remember the database; the tables are made when first needed."""

    def catch_up(self) -> int:
        """Take in what the ledger has got since the last time; return how many records."""
        raise NotImplementedError

    def answers(
        self,
        selection: Selection,
        order: Order = Order.RISK,
        *,
        limit: int | None = None,
        offset: int = 0,
    ) -> list[Row]:
        """Return the answers that pass, without a limit all of them."""
        raise NotImplementedError

    def count(self, selection: Selection) -> int:
        """Return how many answers pass."""
        raise NotImplementedError

    def findings(self, answer_id: str) -> list[Finding]:
        """Return what the last check found, the worst first."""
        raise NotImplementedError

    def uses(self, brief: str, paragraph: int | None = None) -> list[Use]:
        """Return the citations of a brief, by id or report number, the newest answer first."""
        raise NotImplementedError

    def keep(self, answer_id: str, findings: Sequence[Finding]) -> None:
        """Record what a check found in place of what the check before it found."""
        raise NotImplementedError
