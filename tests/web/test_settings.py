"""The [desk] table and the tokens; every fault is one line without a value."""

from pathlib import Path

import pytest

from bot.web.settings import Person, Role, load, public_url, token_hash
from index.errors import SettingsError

GOOD = "t" * 24


def write(text: str) -> None:
    Path("briefs.toml").write_text(text)


def test_without_any_there_is_a_desk_without_a_login() -> None:
    settings = load()
    found = (settings.enabled, settings.url, settings.tokens, settings.proxy_user_header)
    assert found == (True, None, (), None)


def test_tokens_are_kept_as_hashes(monkeypatch: pytest.MonkeyPatch) -> None:
    """Entries NAME:ROLE:TOKEN, parted by commas or white space."""
    monkeypatch.setenv("BRIEFS_DESK_TOKENS", f"ilse:editor:{GOOD}, omar@example.org:reader:x{GOOD}")
    settings = load()
    assert [token.person for token in settings.tokens] == [
        Person("ilse", Role.EDITOR), Person("omar@example.org", Role.READER),
    ]  # fmt: skip
    assert settings.tokens[0].sha256 == token_hash(GOOD)
    assert GOOD not in repr(settings)


def test_tokens_may_stand_in_a_file(tmp_path: Path) -> None:
    file = tmp_path / "tokens"
    file.write_text(f"ilse:admin:{GOOD}\nomar:reader:x{GOOD}\n")
    write(f'[desk]\ntokens_file = "{file}"\n')
    file.chmod(0o644)
    with pytest.raises(SettingsError, match=r"chmod 600"):
        load()
    file.chmod(0o600)
    assert [token.person.name for token in load().tokens] == ["ilse", "omar"]


def test_a_dotenv_with_tokens_must_be_private() -> None:
    """As with every secret."""
    Path(".env").write_text(f"BRIEFS_DESK_TOKENS=ilse:admin:{GOOD}\n")
    Path(".env").chmod(0o644)
    with pytest.raises(SettingsError, match="chmod 600"):
        load()


def test_faulty_tokens_are_named_by_their_place(monkeypatch: pytest.MonkeyPatch) -> None:
    for entry, words in (
        ("ilse:editor:short-secret", "shorter than 24"),
        (f"ilse:boss:{GOOD}", "not NAME:ROLE:TOKEN"),
        (f"ilse:{GOOD}", "not NAME:ROLE:TOKEN"),
        (f"<b>:editor:{GOOD}", "not NAME:ROLE:TOKEN"),
        (f"ilse:editor:{GOOD} ilse:reader:x{GOOD}", "entry 2: an earlier entry has the same name"),
    ):
        monkeypatch.setenv("BRIEFS_DESK_TOKENS", entry)
        with pytest.raises(SettingsError, match=words) as raised:
            load()
        assert GOOD not in str(raised.value)
        assert "short-secret" not in str(raised.value)


def test_faults_are_named() -> None:
    header = 'proxy_user_header = "X-User"'
    for lines, words in (
        ("colour = 1", "desk.colour: no such setting"),
        (f'tokens = "a:admin:{GOOD}"', "desk.tokens: does not belong in briefs.toml"),
        ('url = "ftp://x"', "desk.url: not an address"),
        ('url = "https://x.example/desk"', "desk.url: must be a host without a path"),
        ('url = "https://u:p@x.example"', "desk.url: must be a host without a path"),
        (header, "proxy_addresses: missing"),
        ('proxy_user_header = "X User"\nproxy_addresses = ["::1"]', "not a header name"),
        (f'{header}\nproxy_addresses = ["proxy"]', "write addresses such as"),
        ("session_hours = 0", "desk.session_hours"),
        ('enabled = "yes"', "write true or false"),
        ('[desk.people]\nilse = "boss"', "desk.people.ilse: write"),
    ):
        write(f"[desk]\n{lines}\n")
        with pytest.raises(SettingsError, match=words):
            load()


def test_people_behind_a_proxy_have_roles() -> None:
    write(
        '[desk]\nproxy_user_header = "X-User"\nproxy_addresses = ["10.0.0.7"]\n'
        'proxy_default = "none"\n[desk.people]\n"ilse@example.org" = "editor"\n'
    )
    settings = load()
    assert (settings.people, settings.proxy_default) == ({"ilse@example.org": Role.EDITOR}, "none")


def test_the_public_address_is_there_for_links() -> None:
    """Without a slash at its end; None where there is no desk."""
    assert public_url() is None
    write('[desk]\nurl = "https://briefs.example.org/"\n')
    assert public_url() == "https://briefs.example.org"
    assert load().is_https
    assert not load().is_local
    write('[desk]\nurl = "https://briefs.example.org"\nenabled = false\n')
    assert public_url() is None
