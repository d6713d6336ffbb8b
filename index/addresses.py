"""Hosts and addresses, and URLs without their secrets: what may be shown, logged and stored."""

import ipaddress
import re
from urllib.parse import SplitResult, urlsplit, urlunsplit

Address = ipaddress.IPv4Address | ipaddress.IPv6Address

_URL = re.compile(r"\b[a-zA-Z][a-zA-Z0-9+.-]*://[^\s<>\"'`|]*[^\s<>\"'`|:;,.)\]]")
_BETWEEN = re.compile(r"[^A-Za-z0-9]+|(?<=[a-z])(?=[A-Z])")  # pieces of a parameter's name
# Pieces of the name of a parameter that make its value a secret.
_SECRET = frozenset(
    "token tokens apikey password passwd passphrase pwd secret signature sig auth authorization "
    "credential credentials bearer jwt sas session sessionid sid otp accesskey".split()
)
_KEY_LENGTH = 16  # characters from which the value of a parameter named "key" counts as one
_NAT64 = ipaddress.ip_network("64:ff9b::/96")  # RFC 6052
_INTERNAL_ENDS = (".internal", ".local", ".localhost", ".lan", ".corp", ".intranet", ".home.arpa")


def is_loopback(host: str) -> bool:
    """Whether only this machine reaches a host; names other than localhost count as open."""
    try:
        return host == "localhost" or ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def is_internal(address: Address) -> bool:
    """Whether an address is not of the public internet, also where another form wraps it."""
    return any(not one.is_global or one.is_multicast for one in _unwrapped(address))


def is_internal_name(host: str) -> bool:
    """Whether a name can only be one of the own network: of one word, or under a private end."""
    return "." not in host.rstrip(".") or host.lower().rstrip(".").endswith(_INTERNAL_ENDS)


def without_secrets(url: str) -> str:
    """Return a URL without user name, password and those parameters that are secrets.

    What has none of them comes back as it is.
    """
    if "@" not in url and "?" not in url:
        return url
    try:
        parts = urlsplit(url)
    except ValueError:  # whatever it is, it may hold a password
        return url.partition("://")[0] + "://…"
    place = parts.netloc.rpartition("@")[2]
    query = "&".join(pair for pair in parts.query.split("&") if not _is_secret(pair))
    if (place, query) == (parts.netloc, parts.query):
        return url
    if not parts.netloc:  # such as sqlite:////path?password=…: putting it together would change it
        return url.partition("?")[0] + (f"?{query}" if query else "")
    return urlunsplit(SplitResult(parts.scheme, place, parts.path, query, parts.fragment))


def hide_secrets(text: str) -> str:
    """Return a text whose URLs have lost their secrets."""
    return _URL.sub(lambda found: without_secrets(found[0]), text) if "://" in text else text


def _is_secret(pair: str) -> bool:
    name, _, value = pair.partition("=")
    name = re.sub("%(?:2D|5F|2E)", "_", name, flags=re.IGNORECASE)
    pieces = [piece.lower() for piece in _BETWEEN.split(name)]
    if not value:
        return False
    if not _SECRET.isdisjoint(pieces) or "".join(pieces) in _SECRET:
        return True
    # A bare "key" often names a document; dropping it would make two documents one.
    return "key" in pieces and (len(pieces) > 1 or len(value) >= _KEY_LENGTH)


def _unwrapped(address: Address) -> tuple[Address, ...]:
    """Return an address with those of the older internet that it stands for."""
    if isinstance(address, ipaddress.IPv4Address):
        return (address,)
    if address.ipv4_mapped:
        return (address.ipv4_mapped,)
    inner = [address.sixtofour, *(address.teredo or ())]
    if address in _NAT64:
        inner.append(ipaddress.IPv4Address(int(address) & 0xFFFF_FFFF))
    return (address, *filter(None, inner))
