"""The Slack bot's settings: each bad one is one clear line and exit code 2, and no secret told."""

from pathlib import Path

import pytest

from bot.app.cli import main
from bot.slack.access.audience import Rule
from bot.slack.setup.settings import SLACK_API, Transport, load
from bot.slack.types import Answering
from index.errors import SettingsError
from index.settings import load as load_all

CANARY = "hunter2canary"
BOT, APP, SIGNING = f"xoxb-1-{CANARY}", f"xapp-1-{CANARY}", f"{CANARY}0123456789abcdef"
GOOD = {"SLACK_BOT_TOKEN": BOT, "SLACK_APP_TOKEN": APP, "SLACK_SIGNING_SECRET": SIGNING}

# What is changed in good settings: variables, briefs.toml, .env; and what the line must name.
BAD: list[tuple[dict[str, str], str, str, str]] = [
    ({"SLACK_BOT_TOKEN": ""}, "", "", "SLACK_BOT_TOKEN: missing"),
    ({"SLACK_APP_TOKEN": ""}, "", "", "SLACK_APP_TOKEN: missing"),
    ({"SLACK_BOT_TOKEN": f"xoxp-{CANARY}"}, "", "", "SLACK_BOT_TOKEN: does not begin with xoxb-"),
    ({"SLACK_BOT_TOKEN": APP}, "", "", "SLACK_BOT_TOKEN: does not begin with xoxb-"),
    ({"SLACK_BOT_TOKEN": f"{BOT} "}, "", "", "SLACK_BOT_TOKEN: not complete"),
    ({"SLACK_BOT_TOKEN": f"{BOT}\nx"}, "", "", "SLACK_BOT_TOKEN: not complete"),
    ({"SLACK_BOT_TOKEN": "xoxb-"}, "", "", "SLACK_BOT_TOKEN: not complete"),
    ({"SLACK_APP_TOKEN": BOT}, "", "", "SLACK_APP_TOKEN: does not begin with xapp-"),
    ({"SLACK_SIGNING_SECRET": APP}, "", "", "SLACK_SIGNING_SECRET: is a token"),
    ({"SLACK_SIGNING_SECRET": "short"}, "", "", "SLACK_SIGNING_SECRET: not complete"),
    ({"SLACK_API_URL": "slack.com"}, "", "", "SLACK_API_URL: not an address"),
    ({"SLACK_API_URL": "http://slack.test/api/"}, "", "", "SLACK_API_URL: not https"),
    ({"SLACK_API_URL": f"https://me:{CANARY}@slack.com/"}, "", "", "SLACK_API_URL: holds more"),
    ({"SLACK_API_URL": "https://slack.com:port/"}, "", "", "SLACK_API_URL: not an address"),
    ({"SLACK_CLIENT_ID": "1", "SLACK_CLIENT_SECRET": CANARY}, "", "", "SLACK_CLIENT_ID and"),
    ({}, f'[slack]\nbot_token = "{BOT}"', "", "SLACK_BOT_TOKEN: not in briefs.toml"),
    ({}, f'[slack]\nSLACK_APP_TOKEN = "{APP}"', "", "SLACK_APP_TOKEN: "),
    ({}, '[slack]\nnotfy = "C1"', "", "slack.notfy: no such setting"),
    ({}, f"[slack]\n{BOT} = 1", "", "slack....: no such setting"),
    ({}, 'slack = "on"', "", "slack is not a table"),
    ({}, "[slack", "", "briefs.toml: "),
    ({}, '[slack]\nnotify = "#library"', "", "slack.notify: write a channel's id"),
    ({}, '[slack]\nadmins = "U1"', "", "slack.admins: write a list"),
    ({}, "[slack]\nkeep_days = 0", "", "slack.keep_days: write days"),
    ({}, '[slack]\nkeep_days = "90"', "", "slack.keep_days: write a whole number"),
    ({}, '[slack]\nadmins = ["ada"]', "", "slack.admins: write ids"),
    ({}, '[slack.groups]\nboard = "@board"', "", "slack.groups.board: write the user group's id"),
    ({}, "[slack.collections.board]", "", "slack.collections.board: says nothing"),
    ({}, "[slack.collections.board]\npublic = false", "", "slack.collections.board: says nothing"),
    ({}, '[slack.collections.b]\npublic = true\ngroups = ["S1"]', "", "collections.b: public, and"),
    ({}, "[slack.collections.b]\npublic = 1", "", "slack.collections.b.public: write true or"),
    ({}, '[slack.collections.b]\nchannels = ["#b"]', "", "slack.collections.b.channels: write a"),
    ({}, '[slack.collections.b]\nchannels = ["D1"]', "", "slack.collections.b.channels: write a"),
    ({}, '[slack.collections.b]\ngroup = ["S1"]', "", "slack.collections.b.group: no such"),
    ({}, '[slack.collections.b]\ngroups = ["board"]', "", "slack.collections.b.groups: write ids"),
    ({}, '[slack.collections."Place:T1/C1"]\npublic = true', "", "that begin with place: are kept"),
    ({}, '[slack.channels.C1]\ncollections = ["place:T1/C2"]', "", "that begin with place: are"),
    ({}, "[slack.collections]\nb = true", "", "slack.collections.b: write a table"),
    ({}, "[slack.collections.b]\ngroups=[]\n[slack.collections.B]\ngroups=[]", "", "named twice"),
    ({}, '[slack.channels.library]\nunasked = true', "", "slack.channels.library: write a channel"),
    ({}, '[slack.channels.C1]\nanswering = "loudly"', "", "slack.channels.C1.answering: write"),
    ({}, '[slack.channels.C1]\nunasked = "yes"', "", "slack.channels.C1.unasked: write true"),
    ({}, "", f"SLACK_BOT_TOKEN={BOT}", ".env: holds SLACK_BOT_TOKEN and everyone"),
    ({}, "", f'X="{CANARY}\nSLACK_APP_TOKEN=', ".env: line 1 is no NAME=VALUE"),
    ({}, f'chat_key = "{CANARY}"', "", "briefs.toml: holds BRIEFS_CHAT_KEY and everyone"),
    ({}, f'database_url = "postgresql://me:{CANARY}@host/x"', "", "holds BRIEFS_DATABASE_URL"),
]  # fmt: skip


