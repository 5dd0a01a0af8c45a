"""Which of the machine's Pythons the environment is made from."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import NamedTuple

# Best first: 3.13 is what Coterie is developed and tested on most.
VERSIONS = ((3, 13), (3, 14), (3, 12), (3, 11))
PROBE_TIMEOUT_S = 20

# Prints what decides whether a Python will do. A free-threaded build takes no abi3 wheel, and Qt's is one.
PROBE = """
import importlib.util, json, os, sys, sysconfig
lacks = [m for m in ("ctypes", "sqlite3", "ssl", "venv", "ensurepip") if importlib.util.find_spec(m) is None]
for name, extension in (("ctypes", "_ctypes"), ("sqlite3", "_sqlite3"), ("ssl", "_ssl")):
    try:
        __import__(extension)
    except ImportError:
        lacks.append(name)
print(json.dumps({
    "path": os.path.realpath(getattr(sys, "_base_executable", None) or sys.executable),
    "version": sys.version_info[:2],
    "usual": sys.implementation.name == "cpython" and not sysconfig.get_config_var("Py_GIL_DISABLED"),
    "lacks": sorted(set(lacks)),
}))
"""


class Python(NamedTuple):
    path: str
    version: tuple[int, int]
    lacks: frozenset[str] = frozenset()
    usual: bool = True

    @property
    def name(self) -> str:
        return f"Python {self.version[0]}.{self.version[1]}"

    @property
    def venv_package(self) -> str:
        """Debian's package with the parts of this Python that make environments."""
        return f"python{self.version[0]}.{self.version[1]}-venv"


def choose(found: Iterable[Python]) -> Python | None:
    """The Python to use: a complete one before one that only lacks Debian's venv package, then by `VERSIONS`.

    Of two alike the first found wins. None when no Python will do.
    """

    def rank(python: Python) -> tuple[bool, int]:
        return bool(python.lacks), VERSIONS.index(python.version)

    return min((python for python in found if _will_do(python)), key=rank, default=None)


def _will_do(python: Python) -> bool:
    if not python.usual or python.version not in VERSIONS:
        return False
    debian_can_complete = python.lacks <= {"venv", "ensurepip"} and python.path.startswith("/usr/bin/")
    return not python.lacks or debian_can_complete


def candidates(path: str, home: Path) -> Iterator[str]:
    """Where a Python may be: on PATH, in the system's folders, in pyenv's; each file once."""
    names = [f"python{major}.{minor}" for major, minor in VERSIONS] + ["python3"]
    folders = [*path.split(os.pathsep), "/usr/bin", "/usr/local/bin"]
    folders += [str(folder) for folder in sorted((home / ".pyenv" / "versions").glob("3.*/bin"))]
    seen: set[str] = set()
    for name in names:
        for folder in folders:
            found = shutil.which(name, path=folder) if folder else None
            # pyenv's shims are one script under many names, so the name is part of what makes a file new.
            if found and (real := os.path.realpath(found) + name) not in seen:
                seen.add(real)
                yield found


def probe(executable: str) -> Python | None:
    """Ask a Python what it is; None when it does not answer (a pyenv shim of an inactive version)."""
    try:
        answer = subprocess.run(
            [executable, "-I", "-c", PROBE],
            stdin=subprocess.DEVNULL,
            capture_output=True,
            timeout=PROBE_TIMEOUT_S,
            check=True,
        )
        facts = json.loads(answer.stdout)
    except (OSError, subprocess.SubprocessError, ValueError):
        return None
    version = (facts["version"][0], facts["version"][1])
    return Python(facts["path"], version, frozenset(facts["lacks"]), facts["usual"])


def find() -> Python | None:
    """The best Python of this machine."""
    found = []
    for executable in candidates(os.environ.get("PATH", ""), Path.home()):
        python = probe(executable)
        if python is None:
            continue
        found.append(python)
        if python.version == VERSIONS[0] and python.usual and not python.lacks:
            break  # none can be better
    return choose(found)
