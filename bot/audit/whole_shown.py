"""Show all that is known of one answer (bot/audit/whole.py) as lines for people. No I/O."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from bot.answering.render import NO_DATE, NOT_ANSWERED, OFF_TOPIC, safe

Json = Mapping[str, Any]


def lines(shown: Json) -> list[str]:
    """Return the lines: question, each sentence with what it rests on, what was found and said."""
    return [safe(line) for line in _lines(shown)]


def _lines(shown: Json) -> Iterator[str]:
    checked = f"checked {shown['checked_at'][:10]}" if shown["checked_at"] else "not checked yet"
    yield f"Answer {shown['answer_id']}, {_when(shown['created_at'])}, {checked}"
    yield f"  risk {shown['risk']:.2f}"
    yield from _asked(shown)
    yield from (f"  note: {note}" for note in shown["notes"] or ())
    yield ""
    if not shown["answered"]:
        yield OFF_TOPIC if shown["off_topic"] else NOT_ANSWERED
        yield from (f"  nearest: {_source(one['passage'])}" for one in shown["nearest"])
        yield ""
    for sentence in shown["sentences"]:
        yield from _sentence(sentence, shown)
        yield ""
    for one in shown["withheld"]:
        yield f"withheld: {one['text']}"
        yield from (f"  {reason['kind']}: {reason['detail']}" for reason in one["reasons"])
    yield from _of_the_whole(shown)


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
            yield f"   found: {_finding(one)}"
    for one in shown["judgements"]:
        if one["sentence"] == number:
            note = f": {one['note']}" if one["note"] else ""
            by = one["editor"] or "somebody forgotten"
            yield f"   judged {one['judged']} by {by}, {one['at'][:10]}{note}"
    for one in shown["opinions"]:
        if one["sentence"] == number:
            reason = f": {one['reason']}" if one["reason"] else ""
            yield f"   {one['judge']} thinks {one['judged']}{reason}"


def _citation(one: Json, shown: Json) -> Iterator[str]:
    yield f"   [{one['number']}] “{' '.join(one['quote'].split())}”"
    yield f"       {_source(one['passage'])}; {_today(one['today'])}"
    for version in one["later_versions"]:
        date = version["date"] or NO_DATE
        yield f"       version {version['version']}, {date}, {version['state']}"
    for found in shown["findings"]:
        if found["citation"] == one["number"] and found["sentence"] is None:
            yield f"       found: {_finding(found)}"


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
            yield f"found: {_finding(one)}"
    for one in shown["posted"]:
        yield f"posted {_when(one['at'])} {one.get('surface', '')}".rstrip()
    for one in shown["feedback"]:
        word = "good" if one["good"] else "bad"
        said = "; ".join(str(part) for part in (one.get("reason"), one.get("note")) if part)
        yield f"{word}, says {one.get('user', 'somebody forgotten')}{': ' + said if said else ''}"
    if shown["forgotten"]:
        yield "what was typed for it was deleted"


def _finding(one: Json) -> str:
    return f"{one['kind']} ({one['severity']}): {one['detail']}"


def _when(stamp: str) -> str:
    return f"{stamp[:10]} {stamp[11:16]} UTC"


def table(rows: Sequence[Any]) -> list[tuple[str, ...]]:
    """Return (answer, day, risk, findings, question) of the register's rows."""
    found: list[tuple[str, ...]] = []
    for row in rows:
        kinds = ", ".join(dict.fromkeys(kind for kind, _ in row.findings))
        question = "(forgotten)" if row.question is None else " ".join(row.question.split())
        found.append((row.answer_id, row.created_at[:10], f"{row.risk:.2f}", kinds, safe(question)))
    return found


TABLE = ("answer", "day", "risk", "findings", "question")


def row_json(row: Any) -> dict[str, Any]:
    """Return the object of one of the register's rows."""
    findings = [{"kind": kind, "severity": severity} for kind, severity in row.findings]
    return {**vars(row), "findings": findings}
