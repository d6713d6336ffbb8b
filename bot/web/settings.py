"""Settings of the desk: the [desk] table of briefs.toml, tokens from the environment or .env.

    BRIEFS_DESK_TOKENS="ilse:editor:TOKEN, omar:reader:TOKEN"

    [desk]
    url = "https://briefs.example.org"   # its public address; citations in Slack link there
    tokens_file = "/run/secrets/desk"    # the same entries, one a line, in place of the variable
    session_hours = 12                   # until people have to sign in again
    enabled = true                       # false: `briefs serve` has no desk

    proxy_user_header = "X-Forwarded-User"   # a proxy signs people in, in place of tokens
    proxy_addresses = ["10.0.0.7"]           # whose headers are believed; networks too
    proxy_default = "reader"                 # the role of everyone not listed; "none": no access

    [desk.people]
    "ilse@example.org" = "editor"

Only the hashes of tokens are stored. An error names every fault in one line, and never a value.
"""

import hashlib
import ipaddress
import os
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import Annotated, Any, Literal
from urllib.parse import urlsplit

from pydantic import (
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    ValidationError,
    field_validator,
    model_validator,
)

from index.addresses import is_loopback
from index.errors import SettingsError
from index.settings import CONFIG_FILE, SECRETS_FILE, table, table_faults, variables

VARIABLE = "BRIEFS_DESK_TOKENS"
SHORTEST_TOKEN = 24  # characters
MAKE_TOKEN = "python3 -c 'import secrets; print(secrets.token_urlsafe(32))'"  # noqa: S105

_ENTRY = re.compile(r"(?P<name>[\w.@+-]{1,64}):(?P<role>[a-z]+):(?P<token>[!-~]+)")
_WORDS = {
    "list_type": 'write a list, such as ["10.0.0.7"]',
    "dict_type": "write a table",
    "enum": 'write "reader", "editor" or "admin"',
    "literal_error": 'write "reader", "editor", "admin" or "none"',
    "string_pattern_mismatch": "not a header name; write one such as X-Forwarded-User",
}


class Role(StrEnum):
    """What a person may do; each may do what those before may."""

    READER = "reader"  # asks; reads answers and briefs; does not see who asked
    EDITOR = "editor"  # sees who asked, judges, runs checks, downloads reports
    ADMIN = "admin"  # deletes questions


_RANK = {role: rank for rank, role in enumerate(Role)}


@dataclass(frozen=True)
class Person:
    name: str
    role: Role

    @property
    def is_editor(self) -> bool:
        return self.may(Role.EDITOR)

    @property
    def is_admin(self) -> bool:
        return self.may(Role.ADMIN)

    def may(self, needed: Role) -> bool:
        return _RANK[self.role] >= _RANK[needed]


IPNetwork = ipaddress.IPv4Network | ipaddress.IPv6Network


def _network(value: object) -> IPNetwork:
    try:
        return ipaddress.ip_network(str(value), strict=False)
    except ValueError:
        raise ValueError("write addresses such as 10.0.0.7 or 10.0.0.0/8") from None


def is_among(address: str, networks: Sequence[IPNetwork]) -> bool:
    """Whether the other end of a connection is in one of the networks."""
    try:
        peer = ipaddress.ip_address(address)
    except ValueError:
        return False
    mapped = getattr(peer, "ipv4_mapped", None)
    return any((mapped or peer) in network for network in networks)


@dataclass(frozen=True)
class SignInToken:
    """A person and the SHA-256 of the token they sign in with."""

    person: Person
    sha256: bytes


