"""The commands `briefs slack …`: run the bot, set it up. Imports nothing heavy until one runs."""

import sys
from pathlib import Path
from typing import Annotated

import typer

from ingest.cli import SOME_FAILED, Json

app = typer.Typer(
    name="slack",
    context_settings={"help_option_names": ["-h", "--help"]},
    invoke_without_command=True,
)

Name = Annotated[str | None, typer.Option(metavar="NAME", help="Name of the app in Slack.")]
FollowUps = Annotated[
    bool | None,
    typer.Option(
        "--follow-ups/--mention-only",
        metavar="",
        help="Answer follow-ups in a thread without a mention; Slack then sends the bot every "
        "message in its channels.",
    ),
]
UserGroups = Annotated[
    bool | None,
    typer.Option(
        "--user-groups/--no-user-groups",
        metavar="",
        help="Request the permission needed to restrict collections to user groups.",
    ),
]
PublicUrl = Annotated[
    str | None,
    typer.Option("--http", metavar="URL", help="Use HTTP instead of Socket Mode, at this address."),
]
Socket = Annotated[bool, typer.Option("--socket", metavar="", help="Use Socket Mode.")]
Admins = Annotated[
    list[str] | None,
    typer.Option(
        "--admin",
        metavar="ID",
        help="Slack user id of an admin of the bot; repeatable.",
    ),
]
Folder = Annotated[Path, typer.Option(metavar="FOLDER", help="Where to write the files.")]
Yes = Annotated[
    bool,
    typer.Option("--yes", "-y", metavar="", help="Ask nothing; options not given count as no."),
]


Health = Annotated[
    int | None,
    typer.Option(
        "--health",
        metavar="PORT",
        min=0,
        max=65535,
        help="Serve /health and /metrics on this port, to this machine only; 0: any free port.",
    ),
]


@app.callback()
def slack(context: typer.Context, health: Health = None) -> None:
    """Answer questions in Slack over Socket Mode; use `init` and `check` to set it up.

    With --health, /health returns 503 when Slack has been unreachable for over a minute.

    Example: briefs slack
    """
    if context.invoked_subcommand is None:
        run(health)


def run(health: int | None) -> None:
    from bot.app.slack_bot import run as run_bot
    from bot.slack.setup.settings import Transport, load
    from ingest.terminal import show_warnings

    show_warnings()
    run_bot(load(Transport.SOCKET), health)


@app.command()
def init(
    name: Name = None,
    follow_ups: FollowUps = None,
    user_groups: UserGroups = None,
    public_url: PublicUrl = None,
    socket: Socket = False,
    admin: Admins = None,
    folder: Folder = Path(),
    yes: Yes = False,
) -> None:
    """Create manifest.json, briefs.toml and .env for a new Slack app, and list the next steps.

    The manifest is overwritten each time; an existing briefs.toml or .env stays unchanged.

    Example: briefs slack init --name Briefs --socket --mention-only --yes
    """
    from bot.slack.setup import init as files
    from bot.slack.setup.manifest import AppPlan
    from index.errors import UsageError

    if socket and public_url is not None:
        raise UsageError("--socket and --http: give only one of them")
    asked = _Asking(yes)
    plan = AppPlan(
        name=asked.text(name, "Name of the app in Slack", "Briefs"),
        follow_ups=asked.flag(
            follow_ups, "Answer follow-ups without a mention? The bot then gets every message in "
            "its channels",
        ),
        user_groups=asked.flag(user_groups, "Will you restrict collections to Slack user groups?"),
        public_url=public_url if public_url is not None or socket else asked.text(
            None, "Public https URL, or empty for Socket Mode", "") or None,
    )  # fmt: skip
    admins = asked.text(
        " ".join(admin) if admin else None, "Slack user ids of the bot's admins, or empty", ""
    )
    answers = files.Answers(plan, tuple(admins.replace(",", " ").split()))
    for line in files.write(folder, answers):
        sys.stdout.write(f"{line}\n")
    sys.stdout.write(f"\nNext steps:\n{files.next_steps(folder.absolute(), answers)}")


@app.command()
def check(json: Json = False) -> None:
    """Check tokens, permissions and settings with Slack, and say how to fix what is missing.

    Exit code 1: something required is missing. 2: a setting is missing or wrong.

    Example: briefs slack check
    """
    from bot.slack.setup.check import check as ask_slack
    from bot.slack.setup.settings import load
    from ingest.terminal import print_json

    found = ask_slack(load(), _present())
    if json:
        print_json(found.as_json())
    else:
        for finding in found.findings:
            sys.stdout.write(f"{finding}\n")
    if not found.ok:
        raise typer.Exit(SOME_FAILED)


def _present() -> frozenset[str] | None:
    from index.errors import LibraryMissing
    from ingest.cli import opened

    try:
        with opened() as library:
            return frozenset(row.brief.collection for row in library.versions())
    except LibraryMissing:
        return None


class _Asking:
    """Asks for options that were not given; with --yes takes the default."""

    def __init__(self, silent: bool) -> None:
        self._silent = silent

    def text(self, given: str | None, question: str, default: str) -> str:
        if given is not None or self._silent:
            return default if given is None else given
        shown = bool(default)
        return str(typer.prompt(question, default=default, show_default=shown, err=True)).strip()

    def flag(self, given: bool | None, question: str) -> bool:
        if given is not None or self._silent:
            return bool(given)
        return typer.confirm(question, default=False, err=True)
