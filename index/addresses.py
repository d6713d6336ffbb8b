"""Hosts, and URLs without their secrets: what may be shown, logged and stored of an address."""

import ipaddress


def is_loopback(host: str) -> bool:
    """Whether only this machine reaches a host; names other than localhost count as open."""
    try:
        return host == "localhost" or ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False
