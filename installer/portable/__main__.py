"""Makes the wheel with the engine for many computers.

Usage: python -m installer.portable [--lock] (of the environment, from the clone's folder); `make engine-wheel` does
it. What is compiled stays in build/engine-wheel, and the next call goes on with it.
"""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Sequence
from pathlib import Path

from installer.commands import SetupError
from installer.console import Console
from installer.portable import at_hand, building, old_system, wheel
from installer.portable.old_system import NEWER_PLACE
from installer.sources import engine_version

ROOT = Path(__file__).resolve().parents[2]
# Debian's copies of what they may be used under: the one comes along, of the others' headers code is compiled in.
NOTICES = {
    "libgomp": Path("usr/share/doc/libgomp1/copyright"),
    "Vulkan-Headers": Path(f"{NEWER_PLACE}/usr/share/doc/libvulkan-dev/copyright".lstrip("/")),
}
MACHINE = "x86_64"


def main(arguments: Sequence[str]) -> int:
    parser = argparse.ArgumentParser(
        prog="python -m installer.portable", description=__doc__.partition("\n")[0]
    )
    parser.add_argument(
        "--lock",
        action="store_true",
        help="take the packages that Debian has now to compile in, and lock them",
    )
    chosen = parser.parse_args(arguments)
    console, version = Console(), engine_version(ROOT)
    work = building.Work(ROOT, Path(sys.executable), ROOT / "build" / "engine-wheel")
    try:
        if chosen.lock:
            with console.step("Debian’s packages of now") as progress:
                old_system.lock(work.system, work.log("system"), progress, os.environ)
        with console.step("Engine for many computers") as progress:
            building.build(work, version, progress, os.environ)
            major, minor = building.newest_glibc(work, progress)
            notices = {name: work.system / terms for name, terms in NOTICES.items()}
            content = wheel.Content(work.package, work.made, notices)
            made = wheel.pack(content, version, f"manylinux_{major}_{minor}_{MACHINE}", ROOT / at_hand.FOLDER)
    except (SetupError, OSError) as error:
        print(error, file=sys.stderr)
        return 1
    console.say(f"  {made.relative_to(ROOT)}, {made.stat().st_size / 1e6:.0f} MB, glibc {major}.{minor}")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
