"""The commands `briefs erase` and `briefs purge`: delete briefs, or their old versions, for good.

Erasing leaves nothing of a brief, in the ledger either; purging keeps what the ledger cites.
"""

import sys
from collections.abc import Iterator
from typing import TYPE_CHECKING, Annotated, Any

import typer

from index.errors import UsageError
from ingest.cli import SOME_FAILED, BriefId, Json, opened

if TYPE_CHECKING:
    from datetime import datetime

    from bot.ledger.ledger import Ledger

_UNITS = {"d": 1, "w": 7, "m": 30, "y": 365}  # days


def erase(
    brief_id: BriefId,
    yes: Annotated[
        bool, typer.Option("--yes", "-y", metavar="", help="Do not ask for confirmation.")
    ] = False,
    json: Json = False,
) -> None:
    """Permanently delete a brief: every version, and what answers on record quoted from it.

    Its text, vectors and copies are deleted, quotations in the ledger are blacked out, and receipts
    say so: briefs audit verify-chain still passes. briefs remove only takes a brief out of search.

    Example: briefs erase 3f9a1c2e07 --yes
    """
    from bot.app.audit.ledger import confirm
    from bot.audit.upkeep import erase_brief, was_erased
    from bot.slack.delivery import erasing
    from index.errors import NotFound
    from ingest.files import printable
    from ingest.terminal import counted_as, out, print_json, say

    if "@" in brief_id:
        raise UsageError(f"{brief_id}: all versions are erased together; leave out the @")
    with opened() as library:
        library.require_fingerprint()
        try:
            brief = library.brief(brief_id)
        except NotFound:
            if not was_erased(library.database, brief_id):
                raise
            clean = library.database.scrub()  # an earlier run could not
            say(
                f"{brief_id} was erased before; its bytes are {'gone' if clean else 'not all gone'}"
            )
            raise typer.Exit(0 if clean else SOME_FAILED) from None
        confirm(f"{brief.id}: {brief.title}, all versions, and what was quoted from it", yes)
        documents = [row.location for row in library.renditions()]
        erased, done, clean = erase_brief(library, brief.id, [erasing])
        left = [place for place in documents if place in erased.names and place[:1] == "/"]
    if json:
        print_json({
            "id": erased.id, "versions": erased.versions, "passages": erased.passages,
            "answers": len(done.answers), "records": done.records, "clean": clean,
        })  # fmt: skip
    else:
        versions = counted_as(erased.versions, "version", "versions")
        records = counted_as(done.records, "record", "records")
        line = f"erased: {erased.id}: {versions}; blacked out in {records} of the ledger"
        out().print(line, markup=False)
    for place in left:
        say(printable(f"briefs: {place}: still there; delete it, or the next ingest adds it again"))
    if not clean:
        sys.stderr.write(
            "briefs: erased, but others are using the database, and old copies may still be in its "
            "files; run the same command again\n"
        )
        raise typer.Exit(SOME_FAILED)


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
