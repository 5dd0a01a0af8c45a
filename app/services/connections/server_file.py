"""servers.toml: the servers that the user has set up, one table each. Secrets are not in it, only their names."""

from __future__ import annotations

from typing import Any

import msgspec

from agents.mcp.spec import ServerSpec
from app.services.connections.connection_file import ConnectionFile
from engine.errors import UserError


class KeptServer(msgspec.Struct, frozen=True, omit_defaults=True):
    """A server in the file. `consent` is the digest of what the user has agreed to, "" for nothing. `imported` names
    the program whose file it came from."""

    spec: ServerSpec
    enabled: bool = True
    consent: str = ""
    imported: str = ""


_SPEC = set(ServerSpec.__struct_fields__)
_OWN = set(KeptServer.__struct_fields__) - {"spec"}


class ServerFile(ConnectionFile[KeptServer]):
    """servers.toml, one table for each name."""

    KNOWN = frozenset(_SPEC | _OWN)

    def get(self, name: str) -> KeptServer:
        """Raises UserError `mcp.unknown`."""
        kept = self.by_key().get(name)
        if kept is None:
            raise UserError("mcp.unknown", server=name)
        return kept

    def remove(self, name: str) -> KeptServer:
        """Raises UserError `mcp.unknown`, `settings.not_saved`."""
        kept = self.get(name)
        self.drop(name)
        return kept

    def from_table(self, key: str, table: Any) -> KeptServer:
        spec = {k: v for k, v in table.items() if k in _SPEC} | {"name": key}
        own = {k: v for k, v in table.items() if k in _OWN}
        return msgspec.convert({"spec": spec, **own}, KeptServer)

    def to_table(self, kept: KeptServer) -> tuple[str, dict[str, Any]]:
        table = msgspec.to_builtins(kept)
        spec = table.pop("spec")
        return spec.pop("name"), spec | table
