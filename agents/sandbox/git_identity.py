"""Name and address of the user in commits, for a program's own home: nothing else of git's configuration."""

from __future__ import annotations

import os
import shutil
import subprocess
from pathlib import Path

_SYSTEM = "/usr/bin:/bin:/usr/local/bin:/run/current-system/sw/bin"
_KEPT = ("HOME", "XDG_CONFIG_HOME", "GIT_CONFIG_GLOBAL", "LANG")
_SECONDS = 10.0
_LONGEST = 300


def git_identity(workspace: Path) -> dict[str, str]:
    """`.gitconfig` with `user.name` and `user.email` as git reads them from the user's configuration, with what that
    includes for this folder; {} where there is neither."""
    git = shutil.which("git", path=_SYSTEM)
    found = {
        key: value for key in ("name", "email") if git and (value := _read(git, f"user.{key}", workspace))
    }
    if not found:
        return {}
    lines = [f'\t{key} = "{_escaped(value)}"' for key, value in found.items()]
    return {".gitconfig": "\n".join(["[user]", *lines, ""])}


def _read(git: str, key: str, workspace: Path) -> str:
    environment = {name: value for name in _KEPT if (value := os.environ.get(name)) is not None}
    argv = [git, "config", "--global", "--includes", "--null", "--get", key]
    try:
        done = subprocess.run(
            argv,
            cwd=workspace,
            env=environment,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            timeout=_SECONDS,
            check=False,
        )
    except (OSError, subprocess.TimeoutExpired):
        return ""
    text = done.stdout.decode(errors="replace").split("\0")[0] if not done.returncode else ""
    return "".join(c for c in text if c.isprintable())[:_LONGEST].strip()


def _escaped(value: str) -> str:
    """As git-config(1) has it in double quotes."""
    return value.replace("\\", "\\\\").replace('"', '\\"')
