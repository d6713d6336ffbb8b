"""The commands on a library: list, show, remove, stats, doctor, reindex; and what commands share.

Heavy imports happen inside the functions, so that `briefs --help` is fast.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from index.library import Library
    from index.passage import BriefRef

Json = Annotated[bool, typer.Option("--json", metavar="", help="Print JSON for programs.")]


def complete_briefs(incomplete: str) -> list[tuple[str, str]]:
    """Return what a shell offers for a brief that is being typed: its id or number, and title."""
    return _completed(
        incomplete, lambda brief: {name: brief.title for name in (brief.number, brief.id) if name}
    )


def complete_collections(incomplete: str) -> list[tuple[str, str]]:
    """Return what a shell offers for a collection that is being typed."""
    return _completed(incomplete, lambda brief: {brief.collection: ""})


def _completed(
    incomplete: str, names: "Callable[[BriefRef], dict[str, str]]"
) -> list[tuple[str, str]]:
    """Return the names of current briefs that begin so; none where there is no library to read."""
    from index.errors import BriefsError
    from index.library import Library
    from index.settings import load
    from index.storage.schema import CURRENT

    try:
        with Library.open(load()) as library:
            briefs = [row.brief for row in library.versions() if row.state == CURRENT]
    except BriefsError:
        return []
    known = {name: title for brief in briefs for name, title in names(brief).items()}
    begun = incomplete.lower()
    return sorted(one for one in known.items() if one[0].lower().startswith(begun))


BriefId = Annotated[
    str,
    typer.Argument(
        metavar="ID",
        help="Brief id or report number; ID@2 names its second version.",
        autocompletion=complete_briefs,
    ),
]

SOME_FAILED = 1
INTERRUPTED = 130


@contextmanager
def opened(
    *, create: bool = False, search: bool = False, one_shot: bool = False
) -> "Iterator[Library]":
    """Open the library of the settings; `search` also demands vectors of the model in use."""
    from index.library import Library
    from index.settings import load
    from ingest.terminal import show_warnings

    show_warnings()
    with Library.open(load(), create=create, one_shot=one_shot) as library:
        if search:
            library.require_fingerprint()
        yield library


def register(app: typer.Typer) -> None:
    """Add the commands of this module."""
    app.command("list")(list_briefs)
    app.command("show")(show)
    app.command("remove")(remove)
    app.command("stats")(stats)
    app.command("doctor")(doctor)
    app.command("reindex")(reindex)


def list_briefs(
    collection: Annotated[
        str | None,
        typer.Option(
            metavar="NAME", help="Only this collection.", autocompletion=complete_collections
        ),
    ] = None,
    everything: Annotated[
        bool, typer.Option("--all", metavar="", help="Include older versions and removed briefs.")
    ] = False,
    json: Json = False,
) -> None:
    """List the briefs, newest first.

    Example: briefs list --json
    """
    from ingest.listing import brief_lines, print_listing
    from ingest.terminal import print_json

    with opened() as library:
        if collection:
            library.require_collection(collection, "--collection")
        lines = brief_lines(library, collection, everything=everything)
    if json:
        for line in lines:
            print_json(line)
    else:
        print_listing(lines)


def show(
    brief_id: BriefId,
    page: Annotated[
        int | None,
        typer.Option(
            "--page", metavar="N", min=1, help="Save page N of its PDF as a picture, ID-pN.png."
        ),
    ] = None,
    quote: Annotated[
        str, typer.Option(metavar="TEXT", help="With --page: words to mark in the picture.")
    ] = "",
    json: Json = False,
) -> None:
    """Show one brief with its passages numbered, or one page of its PDF as a picture.

    Example: briefs show IF10753 --page 2
    """
    if page is not None:
        _show_page(brief_id, page, quote, json=json)
        return
    from index.passage import split_version
    from ingest.listing import brief_object, print_brief
    from ingest.terminal import print_json

    with opened() as library:
        shown = brief_object(library, *split_version(brief_id))
    if json:
        print_json(shown)
    else:
        print_brief(shown)


def _show_page(brief_id: str, page: int, quote: str, *, json: bool) -> None:
    from pathlib import Path

    from index.passage import split_version
    from ingest.readers.page_picture import page_picture
    from ingest.terminal import out, print_json

    with opened() as library:
        brief = library.brief(*split_version(brief_id))
    path = Path(f"{brief.id}-p{page}.png")
    path.write_bytes(page_picture(brief, page, quote))
    if json:
        print_json({"id": brief.id, "version": brief.version, "page": page, "file": str(path)})
    else:
        out().print(str(path), markup=False)


def remove(
    brief_ids: Annotated[
        list[str],
        typer.Argument(
            metavar="ID", help="Brief ids or report numbers.", autocompletion=complete_briefs
        ),
    ],
    json: Json = False,
) -> None:
    """Remove briefs from search immediately; they stay on record for audits.

    Example: briefs remove 3f9a1c2e07
    """
    from ingest.affected import BriefChange, find_affected
    from ingest.files import printable
    from ingest.terminal import out, print_json, say

    with opened(search=True) as library:
        briefs = [library.brief(brief_id) for brief_id in brief_ids]
        library.remove({brief.id for brief in briefs})
        found = find_affected(library, [BriefChange(brief.id, brief.title) for brief in briefs])
    resting = {one.brief_id: one for one in found}
    for brief in briefs:
        line = resting.get(brief.id)
        if json:
            shown = {"id": brief.id, "title": brief.title, "state": "withdrawn"}
            print_json(shown | {"resting": line.to_json() if line else None})
            continue
        out().print(f"removed: {brief.id}: {brief.title}", markup=False)
        if line:
            say(printable(line.line()))


def stats(json: Json = False) -> None:
    """Count briefs, versions, passages, documents and bytes.

    Example: briefs stats
    """
    from ingest.listing import library_stats, print_stats
    from ingest.terminal import print_json

    with opened() as library:
        counted = library_stats(library)
    if json:
        print_json(counted)
    else:
        print_stats(counted)


def doctor(json: Json = False) -> None:
    """Diagnose the library and suggest fixes.

    Example: briefs doctor
    """
    from ingest.doctor import examine
    from ingest.terminal import out, print_json

    findings = examine()
    for finding in findings:
        if json:
            print_json(finding.to_json())
        else:
            out().print(finding.line(), markup=False)
    raise typer.Exit(SOME_FAILED if any(not finding.sound for finding in findings) else 0)


def reindex(
    embed: Annotated[
        bool,
        typer.Option(
            "--embed", metavar="", help="Embed all passages again with the current model."
        ),
    ] = False,
    json: Json = False,
) -> None:
    """Rebuild the search indexes from the database; no brief is read again.

    Example: briefs reindex
    """
    from ingest.terminal import out, print_json, progress_bars

    with opened() as library:
        if embed:
            with progress_bars() as progress:
                progress.embedding(sum(row.passages for row in library.versions()))
                count = library.maintenance.reembed(progress.embedded)
        else:
            library.require_fingerprint()
            count = library.maintenance.rebuild()
        generation = library.generation
    if json:
        print_json({"passages": count, "generation": generation, "embedded": embed})
    else:
        out().print(f"rebuilt: {count} passages, generation {generation}")
