"""Remote model servers: their configuration, their keys, and access to them."""

from __future__ import annotations

import threading
from collections.abc import Callable
from pathlib import Path

import msgspec

from app.services.connections.events import RemoteServersChanged
from app.services.connections.remote_server_file import ModelServer, RemoteServerFile
from app.services.events import EventBus
from app.services.settings.secrets import Secrets, TokenPlace
from app.services.settings.settings import SettingsFile
from engine.errors import ErrorInfo, UserError
from engine.remote.access import RemoteAccess, checked_key, no_key
from engine.remote.names import checked_url, parse_name

# Maximum models of a list: nobody chooses from thousands, and the file is read often.
MOST_LISTED = 1000


class Listed(msgspec.Struct, frozen=True):
    """The names of a server's models, and of those that see pictures as it says."""

    names: tuple[str, ...]
    seeing: tuple[str, ...] = ()


class Removed(msgspec.Struct, frozen=True):
    """A removed server, for `RemoteServers.restore`. It contains the key: keep it in memory only."""

    server: ModelServer
    key: str

    @property
    def name(self) -> str:
        return self.server.shown

    def __repr__(self) -> str:
        return f"Removed({self.server.url!r})"


class RemoteServers:
    """Remote model servers. Use it from any thread but the GUI's: the keyring can ask its user to unlock it,
    and a server may be slow.

    A key lies in the keyring under the address it was given for and is sent to no other one. Where no keyring
    keeps it, it is for this session.
    """

    def __init__(self, home: Path, settings: SettingsFile, secrets: Secrets, events: EventBus) -> None:
        self._file = RemoteServerFile(home / "elsewhere.toml")
        self._settings, self._secrets, self.events = settings, secrets, events
        self._lock = threading.Lock()  # held while a server is changed

    @property
    def problems(self) -> tuple[ErrorInfo, ...]:
        """Parts of the file that could not be used."""
        return self._file.problems

    def all(self) -> tuple[ModelServer, ...]:
        """All servers, in the order they were added.

        Raises UserError `settings.not_saved` where they cannot be read.
        """
        return tuple(self._file.by_key().values())

    def get(self, url: str) -> ModelServer | None:
        """The server at this address, None for an unknown one."""
        return self._file.by_key().get(url)

    def save(self, server: ModelServer, key: str | None = None, *, instead_of: str = "") -> ModelServer:
        """Write a server down; `key` None leaves what there is, "" forgets it. `instead_of` is the address it had
        before: that one is removed with its key, which is not handed on to another place.

        Returns it as it is kept. Raises UserError `remote.bad_url`, `remote.bad_key`, `remote.known` for a new
        address that is another server's, `settings.not_saved`.
        """
        url = checked_url(server.url)
        checked = None if key is None else checked_key(key)
        with self._lock:
            before = self.get(url)
            if before is not None and url != instead_of:
                raise UserError("remote.known", host=before.shown)
            has_key = bool(checked) if checked is not None else bool(before and before.has_key)
            kept = msgspec.structs.replace(server, url=url, has_key=has_key)
            self._file.put(kept)
            if checked:
                self._secrets.keep_secret(_secret(url), checked)
            elif checked is not None:
                self._secrets.forget_secret(_secret(url))
            if instead_of not in ("", url):
                self._secrets.forget_secret(_secret(instead_of))
                self._file.drop(instead_of)
        self.events.publish(RemoteServersChanged(url))
        return kept

    def remove(self, url: str) -> Removed | None:
        """Remove a server with its key; returns what `restore` needs, None for an unknown address.

        Raises UserError `settings.not_saved`, `remote.key_stays` when the keyring still has the key.
        """
        with self._lock:
            server = self.get(url)
            key = self._secrets.secret(_secret(url)) if server is not None and server.has_key else ""
            self._file.drop(url)
            gone = self._secrets.forget_secret(_secret(url))
        self.events.publish(RemoteServersChanged(url))
        if not gone:
            raise UserError("remote.key_stays")
        return None if server is None else Removed(server, key)

    def restore(self, removed: Removed) -> None:
        """Restore a removed server, unless its address is in use again. Raises as `save`."""
        self.save(removed.server, removed.key)

    def key_place(self, url: str) -> TokenPlace:
        """Where the key is stored: "keyring", "session" until the program ends, or "" for none."""
        server = self.get(url)
        return self._secrets.has_secret(_secret(url)) if server is not None and server.has_key else ""

    def check(self, server: ModelServer, key: str | None = None) -> Listed:
        """List the server's models with `key`, None for the stored one.

        Waits for the server. Raises UserError `remote.*`.
        """
        from engine.remote.discovery import listed_models, names_of, seeing_of
        from engine.remote.http import Http

        url = checked_url(server.url)
        asked = server.has_key if key is None else bool(key)
        given = (lambda: self._kept_key(url)) if key is None else (lambda: key)
        http = Http(url, self._access(server, given if asked else no_key))
        listed = listed_models(http, url)
        names = [name for name in dict.fromkeys(names_of(listed)) if name.isprintable()][:MOST_LISTED]
        seeing = set(seeing_of(http, url, listed))
        return Listed(tuple(names), tuple(name for name in names if name in seeing))

    def agree(self, url: str) -> None:
        """The user knows now that text leaves for this server; one that was not set up is, for that.

        Raises UserError `settings.not_saved`.
        """
        with self._lock:
            server = self.get(url) or ModelServer(url)
            self._file.put(msgspec.structs.replace(server, agreed=True))
        self.events.publish(RemoteServersChanged(url))

    def is_new(self, name: str) -> bool:
        """Whether text would leave this computer for the model of this name without the user's agreement.

        Raises UserError as `parse_name`.
        """
        url = parse_name(name).url
        server = self.get(url) or ModelServer(url)
        return server.leaves and not server.agreed

    def access_of(self, url: str) -> RemoteAccess:
        """The access to the server at `url`, as configured now; without a key to an unknown one.

        A changed key applies at once.
        """
        return self._access(self.get(url) or ModelServer(url), lambda: self._kept_key(url))

    def _access(self, server: ModelServer, key: Callable[[], str]) -> RemoteAccess:
        settings = self._settings.current
        return RemoteAccess(
            key,
            allow_http=server.allow_http,
            context=server.context,
            proxy=settings.hub_proxy,
            certificates=server.certificates or settings.hub_certificates,
        )

    def _kept_key(self, url: str) -> str:
        """Raises UserError `remote.key_gone` for one that was given and is not kept any more."""
        server = self.get(url)
        if server is None or not server.has_key:
            return ""
        kept = self._secrets.secret(_secret(url))
        if not kept:
            raise UserError("remote.key_gone", host=server.host)
        return kept


def _secret(url: str) -> str:
    return f"elsewhere:{url}"
