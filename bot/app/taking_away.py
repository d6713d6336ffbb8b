"""Take answers and briefs away: the files of `briefs ask --format`, and the command `briefs cite`.

Imports are inside the functions: `briefs --help` must not wait for them.
"""

import sys
from datetime import date
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from index.errors import BriefsError, UsageError
from ingest.cli import SOME_FAILED, Json, opened
from ingest.files import printable, shown

if TYPE_CHECKING:
    from bot.answering.answer import Answer
    from bot.answering.export.references import Reference
    from index.library import Library
    from index.passage import Brief


class Format(StrEnum):
    """What an answer is written as."""

    TEXT = "text"
    MARKDOWN = "markdown"
    DOCX = "docx"


AsFormat = Annotated[
    Format,
    typer.Option(
        "--format", help="Markdown or a Word document, with the sources as numbered notes."
    ),
]
Output = Annotated[
    str | None,
    typer.Option(metavar="FILE", help="Write the answer to this file, not to standard output."),
]
Style = Annotated[
    str,
    typer.Option(
        metavar="STYLE", help="chicago, ris, csl-json, bibtex, or a CSL file of another style."
    ),
]
Page = Annotated[
    int | None,
    typer.Option(metavar="N", min=1, help="Cite this page of the brief (chicago: as a note)."),
]


def register(app: typer.Typer) -> None:
    app.command()(cite)


def require_destination(form: Format, output: str | None) -> None:
    """Raise UsageError where an answer could not be written as wanted; nothing is asked then."""
    if form is Format.DOCX and output is None and sys.stdout.isatty():
        raise UsageError("--format docx: not for a terminal; give --output FILE.docx, or a pipe")
    if output is not None and not Path(output).absolute().parent.is_dir():
        raise UsageError(f"--output {output}: no such folder; create it first")


def write(answer: "Answer", form: Format, output: str | None) -> None:
    """Write an answer to a file, or to standard output; raises UsageError where it cannot."""
    data = _contents(answer, form)
    if output is None:
        sys.stdout.flush()
        sys.stdout.buffer.write(data)
        sys.stdout.buffer.flush()
        return
    try:
        Path(output).write_bytes(data)
    except OSError as error:
        raise UsageError(f"--output {output}: {error.strerror}; name another file") from error


def _contents(answer: "Answer", form: Format) -> bytes:
    today = date.today().isoformat()
    if form is Format.DOCX:
        from bot.answering.export.word import word

        return word(answer, today)
    if form is Format.MARKDOWN:
        from bot.answering.export.markdown import markdown

        return shown(markdown(answer, today)).encode()
    from bot.answering.render import plain

    return f"{shown(plain(answer))}\n".encode()


def cite(
    brief_ids: Annotated[
        list[str],
        typer.Argument(metavar="ID", help="Brief ids or report numbers; ID@2 is its version 2."),
    ],
    style: Style = "chicago",
    page: Page = None,
    json: Json = False,
) -> None:
    """Cite briefs in Chicago style, RIS, CSL-JSON or BibTeX.

    Example: briefs cite IF10753@6 IF11175 --style bibtex > briefs.bib

    Example: briefs cite IF10753 --page 2
    """
    from bot.answering.export.references import cite as cited
    from bot.answering.export.references import csl, together
    from ingest.terminal import print_json, say

    if page is not None and len(brief_ids) > 1:
        raise UsageError("--page: give it with one ID only")
    with opened() as library:
        found, failures = _references(library, brief_ids, page)
    texts = cited(found, style)
    if json:
        for reference, text in zip(found, texts, strict=True):
            brief = {"id": reference.brief.id, "version": reference.brief.version}
            print_json({**brief, "style": style, "citation": text, "csl": csl(reference)})
    elif found:
        sys.stdout.buffer.write(shown(together(texts, style)).encode())
    for failure in failures:
        say(printable(f"briefs: {failure}"))
    if failures:
        raise typer.Exit(SOME_FAILED)


def _references(
    library: "Library", brief_ids: list[str], page: int | None
) -> "tuple[list[Reference], list[BriefsError]]":
    """Return what is to be cited, and why the others are not there; raises if there is only one."""
    from bot.answering.export.references import Reference
    from index.errors import NotFound

    found, failures = [], list[BriefsError]()
    for brief_id in dict.fromkeys(brief_ids):
        try:
            brief = _brief(library, brief_id)
        except NotFound as error:
            if len(brief_ids) == 1:
                raise
            failures.append(error)
            continue
        last = max((number for _, number in brief.pages), default=None)
        if page is not None and last is not None and page > last:
            raise UsageError(f"--page {page}: {brief_id} has {last} page{'s' if last > 1 else ''}")
        found.append(Reference.of(brief, page))
    return found, failures


def _brief(library: "Library", brief_id: str) -> "Brief":
    """Return a brief by id or number; "@6" is its version 6, or the edition that it calls so."""
    from index.errors import NotFound
    from index.passage import split_version

    name, version = split_version(brief_id)
    try:
        return library.brief(name, version)
    except NotFound:
        rows = [row.brief for row in library.versions() if name in {row.brief.id, row.brief.number}]
        for one in rows if version else ():
            brief = library.brief(one.id, one.version)
            if brief.edition == brief_id.removeprefix(f"{name}@"):
                return brief
        raise
