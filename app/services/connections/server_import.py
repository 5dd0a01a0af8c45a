"""Imports tool servers from another program's file, on request only.

Known shapes: `{"mcpServers": {NAME: {...}}}` (Claude Desktop and Code, Cursor, LM Studio, Windsurf, Gemini),
`{"servers": {...}}` and `{"mcp": {"servers": {...}}}` (VS Code, whose files may hold comments).
"""

from __future__ import annotations

import json
import re
from collections.abc import Collection, Mapping
from pathlib import Path
from typing import Any

import msgspec

from agents.mcp.spec import ServerSpec
from engine.errors import ErrorInfo, UserError

TIMEOUT_S = 60.0
MOST_BYTES = 4 * 1024 * 1024


class Found(msgspec.Struct, frozen=True):
    """A server in such a file: what it would be, with its values. `enabled`: it is not turned off there. `error`: why
    it cannot be taken over."""

    name: str
    spec: ServerSpec
    env: dict[str, str] = {}
    headers: dict[str, str] = {}
    enabled: bool = True
    error: ErrorInfo | None = None

    def __repr__(self) -> str:
        return f"Found({self.name!r})"


def found_in(path: Path, taken: Collection[str] = ()) -> tuple[Found, ...]:
    """Servers in a file, under names that are not `taken`.

    Raises UserError `mcp.import_unreadable`, `mcp.import_no_servers`.
    """
    try:
        if path.stat().st_size > MOST_BYTES:
            raise UserError("mcp.import_unreadable", path=str(path), detail="> 4 MB")
        text = path.read_text(encoding="utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        detail = getattr(error, "strerror", None) or "UTF-8"
        raise UserError("mcp.import_unreadable", path=str(path), detail=detail) from error
    tables = _tables(_document(text, path))
    if tables is None:
        raise UserError("mcp.import_no_servers", path=str(path))
    used = set(taken)
    found = []
    for name, table in tables.items():
        free = _free(safe_server_name(name), used)
        used.add(free)
        found.append(_found(name, free, table))
    return tuple(found)


def _document(text: str, path: Path) -> Any:
    try:
        return json.loads(text)
    except RecursionError:
        raise UserError("mcp.import_unreadable", path=str(path), detail="JSON") from None
    except ValueError as first:
        try:
            return json.loads(without_comments(text))
        except (ValueError, RecursionError):
            raise UserError("mcp.import_unreadable", path=str(path), detail=str(first)[:200]) from first


def _tables(document: Any) -> Mapping[str, Any] | None:
    if not isinstance(document, dict):
        return None
    inner = document.get("mcp")
    for holder, key in ((document, "mcpServers"), (document, "servers"), (inner, "servers")):
        if isinstance(holder, dict) and isinstance(holder.get(key), dict):
            tables: dict[str, Any] = holder[key]
            return tables
    return None


def _found(name: str, free: str, table: Any) -> Found:
    bad = ErrorInfo("mcp.no_command", {"server": name[:100]})
    if not isinstance(table, dict):
        return Found(name, ServerSpec(free), error=bad)
    command, arguments = table.get("command"), table.get("args", [])
    url = table.get("url") or table.get("serverUrl") or table.get("httpUrl") or ""
    words = [command] if isinstance(command, str) else command if isinstance(command, list) else []
    words = [*words, *(arguments if isinstance(arguments, list) else [])]
    cwd = table.get("cwd")
    spec = ServerSpec(
        free,
        () if url else tuple(_reference(str(word)) for word in words),
        str(url),
        cwd=cwd if isinstance(cwd, str) else "",
        timeout_s=_seconds(table.get("timeout")),
    )
    if not spec.command and not spec.url:
        return Found(name, spec, error=bad)
    spec = msgspec.structs.replace(spec, readable=named_paths(spec.command))
    enabled = table.get("disabled") is not True and table.get("enabled") is not False
    return Found(name, spec, _texts(table.get("env")), _texts(table.get("headers")), enabled)


def named_paths(command: tuple[str, ...]) -> tuple[str, ...]:
    """Existing paths outside of the system in a command's arguments: it is meant to read them."""
    found = []
    for word in command[1:]:
        path = Path(word.partition("=")[2] or word).expanduser()
        if path.is_absolute() and path.exists() and path != Path(path.anchor):
            found.append(str(path))
    return tuple(dict.fromkeys(found))


def _texts(table: Any) -> dict[str, str]:
    if not isinstance(table, dict):
        return {}
    return {str(key): _reference(str(value)) for key, value in table.items() if value is not None}


def _reference(text: str) -> str:
    """`${NAME}` as some programs write it becomes `${env:NAME}`; what only a program itself knows (`${input:…}`)
    becomes nothing: the user is asked for it. `${workspaceFolder}` is where a server runs anyway."""
    text = text.replace("${workspaceFolder}", ".")
    text = re.sub(r"\$\{input:[^}]*\}", "", text)
    return re.sub(r"\$\{(\w+)(?::-[^}]*)?\}", r"${env:\1}", text)


def _seconds(value: Any) -> float:
    """A time-out in seconds; programs give it in seconds or milliseconds."""
    if isinstance(value, bool) or not isinstance(value, int | float) or value <= 0:
        return TIMEOUT_S
    return float(min(value / 1000 if value >= 1000 else value, 3600.0))


def safe_server_name(name: str) -> str:
    """The valid server name closest to `name`."""
    safe = re.sub(r"[^A-Za-z0-9_-]+", "-", name.rpartition("/")[2] or name).strip("-_")[:32]
    safe = re.sub(r"^(mcp-server-|server-|mcp-)|(-mcp-server|-mcp)$", "", safe) or safe
    return safe if re.match(r"[A-Za-z]", safe) else f"server-{safe}".strip("-")[:32]


def _free(name: str, used: Collection[str]) -> str:
    if name not in used:
        return name
    number = 2
    while f"{name[:28]}-{number}" in used:
        number += 1
    return f"{name[:28]}-{number}"


def without_comments(text: str) -> str:
    """Convert JSON with comments and trailing commas to plain JSON. Strings stay as they are."""
    pattern = re.compile(r'"(?:[^"\\]|\\.)*"|//[^\n]*|/\*.*?\*/', re.DOTALL)
    bare = pattern.sub(lambda found: found[0] if found[0].startswith('"') else "", text)
    commas = re.compile(r'"(?:[^"\\]|\\.)*"|,(?=\s*[}\]])', re.DOTALL)
    return commas.sub(lambda found: found[0] if found[0].startswith('"') else "", bare)
