"""What set-up needs from the operating system: Qt's shared libraries, a compiler, a font.

Decided by looking for the things themselves and not by asking a package database, so that it holds on every
distribution. Installing is left to Debian's and Ubuntu's apt; elsewhere the names are told.
"""

from __future__ import annotations

import ctypes
import importlib
import importlib.util
import os
import platform
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from typing import NamedTuple

# What Qt's core, widgets, SVG and its offscreen, xcb and wayland platforms are linked against and the wheel
# does not bring (readelf -d), with the Debian package of each.
QT_LIBRARIES = {
    "libEGL.so.1": "libegl1",
    "libGL.so.1": "libgl1",
    "libX11.so.6": "libx11-6",
    "libX11-xcb.so.1": "libx11-xcb1",
    "libdbus-1.so.3": "libdbus-1-3",
    "libfontconfig.so.1": "libfontconfig1",
    "libfreetype.so.6": "libfreetype6",
    "libglib-2.0.so.0": "libglib2.0-0",
    "libgssapi_krb5.so.2": "libgssapi-krb5-2",
    "libwayland-client.so.0": "libwayland-client0",
    "libwayland-cursor.so.0": "libwayland-cursor0",
    "libwayland-egl.so.1": "libwayland-egl1",
    "libxcb.so.1": "libxcb1",
    "libxcb-cursor.so.0": "libxcb-cursor0",
    "libxcb-icccm.so.4": "libxcb-icccm4",
    "libxcb-image.so.0": "libxcb-image0",
    "libxcb-keysyms.so.1": "libxcb-keysyms1",
    "libxcb-randr.so.0": "libxcb-randr0",
    "libxcb-render.so.0": "libxcb-render0",
    "libxcb-render-util.so.0": "libxcb-render-util0",
    "libxcb-shape.so.0": "libxcb-shape0",
    "libxcb-shm.so.0": "libxcb-shm0",
    "libxcb-sync.so.1": "libxcb-sync1",
    "libxcb-util.so.1": "libxcb-util1",
    "libxcb-xfixes.so.0": "libxcb-xfixes0",
    "libxcb-xkb.so.1": "libxcb-xkb1",
    "libxkbcommon.so.0": "libxkbcommon0",
    "libxkbcommon-x11.so.0": "libxkbcommon-x11-0",
    "libz.so.1": "zlib1g",
    "libzstd.so.1": "libzstd1",
}
FONT_SUFFIXES = (".ttf", ".otf", ".ttc", ".pfb")
KOREAN_FONTS = (
    "cjk",
    "notosanskr",
    "nanum",
    "unbatang",
    "undotum",
    "baekmuk",
    "malgun",
    "pretendard",
    "d2coding",
)
PROGRAM = b"#include <vector>\nint main() { return static_cast<int>(std::vector<int>().size()); }\n"


class Need(NamedTuple):
    """Something the system lacks: how a person calls it, and the Debian package that brings it."""

    name: str
    package: str
    required: bool = True


def _loads(soname: str) -> bool:
    try:
        ctypes.CDLL(soname)
    except OSError:
        return False
    return True


def missing_libraries(loads: Callable[[str], bool] = _loads) -> list[Need]:
    if platform.system() != "Linux":
        return []
    return [Need(soname, package) for soname, package in QT_LIBRARIES.items() if not loads(soname)]


def missing_venv() -> list[Need]:
    """What this Python makes environments with; Debian puts that into a package of its own."""
    importlib.invalidate_caches()
    if importlib.util.find_spec("ensurepip"):
        return []
    version = f"{sys.version_info.major}.{sys.version_info.minor}"
    return [Need(f"the venv module of Python {version}", f"python{version}-venv")]


def compilers(environ: Mapping[str, str]) -> tuple[str | None, str | None]:
    """The C and the C++ compiler that a build would use: CC and CXX if set, else the usual names."""

    def first(chosen: str | None, names: Iterable[str]) -> str | None:
        if chosen:
            return chosen
        return next((path for name in names if (path := shutil.which(name, path=environ.get("PATH")))), None)

    return (
        first(environ.get("CC"), ("cc", "gcc", "clang")),
        first(environ.get("CXX"), ("c++", "g++", "clang++")),
    )


