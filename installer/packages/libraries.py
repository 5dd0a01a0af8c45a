"""The shared libraries of a tree: what it wants, what comes along, what the system has."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterable
from pathlib import Path

from installer.commands import SetupError
from installer.packages.elf import Wants, elf_files, wants_of
from installer.packages.places import PYTHON
from installer.portable.building import NEWEST_GLIBC

# Libraries that are the system's everywhere, and the package of Debian's that has them. What draws belongs to the
# driver, and what is set up for the whole desktop must be the desktop's own.
SYSTEM = {
    "libc.so.6": "libc6", "libm.so.6": "libc6", "libdl.so.2": "libc6", "libpthread.so.0": "libc6",
    "librt.so.1": "libc6", "libutil.so.1": "libc6", "libresolv.so.2": "libc6", "ld-linux-x86-64.so.2": "libc6",
    "libstdc++.so.6": "libstdc++6", "libgcc_s.so.1": "libgcc-s1",
    "libEGL.so.1": "libegl1", "libGL.so.1": "libgl1", "libGLX.so.0": "libglx0", "libOpenGL.so.0": "libopengl0",
    "libX11.so.6": "libx11-6", "libX11-xcb.so.1": "libx11-xcb1", "libxcb.so.1": "libxcb1",
    "libxcb-glx.so.0": "libxcb-glx0", "libdrm.so.2": "libdrm2",
    "libdbus-1.so.3": "libdbus-1-3", "libfontconfig.so.1": "libfontconfig1", "libfreetype.so.6": "libfreetype6",
    "libglib-2.0.so.0": "libglib2.0-0t64 | libglib2.0-0", "libgthread-2.0.so.0": "libglib2.0-0t64 | libglib2.0-0",
    "libgobject-2.0.so.0": "libglib2.0-0t64 | libglib2.0-0", "libgio-2.0.so.0": "libglib2.0-0t64 | libglib2.0-0",
}  # fmt: skip
# What a part of the tree does without where the system lacks it.
OPTIONAL = {"libvulkan.so.1": "libvulkan1"}


def complete(tree: Path, base: Path) -> None:
    """Put the libraries that are wanted and not there beside Python, and a link to each where it is wanted.

    The program's RPATH leads to its own `lib`; a library that has a path of its own looks there alone. Raises
    SetupError for what neither the tree nor the system has, and for what wants a newer system than packages are for.
    """
    python = tree / "python"
    place = python / "lib"
    wants = wants_of(elf_files(python))
    inside = {name for path, wanted in wants.items() for name in (path.name, wanted.soname)}
    left = [(path, name) for path, wanted in wants.items() for name in wanted.needed]
    while left:
        path, name = left.pop()
        if name in inside | SYSTEM.keys() | OPTIONAL.keys():
            if (place / name).is_file() and not (place / name).is_symlink():
                _link(path, place / name)
            continue
        library = base / "lib" / name
        if not library.exists():
            raise SetupError(f"{path.relative_to(tree)} wants {name}, which nothing here brings.")
        shutil.copyfile(library, place / name)
        inside.add(name)
        _link(path, place / name)
        (wanted,) = wants_of([library]).values()
        wants[place / name] = wanted
        left += [(place / name, other) for other in wanted.needed]
    if newer := sorted(path.name for path, wanted in wants.items() if wanted.glibc > NEWEST_GLIBC):
        raise SetupError(
            f"{', '.join(newer)} would need a newer glibc than {'.'.join(map(str, NEWEST_GLIBC))}."
        )


def _link(wanting: Path, library: Path) -> None:
    """Qt's plugins look for libraries in the folder of Qt's own."""
    for parent in wanting.parents:
        if parent.name in ("Qt", "PySide6"):
            folder = (parent / "lib") if parent.name == "Qt" else (parent / "Qt" / "lib")
            break
    else:
        return
    link = folder / library.name
    if not link.exists():
        link.symlink_to(os.path.relpath(library, folder))


def depends(wants: Iterable[Wants]) -> list[str]:
    """Debian's packages that have what a tree wants of the system, the C library by its version."""
    every = list(wants)
    names = {SYSTEM[name] for wanted in every for name in wanted.needed if name in SYSTEM}
    major, minor = max(wanted.glibc for wanted in every)
    return [f"libc6 (>= {major}.{minor})", *sorted(names - {"libc6"})]


def packages_of(tree: Path, base: Path) -> dict[str, str]:
    """Which of Debian's packages each library beside Python is from."""
    lines = (base / "lib" / "origins.txt").read_text(encoding="utf-8").splitlines()
    origins = dict(line.split() for line in lines)
    return {
        name: package
        for name, package in origins.items()
        if (tree / "python" / "lib" / name).is_file() and name != f"libpython{PYTHON}.so.1.0"
    }
