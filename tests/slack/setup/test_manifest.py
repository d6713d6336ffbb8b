"""The manifest: least scopes, Slack's limits, both ways of connecting; one table for all."""

import json
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from bot.slack.setup import manifest as scopes
from bot.slack.setup.manifest import (
    EVENTS,
    SCOPES,
    AppPlan,
    When,
    build,
    needs,
    request_url,
)
from index.errors import UsageError

ROOT = Path(__file__).resolve().parents[3]
PLANS = [
    AppPlan(follow_ups=follow_ups, user_groups=groups, public_url=url)
    for follow_ups in (False, True)
    for groups in (False, True)
    for url in (None, "https://briefs.example.org")
]


# Most and fewest characters or items, from Slack's manifest schema, version 2
# (github.com/slackapi/manifest-schema). `*` stands for each item of a list.
LIMITS = {
    "display_information.name": (1, 35),
    "display_information.description": (1, 140),
    "display_information.background_color": (4, 7),
    "features.bot_user.display_name": (1, 80),
    "features.agent_view.agent_description": (1, 300),
    "features.slash_commands": (1, 50),
    "features.slash_commands.*.command": (2, 32),
    "features.slash_commands.*.description": (1, 2000),
    "features.slash_commands.*.usage_hint": (1, 1000),
    "features.slash_commands.*.url": (1, 3000),
    "features.shortcuts": (1, 10),
    "features.shortcuts.*.name": (1, 24),
    "features.shortcuts.*.callback_id": (1, 255),
    "features.shortcuts.*.description": (1, 150),
    "oauth_config.scopes.bot": (1, 255),
    "oauth_config.scopes.bot.*": (1, 50),
    "settings.event_subscriptions.bot_events": (1, 100),
    "settings.event_subscriptions.bot_events.*": (1, 50),
    "settings.event_subscriptions.request_url": (1, 3500),
    "settings.interactivity.request_url": (1, 3500),
}


def broken_limits(manifest: dict[str, Any]) -> Iterator[str]:
    for path, (least, most) in LIMITS.items():
        for name, value in _found(manifest, path.split("."), ""):
            if not least <= len(value) <= most:
                yield f"{name}: {len(value)} where Slack takes {least} to {most}"


def _found(value: Any, path: list[str], name: str) -> Iterator[tuple[str, Any]]:
    if not path:
        yield name, value
    elif path[0] == "*":
        for number, item in enumerate(value):
            yield from _found(item, path[1:], f"{name}[{number}]")
    elif path[0] in value:
        yield from _found(value[path[0]], path[1:], f"{name}.{path[0]}".lstrip("."))


@pytest.mark.parametrize("plan", PLANS)
def test_every_plan_keeps_to_the_limits(plan: AppPlan) -> None:
    """No field is longer than Slack takes, and every limit that applies was looked at."""
    assert list(broken_limits(build(plan))) == []


def test_a_limit_is_of_a_field_that_there_is() -> None:
    """Each limit finds its field, so that a renamed field does not go unchecked."""
    fullest = build(AppPlan(follow_ups=True, user_groups=True, public_url="https://b.example.org"))
    assert [path for path in LIMITS if not list(_found(fullest, path.split("."), ""))] == []


def test_mention_only_reads_no_channel() -> None:
    """The least profile has no history scope but that of messages to the bot itself."""
    manifest = build(AppPlan())
    assert "assistant_view" not in manifest["features"]
    asked = manifest["oauth_config"]["scopes"]["bot"]
    assert [name for name in asked if name.endswith(":history")] == ["im:history"]
    assert manifest["settings"]["event_subscriptions"]["bot_events"] == [
        "agent_session_stopped", "app_home_opened", "app_mention", "app_uninstalled",
        "member_joined_channel", "message.im", "tokens_revoked",
    ]  # fmt: skip


def test_follow_ups_add_the_history_scopes_and_nothing_else() -> None:
    """What the larger profile asks for beyond the least one is told in the table."""
    least, more = (
        set(build(AppPlan(follow_ups=follow_ups))["oauth_config"]["scopes"]["bot"])
        for follow_ups in (False, True)
    )
    assert more - least == {"channels:history", "groups:history", "mpim:history"}
    assert least < more


def test_no_scope_beyond_need() -> None:
    """No user scope, and none of those that reach further than the bot does."""
    manifest = build(AppPlan(follow_ups=True, user_groups=True))
    assert list(manifest["oauth_config"]["scopes"]) == ["bot"]
    beyond = {"chat:write.public", "chat:write.customize", "users:read.email"}
    assert not beyond & set(manifest["oauth_config"]["scopes"]["bot"])


def test_an_event_comes_with_its_scope() -> None:
    """Slack refuses a subscription whose scope is not asked for."""
    for wanted in (needs(follow_ups=False, user_groups=False), frozenset(When)):
        asked = set(scopes.scope_names(wanted))
        assert {e.scope for e in EVENTS if e.need in wanted and e.scope} <= asked


def test_every_scope_has_a_reason() -> None:
    """And says what is off without it; none is there twice."""
    assert all(scope.reason and scope.without for scope in SCOPES)
    assert len({scope.name for scope in SCOPES}) == len(SCOPES)


def test_socket_mode_names_no_address() -> None:
    manifest = build(AppPlan())
    assert manifest["settings"]["socket_mode_enabled"] is True
    assert "url" not in json.dumps(manifest)


def test_http_sends_everything_to_one_address() -> None:
    """Events, clicks and commands arrive at the path that the server listens on."""
    manifest = build(AppPlan(public_url="https://briefs.example.org/"))
    url = "https://briefs.example.org/slack/events"
    assert manifest["settings"]["socket_mode_enabled"] is False
    assert manifest["settings"]["event_subscriptions"]["request_url"] == url
    assert manifest["settings"]["interactivity"]["request_url"] == url
    assert [command["url"] for command in manifest["features"]["slash_commands"]] == [url]


@pytest.mark.parametrize(
    "url",
    ["", "briefs.example.org", "http://b.example.org", "https://", "https://u:p@b.example.org",
     "https://b.example.org/?a=1", "https://[b"],
)  # fmt: skip
def test_an_address_that_slack_cannot_use_is_refused(url: str) -> None:
    with pytest.raises(UsageError, match=r"https://briefs\.example\.org"):
        request_url(url)


def test_a_path_of_ones_own_is_kept() -> None:
    assert request_url("https://example.org/briefs/slack/") == "https://example.org/briefs/slack"


@pytest.mark.parametrize("name", ["", "B" * 36])
def test_a_name_that_slack_would_refuse_is_named(name: str) -> None:
    """The field, its length and what Slack takes."""
    with pytest.raises(UsageError, match=rf"--name: {len(name)} characters"):
        build(replace(AppPlan(), name=name))


def test_the_page_holds_the_table(request: pytest.FixtureRequest) -> None:
    """docs/slack.md prints the scopes and events; `pytest --golden` writes them anew."""
    page = ROOT / "docs" / "slack.md"
    begin, end = "<!-- scopes: begin -->\n", "<!-- scopes: end -->\n"
    before, _, rest = page.read_text("utf-8").partition(begin)
    held, _, after = rest.partition(end)
    if request.config.getoption("--golden"):
        page.write_text(before + begin + scopes.markdown() + end + after, encoding="utf-8")
        return
    assert held == scopes.markdown()
