"""The command `briefs erase`: a brief and all that was made and quoted of it, gone for good."""

import sys
from typing import Annotated

import typer

from ingest.cli import SOME_FAILED, BriefId, Json, opened


def register(app: typer.Typer) -> None:
    app.command()(erase)


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
    from index.errors import NotFound, UsageError
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