@pytest.fixture
def good(monkeypatch) -> None:
    for name, value in GOOD.items():
        monkeypatch.setenv(name, value)


def toml(text: str) -> None:
    Path("briefs.toml").write_text(text, encoding="utf-8")


def dotenv(text: str, mode: int = 0o600) -> None:
    Path(".env").write_text(text, encoding="utf-8")
    Path(".env").chmod(mode)


@pytest.mark.usefixtures("good")
@pytest.mark.parametrize(("variables", "written", "secrets", "named"), BAD)
def test_a_bad_setting_is_one_clear_line(
    monkeypatch, capsys, variables: dict[str, str], written: str, secrets: str, named: str
) -> None:
    """Exit code 2; no value is told, for it may be a secret."""
    for name, value in variables.items():
        monkeypatch.setenv(name, value)
    if written:
        toml(written)
        Path("briefs.toml").chmod(0o644)
    if secrets:
        dotenv(secrets, 0o644)
    monkeypatch.setattr("bot.app.cli.app", lambda **_options: load(Transport.SOCKET))
    with pytest.raises(SystemExit) as ended:
        main()
    told = capsys.readouterr().err
    assert ended.value.code == 2
    assert named in told
    assert told.count("\n") == 1
    assert CANARY not in told


def test_all_faults_are_named_at_once(monkeypatch) -> None:
    monkeypatch.setenv("SLACK_API_URL", "slack.com")
    toml('[slack]\nnotify = "#x"\nelse = 1\n[slack.collections.b]')
    with pytest.raises(SettingsError) as raised:
        load(Transport.HTTP)
    for name in ("BOT_TOKEN", "SIGNING_SECRET", "API_URL", "notify", "slack.else", "collections.b"):
        assert name in str(raised.value)
    assert "APP_TOKEN" not in str(raised.value)


