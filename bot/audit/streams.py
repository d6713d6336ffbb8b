"""Check that what was shown of an answer while it was written is what its record says was shown.

The rows stand in a table of their own (bot/streamed.py); the record holds the hash over them.
"""

from collections.abc import Mapping
from typing import Any

from sqlalchemy import select

from bot.audit import severities
from bot.audit.findings import Finding, Kind
from bot.streamed import answers_streamed, digest_of
from index.storage.database import Database


def check(body: Mapping[str, Any], database: Database) -> list[Finding]:
    """Return a finding if the rows of an answer that was streamed are others; else []."""
    recorded = body.get("streamed")
    if not recorded:
        return []
    rows = _rows(database, body["answer_id"])
    if {"rows": len(rows), "sha256": digest_of(rows)} == dict(recorded):
        return []
    detail = "what was shown while it was written is not what its record says was shown"
    return [severities.finding(Kind.RECORD, detail)]


def _rows(database: Database, answer_id: str) -> list[str]:
    column = answers_streamed.c
    query = select(column.body).where(column.answer_id == answer_id).order_by(column.number)
    with database.read() as connection:
        if not connection.dialect.has_table(connection, answers_streamed.name):
            return []
        return list(connection.scalars(query))
