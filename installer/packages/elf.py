"""What the programs and libraries of a tree want of others, read with readelf of binutils."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import NamedTuple

from installer.packages.places import output_of

_FILE = re.compile(r"^File: (.+)$", re.MULTILINE)
_NEEDED = re.compile(r"\(NEEDED\).*\[(.+)\]")
_SONAME = re.compile(r"\(SONAME\).*\[(.+)\]")
_SEARCHES = re.compile(r"\((?:RPATH|RUNPATH)\)")
_GLIBC = re.compile(r"\bGLIBC_(\d+)\.(\d+)")
# So many files at once: a command line has an end.
_AT_ONCE = 200


class Wants(NamedTuple):
    """`needed` are sonames; `glibc` is the newest version of the C library that a symbol is of; `searches` is whether
    it names folders of libraries itself."""

    needed: tuple[str, ...]
    soname: str = ""
    glibc: tuple[int, int] = (0, 0)
    searches: bool = False


def is_elf(path: Path) -> bool:
    if path.is_symlink() or not path.is_file():
        return False
    with path.open("rb") as file:
        return file.read(4) == b"\x7fELF"


def elf_files(folder: Path) -> list[Path]:
    return sorted(path for path in folder.rglob("*") if is_elf(path))


def wants_of(files: Iterable[Path]) -> dict[Path, Wants]:
    """What each file wants. Raises SetupError."""
    every = list(files)
    found: dict[Path, Wants] = {}
    for start in range(0, len(every), _AT_ONCE):
        some = every[start : start + _AT_ONCE]
        # Two, so that the file is named: readelf leaves the name out for a single one.
        told = output_of(["readelf", "-dVW", *some, some[0]])
        found.update(_parsed(told))
    return found


def _parsed(told: str) -> Iterator[tuple[Path, Wants]]:
    parts = _FILE.split(told)
    for name, text in zip(parts[1::2], parts[2::2], strict=True):
        versions = [(int(major), int(minor)) for major, minor in _GLIBC.findall(text)]
        soname = _SONAME.search(text)
        yield (
            Path(name),
            Wants(
                tuple(_NEEDED.findall(text)),
                soname[1] if soname else "",
                max(versions, default=(0, 0)),
                _SEARCHES.search(text) is not None,
            ),
        )
