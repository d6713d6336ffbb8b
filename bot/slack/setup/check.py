"""Ask Slack what the tokens may do; report what is missing, what that disables, and the fix.

No token, and no text of other people's exceptions, is ever in the report.
"""

import re
from collections.abc import Collection, Iterator, Mapping
from dataclasses import asdict, dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, Any

from bot.language.untrusted import safe
from bot.slack.setup.manifest import SCOPES, OAuthScope, When
from index.errors import SettingsError

if TYPE_CHECKING:
    from slack_sdk import WebClient

    from bot.slack.setup.settings import SlackSettings

TIMEOUT = 10  # seconds for each of the two calls
_CODE = re.compile("[a-z_]{1,60}")

_INSTALL = "reinstall the app at api.slack.com/apps > Install App and copy the new token"
_MENDS = {  # error codes of auth.test and apps.connections.open
    "invalid_auth": ("Slack does not know this token", "copy it again from api.slack.com/apps"),
    "not_authed": ("Slack received no token", "copy it again from api.slack.com/apps"),
    "account_inactive": ("the app was removed from the workspace", _INSTALL),
    "token_revoked": ("the token was revoked", _INSTALL),
    "token_expired": ("the token has expired", _INSTALL),
    "not_allowed_token_type": (
        "this is another kind of token",
        "use the bot token (xoxb-) for SLACK_BOT_TOKEN, the app-level token (xapp-) for "
        "SLACK_APP_TOKEN",
    ),
    "missing_scope": (
        "the scope connections:write is missing",
        "generate an app-level token with it under Basic Information",
    ),
    "team_access_not_granted": ("the app is not approved for this workspace", "ask an admin"),
    "ratelimited": ("Slack asks to wait", "try again in a minute"),
}
_REINSTALL = "add it under OAuth & Permissions and reinstall the app"
_OPTIONAL = {
    When.FOLLOW_UPS: "if mentions are not enough: briefs slack init --follow-ups",
    When.USER_GROUPS: "if a collection names any: briefs slack init --user-groups",
}


class SetupState(StrEnum):
    OK = "ok"
    OFF = "off"  # the bot works, a feature does not
    MISSING = "missing"  # the bot does not work


@dataclass(frozen=True)
class SetupFinding:
    state: SetupState
    thing: str
    reason: str
    mend: str | None = None

    def __str__(self) -> str:
        mend = f"; {self.mend}" if self.mend else ""
        return safe(f"{self.state:<8}{self.thing}: {self.reason}{mend}")


@dataclass(frozen=True)
class SetupReport:
    findings: tuple[SetupFinding, ...]

    @property
    def ok(self) -> bool:
        return all(finding.state is not SetupState.MISSING for finding in self.findings)

    def as_json(self) -> dict[str, Any]:
        return {"ok": self.ok, "findings": [asdict(finding) for finding in self.findings]}


def check(settings: "SlackSettings", present: Collection[str] | None = None) -> SetupReport:
    """Ask Slack; raise SettingsError where neither way of connecting has its secret.

    `present` are the collections of the library, None where there is none yet.
    """
    if settings.app_token is None and settings.signing_secret is None:
        raise SettingsError(
            "SLACK_APP_TOKEN, SLACK_SIGNING_SECRET: neither is set; Socket Mode needs the "
            "app-level token (xapp-…), HTTP the signing secret, both from Basic Information"
        )
    bot = list(_bot(_client(settings.bot_token.get_secret_value(), settings), settings))
    if settings.app_token is not None:
        way = _socket(_client(settings.app_token.get_secret_value(), settings))
    else:
        way = SetupFinding(
            SetupState.OK, "HTTP",
            "the signing secret is set; the first request from Slack shows whether it is right",
        )  # fmt: skip
    named = () if present is None else _collections(settings, present)
    return SetupReport((*bot, way, *named))


def _client(token: str, settings: "SlackSettings") -> "WebClient":
    from slack_sdk import WebClient

    from bot.slack.delivery.calls import SILENT

    return WebClient(
        token=token, base_url=settings.api_url, timeout=TIMEOUT, retry_handlers=[], logger=SILENT
    )


