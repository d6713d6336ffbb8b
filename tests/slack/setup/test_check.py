"""`briefs slack check` against the fake Slack."""

import asyncio
import json
from collections.abc import Iterator
from pathlib import Path
from threading import Thread

import pytest
from aiohttp import web

from bot.slack.setup.manifest import SCOPES, AppPlan, build
from tests.commands import Shell
from tests.slack.fake import FakeSlack, Rules, refused

BOT, APP, SECRET = "xoxb-1-botcanary", "xapp-1-appcanary", "0123456789canary"
LEAST = build(AppPlan())["oauth_config"]["scopes"]["bot"]
ALL = [scope.name for scope in SCOPES]


class CheckedSlack(FakeSlack):
    """The fake, which grants the least scopes and can answer nonsense."""

    bot_token, app_token = BOT, APP

    def __init__(self) -> None:
        super().__init__(rules=Rules(scopes=frozenset(LEAST)))
        self.broken: dict[str, tuple[int, str]] = {}  # method: status, body

    async def _api(self, request: web.Request) -> web.StreamResponse:
        status, body = self.broken.get(request.match_info["method"], (0, ""))
        if status:
            return web.Response(status=status, text=body, content_type="application/json")
        return await super()._api(request)


@pytest.fixture
def web_api() -> Iterator[CheckedSlack]:
    """The fake in a thread of its own: the command runs in this one."""
    loop = asyncio.new_event_loop()
    thread = Thread(target=loop.run_forever, daemon=True)
    thread.start()
    api = CheckedSlack()
    asyncio.run_coroutine_threadsafe(api.start(), loop).result(120)
    yield api
    asyncio.run_coroutine_threadsafe(api.stop(), loop).result(120)
    loop.call_soon_threadsafe(loop.stop)
    thread.join()


class Check:
    """Runs the command against the API; no secret may be in what it says."""

    def __init__(self, shell: Shell, api: CheckedSlack) -> None:
        self.api = api
        self.env = {"SLACK_BOT_TOKEN": BOT, "SLACK_APP_TOKEN": APP, "SLACK_API_URL": api.api}
        self.shell = shell

    def __call__(self, *options: str) -> tuple[int, str, str]:
        self.api.calls.clear()
        code, out, err = self.shell("slack", "check", *options, **self.env)
        assert "canary" not in out + err
        assert "ticket" not in out + err
        return code, out, err

    def granted(self, *scopes: str) -> None:
        self.api.rules.scopes = frozenset(scopes)

    @property
    def called(self) -> list[str]:
        return [call.method for call in self.api.calls]


@pytest.fixture
def check(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    web_api: CheckedSlack,
) -> Check:
    return Check(Shell(tmp_path / "home", monkeypatch, capsys), web_api)


def lines(out: str, state: str) -> dict[str, str]:
    """Return the lines of a state by the thing they are about."""
    found = (line for line in out.splitlines() if line.split()[0] == state)
    return dict(line[8:].split(": ", 1) for line in found)


def test_a_sound_set_up(check: Check) -> None:
    """Exit code 0; the workspace is named; what mention-only leaves out is off, not missing."""
    code, out, err = check()
    assert (code, err) == (0, "")
    assert lines(out, "ok")["bot token"] == "briefs in Fake"
    assert lines(out, "ok")["app-level token"] == "Socket Mode can connect"
    assert set(lines(out, "off")) == set(ALL) - set(LEAST)
    assert lines(out, "missing") == {}
    assert check.called == ["auth.test", "apps.connections.open"]


def test_a_scope_that_is_needed(check: Check) -> None:
    """Its absence is exit code 1, and the line says what that switches off and how to fix it."""
    for scope in (one for one in SCOPES if one.need == "always"):
        check.granted(*(name for name in ALL if name != scope.name))
        code, out, _ = check()
        assert code == 1
        assert lines(out, "missing") == {
            scope.name: f"not granted; disabled: {scope.without}; add it under OAuth & Permissions "
            "and reinstall the app"
        }


def test_a_scope_of_one_feature(check: Check) -> None:
    """The bot works without it: exit code 0, and the feature is named."""
    check.granted(*(name for name in ALL if name != "files:read"))
    code, out, _ = check()
    assert code == 0
    assert "adding briefs from Slack" in lines(out, "off")["files:read"]


def test_user_groups_are_needed_where_a_collection_is_kept_to_one(check: Check) -> None:
    """Otherwise nobody could see it by way of the group."""
    Path("briefs.toml").write_text('[slack.collections.board]\ngroups = ["S0123456789"]\n')
    code, out, _ = check()
    assert code == 1
    assert set(lines(out, "missing")) == {"usergroups:read"}


def test_a_channel_answered_unasked_needs_a_history_scope(check: Check) -> None:
    """Of public or of private channels; without both, the bot never sees the question."""
    Path("briefs.toml").write_text("[slack.channels.C0123]\nunasked = true\n")
    code, out, _ = check()
    assert code == 1
    assert set(lines(out, "missing")) == {"channels:history"}
    check.granted(*LEAST, "groups:history")
    assert check()[0] == 0


