"""Runs programs of Windows where Wine stands for it, in a folder of its own that is gone afterwards.

What Wine lacks is put beside the installed programs, and never into a package: numpy of a version that calls no
function newer than Wine's C library, and a library of converters that have no encodings.
"""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import NamedTuple

from installer.commands import SetupError
from installer.packages.places import output_of
from installer.windows import laying, programs
from installer.windows.places import HERE

# Debian's package of Wine for 64 bits alone puts it there.
_BESIDE = "/usr/lib/wine"
# Neither .NET nor a browser, nor a debugger that writes pages about a fault.
_WITHOUT = "mscoree,mshtml,winedbg.exe=d"
PATIENCE_S = 1800


def program() -> str | None:
    """Wine's own program."""
    path = os.pathsep.join((os.environ.get("PATH", os.defpath), _BESIDE))
    return shutil.which("wine", path=path) or shutil.which("wine64", path=path)


class Wine(NamedTuple):
    """A Windows of its own in a folder."""

    prefix: Path
    home: str
    """Coterie's data, as Windows names it."""

    def run(self, *command: str | Path, **variables: str) -> str:
        """What a program prints. Raises SetupError with what it said when it fails."""
        done = self.try_to_run(*command, **variables)
        if done.returncode:
            said = f"{done.stdout}{done.stderr}"[-4000:]
            raise SetupError(f"{' '.join(map(str, command))} ended with {done.returncode}:\n{said}")
        return done.stdout

    def try_to_run(self, *command: str | Path, **variables: str) -> subprocess.CompletedProcess[str]:
        try:
            return subprocess.run(
                [self._program(), *map(str, command)],
                stdin=subprocess.DEVNULL,
                capture_output=True,
                text=True,
                encoding="utf-8",
                errors="replace",
                env=self._environment(variables),
                timeout=PATIENCE_S,
                check=False,
            )
        except subprocess.TimeoutExpired as error:
            raise SetupError(f"{command[0]} did not end within {PATIENCE_S} s under Wine.") from error

    def start(self) -> None:
        """Make it. Raises SetupError."""
        self.run("wineboot", "-i")

    def end(self) -> None:
        """End all that runs in it."""
        server = shutil.which("wineserver", path=os.pathsep.join((os.environ.get("PATH", ""), _BESIDE)))
        if server is not None:
            subprocess.run([server, "-k"], env=self._environment({}), stderr=subprocess.DEVNULL, check=False)

    def path(self, place: str) -> Path:
        """Where a path of its drive C lies on this system."""
        return self.prefix / "drive_c" / place.removeprefix("C:\\").replace("\\", "/")

    def registry(self) -> str:
        """What the person's part of the registry holds, as Wine keeps it."""
        self.end()
        return (self.prefix / "user.reg").read_text(encoding="utf-8", errors="replace")

    def _program(self) -> str:
        found = program()
        if found is None:
            raise SetupError("Trying packages for Windows needs: sudo apt-get install -y wine64")
        return found

    def _environment(self, variables: Mapping[str, str]) -> dict[str, str]:
        kept = {
            name: text for name, text in os.environ.items() if not name.startswith(("PYTHON", "LC_", "WINE"))
        }
        own = {
            "WINEPREFIX": str(self.prefix),
            "WINEARCH": "win64",
            "WINEDLLOVERRIDES": _WITHOUT,
            "WINEDEBUG": "-all",
            "LANG": "C.UTF-8",
            "COTERIE_HOME": self.home,
        }
        return {**kept, **own, **variables}


def complete(python: Path, wanted: Sequence[Path]) -> None:
    """Put what Wine lacks into an installed Python. Raises SetupError."""
    site = python / "Lib" / "site-packages"
    for path in (site / "numpy", site / "numpy.libs", *site.glob("numpy-*.dist-info")):
        shutil.rmtree(path, ignore_errors=True)
    laying.lay(wanted, site, python)
    output_of(
        [
            programs.COMPILER,
            *("-shared", "-O2", "-s", "-static", "-o", python / "icuuc.dll"),
            HERE / "for_wine" / "icuuc.c",
        ]
    )
