"""Runs a command over the engine for many computers instead of the one that is installed.

Usage: python -m tests.portable_engine COMMAND [ARGUMENT ...]. The wheel is the one of `dist/` that set-up would take,
or that COTERIE_ENGINE names; its libraries are unpacked into build/portable-engine.
"""

from __future__ import annotations

import os
import shutil
import sys
import zipfile
from pathlib import Path

from installer.commands import SetupError
from installer.portable import at_hand
from installer.sources import engine_version

ROOT = Path(__file__).parents[1]
LIBRARIES = "llama_cpp/lib/"


def libraries() -> Path:
    """The folder of the engine's libraries. Raises SetupError where there is no wheel that fits."""
    engine = at_hand.needed(ROOT, engine_version(ROOT), os.environ)
    place = ROOT / "build" / "portable-engine" / engine.key
    if not place.is_dir():
        partial = place.with_name(f"{place.name}.partial")
        shutil.rmtree(partial, ignore_errors=True)
        with zipfile.ZipFile(engine.wheel) as archive:
            archive.extractall(partial, [name for name in archive.namelist() if name.startswith(LIBRARIES)])
        partial.rename(place)
    return place / LIBRARIES


def environment(folder: Path) -> dict[str, str]:
    """With which llama-cpp-python's package loads the libraries of a folder."""
    return {"LLAMA_CPP_LIB_PATH": str(folder), "MTMD_CPP_LIB": str(folder)}


def main(command: list[str]) -> None:
    try:
        os.environ.update(environment(libraries()))
    except SetupError as error:
        sys.exit(str(error))
    os.execvp(command[0], command)


if __name__ == "__main__":
    main(sys.argv[1:])
