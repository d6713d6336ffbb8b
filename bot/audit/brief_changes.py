"""What became of the briefs that answers cite: findings of an answer, answers that changes affect.

A cited brief is unchanged (no finding); corrected, if the quoted words differ in the current
version; superseded, if they are unchanged in a newer version or the publisher has a newer edition;
or withdrawn. What was already so when the answer was given is no finding.
"""

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from bot.audit import text_diff
from bot.audit.brief_versions import BriefVersions, StoredVersion
from bot.audit.findings import Finding, FindingKind, finding, worst_first
from bot.audit.register import Register
from bot.audit.text_diff import Became, became
from bot.ledger.tables import ledger
from index.library import Library
from index.storage.database import retried
from ingest.affected import AffectedAnswers, BriefChange

Json = Mapping[str, Any]
SPARE = timedelta(seconds=60)  # an answer may have searched just before a version was stored


def check_versions(body: Json, versions: BriefVersions) -> list[Finding]:
    """Return what has become of the briefs that an answer cites; [] if nothing changed."""
    begun = _begun(body)
    found: list[Finding] = []
    for (brief_id, version), citations in _by_version(body).items():
        current = versions.current(brief_id)
        if current is None:
            found.append(_withdrawn(brief_id, version, citations, versions))
        elif current.version != version:
            if current.added_at >= begun:
                found += _newer(current, version, citations, versions)
        elif edition := _edition(current, begun, versions):
            found.append(_superseded(edition, version, citations, "the publisher's newer edition"))
    return worst_first(found)


def _begun(body: Json) -> datetime:
    """Return a moment before the answer's search began."""
    took = timedelta(seconds=sum(body.get("seconds", {}).values()))
    return datetime.fromisoformat(body["created_at"]) - took - SPARE


def _by_version(body: Json) -> dict[tuple[str, int], list[Json]]:
    found: dict[tuple[str, int], list[Json]] = {}
    for one in body["citations"]:
        found.setdefault((one["brief"]["id"], one["brief"].get("version", 1)), []).append(one)
    return found


def _withdrawn(
    brief_id: str, version: int, citations: list[Json], versions: BriefVersions
) -> Finding:
    why = "was withdrawn" if versions.versions(brief_id) else "is not in the library"
    return finding(
        FindingKind.WITHDRAWN,
        f"“{citations[0]['brief']['title']}” {why}",
        citation=citations[0]["number"],
        evidence={
            "brief_id": brief_id,
            "version": version,
            "citations": [one["number"] for one in citations],
        },
    )


def _newer(
    current: StoredVersion, version: int, citations: list[Json], versions: BriefVersions
) -> Iterator[Finding]:
    text = versions.text(current.brief_id, current.version)
    if text is None:
        return
    unchanged = []
    for one in citations:
        changed = became(one["quote"], text.text, text.run)
        if changed is None:
            unchanged.append(one)
        else:
            yield _corrected(changed, current, version, one)
    if unchanged:
        yield _superseded(current, version, unchanged, "a newer version")


def _corrected(changed: Became, current: StoredVersion, version: int, citation: Json) -> Finding:
    return finding(
        FindingKind.CORRECTED,
        f"“{current.title}” was changed: {changed}",
        citation=citation["number"],
        evidence={
            "brief_id": current.brief_id,
            "version": version,
            "now": current.version,
            "old": changed.old,
            "new": changed.new,
            "changed": [[change.old, change.new] for change in changed.changes],
        },
    )


def _superseded(now: StoredVersion, version: int, citations: list[Json], what: str) -> Finding:
    title = citations[0]["brief"]["title"]
    return finding(
        FindingKind.SUPERSEDED,
        f"of “{title}” there is {what}; the words quoted still stand"
        if now.brief_id == citations[0]["brief"]["id"]
        else f"of “{title}” there is {what}: “{now.title}”, {now.date or 'no date'}",
        citation=citations[0]["number"],
        evidence={
            "brief_id": now.brief_id,
            "version": version,
            "now": now.version,
            "citations": [one["number"] for one in citations],
        },
    )


def _edition(
    cited: StoredVersion, begun: datetime, versions: BriefVersions
) -> StoredVersion | None:
    """Return a later issue, added since, of the brief with the same report number."""
    if not cited.number:
        return None
    later = [
        one
        for one in versions.numbered(cited.collection, cited.number)
        if one.brief_id != cited.brief_id and one.added_at >= begun and _is_later(one, cited)
    ]
    return max(later, key=lambda one: one.added_at, default=None)


def _is_later(one: StoredVersion, than: StoredVersion) -> bool:
    editions = (one.edition or "", than.edition or "")
    if all(map(str.isdigit, editions)) and editions[0] != editions[1]:
        return int(editions[0]) > int(editions[1])
    return bool(one.date and than.date and one.date > than.date)


# The report of an ingest


@retried
def resting(library: Library, changes: Sequence[BriefChange]) -> list[AffectedAnswers]:
    """Return the answers that cite briefs which were replaced or withdrawn.

    Those that quote changed words come first; of a withdrawn brief that is all of them.
    """
    with library.database.read() as connection:
        if not connection.dialect.has_table(connection, ledger.name):
            return []
    register = Register(library.database)
    register.catch_up()
    found = []
    for change in changes:
        uses = register.uses(change.brief_id)
        changed = _changed({use.quote for use in uses}, change.text)
        quoting = dict.fromkeys(use.answer_id for use in uses if use.quote in changed)
        if uses:
            answers = dict.fromkeys((*quoting, *(use.answer_id for use in uses)))
            found.append(
                AffectedAnswers(
                    change.brief_id, change.title, change.withdrawn, tuple(answers), len(quoting)
                )
            )
    return found


def _changed(quotes: set[str], new_text: str | None) -> set[str]:
    """Return the quotations that a brief's new text no longer has; None has none of them."""
    if new_text is None:
        return quotes
    run = text_diff.run(new_text)
    return {quote for quote in quotes if became(quote, new_text, run) is not None}
