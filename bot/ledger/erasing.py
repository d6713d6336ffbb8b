"""Black out what the ledger quoted from a brief that is erased, and add receipts for it.

A record keeps its form and its hash; in place of each quoted character stands MASK. The receipt, a
later record of the chain, has the hash of the record as it is now: the check accepts that text and
no other. Private parts with words of the brief are deleted as `forget` does.
"""

import json
import re
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from hashlib import sha256
from typing import Any

from sqlalchemy import Connection, delete, inspect, select, update

from bot.ledger import streamed
from bot.ledger.rows import Record, RecordKind, canonical, insert, joined, new_record_id
from bot.ledger.streamed import answers_streamed, digest_of
from bot.ledger.tables import ledger, ledger_private, rewriting
from index.erasing import ErasedBrief

MASK = "░"
ERASED_TITLE = "[erased]"
NEAR, FAR = 4, 8  # words in a row that are a quotation: in answers that rest on it, anywhere else
SHORTEST_NAME = 6  # characters of a title that is looked for in answers that rest on the brief
NAME_WORDS = 3  # words of one that is looked for anywhere: "Pollution" alone quotes nothing
_PAGE = 500  # rows at a time
_WORD = re.compile(r"\w+")
_EVIDENCE = frozenset({"citations", "nearest", "sentences", "withheld", "hits"})  # by their brief
# What hashes, places and ids look like is never blacked out.
_KEPT = frozenset({"answer_id", "record_id", "created_at", "private_sha256", "record_kind"})

Json = dict[str, Any]


def masked(text: str) -> str:
    """Return a text of the same length of which nothing can be read."""
    return MASK * len(text)


def is_masked(text: str) -> bool:
    """Return whether a text was blacked out."""
    return bool(text) and not text.strip(MASK)


class Quotations:
    """Tells whether a text quotes the erased brief, by words in a row or by its names."""

    def __init__(self, brief: ErasedBrief) -> None:
        words = [_words(text) for text in brief.texts]
        self._runs = {
            size: {run for text in words for run in _runs(text, size)} for size in (NEAR, FAR)
        }
        names = [name.lower() for name in brief.names if len(name) >= SHORTEST_NAME]
        self._names = {NEAR: names, FAR: [one for one in names if len(_words(one)) >= NAME_WORDS]}

    def has(self, text: str, size: int = FAR) -> bool:
        """Return whether a text has `size` words in a row of the brief, or one of its names."""
        lower = text.lower()
        if any(name in lower for name in self._names[size]):
            return True
        return not self._runs[size].isdisjoint(_runs(_words(text), size))


@dataclass
class Erasure:
    """What was done to the ledger."""

    answers: list[str] = field(default_factory=list)  # that rest on the brief or repeat it
    records: int = 0  # records blacked out
    private: int = 0  # private parts deleted


def erase(connection: Connection, brief: ErasedBrief) -> Erasure:
    """Black out and delete in the caller's transaction; the receipts stand in the same one."""
    done, quotations = Erasure(), Quotations(brief)
    if not inspect(connection).has_table(ledger_private.name):
        return done
    involved: set[str] = set()
    owed: list[Record] = []
    lost: Counter[str] = Counter()
    with rewriting(connection):
        for row in _rows(connection):
            if row.kind == RecordKind.ANSWER and f'"{brief.id}"' in row.body:
                involved.add(row.answer_id)
            near = row.answer_id in involved
            if near and (receipt := _black_out(connection, row, brief, quotations)):
                owed.append(receipt)
            if row.private is not None and _quotes(row.private, quotations, NEAR if near else FAR):
                gone = ledger_private.c.record_id == row.record_id
                connection.execute(delete(ledger_private).where(gone))
                lost[row.answer_id] += 1
    lost.update(streamed.forget_within(connection, sorted(involved)))
    for answer_id, count in sorted(lost.items()):
        body = {"records": count, "by": "admin"}
        insert(connection, Record(RecordKind.FORGOTTEN, answer_id, body, record_id=new_record_id()))
    for receipt in owed:
        insert(connection, receipt)
    done.answers, done.records, done.private = sorted(involved.union(lost)), len(owed), lost.total()
    insert(connection, _summary(brief, done))
    return done


def receipts(connection: Connection) -> dict[str, tuple[int, str, str | None]]:
    """Return (seq of the receipt, hash of the body, digest of streamed rows) by record id."""
    found: dict[str, tuple[int, str, str | None]] = {}
    query = select(ledger.c.seq, ledger.c.body).where(ledger.c.kind == RecordKind.ERASED)
    for row in connection.execute(query.order_by(ledger.c.seq)):
        body = json.loads(row.body)
        if "of" in body:
            found[body["of"]] = (row.seq, body["body_sha256"], body.get("streamed_sha256"))
    return found


def body_hash(body: str) -> str:
    """Return the hash by which a receipt knows the body of a record."""
    return sha256(body.encode()).hexdigest()


def _rows(connection: Connection) -> Iterator[Any]:
    query, last = joined().order_by(ledger.c.seq).limit(_PAGE), 0
    while page := connection.execute(query.where(ledger.c.seq > last)).all():
        yield from page
        last = page[-1].seq


