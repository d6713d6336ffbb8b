"""Write what a new Slack app needs: manifest.json, the [slack] table of briefs.toml, an .env.

Holds no token: the .env has a line for each, which an admin fills in.
"""

import json
import os
import re
import tomllib
from dataclasses import dataclass
from pathlib import Path

from bot.slack.setup.manifest import AppPlan, build, text
from index.errors import SettingsError, UsageError
from index.settings import CONFIG_FILE

MANIFEST_FILE = "manifest.json"
SECRETS_FILE = ".env"
OWNER_ONLY = 0o600

BOT_TOKEN = "SLACK_BOT_TOKEN"  # noqa: S105 - names of variables
APP_TOKEN = "SLACK_APP_TOKEN"  # noqa: S105
SIGNING_SECRET = "SLACK_SIGNING_SECRET"  # noqa: S105

_WHERE = {
    BOT_TOKEN: "Bot token, xoxb-…: api.slack.com/apps > your app > OAuth & Permissions, after\n"
    '# "Install to Workspace".',
    APP_TOKEN: "App-level token, xapp-…: api.slack.com/apps > your app > Basic Information >\n"
    "# App-Level Tokens > Generate, with the scope connections:write. Socket Mode only.",
    SIGNING_SECRET: "Signing secret: api.slack.com/apps > your app > Basic Information >\n"
    "# App Credentials. HTTP only.",
}


@dataclass(frozen=True)
class Answers:
    plan: AppPlan
    admins: tuple[str, ...] = ()  # Slack user ids of those who may set channels

    @property
    def variables(self) -> tuple[str, str]:
        """The secrets that this way of connecting needs."""
        return (BOT_TOKEN, SIGNING_SECRET if self.plan.public_url is not None else APP_TOKEN)


def write(folder: Path, answers: Answers) -> list[str]:
    """Write the three files; return a line for each that says what became of it.

    The manifest is overwritten; the other two stay unchanged if they exist.
    """
    manifest = text(build(answers.plan))
    table = slack_table(answers)
    _require_user_ids(answers.admins)
    kept = _kept_settings(folder / CONFIG_FILE)
    try:
        folder.mkdir(parents=True, exist_ok=True)
        (folder / MANIFEST_FILE).write_text(manifest, encoding="utf-8")
        return [
            f"{MANIFEST_FILE}: written; it describes the app to Slack",
            _settings(folder / CONFIG_FILE, table, kept),
            _secrets(folder / SECRETS_FILE, answers.variables),
        ]
    except OSError as error:
        reason = error.strerror or "refused by the system"
        raise UsageError(
            f"{error.filename or folder}: {reason}; choose another --folder"
        ) from error


def slack_table(answers: Answers) -> str:
    return (
        "[slack]\n"
        "# Who may use /briefs settings, besides workspace admins: Slack user ids (profile >\n"
        "# ⋮ > Copy member ID).\n"
        f"admins = {json.dumps(list(answers.admins))}\n"
        '# notify = "C0123456789"          # a channel for alarms and unanswered questions\n'
        "# keep_days = 365                # questions are deleted after this time\n"
        "\n"
        "# Collections are open to all full members of the workspace, but not to guests or in\n"
        "# channels shared with another organisation, unless a table says otherwise:\n"
        "#\n"
        "# [slack.collections.board]      # these channels, and where all are in these groups\n"
        '# channels = ["C0123456789"]\n'
        '# groups = ["S0123456789"]\n'
        "#\n"
        "# [slack.collections.published]  # also guests and shared channels\n"
        "# public = true\n"
    )


def next_steps(folder: Path, answers: Answers) -> str:
    http = answers.plan.public_url is not None
    steps = [
        "Open https://api.slack.com/apps > Create New App > From a manifest, choose the\n"
        f"   workspace, and paste {folder / MANIFEST_FILE} (JSON).",
        'Press "Install to Workspace" and allow it.',
        f"Fill in {folder / SECRETS_FILE}; it says where to find each secret.",
        f"Check, in the folder where {SECRETS_FILE} and {CONFIG_FILE} are:\n   briefs slack check",
        "Add briefs to the library, if it has none yet:\n   briefs ingest FOLDER",
        f"Start the bot:\n   {'briefs serve' if http else 'briefs slack'}",
    ]
    if http:
        steps.append(
            "Have your proxy pass https requests to it, then press Retry beside the request URL\n"
            "   under Event Subscriptions."
        )
    steps.append(f"In a channel: /invite @{answers.plan.name}, then mention it with a question.")
    return "".join(f"{number}. {step}\n" for number, step in enumerate(steps, 1))


def _require_user_ids(admins: tuple[str, ...]) -> None:
    for admin in admins:
        if not re.fullmatch("[UW][A-Z0-9]+", admin):
            raise UsageError(f"--admin {admin}: not a Slack user id; write one such as U0123456789")


def _kept_settings(path: Path) -> dict[str, object] | None:
    try:
        return tomllib.loads(path.read_text("utf-8"))
    except FileNotFoundError:
        return None
    except (OSError, ValueError) as error:
        reason = error.strerror if isinstance(error, OSError) else error
        raise SettingsError(f"{path}: {reason}; correct it and run the command again") from error


def _settings(path: Path, table: str, kept: dict[str, object] | None) -> str:
    if kept is None:
        path.write_text(table, encoding="utf-8")
        return f"{path.name}: written; set collections and admins there"
    if "slack" in kept:
        return f"{path.name}: unchanged; it already has a [slack] table"
    added = "\n".join(f"    {line}".rstrip() for line in table.splitlines())
    return f"{path.name}: unchanged; add this at its end:\n\n{added}\n"


def _secrets(path: Path, variables: tuple[str, ...]) -> str:
    lines = ["# Secrets of the Slack bot. Never commit this file or make it readable to others."]
    lines += [f"\n# {_WHERE[name]}\n{name}=" for name in variables]
    try:
        handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, OWNER_ONLY)
    except FileExistsError:
        return _kept_secrets(path, variables)
    with os.fdopen(handle, "w", encoding="utf-8") as file:
        os.fchmod(handle, OWNER_ONLY)  # whatever the umask took away
        file.write("\n".join(lines) + "\n")
    return f"{path.name}: written, readable only by you; fill in {' and '.join(variables)}"


def _kept_secrets(path: Path, variables: tuple[str, ...]) -> str:
    said = f"{path.name}: unchanged"
    names = {
        line.removeprefix("export ").partition("=")[0].strip()
        for line in path.read_text("utf-8", errors="replace").splitlines()
        if "=" in line and not line.lstrip().startswith("#")
    }
    if missing := [name for name in variables if name not in names]:
        said += f"; add {' and '.join(f'{name}=…' for name in missing)}"
    if path.stat().st_mode & 0o077:
        said += f"; others can read it: chmod 600 {path}"
    return said
