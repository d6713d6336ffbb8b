"""Tell who somebody is: this machine's user, the owner of a token, or whom a proxy names.

In: settings, and how we listen. Out: a Person, or None where nobody is known.
"""

import hmac
import ipaddress
import logging
from dataclasses import dataclass
from typing import Protocol

from starlette.datastructures import Headers

from bot.desk.people import Person, Role
from bot.desk.settings import MAKE_TOKEN, VARIABLE, DeskSettings, token_hash
from index.errors import SettingsError
from index.settings import CONFIG_FILE

log = logging.getLogger(__name__)

LONGEST_NAME = 120  # characters that a proxy may name somebody with


class Access(Protocol):
    """A way to tell who somebody is."""

    @property
    def local(self) -> bool:
        """Whether only this machine may reach the desk, and all who do are let in."""

    @property
    def signs_in(self) -> bool:
        """Whether people sign in here, with a token."""

    def who(self, name: str | None, headers: Headers, address: str) -> Person | None:
        """Return who it is; `name` is the session's, `address` the other end of the connection."""


@dataclass(frozen=True)
class Local:
    """Everyone on this machine who reaches the desk is its admin."""

    name: str
    local: bool = True
    signs_in: bool = False

    def who(self, name: str | None, headers: Headers, address: str) -> Person | None:
        """Return this machine's user."""
        del name, headers, address
        return Person(self.name, Role.ADMIN)


class ByToken:
    """People sign in with tokens; the session remembers their name."""

    local = False
    signs_in = True

    def __init__(self, settings: DeskSettings) -> None:
        """Remember whose hashes are whose."""
        self._tokens = settings.tokens
        self._people = {token.person.name: token.person for token in settings.tokens}

    def who(self, name: str | None, headers: Headers, address: str) -> Person | None:
        """Return whoever signed in, with the role that the settings give today."""
        del headers, address
        return self._people.get(name) if name else None

    def owner(self, token: str) -> Person | None:
        """Return whose token it is; all are compared, whichever it is."""
        given, found = token_hash(token), None
        for known in self._tokens:
            if hmac.compare_digest(known.sha256, given):
                found = known.person
        return found


class ByProxy:
    """A proxy before us has told who it is, and says so in a header."""

    local = False
    signs_in = False

    def __init__(self, settings: DeskSettings) -> None:
        """Remember the header, the proxy and the roles."""
        assert settings.proxy_user_header
        self._header = settings.proxy_user_header.lower()
        self._networks = [ipaddress.ip_network(one, strict=False)
                          for one in settings.proxy_addresses]  # fmt: skip
        self._people, self._default = settings.people, settings.proxy_default

    def who(self, name: str | None, headers: Headers, address: str) -> Person | None:
        """Return whom the proxy names; nobody is believed who is not the proxy."""
        del name
        told = headers.getlist(self._header)
        if len(told) != 1 or not self._is_proxy(address):  # two: somebody else wrote one of them
            return None
        named = told[0].strip()
        if not named or len(named) > LONGEST_NAME or not named.isprintable():
            return None
        role = self._people.get(named, self._default)
        return None if role == "none" else Person(named, Role(role))

    def _is_proxy(self, address: str) -> bool:
        try:
            peer = ipaddress.ip_address(address)
        except ValueError:
            return False
        mapped = getattr(peer, "ipv4_mapped", None)
        return any((mapped or peer) in network for network in self._networks)


def access(settings: DeskSettings, *, loopback: bool, reached_by_others: bool) -> Access | None:
    """Return how people are told apart; None where there is to be no desk.

    `loopback`: we listen to this machine alone. `reached_by_others`: a proxy on it hands on to us
    what comes from elsewhere, as Slack's requests do. Raises SettingsError where a login is needed
    and none is set.
    """
    if not settings.enabled:
        return None
    if settings.tokens:
        return ByToken(settings)
    if settings.proxy_user_header:
        return ByProxy(settings)
    if not loopback or not settings.is_local:
        raise SettingsError(
            f"{VARIABLE}: missing, and others than this machine's user reach the desk; write "
            f"NAME:ROLE:TOKEN (a token: {MAKE_TOKEN}), or in {CONFIG_FILE} [desk] "
            "proxy_user_header, or enabled = false for no desk"
        )
    if reached_by_others:
        log.warning(
            "no desk: a proxy hands on Slack's requests to this process and might hand on others; "
            "set %s to have it, or [desk] enabled = false", VARIABLE,
        )  # fmt: skip
        return None
    from bot.answering.finding import terminal_asker

    return Local(terminal_asker())
