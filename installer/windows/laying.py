"""The wheels for Windows that requirements.lock names, fetched by their hashes and laid into a folder.

pip asks this machine whether a line of the lock concerns it, whatever platform it is told to fetch for, so that is
asked here. Nothing is installed by a program: a wheel is an archive whose folders have their places.
"""

from __future__ import annotations

import re
import zipfile
from collections.abc import Sequence
from pathlib import Path, PurePosixPath

from packaging.markers import Marker

from installer.commands import run_logged
from installer.console import Progress
from installer.packages.places import PYTHON

ENGINE = "llama-cpp-python"
# What markers ask, as a Windows computer with the tree's Python answers.
WINDOWS = {
    "sys_platform": "win32",
    "os_name": "nt",
    "platform_system": "Windows",
    "platform_machine": "AMD64",
    "python_version": PYTHON,
    "python_full_version": f"{PYTHON}.11",
    "implementation_name": "cpython",
    "platform_python_implementation": "CPython",
}
_REQUIREMENT = re.compile(
    r"^(?P<name>[A-Za-z0-9._-]+)==(?P<version>\S+)(?: ; (?P<marker>[^\\\n]+?))?(?P<hashes>(?: \\\n +--hash=\S+)+)",
    re.MULTILINE,
)
# Of what a wheel brings outside of its packages: "scripts" are made for a Python that lies elsewhere.
_DATA = re.compile(r"[^/]+\.data/(?P<kind>purelib|platlib|data|scripts|headers)/(?P<path>.+)")
# Where a wheel came from; not the same on two machines, and nobody asks.
_LEFT_OUT = re.compile(r"[^/]+\.dist-info/(?:direct_url\.json|REQUESTED|INSTALLER|RECORD)")


def locked(text: str) -> str:
    """The lines of a lock file that concern Windows, without conditions and without the engine."""
    lines = []
    for found in _REQUIREMENT.finditer(text):
        marker = found["marker"]
        if found["name"] != ENGINE and (marker is None or Marker(marker).evaluate(WINDOWS)):
            lines.append(f"{found['name']}=={found['version']}{found['hashes']}\n")
    return "".join(lines)


def fetch(python: Path, wanted: str, folder: Path, log: Path, progress: Progress) -> list[Path]:
    """Fetch the wheels of a lock file's lines into `folder`; what lies there is not fetched again, and what does not
    belong goes. Raises SetupError."""
    folder.mkdir(parents=True, exist_ok=True)
    lines = folder / "wanted.txt"
    if lines.is_file() and lines.read_text(encoding="utf-8") == wanted and any(folder.glob("*.whl")):
        return sorted(folder.glob("*.whl"))
    for old in folder.glob("*.whl"):
        old.unlink()
    partial = lines.with_suffix(".partial")
    partial.write_text(wanted, encoding="utf-8")
    run_logged(
        [
            python, "-m", "pip", "download", "--no-deps", "--require-hashes", "--only-binary", ":all:",
            "--platform", "win_amd64", "--python-version", PYTHON, "--implementation", "cp",
            "--dest", folder, "--requirement", partial,
        ],
        log,
        progress,
        failure="The packages for Windows could not be fetched.",
    )  # fmt: skip
    partial.replace(lines)
    return sorted(folder.glob("*.whl"))


def lay(wheels: Sequence[Path], site: Path, data: Path) -> None:
    """Put what is in wheels into the folder of packages `site`, and what goes beside Python into `data`."""
    for wheel in wheels:
        with zipfile.ZipFile(wheel) as archive:
            for member in archive.infolist():
                if not member.is_dir() and (target := _target(member.filename, site, data)) is not None:
                    target.parent.mkdir(parents=True, exist_ok=True)
                    target.write_bytes(archive.read(member))


def _target(name: str, site: Path, data: Path) -> Path | None:
    path = PurePosixPath(name)
    if path.is_absolute() or ".." in path.parts:
        raise ValueError(name)
    if _LEFT_OUT.fullmatch(name):
        return None
    found = _DATA.fullmatch(name)
    if found is None:
        return site / name
    if found["kind"] in ("purelib", "platlib"):
        return site / found["path"]
    # On Windows one folder, which Python calls Lib.
    return data / re.sub("^lib/", "Lib/", found["path"]) if found["kind"] == "data" else None
