"""Settings: read from three places, each fault named, no secret told."""

from pathlib import Path

import pytest

from index.errors import SettingsError
from index.settings import load
from index.storage.database import Database

SECRET = "hunter2-secret"


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("PARSE_SECONDS", "soon"),
        ("PARSE_SECONDS", "0"),
        ("PARSE_SECONDS", "-1"),
        ("PARSE_SECONDS", "nan"),
        ("PARSE_MEGABYTES", "255"),
        ("PARSE_MEGABYTES", "2GB"),
        ("PARSE_MEGABYTES", "1.5"),
        ("MAX_FILE_MEGABYTES", "0"),
        ("MAX_FILE_MEGABYTES", SECRET),
        ("FETCH_SECONDS", "-0.5"),
        ("FETCH_SECONDS", "∞"),
    ],
)
def test_a_faulty_setting_is_named_without_its_value(monkeypatch, name: str, value: str) -> None:
    monkeypatch.setenv(f"BRIEFS_{name}", value)
    with pytest.raises(SettingsError, match=f"BRIEFS_{name}: .*briefs.toml") as raised:
        load()
    assert SECRET not in str(raised.value)
    assert "\n" not in str(raised.value)


def test_all_faulty_settings_are_named_at_once(monkeypatch) -> None:
    monkeypatch.setenv("BRIEFS_PARSE_SECONDS", "x")
    monkeypatch.setenv("BRIEFS_FETCH_SECONDS", "y")
    with pytest.raises(SettingsError, match=r"PARSE_SECONDS.*FETCH_SECONDS"):
        load()


@pytest.mark.parametrize(
    "content", ["parse_seconds = ", "[parse", 'parse_seconds = "x"', "parse_seconds = -3", "\xff"]
)
def test_a_faulty_file_is_named(content: str) -> None:
    Path("briefs.toml").write_bytes(content.encode("latin-1"))
    with pytest.raises(SettingsError, match=r"briefs\.toml"):
        load()


def test_the_environment_outweighs_the_file(monkeypatch, tmp_path: Path) -> None:
    """Arguments outweigh both; an empty variable is as good as none."""
    Path("briefs.toml").write_text('parse_seconds = 7\nfetch_seconds = 8\nembedding_model = "toml"')
    monkeypatch.setenv("BRIEFS_FETCH_SECONDS", "9")
    monkeypatch.setenv("BRIEFS_EMBEDDING_MODEL", "")
    settings = load(home=tmp_path)
    assert (settings.parse_seconds, settings.fetch_seconds) == (7, 9)
    assert (settings.embedding_model, settings.home) == ("toml", tmp_path)


def test_home_is_a_folder_of_the_user_by_default(monkeypatch, tmp_path: Path) -> None:
    """XDG_DATA_HOME if set, else under the home folder; a tilde is spelled out."""
    monkeypatch.setenv("HOME", str(tmp_path))
    assert load().home == tmp_path / ".local/share/brief-bot"
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path / "data"))
    assert load().home == tmp_path / "data/brief-bot"
    monkeypatch.setenv("BRIEFS_HOME", "~/library")
    assert load().home == tmp_path / "library"


def test_a_home_that_is_a_file_is_refused(monkeypatch, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("mine")
    monkeypatch.setenv("BRIEFS_HOME", str(tmp_path / "file"))
    with pytest.raises(SettingsError, match="not a folder"):
        load()


@pytest.mark.parametrize(
    "url",
    [
        f"postgresql://me:{SECRET}@host:port/name",
        f"nonsense://me:{SECRET}@host/name",
        f"{SECRET}",
        f"me:{SECRET}@host/name",
        f"mysql://me:{SECRET}@host/name",
        "",
    ],
)
def test_a_database_url_that_cannot_be_opened_is_refused(url: str) -> None:
    with pytest.raises(SettingsError, match="BRIEFS_DATABASE_URL") as raised:
        Database(url)
    assert SECRET not in str(raised.value)


def test_secrets_do_not_show(monkeypatch) -> None:
    monkeypatch.setenv("BRIEFS_DATABASE_URL", f"postgresql://me:{SECRET}@host/name")
    monkeypatch.setenv("BRIEFS_CHROMA_TOKEN", SECRET)
    settings = load()
    assert SECRET not in f"{settings!r} {settings} {settings.model_dump()}"
    assert settings.chroma_token is not None
    assert settings.chroma_token.get_secret_value() == SECRET
