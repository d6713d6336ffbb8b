"""Gather all that is known of one answer: a library and an id in, one JSON object out.

What it rested on, what the checks say of it now, what became of the briefs it cites, and what was
recorded of it further. Nothing is recorded.
"""

from collections.abc import Iterable, Mapping
from typing import Any

from bot.audit import opinions, running
from bot.audit.changed import became
from bot.audit.findings import Finding
from bot.audit.judgements import read as judgement
from bot.audit.register import Register
from bot.audit.shelf import Shelf, Version
from bot.ledger import Entry, Kind, Ledger
from index.storage.database import Database

Json = Mapping[str, Any]
_KEPT = (
    "answered", "off_topic", "mode", "model", "confidence", "period", "settings", "generation",
    "fingerprint", "notes", "seconds",
)  # fmt: skip


def whole(database: Database, answer_id: str) -> dict[str, Any]:
    """Return everything about an answer; NotFound where there is none."""
    ledger, register = Ledger(database), Register(database)
    entry = ledger.get(answer_id)
    register.catch_up()
    row = register.get(answer_id)
    shelf = Shelf(database)
    body = entry.body
    found = running.check(body, shelf)
    further = ledger.further(answer_id)
    return {
        "answer_id": answer_id,
        "seq": entry.seq,
        "created_at": entry.created_at,
        "hash": entry.hash,
        "private": None if entry.private is None else dict(entry.private),
        **{key: body.get(key) for key in _KEPT},
        "sentences": [{"number": number, **one} for number, one in enumerate(body["sentences"], 1)],
        "withheld": body.get("withheld", []),
        "citations": [_citation(one, shelf) for one in body["citations"]],
        "nearest": body["nearest"],
        "hits": body.get("hits", []),
        "findings": [finding_json(one) for one in found],
        "risk": row.risk,
        "checked_at": row.checked_at,
        **_further(further),
    }


def finding_json(one: Finding) -> dict[str, Any]:
    """Return the object of one finding."""
    return {
        "kind": str(one.kind),
        "severity": str(one.severity),
        "detail": one.detail,
        "sentence": one.sentence,
        "citation": one.citation,
        "evidence": dict(one.evidence),
    }


def _citation(one: Json, shelf: Shelf) -> dict[str, Any]:
    brief = one["brief"]
    cited = brief.get("version", 1)
    versions = shelf.versions(brief["id"])
    return {
        **one,
        "today": _today(one, shelf),
        "later_versions": [_version(each) for each in versions if each.version > cited],
    }


def _today(one: Json, shelf: Shelf) -> dict[str, Any]:
    """Return what has become of the words quoted."""
    brief = one["brief"]
    current = shelf.current(brief["id"])
    if current is None:
        return {"state": "withdrawn", "version": None}
    if current.version == brief.get("version", 1):
        return {"state": "unchanged", "version": current.version}
    text = shelf.text(current.brief_id, current.version)
    changed = became(one["quote"], text.text, text.run) if text else None
    if changed is None:
        return {"state": "superseded", "version": current.version}
    return {
        "state": "corrected",
        "version": current.version,
        "now": changed.new,
        "changed": [[each.old, each.new] for each in changed.changes],
        "detail": str(changed),
    }


def _version(one: Version) -> dict[str, Any]:
    return {
        "version": one.version,
        "state": one.state,
        "date": one.date,
        "edition": one.edition,
        "title": one.title,
        "added_at": one.added_at.isoformat(timespec="seconds"),
    }


def _further(entries: Iterable[Entry]) -> dict[str, list[dict[str, Any]]]:
    """Return what was recorded of an answer after it, by its kind."""
    found: dict[str, list[dict[str, Any]]] = {
        "posted": [], "feedback": [], "judgements": [], "opinions": [], "forgotten": [],
    }  # fmt: skip
    for entry in entries:
        if entry.kind is Kind.JUDGEMENT:
            found["judgements"].append(_plain(judgement(entry)))
        elif entry.kind is Kind.OPINION:
            found["opinions"].append(_plain(opinions.read(entry)))
        else:
            name = {Kind.POSTED: "posted", Kind.FEEDBACK: "feedback"}.get(entry.kind, "forgotten")
            found[name].append(_record(entry))
    return found


def _plain(one: Any) -> dict[str, Any]:
    return {key: value for key, value in vars(one).items() if key != "answer_id"}


def _record(entry: Entry) -> dict[str, Any]:
    """Return a record's own words: without what the chain says of it."""
    chain = {"answer_id", "created_at", "record_id", "record_kind", "private_sha256"}
    said = {key: value for key, value in entry.body.items() if key not in chain}
    return {"at": entry.created_at, **said, **(entry.private or {})}
