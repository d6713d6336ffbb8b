"""The commands that add briefs: `briefs ingest`, once or watching, and `briefs follow`.

Heavy imports happen inside the functions, so that `briefs --help` is fast.
"""

import sys
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import replace
from typing import TYPE_CHECKING, Annotated

import typer

from ingest.cli import INTERRUPTED, SOME_FAILED, Json, complete_collections, opened

if TYPE_CHECKING:
    from index.library import Library
    from ingest.pipeline import Options
    from ingest.report import Report

Paths = Annotated[
    list[str] | None,
    typer.Argument(
        metavar="PATH", help="Files, folders, globs, http(s) URLs, or - for standard input."
    ),
]
Collection = Annotated[
    str,
    typer.Option(
        metavar="NAME",
        help="Collection to put the briefs in.",
        autocompletion=complete_collections,
    ),
]
Title = Annotated[str | None, typer.Option(metavar="TEXT", help="Title; for one document.")]
Date = Annotated[
    str | None,
    typer.Option(metavar="DATE", help="Publication date: 2016-09-07, 07.09.2016, 2016-09 …"),
]
Authors = Annotated[
    list[str] | None, typer.Option(metavar="NAME", help="Author; repeat for several.")
]
SourceUrl = Annotated[
    str | None, typer.Option(metavar="URL", help="Its public address; for one document.")
]
Manifest = Annotated[
    str | None,
    typer.Option(metavar="FILE.csv", help="Metadata by document: file, title, date, …"),
]
Feeds = Annotated[
    list[str] | None,
    typer.Option(
        metavar="URL", help="RSS or Atom feed, sitemap or page that lists briefs; repeatable."
    ),
]
Pattern = Annotated[
    str | None,
    typer.Option(metavar="REGEX", help="Which links of a --feed are briefs: /publications/."),
]
Prune = Annotated[
    bool, typer.Option("--prune", metavar="", help="Remove briefs whose files no longer exist.")
]
DryRun = Annotated[
    bool, typer.Option("--dry-run", metavar="", help="Show what would happen; change nothing.")
]
Restore = Annotated[
    bool, typer.Option("--restore", metavar="", help="Also add briefs that were removed before.")
]
Watch = Annotated[
    bool,
    typer.Option("--watch", metavar="", help="Keep watching the paths for changes until Ctrl-C."),
]


def register(app: typer.Typer) -> None:
    """Add the commands of this module."""
    app.command("ingest")(ingest)
    app.command("follow")(follow)


def ingest(
    paths: Paths = None,
    collection: Collection = "default",
    title: Title = None,
    date: Date = None,
    author: Authors = None,
    source_url: SourceUrl = None,
    manifest: Manifest = None,
    feed: Feeds = None,
    pattern: Pattern = None,
    prune: Prune = False,
    dry_run: DryRun = False,
    restore: Restore = False,
    watch: Watch = False,
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
    from ingest.feeds import ingest_feeds
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
