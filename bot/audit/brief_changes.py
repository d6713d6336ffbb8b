"""Hold an answer against the library of today: its record and a shelf in, findings out.

Of each brief cited: unchanged (no finding), corrected where the words quoted are others in the
version that stands now, superseded where they still stand in a newer version or the publisher has a
newer edition, withdrawn. What was so when the answer was given is no news and no finding.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from bot.audit import findings, text_diff
from bot.audit.brief_versions import BriefVersions, StoredVersion
from bot.audit.findings import Finding, FindingKind
from bot.audit.register import Register, Use
from bot.audit.text_diff import Became, became
from bot.ledger_tables import ledger
from index.database import Database
from index.library import Library
from ingest.resting import Change, Resting

Json = Mapping[str, Any]
SPARE = timedelta(seconds=60)  # an answer may have searched before a version that was stored then


def check_versions(body: Json, shelf: BriefVersions) -> list[Finding]:
    """Return what has become of the briefs that an answer cites; [] where nothing has."""
    begun = _begun(body)
    found: list[Finding] = []
    for (brief_id, version), citations in _by_version(body).items():
        current = shelf.current(brief_id)
        if current is None:
            found += _gone(brief_id, version, citations, shelf)
        elif current.version != version:
            if current.added_at >= begun:
                found += _newer(current, version, citations, shelf)
        elif edition := _edition(current, begun, shelf):
            found.append(_superseded(edition, version, citations, "the publisher's newer edition"))
    return findings.worst_first(found)


def _begun(body: Json) -> datetime:
    """Return a moment before the answer's search began."""
    took = timedelta(seconds=sum(body.get("seconds", {}).values()))
    return datetime.fromisoformat(body["created_at"]) - took - SPARE


def _by_version(body: Json) -> dict[tuple[str, int], list[Json]]:
    """Return the citations of each version cited."""
    found: dict[tuple[str, int], list[Json]] = {}
    for one in body["citations"]:
        found.setdefault((one["brief"]["id"], one["brief"].get("version", 1)), []).append(one)
    return found


def _gone(
    brief_id: str, version: int, citations: list[Json], shelf: BriefVersions
) -> Iterator[Finding]:
    title = citations[0]["brief"]["title"]
    known = shelf.versions(brief_id)
    why = "was withdrawn" if known else "is not in the library"
    yield findings.finding(
        FindingKind.WITHDRAWN,
        f"“{title}” {why}",
        citation=citations[0]["number"],
        evidence={
            "brief_id": brief_id,
            "version": version,
            "citations": [one["number"] for one in citations],
        },
    )


def _newer(
    current: StoredVersion, version: int, citations: list[Json], shelf: BriefVersions
) -> Iterator[Finding]:
    text = shelf.text(current.brief_id, current.version)
    if text is None:
        return
    standing = []
    for one in citations:
        changed = became(one["quote"], text.text, text.run)
        if changed is None:
            standing.append(one)
        else:
            yield _corrected(changed, current, version, one)
    if standing:
        yield _superseded(current, version, standing, "a newer version")


def _corrected(changed: Became, current: StoredVersion, version: int, citation: Json) -> Finding:
    return findings.finding(
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
    return findings.finding(
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


def _edition(cited: StoredVersion, begun: datetime, shelf: BriefVersions) -> StoredVersion | None:
    """Return a brief that carries the same report number, came since and is of a later issue."""
    if not cited.number:
        return None
    later = [
        one
        for one in shelf.numbered(cited.collection, cited.number)
        if one.brief_id != cited.brief_id and one.added_at >= begun and _is_later(one, cited)
    ]
    return max(later, key=lambda one: one.added_at, default=None)


def _is_later(one: StoredVersion, than: StoredVersion) -> bool:
    editions = (one.edition or "", than.edition or "")
    if all(map(str.isdigit, editions)) and editions[0] != editions[1]:
        return int(editions[0]) > int(editions[1])
    return bool(one.date and than.date and one.date > than.date)


@dataclass(frozen=True)
class Affected:
    """An answer whose quoted words are no longer what its brief says."""

    answer_id: str
    created_at: str  # UTC, ISO 8601
    citations: tuple[int, ...]  # the numbers of those that changed
    became: tuple[Became, ...]  # of each; empty where the brief was withdrawn


def affected(
    database: Database, brief_id: str, old_version: int | None, new_text: str | None
) -> list[Affected]:
    """Return the answers that quote what a brief no longer says, the newest first.

    `old_version` is the one that was replaced; None looks at answers from any. `new_text` is what
    the brief says now; None where it was withdrawn: then all that cite it are affected.
    """
    register = Register(database)
    register.catch_up()
    uses = [use for use in register.uses(brief_id) if old_version in (None, use.version)]
    return _affected(uses, new_text)


def resting(library: Library, changes: Sequence[Change]) -> list[Resting]:
    """Return how many answers, and which, rest on briefs that were replaced or withdrawn."""
    if not _has_answers(library.database):
        return []
    register = Register(library.database)
    register.catch_up()
    found = []
    for change in changes:
        uses = register.uses(change.brief_id)
        ids = list(dict.fromkeys(use.answer_id for use in uses))
        if ids:
            changed = [one.answer_id for one in _affected(uses, change.text)]
            first = dict.fromkeys((*changed, *ids))
            found.append(
                Resting(change.brief_id, change.title, change.withdrawn, tuple(first), len(changed))
            )
    return found


def _affected(uses: Sequence[Use], new_text: str | None) -> list[Affected]:
    by_answer: dict[str, list[Use]] = {}
    for use in uses:
        by_answer.setdefault(use.answer_id, []).append(use)
    turned = _turned({use.quote for use in uses}, new_text)
    found = []
    for answer_id, cited in by_answer.items():
        changed = [use for use in cited if use.quote in turned]
        if changed:
            now = [turned[use.quote] for use in changed]
            found.append(
                Affected(
                    answer_id,
                    changed[0].created_at,
                    tuple(use.citation for use in changed),
                    tuple(one for one in now if one is not None),
                )
            )
    return found


def _turned(quotes: set[str], new_text: str | None) -> Mapping[str, Became | None]:
    """Return what became of the quotations that do not stand any more."""
    if new_text is None:
        return dict.fromkeys(quotes)
    run = text_diff.run(new_text)
    found = {quote: became(quote, new_text, run) for quote in quotes}
    return {quote: one for quote, one in found.items() if one is not None}


def _has_answers(database: Database) -> bool:
    with database.read() as connection:
        return connection.dialect.has_table(connection, ledger.name)
