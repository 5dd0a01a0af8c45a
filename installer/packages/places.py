"""Where packages are made and with what, and the steps' common ways to run a program."""

from __future__ import annotations

import os
import platform
import shutil
import subprocess
import tomllib
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, NamedTuple

from installer.commands import SetupError

ROOT = Path(__file__).resolve().parents[2]
HERE = Path(__file__).resolve().parent
# All names of files and the version of Python in the tree.
PYTHON = "3.13"


class Release(NamedTuple):
    """What is packed: the commit, and its time, which all files have as theirs (seconds since 1970). `updates` is the
    address of the folder that newer versions are looked for in, "" for none."""

    version: str
    commit: str
    time: int
    channel: str = "stable"
    updates: str = ""


class Places(NamedTuple):
    """The folders of one build."""

    root: Path
    """The clone."""
    build: Path
    """Everything that may be deleted and made again."""
    dist: Path
    """The packages."""

    @property
    def logs(self) -> Path:
        return self.build / "logs"

    @property
    def tree(self) -> Path:
        """The root of an installation, as it is under /opt/coterie."""
        return self.build / "tree"


def places(root: Path = ROOT) -> Places:
    return Places(root, root / "build" / "packages", root / "dist")


def inputs() -> Mapping[str, Any]:
    """The pins of `inputs.toml`."""
    return tomllib.loads((HERE / "inputs.toml").read_text(encoding="utf-8"))


def release_of(root: Path, version: str, channel: str) -> Release:
    """The commit that is checked out. Raises SetupError where files differ from it: nobody could make that again."""
    if git(root, "status", "--porcelain", "--untracked-files=no"):
        raise SetupError(
            "Packages are made of a commit, and files differ from it. Commit or stash them first."
        )
    commit, time = git(root, "log", "-1", "--format=%H %ct").split()
    return Release(version, commit, int(time), channel)


def git(root: Path, *arguments: str) -> str:
    """What git says. Raises SetupError."""
    try:
        done = subprocess.run(
            ["git", *arguments],
            cwd=root,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            check=True,
        )
    except (OSError, subprocess.CalledProcessError) as error:
        detail = getattr(error, "stderr", "") or str(error)
        raise SetupError(f"Packages are made of a clone with git: {detail.strip()}") from error
    return done.stdout.strip()


def environment(release: Release) -> dict[str, str]:
    """Variables of every step: the time, a fixed language, and nothing of the person's Python."""
    kept = {name: text for name, text in os.environ.items() if not name.startswith(("PYTHON", "LC_"))}
    return {**kept, "SOURCE_DATE_EPOCH": str(release.time), "LC_ALL": "C.UTF-8", "TZ": "UTC"}


def require(*programs: str) -> None:
    """Raises SetupError with the one command that installs what is missing on Debian and Ubuntu."""
    if platform.system() != "Linux" or platform.machine() != "x86_64":
        raise SetupError("Packages for Linux are made on Linux, on an x86-64 processor.")
    packages = {
        "mksquashfs": "squashfs-tools", "readelf": "binutils", "dpkg-deb": "dpkg",
        "Xvfb": "xvfb", "import": "imagemagick", "unshare": "util-linux",
    }  # fmt: skip
    missing = sorted({packages.get(name, name) for name in programs if shutil.which(name) is None})
    if missing:
        raise SetupError(f"Packing needs: sudo apt-get install -y {' '.join(missing)}")


def mirror(environ: Mapping[str, str]) -> list[str]:
    """Another of Debian's mirrors than mmdebstrap takes by itself, where COTERIE_MIRROR names one."""
    named = environ.get("COTERIE_MIRROR", "")
    return [named] if named else []


def output_of(command: Sequence[str | Path], env: Mapping[str, str] | None = None) -> str:
    """What a short command prints. Raises SetupError."""
    try:
        done = subprocess.run(
            command, stdin=subprocess.DEVNULL, capture_output=True, text=True, check=True, env=env
        )
    except OSError as error:
        raise SetupError(f"{command[0]} could not be run: {error}") from error
    except subprocess.CalledProcessError as error:
        raise SetupError(f"{Path(command[0]).name} failed:\n{error.stdout}{error.stderr}") from error
    return done.stdout


def clear(folder: Path) -> None:
    """An empty folder."""
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
