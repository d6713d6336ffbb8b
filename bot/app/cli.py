"""The one command, `briefs`: its commands gathered, our errors as one line and an exit code.

Imports nothing heavy: `briefs --help` must not wait for a model.
"""

import os
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from bot.app import asking, deleting, evaluating, taking_away
from bot.app import serve as serving_cli
from bot.app import slack as slack_commands
from bot.app.audit import cli as audit_cli
from index.addresses import hide_secrets
from index.errors import (
    BriefsError,
    DatabaseUnavailable,
    FingerprintMismatch,
    LibraryMissing,
    NotFound,
    SettingsError,
    UntrustedFile,
    UsageError,
)
from ingest import adding, affected
from ingest import cli as library_commands
from ingest.cli import INTERRUPTED, SOME_FAILED, opened

if TYPE_CHECKING:
    from index.library import Library
    from ingest.affected import AffectedAnswers, BriefChange

WRONG_USAGE = 2
DEMO = ".demo"  # the folder in which `make demo` keeps its library

# Telemetry of the libraries we stand on, switched off before any of them is imported (promise 10).
# In our own processes alone: a program that imports us keeps its environment as it is.
NO_TELEMETRY = {
    "ANONYMIZED_TELEMETRY": "False",  # chromadb
    "LANGSMITH_TRACING": "false",
    "LANGCHAIN_TRACING_V2": "false",
    "HF_HUB_DISABLE_TELEMETRY": "1",
    "HF_HUB_OFFLINE": "1",
    "DO_NOT_TRACK": "1",
}
# A question's matrices are small. Where the processor has other work to do as well, threads that
# share one wait for each other, busily: 200 ms instead of 1 for each product, 20 to a question.
ONE_THREAD = {"OPENBLAS_NUM_THREADS": "1"}
_USAGE = (
    DatabaseUnavailable, FingerprintMismatch, LibraryMissing, NotFound, SettingsError, UsageError,
)  # fmt: skip

app = typer.Typer(
    name="briefs",
    help="Ask your briefs; every sentence of the answer is cited to the passage it rests on.",
    context_settings={"help_option_names": ["-h", "--help"]},
    pretty_exceptions_enable=False,
    invoke_without_command=True,
)


def main() -> None:
    """Run the command; wrong usage and our own errors become one line and an exit code."""
    for name, value in (NO_TELEMETRY | ONE_THREAD).items():
        os.environ.setdefault(name, value)
    try:
        code = _run()
        sys.exit(code if isinstance(code, int) else 0)
    except typer.TyperException as error:
        sys.exit(_mistyped(error))
    except _USAGE as error:
        sys.exit(_complain(error, WRONG_USAGE))
    except BriefsError as error:
        sys.exit(_complain(error, SOME_FAILED))
    except KeyboardInterrupt:
        sys.exit(INTERRUPTED)
    except BrokenPipeError:
        sys.stderr.close()  # whoever read our output has seen enough
        sys.exit(0)
    except OSError as error:
        sys.exit(_complain(BriefsError(_refused(error)), WRONG_USAGE))


def _run() -> Any:
    """Run the command; on a terminal, ask once about a settings file of somebody else."""
    try:
        return app(prog_name="briefs", standalone_mode=False)
    except UntrustedFile as error:
        if not _has_terminal():
            raise
        from ingest.files import printable

        sys.stderr.write(f"briefs: {printable(error.what)}\n")
        if not typer.confirm("Trust this file as it is now?", err=True):
            raise
        from index.settings import trust_file

        trust_file(Path(error.path))
        return _run()


def _has_terminal() -> bool:
    return sys.stdin.isatty() and sys.stderr.isatty()


def _mistyped(error: Any) -> int:
    """Say what is wrong with the words of a command, in a line that names its help."""
    reason = " ".join(error.format_message().split()).replace("Value error, ", "").rstrip(".")
    command = error.ctx.command_path if getattr(error, "ctx", None) else "briefs"
    from ingest.files import printable

    sys.stderr.write(f"briefs: {printable(reason)}; see: {command} --help\n")
    return WRONG_USAGE


def _refused(error: OSError) -> str:
    """Say what the system would not do: full disks, missing rights, something in the way."""
    what = str(error.filename2 or error.filename or "the disk")
    reason = error.strerror or (str(error).splitlines() or [type(error).__name__])[0]
    return f"{what}: {reason}; free some space or change its rights, and run it again"


def _complain(error: BriefsError, code: int) -> int:
    from ingest.files import printable  # names of files and what was typed may act on a terminal

    sys.stderr.write(f"briefs: {printable(hide_secrets(str(error)))}\n")
    return code


def _version(wanted: bool) -> None:
    if wanted:
        from importlib import metadata

        try:
            number = metadata.version("brief-bot")
        except metadata.PackageNotFoundError:  # run from its source
            number = "unknown"
        sys.stdout.write(f"brief-bot {number}\n")
        raise typer.Exit


@app.callback()
def start(
    context: typer.Context,
    version: Annotated[
        bool,
        typer.Option(
            "--version", metavar="", callback=_version, is_eager=True, help="Print the version."
        ),
    ] = False,
) -> None:
    """Ask your briefs; every sentence of the answer is cited to the passage it rests on."""
    del version
    if context.invoked_subcommand is None:
        _first_words()


def trust(
    file: Annotated[
        Path, typer.Argument(metavar="FILE", help="A briefs.toml or .env that others can write.")
    ],
) -> None:
    """Trust a settings file of somebody else, as it is now.

    A briefs.toml or .env that others can write could send briefs and keys to a server of theirs. It
    is refused until you trust it, and again after each change.

    Example: briefs trust briefs.toml
    """
    from index.settings import trust_file
    from ingest.terminal import say

    trust_file(file)
    say(f"{file.absolute()} is trusted as it is now")


def _first_words() -> None:
    from ingest.listing import library_stats
    from ingest.terminal import say

    try:
        with opened() as library:
            counted = library_stats(library)
    except LibraryMissing as missing:
        if demo := _demo():
            say(f"the demo's library is in {demo}; to use it: export BRIEFS_HOME={demo}")
            say("or, for a library of your own: briefs ingest FOLDER_OR_FILES")
            return
        say(f"{missing}\nthen: briefs ask 'YOUR QUESTION'    (all commands: briefs --help)")
        return
    say(
        f"{counted['briefs']} briefs, {counted['passages']} passages in {counted['home']}\n"
        "type: briefs ask 'YOUR QUESTION', or briefs chat    (all commands: briefs --help)"
    )


def _demo() -> Path | None:
    """Return the folder of the library that `make demo` made, here or beside our source."""
    places = (Path.cwd(), Path(__file__).parents[2])
    return next((one / DEMO for one in places if (one / DEMO / "library.db").is_file()), None)


def _resting(library: "Library", changes: "Sequence[BriefChange]") -> "list[AffectedAnswers]":
    """Tell an ingest which answers rest on what it changed."""
    from bot.audit import brief_changes

    return brief_changes.resting(library, changes)


asking.register(app)
taking_away.register(app)
adding.register(app)
library_commands.register(app)
app.command()(deleting.erase)
affected.register(_resting)
app.command()(deleting.purge)
evaluating.register(app)
app.add_typer(audit_cli.app)
app.add_typer(slack_commands.app, name="slack")
serving_cli.register(app)
app.command()(trust)


def commands() -> Mapping[str, Any]:
    """Return the commands by name, for the documentation that is made from them."""
    group: Any = typer.main.get_command(app)
    found: Mapping[str, Any] = group.commands
    return found
