"""Hold an answer against the library of today: its record and a shelf in, findings out.

Of each brief cited: unchanged (no finding), corrected where the words quoted are others in the
version that stands now, superseded where they still stand in a newer version or the publisher has a
newer edition, withdrawn. What was so when the answer was given is no news and no finding.
"""

from collections.abc import Iterator, Mapping
from datetime import datetime, timedelta
from typing import Any

from bot.audit import severities
from bot.audit.changed import Became, became
from bot.audit.findings import Finding, Kind
from bot.audit.shelf import Shelf, Version

Json = Mapping[str, Any]
SPARE = timedelta(seconds=60)  # an answer may have searched before a version that was stored then


def check(body: Json, shelf: Shelf) -> list[Finding]:
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
    return severities.worst_first(found)


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


def _gone(brief_id: str, version: int, citations: list[Json], shelf: Shelf) -> Iterator[Finding]:
    title = citations[0]["brief"]["title"]
    known = shelf.versions(brief_id)
    why = "was withdrawn" if known else "is not in the library"
    yield severities.finding(
        Kind.WITHDRAWN,
        f"“{title}” {why}",
        citation=citations[0]["number"],
        evidence={
            "brief_id": brief_id,
            "version": version,
            "citations": [one["number"] for one in citations],
        },
    )


def _newer(
    current: Version, version: int, citations: list[Json], shelf: Shelf
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


def _corrected(changed: Became, current: Version, version: int, citation: Json) -> Finding:
    return severities.finding(
        Kind.CORRECTED,
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


def _superseded(now: Version, version: int, citations: list[Json], what: str) -> Finding:
    title = citations[0]["brief"]["title"]
    return severities.finding(
        Kind.SUPERSEDED,
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


def _edition(cited: Version, begun: datetime, shelf: Shelf) -> Version | None:
    """Return a brief that carries the same report number, came since and is of a later issue."""
    if not cited.number:
        return None
    later = [
        one
        for one in shelf.numbered(cited.collection, cited.number)
        if one.brief_id != cited.brief_id and one.added_at >= begun and _is_later(one, cited)
    ]
    return max(later, key=lambda one: one.added_at, default=None)


def _is_later(one: Version, than: Version) -> bool:
    editions = (one.edition or "", than.edition or "")
    if all(map(str.isdigit, editions)) and editions[0] != editions[1]:
        return int(editions[0]) > int(editions[1])
    return bool(one.date and than.date and one.date > than.date)
