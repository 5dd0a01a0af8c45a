"""The expert cache plugin: where it is installed, and whether it fits this very engine.

Set-up compiles `native` and puts the library into the environment, with a note of what it was built for, or
of why it could not be. Nothing here loads anything.
"""

from __future__ import annotations

import hashlib
import sys
from pathlib import Path

import msgspec

from engine import llama_package
from engine.errors import ErrorInfo, UserError

NOTE = "build.json"
_INTERFACE = Path(__file__).parent / "native" / "expert_cache.h"
_SUFFIXES = {"darwin": ".dylib", "win32": ".dll"}


class PluginState(msgspec.Struct, frozen=True):
    """The plugin as set-up left it: path and build name, or the reason why there is none."""

    path: str = ""
    build: str = ""
    problem: ErrorInfo | None = None


class _Note(msgspec.Struct, frozen=True):
    """Set-up's note beside the plugin: versions and hashes, or why it was not built, with the log."""

    library: str = ""
    interface: str = ""
    build: str = ""
    problem: str = ""
    log: str = ""


def plugin_folder() -> Path:
    """Where set-up puts the plugin into the environment that runs this."""
    return Path(sys.prefix) / "lib" / "coterie"


def plugin_name(platform: str = sys.platform) -> str:
    """How the library's file is called on a system."""
    return "libggml-coterie-experts" + _SUFFIXES.get(platform, ".so")


def interface_hash(header: Path = _INTERFACE) -> str:
    """A hash of the plugin's C interface; a missing header counts as no plugin's."""
    try:
        return hashlib.sha256(header.read_bytes()).hexdigest()[:16]
    except OSError:
        return "no header"


def plugin_path(folder: Path | None = None) -> Path:
    """The plugin's file, if built for the installed llama-cpp-python and this interface.

    Raises UserError: `cache.not_built`, `cache.other_build`, and where set-up tried and could not
    `cache.no_compiler`, `cache.not_compiled`.
    """
    folder = folder or plugin_folder()
    note, path = _note(folder), folder / plugin_name()
    if note is not None and note.problem:
        raise _reason(note)
    if note is None or not path.is_file():
        raise UserError("cache.not_built")
    if (note.library, note.interface) != (llama_package.version(), interface_hash()):
        raise UserError("cache.other_build")
    return path


def check_build(name: str, folder: Path | None = None) -> None:
    """Refuse a plugin whose build name differs from set-up's note. Raises UserError `cache.other_build`."""
    note = _note(folder or plugin_folder())
    if note is None or name != note.build:
        raise UserError("cache.other_build")


def plugin_state(folder: Path | None = None) -> PluginState:
    """The result of `plugin_path` as a value."""
    folder = folder or plugin_folder()
    note = _note(folder)
    try:
        path = plugin_path(folder)
    except UserError as error:
        return PluginState(problem=error.info)
    return PluginState(str(path), note.build if note else "")


def _reason(note: _Note) -> UserError:
    if note.problem == "compiler":
        return UserError("cache.no_compiler")
    return UserError("cache.not_compiled", log=note.log)


def _note(folder: Path) -> _Note | None:
    """The note of set-up; None if missing or incomplete."""
    try:
        return msgspec.json.decode((folder / NOTE).read_bytes(), type=_Note)
    except (OSError, msgspec.DecodeError):
        return None
