"""Who somebody is: the owner of a token, this machine's user too, or whom a proxy names."""

import hmac
import logging
import secrets
from abc import ABC, abstractmethod
from collections.abc import Sequence
from typing import ClassVar

from starlette.datastructures import Headers

from bot.web.settings import (
    MAKE_TOKEN,
    VARIABLE,
    Person,
    Role,
    SignInToken,
    WebSettings,
    is_among,
    token_hash,
)
from index.errors import SettingsError
from index.settings import CONFIG_FILE

log = logging.getLogger(__name__)

LONGEST_NAME = 120  # characters of a name that a proxy gives


class Authentication(ABC):
    """A way to tell who somebody is.

    `local`: only this machine can reach the desk. `signs_in`: people sign in here, with one of the
    `tokens`.
    """

    local: ClassVar = False
    signs_in: ClassVar = False
    tokens: Sequence[SignInToken] = ()

    @abstractmethod
    def who(self, name: str | None, headers: Headers, address: str) -> Person | None:
        """Return who it is; `name` is the session's, `address` the other end of the connection."""


class TokenLogin(Authentication):
    """People sign in with tokens; the session remembers their name, and the settings their role."""

    signs_in = True

    def __init__(self, tokens: Sequence[SignInToken]) -> None:
        self.tokens = tokens
        self._people = {token.person.name: token.person for token in tokens}

    def who(self, name: str | None, headers: Headers, address: str) -> Person | None:
        del headers, address
        return self._people.get(name) if name else None

    def owner(self, token: str) -> Person | None:
        """Return the owner of a token; compares all tokens, so that timing tells nothing."""
        given, found = token_hash(token), None
        for known in self.tokens:
            if hmac.compare_digest(known.sha256, given):
                found = known.person
        return found


class LocalLogin(TokenLogin):
    """This machine's user is the admin, by a token made at start and printed as a link.

    Every program and user of the machine reaches the desk; only who sees our output has the token.
    """

    local = True

    def __init__(self, name: str) -> None:
        self.token = secrets.token_urlsafe(24)
        super().__init__([SignInToken(Person(name, Role.ADMIN), token_hash(self.token))])


class ProxyLogin(Authentication):
    """A proxy names people in a header, which is believed from the proxy's addresses only."""

    def __init__(self, settings: WebSettings) -> None:
        assert settings.proxy_user_header
        self._header = settings.proxy_user_header.lower()
        self._networks = settings.proxy_addresses
        self._people, self._default = settings.people, settings.proxy_default

    def who(self, name: str | None, headers: Headers, address: str) -> Person | None:
        del name
        given = headers.getlist(self._header)
        if len(given) != 1 or not is_among(
            address, self._networks
        ):  # of two, one is not the proxy's
            return None
        named = given[0].strip()
        if not named or len(named) > LONGEST_NAME or not named.isprintable():
            return None
        role = self._people.get(named, self._default)
        return None if role == "none" else Person(named, Role(role))


def authentication(
    settings: WebSettings, user: str, *, loopback: bool, reached_by_others: bool
) -> Authentication | None:
    """Return how people are told apart; None where there is to be no desk.

    `user`: the name of this machine's user. `loopback`: we listen to this machine only.
    `reached_by_others`: a proxy on it forwards requests from elsewhere, as Slack's. Raises
    SettingsError where a login is needed and none is set.
    """
    if not settings.enabled:
        return None
    if settings.tokens:
        return TokenLogin(settings.tokens)
    if settings.proxy_user_header:
        return ProxyLogin(settings)
    if not loopback or not settings.is_local:
        raise SettingsError(
            f"{VARIABLE}: missing, and the desk is reachable from other machines; set it to "
            f"NAME:ROLE:TOKEN (make a token with: {MAKE_TOKEN}), or in {CONFIG_FILE} under [desk] "
            "set proxy_user_header, or enabled = false to switch the desk off"
        )
    if reached_by_others:
        log.warning(
            "no desk: the proxy that forwards Slack's requests might forward others; set %s to "
            "switch the desk on, or [desk] enabled = false", VARIABLE,
        )  # fmt: skip
        return None
    return LocalLogin(user)
