"""The one command, `briefs`: its commands gathered, our errors as one line and an exit code.

Imports nothing heavy: `briefs --help` must not wait for a model.
"""

import sys
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

import typer

from bot.app import asking, evaluating, purging, taking_away
from bot.app import serve as serving_cli
from bot.app import slack as slack_commands
from bot.app.audit import cli as audit_cli
from index.errors import (
    BriefsError,
    DatabaseUnavailable,
    FingerprintMismatch,
    LibraryMissing,
    NotFound,
    SettingsError,
    UsageError,
)
from ingest import affected
from ingest import cli as library_commands
from ingest.cli import INTERRUPTED, SOME_FAILED, opened

if TYPE_CHECKING:
    from index.library import Library
    from ingest.affected import AffectedAnswers, BriefChange

WRONG_USAGE = 2
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
    try:
        code = app(prog_name="briefs", standalone_mode=False)
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


def _mistyped(error: Any) -> int:
    """Say what is wrong with the words of a command, in a line that names its help."""
    reason = " ".join(error.format_message().split()).replace("Value error, ", "").rstrip(".")
    command = error.ctx.command_path if getattr(error, "ctx", None) else "briefs"
    sys.stderr.write(f"briefs: {reason}; see: {command} --help\n")
    return WRONG_USAGE


def _refused(error: OSError) -> str:
    """Say what the system would not do: full disks, missing rights, something in the way."""
    what = str(error.filename or "the disk")
    reason = error.strerror or (str(error).splitlines() or [type(error).__name__])[0]
    return f"{what}: {reason}; free some space or change its rights, and run it again"


def _complain(error: BriefsError, code: int) -> int:
    sys.stderr.write(f"briefs: {error}\n")
    return code


@app.callback()
def start(context: typer.Context) -> None:
    """Ask your briefs; every sentence of the answer is cited to the passage it rests on."""
    if context.invoked_subcommand is None:
        _first_words()


def _first_words() -> None:
    from ingest.listing import library_stats
    from ingest.terminal import say

    try:
        with opened() as library:
            counted = library_stats(library)
    except LibraryMissing as missing:
        say(f"{missing}\nthen: briefs ask 'YOUR QUESTION'    (all commands: briefs --help)")
        return
    say(
        f"{counted['briefs']} briefs, {counted['passages']} passages in {counted['home']}\n"
        "type: briefs ask 'YOUR QUESTION', or briefs chat    (all commands: briefs --help)"
    )


def _resting(library: "Library", changes: "Sequence[BriefChange]") -> "list[AffectedAnswers]":
    """Tell an ingest which answers rest on what it changed."""
    from bot.audit import brief_changes

    return brief_changes.resting(library, changes)


asking.register(app)
taking_away.register(app)
library_commands.register(app)
affected.register(_resting)
purging.register(app)
evaluating.register(app)
app.add_typer(audit_cli.app)
app.add_typer(slack_commands.app, name="slack")
serving_cli.register(app)


def commands() -> Mapping[str, Any]:
    """Return the commands by name, for the documentation that is made from them."""
    group: Any = typer.main.get_command(app)
    found: Mapping[str, Any] = group.commands
    return found
