"""Leaves out of the tree what Coterie never loads."""

from __future__ import annotations

import re
import shutil
from collections.abc import Iterable
from pathlib import Path

from installer.packages.elf import elf_files, wants_of
from installer.packages.places import PYTHON, output_of

# Of the standard library: tests, editors, what installs packages, what other programs are built with.
STANDARD = (
    "test", "idlelib", "tkinter", "turtledemo", "turtle.py", "ensurepip", "venv", "pydoc_data", "lib2to3",
    "__phello__", "site-packages/README.txt", f"config-{PYTHON}-*",
)  # fmt: skip
# Of all packages: what is there for those who develop with them.
DEVELOPMENT = ("tests", "test", "testing", "include")
SPARED = {"app", "agents", "engine", "resources", "jinja2", "sqlalchemy"}
# Plugins of Qt: screens, input, pictures, what a window looks like. No other comes along, and of the platforms none
# that draws without a desktop. The virtual keyboard is under the GPL.
PLUGINS = {
    "iconengines": "*",
    "imageformats": "*q[gijstw]*",
    "platforminputcontexts": "*[es]platforminputcontextplugin.so",
    "platforms": "libq[wxo]*",
    "platformthemes": "*portal*",
    "tls": "*",
    "wayland-decoration-client": "*",
    "wayland-graphics-integration-client": "*wayland-egl*",
    "wayland-shell-integration": "*xdg*",
    "xcbglintegrations": "*",
}
TRANSLATIONS = ("qtbase_ko.qm", "qtbase_en.qm")
_IMPORT = re.compile(r"^\s*(?:from|import) PySide6\.(Qt\w+)", re.MULTILINE)


def remove(folder: Path, *patterns: str) -> None:
    for pattern in patterns:
        for path in sorted(folder.glob(pattern)):
            if path.is_dir() and not path.is_symlink():
                shutil.rmtree(path)
            else:
                path.unlink()


def prune_python(python: Path) -> None:
    """Leave of an installed CPython what runs programs. Bytecode goes too: it is made anew for all."""
    library = python / "lib" / f"python{PYTHON}"
    remove(library, *STANDARD)
    remove(python, "include", "share/man", "lib/pkgconfig", "lib/*.a")
    keep_program(python)


def keep_program(python: Path) -> None:
    """Of bin/ the interpreter alone: scripts name it by the path it was built at."""
    for path in sorted((python / "bin").iterdir()):
        if path.name != f"python{PYTHON}":
            path.unlink()


def prune_packages(site: Path) -> None:
    """Leave tests and type stubs, and what installs packages, out of site-packages."""
    remove(site, "pip", "pip-*", "bin", "include", "lib", "*.pth", "olefile/olefile2.*")  # Python 2's
    remove(site, "**/*.pyi", "**/py.typed", "**/*.a", "**/*.lib", "**/*.h", "**/*.pxd")
    for package in sorted(site.iterdir()):
        if package.is_dir() and package.name not in SPARED:
            for name in DEVELOPMENT:
                for folder in sorted(package.rglob(name)):
                    if folder.is_dir() and "dist-info" not in str(folder):
                        shutil.rmtree(folder, ignore_errors=True)


def strip_debug(site: Path) -> None:
    """Take what debuggers read out of compiled modules. One that names folders of libraries may have had them put in
    after it was linked, and would not always survive. Raises SetupError."""
    files = [path for path, wanted in wants_of(elf_files(site)).items() if not wanted.searches]
    if files:
        output_of(["strip", "--strip-debug", *files])


def qt_modules(sources: Iterable[Path]) -> set[str]:
    """The modules of Qt that Python files import."""
    return {name for file in sources for name in _IMPORT.findall(file.read_text(encoding="utf-8"))}


def prune_qt(site: Path, modules: set[str]) -> None:
    """Leave of Qt the modules that are imported, the plugins of the table, and what these want."""
    pyside = site / "PySide6"
    qt = pyside / "Qt"
    for path in sorted(pyside.iterdir()):
        named = path.name.partition(".")[0]
        kept = path.suffix == ".py" or path == qt or named in modules or path.name.startswith("libpyside6.")
        if not kept:
            shutil.rmtree(path) if path.is_dir() else path.unlink()
    for path in sorted(qt.iterdir()):
        if path.name not in ("lib", "plugins", "translations"):
            shutil.rmtree(path)
    for folder in sorted((qt / "plugins").iterdir()):
        wanted = set(folder.glob(PLUGINS.get(folder.name, "")) if folder.name in PLUGINS else ())
        for path in sorted(folder.iterdir()):
            if path not in wanted:
                path.unlink()
        if not any(folder.iterdir()):
            folder.rmdir()
    for path in sorted((qt / "translations").iterdir()):
        if path.name not in TRANSLATIONS:
            shutil.rmtree(path) if path.is_dir() else path.unlink()
    _keep_wanted(qt / "lib", [*elf_files(pyside), *elf_files(site / "shiboken6")])


def _keep_wanted(library: Path, files: list[Path]) -> None:
    wants = wants_of(files)
    wanted, left = set[str](), [path for path in files if path.parent != library]
    while left:
        for name in wants[left.pop()].needed:
            path = library / name
            if name not in wanted and path.exists():
                wanted.add(name)
                left.append(path.resolve())
    kept = {(library / name).resolve() for name in wanted}
    for path in sorted(library.iterdir()):
        if path.is_file() and path.name not in wanted and path.resolve() not in kept:
            path.unlink()
