"""Check stored answers, one after the other: a selection in, what was found in all out.

Each is checked from its own record and against the library of today; findings are kept in the
register as the run goes on. Memory does not grow with the number of answers.
"""

import heapq
import time
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from bot.audit import checks, severities, streams, today
from bot.audit.findings import WEIGHT, Finding, Kind, Severity
from bot.audit.register import Register
from bot.audit.rows import batched
from bot.audit.selection import Selection
from bot.audit.shelf import Shelf
from index.storage.database import Database

TOGETHER = 100  # answers whose findings are kept in one transaction

Json = Mapping[str, Any]
Tick = Callable[[int], None]


@dataclass(frozen=True, order=True)
class Risky:
    """An answer with findings, as the summary of a run lists it."""

    risk: float
    answer_id: str
    created_at: str = field(compare=False)
    findings: tuple[Finding, ...] = field(compare=False)


@dataclass
class Tally:
    """What a run found. Findings are counted one by one, answers once for a kind."""

    checked: int = 0
    flagged: int = 0  # answers with any finding
    kinds: Counter[Kind] = field(default_factory=Counter)  # findings
    answers: Counter[Kind] = field(default_factory=Counter)  # answers with a finding of the kind
    severities: Counter[Severity] = field(default_factory=Counter)  # findings
    worst: Counter[Severity] = field(default_factory=Counter)  # answers, by their worst finding
    riskiest: list[Risky] = field(default_factory=list)  # the riskiest first
    seconds: float = 0.0

    def at_least(self, severity: Severity) -> int:
        """Return how many answers have a finding of this severity or a worse one."""
        return sum(n for one, n in self.worst.items() if WEIGHT[one] >= WEIGHT[severity])

    def add(self, one: Risky, most: int) -> None:
        """Count an answer, and keep it if it is among the `most` riskiest."""
        self.checked += 1
        if not one.findings:
            return
        self.flagged += 1
        self.kinds.update(finding.kind for finding in one.findings)
        self.answers.update({finding.kind for finding in one.findings})
        self.severities.update(finding.severity for finding in one.findings)
        self.worst[one.findings[0].severity] += 1
        push = heapq.heappushpop if len(self.riskiest) >= most else heapq.heappush
        push(self.riskiest, one)


def run(
    database: Database, selection: Selection, *, most: int = 20, tick: Tick = lambda _: None
) -> Tally:
    """Check the answers that pass, keep what was found, and return it counted.

    `tick` is called with the number of answers just checked.
    """
    began = time.monotonic()
    register, shelf, tally = Register(database), Shelf(database), Tally()
    register.catch_up()
    for part in batched(register.bodies(selection), TOGETHER):
        found = {body["answer_id"]: check(body, shelf) for body in part}
        risks = register.keep_all(found)
        for body in part:
            answer_id = body["answer_id"]
            of = (answer_id, body["created_at"], tuple(found[answer_id]))
            tally.add(Risky(risks[answer_id], *of), most)
        tick(len(part))
    tally.riskiest.sort(reverse=True)
    tally.seconds = time.monotonic() - began
    return tally


def check(body: Json, shelf: Shelf) -> list[Finding]:
    """Return all that is wrong with an answer, the worst first."""
    found: Sequence[Finding] = checks.check(body, shelf)
    if not checks.unreadable(found):
        found = [*found, *streams.check(body, shelf.database), *today.check(body, shelf)]
    return severities.worst_first(found)
