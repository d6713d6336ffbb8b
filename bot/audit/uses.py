"""Tell which answers rest on a brief that changes: a brief and its new text in, answers out.

Reads the register; the ledger is taken in first. For the report of an ingest and for whoever tells
the askers.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from bot.audit import said
from bot.audit.changed import Became, became
from bot.audit.register import Register, Use
from bot.ledger_tables import ledger
from index.library import Library
from index.storage.database import Database
from ingest.affected import AffectedAnswers, BriefChange


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


def resting(library: Library, changes: Sequence[BriefChange]) -> list[AffectedAnswers]:
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
                AffectedAnswers(
                    change.brief_id, change.title, change.withdrawn, tuple(first), len(changed)
                )
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
    run = said.run(new_text)
    found = {quote: became(quote, new_text, run) for quote in quotes}
    return {quote: one for quote, one in found.items() if one is not None}


def _has_answers(database: Database) -> bool:
    with database.read() as connection:
        return connection.dialect.has_table(connection, ledger.name)
