"""Compiles the plugin, and puts it into the environment: single experts on the graphics card, and products of
quantised matrices.

Nothing else needs it: where it cannot be built, a note says why, and set-up goes on. Built plugins lie in a
per-user folder under the name of their build, for other clones and for machines whose compiler is gone.
"""

from __future__ import annotations

import contextlib
import hashlib
import json
import platform
import shlex
import shutil
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import NamedTuple

from installer import sources, system
from installer.builds import NOTE, is_build, kept_whole, locked, put
from installer.commands import SetupError, run_logged
from installer.console import Progress
from installer.stamps import fingerprint

SOURCES = tuple(Path("engine") / part / "native" for part in ("expert_cache", "products", "attention"))
INTERFACE = "expert_cache.h"
# The policy's scores must come out as Python's do, bit by bit: no fused multiplication and addition.
FLAGS = ("-O2", "-std=c++17", "-ffp-contract=off", "-fPIC", "-shared", "-fvisibility=hidden", "-pthread")
# Of Python 3: each has its own folder beside the plugin's.
MINORS = range(11, 15)
# Not the processor's part, which is a library of its own name in an engine for many computers.
LIBRARIES = ("ggml-base", "ggml")
# The plugin must find every symbol in the libraries that the engine loads, and be of the build that was asked for.
CHECK = """
import ctypes, sys
import llama_cpp
plugin, build = ctypes.CDLL(sys.argv[1]), sys.argv[2]
plugin.coterie_cache_build.restype = ctypes.c_char_p
plugin.coterie_proxy_device
told = plugin.coterie_cache_build().decode()
sys.exit(0 if told == build else f"The plugin says {told}, not {build}")
"""


class PluginError(Exception):
    """There will be no plugin. `problem` as the note tells it: "compiler" or "compile"."""

    def __init__(self, problem: str, message: str) -> None:
        super().__init__(message)
        self.problem = problem


class Plugin(NamedTuple):
    """One build of the plugin."""

    sources: tuple[Path, ...]
    """Folders; the interface is the first one's."""
    version: str
    """Of llama-cpp-python."""
    key: str
    """Of the engine that it is built for."""
    name: str
    """What the plugin calls itself; another name, another build."""


def plugin_of(root: Path, version: str, key: str) -> Plugin:
    """The plugin of a clone, for an engine."""
    folders = tuple(root / folder for folder in SOURCES)
    return Plugin(folders, version, key, f"{version}-{fingerprint(key, sources_hash(folders), FLAGS)}")


def sources_hash(folders: Iterable[Path]) -> str:
    """Changes when a source or header of the plugin does."""
    files = [(f, path) for f in folders for path in sorted((*f.rglob("*.cpp"), *f.rglob("*.h")))]
    return fingerprint(
        [(path.relative_to(f).as_posix(), hashlib.sha256(path.read_bytes()).hexdigest()) for f, path in files]
    )


def interface_hash(folder: Path) -> str:
    """Changes when the functions that are called of the plugin do; library.py makes the same one."""
    return hashlib.sha256((folder / INTERFACE).read_bytes()).hexdigest()[:16]


def compiled(plugin: Plugin) -> list[Path]:
    """The files that are compiled."""
    return [path for folder in plugin.sources for path in sorted(folder.rglob("*.cpp"))]


def library_name(kind: str) -> str:
    """The file of the plugin on a kind of system, as `platform.system` names it."""
    return "libggml-coterie-experts" + {"Darwin": ".dylib", "Windows": ".dll"}.get(kind, ".so")


class Place(NamedTuple):
    """Where a plugin is built and what with."""

    root: Path
    """The clone whose lock files name the engine's sources."""
    python: Path
    """The environment's, with the engine and what it imports installed."""
    site: Path
    """The environment's site-packages."""
    headers: Path
    """ggml's headers out of the engine's sources; fetched again where they are gone from the cache."""
    cache: Path
    """The folder of built plugins."""
    log: Path


def cached_plugin(cache: Path, plugin: Plugin) -> Path | None:
    """The folder with the built plugin and its note."""
    folder = cache / plugin.name
    return folder if is_whole(folder, plugin) else None


def is_whole(folder: Path, plugin: Plugin) -> bool:
    """Whether a folder holds this very build."""
    return is_build(folder, plugin.name, library_name(platform.system()))


