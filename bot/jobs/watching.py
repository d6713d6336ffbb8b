"""Watch sources on a schedule: look at each feed of briefs.toml when its time has come.

Each table `[watch.NAME]` names a feed, a sitemap or a page, how often to look, the collection for
its briefs, and the Slack channel that is told of what is new, changed or listed no longer:

    [watch.osw]
    feed = "https://example.org/publications/rss"
    every = "6h"                  # 30m, 6h, 1d; at least 5m
    collection = "osw"            # default where it is left out
    channel = "C0123ABCD"         # optional
    pattern = "/publications/"    # for a page: which of its links are briefs

A look is a job, known by the source and its turn: of several processes one looks, and a look that
was cut off is made again. The report to a channel is a job of its own.
"""

import asyncio
import logging
import re
import time
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from contextlib import asynccontextmanager
from functools import partial

from pydantic import BaseModel, ConfigDict, Field, ValidationError, field_validator

from bot.jobs.queue import NewJob, Queue
from bot.jobs.worker import Handler, Lease, Worker, repeat
from index.errors import SettingsError
from index.library import Library
from index.settings import table, table_faults
from ingest.document import is_place
from ingest.feeds import ingest_feeds
from ingest.files import shown
from ingest.pipeline import Options
from ingest.report import DocumentResult, Report

log = logging.getLogger(__name__)

LOOK, WATCHED = "look", "watched"  # kinds of jobs
ROUND = 30.0  # seconds between two looks at the clock
LEAST = 300  # seconds between two looks at a source
ATTEMPTS = 3  # after which a look is left for the next turn
MOST_LINES = 100  # of a report
_UNITS = {"m": 60, "h": 3600, "d": 86_400}
_EVERY = re.compile(r"(\d{1,4})\s?([mhd])")
_CHANNEL = re.compile(r"[CG][A-Z0-9]+")
_TOLD = {
    DocumentResult.NEW: "new",
    DocumentResult.VERSION: "changed",
    DocumentResult.FAILED: "failed",
}
_WORDS = {"missing": "missing", "string_type": "write text between quotation marks"}


class WatchedSource(BaseModel):
    """One [watch.NAME] of briefs.toml."""

    model_config = ConfigDict(extra="forbid", frozen=True, strict=True)

    feed: str = Field(min_length=1)
    every: str = "1d"
    collection: str = "default"
    channel: str | None = None
    pattern: str | None = None

    @field_validator("every")
    @classmethod
    def _is_interval(cls, said: str) -> str:
        found = _EVERY.fullmatch(said.strip().lower())
        if not found or int(found[1]) * _UNITS[found[2]] < LEAST:
            raise ValueError('write how often, such as "30m", "6h" or "1d", and at least "5m"')
        return said.strip().lower()

    @field_validator("collection")
    @classmethod
    def _is_open(cls, name: str) -> str:
        if is_place(name):
            raise ValueError("is kept for what is added in one place of Slack; choose another")
        return name

    @field_validator("channel")
    @classmethod
    def _is_channel(cls, name: str | None) -> str | None:
        if name is not None and not _CHANNEL.fullmatch(name):
            raise ValueError("write a channel's id, such as C0123ABCD, not its name")
        return name

    @property
    def seconds(self) -> int:
        """How long it is from one look to the next."""
        found = _EVERY.fullmatch(self.every)
        assert found
        return int(found[1]) * _UNITS[found[2]]


def load() -> dict[str, WatchedSource]:
    """Return the watched sources by name; raise SettingsError that names each fault."""
    sources, faults = dict[str, WatchedSource](), list[str]()
    for name, said in table("watch").items():
        try:
            sources[name] = WatchedSource.model_validate(said)
        except ValidationError as error:
            faults += table_faults(error, f"watch.{name}", _WORDS)
    if faults:
        raise SettingsError("; ".join(faults))
    return sources


def due(
    sources: Mapping[str, WatchedSource], queue: Queue, clock: Callable[[], float] = time.time
) -> None:
    """Add a job for each source whose turn has come; a turn that is known is not added again."""
    now = clock()
    queue.add(
        *(
            NewJob(LOOK, f"{name}/{int(now // one.seconds)}", lane=LOOK, payload=name)
            for name, one in sources.items()
        )
    )


async def look(
    library: Library, sources: Mapping[str, WatchedSource], queue: Queue, lease: Lease
) -> None:
    """Bring in what a source lists anew, and have its channel told."""
    name = str(lease.job.payload)
    source = sources.get(name)
    if source is None:  # taken out of briefs.toml meanwhile
        return
    if lease.job.attempts > ATTEMPTS:
        log.error("watch.%s: given up until its next turn", name)
        return
    options = Options(source.collection)
    work = partial(ingest_feeds, library, [], [source.feed], source.pattern, options)
    lines = report_lines(await asyncio.to_thread(work))
    log.warning("watch.%s: %s", name, f"{len(lines)} changes" if lines else "nothing new")
    for what, title in lines[:MOST_LINES]:
        log.warning("watch.%s: %s: %s", name, what, shown(title))
    if lines and source.channel:
        told = {
            "name": name, "channel": source.channel, "collection": source.collection,
            "lines": lines[:MOST_LINES],
        }  # fmt: skip
        await asyncio.to_thread(queue.add, NewJob(WATCHED, lease.job.key, payload=told))


def report_lines(report: Report) -> list[tuple[str, str]]:
    """Return what happened to documents, and their titles, of what a channel is told."""
    lines: list[tuple[str, str]] = []
    for item in report.items:
        if (what := _TOLD.get(item.result)) is not None:
            why = f" ({item.reason})" if what == "failed" and item.reason else ""
            lines.append((what, f"{item.title or item.location}{why}"))
        elif item.reason and item.reason.startswith("no longer listed"):
            lines.append(("no longer listed", item.location))
    return lines


def handlers(
    library: Library, sources: Mapping[str, WatchedSource], queue: Queue
) -> dict[str, Handler]:
    """Return what does the jobs of watching, {} where nothing is watched."""
    return {LOOK: Handler(partial(look, library, sources, queue), 1)} if sources else {}


def rounds(sources: Mapping[str, WatchedSource], queue: Queue) -> Sequence["asyncio.Task[None]"]:
    """Start looking at the clock; the tasks are the caller's to cancel."""

    async def once() -> None:
        await asyncio.to_thread(due, sources, queue)

    return [asyncio.create_task(repeat(once, ROUND))] if sources else []


@asynccontextmanager
async def watching(
    library: Library, sources: Mapping[str, WatchedSource], owner: str
) -> AsyncIterator[None]:
    """Watch the sources with a worker of our own, where no bot has one.

    Reports are logged. Those for a channel wait for a bot of this library, of whatever process.
    """
    if not sources:
        yield
        return
    if waiting := [name for name, one in sources.items() if one.channel]:
        log.warning(
            "watch.%s: no Slack bot in this process: the channel is told by briefs slack, once it "
            "runs; until then reports stand in this log", ", watch.".join(waiting),
        )  # fmt: skip
    queue = Queue(library.database, owner)
    worker = Worker(queue, handlers(library, sources, queue))
    working = asyncio.create_task(worker.run())
    started = rounds(sources, queue)
    try:
        yield
    finally:
        for one in started:
            one.cancel()
        await worker.stop()
        await working
