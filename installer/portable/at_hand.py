"""The wheel with an engine for many computers that set-up may take instead of building one: which is there, and
whether it fits."""

from __future__ import annotations

import hashlib
import json
import platform
import re
import sys
import zipfile
import zlib
from collections.abc import Mapping
from pathlib import Path
from typing import NamedTuple

from installer.builds import NOTE
from installer.commands import SetupError

# A wheel or a folder with wheels to take, or `NATIVE` for an engine that is built here.
VARIABLE = "COTERIE_ENGINE"
NATIVE = "native"
# Where one is looked for unasked, beside the clone's sources.
FOLDER = "dist"
# What the plugin of such an engine is built for, as the key of a build names it for others.
PLUGIN_KEY = "portable"
PACKAGES = ("coterie-engine", "llama-cpp-python")
_NAME = re.compile(r"coterie_engine-([^-]+)-py3-none-(\w+)\.whl")
_GLIBC = re.compile(r"manylinux_(\d+)_(\d+)_(\w+)")
_SYSTEMS = {"win": "Windows", "macosx": "macOS", "manylinux": "Linux", "linux": "Linux"}
_PLUGIN_NOTE = re.compile(rf"[^/]+\.data/data/lib/coterie/{re.escape(NOTE)}")
_STAMP = "portable-"


class PortableEngine(NamedTuple):
    """A wheel that fits this computer. Another key, another file."""

    wheel: Path
    key: str

    def brings_plugin(self, name: str) -> bool:
        """Whether the plugin inside is the build of this name. Raises OSError."""
        with zipfile.ZipFile(self.wheel) as archive:
            notes = [member for member in archive.namelist() if _PLUGIN_NOTE.fullmatch(member)]
            return any(json.loads(archive.read(note)).get("build") == name for note in notes)


def is_portable(key: str, version: str = "") -> bool:
    """Whether a key is that of a wheel, and with this version of the engine."""
    return key.startswith(f"{_STAMP}{version}-" if version else _STAMP)


def chosen(environ: Mapping[str, str], version: str) -> PortableEngine | None:
    """The wheel that a person named; None where nothing or a build was asked for. Raises SetupError where what was
    named does not fit."""
    named = environ.get(VARIABLE, "")
    if named in ("", NATIVE):
        return None
    place = Path(named).expanduser()
    wheels = wheels_in(place) if place.is_dir() else [place]
    reasons = {wheel: reason for wheel in wheels if (reason := why_not(wheel, version))}
    fitting = [wheel for wheel in wheels if wheel not in reasons]
    if fitting:
        return _as_engine(fitting[-1])
    reason = next(iter(reasons.values()), "there is no engine in it")
    raise SetupError(
        f"{VARIABLE} names {place}, but {reason}. "
        f"Name another one, or set {VARIABLE}={NATIVE} to build the engine on this computer."
    )


def found(root: Path, version: str) -> PortableEngine | None:
    """The newest wheel that lies in a clone and fits."""
    fitting = [wheel for wheel in wheels_in(root / FOLDER) if not why_not(wheel, version)]
    return _as_engine(fitting[-1]) if fitting else None


def needed(root: Path, version: str, environ: Mapping[str, str]) -> PortableEngine:
    """The wheel that a person named, else the one in a clone. Raises SetupError where none fits."""
    engine = chosen(environ, version) or found(root, version)
    if engine is None:
        raise SetupError(
            f"There is no engine for many computers in {FOLDER}/ that fits. `make engine-wheel` makes one."
        )
    return engine


def wheels_in(folder: Path) -> list[Path]:
    """Those of an engine, the newest last."""
    return sorted(
        folder.glob("coterie_engine-*.whl"), key=lambda wheel: (wheel.stat().st_mtime_ns, wheel.name)
    )


def why_not(wheel: Path, version: str) -> str:
    """Why this computer cannot use a wheel, as the end of a sentence; "" where it can."""
    named = _NAME.fullmatch(wheel.name)
    if named is None:
        return "that is no file coterie_engine-….whl"
    if named[1] != version:
        return f"that engine is version {named[1]}, and this Coterie needs {version}"
    return _wrong_system(named[2]) or _damage(wheel)


def _wrong_system(tag: str) -> str:
    system = next((name for start, name in _SYSTEMS.items() if tag.startswith(start)), tag)
    if system != {"win32": "Windows", "darwin": "macOS"}.get(sys.platform, "Linux"):
        return f"that engine is for {system}"
    machine = platform.machine().lower()
    if not tag.endswith(machine):
        return f"that engine is for another processor than {machine}"
    wanted = _GLIBC.fullmatch(tag)
    name, release = platform.libc_ver()
    if wanted and (name != "glibc" or _numbers(release) < (int(wanted[1]), int(wanted[2]))):
        return (
            f"that engine needs glibc {wanted[1]}.{wanted[2]}, and this system has {name} {release}".rstrip()
        )
    return ""


def _numbers(release: str) -> tuple[int, ...]:
    return tuple(int(part) for part in re.findall(r"\d+", release)[:2])


def _damage(wheel: Path) -> str:
    try:
        with zipfile.ZipFile(wheel) as archive:
            whole = archive.testzip() is None
    except FileNotFoundError:
        return "there is no such file"
    except (OSError, zipfile.BadZipFile, zlib.error, EOFError):
        whole = False
    return "" if whole else "that file is damaged; get it again"


def _as_engine(wheel: Path) -> PortableEngine:
    version = wheel.name.split("-")[1]
    with wheel.open("rb") as file:
        digest = hashlib.file_digest(file, "sha256").hexdigest()[:16]
    return PortableEngine(wheel.resolve(), f"{_STAMP}{version}-{digest}")
