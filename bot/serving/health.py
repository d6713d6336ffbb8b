"""Tell whether all is well, and the figures behind it: `/health` as JSON, `/metrics` as text.

In: the database and the way to Slack. Out: answers that hold numbers and states, and nothing that
anybody wrote; nor paths, nor what a database says of itself.
"""

import asyncio
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

from bot.serving.asgi import Answer, App, Site, page
from bot.serving.metrics import CONTENT_TYPE, exposition
from bot.slack.link import TOO_LONG, Link
from bot.slack.tally import Tally, Tallying
from index.errors import BriefsError
from index.storage.database import Database
from index.storage.health import LibraryCounts, library_counts

SLOW = 5.0  # seconds after which a database counts as out of reach
WAITED_TOO_LONG = 600.0  # seconds after which nobody seems to take questions


@dataclass(frozen=True)
class Look:
    """What one look at the database found."""

    figures: LibraryCounts
    tally: Tally


class Health:
    """Looks at the database when asked, once at a time however many ask."""

    def __init__(
        self,
        database: Database,
        link: Link | None = None,
        refused: Callable[[], Mapping[str, int]] = dict,
    ) -> None:
        """Remember whom to ask; no link: Slack is not set up here."""
        self._database, self._link, self._refused = database, link, refused
        self._tallying = Tallying(database)
        self._looking: asyncio.Future[Look | None] | None = None
        # Its own: that all other threads are at work is no fault of the database.
        self._thread = ThreadPoolExecutor(1, thread_name_prefix="health")

    def places(self) -> Mapping[str, tuple[tuple[str, ...], App]]:
        """Return what is served where."""
        return {
            "/health": (("GET",), page(self.health)),
            "/metrics": (("GET",), page(self.metrics)),
        }

    async def health(self) -> Answer:
        """Return 200 if all is well, else 503 with what is not, in plain words."""
        look = await self._look()
        faults = list(self._faults(look))
        return Answer.of_json(
            503 if faults else 200,
            {
                "status": "failing" if faults else "ok",
                "faults": faults,
                "database": {"reachable": look is not None},
                "index": None if look is None else {
                    "published": look.figures.generation > 0,
                    "generation": look.figures.generation,
                    "briefs": look.figures.briefs,
                    "passages": look.figures.passages,
                },
                "slack": self._slack(),
                "oldest_waiting_seconds": _rounded(look.tally.oldest_waiting if look else None),
            },
        )  # fmt: skip

    async def metrics(self) -> Answer:
        """Return the figures; without a database those that need none."""
        look = await self._look()
        connected = None if self._link is None else not self._link.down_for
        lines = exposition(
            look.figures if look else None,
            look.tally if look else None,
            connected=connected,
            refused=self._refused(),
        )
        return Answer(200, lines, CONTENT_TYPE)

    def _faults(self, look: Look | None) -> Iterator[str]:
        link = self._link
        if look is None:
            yield "the database does not answer"
        elif not look.figures.generation:
            yield "no index is published; type: briefs ingest FOLDER"
        if link is None:
            return
        if link.down_for > TOO_LONG:
            yield f"no connection to Slack for {link.down_for:.0f} seconds"
        if not link.working():
            yield "the worker has ended; start the bot again"
        waited = look and look.tally.oldest_waiting
        if waited and waited > WAITED_TOO_LONG:
            yield f"a question has waited for {waited:.0f} seconds"

    def _slack(self) -> dict[str, object]:
        if self._link is None:
            return {"mode": "off", "connected": False}
        down = self._link.down_for
        said: dict[str, object] = {"mode": self._link.mode, "connected": not down}
        return said | ({"disconnected_seconds": _rounded(down)} if down else {})

    async def _look(self) -> Look | None:
        """Return what the database says, None where it does not in time."""
        if self._looking is None or self._looking.done():
            loop = asyncio.get_running_loop()
            self._looking = loop.run_in_executor(self._thread, self._read)
        done, _ = await asyncio.wait({self._looking}, timeout=SLOW)
        return next(iter(done)).result() if done else None

    def _read(self) -> Look | None:
        try:
            return Look(library_counts(self._database), self._tallying.tally())
        except BriefsError:
            return None


def site(health: Health) -> Site:
    """Return a site of health and metrics alone."""
    return Site(health.places())


def _rounded(seconds: float | None) -> float | None:
    return None if seconds is None else round(seconds, 1)