def compiles(compiler: str | None, language: str) -> bool:
    """Whether the compiler makes a program: a compiler without its headers or linker does not."""
    if compiler is None:
        return False
    source = PROGRAM if language == "c++" else b"#include <stdio.h>\nint main(void) { return 0; }\n"
    with tempfile.TemporaryDirectory() as folder:
        command = [*compiler.split(), "-x", language, "-", "-o", str(Path(folder) / "program")]
        try:
            subprocess.run(command, input=source, capture_output=True, timeout=60, check=True)
        except (OSError, subprocess.SubprocessError):
            return False
    return True


def missing_compilers(environ: Mapping[str, str]) -> list[Need]:
    c, cxx = compilers(environ)
    needs = []
    if not compiles(c, "c"):
        needs.append(Need("a C compiler", "gcc"))
    if not compiles(cxx, "c++"):
        needs.append(Need("a C++ compiler", "g++"))
    return needs


def missing_plugin_compiler(environ: Mapping[str, str]) -> list[Need]:
    """What the engine's plugin is compiled with, where the engine itself need not be."""
    if compiles(compilers(environ)[1], "c++"):
        return []
    return [Need("a C++ compiler", "g++", required=False)]


def font_files(home: Path) -> list[str]:
    """The names of the machine's font files, in lower case."""
    folders = [
        Path("/usr/share/fonts"),
        Path("/usr/local/share/fonts"),
        home / ".fonts",
        home / ".local/share/fonts",
    ]
    return [
        name.lower()
        for folder in folders
        for _, _, names in os.walk(folder)
        for name in names
        if name.lower().endswith(FONT_SUFFIXES)
    ]


def missing_fonts(files: Iterable[str], *, display: bool) -> list[Need]:
    """A machine without any font needs one; one with a screen should have Korean and emoji too."""
    names = [name.replace("-", "").replace("_", "") for name in files]
    needs = []
    if not names:
        needs.append(Need("a font", "fonts-dejavu-core"))
    if display and not any(known in name for name in names for known in KOREAN_FONTS):
        needs.append(Need("a Korean font", "fonts-noto-cjk", required=False))
    if display and not any("emoji" in name for name in names):
        needs.append(Need("a font with emoji", "fonts-noto-color-emoji", required=False))
    return needs


def has_display(environ: Mapping[str, str]) -> bool:
    return bool(environ.get("DISPLAY") or environ.get("WAYLAND_DISPLAY"))


class Rights(NamedTuple):
    """What set-up may do to this machine."""

    apt: bool
    root: bool
    sudo: bool

    @property
    def may_install(self) -> bool:
        return self.apt and (self.root or self.sudo)

    def command(self, *arguments: str) -> list[str]:
        """The command that runs apt-get with these arguments, asking nothing."""
        quietly = ["env", "DEBIAN_FRONTEND=noninteractive", "apt-get", "-o", "DPkg::Lock::Timeout=300"]
        return [*([] if self.root else ["sudo", "-n"]), *quietly, *arguments]


def rights() -> Rights:
    root = os.geteuid() == 0
    sudo = False
    if not root and shutil.which("sudo"):
        asked = subprocess.run(
            ["sudo", "-n", "true"], stdin=subprocess.DEVNULL, capture_output=True, check=False
        )
        sudo = asked.returncode == 0
    return Rights(apt=is_debian() and shutil.which("apt-get") is not None, root=root, sudo=sudo)


def is_debian() -> bool:
    try:
        release = platform.freedesktop_os_release()
    except OSError:
        return False
    family = f"{release.get('ID', '')} {release.get('ID_LIKE', '')}".split()
    return "debian" in family or "ubuntu" in family


def packages(needs: Iterable[Need]) -> list[str]:
    return sorted({need.package for need in needs})


def how_to_install(needs: Iterable[Need], *, apt: bool) -> str:
    """What a person whose rights set-up lacks is told to do."""
    needs = list(needs)
    if apt:
        return (
            "Please run this once, then the same command again:\n\n    sudo apt-get install -y "
            + " ".join(packages(needs))
        )
    names = "\n".join(f"    {need.name}" for need in needs)
    return (
        f"This machine lacks the following; install them with its package manager and run again:\n\n{names}"
    )
