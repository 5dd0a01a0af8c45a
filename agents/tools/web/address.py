"""Parses a web address into the one form in which it is shown, approved and requested."""

from __future__ import annotations

import re
import urllib.parse

import msgspec

from agents.tools.function_tool import ToolTrouble

_LONGEST = 4000
_SAFE = "/?#[]@!$&'()*+,;=:%~-._"
_HOST = re.compile(
    r"(?:[a-z0-9_](?:[a-z0-9_-]{0,61}[a-z0-9_])?\.)*[a-z0-9_](?:[a-z0-9_-]{0,61}[a-z0-9_])?\.?"
)
_PORTS = {"https": 443, "http": 80}


class Address(msgspec.Struct, frozen=True):
    """`host` is in ASCII (IDNA), an IPv6 address without brackets. `target` is path and query."""

    scheme: str
    host: str
    port: int
    target: str

    @property
    def url(self) -> str:
        host = f"[{self.host}]" if ":" in self.host else self.host
        port = "" if self.port == _PORTS[self.scheme] else f":{self.port}"
        return f"{self.scheme}://{host}{port}{self.target}"


def read_address(text: str, base: Address | None = None) -> Address:
    """Parse an address; relative ones are resolved against `base`. Raises ToolTrouble with the reason."""
    text = text.strip()
    if len(text) > _LONGEST or any(ord(letter) < 33 or ord(letter) == 127 for letter in text):
        raise ToolTrouble("That is no web address: it is too long or has spaces in it.")
    if (
        base is None
        and "://" not in text
        and re.match(r"[\w.-]+\.[a-z]{2,}(?:[/:?#]|$)", text, re.IGNORECASE)
    ):
        text = f"https://{text}"
    try:
        parts = urllib.parse.urlsplit(urllib.parse.urljoin(base.url, text) if base else text)
        port = parts.port
    except ValueError as error:
        raise ToolTrouble(f"'{text}' is no web address.") from error
    scheme = parts.scheme.lower()
    if scheme not in _PORTS:
        raise ToolTrouble(f"Only https and http pages can be fetched, not '{scheme or text[:40]}'.")
    if parts.username is not None or parts.password is not None or "\\" in parts.netloc:
        raise ToolTrouble("An address with a user name or a password in it is not fetched.")
    host = _ascii_host(parts.hostname or "")
    if port is not None and port not in _PORTS.values() and port < 1024:
        raise ToolTrouble(f"Port {port} is not one of web servers.")
    target = urllib.parse.quote(parts.path or "/", safe=_SAFE)
    if parts.query:
        target += "?" + urllib.parse.quote(parts.query, safe=_SAFE)
    return Address(scheme, host, port or _PORTS[scheme], target)


def _ascii_host(host: str) -> str:
    if ":" in host:
        return host.lower()  # whether it is public is checked when it is resolved
    try:
        name = host.encode("idna").decode().lower()
    except UnicodeError as error:
        raise ToolTrouble(f"'{host}' is no name of a host.") from error
    if len(name) > 253 or not _HOST.fullmatch(name):
        raise ToolTrouble(f"'{host}' is no name of a host.")
    return name


def same_site(first: Address, second: Address) -> bool:
    """Whether a redirect stays on the approved site: the same host, "www." aside, and never to plain http."""
    downgraded = first.scheme == "https" and second.scheme == "http"
    ports = first.port == second.port or (first.port, second.port) == (80, 443)
    return not downgraded and ports and first.host.removeprefix("www.") == second.host.removeprefix("www.")
