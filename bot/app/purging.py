"""`briefs purge`: delete old versions of briefs for good, but keep what the ledger cites."""

from collections.abc import Iterator
from typing import TYPE_CHECKING, Annotated, Any

import typer

from index.errors import UsageError
from ingest.cli import Json, opened

if TYPE_CHECKING:
    from datetime import datetime

    from bot.ledger.ledger import Ledger

_UNITS = {"d": 1, "w": 7, "m": 30, "y": 365}  # days


def register(app: typer.Typer) -> None:
    app.command()(purge)


def purge(
    older_than: Annotated[
        str,
        typer.Option(metavar="AGE", help="Age since they were added: 90d, 26w, 18m or 2y."),
    ],
    json: Json = False,
) -> None:
    """Delete superseded and removed versions for good; those that answers cite stay.

    Example: briefs purge --older-than 2y
    """
    from bot.ledger.ledger import Ledger
    from ingest.files import printable
    from ingest.terminal import counted_as, out, print_json, say

    moment = _moment(older_than)
    with opened() as library:
        gone = library.maintenance.purge(moment, cited(Ledger(library.database)))
    for brief in gone:
        if json:
            print_json({"id": brief.id, "version": brief.version, "title": brief.title})
        else:
            out().print(
                f"deleted: {brief.id}@{brief.version}: {printable(brief.title)}", markup=False
            )
    say(f"{counted_as(len(gone), 'old version', 'old versions')} deleted")


def cited(ledger: "Ledger") -> set[tuple[str, int]]:
    """Return (brief id, version) of all versions that a record of the ledger names."""
    return {
        (str(brief["id"]), int(brief.get("version") or 1))
        for entry in ledger.entries(kind=None)
        for brief in _briefs(entry.body)
    }


def _briefs(body: Any) -> Iterator[dict[str, Any]]:
    """Yield what a record calls a brief, wherever it stands."""
    if isinstance(body, dict):
        brief = body.get("brief")
        if isinstance(brief, dict) and "id" in brief:
            yield brief
    values = body.values() if isinstance(body, dict) else body if isinstance(body, list) else ()
    for value in values:
        yield from _briefs(value)


def _moment(age: str) -> "datetime":
    from datetime import UTC, datetime, timedelta

    number, unit = age[:-1], age[-1:].lower()
    if not number.isdecimal() or unit not in _UNITS or int(number) * _UNITS[unit] > 365 * 200:
        raise UsageError(f"--older-than {age}: not an age; write 90d, 26w, 18m or 2y")
    return datetime.now(UTC) - timedelta(days=int(number) * _UNITS[unit])
