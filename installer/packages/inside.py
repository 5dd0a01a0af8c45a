"""A bare system in a folder, and a person in it, to try packages with.

The person's home has a space and Hangul in its name. Their variables are those of a foreign Python, and of programs
that brought libraries of their own.
"""

from __future__ import annotations

import os
import re
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import NamedTuple

from installer.commands import SetupError, run_logged
from installer.console import Progress
from installer.packages.places import Places, Release, environment, mirror

HOME = "/home/사람 하나"
USER = 1000
FOREIGN = {
    "PYTHONHOME": "/nowhere", "PYTHONPATH": "/nowhere", "LD_LIBRARY_PATH": "/nowhere",
    "QT_PLUGIN_PATH": "/nowhere", "GGML_BACKEND_PATH": "/nowhere/libggml-none.so",
}  # fmt: skip
PATIENCE_S = 600


class Inside(NamedTuple):
    """The system in the folder `root`, and the person's home in it."""

    root: Path
    home: str = HOME
    user: int = USER

    def ended(
        self, *command: str, person: bool = True, online: bool = False, **variables: str
    ) -> subprocess.CompletedProcess[str]:
        """How a command ends, without a network unless `online`."""
        here = ["chroot", *([f"--userspec={self.user}:{self.user}"] if person else []), str(self.root)]
        apart = [] if online else ["unshare", "--net"]
        usual = {
            "PATH": "/usr/sbin:/usr/bin:/sbin:/bin",
            "HOME": self.home if person else "/root",
            "LANG": "C.UTF-8",
        }
        return subprocess.run(
            [*apart, *here, *command],
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            env={**usual, "DEBIAN_FRONTEND": "noninteractive", **(FOREIGN if person else {}), **variables},
            timeout=PATIENCE_S,
            check=False,
        )

    def run(self, *command: str, person: bool = True, online: bool = False, **variables: str) -> str:
        """What a command prints. Raises SetupError with what it said when it fails."""
        done = self.ended(*command, person=person, online=online, **variables)
        if done.returncode:
            raise SetupError(f"{' '.join(command)} ended with {done.returncode}:\n{done.stdout}{done.stderr}")
        return done.stdout

    def at(self, path: str) -> Path:
        """Where a path in the system is from here."""
        return self.root / path.lstrip("/")

    @contextmanager
    def small(self, *folders: str) -> Iterator[None]:
        """Each of the folders with room for 100 MB, and nothing in it."""
        mounted = []
        try:
            for folder in folders:
                self.run("mkdir", "-p", folder)
                options = f"size=100m,uid={self.user},gid={self.user}"
                subprocess.run(["mount", "-t", "tmpfs", "-o", options, "none", self.at(folder)], check=True)
                mounted.append(folder)
            yield
        finally:
            for folder in mounted:
                subprocess.run(["umount", self.at(folder)], check=True)


def make(suite: str, here: Places, release: Release, progress: Progress) -> Inside:
    """A Debian of its base alone, with its own folders and the person. Mounts end with this process's namespace.

    Raises SetupError.
    """
    root = here.build / f"check-{suite}"
    take_away(root)
    run_logged(
        [
            "mmdebstrap", "--variant=minbase", "--dpkgopt=force-unsafe-io", "--skip=cleanup/apt",
            suite, root, *mirror(os.environ),
        ],
        here.logs / f"check-{suite}.log",
        progress,
        failure="A system to try packages in could not be made.",
        env=environment(release),
    )  # fmt: skip
    for name in ("proc", "dev", "sys"):
        # A slave: what is unmounted in there stays mounted here.
        subprocess.run(["mount", "--rbind", "--make-rslave", f"/{name}", root / name], check=True)
    shutil.copyfile("/etc/resolv.conf", root / "etc" / "resolv.conf")
    inside = Inside(root)
    inside.run("useradd", "--uid", str(USER), "--home-dir", HOME, "--create-home", "person", person=False)
    return inside


def take_away(root: Path) -> None:
    """Remove a system, if it is there. What is mounted in it goes first: that is this computer's own."""
    told = Path("/proc/self/mountinfo").read_text(encoding="utf-8")
    for place in reversed(mounted_below(root, told)):
        subprocess.run(["umount", place], check=True)
    if root.exists():
        shutil.rmtree(root)


def mounted_below(folder: Path, mountinfo: str) -> list[Path]:
    """Where something is mounted in a folder, by /proc/PID/mountinfo (proc(5)), in the order of the mounts."""
    places = (line.split(" ")[4] for line in mountinfo.splitlines())
    plain = (Path(re.sub(r"\\([0-7]{3})", lambda found: chr(int(found[1], 8)), place)) for place in places)
    return [place for place in plain if folder in place.parents]