def _bot(client: "WebClient", settings: "SlackSettings") -> Iterator[SetupFinding]:
    thing = "bot token"
    answer, trouble = _asked(client, "auth.test", thing)
    if trouble:
        yield trouble
        return
    if not answer.get("bot_id"):
        yield SetupFinding(
            SetupState.MISSING, thing, "it is a person's token, not the bot's",
            "take the bot token (xoxb-…) from OAuth & Permissions",
        )  # fmt: skip
        return
    yield SetupFinding(SetupState.OK, thing, f"{answer.get('user')} in {answer.get('team')}")
    granted = answer["scopes"]
    if granted is None:
        yield SetupFinding(
            SetupState.OFF, "scopes", "Slack did not say which are granted",
            "compare api.slack.com/apps > OAuth & Permissions with docs/slack.md",
        )  # fmt: skip
        return
    demanded = set(_demanded(settings, granted))
    for scope in SCOPES:
        yield _scope(scope, granted, scope.need is When.ALWAYS or scope.name in demanded)
    for name in sorted(granted - {scope.name for scope in SCOPES}):
        yield SetupFinding(SetupState.OK, name, "granted, but the bot never uses it", "remove it")


def _demanded(settings: "SlackSettings", granted: frozenset[str]) -> Iterator[str]:
    if settings.policy.groups:
        yield "usergroups:read"
    unasked = any(channel.unasked for channel in settings.channels.values())
    if unasked and not granted & {"channels:history", "groups:history"}:
        yield "channels:history"


def _collections(settings: "SlackSettings", present: Collection[str]) -> Iterator[SetupFinding]:
    from bot.slack.access.audience import folded

    known = set(map(folded, present))
    for name in settings.policy.unknown(present):
        yield SetupFinding(
            SetupState.OFF, f"slack.collections.{name}",
            "the library has no such collection; if it is misspelt, the one you meant is open "
            "to all members", "correct it in briefs.toml; briefs list --json shows the names",
        )  # fmt: skip
    for channel, rule in settings.channels.items():
        for name in rule.collections:
            if folded(name) not in known:
                yield SetupFinding(
                    SetupState.OFF, f"slack.channels.{channel}",
                    f"the library has no collection {name}", "correct it in briefs.toml",
                )  # fmt: skip


def _scope(scope: OAuthScope, granted: frozenset[str], needed: bool) -> SetupFinding:
    if scope.name in granted:
        return SetupFinding(SetupState.OK, scope.name, scope.reason)
    mend = _REINSTALL if needed else _OPTIONAL.get(scope.need, _REINSTALL)
    state = SetupState.MISSING if needed else SetupState.OFF
    return SetupFinding(state, scope.name, f"not granted; disabled: {scope.without}", mend)


def _socket(client: "WebClient") -> SetupFinding:
    thing = "app-level token"
    _, trouble = _asked(client, "apps.connections.open", thing)
    return trouble or SetupFinding(SetupState.OK, thing, "Socket Mode can connect")


def _asked(
    client: "WebClient", method: str, thing: str
) -> tuple[Mapping[str, Any], SetupFinding | None]:
    """Call a method; return its answer with the granted `scopes`, or what is wrong with `thing`."""
    from slack_sdk.errors import SlackApiError

    try:
        response = client.api_call(method)
        data = response.data if isinstance(response.data, dict) else {}
    except SlackApiError as error:
        said = error.response.data
        code = said.get("error") if isinstance(said, dict) else None
        return {}, _refused(thing, code, error.response.status_code)
    except Exception as error:  # urllib, http and json raise a dozen kinds
        return {}, SetupFinding(
            SetupState.MISSING, thing, f"Slack cannot be reached ({type(error).__name__})",
            "check the network, the proxy and SLACK_API_URL",
        )  # fmt: skip
    return {**data, "scopes": _granted(response.headers)}, None


def _refused(thing: str, code: object, status: int) -> SetupFinding:
    """Explain a code; what has not the form of one is not repeated."""
    known = isinstance(code, str) and _CODE.fullmatch(code)
    reason, mend = _MENDS.get(
        str(code),
        (f"Slack refuses it ({code if known else f'status {status}'})", "see docs/slack.md"),
    )
    return SetupFinding(SetupState.MISSING, thing, reason, mend)


def _granted(headers: Mapping[str, Any]) -> frozenset[str] | None:
    for name, value in headers.items():
        if name.lower() == "x-oauth-scopes":
            said = value if isinstance(value, str) else ",".join(value)
            return frozenset(scope.strip() for scope in said.split(",") if scope.strip())
    return None
