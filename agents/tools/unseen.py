"""Paths that a command names, and that it failed for because the sandbox does not show them."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from pathlib import Path

from agents.api import Confinement, Ran
from agents.sandbox.visible import merged_folders, settings_files, system_folders

_PATH = re.compile(r"""(?<![\w./~:-])/(?:[^\s"'`;|&<>()$*?\[\]{}\\,:=]+)""")
# What a sandbox has of its own.
_OWN = tuple(map(Path, ("/proc", "/sys", "/dev", "/run")))
_MOST = 5


def unseen(
    written: str,
    ran: Ran,
    confinement: Confinement,
    allowable: Callable[[Sequence[str]], tuple[Path, ...]],
) -> tuple[str, ...]:
    """Absolute paths in what was `written` that a program complained about, that are there for the user, and that a
    person may let commands read, which `allowable` tells. They are as they are really called, without links."""
    if ran.code == 0 or ran.timed_out or ran.cancelled:
        return ()
    complaints = ran.errors + ran.output
    named = (path.rstrip("/.") for path in _PATH.findall(written))
    told = [path for path in dict.fromkeys(named) if len(path) > 1 and path in complaints][: 4 * _MOST]
    seen = (
        *(confinement.workspace, *confinement.readable, *confinement.writable, *confinement.programs),
        *(*confinement.caches, *system_folders(), *(folder for folder, _ in merged_folders())),
        *(*settings_files(network=confinement.network), *_OWN),
    )
    found = allowable([path for path in told if not any(Path(path).is_relative_to(place) for place in seen)])
    return tuple(str(path) for path in found if not any(path.is_relative_to(place) for place in seen))[:_MOST]
