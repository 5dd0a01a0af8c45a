"""Ports of this machine's own loopback that the arguments of a call name. Pure."""

from __future__ import annotations

import re
from typing import Any

# Names that RFC 6761 and the hosts files of distributions lead to the loopback, its addresses, and those of "any", by
# which it is reached as well.
_NAMED = re.compile(
    r"(?<![\w.-])(?:(?:[\w-]+\.)*localhost[46]?(?:\.localdomain[46]?)?|ip6-(?:localhost|loopback)|127(?:\.\d{1,3}){3}"
    r"|0\.0\.0\.0|\[(?:0*:)*:?0*1?\]|\[::ffff:127(?:\.\d{1,3}){3}\])\.?:(\d{1,5})(?!\d)",
    re.IGNORECASE,
)
_DEEPEST = 20


def local_ports(arguments: Any, depth: int = 0) -> frozenset[int]:
    """The ports in addresses like http://localhost:5173, wherever they stand, and the numbers that are called
    "port"."""
    if depth > _DEEPEST:
        return frozenset()
    if isinstance(arguments, str):
        return frozenset(port for port in map(int, _NAMED.findall(arguments)) if 0 < port < 65536)
    found: set[int] = set()
    if isinstance(arguments, dict):
        for name, value in arguments.items():
            if type(value) is int and str(name).lower().endswith("port") and 0 < value < 65536:
                found.add(value)
            found |= local_ports(value, depth + 1) | local_ports(str(name), depth + 1)
    elif isinstance(arguments, list | tuple):
        for value in arguments:
            found |= local_ports(value, depth + 1)
    return frozenset(found)
