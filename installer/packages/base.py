"""What wheels do not bring, compiled within an old Debian, so that it runs on every later system: CPython, the
libraries that go beside it, the head of an AppImage.

mmdebstrap makes the system for the time of the build, from the packages that `base/system.lock` names, and it is gone
afterwards. What came out is kept under a key of everything that shaped it.
"""

from __future__ import annotations

import hashlib
import os
import shutil
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from installer.commands import run_logged
from installer.console import Progress
from installer.packages.places import HERE, Places, Release, environment, inputs, mirror
from installer.stamps import fingerprint

FOLDER = HERE / "base"
LOCK = FOLDER / "system.lock"
# Of these the time stands in the program's own banner; any fixed one will do.
TIME = 1_767_225_600


def key() -> str:
    """Changes when anything does that the result depends on."""
    files = sorted(path for path in FOLDER.iterdir() if path.is_file())
    sums = [(path.name, hashlib.sha256(path.read_bytes()).hexdigest()) for path in files]
    return fingerprint(inputs(), sums)


def made(places: Places, release: Release, progress: Progress) -> Path:
    """The folder with python/, lib/, runtime and copyright/, made now or before. Raises SetupError."""
    kept = places.build / f"base-{key()}"
    if not kept.is_dir():
        make(places, release, progress).rename(kept)
    return kept


def lock(places: Places, release: Release, progress: Progress) -> None:
    """Take Debian's packages as they are now, and keep what was built with them. Raises SetupError."""
    folder = make(places, release, progress, locking=True)
    LOCK.write_bytes((folder / "packages.txt").read_bytes())
    kept = places.build / f"base-{key()}"
    shutil.rmtree(kept, ignore_errors=True)
    folder.rename(kept)


def make(places: Places, release: Release, progress: Progress, *, locking: bool = False) -> Path:
    scratch = places.build / "base.new"
    shutil.rmtree(scratch, ignore_errors=True)
    scratch.mkdir(parents=True)
    run_logged(
        command(inputs(), scratch, locking=locking),
        places.logs / "base.log",
        progress,
        failure="The base of packages could not be made.",
        env=environment(release) | {"SOURCE_DATE_EPOCH": str(TIME)},
    )
    return scratch / "out"


def command(pins: Mapping[str, Any], target: Path, *, locking: bool = False) -> list[str]:
    """The call of mmdebstrap that leaves `out` in `target`. It takes its packages from where Debian has them."""
    python, system = pins["cpython"], pins["system"]
    wanted = [*system["packages"], *(FOLDER / "libraries.txt").read_text(encoding="utf-8").split()]
    files = " ".join(f"'{path}'" for path in sorted(FOLDER.iterdir()) if path.is_file())
    words = " ".join(python[name] for name in ("version", "archive", "fixes"))
    locked = "LOCKING=1 " if locking else ""
    return [
        "mmdebstrap",
        "--variant=apt",
        "--format=null",
        "--skip=cleanup/apt/lists",
        # It is gone afterwards: nothing need be written through to the disk.
        "--dpkgopt=force-unsafe-io",
        f"--include={','.join(wanted)}",
        '--customize-hook=mkdir "$1/build"',
        f"--customize-hook=copy-in {files} /build",
        f'--customize-hook=chroot "$1" env SOURCE_DATE_EPOCH={TIME} {locked}sh /build/build.sh {words}',
        f"--customize-hook=copy-out /build/out '{target}'",
        system["suite"],
        os.devnull,
        *mirror(os.environ),
    ]
