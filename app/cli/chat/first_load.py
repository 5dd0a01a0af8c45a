"""What `coterie chat` loaded for the same options before: the next one begins with it, while the program is still
importing what decides that. It is a guess: another load takes its place as soon as it is known to be another.

Imports nothing that takes long.
"""

from __future__ import annotations

import contextlib
import json
from pathlib import Path

from app import paths
from engine.local import early_host

# So many ways to ask are remembered, the newest last.
_MOST = 8


def start_host() -> None:
    """Start a host before it is known what it loads, where chats have loaded something here."""
    if _kept():
        early_host.start()


def begin(asked: str) -> None:
    """Let that host load what was loaded when the same was `asked` for."""
    load = _kept().get(asked)
    if load is not None:
        early_host.begin(load.encode())


def keep(asked: str, load: bytes) -> None:
    """Remember an encoded `protocol.Load`."""
    kept, text = _kept(), load.decode()
    if kept.get(asked) == text:
        return
    kept.pop(asked, None)
    kept[asked] = text
    newest = dict(list(kept.items())[-_MOST:])
    from engine.durable_files import write_whole

    with contextlib.suppress(OSError):  # the next start takes a little longer
        write_whole(_file(), json.dumps([_state(), newest]).encode(), synced=False)


def _kept() -> dict[str, str]:
    """Loads by what was asked for, of the settings as they are now."""
    try:
        state, loads = json.loads(_file().read_bytes())
    except (OSError, ValueError, TypeError, RecursionError):
        return {}
    if state != _state() or not isinstance(loads, dict):
        return {}
    return {asked: load for asked, load in loads.items() if isinstance(load, str)}


def _state() -> list[list[int]]:
    """Of the files that decide what is loaded."""
    return [_stamp(paths.home() / name) for name in ("settings.toml", "wishes.toml")]


def _stamp(path: Path) -> list[int]:
    try:
        found = path.stat()
    except OSError:
        return []
    return [found.st_size, found.st_mtime_ns]


def _file() -> Path:
    return paths.home() / "cache" / "first-loads.json"
