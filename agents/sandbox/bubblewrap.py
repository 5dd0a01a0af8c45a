"""bubblewrap: Linux namespaces in which only what is named is there at all."""

from __future__ import annotations

import contextlib
import os
import stat
from collections.abc import Sequence
from pathlib import Path

from agents.sandbox.launched import Launched, launcher, plan_of
from agents.sandbox.sandbox import Confinement, Limits
from agents.sandbox.visible import (
    interpreter_folders,
    merged_folders,
    settings_files,
    system_folders,
)

_INSIDE = Path(__file__).resolve().parent / "inside"
_SOURCES = Path("/run/coterie")
_MOST_TEMPORARY = 1 << 30


class Bubblewrap(Launched):
    """`program` is the path of bwrap."""

    name = "bubblewrap"

    def __init__(self, program: Path) -> None:
        self.program = program

    def _argv(self, argv: Sequence[str], confinement: Confinement, limits: Limits, channel: int) -> list[str]:
        workspace = Path(os.path.realpath(confinement.workspace))
        locked, expected = _protected(workspace, confinement.protected)
        plan = plan_of(self.name, confinement, limits, channel, workspace)._replace(expected=expected)
        return [
            str(self.program),
            *arguments(confinement, workspace, locked, limits),
            "--",
            *launcher(plan, argv, _SOURCES),
        ]


def arguments(confinement: Confinement, workspace: Path, locked: Sequence[Path], limits: Limits) -> list[str]:
    """bwrap's arguments. `locked` are paths in the workspace that are mounted read-only over it."""
    room = str(min(_MOST_TEMPORARY, limits.file_bytes))
    made = ["--unshare-all", "--unshare-user", "--die-with-parent", "--new-session", "--as-pid-1"]
    made += ["--share-net"] if confinement.network else []
    made += ["--hostname", "sandbox", "--cap-drop", "ALL"]
    made += [
        "--proc",
        "/proc",
        "--dev",
        "/dev",
        "--size",
        room,
        "--tmpfs",
        "/dev/shm",
        "--remount-ro",
        "/dev",
    ]
    made += ["--size", room, "--tmpfs", "/tmp", "--dir", "/var/tmp", "--dir", "/run"]
    for folder in system_folders():
        made += ["--ro-bind", str(folder), str(folder)]
    for path, target in merged_folders():
        made += ["--symlink", target, str(path)] if target else ["--ro-bind", str(path), str(path)]
    for path in settings_files(network=confinement.network):
        made += ["--ro-bind-try", str(path.resolve()), str(path)]
    for folder in interpreter_folders():
        if not any(folder.is_relative_to(system) for system in system_folders()):
            made += ["--ro-bind", str(folder), str(folder)]
    made += ["--ro-bind", str(_INSIDE), str(_SOURCES / "agents/sandbox/inside")]
    for folder in confinement.readable:
        made += ["--ro-bind", os.path.realpath(folder), str(folder)]
    for folder in confinement.writable:
        made += ["--bind", os.path.realpath(folder), str(folder)]
    made += ["--bind" if confinement.workspace_writable else "--ro-bind", str(workspace), str(workspace)]
    if confinement.workspace_writable:
        # What holds a mount cannot be moved away, so nothing can be put in its place.
        for holder in dict.fromkeys(path.parent for path in locked if path.parent != workspace):
            made += ["--bind", str(holder), str(holder)]
        for path in locked:
            made += ["--ro-bind", str(path), str(path)]
    return [*made, "--remount-ro", "/", "--chdir", str(workspace)]


def _protected(workspace: Path, names: Sequence[str]) -> tuple[list[Path], tuple[tuple[str, int, int], ...]]:
    """What can be locked of the protected paths, and what has to be found at those paths.

    A path that leads through a link is not locked: where the link points is not there, or is in the workspace.
    """
    locked: list[Path] = []
    expected: dict[str, tuple[str, int, int]] = {}
    for name in names:
        path = workspace
        for part in Path(name).parts:
            path = path / part
            facts = _facts(path)
            if facts is None and path == workspace / ".git/hooks" and _is_folder(path.parent):
                with contextlib.suppress(OSError):  # an empty one is as good as none
                    path.mkdir()
                facts = _facts(path)
            if facts is None or stat.S_ISLNK(facts.st_mode):
                break
            expected[str(path)] = (str(path), facts.st_dev, facts.st_ino)
            if not stat.S_ISDIR(facts.st_mode) or path == workspace / name:
                locked.append(path)  # ".git" is a file in a worktree of git
                break
    return list(dict.fromkeys(locked)), tuple(expected.values())


def _facts(path: Path) -> os.stat_result | None:
    try:
        return path.lstat()
    except OSError:
        return None


def _is_folder(path: Path) -> bool:
    facts = _facts(path)
    return facts is not None and stat.S_ISDIR(facts.st_mode)
