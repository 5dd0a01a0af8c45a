"""Environment of a sandboxed program: an allowlist of variables, so that no token or socket leaks in."""

from __future__ import annotations

import os
from collections.abc import Mapping

_KEPT = ("LANG", "LANGUAGE", "TZ", "COLUMNS", "LINES")
_PATHS = ("/usr/local/sbin", "/usr/local/bin", "/usr/sbin", "/usr/bin", "/sbin", "/bin")


def program_environment(
    added: Mapping[str, str] | None = None,
    base: Mapping[str, str] = os.environ,
) -> dict[str, str]:
    """The allowed variables of `base`, with `added` over them.

    HOME and TMPDIR are set where the program is started.
    """
    kept = {name: value for name, value in base.items() if name in _KEPT or name.startswith("LC_")}
    kept.setdefault("LANG", "C.UTF-8")
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
