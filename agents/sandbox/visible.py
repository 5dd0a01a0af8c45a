"""System paths that a sandboxed program sees: enough to run programs, and nothing personal."""

from __future__ import annotations

import contextlib
import os
import sys
from pathlib import Path

from agents.api import Confinement
from engine.errors import UserError

_ROOTS = ("/usr", "/opt", "/nix/store", "/run/current-system", "/gnu/store")
_MERGED = ("/bin", "/sbin", "/lib", "/lib32", "/lib64", "/libx32")
_SETTINGS = tuple(
    """
    alternatives bash.bashrc ca-certificates chromium.d crypto-policies debian_version fonts group inputrc
    ld.so.cache ld.so.conf ld.so.conf.d locale.alias locale.conf localtime magic mime.types
    nsswitch.conf os-release passwd pki profile ssl terminfo timezone
    """.split()
)
_OF_THE_NETWORK = ("gai.conf", "host.conf", "hosts", "protocols", "resolv.conf", "services")


def system_folders() -> tuple[Path, ...]:
    """Existing folders with programs and libraries."""
    return tuple(Path(root) for root in _ROOTS if Path(root).is_dir())


def merged_folders() -> tuple[tuple[Path, str], ...]:
    """/bin and the like, each with the target of its link ("usr/bin"), or "" for a real folder."""
    paths = [Path(path) for path in _MERGED]
    return tuple((path, str(path.readlink()) if path.is_symlink() else "") for path in paths if path.exists())


def settings_files(*, network: bool) -> tuple[Path, ...]:
    """Files and folders of /etc that programs read; the rest stays hidden."""
    names = (*_SETTINGS, *_OF_THE_NETWORK) if network else _SETTINGS
    return tuple(path for name in names if (path := Path("/etc") / name).exists())


def interpreter() -> Path:
    """The Python that runs this, outside of any virtual environment, without links in its path."""
    found: str = getattr(sys, "_base_executable", "") or sys.executable
    return Path(found).resolve()


def interpreter_folders() -> tuple[Path, ...]:
    """Folders of the interpreter and its standard library: under the user's home for many."""
    prefixes = {Path(sys.base_prefix).resolve(), Path(sys.base_exec_prefix).resolve()}
    program = interpreter()
    if not any(program.is_relative_to(prefix) for prefix in prefixes):
        prefixes.add(program.parent)
    return tuple(sorted(prefix for prefix in prefixes if not too_wide(prefix)))


def too_wide(folder: Path) -> bool:
    """Whether a folder contains what must be hidden: the user's home or the whole system."""
    return any(owned.is_relative_to(folder) for owned in _homes())


def checked(confinement: Confinement) -> None:
    """Validate a workspace. Raises UserError when it does not exist, or contains what a sandbox protects."""
    workspace = confinement.workspace
    if not workspace.is_dir():
        raise UserError("sandbox.no_workspace", path=str(workspace))
    for folder in (workspace, *confinement.writable, *confinement.readable, *confinement.programs):
        if too_wide(Path(os.path.realpath(folder))):
            raise UserError("sandbox.too_wide", path=str(folder))


def _homes() -> list[Path]:
    home = Path(os.path.expanduser("~")).resolve()  # noqa: PTH111
    if sys.platform == "win32":
        return [home]
    import pwd

    homes = [home, Path("/etc").resolve(), Path("/usr/bin")]
    with contextlib.suppress(KeyError):  # HOME may be set to another place than the user's own
        homes.append(Path(pwd.getpwuid(os.getuid()).pw_dir).resolve())
    return [home for home in homes if home != Path("/")] or [Path("/")]
