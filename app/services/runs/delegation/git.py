"""Git as it is called here: without hooks, prompts and what else could run or wait."""

from __future__ import annotations

import os
import shutil
import subprocess
from pathlib import Path

_SYSTEM = "/usr/bin:/bin:/usr/local/bin:/opt/homebrew/bin:/run/current-system/sw/bin"
_KEPT = ("HOME", "XDG_CONFIG_HOME", "GIT_CONFIG_GLOBAL", "PATH", "TMPDIR", "SYSTEMROOT")
# A repository that a model works in must not have programs run here.
_QUIET = ("-c", f"core.hooksPath={os.devnull}", "-c", "core.fsmonitor=false", "-c", "protocol.allow=never")
_SECONDS = 300.0


def git(folder: Path, *arguments: str) -> bytes | None:
    """What git prints in this folder; None where it fails or is not there."""
    program = shutil.which("git", path=_SYSTEM) or shutil.which("git")
    if program is None:
        return None
    environment = {name: value for name in _KEPT if (value := os.environ.get(name)) is not None}
    environment |= {"GIT_TERMINAL_PROMPT": "0", "GIT_OPTIONAL_LOCKS": "0", "LC_ALL": "C"}
    try:
        done = subprocess.run(
            [program, *_QUIET, *arguments],
            cwd=folder,
            env=environment,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            timeout=_SECONDS,
            check=False,
        )
    except (OSError, subprocess.TimeoutExpired):
        return None
    return None if done.returncode else done.stdout


def names(folder: Path, *arguments: str) -> tuple[str, ...] | None:
    """The paths that a command with `-z` prints; None where it fails."""
    told = git(folder, *arguments)
    return None if told is None else tuple(os.fsdecode(name) for name in told.split(b"\0") if name)
