"""Landlock with seccomp: restricts a Linux process where namespaces are unavailable.

It hides less than bubblewrap: names and facts of files can be seen everywhere, contents cannot. Landlock has
no say in modes, owners and times of files: modes and times are changed by the launcher for the program, where
it may write, owners by nobody. Sockets and shared memory of the machine are out of reach.
"""

from __future__ import annotations

import logging
import os
import sys
from collections.abc import Sequence
from pathlib import Path

assert sys.platform == "linux"

from agents.api import Confinement, Limits
from agents.sandbox.inside.landlock import abi
from agents.sandbox.inside.seccomp import supported
from agents.sandbox.launched import Launched, launcher, plan_of
from agents.sandbox.protected import Protected
from agents.sandbox.secret_places import without
from agents.sandbox.visible import interpreter_folders, merged_folders, settings_files, system_folders

log = logging.getLogger(__name__)
_MOST_PARTS = 4000  # paths that a folder with something hidden is divided into
_DEVICES = ("/dev/null", "/dev/zero", "/dev/full", "/dev/random", "/dev/urandom")
# By name: a folder would let root read what only root reads.
_FACTS = tuple(
    """
    /proc/cpuinfo /proc/meminfo /proc/stat /proc/loadavg /proc/uptime /proc/version /proc/filesystems
    /proc/sys/kernel/cap_last_cap /proc/sys/kernel/domainname /proc/sys/kernel/hostname
    /proc/sys/kernel/ngroups_max /proc/sys/kernel/osrelease /proc/sys/kernel/ostype
    /proc/sys/kernel/overflowgid /proc/sys/kernel/overflowuid /proc/sys/kernel/pid_max
    /proc/sys/kernel/random/boot_id /proc/sys/kernel/random/uuid /proc/sys/kernel/threads-max
    /proc/sys/kernel/version /proc/sys/vm/overcommit_memory /sys/devices/system/cpu
    """.split()
)


class Landlock(Launched):
    """Needs Linux 5.13."""

    name = "landlock"

    @staticmethod
    def possible() -> bool:
        return supported(os.uname().machine) and abi() > 0

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
        reads, lists = readable(confinement, workspace)
        plan = plan._replace(
            listens=listens,
            reads=tuple(map(str, reads)),
            lists=tuple(map(str, lists)),
            writes=(*_DEVICES, *plan.roots, *plan.caches),
            landlock=abi(),
            guarded=tuple(map(str, (*kept.locked, *kept.linked))),
            expected=kept.expected,
            pointed=kept.pointed,
        )
        return launcher(plan, argv)


def readable(confinement: Confinement, workspace: Path) -> tuple[tuple[Path, ...], tuple[Path, ...]]:
    """All that a program may read, and folders of which it may read the names; without links."""
    merged = (path for path, _ in merged_folders())
    settings = settings_files(network=confinement.network)
    paths = [*system_folders(), *merged, *settings, *map(Path, _FACTS), workspace]
    lists: list[Path] = []
    for folder in (*interpreter_folders(), *confinement.programs, *confinement.readable):
        shown, around = without(Path(os.path.realpath(folder)), confinement.hidden)
        if len(shown) + len(around) > _MOST_PARTS:
            log.warning("A folder cannot be read by commands: too much in it is hidden")
            continue
        paths += shown
        lists += around
    return tuple(dict.fromkeys(Path(os.path.realpath(path)) for path in paths)), tuple(dict.fromkeys(lists))
