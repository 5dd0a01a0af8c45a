"""Leaves out of the tree for Windows what Coterie never loads."""

from __future__ import annotations

import re
import shutil
from pathlib import Path

from installer.packages.places import output_of
from installer.packages.prune import TRANSLATIONS, remove
from installer.packages.prune import prune_packages as prune_common
from installer.windows.places import OBJDUMP

# As the tables for Linux say it: what looks like this system, pictures, encryption. The platform without a screen
# tries a new version.
PLUGINS = {
    "iconengines": "*",
    "imageformats": "q[gijstw]*",
    "platforms": "q[wo]*",
    "styles": "*",
    "tls": "*",
}
# Compiled code's own libraries, which Microsoft lets everybody pass on.
RUNTIME = re.compile(r"(msvcp|vcruntime|concrt)140.*\.dll", re.IGNORECASE)
_WANTED = re.compile(r"DLL Name: (\S+)")


def prune_packages(site: Path) -> None:
    """Of packages what `installer.packages.prune` leaves there, and on Windows the line that finds pywin32's."""
    kept = {path: path.read_bytes() for path in site.glob("pywin32.pth")}
    prune_common(site)
    for path, text in kept.items():
        path.write_bytes(text)
    # An editor and what installs it, help, examples.
    remove(
        site, "pythonwin", "PyWin32.chm", "adodbapi", "isapi", "win32/Demos", "win32com/demos", "win32comext"
    )


def prune_qt(site: Path, modules: set[str]) -> None:
    """Leave of Qt the modules that are imported, the plugins of the table, and what these want."""
    pyside = site / "PySide6"
    kept = {
        path
        for path in pyside.iterdir()
        if path.suffix == ".py"
        or (path.suffix == ".pyd" and path.stem in modules)
        or path.name.startswith("pyside6.")
        or RUNTIME.fullmatch(path.name)
        or path.name in ("plugins", "translations")
    }
    for folder in sorted((pyside / "plugins").iterdir()):
        wanted = set(folder.glob(PLUGINS.get(folder.name, "")) if folder.name in PLUGINS else ())
        for path in sorted(folder.iterdir()):
            if path not in wanted:
                shutil.rmtree(path) if path.is_dir() else path.unlink()
        if not any(folder.iterdir()):
            folder.rmdir()
    for path in sorted((pyside / "translations").iterdir()):
        if path.name not in TRANSLATIONS:
            shutil.rmtree(path) if path.is_dir() else path.unlink()
    kept |= _wanted(pyside, {*kept, *(pyside / "plugins").rglob("*.dll")})
    for path in sorted(pyside.iterdir()):
        if path not in kept:
            shutil.rmtree(path) if path.is_dir() else path.unlink()


def _wanted(folder: Path, files: set[Path]) -> set[Path]:
    """The libraries of `folder` that files are linked to, and those that these are."""
    there = {path.name.lower(): path for path in folder.glob("*.dll")}
    found, left = set[Path](), [path for path in files if path.suffix in (".dll", ".pyd")]
    while left:
        for name in linked_to(left.pop()):
            path = there.get(name.lower())
            if path is not None and path not in found:
                found.add(path)
                left.append(path)
    return found


def linked_to(file: Path) -> list[str]:
    """The libraries that a file of Windows names. Raises SetupError."""
    return _WANTED.findall(output_of([OBJDUMP, "-p", file]))
