"""Puts the tree of an installation on Windows together, as it lies in the folder of one version.

python/      CPython, packages, the engine, the models that come along, installation.toml
licenses/    of everything inside, with a list
"""

from __future__ import annotations

import shutil
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

from installer.console import Progress
from installer.packages import licenses, prune
from installer.packages.places import Places, Release, clear, environment, output_of
from installer.packages.tree import OWN, copy_own
from installer.windows import laying, python_tree
from installer.windows.places import inputs
from installer.windows.prune import prune_packages, prune_qt

KIND = "windows"
LOCK = "requirements.lock"
# What comes with CPython's modules; the text of all is CPython's own.
BESIDE_CPYTHON = {
    "openssl": "Apache-2.0", "sqlite": "blessing", "libffi": "MIT", "zlib": "Zlib", "bzip2": "bzip2-1.0.6",
    "xz": "0BSD", "visual-c-runtime": "LicenseRef-Microsoft-Redistributable",
}  # fmt: skip


class Parts(NamedTuple):
    """What else a tree is made of."""

    engine: Path
    """The wheel of the engine."""
    embedding: Path | None
    """The model for search by meaning."""
    embeddable: Path | None
    """python.org's embeddable archive, unpacked, for what a wheel brings."""
    resource: Path
    """What programs show of themselves, compiled."""


def make(places: Places, release: Release, parts: Parts, progress: Progress) -> None:
    """Make `places.tree` anew. Raises SetupError."""
    clear(places.tree)
    python = places.tree / "python"
    site = python / "Lib" / "site-packages"
    program, log = places.root / ".venv" / "bin" / "python", places.logs / "pip.log"
    (cpython,) = laying.fetch(program, _pinned("cpython"), places.build / "cpython", log, progress)
    python_tree.make(python, cpython, parts.embeddable, parts.resource)
    wanted = laying.locked((places.root / LOCK).read_text(encoding="utf-8"))
    fetched = laying.fetch(program, wanted, places.build / "wheels", log, progress)
    laying.lay([*fetched, parts.engine], site, python)
    prune_packages(site)
    copy_own(places.root, release, site)
    imported = prune.qt_modules([file for name in OWN for file in (site / name).rglob("*.py")])
    prune_qt(site, imported)
    if parts.embedding is not None:
        (python / "share" / "coterie").mkdir(parents=True, exist_ok=True)
        shutil.copyfile(parts.embedding, python / "share" / "coterie" / parts.embedding.name)
    every = sorted(_licenses(places, site, parts))
    licenses.put(places.tree, every, places.root, packages="python/Lib/site-packages")
    _compile_all(python, release)


def _pinned(name: str) -> str:
    pin = inputs()[name]
    return f"{pin['wheel']} --hash=sha256:{pin['hash']}\n"


def for_wine(places: Places, progress: Progress) -> Sequence[Path]:
    """The wheels that stand in for the tree's own where Wine runs it. Raises SetupError."""
    program = places.root / ".venv" / "bin" / "python"
    return laying.fetch(program, _pinned("wine"), places.build / "wine", places.logs / "pip.log", progress)


def _licenses(places: Places, site: Path, parts: Parts) -> list[licenses.Part]:
    found = [licenses.part_of(info) for info in sorted(site.glob("*.dist-info"))]
    text = site.parent.parent / "LICENSE.txt"
    own = (text,) if text.is_file() else ()
    found.append(licenses.Part("cpython", inputs()["cpython"]["version"], "PSF-2.0", own))
    found += [licenses.Part(name, "", license, own) for name, license in BESIDE_CPYTHON.items()]
    if parts.embedding is not None:
        found += [licenses.Part(name, "", license) for name, license in licenses.MODELS.items()]
    return found


def _compile_all(python: Path, release: Release) -> None:
    """Bytecode for the same version of Python, which is the same on every system. It is never compared with its
    source."""
    output_of(
        [
            sys.executable, "-I", "-B", "-m", "compileall", "-q", "-f", "-j", "1", "--invalidation-mode",
            "unchecked-hash", "-s", python, "-p", "coterie", python / "Lib",
        ],
        env=environment(release) | {"PYTHONHASHSEED": "0"},
    )  # fmt: skip
