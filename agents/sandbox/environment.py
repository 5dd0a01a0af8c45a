"""Environment of a sandboxed program: an allowlist of variables, so that no token or socket leaks in."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from pathlib import Path

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
    kept["PATH"] = search_path(base.get("PATH", ""))
    kept["TERM"] = "dumb"
    kept["USER"] = kept["LOGNAME"] = "user"
    kept["GIT_TERMINAL_PROMPT"] = "0"
    kept["PAGER"] = kept["GIT_PAGER"] = "cat"
    return kept | dict(added or {})


def search_path(
    path: str, usual: Sequence[str] = (), visible: Sequence[Path] = (), *, first: bool = False
) -> str:
    """The entries of a search path that lie in the system or in `visible` folders, in their order, and the system's
    usual ones. `usual` are folders with programs in `visible`: they come before those, or with `first` before all."""
    system = ("/usr/", "/bin", "/sbin", "/opt/", "/nix/store/", "/run/current-system/")
    kept = []
    for entry in path.split(os.pathsep):
        real = Path(os.path.realpath(entry)) if entry.startswith("/") else Path()
        if entry.startswith(system):
            kept.append(entry)
        elif any(real.is_relative_to(os.path.realpath(folder)) for folder in visible):
            shown = any(Path(entry).is_relative_to(folder) for folder in visible)
            kept.append(entry if shown else str(real))
    kept = [*usual, *kept] if first else [*kept, *usual]
    return os.pathsep.join(dict.fromkeys([*kept, *_PATHS]))


def proxy_variables(port: int) -> dict[str, str]:
    """What tells programs to use the HTTP proxy at `port` of the loopback."""
    address = f"http://127.0.0.1:{port}"
    names = ("http_proxy", "https_proxy", "all_proxy")
    found = {case: address for name in names for case in (name, name.upper())}
    found |= dict.fromkeys(("no_proxy", "NO_PROXY"), "localhost,127.0.0.1,::1")
    # Node and the Java machines do not look at those by themselves, Yarn has its own.
    found |= {"NODE_USE_ENV_PROXY": "1", "YARN_HTTP_PROXY": address, "YARN_HTTPS_PROXY": address}
    java = " ".join(f"-D{kind}.proxyHost=127.0.0.1 -D{kind}.proxyPort={port}" for kind in ("http", "https"))
    return found | {"MAVEN_OPTS": java, "GRADLE_OPTS": java}
