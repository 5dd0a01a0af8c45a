"""Who may come in by the names in a request: its Host, and the page that a browser sends it for. Pure.

A page whose name is rebound to this computer sends its own name as Host; a page of another origin says so in Origin
or Sec-Fetch-Site. Addresses as Host are safe where they are the ones that we listen on: rebinding needs a name.
"""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Sequence

from app.server.refusal import Refusal

_HOST = re.compile(r"(?P<name>\[[0-9A-Fa-f:.]{2,45}\]|[A-Za-z0-9._-]{1,253})(?::(?P<port>\d{1,5}))?")
# What may stand in the place of these endings of an origin that is allowed.
_ANY = {"://*": re.compile(r"://[a-z0-9._-]{1,253}"), ":*": re.compile(r"(?::\d{1,5})?")}
_OWN_NAMES = ("localhost",)
_FROM_OUTSIDE = ("cross-site", "same-site")
_STANDARD_PORT = 80


def check_host(host: str | None, local: tuple[str, int], names: Sequence[str]) -> None:
    """Raises Refusal 400 for a Host that is none, 403 for one that is neither the `local` address and port of the
    connection, nor "localhost", nor one of `names` (`listed.listed_name`), which may have a port."""
    found = _HOST.fullmatch(host) if host is not None else None
    if found is None:
        raise Refusal(400, "bad_host", "The request has no valid Host.")
    name = found["name"].lower().rstrip(".")
    port = int(found["port"]) if found["port"] else _STANDARD_PORT
    if port == local[1] and (name in _OWN_NAMES or _is_address(name, local[0])):
        return
    for listed in names:
        listed_name, _, listed_port = listed.partition(":")
        if name == listed_name and (not listed_port or listed_port == str(port)):
            return
    raise Refusal(
        403, "host_not_allowed", "This server isn’t reached by that name. Add it with --allow-host."
    )


def check_origin(origin: str | None, site: str | None, allowed: Sequence[str]) -> str | None:
    """The origin to be named in the answer, None for a request that no page of another origin sends.

    Raises Refusal 403 for one of an origin that is not `allowed` (`listed.listed_origin`); "https://host:*" allows
    all ports, "vscode-webview://*" all hosts.
    """
    if origin is None:
        if site is not None and site.strip().lower() in _FROM_OUTSIDE:
            raise _foreign()
        return None
    if not any(_matches(origin, each) for each in allowed):
        raise _foreign()
    return origin


def _matches(origin: str, allowed: str) -> bool:
    origin = origin.lower()
    for ending, rest in _ANY.items():
        if allowed.endswith(ending):
            base = allowed.removesuffix(ending)
            return origin.startswith(base) and rest.fullmatch(origin.removeprefix(base)) is not None
    return origin == allowed


def _foreign() -> Refusal:
    return Refusal(
        403, "origin_not_allowed", "Pages of this origin may not use the server. Add it with --origin."
    )


def _is_address(name: str, local: str) -> bool:
    """Whether a literal address is the one that the connection came in by."""
    try:
        given = ipaddress.ip_address(name.strip("[]"))
        own = ipaddress.ip_address(local.partition("%")[0])
    except ValueError:
        return False
    return (name.startswith("[") == (given.version == 6)) and _plain(given) == _plain(own)


def _plain(
    address: ipaddress.IPv4Address | ipaddress.IPv6Address,
) -> ipaddress.IPv4Address | ipaddress.IPv6Address:
    mapped = address.ipv4_mapped if isinstance(address, ipaddress.IPv6Address) else None
    return mapped or address
