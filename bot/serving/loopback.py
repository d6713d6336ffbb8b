"""Tell whether a host is this machine alone. Imports nothing heavy."""

import ipaddress


def is_loopback(host: str) -> bool:
    """Whether only this machine reaches a host; a name that is no address counts as open."""
    try:
        return host == "localhost" or ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False
