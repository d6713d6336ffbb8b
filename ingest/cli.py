"""The commands on a library: ingest, list, show, remove, stats, doctor, reindex.

Heavy imports happen inside the functions, so that `briefs --help` is fast.
"""

import sys
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import replace
from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from index.library import Library
    from index.passage import BriefRef
    from ingest.pipeline import Options
    from ingest.report import Report

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


@contextmanager
def _rehearsed() -> "Iterator[Library]":
    """Open the library for a dry run; where there is none yet, an empty one for the time being."""

    from index.errors import LibraryMissing
    from index.library import Library
    from index.settings import load
    from ingest.scratch import ScratchFolder

    with ExitStack() as stack:
        try:
            library = stack.enter_context(opened(search=True))
        except LibraryMissing:
            folder = stack.enter_context(ScratchFolder("dry-run"))
            nowhere = load(home=folder, database_url=None, chroma_url=None)
            library = stack.enter_context(Library.open(nowhere, create=True))
        yield library


def register(app: typer.Typer) -> None:
    """Add the commands of this module."""
    app.command("ingest")(ingest)
    app.command("follow")(follow)
    app.command("list")(list_briefs)
    app.command("show")(show)
    app.command("remove")(remove)
    app.command("stats")(stats)
    app.command("doctor")(doctor)
    app.command("reindex")(reindex)


def ingest(
    paths: Annotated[
        list[str] | None,
        typer.Argument(
            metavar="PATH", help="Files, folders, globs, http(s) URLs, or - for standard input."
        ),
    ] = None,
    collection: Annotated[
        str,
        typer.Option(
            metavar="NAME",
            help="Collection to put the briefs in.",
            autocompletion=complete_collections,
        ),
    ] = "default",
    title: Annotated[
        str | None, typer.Option(metavar="TEXT", help="Title; for one document.")
    ] = None,
    date: Annotated[
        str | None,
        typer.Option(metavar="DATE", help="Publication date: 2016-09-07, 07.09.2016, 2016-09 …"),
    ] = None,
    author: Annotated[
        list[str] | None, typer.Option(metavar="NAME", help="Author; repeat for several.")
    ] = None,
    source_url: Annotated[
        str | None, typer.Option(metavar="URL", help="Its public address; for one document.")
    ] = None,
    manifest: Annotated[
        str | None,
        typer.Option(metavar="FILE.csv", help="Metadata by document: file, title, date, …"),
    ] = None,
    feed: Annotated[
        list[str] | None,
        typer.Option(
            metavar="URL", help="RSS or Atom feed, sitemap or page that lists briefs; repeatable."
        ),
    ] = None,
    pattern: Annotated[
        str | None,
        typer.Option(metavar="REGEX", help="Which links of a --feed are briefs: /publications/."),
    ] = None,
    prune: Annotated[
        bool, typer.Option("--prune", metavar="", help="Remove briefs whose files no longer exist.")
    ] = False,
    dry_run: Annotated[
        bool, typer.Option("--dry-run", metavar="", help="Show what would happen; change nothing.")
    ] = False,
    restore: Annotated[
        bool,
        typer.Option("--restore", metavar="", help="Also add briefs that were removed before."),
    ] = False,
    watch: Annotated[
        bool,
        typer.Option(
            "--watch", metavar="", help="Keep watching the paths for changes until Ctrl-C."
        ),
    ] = False,
    json: Json = False,
) -> None:
    """Add briefs to the library: txt, md, html, pdf, docx, eml and more.

    Also read: pptx, xlsx, odt, ods, odp, rtf, epub, msg, and zip archives of any of these.
    Unchanged files are skipped; changed files become new versions. Parsers run in a sandboxed
    subprocess, and one bad file does not stop the run. Briefs that were removed are added again
    only if you say so.

    Example: briefs ingest ~/briefs --prune
    """
    from index.errors import UsageError
    from ingest.document import Metadata
    from ingest.manifest import load as load_manifest
    from ingest.pipeline import Options

    given = Metadata(title, _date(date), tuple(author or ()), source_url=source_url)
    rows = load_manifest(manifest) if manifest else None
    options = Options(
        _collection(collection), given, rows, prune=prune, dry_run=dry_run, restore=restore
    )
    paths = paths or []
    if not paths and not feed:
        raise UsageError("nothing to ingest; name files, folders or URLs, or --feed URL")
    code = _ingest_once(paths, options, json=json, feeds=tuple(feed or ()), pattern=pattern)
    if watch and code != INTERRUPTED:
        code = _watch(paths, options, json=json)
    raise typer.Exit(code)


