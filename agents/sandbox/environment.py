"""The environment of a sandboxed program: a few variables by name, so that no token or socket comes along."""

from __future__ import annotations

import os
import sys
from collections.abc import Mapping
from pathlib import PureWindowsPath

_KEPT = ("LANG", "LANGUAGE", "TZ", "COLUMNS", "LINES")
_PATHS = ("/usr/local/sbin", "/usr/local/bin", "/usr/sbin", "/usr/bin", "/sbin", "/bin")
# Without some of these Windows starts nothing; the others say where the system lies.
_KEPT_BY_WINDOWS = (
    "SYSTEMROOT",
    "SYSTEMDRIVE",
    "WINDIR",
    "COMSPEC",
    "PATHEXT",
    "OS",
    "PROGRAMFILES",
    "PROGRAMFILES(X86)",
    "PROGRAMW6432",
    "PROGRAMDATA",
    "COMMONPROGRAMFILES",
    "NUMBER_OF_PROCESSORS",
    "PROCESSOR_ARCHITECTURE",
)


def program_environment(
    added: Mapping[str, str] | None = None,
    base: Mapping[str, str] = os.environ,
    platform: str = sys.platform,
) -> dict[str, str]:
    """What is kept of `base`, with `added` over it. HOME and TMPDIR are set where the program is started."""
    kept = {name: value for name, value in base.items() if name in _KEPT or name.startswith("LC_")}
    if platform == "win32":
        kept |= {name: value for name, value in base.items() if name.upper() in _KEPT_BY_WINDOWS}
        kept["PATH"] = _search_path_of_windows(base)
        kept["USERNAME"] = "user"
        kept["PYTHONUTF8"] = "1"
    else:
        kept.setdefault("LANG", "en_US.UTF-8" if platform == "darwin" else "C.UTF-8")
        kept["PATH"] = _search_path(base.get("PATH", ""))
        kept["TERM"] = "dumb"
        kept["USER"] = kept["LOGNAME"] = "user"
    kept["GIT_TERMINAL_PROMPT"] = "0"
    kept["PAGER"] = kept["GIT_PAGER"] = "cat"
    return kept | dict(added or {})


def _search_path(path: str) -> str:
    """The entries of a search path that lie in the system, and its usual ones."""
    system = ("/usr/", "/bin", "/sbin", "/opt/", "/nix/store/", "/run/current-system/")
    listed = [entry for entry in path.split(os.pathsep) if entry.startswith(system)]
    return os.pathsep.join(dict.fromkeys([*listed, *_PATHS]))


def _search_path_of_windows(base: Mapping[str, str]) -> str:
    """The entries that lie where only an administrator installs programs, and the system's own first."""
    named = {name.upper(): value for name, value in base.items()}
    root = PureWindowsPath(named.get("SYSTEMROOT", "C:\\Windows"))
    own = [root / "System32", root, root / "System32/Wbem", root / "System32/WindowsPowerShell/v1.0"]
    places = [root, *(PureWindowsPath(named[name]) for name in _KEPT_BY_WINDOWS[6:9] if name in named)]
    listed = [PureWindowsPath(entry) for entry in named.get("PATH", "").split(";") if entry]
    kept = [entry for entry in listed if any(entry.is_relative_to(place) for place in places)]
    return ";".join(dict.fromkeys(str(entry) for entry in (*own, *kept)))
