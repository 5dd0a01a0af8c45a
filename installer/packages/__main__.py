"""Writes the deb and the AppImage to dist/, or tries them there, or writes the wheels for `uv tool install`.

Run by `make packages`, `make check-packages` and `make wheels` in a clone that is set up. Exit codes: 0 done, 1
stopped for a reason told, 130 interrupted.
"""

from __future__ import annotations

import argparse
import hashlib
import os
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path

from installer import embedding
from installer.commands import SetupError
from installer.console import Console
from installer.packages import appimage, base, checking, deb, tree, wheels
from installer.packages.options import chosen_release, exit_code, options
from installer.packages.places import ROOT, Places, Release, places, require
from installer.plugin import plugin_of
from installer.portable import at_hand
from installer.sources import engine_version


def main(arguments: Sequence[str], console: Console) -> int:
    chosen = _parsed(arguments)
    here = places(ROOT)

    def work() -> None:
        release = chosen_release(here.root, chosen)
        if chosen.work == "check":
            checking.check(here, release, console)
        elif chosen.work == "wheels":
            with console.step("Wheels") as progress:
                made = wheels.make(here, release, progress)
            tell(here, made, console)
        else:
            pack(here, release, console, locking=chosen.lock, kinds=chosen.kinds.split(","))

    return exit_code(work, console)


def _parsed(arguments: Sequence[str]) -> argparse.Namespace:
    parser = options("installer.packages", __doc__, ("pack", "check", "wheels"))
    parser.add_argument("--kinds", default="deb,appimage", help="which packages are written")
    parser.add_argument(
        "--lock", action="store_true", help="take the packages that Debian has now, and lock them"
    )
    return parser.parse_args(arguments)


def pack(here: Places, release: Release, console: Console, *, locking: bool, kinds: Sequence[str]) -> None:
    """Write the packages. Raises SetupError."""
    require("mmdebstrap", "mksquashfs", "readelf", "dpkg-deb", "git")
    engine = engine_wheel(here, os.environ)
    here.build.mkdir(parents=True, exist_ok=True)
    if locking:
        with console.step("Base, with Debian's packages of now") as progress:
            base.lock(here, release, progress)
    with console.step("Base") as progress:
        made = base.made(here, release, progress)
    model = embedding.place_in(here.root / ".venv")
    parts = tree.Parts(made, engine, model if model.is_file() else None)
    with console.step("Tree") as progress:
        tree.make(here, release, parts, progress)
    written = []
    if "deb" in kinds:
        with console.step("Debian package"):
            written.append(deb.pack(here, release))
    if "appimage" in kinds:
        with console.step("AppImage"):
            written.append(appimage.pack(here, release, made))
    tell(here, written, console)


def tell(here: Places, written: Sequence[Path], console: Console) -> None:
    for path in written:
        digest = hashlib.sha256(path.read_bytes()).hexdigest()
        console.say(f"{digest}  {path.relative_to(here.root)}  {path.stat().st_size / 1e6:.0f} MB")


def engine_wheel(here: Places, environ: Mapping[str, str]) -> Path:
    """The wheel that set-up would take, with the plugin of this very commit. Raises SetupError."""
    version = engine_version(here.root)
    engine = at_hand.needed(here.root, version, environ)
    if not engine.brings_plugin(plugin_of(here.root, version, at_hand.PLUGIN_KEY).name):
        raise SetupError(
            f"The plugin for single experts in {engine.wheel} is of other sources than these. "
            "`make engine-wheel` compiles it anew, and what else changed."
        )
    return engine.wheel


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:], Console()))
