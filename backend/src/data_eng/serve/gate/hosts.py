"""Which hosts and origins are this server: the defence against pages of other sites, and against names that are made to lead here."""

from __future__ import annotations

import re
import socket
from ipaddress import IPv4Address, IPv6Address, ip_address
from urllib.parse import urlsplit

HOST = re.compile(r"(\[[0-9a-fA-F:.]+\]|[A-Za-z0-9_.-]+)(:[0-9]{1,5})?")
"""A Host header as a browser writes it: a name or an address, and a port."""


class HostNames:
    """The names under which a server bound to `host` may be addressed.

    A server bound to every address of the machine may be addressed by any address, since no address can be another site's name.
    """

    def __init__(self, host: str) -> None:
        address = _address(host)
        self._any_address = address is not None and address.is_unspecified
        if self._any_address:
            self._names = {socket.gethostname().lower(), socket.getfqdn().lower()}
        else:
            self._names = {host.strip("[]").lower()}
        if self._any_address or is_loopback(host):
            self._names |= {"localhost", "127.0.0.1", "::1"}

    def __str__(self) -> str:
        return " or ".join(sorted(self._names))

    def include(self, header: str) -> bool:
        """Whether a Host header names this server, at any port."""
        found = HOST.fullmatch(header)
        if found is None:
            return False
        name = found[1].strip("[]").lower()
        return name in self._names or (self._any_address and _address(name) is not None)


def is_loopback(host: str) -> bool:
    """Whether only this machine can reach a server bound to `host`; a name other than localhost may be anything."""
    address = _address(host)
    return host.lower() == "localhost" if address is None else address.is_loopback


def is_same_origin(origin: str, host: str) -> bool:
    """Whether a page of `host` sent it; the scheme may differ, since something in front of us may speak TLS."""
    try:
        parts = urlsplit(origin)
    except ValueError:
        return False
    return parts.scheme in ("http", "https") and parts.netloc.lower() == host.lower()


def _address(host: str) -> IPv4Address | IPv6Address | None:
    """The IP address that `host` is written as; None for a name."""
    try:
        return ip_address(host.strip("[]"))
    except ValueError:
        return None
