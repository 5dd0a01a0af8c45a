"""Where what is made for Windows lies, and what it is made of and with."""

from __future__ import annotations

import platform
import shutil
import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from installer.commands import SetupError
from installer.packages.places import ROOT, Places

HERE = Path(__file__).resolve().parent
COMPILER = "x86_64-w64-mingw32-g++-posix"
STRIP = "x86_64-w64-mingw32-strip"
OBJDUMP = "x86_64-w64-mingw32-objdump"
# Debian's packages, by the program that is looked for.
_PACKAGES = {
    COMPILER: "g++-mingw-w64-x86-64-posix",
    STRIP: "binutils-mingw-w64-x86-64",
    "makensis": "nsis",
    "wine": "wine64",
    "ninja": "ninja-build",
}


def places(root: Path = ROOT) -> Places:
    return Places(root, root / "build" / "windows", root / "dist")


def inputs() -> Mapping[str, Any]:
    """The pins of `inputs.toml`."""
    return tomllib.loads((HERE / "inputs.toml").read_text(encoding="utf-8"))


def setup_name(version: str) -> str:
    """The file that a person starts."""
    return f"Coterie-{version}-x86_64-setup.exe"


def archive_name(version: str) -> str:
    """The file that an installed version fetches for its successor."""
    return f"Coterie-{version}-windows-x86_64.zip"


def require(*programs: str) -> None:
    """Raises SetupError with the one command that installs what is missing on Debian and Ubuntu."""
    if platform.system() != "Linux" or platform.machine() != "x86_64":
        raise SetupError("Packages for Windows are made on Linux, on an x86-64 processor.")
    missing = sorted({_PACKAGES.get(name, name) for name in programs if shutil.which(name) is None})
    if missing:
        raise SetupError(f"Packing for Windows needs: sudo apt-get install -y {' '.join(missing)}")
