"""Resolves the program of a command, and what it must read where the home folder is hidden."""

from __future__ import annotations

import os
import shutil
from pathlib import Path

from agents.sandbox.environment import program_environment
from engine.errors import UserError

# The sandbox leaves these readable anyway.
SYSTEM = ("/usr", "/bin", "/sbin", "/lib", "/lib64", "/lib32", "/etc")
_LIBRARIES = ("pyvenv.cfg", "lib/node_modules", "conda-meta")


def found_program(command: str, server: str, path: str | None = None) -> str:
    """The absolute path of a command. Raises UserError `mcp.no_program`.

    Shims of version managers (pyenv, asdf, mise) come last: they find the program through the home folder,
    which is hidden where it runs.
    """
    folders = (os.environ.get("PATH", os.defpath) if path is None else path).split(os.pathsep)
    folders.sort(key=lambda folder: Path(folder).name == "shims")
    found = shutil.which(str(Path(command).expanduser()), path=os.pathsep.join(folders))
    if found is None:
        raise UserError("mcp.no_program", server=server, detail=command[:300])
    return str(Path(found).absolute())


def needed_paths(program: str, home: Path | None = None) -> tuple[Path, ...]:
    """Paths that must be readable for `program` to start: the file and its installation.

    Never the home folder itself, nor one that everything of the user's lies in.
    """
    home = (home or Path.home()).resolve()
    found: list[Path] = []
    for file in _chain(Path(program)):
        found.append(file)
        prefix = _installation(file)
        if prefix is not None and _narrow(prefix, home):
            found.append(prefix)
    outside = [path for path in dict.fromkeys(found) if not _in_system(path)]
    return tuple(path for path in outside if not any(other in path.parents for other in outside))


def search_path(program: str) -> str:
    """The PATH for a program: the folders of its own installation before the system's."""
    own = [str(file.parent) for file in _chain(Path(program)) if not _in_system(file)]
    return os.pathsep.join(dict.fromkeys([*own, *program_environment()["PATH"].split(os.pathsep)]))


def _chain(program: Path) -> list[Path]:
    """The file, the targets of its links, and the interpreters that its first line and its environment name."""
    chain: list[Path] = []
    waiting = [program]
    while waiting and len(chain) < 16:
        file = waiting.pop(0)
        if file in chain or not file.exists():
            continue
        chain.append(file)
        if file.is_symlink():
            waiting.append(file.parent / file.readlink())
        resolved = file.resolve()
        waiting.append(resolved)
        interpreter = _interpreter(resolved)
        if interpreter:
            waiting.append(Path(interpreter))
        base = _base_python(file)
        if base:
            waiting.append(base)
    return chain


def _interpreter(file: Path) -> str:
    """The interpreter in a script's first line, "" for a binary or `/usr/bin/env NAME` that is not found."""
    try:
        with file.open("rb") as opened:
            first = opened.read(512).split(b"\n", 1)[0]
    except OSError:
        return ""
    if not first.startswith(b"#!"):
        return ""
    words = first[2:].decode(errors="replace").split()
    if not words:
        return ""
    if Path(words[0]).name == "env":
        names = [word for word in words[1:] if not word.startswith("-")]
        return shutil.which(names[0]) or "" if names else ""
    return words[0]


def _base_python(file: Path) -> Path | None:
    """The Python that the virtual environment around `file` was made with."""
    configuration = file.parent.parent / "pyvenv.cfg"
    try:
        lines = configuration.read_text(errors="replace").splitlines()
    except OSError:
        return None
    for line in lines:
        key, _, value = line.partition("=")
        if key.strip() == "home":
            return Path(value.strip()) / "python3"
    return None


def _installation(file: Path) -> Path | None:
    """The folder above "bin", where it looks like an installation of its own."""
    if file.parent.name.lower() not in ("bin", "scripts"):
        return None
    prefix = file.parent.parent
    known = any((prefix / name).exists() for name in _LIBRARIES)
    return prefix if known or any((prefix / "lib").glob("python3*")) else None


def _narrow(prefix: Path, home: Path) -> bool:
    resolved = prefix.resolve()
    too_wide = (home, home / ".local", Path(resolved.anchor))
    return resolved not in too_wide and resolved not in home.parents


def _in_system(path: Path) -> bool:
    return any(path.is_relative_to(root) for root in SYSTEM)
