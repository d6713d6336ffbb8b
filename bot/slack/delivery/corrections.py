"""Find the answers whose quoted words are no longer what their briefs say.

In: the library of now and the ledger. Out: corrections by answer. Knows nothing of who asked.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import select

from bot.audit import brief_changes
from bot.audit.brief_versions import BriefVersions
from bot.audit.findings import Finding, FindingKind
from bot.audit.register import Register
from bot.audit.register_tables import audit_answers, audit_citations
from bot.ledger.ledger import Ledger
from index.errors import NotFound
from index.storage.database import Database

WITHDRAWN = 0  # stands for a version where there is none any more


@dataclass(frozen=True)
class Correction:
    """What became of the words that one answer quotes from one brief."""

    answer_id: str
    brief_id: str
    version: int  # the one that stands now; WITHDRAWN for none
    title: str
    collections: frozenset[str]  # those that the brief was and is in
    citations: tuple[int, ...]
    changed: tuple[tuple[str, str], ...] = ()  # what was quoted, and what stands now; "" if nothing

    @property
    def key(self) -> tuple[str, str, int]:
        """What is told of once."""
        return self.answer_id, self.brief_id, self.version


def changed_briefs(database: Database, since: str, shelf: BriefVersions) -> dict[str, int]:
    """Return the briefs cited since a moment that are not what they were, and what stands now."""
    Register(database).catch_up()
    answers, citations = audit_answers.c, audit_citations.c
    query = (
        select(citations.brief_id)
        .join(audit_answers, answers.seq == citations.answer_seq)
        .where(answers.created_at >= since)
        .distinct()
    )
    with database.read() as connection:
        cited = connection.scalars(query).all()
    found = {}
    for brief_id in cited:
        current = shelf.current(brief_id)
        if current is None or len(shelf.versions(brief_id)) > 1:
            found[brief_id] = current.version if current else WITHDRAWN
    return found


def find(
    database: Database, briefs: Iterable[str], since: str, shelf: BriefVersions
) -> dict[str, list[Correction]]:
    """Return the corrections by answer, of answers given since a moment (UTC, ISO 8601)."""
    register, ledger = Register(database), Ledger(database)
    uses = [use for brief in briefs for use in register.uses(brief) if use.created_at >= since]
    found = {}
    for answer_id in dict.fromkeys(use.answer_id for use in uses):
        try:
            body = ledger.get(answer_id).body
        except NotFound:
            continue
        if corrections := _of(answer_id, body, shelf):
            found[answer_id] = corrections
    return found


def _of(answer_id: str, body: Mapping[str, Any], shelf: BriefVersions) -> list[Correction]:
    """Return what of an answer no longer holds, a line for each brief."""
    by_brief: dict[str, list[Finding]] = {}
    for finding in brief_changes.check_versions(body, shelf):
        if finding.kind in (FindingKind.CORRECTED, FindingKind.WITHDRAWN):
            by_brief.setdefault(str(finding.evidence["brief_id"]), []).append(finding)
    return [_correction(answer_id, body, brief, ones, shelf) for brief, ones in by_brief.items()]


def _correction(
    answer_id: str, body: Mapping[str, Any], brief_id: str, findings: Sequence[Finding],
    shelf: BriefVersions,
) -> Correction:  # fmt: skip
    cited = [one for one in body["citations"] if one["brief"]["id"] == brief_id]
    gone = findings[0].kind is FindingKind.WITHDRAWN
    current = shelf.current(brief_id)
    numbers = (
        findings[0].evidence["citations"] if gone else sorted(one.citation or 0 for one in findings)
    )
    return Correction(
        answer_id,
        brief_id,
        WITHDRAWN if gone else int(findings[0].evidence["now"]),
        cited[0]["brief"]["title"],
        frozenset({one["brief"]["collection"] for one in cited})
        | ({current.collection} if current else frozenset()),
        tuple(numbers),
        () if gone else _changed(findings),
    )


def _changed(findings: Sequence[Finding]) -> tuple[tuple[str, str], ...]:
    """Return the quotations that read otherwise now."""
    pairs = [(str(one.evidence["old"]), str(one.evidence["new"])) for one in findings]
    return tuple(dict.fromkeys(pairs))
