"""Finds the toolchains that a person has in their home: programs and libraries, which a sandbox would hide.

It looks at names of folders and at the environment; nothing is started, and no settings are taken over.
"""

from __future__ import annotations

import contextlib
import os
import re
from collections.abc import Iterable, Iterator, Mapping
from functools import partial
from pathlib import Path
from typing import NamedTuple

import msgspec

from agents.sandbox.environment import search_path
from agents.sandbox.visible import system_folders, too_wide

_ALL = ("",)
_LONGEST_LINE = 300
_LONGEST_PATH = 4096


class _Kind(NamedTuple):
    """`places` are where it usually lies in the home, `variable` says where else; "" for none. `shown` of it may be
    read; `programs` are folders with programs, of `newest` that of the newest version. `told`: the variable is set
    for programs, as they would look in the home."""

    name: str
    variable: str
    places: tuple[str, ...]
    shown: tuple[str, ...] = _ALL
    programs: tuple[str, ...] = ("bin",)
    newest: str = ""
    told: bool = True


_KINDS = (
    _Kind("pyenv", "PYENV_ROOT", (".pyenv",), programs=("shims", "bin")),
    _Kind("uv", "UV_PYTHON_INSTALL_DIR", (".local/share/uv/python",), programs=()),
    _Kind("uv", "UV_TOOL_DIR", (".local/share/uv/tools",), programs=(), told=False),
    _Kind("pipx", "PIPX_HOME", (".local/share/pipx", ".local/pipx"), ("venvs", "shared"), (), told=False),
    _Kind("Poetry", "", (".local/share/pypoetry",), ("venv",), ()),
    _Kind(
        "conda",
        "MAMBA_ROOT_PREFIX",
        ("miniconda3", "anaconda3", "miniforge3", "mambaforge", "micromamba", ".local/share/mamba"),
        programs=("condabin",),
        told=False,
    ),
    _Kind("nvm", "NVM_DIR", (".nvm", ".config/nvm"), programs=(), newest="versions/node/*/bin"),
    _Kind(
        "fnm",
        "FNM_DIR",
        (".local/share/fnm", ".fnm"),
        programs=("aliases/default/bin",),
        newest="node-versions/*/installation/bin",
    ),
    _Kind("Volta", "VOLTA_HOME", (".volta",), ("bin", "tools")),
    _Kind("n", "N_PREFIX", ("n",), ("bin", "lib/node_modules", "include/node", "n")),
    _Kind("npm", "", (".npm-global", ".npm-packages"), ("bin", "lib")),
    _Kind("pnpm", "PNPM_HOME", (".local/share/pnpm",), _ALL, _ALL),
    _Kind("Deno", "DENO_INSTALL", (".deno",), ("bin",)),
    _Kind("Bun", "BUN_INSTALL", (".bun",), ("bin", "install/global")),
    _Kind("asdf", "ASDF_DATA_DIR", (".asdf",), programs=("shims", "bin")),
    _Kind("mise", "MISE_DATA_DIR", (".local/share/mise",), programs=("installs/*/latest/bin",)),
    _Kind("rustup", "RUSTUP_HOME", (".rustup",), programs=()),
    _Kind("cargo", "CARGO_HOME", (".cargo",), ("bin",), told=False),
    _Kind("Go", "GOPATH", ("go",), ("bin", "pkg/mod"), told=False),
    _Kind("Go", "GOROOT", (".local/go", ".go"), told=False),
    _Kind("Go", "", ("sdk",), ("go*",), (), newest="go*/bin"),
    _Kind("SDKMAN", "SDKMAN_DIR", (".sdkman",), ("candidates", "bin"), ("candidates/*/current/bin",)),
    _Kind("Java", "JAVA_HOME", (), told=True),
    _Kind("Java", "", (".jdks",), programs=()),
    _Kind("rbenv", "RBENV_ROOT", (".rbenv",), programs=("shims", "bin")),
    _Kind(
        "Homebrew",
        "HOMEBREW_PREFIX",
        (".linuxbrew", "/home/linuxbrew/.linuxbrew"),
        ("bin", "sbin", "Cellar", "opt", "lib", "libexec", "include", "share", "Frameworks"),
        ("bin", "sbin"),
    ),
)
# What these name is handed on where a program can see it.
_HANDED = ("GOROOT", "JAVA_HOME", "VIRTUAL_ENV", "CONDA_PREFIX")
_ENVIRONMENTS = (".venv", "venv", "env")


