"""List the questions that the briefs did not answer: the ledger in, one row a question out.

The same question asked twice, in other case or punctuation, is one row with a count. Questions that
were answered since, small talk, and those whose text was forgotten are left out. Reads the ledger
alone, no model and no index.
"""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import Any

from bot.ledger.ledger import Entry
from index.words import words


@dataclass(frozen=True)
class Unanswered:
    """A question that the briefs do not answer, as it reads without its conversation."""

    question: str
    times: int
    first_asked: str  # UTC, ISO 8601
    last_asked: str
    answer_id: str  # of the last time
    nearest: tuple[str, ...]  # titles of the briefs nearest to it then, the nearest first


def unanswered(entries: Iterable[Entry]) -> list[Unanswered]:
    """Return the open questions, the most often asked first, then the latest.

    The entries come oldest first. An answer to the same question closes it, whoever asked; asked
    again in vain, it opens anew.
    """
    found: dict[tuple[str, ...], Unanswered] = {}
    for entry in entries:
        if entry.private is None or entry.body.get("off_topic"):
            continue
        question = str(entry.private["standalone_question"])
        key = tuple(words(question))
        if entry.body["answered"]:
            found.pop(key, None)
        else:
            found[key] = _again(found.get(key), entry, question)
    latest = sorted(found.values(), key=lambda item: item.last_asked, reverse=True)
    return sorted(latest, key=lambda item: -item.times)


def row(item: Unanswered) -> dict[str, Any]:
    """Return the JSON object of one open question."""
    return {
        "question": item.question,
        "times": item.times,
        "first_asked": item.first_asked,
        "last_asked": item.last_asked,
        "answer_id": item.answer_id,
        "nearest": list(item.nearest),
    }


def _again(before: Unanswered | None, entry: Entry, question: str) -> Unanswered:
    titles = dict.fromkeys(str(hit["brief"]["title"]) for hit in entry.body["nearest"])
    now = Unanswered(
        question, 1, entry.created_at, entry.created_at, entry.answer_id, tuple(titles)
    )
    if before is None:
        return now
    return replace(now, times=before.times + 1, first_asked=before.first_asked)
