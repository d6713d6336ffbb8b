"""The Slack bot's settings: tokens from the environment or .env, the [slack] table of briefs.toml.

    SLACK_BOT_TOKEN=xoxb-...        always
    SLACK_APP_TOKEN=xapp-...        for Socket Mode, `briefs slack`
    SLACK_SIGNING_SECRET=...        for HTTP, `briefs serve`
    SLACK_API_URL=...               only where Slack is reached by another address

docs/slack.md shows the table. All faults are named in one line, without any value: it may be a
secret.
"""

import re
from collections.abc import Iterator
from enum import StrEnum
from typing import Annotated, Any
from urllib.parse import urlsplit

from pydantic import (
    AfterValidator,
    BaseModel,
    ConfigDict,
    Field,
    SecretStr,
    ValidationError,
    field_validator,
)
from pydantic import model_validator as whole

from bot.slack.access.audience import Policy, Rule, folded
from bot.slack.types import Answering, ChannelSettings
from index.addresses import is_loopback
from index.errors import SettingsError
from index.settings import CONFIG_FILE, SECRETS_FILE, table, variables
from ingest.document import PLACES, is_place

KEEP_DAYS = 365
SLACK_API = "https://slack.com/api/"

_VARIABLES = {
    "SLACK_BOT_TOKEN": "bot_token",
    "SLACK_APP_TOKEN": "app_token",
    "SLACK_SIGNING_SECRET": "signing_secret",
    "SLACK_API_URL": "api_url",
}
_OAUTH = ("SLACK_CLIENT_ID", "SLACK_CLIENT_SECRET")
_TABLE_KEYS = frozenset({"collections", "channels", "groups", "admins", "notify", "keep_days"})
_CHANNEL, _USER, _GROUP = (re.compile(f"[{kind}][A-Z0-9]+") for kind in ("CG", "UW", "S"))
_TOKEN = re.compile(r"xox[a-z]|xapp-|xoxe", re.IGNORECASE)
_WORDS = {
    "missing": "missing",
    "extra_forbidden": "no such setting",
    "list_type": 'write a list, such as ["..."]',
    "string_type": "write text between quotation marks",
    "bool_type": "write true or false",
    "int_type": "write a whole number",
    "dict_type": "write a table",
    "model_type": "write a table",
    "enum": 'write "thread" or "private"',
    "greater_than_equal": "write days, from 1 to 36500",
    "less_than_equal": "write days, from 1 to 36500",
}


class Transport(StrEnum):
    """How Slack reaches the bot; each needs a secret of its own."""

    SOCKET = "socket"  # SLACK_APP_TOKEN
    HTTP = "http"  # SLACK_SIGNING_SECRET


def _channel(name: str) -> str:
    if not _CHANNEL.fullmatch(name):
        raise ValueError("write a channel's id, such as C0123ABCD, not its name")
    return name


def _collection(name: str) -> str:
    if is_place(name):
        raise ValueError(
            f"names that begin with {PLACES} are kept for what is added in one place of Slack"
        )
    return name


def _group_name(name: str) -> str:
    if _GROUP.fullmatch(name):
        raise ValueError("a name looks like an id; choose another")
    return name


def _group(name: str) -> str:
    if not _GROUP.fullmatch(name):
        raise ValueError("write the user group's id, such as S0123ABCD")
    return name


def _token(start: str, name: str) -> AfterValidator:
    def check(value: SecretStr) -> SecretStr:
        text = value.get_secret_value()
        if not text.startswith(start):
            raise ValueError(f"does not begin with {start}; take {name}")
        if not re.fullmatch(r"[A-Za-z0-9-]+", text.removeprefix(start)):
            raise ValueError("not complete, or with characters that no token has; copy it again")
        return value

    return AfterValidator(check)


def _signing_secret(value: SecretStr) -> SecretStr:
    text = value.get_secret_value()
    if _TOKEN.match(text):
        raise ValueError("is a token; take Signing Secret from the app's Basic Information")
    if len(text) < 16 or not re.fullmatch(r"[!-~]+", text):
        raise ValueError("not complete; take Signing Secret from Basic Information")
    return value


def _address(url: str) -> str:
    """Return the API's address with a slash at its end; plain http only to this machine."""
    try:
        parts = urlsplit(url)
        host = parts.hostname
        _ = parts.port  # raises ValueError where it is no number
    except ValueError:
        host = None
    if not host or not re.fullmatch(r"[!-~]+", url):
        raise ValueError(f"not an address; write one such as {SLACK_API}")
    if parts.username or parts.password or parts.query or parts.fragment:
        raise ValueError("holds more than host and path")
    if parts.scheme != "https" and not (parts.scheme == "http" and is_loopback(host)):
        raise ValueError("not https, and the token would be sent in the clear")
    return url.rstrip("/") + "/"


ChannelId = Annotated[str, AfterValidator(_channel)]
CollectionName = Annotated[str, AfterValidator(_collection)]
GroupName = Annotated[str, AfterValidator(_group_name)]
GroupId = Annotated[str, AfterValidator(_group)]
BotToken = Annotated[SecretStr, _token("xoxb-", "the Bot User OAuth Token")]
AppToken = Annotated[SecretStr, _token("xapp-", "an app-level token with connections:write")]


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, strict=True)


class CollectionRule(_Strict):
    """One [slack.collections.NAME]."""

    public: bool = False
    channels: list[ChannelId] | None = None
    groups: list[str] | None = None

    @whole(mode="after")
    def _says_one_thing(self) -> "CollectionRule":
        restricted = self.channels is not None or self.groups is not None
        if self.public and restricted:
            raise ValueError("public, and yet limited to channels or groups; take one away")
        if not self.public and not restricted:
            raise ValueError(
                "says nothing; write public = true, channels = [...] or groups = [...]"
            )
        return self


