"""elsewhere.toml: the servers of models elsewhere that the user has set up, one table for each address.

A key is not in it, only whether there is one.
"""

from __future__ import annotations

from typing import Any

import msgspec

from app.services.connections.connection_file import ConnectionFile
from engine.errors import UserError
from engine.remote.names import RemoteName, checked_url, host_of


class ModelServer(msgspec.Struct, frozen=True, omit_defaults=True):
    """A server with models elsewhere. `url` is the base of its API as `checked_url` has it, `title` what its user
    calls it, "" for its host. `models` are the names there that are offered, `seeing` those that see pictures, as the
    server or its user says.

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
    seeing: tuple[str, ...] = ()

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


class RemoteServerFile(ConnectionFile[ModelServer]):
    """elsewhere.toml, one table for each address."""

    KNOWN = frozenset(ModelServer.__struct_fields__)

    def from_table(self, key: str, table: Any) -> ModelServer:
        if checked_url(key) != key:
            raise UserError("remote.bad_url", url=key)
        return msgspec.convert({**table, "url": key}, ModelServer)

    def to_table(self, kept: ModelServer) -> tuple[str, dict[str, Any]]:
        table = msgspec.to_builtins(kept)
        return table.pop("url"), table