class Toolchain(msgspec.Struct, frozen=True):
    """One that was found. `folders` and files of it may be read, `programs` are folders with programs, and
    `variables` tell where it lies. Paths are as they are named in the home."""

    name: str
    folders: tuple[Path, ...]
    programs: tuple[Path, ...] = ()
    variables: dict[str, str] = {}


class Found(msgspec.Struct, frozen=True):
    """What programs are given of all toolchains. `hidden` of `folders` is personal."""

    toolchains: tuple[Toolchain, ...]
    folders: tuple[Path, ...]
    hidden: tuple[Path, ...]
    environment: dict[str, str]


def found_toolchains(home: Path, environment: Mapping[str, str], workspace: Path) -> Found:
    """All toolchains of a home that a workspace does not hold itself; unreadable ones are passed over."""
    found: list[Toolchain] = []
    for look in (
        *(partial(_of_kind, kind, home, environment) for kind in _KINDS),
        partial(_environments, home, environment, workspace),
    ):
        with contextlib.suppress(OSError):  # some of it may not be looked at
            found += look()
    folders = _outermost(path for one in found for path in one.folders)
    local = home / ".local/bin"
    hidden: list[Path] = []
    with contextlib.suppress(OSError):
        if local.is_dir() and not local.is_symlink():
            hidden += _personal(local, folders)
            folders = (*folders, local)
            found.append(Toolchain("~/.local/bin", (local,), (local,)))
    variables = {name: value for one in found for name, value in one.variables.items()}
    seen = (*folders, workspace, *system_folders())
    for name in _HANDED:
        if (value := environment.get(name, "")) and _lies_in(Path(value), seen):
            variables[name] = value
    usual = [str(path) for one in found for path in one.programs]
    path = environment.get("PATH", "")
    # A desktop does not know what shells add to its search path, but for what profiles do.
    known = [folder for folder in folders if folder not in (local, home / ".cargo/bin")]
    from_shell = any(
        _lies_in(Path(entry), known) for entry in path.split(os.pathsep) if entry.startswith("/")
    )
    variables["PATH"] = search_path(path, usual, [*folders, workspace], first=not from_shell)
    return Found(tuple(found), folders, tuple(hidden), variables)


def _of_kind(kind: _Kind, home: Path, environment: Mapping[str, str]) -> Iterator[Toolchain]:
    named = environment.get(kind.variable, "") if kind.variable else ""
    roots = [Path(named)] if named and Path(named).is_absolute() else []
    for root in dict.fromkeys([*roots, *(home / place for place in kind.places)]):
        shown = tuple(path for part in kind.shown for path in _there(root, part) if _may_be_shown(path, home))
        if not shown:
            continue
        programs = [path for part in kind.programs for path in _there(root, part) if path.is_dir()]
        programs += _newest(root, kind.newest)
        variables = {kind.variable: str(root)} if kind.told and kind.variable else {}
        yield Toolchain(kind.name, shown, tuple(programs), variables)
        if variables:
            return


def _environments(home: Path, environment: Mapping[str, str], workspace: Path) -> Iterator[Toolchain]:
    """The virtual environment that is active, and the Pythons that it and those of the workspace were made with."""
    active = [Path(value) for name in ("VIRTUAL_ENV", "CONDA_PREFIX") if (value := environment.get(name))]
    for folder in active:
        is_one = (folder / "pyvenv.cfg").is_file() or (folder / "conda-meta").is_dir()
        if is_one and _may_be_shown(folder, home):
            yield Toolchain("Python", (folder,))
    for folder in [*active, *(workspace / name for name in _ENVIRONMENTS)]:
        base = _base(folder / "pyvenv.cfg")
        if base is not None and _may_be_shown(base, home):
            yield Toolchain("Python", (base,))


