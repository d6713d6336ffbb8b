"""The filters of the templates: dates, shares, kinds, verdicts and places in words, safe links."""

import re
from collections import Counter
from collections.abc import Iterable
from datetime import datetime
from typing import Any
from urllib.parse import urlsplit

from bot.answering.freshness import said_date
from bot.audit.findings import FindingKind, Severity
from bot.audit.judgements import COMPLAINTS
from bot.language.untrusted import safe

WORDS: dict[str, str] = {
    FindingKind.NUMBER: "number differs",
    FindingKind.DATE: "date differs",
    FindingKind.NAME: "name differs",
    FindingKind.NEGATION: "negation differs",
    FindingKind.HEDGE: "certainty differs",
    FindingKind.COVERAGE: "words without evidence",
    FindingKind.DANGLING: "marker without a citation",
    FindingKind.MISATTRIBUTED: "quoted from another passage",
    FindingKind.STITCHED: "stitched quotation",
    FindingKind.FABRICATED: "invented quotation",
    FindingKind.RECORD: "inconsistent record",
    FindingKind.CORRECTED: "brief since corrected",
    FindingKind.SUPERSEDED: "newer version exists",
    FindingKind.WITHDRAWN: "brief withdrawn",
    "check": "needs checking",
    "declined": "nothing found",
    **COMPLAINTS,
    "extractive": "quoted from the briefs",
    "generative": "written by a model",
}

HIGH, MEDIUM = 0.6, 0.3  # least risk of each grade

_LINKABLE = re.compile(r"[!-~]{1,2000}")


def in_words(value: str) -> str:
    """Return a kind of finding, a verdict, a mode of answering or a complaint in words."""
    return WORDS.get(value, value)


def together(findings: Iterable[tuple[str, str]]) -> list[tuple[tuple[str, str], int]]:
    """Return (kind, severity) with how often each comes, in the order of their first."""
    return list(Counter(findings).items())


def moment(iso: str) -> str:
    """Return a time (UTC, ISO 8601) as "3 May 2026, 14:05 UTC"; what is none, as it is."""
    try:
        at = datetime.fromisoformat(iso)
    except ValueError:
        return iso
    return f"{said_date(at.date().isoformat())}, {at:%H:%M} UTC"


def day(iso: str | None) -> str:
    """Return a partial ISO date in words; what is none, as it is."""
    try:
        return said_date(iso)
    except (ValueError, IndexError):
        return str(iso)


def share(value: float) -> str:
    return f"{value:.0%}"


def danger(risk: float) -> str:
    """Return a risk in [0, 1] as one of three grades, those of severities."""
    return Severity.HIGH if risk >= HIGH else Severity.MEDIUM if risk >= MEDIUM else Severity.LOW


def counted(number: int, one: str, many: str | None = None) -> str:
    return f"{number:,} {one if number == 1 else many or one + 's'}"


def place(value: str | None) -> str:
    """Return where a question was asked: a Slack channel's id, the terminal."""
    parts = (value or "").split(":")
    return f"Slack {parts[2]}" if parts[0] == "slack" and len(parts) == 4 else value or ""


def asker(value: str | None) -> str:
    """Return who asked: a Slack user's id, or a name."""
    parts = (value or "").split(":")
    return parts[2] if parts[0] == "slack" and len(parts) == 3 else value or "unknown"


def web_link(value: Any) -> str | None:
    """Return an address that may become a link: http(s), a host, nothing hidden; else None."""
    if not isinstance(value, str) or not _LINKABLE.fullmatch(value):
        return None
    try:
        parts = urlsplit(value)
        host = parts.hostname
    except ValueError:
        return None
    is_plain = parts.scheme in {"http", "https"} and bool(host) and "@" not in parts.netloc
    return value if is_plain else None


def shown(value: Any) -> Any:
    """Return what a template writes: without what turns the direction of writing or is unseen."""
    return safe(value) if type(value) is str else value