@pytest.mark.usefixtures("good")
def test_without_a_table_the_defaults_hold() -> None:
    """Three secrets are enough: every collection is open to full members."""
    settings = load(Transport.SOCKET)
    assert settings.api_url == SLACK_API
    assert settings.bot_token.get_secret_value() == BOT
    assert settings.policy.rule("anything") == Rule()
    assert (settings.admins, settings.notify, settings.channels) == ([], None, {})
    assert settings.keep_days == 365


@pytest.mark.usefixtures("good")
def test_the_table_is_read() -> None:
    """Names of user groups become ids; rules and channels become the policy."""
    toml("""
        [slack]
        admins = ["U0ADMIN", "librarians"]
        notify = "C0LIBRARY"
        [slack.groups]
        board = "S0BOARD"
        librarians = "S0LIB"
        [slack.collections.board-papers]
        groups = ["board", "S0OTHER"]
        channels = ["C0BOARD"]
        [slack.collections.sheets]
        public = true
        [slack.collections.hidden]
        groups = []
        [slack.channels.C0DEFENCE]
        collections = ["defence"]
        answering = "private"
        unasked = true
    """)
    policy = load().policy
    assert policy.admins == {"U0ADMIN", "S0LIB"}
    assert policy.groups == {"S0BOARD", "S0OTHER", "S0LIB"}
    assert policy.listed_channels == {"C0BOARD"}
    assert policy.rule("Board-Papers").groups == {"S0BOARD", "S0OTHER"}
    assert policy.rule("sheets").public
    assert policy.rule("hidden").restricted
    chosen = policy.channels["C0DEFENCE"]
    assert (chosen.collections, chosen.answering, chosen.unasked) == (
        ("defence",), Answering.PRIVATE, True,
    )  # fmt: skip


def test_secrets_may_stand_in_a_private_file(monkeypatch) -> None:
    """The environment outweighs .env; an empty variable is as good as none."""
    dotenv(f"# ours\nSLACK_BOT_TOKEN={BOT}\nexport SLACK_APP_TOKEN='{APP}'\nBRIEFS_CHAT_KEY=k$1\n")
    monkeypatch.setenv("SLACK_APP_TOKEN", "xapp-environment")
    monkeypatch.setenv("SLACK_BOT_TOKEN", "")
    settings = load(Transport.SOCKET)
    assert settings.bot_token.get_secret_value() == BOT
    assert settings.app_token is not None
    assert settings.app_token.get_secret_value() == "xapp-environment"
    key = load_all().chat_key
    assert key is not None
    assert key.get_secret_value() == "k$1"


@pytest.mark.parametrize(
    ("mode", "refused"), [(0o600, False), (0o640, False), (0o604, True), (0o602, True)]
)
def test_a_file_with_a_secret_is_closed_to_the_world(mode: int, refused: bool) -> None:
    """A group may be let in: services have one of their own."""
    dotenv(f"BRIEFS_CHROMA_TOKEN={CANARY}", mode)
    if not refused:
        assert load_all().chroma_token is not None
        return
    with pytest.raises(SettingsError, match=r"chmod 600 \.env") as raised:
        load_all()
    assert CANARY not in str(raised.value)


@pytest.mark.usefixtures("good")
def test_a_file_without_a_secret_may_be_open() -> None:
    """Somebody else's .env in the working folder is none of our business."""
    dotenv("SOMEBODYS_TOKEN=x\nSLACK_API_URL=https://slack-gov.com/api", 0o644)
    toml('database_url = "sqlite:///briefs.db"\n[other]\nkey = 1')
    Path("briefs.toml").chmod(0o644)
    assert load().api_url == "https://slack-gov.com/api/"
    load_all()


@pytest.mark.usefixtures("good")
@pytest.mark.parametrize(
    "url", ["http://127.0.0.1:8080/api", "http://localhost/api/", "http://[::1]:1"]
)
def test_plain_http_is_for_this_machine(monkeypatch, url: str) -> None:
    monkeypatch.setenv("SLACK_API_URL", url)
    assert load().api_url == url.rstrip("/") + "/"


@pytest.mark.usefixtures("good")
def test_secrets_do_not_show() -> None:
    """Neither in a print nor in a dump of the settings."""
    settings = load()
    assert CANARY not in f"{settings!r} {settings} {settings.model_dump()} {settings.policy}"
