"""servers.toml: the servers that the user has set up, one table each. Secrets are not in it, only their names.

As in the settings, what is not understood stays in the file, and a file that is not TOML is set aside.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import msgspec

from agents.mcp.spec import ServerSpec
from app.services.settings.toml_tables import KeptTables
from engine.errors import ErrorInfo, UserError


class KeptServer(msgspec.Struct, frozen=True, omit_defaults=True):
    """A server in the file. `consent` is the digest of what the user has agreed to, "" for nothing. `imported` names
    the program whose file it came from."""

    spec: ServerSpec
    enabled: bool = True
    consent: str = ""
    imported: str = ""


class ServerFile:
    """All methods may be called from any thread; each reads the file as it is then: a command and the window share
    it. `problems` tells what could not be used when it was last read."""

    def __init__(self, path: Path) -> None:
        self._file = KeptTables(path)
        self.problems: tuple[ErrorInfo, ...] = ()

    def all(self) -> dict[str, KeptServer]:
        """By name, in the order of the file."""
        return self._servers(self._file.read())

    def get(self, name: str) -> KeptServer:
        """Raises UserError `mcp.unknown`."""
        kept = self.all().get(name)
        if kept is None:
            raise UserError("mcp.unknown", server=name)
        return kept

    def put(self, server: KeptServer, *, new: bool = False) -> None:
        """Write one down. Raises UserError `mcp.twice` for a `new` one whose name is taken, `settings.not_saved`."""
        with self._file.changing():
            document = self._file.read()
            name = server.spec.name
            if new and name in document:
                raise UserError("mcp.twice", server=name)
            table = msgspec.to_builtins(server)
            document[name] = {**_unknown(document.get(name)), **table.pop("spec"), **table}
            document[name].pop("name", None)
            self._file.write(document)

    def remove(self, name: str) -> KeptServer:
        """Raises UserError `mcp.unknown`, `settings.not_saved`."""
        kept = self.get(name)
        with self._file.changing():
            document = self._file.read()
            document.pop(name, None)
            self._file.write(document)
        return kept

    def _servers(self, document: dict[str, Any]) -> dict[str, KeptServer]:
        found: dict[str, KeptServer] = {}
        problems: list[ErrorInfo] = []
        for name, table in document.items():
            try:
                found[name] = _from_table(name, table)
            except (msgspec.ValidationError, TypeError):
                problems.append(ErrorInfo("settings.bad_value", {"key": name}))
        self.problems = tuple(problems)
        return found


_SPEC = set(ServerSpec.__struct_fields__)
_OWN = set(KeptServer.__struct_fields__) - {"spec"}


def _from_table(name: str, table: Any) -> KeptServer:
    spec = {key: value for key, value in table.items() if key in _SPEC} | {"name": name}
    own = {key: value for key, value in table.items() if key in _OWN}
    return msgspec.convert({"spec": spec, **own}, KeptServer)


def _unknown(table: Any) -> dict[str, Any]:
    if not isinstance(table, dict):
        return {}
    return {key: value for key, value in table.items() if key not in _SPEC | _OWN}
