"""Keep the ledger in order: anchor it every hour, forget what people typed, by wish or by age.

The [audit] table of briefs.toml says what is done:

    [audit]
    anchor = "/mnt/other/briefs.anchors"   # the ledger's latest hash is saved there every hour
    keep_questions_days = 400              # older questions are deleted, by a running bot too
    tell_askers = true                     # in Slack, if a brief behind their answer changes

What cannot be done is logged and tried again an hour later; nothing else stops for it.
"""

import asyncio
import logging
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager, suppress
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Protocol

from pydantic import BaseModel, ConfigDict, Field, ValidationError
from sqlalchemy import Connection

from bot.audit import register_tables
from bot.ledger import anchors, erasing
from bot.ledger.erasing import Erasure
from bot.ledger.ledger import By, Forgotten, Ledger
from bot.ledger.rows import RecordKind
from index.erasing import ErasedBrief
from index.errors import BriefsError, SettingsError
from index.library import Library
from index.settings import table, table_faults
from index.storage.database import Database

log = logging.getLogger(__name__)

HOUR = 3600.0
DAY = 24 * HOUR

Clock = Callable[[], float]
Sleep = Callable[[float], Awaitable[None]]

_WORDS = {"string_too_short": "names no file", "greater_than_equal": "write at least 1"}


class AuditSettings(BaseModel):
    """The [audit] table of briefs.toml."""

    model_config = ConfigDict(extra="forbid", frozen=True, strict=True)

    anchor: str | None = Field(None, min_length=1)
    keep_questions_days: int | None = Field(None, ge=1)
    tell_askers: bool = False

    @property
    def anchor_file(self) -> Path | None:
        """Where anchors go; a relative path counts from the working folder."""
        return Path(self.anchor).expanduser().absolute() if self.anchor else None


def load_settings() -> AuditSettings:
    """Return the settings; raise SettingsError that names each fault."""
    try:
        return AuditSettings(**table("audit"))
    except ValidationError as error:
        raise SettingsError("; ".join(table_faults(error, "audit", _WORDS))) from None


# Forgetting


class Eraser(Protocol):
    """Deletes what people typed outside the ledger, such as in Slack's tables."""

    def forget_person(self, database: Database, person: str, /) -> list[str]:
        """Delete everything of a person; return the ids of their answers."""

    def forget_answers(self, database: Database, answer_ids: Sequence[str], /) -> None:
        """Delete what was typed for some answers."""

    def forget_older(self, database: Database, days: float, now: float, /) -> int:
        """Delete what is older than this many days; return how many questions that were."""

    def forget_brief(
        self,
        connection: Connection,
        brief_id: str,
        answer_ids: Sequence[str],
        quotes: Callable[[str], bool],
        /,
    ) -> None:
        """Delete what stands of an erased brief, in the caller's transaction."""


Erasers = Sequence[Eraser]


def forget_person(
    database: Database, person: str, erasers: Erasers, by: By = By.ADMIN
) -> Forgotten:
    """Forget what a person typed. The person is named as the ledger names the asker."""
    elsewhere = [one for eraser in erasers for one in eraser.forget_person(database, person)]
    return Ledger(database).forget(elsewhere, by=by, person=person)


def forget_answers(database: Database, answer_ids: Sequence[str], erasers: Erasers) -> Forgotten:
    """Forget what was typed for these answers, and said about them; NotFound for an unknown one."""
    ledger = Ledger(database)
    for answer_id in answer_ids:
        ledger.get(answer_id)
    for eraser in erasers:
        eraser.forget_answers(database, answer_ids)
    return ledger.forget(answer_ids, by=By.ADMIN)


def forget_older(
    database: Database, days: int, erasers: Erasers, *, clock: Clock = time.time
) -> Forgotten:
    """Forget questions, posts and feedback that are older than this many days."""
    ledger, now = Ledger(database), clock()
    before = datetime.fromtimestamp(now, UTC) - timedelta(days=days)
    answers = ledger.asked_before(before.isoformat(timespec="milliseconds"))
    pruned = 0
    for eraser in erasers:
        eraser.forget_answers(database, answers)
        pruned += eraser.forget_older(database, days, now)
    return ledger.forget(answers, by=By.RETENTION) if answers or pruned else Forgotten()


def erase_brief(
    library: Library, brief_id: str, erasers: Erasers
) -> tuple[ErasedBrief, Erasure, bool]:
    """Erase a brief everywhere in the library; raise NotFound, and change nothing, without it.

    Returns what was erased, what that did to the ledger, and whether the database's files are clean
    of it. All is one transaction.
    """
    done: list[Erasure] = []

    def also(connection: Connection, erased: ErasedBrief) -> None:
        made = erasing.erase(connection, erased)
        if not register_tables.missing(connection):
            register_tables.recreate(connection)  # empty: made again of the ledger's records
        quotations = erasing.Quotations(erased)
        for eraser in erasers:
            eraser.forget_brief(connection, erased.id, made.answers, quotations.has)
        done.append(made)

    Ledger(library.database).head()  # an older ledger is migrated first
    erased, clean = library.maintenance.erase(brief_id, also)
    return erased, done[0], clean


def was_erased(database: Database, brief_id: str) -> bool:
    """Return whether the ledger has a receipt that a brief was erased."""
    return any(
        one.body.get("brief") == brief_id for one in Ledger(database).entries(RecordKind.ERASED)
    )


# In a running process


@asynccontextmanager
async def upkeep(
    library: Library, erasers: Erasers, settings: AuditSettings | None = None
) -> AsyncIterator[None]:
    """Keep the ledger in order while the body runs; SettingsError for a faulty [audit] table."""
    settings = settings or load_settings()
    if path := settings.anchor_file:
        anchors.refuse_inside(path, library.home)
    task = None
    if settings.anchor_file or settings.keep_questions_days:
        task = asyncio.create_task(every_hour(library, erasers, settings))
    try:
        yield
    finally:
        if task:
            task.cancel()
            with suppress(asyncio.CancelledError):
                await task


async def every_hour(
    library: Library,
    erasers: Erasers,
    settings: AuditSettings,
    *,
    clock: Clock = time.time,
    sleep: Sleep = asyncio.sleep,
) -> None:
    """Anchor at once and then every hour; forget what is too old at once and then every day."""
    forgotten_at = float("-inf")
    while True:
        due = clock() - forgotten_at >= DAY
        if days := settings.keep_questions_days if due else None:
            await asyncio.to_thread(_logged, lambda: _forget(library, days, erasers, clock))
            forgotten_at = clock()
        if path := settings.anchor_file:
            await asyncio.to_thread(_logged, lambda: _anchor(library, path))
        await sleep(HOUR)


def _anchor(library: Library, path: Path) -> None:
    anchor = anchors.keep(library.database, path, library.home)
    log.info("ledger anchored: %s records", anchor.count)


def _forget(library: Library, days: int, erasers: Erasers, clock: Clock) -> None:
    done = forget_older(library.database, days, erasers, clock=clock)
    if done.records:
        log.info("%s questions older than %s days were forgotten", done.answers, days)
    if not done.clean:
        log.warning("deleted text may still be in the database's files; run: briefs audit forget")


def _logged(work: Callable[[], None]) -> None:
    try:
        work()
    except BriefsError as error:
        log.error("%s", error)
    except Exception as error:  # the process must go on
        log.error("the ledger's upkeep failed: %s", type(error).__name__)
