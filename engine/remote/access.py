"""The way to a server: its key, and what its user allows."""

from __future__ import annotations

from collections.abc import Callable

from engine.errors import UserError

_LONGEST_KEY = 4096


def no_key() -> str:
    """None is needed."""
    return ""


class RemoteAccess:
    """Does not change. `key` is asked at each request, "" for none; it is in no text of this object.

    `allow_http`: the user said that text may go to this server unencrypted, wherever it is; without that only a
    server of this machine or of a near network is spoken to by http. `context` is what the user says of its length
    in tokens, 0 for nothing. `proxy` "" is the system's, `certificates` a PEM file that is trusted besides.
    `header` is the one that the key is sent in, "" for "Authorization: Bearer".
    """

    __slots__ = ("_key", "allow_http", "certificates", "context", "header", "proxy")

    def __init__(
        self,
        key: Callable[[], str] = no_key,
        *,
        allow_http: bool = False,
        context: int = 0,
        proxy: str = "",
        certificates: str = "",
        header: str = "",
    ) -> None:
        self._key = key
        self.allow_http = allow_http
        self.context = context
        self.proxy = proxy
        self.certificates = certificates
        self.header = header

    def __repr__(self) -> str:
        return "RemoteAccess()"

    def key(self) -> str:
        """As it can be sent. Raises UserError `remote.bad_key`, which does not repeat it."""
        return checked_key(self._key())


def checked_key(key: str) -> str:
    """A key without what copying added, "" for none. Raises UserError `remote.bad_key`."""
    key = key.strip()
    if key and not (key.isascii() and key.isprintable() and " " not in key and len(key) <= _LONGEST_KEY):
        raise UserError("remote.bad_key")
    return key