def _black_out(
    connection: Connection, row: Any, brief: ErasedBrief, quotations: Quotations
) -> Record | None:
    """Rewrite one record and what was streamed of it; return the receipt if anything changed."""
    digest, made = None, json.loads(row.body)
    if row.kind != RecordKind.ANSWER:
        body = canonical(_other(made, quotations))
    else:
        body = canonical(_answer(made, brief, quotations))
        digest = _streamed(connection, row.answer_id, brief)
    if body == row.body and digest is None:
        return None
    connection.execute(update(ledger).where(ledger.c.seq == row.seq).values(body=body))
    stated = {
        "of": row.record_id, "brief": brief.id, "body_sha256": body_hash(body),
        "streamed_sha256": digest,
    }  # fmt: skip
    return Record(RecordKind.ERASED, row.answer_id, stated, record_id=new_record_id())


def _streamed(connection: Connection, answer_id: str, brief: ErasedBrief) -> str | None:
    """Black out the rows shown before the answer was whole; return their digest if any changed."""
    table = answers_streamed
    if not inspect(connection).has_table(table.name):
        return None
    mine = table.c.answer_id == answer_id
    rows = connection.execute(select(table).where(mine).order_by(table.c.number)).all()
    bodies = [canonical(_shown(json.loads(row.body), brief)) for row in rows]
    for row, body in zip(rows, bodies, strict=True):
        if body != row.body:
            this = mine & (table.c.number == row.number)
            connection.execute(update(table).where(this).values(body=body))
    changed = any(row.body != body for row, body in zip(rows, bodies, strict=True))
    return digest_of(bodies) if changed else None


def _answer(body: Json, brief: ErasedBrief, quotations: Quotations) -> Json:
    numbers = {one["number"] for one in body.get("citations", ()) if _is_of(one, brief)}
    ranks = {one["rank"] for one in body.get("hits", ()) if one.get("brief_id") == brief.id}
    rest = {key: value for key, value in body.items() if key not in _EVIDENCE}
    made = {**body, **_other(rest, quotations)}
    for key in ("citations", "nearest"):
        if key in body:
            made[key] = [_evidence(one, brief) for one in body[key]]
    for key, cited in (("sentences", numbers), ("withheld", ranks)):
        if key in body:
            made[key] = [_sentence(one, cited) for one in body[key]]
    return made


def _shown(body: Json, brief: ErasedBrief) -> Json:
    """Return a streamed row: the evidence by its scores, or a sentence with its citations."""
    if "sentence" not in body:
        return body
    numbers = {one["number"] for one in body["citations"] if _is_of(one, brief)}
    return {
        **body,
        "sentence": _sentence(body["sentence"], numbers),
        "citations": [_evidence(one, brief) for one in body["citations"]],
    }


def _is_of(evidence: Mapping[str, Any], brief: ErasedBrief) -> bool:
    return bool(evidence.get("brief", {}).get("id") == brief.id)


def _evidence(one: Json, brief: ErasedBrief) -> Json:
    """Return a citation or a near passage, blacked out if it is of the brief."""
    if not _is_of(one, brief):
        return one
    made: Json = _mapped(one, lambda key, text: masked(text) if key in _READ else text)
    for part in (made, made.get("passage", {})):
        if "brief" in part:
            part["brief"] = {**part["brief"], "title": ERASED_TITLE, **_UNNAMED}
    return made


_READ = frozenset({"quote", "text", "heading", "context", "snippet"})  # keys with the brief's words
_UNNAMED = {"author": None, "source": ERASED_TITLE, "number": None, "source_url": None}


def _sentence(one: Json, cited: set[int]) -> Json:
    if not isinstance(one, dict) or cited.isdisjoint(one.get("citations", ())):
        return one
    reasons = [{**each, "detail": masked(each["detail"])} for each in one.get("reasons", ())]
    hidden: Json = {name: masked(one[name]) for name in ("text", "label") if name in one}
    return {**one, **hidden, "reasons": reasons}


def _other(body: Json, quotations: Quotations) -> Json:
    """Return a record whose quoting texts are blacked out, whatever their keys."""
    made: Json = _mapped(
        body,
        lambda key, text: masked(text) if key not in _KEPT and quotations.has(text, NEAR) else text,
    )
    return made


def _mapped(value: Any, change: Callable[[str, str], str], key: str = "") -> Any:
    if isinstance(value, str):
        return change(key, value)
    if isinstance(value, dict):
        return {name: _mapped(part, change, name) for name, part in value.items()}
    if isinstance(value, list):
        return [_mapped(part, change, key) for part in value]
    return value


def _quotes(private: str, quotations: Quotations, size: int) -> bool:
    found = False

    def look(_: str, text: str) -> str:
        nonlocal found
        found = found or quotations.has(text, size)
        return text

    _mapped(json.loads(private), look)
    return found


def _summary(brief: ErasedBrief, done: Erasure) -> Record:
    """Return the receipt of the erasure itself; the brief's id stands for an answer's."""
    body = {
        "brief": brief.id, "versions": brief.versions, "passages": brief.passages,
        "text_sha256": list(brief.text_sha256), "answers": len(done.answers),
        "records": done.records, "private": done.private,
    }  # fmt: skip
    return Record(RecordKind.ERASED, brief.id, body, record_id=new_record_id())


def _words(text: str) -> list[str]:
    return _WORD.findall(text.lower())


def _runs(words: Sequence[str], size: int) -> Iterator[tuple[str, ...]]:
    return (tuple(words[start : start + size]) for start in range(len(words) - size + 1))
