"""Tools of a server that the user has accepted: all on first use, later each change needs acceptance.

What was accepted is kept in server_tools.toml, and stays when a tool disappears: one that comes back as
another is a changed one, not a new one.
"""

from __future__ import annotations

import contextlib
import copy
import difflib
import json
import threading
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import Any

from agents.mcp.definitions import Definition, offered, safe_name, schema_fault
from agents.mcp.sanitize import shown_words
from app.services.connections.connection_file import PATIENCE
from app.services.connections.server_values import ServerTool
from app.services.settings.file_lock import locked
from app.services.settings.toml_file import TomlFile
from engine.errors import UserError


class KnownTools:
    """All methods may be called from any thread. `on_change` is told server and tool when one is another than was
    accepted, once: what was granted for it does not count any more."""

    def __init__(self, path: Path, on_change: Callable[[str, str], None] = lambda server, tool: None) -> None:
        self._file = TomlFile(path)
        self._on_change = on_change
        self._lock = threading.Lock()
        self._told: set[tuple[str, str, str]] = set()

    def review(self, server: str, definitions: Iterable[Definition]) -> tuple[ServerTool, ...]:
        """Compare each tool that a server lists or listed with what was accepted.

        The first list of a server is accepted as it is. Raises UserError `settings.not_saved`.
        """
        listed = {definition.name: definition for definition in definitions}
        with self._changing() as document:
            if server not in document and listed:
                document[server] = {name: _record(one) for name, one in listed.items()}
            known: dict[str, Any] = document.get(server, {})
        names = {one.definition.name: one.name for one in offered(server, listed.values())}
        found = [self._compared(server, one, known.get(one.name), names) for one in listed.values()]
        gone = [
            ServerTool(
                safe_name(server, name, ()), name, str(record["description"]), record["fingerprint"], "gone"
            )
            for name, record in known.items()
            if name not in listed
        ]
        return (*found, *gone)

    def accept(
        self, server: str, definitions: Iterable[Definition], tools: Iterable[str] | None = None
    ) -> None:
        """Accept these tools; `tools` None: all. Raises UserError `settings.not_saved`."""
        wanted = None if tools is None else set(tools)
        with self._changing() as document:
            known = document.setdefault(server, {})
            for definition in definitions:
                if wanted is None or definition.name in wanted:
                    known[definition.name] = _record(definition)

    def remembered(self, server: str) -> tuple[ServerTool, ...]:
        """Accepted tools of a server that has not been started. Raises UserError `mcp.tools_unreadable`."""
        with self._lock:
            known: dict[str, Any] = self._read().get(server, {})
        return tuple(
            ServerTool(
                safe_name(server, name, ()),
                name,
                shown_words(record["description"]),
                record["fingerprint"],
                "accepted",
            )
            for name, record in known.items()
        )

    def kept(self, server: str) -> dict[str, Any] | None:
        """The stored record of a server's tools, for `restore`; None for none."""
        with self._lock:
            return self._read().get(server)

    def forget(self, server: str) -> None:
        """Raises UserError `settings.not_saved`."""
        with self._changing() as document:
            document.pop(server, None)

    def restore(self, server: str, kept: dict[str, Any] | None) -> None:
        """Raises UserError `settings.not_saved`."""
        if kept is not None:
            with self._changing() as document:
                document[server] = kept

    def _compared(
        self, server: str, definition: Definition, record: dict[str, Any] | None, names: dict[str, str]
    ) -> ServerTool:
        fault = schema_fault(definition.schema)
        fingerprint = definition.fingerprint
        diff = ""
        if fault:
            status = "unfit"
        elif record is None:
            status = "new"
        elif record["fingerprint"] == fingerprint:
            status = "accepted"
        else:
            status, diff = "changed", _diff(record, _record(definition))
            self._tell(server, names.get(definition.name, ""), fingerprint)
        return ServerTool(
            names.get(definition.name, definition.name),
            definition.name,
            shown_words(definition.description),
            fingerprint,
            status,  # type: ignore[arg-type]
            diff,
            definition.hides,
            fault,
        )

    def _tell(self, server: str, name: str, fingerprint: str) -> None:
        with self._lock:
            key = (server, name, fingerprint)
            if key in self._told:
                return
            self._told.add(key)
        self._on_change(server, name)

    def _read(self) -> dict[str, Any]:
        try:
            document = self._file.read()
        except FileNotFoundError:
            return {}
        except (ValueError, RecursionError, OSError):
            # Nothing counts as accepted then: it would be accepted again silently.
            raise UserError("mcp.tools_unreadable", path=str(self._file.path)) from None
        return {
            server: {name: record for name, record in tools.items() if _readable(record)}
            for server, tools in document.items()
            if isinstance(tools, dict)
        }

    @contextlib.contextmanager
    def _changing(self) -> Iterator[dict[str, Any]]:
        """Give what was accepted, and write it where it was changed."""
        path = self._file.path
        lock = path.with_name(f".{path.name}.lock")
        with self._lock, self._file.saving(), locked(lock, PATIENCE):
            document = self._read()
            before = copy.deepcopy(document)
            yield document
            if document != before:
                self._file.write(document)


def _record(definition: Definition) -> dict[str, Any]:
    """TOML has no null, so the schema is stored as JSON."""
    schema = json.dumps(definition.schema, sort_keys=True, ensure_ascii=True)
    words = {"fingerprint": definition.fingerprint, "description": definition.description, "schema": schema}
    return {key: value.encode("utf-8", "replace").decode() for key, value in words.items()}


def _readable(record: Any) -> bool:
    fields = ("fingerprint", "description", "schema")
    return isinstance(record, dict) and all(isinstance(record.get(name), str) for name in fields)


def _diff(before: dict[str, Any], after: dict[str, Any]) -> str:
    """A unified diff of description and schema, invisible characters written out."""
    old, new = (
        [*shown_words(record["description"]).splitlines(), *_schema_lines(record["schema"])]
        for record in (before, after)
    )
    return "\n".join(difflib.unified_diff(old, new, "accepted", "now", lineterm="", n=2))


def _schema_lines(schema: str) -> list[str]:
    try:
        return shown_words(json.dumps(json.loads(schema), indent=1, ensure_ascii=False)).splitlines()
    except (ValueError, RecursionError):
        return [schema]
