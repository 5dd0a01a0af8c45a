"""bubblewrap: Linux namespaces that contain only the paths that are named."""

from __future__ import annotations

import os
import sys
from collections.abc import Sequence
from pathlib import Path

assert sys.platform == "linux"

from agents.api import Confinement, Limits
from agents.sandbox.inside.landlock import abi
from agents.sandbox.kernel_files import only_for_root
from agents.sandbox.launched import Launched, filtered, launcher, plan_of
from agents.sandbox.protected import Protected, sockets, writable_roots
from agents.sandbox.visible import (
    interpreter_folders,
    merged_folders,
    settings_files,
    system_folders,
)

_HERE = Path(__file__).resolve().parents[2]
_INSIDE, _AUTORUN = _HERE / "agents/sandbox/inside", _HERE / "agents/autorun"
_SOURCES = Path("/run/coterie")
_PROXY = _SOURCES / "proxy"
_MOST_TEMPORARY = 1 << 30


class Bubblewrap(Launched):
    """`program` is the path of bwrap."""

    name = "bubblewrap"
    filters = True

    def __init__(self, program: Path) -> None:
        self.program = program

    def _argv(
        self,
        argv: Sequence[str],
        confinement: Confinement,
        kept: Protected,
        limits: Limits,
        channel: int,
        *,
        serves: bool = False,
        listens: int = -1,
    ) -> list[str]:
        workspace = Path(os.path.realpath(confinement.workspace))
        plan = plan_of(self.name, confinement, limits, channel, workspace, serves=serves)
        plan = plan._replace(
            listens=listens,
            landlock=abi(),
            guarded=tuple(map(str, kept.linked)),
            expected=kept.expected,
            pointed=kept.pointed,
            proxy=str(_PROXY) if filtered(confinement) else "",
            writes=(
                "/tmp",
                "/dev",
                *plan.roots,
                *map(str, confinement.writable),
                *plan.caches,
            ),
        )
        return [
            str(self.program),
            *arguments(confinement, workspace, kept.locked, limits),
            "--",
            *launcher(plan, argv, _SOURCES),
        ]


def arguments(confinement: Confinement, workspace: Path, locked: Sequence[Path], limits: Limits) -> list[str]:
    """bwrap's arguments. `locked` are paths in writable folders that are mounted read-only."""
    room = str(min(_MOST_TEMPORARY, limits.file_bytes))
    made = ["--unshare-all", "--unshare-user", "--die-with-parent", "--new-session", "--as-pid-1"]
    made += ["--share-net"] if confinement.network else []
    made += ["--hostname", "sandbox", "--cap-drop", "ALL"]
    made += ["--proc", "/proc"]
    for name in ("sys", "sysrq-trigger", "fs", "pressure", "mtrr", "scsi", "acpi"):  # root owns them
        made += ["--ro-bind-try", f"/proc/{name}", f"/proc/{name}"]
    for path in only_for_root(network=confinement.network):
        made += (
            ["--size", "4096", "--tmpfs", str(path)]
            if path.is_dir()
            else ["--ro-bind", "/dev/null", str(path)]
        )
    made += ["--dev", "/dev", "--size", room, "--tmpfs", "/dev/shm", "--remount-ro", "/dev"]
    made += ["--size", room, "--tmpfs", "/tmp", "--dir", "/var/tmp", "--dir", "/run"]
    for folder in system_folders():
        made += ["--ro-bind", str(folder), str(folder)]
    for path, target in merged_folders():
        made += ["--symlink", target, str(path)] if target else ["--ro-bind", str(path), str(path)]
    for path in settings_files(network=confinement.network):
        made += ["--ro-bind-try", str(path.resolve()), str(path)]
    if not confinement.network:  # the names of its own loopback, and none of this network's
        made += ["--ro-bind", str(_INSIDE / "hosts"), "/etc/hosts"]
    for folder in interpreter_folders():
        if not any(folder.is_relative_to(system) for system in system_folders()):
            made += ["--ro-bind", str(folder), str(folder)]
    for package in (_INSIDE, _AUTORUN):
        made += ["--ro-bind", str(package), str(_SOURCES / package.relative_to(_HERE))]
    if filtered(confinement):
        made += ["--ro-bind", str(confinement.proxy), str(_PROXY)]
    mounts, emptied = _read_only(confinement)
    made += mounts
    for folder in confinement.caches:
        made += ["--bind", os.path.realpath(folder), os.path.realpath(folder)]
    aliases = [(Path(os.path.realpath(folder)), folder) for folder in confinement.writable]
    for real, given in aliases:
        for place in dict.fromkeys((real, given)):
            made += ["--bind", str(real), str(place)]
    made += ["--bind" if confinement.workspace_writable else "--ro-bind", str(workspace), str(workspace)]
    # A mount cannot be moved away, so its parents cannot be replaced.
    roots = set(writable_roots(confinement))
    holders = {parent for path in locked for parent in path.parents if roots.intersection(parent.parents)}
    for kind, paths in (("--bind", sorted(holders)), ("--ro-bind", locked)):
        for path in paths:
            for place in _places(path, aliases):
                made += [kind, str(path), str(place)]
    for socket in sockets([workspace, *(real for real, _ in aliases)]):
        for place in _places(socket, aliases):
            made += ["--ro-bind", "/dev/null", str(place)]
    for folder in confinement.readable:  # connecting to a socket needs no writable folder
        real = Path(os.path.realpath(folder))
        for socket in sockets([real]):
            for place in _places(socket, [(real, folder)]):
                made += ["--ro-bind", "/dev/null", str(place)]
    for place in emptied:  # at last, as what may be seen can lie in what is hidden
        made += ["--remount-ro", str(place)]
    return [*made, "--remount-ro", "/", "--chdir", str(workspace)]


def _read_only(confinement: Confinement) -> tuple[list[str], list[Path]]:
    """Mounts of what may be read, outer ones first, with something empty over what is hidden of it; and the empty
    folders."""
    mounts: dict[Path, list[str]] = {}
    emptied: list[Path] = []
    for folder in (*confinement.programs, *confinement.readable):
        real = Path(os.path.realpath(folder))
        for place in dict.fromkeys((real, folder)):  # links of a toolchain may name either
            mounts.setdefault(place, ["--ro-bind-try", str(real), str(place)])
            for path in confinement.hidden:
                if path.is_relative_to(real) and os.path.lexists(path):
                    over = place / path.relative_to(real)
                    mounts[over] = _empty(path, over)
                    emptied += [over] if path.is_dir() else []
    ordered = sorted(mounts, key=lambda place: len(place.parts))
    return [word for place in ordered for word in mounts[place]], list(dict.fromkeys(emptied))


def _empty(path: Path, place: Path) -> list[str]:
    if path.is_dir():
        return ["--perms", "0555", "--size", "4096", "--tmpfs", str(place)]
    return ["--ro-bind", "/dev/null", str(place)]


def _places(path: Path, aliases: Sequence[tuple[Path, Path]]) -> list[Path]:
    """The locations of a path: its real one, and those through links by which a folder was given."""
    named = [given / path.relative_to(real) for real, given in aliases if path.is_relative_to(real)]
    return list(dict.fromkeys((path, *named)))