class ChannelRule(_Strict):
    """One [slack.channels.ID]."""

    collections: list[CollectionName] = []
    answering: Answering = Field(Answering.THREAD, strict=False)
    unasked: bool = False


class SlackSettings(_Strict):
    bot_token: BotToken
    app_token: AppToken | None = None
    signing_secret: Annotated[SecretStr, AfterValidator(_signing_secret)] | None = None
    api_url: Annotated[str, AfterValidator(_address)] = SLACK_API
    collections: dict[CollectionName, CollectionRule] = {}
    channels: dict[ChannelId, ChannelRule] = {}
    groups: dict[GroupName, GroupId] = {}
    admins: list[str] = []
    notify: ChannelId | None = None
    keep_days: int = Field(KEEP_DAYS, ge=1, le=36_500)

    @property
    def policy(self) -> Policy:
        return Policy(
            {name: self._rule(rule) for name, rule in self.collections.items()},
            {
                channel: ChannelSettings(tuple(rule.collections), rule.answering, rule.unasked)
                for channel, rule in self.channels.items()
            },
            frozenset(self.groups.get(name, name) for name in self.admins),
        )

    def _rule(self, rule: CollectionRule) -> Rule:
        return Rule(
            rule.public,
            None if rule.channels is None else frozenset(rule.channels),
            None if rule.groups is None else frozenset(self.groups.get(g, g) for g in rule.groups),
        )

    @field_validator("collections")
    @classmethod
    def _named_once(cls, value: dict[str, CollectionRule]) -> dict[str, CollectionRule]:
        if len({folded(name) for name in value}) < len(value):
            raise ValueError("one collection is named twice, but for case or spaces")
        return value

    @whole(mode="after")
    def _names_are_known(self) -> "SlackSettings":
        for name, rule in self.collections.items():
            if not all(self._is_group(group) for group in rule.groups or ()):
                raise ValueError(
                    f"slack.collections.{_shown(name)}.groups: write ids of user groups, such as "
                    "S0123ABCD, or names from [slack.groups]"
                )
        if not all(_USER.fullmatch(name) or self._is_group(name) for name in self.admins):
            raise ValueError("slack.admins: write ids of people, such as U0123ABCD, or user groups")
        return self

    def _is_group(self, name: str) -> bool:
        return name in self.groups or _GROUP.fullmatch(name) is not None


def load(transport: Transport | None = None) -> SlackSettings:
    """Return the settings; raise SettingsError naming each fault, never a value.

    With a transport, the secret that it needs must be there. A value that is there is always
    checked.
    """
    values: dict[str, Any] = {
        _VARIABLES[name]: value for name, value in variables(*_VARIABLES).items()
    }
    for secret in ("bot_token", "app_token", "signing_secret"):
        if secret in values:
            values[secret] = SecretStr(values[secret])
    written = table("slack")
    faults = list(_misplaced(written)) + list(_lacking(values, transport))
    values |= {key: value for key, value in written.items() if key in _TABLE_KEYS}
    try:
        settings = SlackSettings(**values)
    except ValidationError as error:
        faults += [line for fault in error.errors(include_url=False) if (line := _line(fault))]
    if faults:
        raise SettingsError("; ".join(dict.fromkeys(faults)))
    return settings


def _misplaced(written: dict[str, Any]) -> Iterator[str]:
    for key in written:
        if f"SLACK_{key.upper()}" in _VARIABLES or key.upper() in _VARIABLES:
            name = key.upper() if key.upper() in _VARIABLES else f"SLACK_{key.upper()}"
            yield f"{name}: not in {CONFIG_FILE}; write it into the environment or {SECRETS_FILE}"
        elif key not in _TABLE_KEYS:
            yield f"slack.{_shown(key)}: no such setting; correct it in {CONFIG_FILE}"


def _lacking(values: dict[str, Any], transport: Transport | None) -> Iterator[str]:
    """Name what is missing, and what makes slack-bolt ignore SLACK_BOT_TOKEN."""
    needed = {
        "SLACK_BOT_TOKEN": ("OAuth & Permissions", True),
        "SLACK_APP_TOKEN": ("Basic Information, App-Level Tokens", transport is Transport.SOCKET),
        "SLACK_SIGNING_SECRET": ("Basic Information", transport is Transport.HTTP),
    }
    for name, (page, is_needed) in needed.items():
        if is_needed and _VARIABLES[name] not in values:
            yield (
                f"{name}: missing; copy it from the app's page {page} "
                f"into the environment or {SECRETS_FILE}"
            )
    if len(variables(*_OAUTH)) == len(_OAUTH):
        both = " and ".join(_OAUTH)
        yield f"{both}: set, for which slack-bolt would ignore SLACK_BOT_TOKEN; unset them"


def _line(fault: Any) -> str:
    """Say a fault in one line: where, what, and how to fix it; "" for one said elsewhere."""
    where = [part for part in fault["loc"] if isinstance(part, str) and part != "[key]"]
    words = _WORDS.get(fault["type"], fault["msg"].removeprefix("Value error, "))
    names = {field: name for name, field in _VARIABLES.items()}
    if where and where[0] in names:
        if fault["type"] == "missing":
            return ""
        return f"{names[where[0]]}: {words}; correct it in the environment or {SECRETS_FILE}"
    place = ".".join(["slack", *map(_shown, where)]) + ": " if where else ""
    return f"{place}{words}; correct it in {CONFIG_FILE}"


def _shown(name: str) -> str:
    """Return a key of the file, fit for one line; not one that may be a secret."""
    return (
        "..." if _TOKEN.search(name) or len(name) > 60 else "".join(filter(str.isprintable, name))
    )
