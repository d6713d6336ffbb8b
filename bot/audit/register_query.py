"""Turn a Selection into SQL: filters in, conditions over the register's tables out.

Asker and place are in the private part, which is joined and never copied: an answer whose private
part was forgotten passes no filter on them. UsageErrors name the flag.
"""

import re
import unicodedata
from typing import Any

from sqlalchemy import ColumnElement, cast, exists, func, or_, select
from sqlalchemy.dialects.postgresql import JSONB

from bot.answering.answer import Outcome
from bot.audit.findings import WEIGHT, FindingKind, Severity
from bot.audit.register_tables import (
    audit_answers,
    audit_citations,
    audit_findings,
    audit_sentences,
)
from bot.audit.selection import Selection
from bot.ledger.tables import ledger_private
from index.dates import first_day, is_iso, last_day
from index.errors import UsageError

MODES = {"extractive": "extractive", "written": "generative", "generative": "generative"}
_PLACE = re.compile(r"(?P<brief>[^#@]+?)(?:@(?P<version>\d{1,9}))?(?:#p?(?P<paragraph>\d{1,9}))?")
_ESCAPE = "\\"

Clause = ColumnElement[bool]


def place(typed: str) -> tuple[str, int | None, int | None]:
    """Return (brief, version, paragraph) of "ID", "ID@2", "ID#p4" or "ID#4"."""
    found = _PLACE.fullmatch(typed.strip())
    if found is None:
        raise UsageError(
            f"{typed}: not a brief; write an id or report number, ID#p4 for its fourth paragraph"
        )
    version, paragraph = found["version"], found["paragraph"]
    return found["brief"], int(version) if version else None, int(paragraph) if paragraph else None


def conditions(selection: Selection, *, is_sqlite: bool) -> list[Clause]:
    """Return the conditions on audit_answers, outer-joined to ledger_private."""
    refuse_unfit(selection)
    answers, wanted = audit_answers.c, selection
    found: list[Clause] = []
    if wanted.since is not None:
        found.append(answers.day >= first_day(wanted.since))
    if wanted.until is not None:
        found.append(answers.day <= last_day(wanted.until))
    if wanted.mode is not None:
        found.append(answers.mode == MODES[wanted.mode])
    if wanted.outcome is not None:
        found.append(answers.outcome == wanted.outcome)
    if wanted.kind is not None:
        found.append(answers.kind == wanted.kind)
    if wanted.small_talk is not None:
        found.append(answers.off_topic.is_(wanted.small_talk))
    if wanted.judged is not None:
        found.append(answers.judgements > 0 if wanted.judged else answers.judgements == 0)
    if wanted.brief is not None:
        found.append(_cites(wanted.brief))
    if wanted.finding is not None:
        found.append(_has(wanted.finding))
    return found + _private(wanted, is_sqlite=is_sqlite)


def refuse_unfit(selection: Selection) -> None:
    """Raise UsageError for a value that no answer can have."""
    for flag, day in (("--since", selection.since), ("--until", selection.until)):
        if day is not None and not is_iso(day):
            raise UsageError(f"{flag} {day}: not a date; write 2016-09-07, 2016-09 or 2016")
    if selection.mode is not None and selection.mode not in MODES:
        raise UsageError(f"--mode {selection.mode}: no such mode; write extractive or written")
    if selection.outcome is not None and selection.outcome not in list(Outcome):
        there = ", ".join(Outcome)
        raise UsageError(f"--outcome {selection.outcome}: no such outcome; write one of: {there}")
    if selection.finding is not None and selection.finding not in (*FindingKind, *Severity):
        there = ", ".join((*Severity, *FindingKind))
        raise UsageError(f"--finding {selection.finding}: no such finding; there are: {there}")
    if selection.sample is not None and selection.sample < 1:
        raise UsageError(f"--sample {selection.sample}: not a number of answers; write 1 or more")
    if selection.brief is not None:
        place(selection.brief)


def cited(brief: str, version: int | None, paragraph: int | None) -> list[Clause]:
    """Return the conditions on citations of a brief, by id or report number."""
    citations = audit_citations.c
    found: list[Clause] = [or_(citations.brief_id == brief, citations.number == brief)]
    if version is not None:
        found.append(citations.version == version)
    if paragraph is not None:
        found.append(citations.paragraph == paragraph)
    return found


def _cites(brief: str) -> Clause:
    """Return the condition that an answer cites a brief; two look-ups, each by its index."""
    name, version, paragraph = place(brief)
    query = select(audit_citations.c.answer_seq).where(*cited(name, version, paragraph))
    return audit_answers.c.seq.in_(query)


def _has(finding: str) -> Clause:
    column = audit_findings.c
    if finding in list(Severity):
        least = WEIGHT[Severity(finding)]
        wanted: Clause = column.severity.in_([one for one in Severity if WEIGHT[one] >= least])
    else:
        wanted = column.kind == finding
    return audit_answers.c.seq.in_(select(column.answer_seq).where(wanted))


def _private(selection: Selection, *, is_sqlite: bool) -> list[Clause]:
    found: list[Clause] = []
    if selection.channel is not None:
        said = _typed("place", is_sqlite=is_sqlite)
        found.append(
            or_(said == selection.channel, _like(said, "slack:%:", selection.channel, ":%"))
        )
    if selection.asker is not None:
        said = _typed("asker", is_sqlite=is_sqlite)
        found.append(or_(said == selection.asker, _like(said, "slack:%:", selection.asker)))
    for word in unicodedata.normalize("NFC", selection.text or "").split():
        question = _typed("standalone_question", is_sqlite=is_sqlite)
        found.append(or_(_holds(question, word), _says(word)))
    return found


def _typed(key: str, *, is_sqlite: bool) -> Any:
    body = ledger_private.c.body
    if is_sqlite:
        return func.json_extract(body, f"$.{key}")
    return cast(body, JSONB)[key].astext


def _holds(column: Any, word: str) -> Clause:
    """Return the condition that a text has a word in any case; SQLite folds only a–z."""
    forms = dict.fromkeys((word, word.lower(), word.upper(), word.capitalize()))
    return or_(*(column.ilike(f"%{_escaped(form)}%", escape=_ESCAPE) for form in forms))


def _says(word: str) -> Clause:
    sentence = audit_sentences.c
    return exists(
        select(sentence.sentence)
        .where(sentence.answer_seq == audit_answers.c.seq)
        .where(sentence.searched.like(f"%{_escaped(word.casefold())}%", escape=_ESCAPE))
    )


def _like(column: Any, before: str, value: str, after: str = "") -> Clause:
    clause: Clause = column.like(before + _escaped(value) + after, escape=_ESCAPE)
    return clause


def _escaped(value: str) -> str:
    return re.sub(r"([\\%_])", r"\\\1", value)