class WebSettings(BaseModel):
    """The [desk] table, with the tokens."""

    model_config = ConfigDict(extra="forbid", frozen=True, strict=True)

    enabled: bool = True
    url: str | None = None
    tokens_file: str | None = None
    session_hours: int = Field(12, ge=1, le=24 * 30)
    proxy_user_header: str | None = Field(None, pattern=r"^[A-Za-z0-9-]{1,64}$")
    proxy_addresses: list[Annotated[IPNetwork, BeforeValidator(_network)]] = []
    proxy_default: Literal["reader", "editor", "admin", "none"] = "reader"
    people: dict[str, Annotated[Role, Field(strict=False)]] = {}
    tokens: tuple[SignInToken, ...] = ()  # not of the table

    @property
    def is_https(self) -> bool:
        return bool(self.url and self.url.startswith("https://"))

    @property
    def is_local(self) -> bool:
        """Whether the address is this machine's, or none is set."""
        return self.url is None or is_loopback(urlsplit(self.url).hostname or "")

    @property
    def host(self) -> str | None:
        """The host, with its port if it has one, under which people reach the desk."""
        return urlsplit(self.url).netloc.lower() if self.url else None

    @field_validator("url")
    @classmethod
    def _is_an_address(cls, value: str | None) -> str | None:
        if value is None:
            return None
        try:
            parts = urlsplit(value)
            sound = bool(parts.hostname) and (parts.port or 1) > 0
        except ValueError:
            sound = False
        if not sound or parts.scheme not in {"https", "http"} or not re.fullmatch(r"[!-~]+", value):
            raise ValueError("not an address; write one such as https://briefs.example.org")
        if parts.username or parts.query or parts.fragment or parts.path not in {"", "/"}:
            raise ValueError("must be a host without a path; the desk is at its root")
        return value.rstrip("/")

    @model_validator(mode="after")
    def _login_is_complete(self) -> "WebSettings":
        if self.proxy_user_header and not self.proxy_addresses:
            raise ValueError(
                "proxy_addresses: missing; give the proxy's, or anybody could send the header"
            )
        if self.proxy_user_header and self.tokens:
            raise ValueError(f"proxy_user_header and {VARIABLE}: use one of them, not both")
        return self


def load() -> WebSettings:
    """Return the settings; raises SettingsError, which names each fault and never a value."""
    written = table("desk")
    faults = []
    if "tokens" in written:
        faults.append(
            f"desk.tokens: does not belong in {CONFIG_FILE}; set {VARIABLE} in the environment "
            f"or {SECRETS_FILE}"
        )
    kept = {key: value for key, value in written.items() if key != "tokens"}
    try:
        settings = WebSettings(**kept, tokens=tuple(_tokens(kept.get("tokens_file"))))
    except ValidationError as error:
        faults += table_faults(error, "desk", _WORDS)
    if faults:
        raise SettingsError("; ".join(dict.fromkeys(faults)))
    return settings


def public_url() -> str | None:
    """Return the desk's public address; None if none is set or the desk is switched off."""
    settings = load()
    return settings.url if settings.enabled else None


def token_hash(token: str) -> bytes:
    return hashlib.sha256(token.encode()).digest()


def _tokens(file: Any) -> Iterator[SignInToken]:
    given = variables(VARIABLE).get(VARIABLE)
    if given and file:
        raise SettingsError(f"{VARIABLE} and desk.tokens_file: use one of them, not both")
    where, text = (VARIABLE, given or "") if not isinstance(file, str) else _read(Path(file))
    names: set[str] = set()
    for number, entry in enumerate(re.split(r"[\s,]+", text.strip()) if text.strip() else (), 1):
        yield _token(entry, f"{where}: entry {number}", names)


def _token(entry: str, where: str, names: set[str]) -> SignInToken:
    found = _ENTRY.fullmatch(entry)
    if not found or found["role"] not in set(Role):
        raise SettingsError(f"{where} is not NAME:ROLE:TOKEN with the role reader, editor or admin")
    if len(found["token"]) < SHORTEST_TOKEN:
        raise SettingsError(
            f"{where}: the token is shorter than {SHORTEST_TOKEN} characters; make one with: "
            f"{MAKE_TOKEN}"
        )
    if found["name"] in names:
        raise SettingsError(f"{where}: an earlier entry has the same name; choose another")
    names.add(found["name"])
    return SignInToken(Person(found["name"], Role(found["role"])), token_hash(found["token"]))


def _read(path: Path) -> tuple[str, str]:
    try:
        text, mode = path.read_text(encoding="utf-8"), path.stat().st_mode
    except OSError as error:
        raise SettingsError(
            f"{path}: cannot be read ({error.strerror}); fix its permissions"
        ) from None
    except UnicodeDecodeError:
        raise SettingsError(f"{path}: not UTF-8; save it as UTF-8") from None
    if os.name == "posix" and mode & 0o006:
        raise SettingsError(
            f"{path}: everyone on this machine can read these tokens; run: chmod 600 {path}"
        )
    if not text.strip():
        raise SettingsError(f"{path}: holds no token; add a line NAME:ROLE:TOKEN")
    return str(path), text
