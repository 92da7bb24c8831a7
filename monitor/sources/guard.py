"""Which network addresses a feed may lead us to: public ones, and what the configuration allows.

Asked for the very address that is about to be connected (after DNS, redirects and odd spellings like 0x7f000001), so
that no name can be rebound between the check and its use. Owns: unwrapping of IPv4 inside IPv6. Refuses: blocklists of
names.
"""

from __future__ import annotations

from collections.abc import Iterable
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address, ip_network

_NAT64 = (IPv6Network("64:ff9b::/96"), IPv6Network("64:ff9b:1::/48"))
_COMPATIBLE = IPv6Network("::/96")
_ISATAP = frozenset({0x00005EFE, 0x02005EFE})
"""Above an IPv4 address in the last 64 bits: a tunnel to it (RFC 5214 §6.1)."""
_SPECIAL = (IPv4Network("192.0.0.0/24"), IPv4Network("192.88.99.0/24"), IPv6Network("3fff::/20"))
"""Protocol assignments, old 6to4 relays and documentation, which some Python versions call global."""


class AddressGuard:
    """Refuses private, loopback, link-local, shared (CGNAT), multicast and reserved addresses.

    Args:
        allowed: What may be connected all the same, as `address`, `address:port`, `[v6]:port`, a network in CIDR
            notation, or `name` / `name:port` as it stands in the feed's URL.
    """

    def __init__(self, allowed: Iterable[str] = ()) -> None:
        self._allowed = [_entry(text.strip().lower()) for text in allowed if text.strip()]

    def permits(self, address: str, port: int, name: str = "") -> bool:
        """Whether `address` (an IP literal) may be connected on `port`, for a URL whose host is `name`."""
        if is_public(address):
            return True
        ip = ip_address(address.partition("%")[0])
        return any(
            (wanted_port is None or wanted_port == port) and _is_within(ip, name.lower().strip("[]"), place)
            for place, wanted_port in self._allowed
        )


def is_public(address: str) -> bool:
    """Whether an address (an IP literal) is one of the public network, and whatever it embeds, too."""
    ip = ip_address(address.partition("%")[0])
    return all(_is_public(one) for one in (ip, *_embedded(ip)))


def _entry(text: str) -> tuple[str, int | None]:
    """(address, network or name; port or None)."""
    if text.startswith("["):
        place, _, rest = text[1:].partition("]")
        return place, int(rest[1:]) if rest[1:].isdigit() else None
    if text.count(":") == 1:
        place, _, port = text.partition(":")
        return place, int(port) if port.isdigit() else None
    return text, None


def _is_within(ip: IPv4Address | IPv6Address, name: str, place: str) -> bool:
    if name and name == place:
        return True
    try:
        network = ip_network(place, strict=False)
    except ValueError:
        return False
    mapped = ip.ipv4_mapped if isinstance(ip, IPv6Address) else None
    return ip in network or (mapped is not None and mapped in network)


def _is_public(ip: IPv4Address | IPv6Address) -> bool:
    # `is_global` alone is True for multicast, fec0::/10 and the wrappers that `_embedded` opens.
    is_site_local = isinstance(ip, IPv6Address) and ip.is_site_local
    if isinstance(ip, IPv6Address) and (ip.ipv4_mapped is not None or any(ip in net for net in _NAT64)):
        return True  # judged by what it embeds
    if any(ip in net for net in _SPECIAL):
        return False
    return ip.is_global and not ip.is_multicast and not is_site_local and not ip.is_reserved


def _embedded(ip: IPv4Address | IPv6Address) -> tuple[IPv4Address, ...]:
    """The IPv4 addresses inside an IPv6 one: mapped, compatible, NAT64, 6to4, Teredo (server and client), ISATAP."""
    if isinstance(ip, IPv4Address):
        return ()
    found = [ip.ipv4_mapped, ip.sixtofour, *(ip.teredo or ())]
    if any(ip in net for net in (*_NAT64, _COMPATIBLE)) or int(ip) >> 32 & 0xFFFFFFFF in _ISATAP:
        found.append(IPv4Address(int(ip) & 0xFFFFFFFF))
    return tuple(one for one in found if one is not None)
