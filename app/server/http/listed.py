"""Origins and names that a person lists: checked, and written as browsers send them. Pure."""

from __future__ import annotations

import ipaddress
import re

from engine.errors import UserError

# No page of the web has these schemes, and their hosts are made up anew each time: any host can be listed.
ANY_HOST = ("vscode-webview",)
_STANDARD_PORTS = {"http": 80, "https": 443}
_ORIGIN = re.compile(
    r"(?P<scheme>[a-z][a-z0-9+.-]*)://(?P<host>\[[0-9a-f:.]+\]|[^\s:@/?#\\\[\]]+)(?::(?P<port>\d{1,5}|\*))?(?:[/?#].*)?"
)
_NAME = re.compile(r"(?P<host>[^\s:@/?#\\\[\]]+)(?::(?P<port>\d{1,5}))?")
_HOST = re.compile(r"(?!\.)[a-z0-9._-]{1,253}(?<!\.)")


def listed_origin(text: str) -> str:
    """The origin that a person means by it or by the address of a page: "http://localhost:3000". `*` for the port
    means all ports, `*` for the host all hosts of a scheme that no page of the web has (`ANY_HOST`).

    Raises UserError `server.bad_origin` (`origin`).
    """
    found = _ORIGIN.fullmatch(text.strip().lower())
    try:
        if found is None:
            raise ValueError(text)
        scheme, port = found["scheme"], found["port"]
        if scheme == "file" or (port is not None and scheme not in _STANDARD_PORTS):
            raise ValueError(text)
        if found["host"] == "*" and scheme in ANY_HOST:
            return f"{scheme}://*"
        return f"{scheme}://{_host(found['host'])}{_port(port, _STANDARD_PORTS.get(scheme))}"
    except ValueError as error:
        raise UserError("server.bad_origin", origin=text) from error


def listed_name(text: str) -> str:
    """A name that the server is reached by besides its own, perhaps with its port: "coterie.example:8080".

    Raises UserError `server.bad_name` (`name`).
    """
    found = _NAME.fullmatch(text.strip().lower().rstrip("."))
    try:
        if found is None:
            raise ValueError(text)
        return f"{_host(found['host'])}{_port(found['port'])}"
    except ValueError as error:
        raise UserError("server.bad_name", name=text) from error


def _host(host: str) -> str:
    """Raises ValueError."""
    if host.startswith("["):
        return f"[{ipaddress.IPv6Address(host.strip('[]')).compressed}]"
    plain = host if host.isascii() else host.encode("idna").decode("ascii")  # UnicodeError is a ValueError
    if _HOST.fullmatch(plain) is None:
        raise ValueError(host)
    return plain


def _port(port: str | None, standard: int | None = None) -> str:
    """Raises ValueError."""
    if port is None or port == "*":
        return "" if port is None else ":*"
    number = int(port)
    if not 0 < number < 65_536:
        raise ValueError(port)
    return "" if number == standard else f":{number}"
