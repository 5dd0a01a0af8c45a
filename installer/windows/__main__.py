"""Writes the installer for Windows to dist/, or tries it under Wine.

Run by `make windows` and `make windows-check` in a clone that is set up. Exit codes: 0 done, 1 stopped for a reason
told, 130 interrupted.
"""

from __future__ import annotations

import argparse
import hashlib
import os
import sys
from collections.abc import Sequence
from pathlib import Path

from installer import embedding
from installer.console import Console
from installer.packages.options import chosen_release, exit_code, options
from installer.packages.places import ROOT, Places, Release
from installer.packages.tree import write_installation
from installer.windows import checking, engine, packing, programs, tree
from installer.windows.places import COMPILER, OBJDUMP, places, require


def main(arguments: Sequence[str], console: Console) -> int:
    chosen = _parsed(arguments)
    here = places(ROOT)

    def work() -> None:
        release = chosen_release(here.root, chosen)
        if chosen.work == "check":
            checking.check(here, release, console)
        else:
            pack(here, release, chosen, console)

    return exit_code(work, console)


def _parsed(arguments: Sequence[str]) -> argparse.Namespace:
    parser = options("installer.windows", __doc__, ("pack", "check"))
    parser.add_argument(
        "--variants",
        default=",".join(engine.VARIANTS),
        metavar="NAMES",
        help="the kinds of processors that the engine has a part for; fewer are compiled sooner",
    )
    parser.add_argument(
        "--engine", type=Path, metavar="WHEEL", help="an engine for Windows that was compiled elsewhere"
    )
    parser.add_argument(
        "--cpython", type=Path, metavar="FOLDER", help="python.org's embeddable archive, unpacked"
    )
    return parser.parse_args(arguments)


def pack(here: Places, release: Release, chosen: argparse.Namespace, console: Console) -> None:
    """Write the installer and the archive of this version. Raises SetupError, OSError."""
    require(COMPILER, OBJDUMP, "makensis", "git")
    here.build.mkdir(parents=True, exist_ok=True)
    wheel: Path | None = chosen.engine
    if wheel is None:
        require("cmake", "ninja", "g++", "glslc")
        with console.step("Engine for Windows") as progress:
            work = engine.Work(here.root, Path(sys.executable), here.build / "engine")
            wheel = engine.made(work, chosen.variants.split(","), progress, os.environ)
    with console.step("Programs"):
        own = programs.make(here.build / "own")
    model = embedding.place_in(here.root / ".venv")
    with console.step("Tree") as progress:
        parts = tree.Parts(wheel, model if model.is_file() else None, chosen.cpython, own.resource)
        tree.make(here, release, parts, progress)
        write_installation(here.tree, release, tree.KIND)
    written = []
    with console.step("Installer"):
        written.append(packing.setup(here, release, own))
    with console.step("Archive for updates"):
        written.append(packing.archive(here, release))
    for path in written:
        digest = hashlib.sha256(path.read_bytes()).hexdigest()
        console.say(f"{digest}  {path.relative_to(here.root)}  {path.stat().st_size / 1e6:.0f} MB")


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:], Console()))
