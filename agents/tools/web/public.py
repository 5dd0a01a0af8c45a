"""Checks whether an IP address is on the public internet. Pure.

A page that a model asks for must not reach this machine, its network, or a cloud's metadata service. Sources:
the IANA registries of special-purpose IPv4 and IPv6 addresses. The ranges are written out, because
`ipaddress` calls other ones global from one version of Python to the next.
"""

from __future__ import annotations

import ipaddress

_NOT_PUBLIC = tuple(
    ipaddress.IPv4Network(text)
    for text in (
        "0.0.0.0/8",  # this network
        "10.0.0.0/8",
        "100.64.0.0/10",  # carriers' NAT; also a cloud's metadata
        "127.0.0.0/8",
        "169.254.0.0/16",  # link-local; metadata of most clouds
        "172.16.0.0/12",
        "192.0.0.0/24",
        "192.0.2.0/24",
        "192.88.99.0/24",  # relays to IPv6
        "192.168.0.0/16",
        "198.18.0.0/15",
        "198.51.100.0/24",
        "203.0.113.0/24",
        "224.0.0.0/4",  # multicast
        "240.0.0.0/4",
        "168.63.129.16/32",  # Azure's wire server, on an address that looks public
    )
)
# Only this range is assigned to hosts; mapped and translated IPv4 (::ffff:0:0/96, 64:ff9b::/96) lies elsewhere.
_GLOBAL_UNICAST = ipaddress.IPv6Network("2000::/3")
_NOT_PUBLIC_6 = tuple(
    ipaddress.IPv6Network(text)
    for text in (
        "2001::/23",  # protocols: Teredo, ORCHID, benchmarking
        "2001:db8::/32",
        "2002::/16",  # 6to4, which wraps any IPv4 address
        "3fff::/20",
    )
)


def is_public(address: str) -> bool:
    """Whether an IP address, as text, is public. False for anything else."""
    try:
        found = ipaddress.ip_address(address)
    except ValueError:
        return False
    if isinstance(found, ipaddress.IPv4Address):
        return not any(found in network for network in _NOT_PUBLIC)
    return (
        found.scope_id is None
        and found in _GLOBAL_UNICAST
        and not any(found in network for network in _NOT_PUBLIC_6)
    )
