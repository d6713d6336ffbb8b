"""Gather all that is known about one answer, as one JSON object and as lines for people.

Its evidence, what the checks say now, what became of the briefs it cites, and what people said
about it. Nothing is recorded.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from bot.answering.answer import Outcome
from bot.answering.render import HELP, NO_DATE, UNSURE, nothing_found
from bot.audit import second_opinions
from bot.audit.brief_versions import BriefVersions, StoredVersion
from bot.audit.check_run import check_answer
from bot.audit.judgements import read as judgement
from bot.audit.register import Register, RegisteredAnswer
from bot.audit.text_diff import became
from bot.language.untrusted import safe
from bot.ledger.ledger import Ledger, LedgerEntry, RecordKind
from bot.ledger.record import is_small_talk, kind_of, marked_text, outcome_of
from index.storage.database import Database

Json = Mapping[str, Any]
_COPIED = (
    "answered", "off_topic", "mode", "model", "confidence", "period", "settings", "generation",
    "fingerprint", "notes", "seconds",
)  # fmt: skip


def details(database: Database, answer_id: str) -> dict[str, Any]:
    """Return everything about an answer; NotFound where there is none."""
    ledger, register = Ledger(database), Register(database)
    entry = ledger.get(answer_id)
    register.catch_up()
    row = register.get(answer_id)
    library = BriefVersions(database)
    body = entry.body
    return {
        "answer_id": answer_id,
        "seq": entry.seq,
        "created_at": entry.created_at,
        "hash": entry.hash,
        "private": None if entry.private is None else dict(entry.private),
        "kind": kind_of(body).value,
        "outcome": outcome_of(body).value,
        "searched": body.get("searched"),
        **{key: body.get(key) for key in _COPIED},
        "sentences": [{"number": number, **one} for number, one in enumerate(body["sentences"], 1)],
        "withheld": body.get("withheld", []),
        "citations": [_citation_json(one, library) for one in body["citations"]],
        "nearest": body["nearest"],
        "hits": body.get("hits", []),
        "findings": [one.to_json() for one in check_answer(body, library)],
        "risk": row.risk,
        "risk_interval": [row.risk_low, row.risk_high],
        "verdict": row.verdict,
        "checked_at": row.checked_at,
        **_further(ledger.further(answer_id)),
    }


def _citation_json(one: Json, library: BriefVersions) -> dict[str, Any]:
    brief = one["brief"]
    cited = brief.get("version", 1)
    versions = library.versions(brief["id"])
    return {
        **one,
        "today": _today_json(one, library),
        "later_versions": [_version(each) for each in versions if each.version > cited],
    }


def _today_json(one: Json, library: BriefVersions) -> dict[str, Any]:
    brief = one["brief"]
    current = library.current(brief["id"])
    if current is None:
        return {"state": "withdrawn", "version": None}
    if current.version == brief.get("version", 1):
        return {"state": "unchanged", "version": current.version}
    text = library.text(current.brief_id, current.version)
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


def _version(one: StoredVersion) -> dict[str, Any]:
    shown = {name: getattr(one, name) for name in ("version", "state", "date", "edition", "title")}
    return shown | {"added_at": one.added_at.isoformat(timespec="seconds")}


def _further(entries: Iterable[LedgerEntry]) -> dict[str, list[dict[str, Any]]]:
    found: dict[str, list[dict[str, Any]]] = {
        "posted": [], "feedback": [], "judgements": [], "opinions": [], "forgotten": [],
    }  # fmt: skip
    for entry in entries:
        match entry.kind:
            case RecordKind.JUDGEMENT:
                found["judgements"].append(_plain(judgement(entry)))
            case RecordKind.OPINION:
                found["opinions"].append(_plain(second_opinions.read(entry)))
            case kind:
                found[kind].append(_record(entry))
    return found


def _plain(one: Any) -> dict[str, Any]:
    return {key: value for key, value in vars(one).items() if key != "answer_id"}


def _record(entry: LedgerEntry) -> dict[str, Any]:
    """Return what a record says, without the fields of the chain."""
    chain = {"answer_id", "created_at", "record_id", "record_kind", "private_sha256"}
    said = {key: value for key, value in entry.body.items() if key not in chain}
    return {"at": entry.created_at, **said, **(entry.private or {})}


def detail_lines(shown: Json) -> list[str]:
    return [safe(line) for line in _details(shown)]


def _details(shown: Json) -> Iterator[str]:
    checked = f"checked {shown['checked_at'][:10]}" if shown["checked_at"] else "not checked yet"
    yield f"Answer {shown['answer_id']}, {_when(shown['created_at'])}, {checked}"
    low, high = shown["risk_interval"]
    ended = f"{shown['outcome']} ({shown['kind'].replace('_', ' ')})"
    yield f"  {ended}, risk {shown['risk']:.2f} (95 %: {low:.2f} to {high:.2f})"
    yield from _asked(shown)
    yield from (f"  note: {note}" for note in shown["notes"] or ())
    yield ""
    if not shown["sentences"]:
        yield _line(shown)
        for one in shown["nearest"]:
            yield f"  nearest: {_source(one['passage'])}"
            yield f"    “{' '.join(marked_text(one).split())}”"
        yield ""
    for sentence in shown["sentences"]:
        yield from _sentence(sentence, shown)
        yield ""
    for one in shown["withheld"]:
        yield f"withheld: {one['text']}"
        yield from (f"  {reason['kind']}: {reason['detail']}" for reason in one["reasons"])
    yield from _of_the_whole(shown)


def _line(shown: Json) -> str:
    """Return the line that was shown instead of sentences."""
    if is_small_talk(shown):
        return HELP
    unsure = outcome_of(shown) is Outcome.UNSURE
    if unsure:
        return UNSURE
    searched = shown["searched"]  # None: an older record
    return "Nothing was found." if searched is None else nothing_found(searched)


def _asked(shown: Json) -> Iterator[str]:
    private = shown["private"]
    if private is None:
        yield "  question: forgotten"
    else:
        yield f"  question: {private['question']}"
        if private["standalone_question"] != private["question"]:
            yield f"  understood as: {private['standalone_question']}"
        for turn in private.get("turns", ()):
            yield f"  asked before: {turn['question']}"
        yield f"  asked by {private['asker'] or 'nobody named'} in {private['place'] or 'no place'}"
    made = f"{shown['mode']}{', ' + shown['model'] if shown['model'] else ''}"
    yield f"  {made}, confidence {shown['confidence']:.2f}, generation {shown['generation']}"
    settings = shown["settings"] or {}
    if settings:
        yield f"  settings: {', '.join(f'{key}={value}' for key, value in settings.items())}"


def _sentence(sentence: Json, shown: Json) -> Iterator[str]:
    number = sentence["number"]
    marks = "".join(f"[{cited}]" for cited in sentence["citations"])
    yield f"{number}. {sentence['text']} {marks} ({sentence['verdict']})".replace("\n", " ")
    yield from (f"   {one['kind']}: {one['detail']}" for one in sentence["reasons"])
    for cited in sentence["citations"]:
        for one in shown["citations"]:
            if one["number"] == cited:
                yield from _citation(one, shown)
    for one in shown["findings"]:
        if one["sentence"] == number:
            yield f"   found: {_finding_line(one)}"
    yield from (f"   {line}" for line in _judged_lines(shown, number))
    for one in shown["opinions"]:
        if one["sentence"] == number:
            reason = f": {one['reason']}" if one["reason"] else ""
            yield f"   {one['judge']} thinks {one['judged']}{reason}"


def _judged_lines(shown: Json, sentence: int | None) -> Iterator[str]:
    for one in shown["judgements"]:
        if one["sentence"] == sentence:
            note = f": {one['note']}" if one["note"] else ""
            by = one["editor"] or "an editor since forgotten"
            yield f"judged {one['judged']} by {by}, {one['at'][:10]}{note}"


def _citation(one: Json, shown: Json) -> Iterator[str]:
    yield f"   [{one['number']}] “{' '.join(one['quote'].split())}”"
    yield f"       {_source(one['passage'])}; {_today(one['today'])}"
    for version in one["later_versions"]:
        date = version["date"] or NO_DATE
        yield f"       version {version['version']}, {date}, {version['state']}"
    for found in shown["findings"]:
        if found["citation"] == one["number"] and found["sentence"] is None:
            yield f"       found: {_finding_line(found)}"


def _source(passage: Json) -> str:
    brief = passage["brief"]
    where = f"page {passage['page']}" if passage["page"] else f"paragraph {passage['paragraph']}"
    version = f"{brief['id']}@{brief.get('version', 1)}"
    return f"{brief['title']}, {brief['date'] or NO_DATE}, {where} ({version})"


def _today(today: Json) -> str:
    if today["state"] == "corrected":
        return f"corrected since, in version {today['version']}: {today['detail']}"
    if today["state"] == "superseded":
        return f"still so in version {today['version']}"
    return str(today["state"])


def _of_the_whole(shown: Json) -> Iterator[str]:
    """Yield the findings that no sentence or citation was shown with, and what readers said."""
    cited = {number for one in shown["sentences"] for number in one["citations"]}
    for one in shown["findings"]:
        if one["sentence"] is None and one["citation"] not in cited:
            yield f"found: {_finding_line(one)}"
    yield from (f"the reply as a whole: {line}" for line in _judged_lines(shown, None))
    for one in shown["posted"]:
        yield f"posted {_when(one['at'])} {one.get('surface', '')}".rstrip()
    for one in shown["feedback"]:
        word = "good" if one["good"] else "bad"
        said = "; ".join(str(part) for part in (one.get("reason"), one.get("note")) if part)
        yield f"{word}, says {one.get('user', 'somebody forgotten')}{': ' + said if said else ''}"
    if shown["forgotten"]:
        yield "what was typed for it was deleted"


def _finding_line(one: Json) -> str:
    return f"{one['kind']} ({one['severity']}): {one['detail']}"


def _when(stamp: str) -> str:
    return f"{stamp[:10]} {stamp[11:16]} UTC"


def answer_rows(rows: Sequence[RegisteredAnswer]) -> list[tuple[str, ...]]:
    found: list[tuple[str, ...]] = []
    for row in rows:
        kinds = ", ".join(dict.fromkeys(kind for kind, _ in row.findings))
        outcome = f"{row.outcome}, {row.verdict}" if row.verdict else row.outcome
        said = safe(f"{_question_line(row)} → {row.text or _without_text(row)}")
        found.append((row.answer_id, row.created_at[:10], f"{row.risk:.2f}", outcome, kinds, said))
    return found


def _question_line(row: RegisteredAnswer) -> str:
    return "(forgotten)" if row.question is None else " ".join(row.question.split())


ANSWER_COLUMNS = ("answer", "day", "risk", "outcome", "findings", "question → answer")


def _without_text(row: RegisteredAnswer) -> str:
    return "(a line of help)" if row.off_topic else "(nothing found)"


_INTERVAL = ("risk_low", "risk_high")


def row_json(row: RegisteredAnswer) -> dict[str, Any]:
    findings = [{"kind": kind, "severity": severity} for kind, severity in row.findings]
    shown = {name: value for name, value in vars(row).items() if name not in _INTERVAL}
    return {**shown, "risk_interval": [row.risk_low, row.risk_high], "findings": findings}
