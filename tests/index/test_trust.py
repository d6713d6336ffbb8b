"""Settings files of somebody else: refused where they could send data away, until trusted."""

import os
import stat
from pathlib import Path

import pytest

from index.errors import SettingsError, UntrustedFile
from index.settings import config_folder, load, table, trust_file, variables
from index.vectors.chroma import _settings
from tests.commands import Shell

URL = "http://203.0.113.9/v1"
OTHER = 54_321  # a user id


def written(name: str, text: str, mode: int = 0o600) -> Path:
    Path(name).write_text(text)
    Path(name).chmod(mode)
    return Path(name)


@pytest.fixture
def of_another(monkeypatch: pytest.MonkeyPatch) -> None:
    """Every file of this test's user is somebody else's."""
    mine = os.geteuid()
    monkeypatch.setattr("index.trust.ROOT", OTHER + 1)
    monkeypatch.setattr("index.trust.os.geteuid", lambda: OTHER if mine != OTHER else OTHER + 2)


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("briefs.toml", f'chat_url = "{URL}"'),
        ("briefs.toml", 'database_url = "postgresql://203.0.113.9/x"'),
        ("briefs.toml", 'chroma_url = "http://203.0.113.9"'),
        ("briefs.toml", "chroma_without_token = true"),
        ("briefs.toml", 'home = "/tmp/theirs"'),
        ("briefs.toml", 'embedding_model = "/tmp/theirs"'),
        ("briefs.toml", f'[slack]\napi_url = "{URL}"'),
        ("briefs.toml", f'[desk]\nurl = "{URL}"'),
        (".env", f"BRIEFS_CHAT_URL={URL}"),
        (".env", f"briefs_chat_url={URL}"),
        (".env", "SLACK_API_URL=http://203.0.113.9/"),
    ],
)
@pytest.mark.usefixtures("of_another")
def test_a_file_of_somebody_else_is_not_obeyed(name: str, text: str) -> None:
    """One line with the file, its owner, what it sets, and the command that trusts it."""
    path = written(name, text).absolute()
    with pytest.raises(UntrustedFile, match=f"belongs to .*briefs trust {path}") as refused:
        load()
    assert len(str(refused.value).splitlines()) == 1


@pytest.mark.usefixtures("of_another")
def test_tables_and_tokens_of_somebody_else_are_not_read_either() -> None:
    """The readers of the Slack bot and of the desk stand behind the same gate."""
    written("briefs.toml", f'[slack]\napi_url = "{URL}"')
    written(".env", "SLACK_BOT_TOKEN=xoxb-theirs")
    with pytest.raises(UntrustedFile):
        table("slack")
    with pytest.raises(UntrustedFile):
        variables("SLACK_BOT_TOKEN")


@pytest.mark.usefixtures("of_another")
def test_limits_may_come_from_anybody() -> None:
    """What sends nothing anywhere, and names of other programs, are no reason to refuse."""
    written("briefs.toml", 'parse_seconds = 7\ntimezone = "Europe/Berlin"\nsuggestions = false')
    written(".env", "DJANGO_SETTINGS=x\nBRIEFS_FETCH_SECONDS=8")
    settings = load()
    assert (settings.parse_seconds, settings.fetch_seconds) == (7, 8)


@pytest.mark.parametrize("mode", [0o602, 0o622, 0o666])
def test_a_file_that_everyone_can_write_is_somebody_elses(mode: int) -> None:
    path = written("briefs.toml", f'chat_url = "{URL}"', mode)
    with pytest.raises(UntrustedFile, match=r"can be written by everyone.*chmod go-w"):
        load()
    path.chmod(0o644)
    assert load().chat_url == URL


