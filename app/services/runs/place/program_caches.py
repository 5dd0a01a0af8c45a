"""Caches of the programs that commands start (packages, compiled parts), kept for a workspace, so that they need not
be fetched and made anew by each command."""

from __future__ import annotations

import contextlib
import hashlib
import logging
import os
import shutil
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

log = logging.getLogger(__name__)
_GO_PROXY = "https://proxy.golang.org,direct"
_UNUSED = 30 * 86400.0  # seconds after which they are removed
_VARIABLES = {
    "XDG_CACHE_HOME": "cache",  # pip, uv, Go's builds, and most others
    "npm_config_cache": "npm",
    "YARN_CACHE_FOLDER": "yarn",
    "CARGO_HOME": "cargo",
    "GOPATH": "go",
    "GRADLE_USER_HOME": "gradle",
}


def kept_caches(folder: Path, workspace: Path) -> Path | None:
    """The caches of a workspace, below `folder`; None where they cannot be made. Those that were not used for long
    are removed."""
    kept = folder / hashlib.sha256(os.fsencode(workspace)).hexdigest()[:16]
    try:
        kept.mkdir(mode=0o700, parents=True, exist_ok=True)
        for name in _VARIABLES.values():
            place = kept / name
            if os.path.lexists(place) and (place.is_symlink() or not place.is_dir()):  # a program's doing
                place.unlink()
            place.mkdir(exist_ok=True)
        os.utime(kept)
        _sweep(folder)
    except OSError as error:
        log.warning("No caches for the programs of a run: %s", error.strerror)
        return None
    return kept


def cache_variables(caches: Path, home: Path, go_proxy: str = "") -> dict[str, str]:
    """What tells programs to use them. Go looks for modules at the user's first, which may only be read, and then as
    `go_proxy` says."""
    found = {name: str(caches / folder) for name, folder in _VARIABLES.items()}
    modules = Path(os.environ.get("GOPATH") or home / "go") / "pkg/mod/cache/download"
    found["GOFLAGS"] = "-modcacherw"
    with contextlib.suppress(OSError, ValueError):  # it may not be looked at, or is no whole path
        if modules.is_dir():
            found["GOPROXY"] = f"{modules.as_uri()},{go_proxy or _GO_PROXY}"
    return found


def _sweep(folder: Path) -> None:
    before = time.time() - _UNUSED
    for place in folder.iterdir():
        if place.stat().st_mtime < before:
            shutil.rmtree(place, onerror=_again)


def _again(remove: Callable[..., Any], path: str, _: object) -> None:
    """A program may have taken the rights to its own folders away."""
    with contextlib.suppress(OSError):
        for each in (Path(path).parent, Path(path)):
            if not each.is_symlink() and each.is_dir():
                each.chmod(0o700)
        remove(path)
