"""Check stored answers: a selection in, findings into the register, a summary out.

Each answer is checked from its own record and against the library of today. Memory does not grow
with the number of answers.
"""

import heapq
import time
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from bot.audit import record_checks
from bot.audit.brief_changes import check_versions
from bot.audit.brief_versions import BriefVersions
from bot.audit.findings import WEIGHT, Finding, FindingKind, Severity, worst_first
from bot.audit.register import Register
from bot.audit.register_tables import batched
from bot.audit.selection import Selection
from index.storage.database import Database

TOGETHER = 100  # answers whose findings are stored in one transaction

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
class RunSummary:
    """What a run found. Findings are counted one by one, answers once for a kind."""

    checked: int = 0
    flagged: int = 0  # answers with any finding
    kinds: Counter[FindingKind] = field(default_factory=Counter)  # findings
    answers: Counter[FindingKind] = field(default_factory=Counter)  # with a finding of the kind
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

    def to_json(self, generation: int) -> dict[str, Any]:
        """Return the object that `briefs audit run --json` prints."""
        return {
            "checked": self.checked,
            "flagged": self.flagged,
            "generation": generation,
            "severities": {str(one): self.severities[one] for one in Severity},
            "answers_by_worst": {str(one): self.worst[one] for one in Severity},
            "kinds": {
                str(one): {"findings": self.kinds[one], "answers": self.answers[one]}
                for one in FindingKind
            },
            "riskiest": [
                {
                    "answer_id": one.answer_id,
                    "created_at": one.created_at,
                    "risk": one.risk,
                    "findings": [each.to_json() for each in one.findings],
                }
                for one in self.riskiest
            ],
            "seconds": round(self.seconds, 2),
        }

    def line(self) -> str:
        """Return how many answers were checked, and how many of them have findings."""
        answers = "1 answer" if self.checked == 1 else f"{self.checked:,} answers"
        line = f"checked {answers} in {self.seconds:.1f} s: "
        if not self.flagged:
            return f"{line}nothing found"
        worst = ", ".join(f"{self.worst[one]:,} {one}" for one in Severity if self.worst[one])
        return f"{line}{self.flagged:,} with findings ({worst})"

    def by_kind(self) -> list[tuple[str, str, str]]:
        """Return (kind, findings, answers) of the kinds found, the most frequent first."""
        return [
            (str(kind), f"{count:,}", f"{self.answers[kind]:,}")
            for kind, count in self.kinds.most_common()
        ]

    def by_severity(self) -> list[tuple[str, str, str]]:
        """Return (severity, findings, answers whose worst it is), the worst first."""
        return [(str(one), f"{self.severities[one]:,}", f"{self.worst[one]:,}") for one in Severity]


def run(
    database: Database, selection: Selection, *, most: int = 20, tick: Tick = lambda _: None
) -> RunSummary:
    """Check the answers that pass, store what was found, and return it counted.

    A run over all answers first makes the register again where it was damaged.
    `tick` is called with the number of answers just checked.
    """
    began = time.monotonic()
    register, versions, summary = Register(database), BriefVersions(database), RunSummary()
    register.restore() if selection == Selection() else register.catch_up()
    for part in batched(register.bodies(selection), TOGETHER):
        found = {body["answer_id"]: check_answer(body, versions) for body in part}
        risks = register.keep_all(found)
        for body in part:
            answer_id = body["answer_id"]
            of = (answer_id, body["created_at"], tuple(found[answer_id]))
            summary.add(Risky(risks[answer_id], *of), most)
        tick(len(part))
    summary.riskiest.sort(reverse=True)
    summary.seconds = time.monotonic() - began
    return summary


def check_answer(body: Json, versions: BriefVersions) -> list[Finding]:
    """Return all that is wrong with an answer, the worst first."""
    found: Sequence[Finding] = record_checks.check(body, versions)
    if not record_checks.unreadable(found):
        streamed = record_checks.check_streamed(body, versions.database)
        found = [*found, *streamed, *check_versions(body, versions)]
    return worst_first(found)