def _base(configuration: Path) -> Path | None:
    """The installation that a virtual environment was made with: only what is a whole Python itself."""
    try:
        lines = configuration.read_text(encoding="utf-8", errors="replace").splitlines()[:100]
    except OSError:
        return None
    pairs = (line.partition("=") for line in lines)
    named = next((value.strip() for key, _, value in pairs if key.strip() == "home"), "")
    if not named.startswith("/") or "\0" in named or len(named) > _LONGEST_PATH:
        return None
    prefix = Path(os.path.realpath(Path(named) / "python3")).parent.parent
    return prefix if any(prefix.glob("lib/python3*/os.py")) else None


def _there(root: Path, part: str) -> list[Path]:
    """What is there of "", a name or a pattern below a folder, without what cannot be looked at."""
    try:
        return sorted(root.glob(part), key=_version) if part else [root] if root.is_dir() else []
    except (OSError, ValueError):
        return []


def _newest(root: Path, pattern: str) -> list[Path]:
    """The folder of the chosen version, which nvm has in a file, or of the newest."""
    found = _there(root, pattern) if pattern else []
    try:
        with (root / "alias/default").open(encoding="utf-8", errors="replace") as file:
            chosen = file.readline(_LONGEST_LINE).strip().removeprefix("v")
    except OSError:
        chosen = ""
    if chosen:
        parts = chosen.split(".")
        wanted = [
            path for path in found if path.parent.name.removeprefix("v").split(".")[: len(parts)] == parts
        ]
        found = wanted or found
    return found[-1:]


def _version(path: Path) -> tuple[tuple[int, str], ...]:
    return tuple(
        (int(piece), "") if piece.isdigit() else (-1, piece) for piece in re.split(r"(\d+)", str(path))
    )


def _may_be_shown(path: Path, home: Path) -> bool:
    """Not what holds everything of the user's, nor what is visible anyway."""
    real = Path(os.path.realpath(path))
    wide = (home, home / ".local", home / ".config", home / ".cache", home / ".local/share", Path("/"))
    if too_wide(real) or any(Path(os.path.realpath(each)).is_relative_to(real) for each in wide):
        return False
    return not _lies_in(real, system_folders())


def _outermost(paths: Iterable[Path]) -> tuple[Path, ...]:
    """Without those that lie in another one."""
    known = tuple(dict.fromkeys(paths))
    return tuple(path for path in known if not any(other in path.parents for other in known))


def _lies_in(path: Path, folders: Iterable[Path]) -> bool:
    real = Path(os.path.realpath(path))
    return any(real.is_relative_to(os.path.realpath(folder)) for folder in folders)


def _personal(local: Path, folders: tuple[Path, ...]) -> Iterator[Path]:
    """The scripts in a folder of programs that a person may have written, with a password in them perhaps: all but
    binaries and those whose interpreter belongs to a toolchain. Links show what they lead to, or nothing."""
    with os.scandir(local) as entries:
        for entry in entries:
            if entry.is_symlink():
                continue
            if not entry.is_file() or not _is_installed(Path(entry.path), folders):
                yield Path(os.path.realpath(entry.path))


def _is_installed(file: Path, folders: tuple[Path, ...]) -> bool:
    try:
        with file.open("rb") as opened:
            first = opened.read(512)
    except OSError:
        return False
    if first.startswith(b"\x7fELF"):
        return True
    words = first.split(b"\n", 1)[0].removeprefix(b"#!").decode(errors="replace").split()
    return first.startswith(b"#!/") and bool(words) and _lies_in(Path(words[0]).parent, folders)