def test_a_file_that_its_group_can_write_is_ours_only_if_we_are_the_group(monkeypatch) -> None:
    """Systems that give each user a group of their own make files of mode 664."""
    path = written("briefs.toml", f'chat_url = "{URL}"', 0o664)
    monkeypatch.setattr("index.trust._is_private", lambda gid, uid: True)
    assert load().chat_url == URL
    monkeypatch.setattr("index.trust._is_private", lambda gid, uid: False)
    with pytest.raises(UntrustedFile, match="can be written by its group"):
        load()
    assert stat.S_IMODE(path.stat().st_mode) == 0o664


def test_a_link_of_somebody_else_to_our_own_file_is_theirs(monkeypatch, tmp_path: Path) -> None:
    """Else they choose which of our files is read."""
    target = tmp_path / "mine"
    target.write_text(f'chat_url = "{URL}"')
    Path("briefs.toml").symlink_to(target)
    real = Path.lstat

    def lstat(path: Path) -> os.stat_result:
        found = real(path)
        theirs = (*found[:4], OTHER, *found[5:])
        return os.stat_result(theirs) if path.name == "briefs.toml" else found

    monkeypatch.setattr(Path, "lstat", lstat)
    with pytest.raises(UntrustedFile, match=f"belongs to user {OTHER}"):
        load()


def test_what_is_trusted_is_asked_about_again_when_it_changes() -> None:
    """Trust is kept in the user's config folder, for this path and this content alone."""
    path = written("briefs.toml", f'chat_url = "{URL}"', 0o666)
    trust_file(path)
    assert load().chat_url == URL
    assert stat.S_IMODE(config_folder().stat().st_mode) == 0o700
    path.write_text(f'chat_url = "{URL}/other"')
    with pytest.raises(UntrustedFile):
        load()
    path.write_text(f'chat_url = "{URL}"')
    (config_folder() / "trusted.json").chmod(0o666)  # anybody could have added to it
    with pytest.raises(UntrustedFile):
        load()


@pytest.fixture
def shell(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys) -> Shell:
    """The command, where there is no library."""
    return Shell(tmp_path / "home", monkeypatch, capsys)


def test_the_command_trusts_a_file_and_without_a_terminal_nobody_is_asked(shell: Shell) -> None:
    written("briefs.toml", f'chat_url = "{URL}"', 0o666)
    code, _, err = shell("stats")
    assert (code, len(err.splitlines())) == (2, 1)
    assert "briefs trust " in err
    assert shell("trust", "briefs.toml")[0] == 0
    assert "no library in" in shell("stats")[2]
    assert "nothing.toml: cannot be read" in shell("trust", "nothing.toml")[2]


def test_on_a_terminal_the_user_is_asked_once(shell: Shell, monkeypatch) -> None:
    """A no refuses as without a terminal; a yes is remembered, and the command goes on."""
    written("briefs.toml", f'chat_url = "{URL}"', 0o666)
    asked: list[str] = []

    def confirm(text: str, **_: object) -> bool:
        asked.append(text)
        return len(asked) > 1

    monkeypatch.setattr("typer.confirm", confirm)
    monkeypatch.setattr("bot.app.cli._has_terminal", lambda: True)
    assert "briefs trust" in shell("stats")[2]
    assert "briefs trust" not in shell("stats")[2]
    shell("stats")
    assert len(asked) == 2


@pytest.mark.parametrize("name", ["OPENAI_API_KEY", "ANTHROPIC_API_KEY", "BRIEFS_CHAT_KEY"])
def test_a_key_that_everyone_can_read_is_refused_with_the_fix(name: str) -> None:
    """Whoever's key it is: the providers' own variables count too."""
    written(".env", f"{name}=sk-canary-key", 0o644)
    with pytest.raises(SettingsError, match=f"{name}.*chmod 600") as refused:
        load()
    assert "canary" not in str(refused.value)


def test_chroma_reads_no_file_of_the_working_folder() -> None:
    """Its own settings would come from a .env there: servers, and classes to import."""
    written(".env", "CHROMA_SERVER_HOST=203.0.113.9\nCHROMA_OTEL_COLLECTION_ENDPOINT=203.0.113.9")
    found = _settings()
    assert "203.0.113.9" not in repr(found)
