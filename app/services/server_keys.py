"""Keys of the local server: made, listed, recognized and revoked."""

from __future__ import annotations

import hashlib
import hmac
import secrets
import string
import time
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

from app.services.usage_tally import UsageTally, line_of
from app.store.records import KeyRight, KeyTokens, ServerKey
from engine.errors import UserError
from engine.values import Timings, Usage

if TYPE_CHECKING:
    from app.store.grants import ServerKeys  # brings SQLAlchemy, which the window is complete without

RIGHTS: tuple[KeyRight, ...] = ("ask", "load", "download", "tools")
USUAL_RIGHTS: tuple[KeyRight, ...] = ("ask", "load")
PREFIX = "ct-"
LONGEST_NAME = 60
_SHOWN = len(PREFIX) + 4
_BYTES = 32
_LETTERS = string.digits + string.ascii_uppercase + string.ascii_lowercase
_USE_WRITTEN_EVERY_S = 60.0


class KeyRing:
    """The keys that let programs in. Any process may change them: each question reads them anew.

    `extra` are further keys as text that hold while the process runs, such as those of a key file; they have the
    usual rights. May be used from any thread; blocks on the disk.
    """

    def __init__(
        self, store: ServerKeys, extra: Sequence[str] = (), clock: Callable[[], float] = time.time
    ) -> None:
        self._store, self._clock = store, clock
        self._extra = tuple(
            ServerKey(f"key file {number}", "", digest(text), USUAL_RIGHTS, clock())
            for number, text in enumerate(extra, 1)
        )
        self._tally: UsageTally[ServerKey | None] = UsageTally(clock)

    def add(
        self, name: str, rights: Sequence[KeyRight] = USUAL_RIGHTS, expires: float | None = None
    ) -> tuple[ServerKey, str]:
        """Make a key; its text, which is kept nowhere, comes with it. Raises UserError `server.bad_key_name`,
        `server.no_rights`, `server.key_taken` (`name`)."""
        name = " ".join(name.split())
        if not name or len(name) > LONGEST_NAME or not name.isprintable():
            raise UserError("server.bad_key_name")
        if not rights:
            raise UserError("server.no_rights")
        if self._store.find(name) is not None:
            raise UserError("server.key_taken", name=name)
        text = PREFIX + _base62(secrets.token_bytes(_BYTES))
        key = ServerKey(name, text[:_SHOWN], digest(text), tuple(rights), self._clock(), 0.0, expires)
        self._store.put(key)
        return key, text

    def all(self) -> tuple[ServerKey, ...]:
        """The keys of the store, oldest first."""
        return tuple(self._store.all())

    @property
    def is_empty(self) -> bool:
        """Whether nobody can come in."""
        return not (self._extra or self._store.all())

    def revoke(self, name: str) -> None:
        """Raises UserError `server.no_key` (`name`)."""
        if not self._store.revoke(name):
            raise UserError("server.no_key", name=name)

    def recognized(self, text: str) -> ServerKey | None:
        """The key with this text, None for none and for one that has expired."""
        given, now, found = digest(text), self._clock(), None
        for key in (*self._store.all(), *self._extra):
            # All are compared, and each in constant time.
            if hmac.compare_digest(key.sha256, given) and not _has_expired(key, now):
                found = key
        return found

    def is_valid(self, key: ServerKey) -> bool:
        """Whether a key that was recognized still is one."""
        if key in self._extra:
            return True
        kept = self._store.find(key.name)
        return kept is not None and kept.sha256 == key.sha256 and not _has_expired(kept, self._clock())

    def note_use(self, key: ServerKey) -> None:
        """Keep the time of use, at most once a minute."""
        now = self._clock()
        if key not in self._extra and now - key.used >= _USE_WRITTEN_EVERY_S:
            self._store.change(key.name, used=now)

    # --- usage ---

    def tokens(self) -> dict[str, tuple[KeyTokens, KeyTokens]]:
        """What the keys of the store have used today and in all, by their names; one that was never used is left
        out."""
        return self._store.tokens(self._tally.today)

    def note_usage(
        self,
        key: ServerKey | None,
        usage: Usage,
        model: str = "",
        timings: Timings = Timings(),  # noqa: B008
        domains: str = "",
    ) -> None:
        """Remember what an answer took, for `write_usage`. Waits for nothing. What is asked without a key of the
        store is counted, but for no key."""
        kept = None if key in self._extra else key
        self._tally.note(kept, line_of(usage, timings, use="server", model=model, domains=domains))

    @property
    def has_usage(self) -> bool:
        """Whether there is any to write."""
        return bool(self._tally)

    def write_usage(self) -> None:
        """Keep what was noted, all of it in one transaction. Raises UserError of the store; it is written the next
        time then."""
        noted = self._tally.take()
        try:
            self._store.add_usage(noted)
        except UserError:
            self._tally.give_back(noted)
            raise


def digest(text: str) -> str:
    """SHA-256 of a key in hexadecimal digits: its bytes are random, so no salt is needed."""
    return hashlib.sha256(text.encode(errors="surrogatepass")).hexdigest()


def _has_expired(key: ServerKey, now: float) -> bool:
    return key.expires is not None and now >= key.expires


def _base62(data: bytes) -> str:
    number, letters = int.from_bytes(data, "big"), []
    while number:
        number, rest = divmod(number, len(_LETTERS))
        letters.append(_LETTERS[rest])
    return "".join(reversed(letters)).rjust(43, _LETTERS[0])