def link_arguments(library: Path, kind: str) -> list[str]:
    """What links the plugin to the engine's own libraries in the folder `library`, wherever the environment lies.

    By the name that each calls itself, so that no second copy is ever loaded. Tried on Linux; for macOS it is
    written as its linker wants it.
    """
    origin = "@loader_path" if kind == "Darwin" else "$ORIGIN"
    # Beside lib/coterie lies one of these.
    places = [f"../python3.{minor}/site-packages/llama_cpp/lib" for minor in MINORS]
    found = [f"-Wl,-rpath,{origin}/{place}" for place in places]
    if kind == "Darwin":
        return [f"-L{library}", *(f"-l{name}" for name in LIBRARIES), *found]
    names = [path.name for name in LIBRARIES for path in sorted(library.glob(f"lib{name}.so.[0-9]"))]
    return [f"-L{library}", *(f"-l:{name}" for name in names), "-Wl,-z,defs", *found]


def compile_command(
    plugin: Plugin, compiler: str, headers: Path, library: Path, target: Path, environ: Mapping[str, str]
) -> list[str]:
    """One call that compiles and links all. The person's own CXXFLAGS and LDFLAGS shape it as they did the engine."""
    return [
        *compiler.split(),
        *FLAGS,
        *shlex.split(environ.get("CXXFLAGS", "")),
        f'-DCOTERIE_CACHE_BUILD="{plugin.name}"',
        f"-I{headers / 'include'}",
        f"-I{headers / 'src'}",
        *(str(path) for path in compiled(plugin)),
        *("-o", str(target)),
        *link_arguments(library, platform.system()),
        *shlex.split(environ.get("LDFLAGS", "")),
    ]


def build(plugin: Plugin, place: Place, progress: Progress, environ: Mapping[str, str]) -> Path:
    """Build the plugin, or take the one that was built before; gives the folder with it and its note.

    It comes to its place in one move, after it was loaded beside the engine. Raises `PluginError`.
    """
    try:
        with locked(place.cache):
            if (kept := cached_plugin(place.cache, plugin)) is None:
                kept = place.cache / plugin.name
                with kept_whole(kept, "plugin") as scratch:
                    _compile(plugin, place, scratch, progress, environ)
            return kept
    # ValueError: flags of the person's that cannot be read.
    except (SetupError, OSError, ValueError) as error:
        raise PluginError("compile", str(error).rstrip().rpartition("\n")[2]) from error


def _compile(
    plugin: Plugin, place: Place, scratch: Path, progress: Progress, environ: Mapping[str, str]
) -> None:
    _, compiler = system.compilers(environ)
    if compiler is None or not system.compiles(compiler, "c++"):
        raise PluginError("compiler", "This computer has no C++ compiler that works.")
    if not place.headers.is_dir():
        _fetch_headers(place, scratch, progress, environ)
    target = scratch / "plugin" / library_name(platform.system())
    target.parent.mkdir()
    library = place.site / "llama_cpp" / "lib"
    run_logged(
        compile_command(plugin, compiler, place.headers, library, target, environ),
        place.log,
        progress,
        failure="It could not be compiled.",
        env=dict(environ) | {"TMPDIR": str(scratch)},
    )
    run_logged(
        [place.python, "-c", CHECK, target, plugin.name],
        place.log,
        progress,
        failure="It was compiled, but it does not load.",
        env=environ,
    )
    write_note(plugin, target.parent)


def write_note(plugin: Plugin, folder: Path) -> None:
    """Leave word in a plugin's folder of what it was built for."""
    note = {
        "library": plugin.version,
        "key": plugin.key,
        "sources": sources_hash(plugin.sources),
        "interface": interface_hash(plugin.sources[0]),
        "build": plugin.name,
    }
    (folder / NOTE).write_text(json.dumps(note), encoding="utf-8")


def _fetch_headers(place: Place, scratch: Path, progress: Progress, environ: Mapping[str, str]) -> None:
    archive, _ = sources.fetch(place.python, place.root, scratch, place.log, progress, environ)
    sources.keep_headers(archive, scratch / sources.HEADERS)
    place.headers.parent.mkdir(parents=True, exist_ok=True)
    (scratch / sources.HEADERS).rename(place.headers)


def install(built: Path, folder: Path) -> None:
    """Put a built plugin into the environment. Raises `PluginError`."""
    try:
        put(folder, lambda staged: shutil.copytree(built, staged))
    except OSError as error:
        raise PluginError("compile", f"It could not be put into the environment ({error}).") from error


def note_problem(folder: Path, problem: str, log: Path) -> None:
    """Leave word of why there is no plugin, in the place of an older one."""

    def write(staged: Path) -> None:
        staged.mkdir()
        (staged / NOTE).write_text(json.dumps({"problem": problem, "log": str(log)}), encoding="utf-8")

    with contextlib.suppress(OSError):
        put(folder, write)