def _ingest_once(
    paths: list[str],
    options: "Options",
    *,
    json: bool,
    feeds: tuple[str, ...] = (),
    pattern: str | None = None,
) -> int:
    from ingest.pipeline import ingest_feeds
    from ingest.terminal import print_json, print_report, progress_bars

    with _rehearsed() if options.dry_run else _growing() as library:
        with progress_bars() as progress:
            report = ingest_feeds(library, paths, feeds, pattern, options, progress)
        if json:
            print_json(report.to_json())
        print_report(report, table=not json)
    if (left := _wanted_back(report)) and not json:
        return _ingest_once(left, replace(options, prune=False, restore=True), json=json)
    if report.interrupted:
        return INTERRUPTED
    return SOME_FAILED if report.failed else 0


@contextmanager
def _growing() -> "Iterator[Library]":
    """Open the library for an ingest; one that is new and stays empty is not left behind."""
    with opened(create=True, search=True) as library:
        try:
            yield library
        finally:
            library.discard_if_empty()


def _wanted_back(report: "Report") -> list[str]:
    """Return the documents whose briefs were removed, if whoever is at the terminal wants them."""
    from ingest.files import printable
    from ingest.report import DocumentResult

    left = [item for item in report.items if item.result is DocumentResult.LEFT_OUT]
    if not left or report.dry_run or not (sys.stdin.isatty() and sys.stderr.isatty()):
        return []
    titles = ", ".join(f"“{printable(item.title or item.location)}”" for item in left)
    wanted = typer.confirm(f"removed before: {titles}. Add again?", err=True)
    return [item.location for item in left] if wanted else []


def _watch(paths: list[str], options: "Options", *, json: bool) -> int:
    from pathlib import Path

    from watchfiles import watch

    from ingest.terminal import say

    folders = [path for path in paths if Path(path).exists()]
    if not folders:
        say("briefs: nothing to watch; name an existing file or folder")
        return 2
    say(f"watching {', '.join(folders)}; stop with Ctrl-C")
    for _ in watch(*folders, debounce=1_000, raise_interrupt=False):
        _ingest_once(paths, options, json=json)
    return 0


def follow(
    topic: Annotated[
        str | None, typer.Argument(metavar="TOPIC", help="What new briefs may say something about.")
    ] = None,
    remove: Annotated[
        bool, typer.Option("--remove", metavar="", help="Follow the topic no longer.")
    ] = False,
    json: Json = False,
) -> None:
    """Follow a topic: ingest then names each new brief that has a sentence about it.

    Without a topic the followed ones are listed.

    Example: briefs follow "grain exports"
    """
    from index.errors import UsageError
    from ingest import follows
    from ingest.terminal import out, print_json

    if remove and not topic:
        raise UsageError("--remove: no topic named; write: briefs follow TOPIC --remove")
    with opened(create=True) as library:
        if topic and remove:
            follows.unfollow(library.home, topic)
        elif topic:
            follows.follow(library.home, topic)
        known = follows.topics(library.home)
    if json:
        print_json({"topics": known})
    else:
        for each in known:
            out().print(each, markup=False)


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


def _collection(name: str) -> str:
    from index.errors import UsageError
    from ingest.document import is_place

    if is_place(name):
        raise UsageError(f"--collection {name}: kept for files added in Slack; choose another name")
    return name


def _date(text: str | None) -> str | None:
    if text is None:
        return None
    from index.errors import UsageError
    from ingest.stated_dates import fault_of, whole_date

    if date := whole_date(text):
        return date
    raise UsageError(f"--date {text}: {fault_of(text)}; write 2016-09-07, 2016-09 or 2016")
