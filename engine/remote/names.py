"""Names of remote models: `openai:URL#NAME`."""

from __future__ import annotations

import ipaddress
from urllib.parse import urlsplit

import msgspec

from engine.errors import UserError

PREFIX = "openai:"
_LONGEST = 2000


class RemoteName(msgspec.Struct, frozen=True):
    """`url` is the base of the API without a final slash ("http://127.0.0.1:8080/v1"), `model` a name there."""

    url: str
    model: str

    @property
    def text(self) -> str:
        return f"{PREFIX}{self.url}#{self.model}"

    @property
    def host(self) -> str:
        """Host and port as a person knows the place; an IPv6 address in its brackets."""
        return host_of(self.url)

    @property
    def leaves(self) -> bool:
        """Whether text that the model is asked leaves this machine: not for a server that runs on it. A name that a
        resolver may lead anywhere counts as another machine's."""
        return not is_loopback(urlsplit(self.url).hostname or "")

    @property
    def root(self) -> str:
        """The server's own address, for requests beyond OpenAI's API."""
        return self.url.removesuffix("/v1")


def host_of(url: str) -> str:
    """Host and port of an address as `checked_url` has it."""
    return urlsplit(url).netloc


def is_remote(name: str) -> bool:
    return name.startswith(PREFIX)


def parse_name(text: str) -> RemoteName:
    """Raises UserError `remote.bad_name` (name) and as `checked_url`."""
    address, mark, model = text.removeprefix(PREFIX).partition("#")
    model = model.strip()
    if not (is_remote(text) and mark and model and len(text) <= _LONGEST and model.isprintable()):
        raise UserError("remote.bad_name", name=text[:200])
    return RemoteName(checked_url(address), model)


def read_name(text: str) -> RemoteName | None:
    """The name, None for what is none."""
    try:
        return parse_name(text) if is_remote(text) else None
    except UserError:
        return None


def checked_url(address: str) -> str:
    """As `checked_base`, for that of an API: with "/v1" if only a server is named."""
    base = checked_base(address)
    path = urlsplit(base).path
    return base.removesuffix("/chat/completions") if path else f"{base}/v1"


def checked_base(address: str) -> str:
    """The normalized base of an address, without a trailing slash.

    Raises UserError `remote.bad_url` for what is no http or https address, or holds a password.
    """
    address = address.strip()
    try:
        parts = urlsplit(address)
        host, _ = parts.hostname, parts.port
    except ValueError:
        parts, host = urlsplit(""), None
    good = (
        parts.scheme in ("http", "https")
        and host
        and not (parts.username or parts.password or parts.query or parts.fragment)
        and address.isprintable()
        and " " not in address
        and "\\" not in address
        and len(address) <= _LONGEST
    )
    if not good:
        # Not told: what stands before an @ may be a password, and what stands behind a question mark a key.
        raise UserError("remote.bad_url", url="" if "@" in address else address.partition("?")[0][:200])
    return f"{parts.scheme}://{parts.netloc.lower()}{parts.path.rstrip('/')}"


def is_loopback(host: str) -> bool:
    """Whether a host is this machine."""
    if host == "localhost" or host.endswith(".localhost"):
        return True
    try:
        return ipaddress.ip_address(host.split("%")[0]).is_loopback
    except ValueError:
        return False


def is_near(address: str) -> bool:
    """Whether an IP address is this machine's or one of a network at home or at work, never the internet's."""
    try:
        ip = ipaddress.ip_address(address.split("%")[0])
    except ValueError:
        return False
    mapped = getattr(ip, "ipv4_mapped", None)
    return not (mapped or ip).is_global
