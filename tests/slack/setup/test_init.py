"""`briefs slack init`: three files, nothing of the admin's overwritten, the next steps told."""

import json
import os
import stat
import sys
import tomllib
from pathlib import Path

import pytest
from typer.testing import CliRunner

from bot.app.cli import app
from tests.commands import Shell

runner = CliRunner()


@pytest.fixture
def briefs(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> Shell:
    """The command, with a home that is not there."""
    return Shell(tmp_path / "home", monkeypatch, capsys)


def init(briefs: Shell, folder: Path, *options: str) -> str:
    code, out, err = briefs("slack", "init", "--yes", "--folder", str(folder), *options)
    assert code == 0, err
    return out


def test_unattended_it_takes_the_least(briefs: Shell, tmp_path: Path) -> None:
    """--yes alone: Socket Mode, mention-only, no admins, and nobody is asked."""
    init(briefs, tmp_path)
    manifest = json.loads((tmp_path / "manifest.json").read_text("utf-8"))
    assert manifest["settings"]["socket_mode_enabled"] is True
    assert "channels:history" not in manifest["oauth_config"]["scopes"]["bot"]
    assert tomllib.loads((tmp_path / "briefs.toml").read_text("utf-8")) == {"slack": {"admins": []}}
    secrets = (tmp_path / ".env").read_text("utf-8")
    assert "\nSLACK_BOT_TOKEN=\n" in secrets
    assert "\nSLACK_APP_TOKEN=\n" in secrets
    assert "SLACK_SIGNING_SECRET" not in secrets


def test_every_answer_is_an_option(briefs: Shell, tmp_path: Path) -> None:
    """Name, profile, user groups, address and admins."""
    out = init(
        briefs, tmp_path, "--name", "Ask us", "--follow-ups", "--user-groups",
        "--http", "https://briefs.example.org", "--admin", "U012AB", "--admin", "W034CD",
    )  # fmt: skip
    manifest = json.loads((tmp_path / "manifest.json").read_text("utf-8"))
    assert manifest["display_information"]["name"] == "Ask us"
    assert {"channels:history", "usergroups:read"} <= set(manifest["oauth_config"]["scopes"]["bot"])
    assert manifest["settings"]["socket_mode_enabled"] is False
    table = tomllib.loads((tmp_path / "briefs.toml").read_text("utf-8"))["slack"]
    assert table["admins"] == ["U012AB", "W034CD"]
    assert "\nSLACK_SIGNING_SECRET=\n" in (tmp_path / ".env").read_text("utf-8")
    assert "briefs serve" in out
    assert "@Ask us" in out


def test_it_asks_for_what_was_not_given(tmp_path: Path) -> None:
    """Answers typed have the same effect as options."""
    typed = "Library\ny\nn\n\nU012AB, U034CD\n"
    done = runner.invoke(app, ["slack", "init", "--folder", str(tmp_path)], input=typed)
    assert done.exit_code == 0, done.output
    manifest = json.loads((tmp_path / "manifest.json").read_text("utf-8"))
    assert manifest["features"]["bot_user"]["display_name"] == "Library"
    assert "message.channels" in manifest["settings"]["event_subscriptions"]["bot_events"]
    table = tomllib.loads((tmp_path / "briefs.toml").read_text("utf-8"))["slack"]
    assert table["admins"] == ["U012AB", "U034CD"]


def test_secrets_are_for_their_owner_alone(briefs: Shell, tmp_path: Path) -> None:
    for number, umask in enumerate((0o000, 0o277)):
        before = os.umask(umask)
        try:
            folder = tmp_path / str(number)
            folder.mkdir(mode=0o777)
            folder.chmod(0o700)
            init(briefs, folder)
        finally:
            os.umask(before)
        assert stat.S_IMODE((folder / ".env").stat().st_mode) == 0o600


def test_secrets_are_never_overwritten(briefs: Shell, tmp_path: Path) -> None:
    """A second run keeps them, says which is missing, and prints none."""
    (tmp_path / ".env").write_text("export SLACK_BOT_TOKEN=xoxb-canary\n# SLACK_APP_TOKEN=no\n")
    (tmp_path / ".env").chmod(0o644)
    out = init(briefs, tmp_path)
    assert (tmp_path / ".env").read_text().startswith("export SLACK_BOT_TOKEN=xoxb-canary\n")
    assert ".env: unchanged; add SLACK_APP_TOKEN=…; others can read it: chmod 600" in out
    assert "canary" not in out


def test_settings_that_are_there_are_kept(briefs: Shell, tmp_path: Path) -> None:
    """What to add is printed, and is sound TOML."""
    own = 'timezone = "Europe/Berlin"\n'
    (tmp_path / "briefs.toml").write_text(own)
    out = init(briefs, tmp_path, "--admin", "U012AB")
    assert (tmp_path / "briefs.toml").read_text() == own
    added = "\n".join(line[4:] for line in out.splitlines() if line.startswith("    "))
    assert tomllib.loads(own + added)["slack"] == {"admins": ["U012AB"]}


def test_a_slack_table_that_is_there_is_kept(briefs: Shell, tmp_path: Path) -> None:
    (tmp_path / "briefs.toml").write_text("[slack]\n")
    assert "unchanged; it already has a [slack] table" in init(briefs, tmp_path)


def test_settings_that_are_no_toml_are_named(briefs: Shell, tmp_path: Path) -> None:
    (tmp_path / "briefs.toml").write_text("[slack\n")
    code, out, err = briefs("slack", "init", "--yes", "--folder", str(tmp_path))
    assert (code, out) == (2, "")
    assert "briefs.toml" in err
    assert [path.name for path in tmp_path.iterdir()] == ["briefs.toml"]


@pytest.mark.parametrize(
    ("options", "named"),
    [
        (("--name", "N" * 40), "--name: 40 characters"),
        (("--http", "ftp://x"), "ftp://x: not an https URL"),
        (("--http", ""), ": not an https URL"),
        (("--admin", "jane"), "--admin jane: not a Slack user id"),
        (("--socket", "--http", "https://b.example.org"), "--socket and --http"),
    ],
)
def test_answers_that_cannot_work_are_named(
    briefs: Shell, tmp_path: Path, options: tuple[str, ...], named: str
) -> None:
    folder = tmp_path / "new"
    code, _, err = briefs("slack", "init", "--yes", "--folder", str(folder), *options)
    assert code == 2
    assert named in err
    assert err.count("\n") == 1
    assert not folder.exists()


def test_a_folder_that_cannot_be_written_is_named(briefs: Shell, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    code, _, err = briefs("slack", "init", "--yes", "--folder", str(tmp_path / "file"))
    assert code == 2
    assert str(tmp_path / "file") in err


def test_the_next_steps_are_told(briefs: Shell, tmp_path: Path) -> None:
    """From the manifest to the first question, in order."""
    out = init(briefs, tmp_path)
    steps = ["From a manifest", "Install to Workspace", ".env", "briefs slack check",
             "briefs ingest", "briefs slack\n", "/invite @Briefs"]  # fmt: skip
    places = [out.index(step, out.index("Next steps")) for step in steps]
    assert places == sorted(places)


def test_nothing_of_slacks_is_imported(tmp_path: Path) -> None:
    """`briefs slack init` needs neither bolt nor the SDK."""
    import subprocess

    script = (
        "import sys\nfrom bot.app.cli import main\n"
        f"sys.argv = ['briefs', 'slack', 'init', '--yes', '--folder', {str(tmp_path)!r}]\n"
        "main_error = None\n"
        "try:\n    main()\nexcept SystemExit:\n    pass\n"
        "print('MODULES', *sorted({name.split('.')[0] for name in sys.modules}))\n"
    )
    root = Path(__file__).resolve().parents[3]
    done = subprocess.run(
        [sys.executable, "-c", script], cwd=root, capture_output=True, text=True, check=True
    )
    loaded = set(done.stdout.rsplit("MODULES", 1)[1].split())
    assert loaded & {"slack_bolt", "slack_sdk", "aiohttp", "sqlalchemy", "chromadb"} == set()
