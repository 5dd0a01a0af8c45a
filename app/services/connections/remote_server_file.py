"""elsewhere.toml: the servers of models elsewhere that the user has set up, one table for each address.

A key is not in it, only whether there is one. As in the settings, what is not understood stays in the file, and a
file that is not TOML is set aside.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import msgspec

from app.services.settings.toml_tables import KeptTables
from engine.errors import ErrorInfo, UserError
from engine.remote.names import RemoteName, checked_url, host_of


class ModelServer(msgspec.Struct, frozen=True, omit_defaults=True):
    """A server with models elsewhere. `url` is the base of its API as `checked_url` has it, `title` what its user
    calls it, "" for its host. `models` are the names there that are offered.

    `allow_http`: text may go there unencrypted, wherever it is. `certificates` is a PEM file that is trusted besides.
    `context` is the length of its models in tokens where the server does not tell it, 0 for what is usual. `has_key`:
    it was given a key. `agreed`: its user knows that text leaves this computer for it.
    """

    url: str
    title: str = ""
    models: tuple[str, ...] = ()
    allow_http: bool = False
    certificates: str = ""
    context: int = 0
    has_key: bool = False
    agreed: bool = False

    @property
    def host(self) -> str:
        """Host and port as a person knows the place."""
        return host_of(self.url)

    @property
    def shown(self) -> str:
        """What it is called."""
        return self.title or self.host

    @property
    def leaves(self) -> bool:
        """Whether text that it is asked leaves this computer."""
        return RemoteName(self.url, "").leaves

    @property
    def names(self) -> tuple[str, ...]:
        """Its models as they are named everywhere: "openai:URL#NAME"."""
        return tuple(RemoteName(self.url, model).text for model in self.models)


class RemoteServerFile:
    """All methods may be called from any thread; each reads the file as it is then: a command and the window share
    it. `problems` tells what could not be used when it was last read."""

    def __init__(self, path: Path) -> None:
        self._file = KeptTables(path)
        self.problems: tuple[ErrorInfo, ...] = ()

    def all(self) -> tuple[ModelServer, ...]:
        """In the order of the file. Raises UserError `settings.not_saved` where it cannot be read."""
        return self._servers(self._file.read())

    def put(self, server: ModelServer) -> None:
        """Write one down, in the place of the one at its address. Raises UserError `settings.not_saved`."""
        with self._file.changing():
            document = self._file.read()
            table = msgspec.to_builtins(server)
            del table["url"]
            document[server.url] = {**_unknown(document.get(server.url)), **table}
            self._file.write(document)

    def remove(self, url: str) -> None:
        """Does nothing to one that is not there. Raises UserError `settings.not_saved`."""
        with self._file.changing():
            document = self._file.read()
            if document.pop(url, None) is not None:
                self._file.write(document)

    def _servers(self, document: dict[str, Any]) -> tuple[ModelServer, ...]:
        found: list[ModelServer] = []
        problems: list[ErrorInfo] = []
        for url, table in document.items():
            try:
                server = msgspec.convert({**table, "url": url}, ModelServer)
                if checked_url(url) != url:
                    raise UserError("remote.bad_url", url=url)
                found.append(server)
            except (msgspec.ValidationError, TypeError, UserError):
                problems.append(ErrorInfo("settings.bad_value", {"key": url}))
        self.problems = tuple(problems)
        return tuple(found)


_KNOWN = frozenset(ModelServer.__struct_fields__)


def _unknown(table: Any) -> dict[str, Any]:
    return {k: v for k, v in table.items() if k not in _KNOWN} if isinstance(table, dict) else {}