def test_a_scope_that_is_not_used(check: Check) -> None:
    check.granted(*ALL, "chat:write.public")
    code, out, _ = check()
    assert code == 0
    assert lines(out, "ok")["chat:write.public"].endswith("never uses it; remove it")


def test_scopes_that_slack_does_not_tell(check: Check) -> None:
    told = {"ok": True, "team": "Exam\x1bple", "user": "briefs", "bot_id": "B1"}
    check.api.broken = {"auth.test": (200, json.dumps(told))}
    code, out, _ = check()
    assert code == 0
    assert lines(out, "ok")["bot token"] == "briefs in Exam\ufffdple"
    assert set(lines(out, "off")) == {"scopes"}


@pytest.mark.parametrize("method", ["auth.test", "apps.connections.open"])
@pytest.mark.parametrize(
    ("code", "said"),
    [
        ("invalid_auth", "Slack does not know this token"),
        ("account_inactive", "the app was removed"),
        ("token_revoked", "revoked"),
        ("not_allowed_token_type", "another kind of token"),
        ("missing_scope", "connections:write"),
        ("something_new", "Slack refuses it (something_new)"),
    ],
)
def test_a_token_that_slack_refuses(check: Check, method: str, code: str, said: str) -> None:
    """The token is named, with the reason and the mend; the other one is tried all the same."""
    check.api.faults.script(method, refused(code))
    exit_code, out, _ = check()
    assert exit_code == 1
    thing = "bot token" if method == "auth.test" else "app-level token"
    assert set(lines(out, "missing")) == {thing}
    assert said in lines(out, "missing")[thing]
    assert len(check.called) == 2


def test_a_persons_token(check: Check) -> None:
    told = {"ok": True, "team": "Fake", "user": "ada"}
    check.api.broken = {"auth.test": (200, json.dumps(told))}
    code, out, _ = check()
    assert code == 1
    assert "not the bot's" in lines(out, "missing")["bot token"]


@pytest.mark.parametrize(
    "answer", [(503, "<html>xoxb-1-botcanary</html>"), (200, "not json"), (200, "[]")]
)
def test_an_answer_that_is_none(
    check: Check, answer: tuple[int, str], caplog: pytest.LogCaptureFixture
) -> None:
    """Exit code 1 and one line, no traceback, nothing of what came, in no log either."""
    check.api.broken = {"auth.test": answer}
    code, out, err = check()
    assert code == 1
    assert err == ""
    assert set(lines(out, "missing")) == {"bot token"}
    assert "canary" not in caplog.text


def test_slack_out_of_reach(check: Check) -> None:
    """The network, the proxy and the address are named."""
    check.env["SLACK_API_URL"] = "http://127.0.0.1:9/api/"
    code, out, _ = check()
    assert code == 1
    assert "check the network" in lines(out, "missing")["bot token"]


def test_over_http_there_is_no_app_level_token(check: Check) -> None:
    """Then the signing secret is enough, and no connection is opened."""
    check.env |= {"SLACK_APP_TOKEN": "", "SLACK_SIGNING_SECRET": SECRET}
    code, out, _ = check()
    assert code == 0
    assert "HTTP" in lines(out, "ok")
    assert check.called == ["auth.test"]


@pytest.mark.parametrize("name", ["SLACK_BOT_TOKEN", "SLACK_APP_TOKEN"])
def test_a_secret_that_is_not_set(check: Check, name: str) -> None:
    """Exit code 2, the variable named, Slack not asked."""
    check.env[name] = ""
    code, out, err = check()
    assert (code, out) == (2, "")
    assert name in err
    assert err.count("\n") == 1
    assert check.called == []


def test_json_for_programs(check: Check) -> None:
    check.granted()
    code, out, _ = check("--json")
    assert code == 1
    found = json.loads(out)
    assert found["ok"] is False
    states = {item["thing"]: item["state"] for item in found["findings"]}
    assert states["chat:write"] == "missing"


def test_collections_that_the_library_does_not_have_are_named(
    check: Check, tmp_path: Path, home_with_model: Path
) -> None:
    """Misspelt, they would leave open what was meant; before the first ingest nothing is said."""
    assert check.shell.home == home_with_model
    Path("briefs.toml").write_text(
        "[slack.collections.Bord]\npublic = true\n[slack.collections.BOARD]\npublic = true\n"
        '[slack.channels.C0123]\ncollections = ["default", "trade"]\n'
    )
    code, out, err = check()
    assert (code, err) == (0, "")
    assert "no such collection" not in out
    page = tmp_path / "a.txt"
    page.write_text("On ferries\n\nThe ferry across the lake carries 700 passengers a day.\n")
    for name in ("board", "default"):
        assert check.shell("ingest", str(page), "--collection", name)[0] == 0
    code, out, _ = check()
    off = lines(out, "off")
    assert code == 0
    assert "the library has no such collection" in off["slack.collections.bord"]
    assert "no collection trade" in off["slack.channels.C0123"]
    assert len([name for name in off if name.startswith("slack.")]) == 2
