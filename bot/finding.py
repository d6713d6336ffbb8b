"""What the terminal's `briefs search` does: a request to hits, hits to lines for people."""

import getpass
from collections.abc import Sequence
from datetime import UTC, datetime

from bot import timely
from bot.answer import Standalone
from bot.batch import Line
from bot.conversation import standalone
from bot.period import day_in, with_period
from index.errors import UsageError
from index.library import Library
from index.passage import Hit
from index.vectors.snapshot import Filters
from ingest.cli import split_version
from ingest.terminal import out, say


def find(
    library: Library, line: Line, filters: Filters, limit: int
) -> tuple[Standalone, list[Hit]]:
    """Return the standalone question of a request and its hits, best first."""
    if not line.question.strip():
        raise UsageError("query: empty; type what to look for")
    today = day_in(library.settings.timezone, datetime.now(UTC))
    question = with_period(standalone(line.question, line.turns), today)
    found = timely.find(library, question, filters, limit)
    for note in found.notes:
        say(note)
    return question, list(found.hits)


def require_known(library: Library, filters: Filters) -> None:
    """Raise NotFound or UsageError if a filter names a brief or collection that is not there."""
    for name in filters.briefs:
        library.brief(*split_version(name))
    if not filters.collections:
        return
    known = {row.brief.collection for row in library.versions()}
    for name in filters.collections:
        if name not in known:
            there = ", ".join(sorted(known)) or "none"
            raise UsageError(f"--collection {name}: no such collection; there are: {there}")


def print_hits(hits: Sequence[Hit]) -> None:
    """Print hits with their source and the whole passage."""
    from rich.text import Text

    if not hits:
        say("nothing found")
    console = out()
    for rank, hit in enumerate(hits, 1):
        brief, passage = hit.brief, hit.passage
        place = f"page {passage.page}" if passage.page else f"paragraph {passage.paragraph}"
        if rank > 1:
            console.print()
        console.print(
            Text.assemble(
                (f"{rank}. ", "cyan"),
                (brief.title, "bold"),
                f" · {brief.date or 'no date'} · {place} · {hit.score:.2f} · {hit.passage_id}",
            )
        )
        console.print(Text(passage.text))


def terminal_asker() -> str:
    """Return who is asking: the name of the terminal's user."""
    try:
        return getpass.getuser()
    except (KeyError, OSError):  # a user id without a name, as in some containers
        return "terminal"
