"""Where calls may go: to a public host by https, and never into a network of ours.

What an address says is looked at when it is saved; what its host leads to, each time somebody connects.
"""

import re
from dataclasses import dataclass
from ipaddress import IPv4Address, IPv6Address, ip_address, ip_network
from urllib.parse import urlsplit

from servicekit.refusals import Kind, Refusal

LONGEST = 500
_PORTS = {443, 8443}
_SIGNS = re.compile(r"[!-\[\]^-~]+")  # printable ASCII without blanks and without the backslash
_LABEL = r"[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?"
# At least two labels, of which the last is no number: what some resolvers read as an address is no host.
_HOST = re.compile(rf"({_LABEL}\.)+(?=[a-z0-9-]*[a-z]){_LABEL}")
_THIS_MACHINE = "127.0.0.1"
# What `is_global` lets pass: addresses that hold a private one, or that a cloud keeps for the machine itself.
_NOT_PUBLIC = [
    ip_network(net)
    for net in (
        "168.63.129.16/32",
        "192.88.99.0/24",
        "::/96",
        "::ffff:0:0/96",
        "64:ff9b::/96",
        "64:ff9b:1::/48",
        "2001::/23",
        "2002::/16",
        "fec0::/10",
    )
]


class AddressRefused(Refusal):
    """Calls do not go to such an address: *why* is LONG, SIGNS, HTTPS, CREDENTIALS, FRAGMENT, HOST or PORT."""

    kind = Kind.INVALID

    def __init__(self, why: str, rule: str) -> None:
        # Not the address: it may hold what is meant to be secret.
        super().__init__(f"The address {rule}.", field="connection.address", why=why, rule=rule)


@dataclass(frozen=True)
class Place:
    """A host and a port to which an address leads."""

    scheme: str
    host: str
    port: int
    target: str


def place_of(address: str, *, this_machine: bool) -> Place:
    """Return where *address* leads; refuse one that calls do not go to.

    With *this_machine*, which is for demonstrations and tests, http and any port of 127.0.0.1 are taken too.
    """
    if len(address) > LONGEST:
        raise AddressRefused("LONG", f"must have at most {LONGEST} characters")
    if not _SIGNS.fullmatch(address):
        raise AddressRefused("SIGNS", "must have no blanks, and no signs beyond those of ASCII")
    try:
        parts = urlsplit(address)
        scheme, host, port = parts.scheme, parts.hostname or "", parts.port
    except ValueError:
        raise AddressRefused("HOST", "must name a host") from None
    own = this_machine and host == _THIS_MACHINE
    if scheme != "https" and not (own and scheme == "http"):
        raise AddressRefused("HTTPS", "must begin with https://")
    if "@" in parts.netloc:
        raise AddressRefused("CREDENTIALS", "must hold no name and no password: calls are signed instead")
    if "#" in address:
        raise AddressRefused("FRAGMENT", "must have no part after #")
    if not own and not _HOST.fullmatch(host):
        raise AddressRefused(
            "HOST", "must name a host by its full name, such as hooks.example.gov, and not by a number"
        )
    port = port if port is not None else {"http": 80}.get(scheme, 443)
    if not own and port not in _PORTS:
        raise AddressRefused("PORT", "must lead to port 443 or 8443")
    return Place(scheme, host, port, (parts.path or "/") + (f"?{parts.query}" if parts.query else ""))


def is_public(number: str) -> bool:
    """Whether *number*, an IP address, is one of the public internet: nothing private, reserved, or in disguise."""
    try:
        ip: IPv4Address | IPv6Address = ip_address(number)
    except ValueError:
        # Such as a link-local one with the name of an interface.
        return False
    return ip.is_global and not ip.is_multicast and not ip.is_reserved and not any(ip in net for net in _NOT_PUBLIC)
