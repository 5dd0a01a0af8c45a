"""Builds llama-cpp-python for this very machine, and keeps the wheel for other clones on it.

pip's own wheel cache does not look at CMAKE_ARGS, so a build with other flags would come back. The wheels here lie in
a per-user folder under a key made of everything that shaped the build.
"""

from __future__ import annotations

import os
import platform
import zipfile
from collections.abc import Mapping
from pathlib import Path
from typing import NamedTuple

from installer.builds import kept_whole, locked
from installer.commands import SetupError, run_logged
from installer.console import Progress
from installer.sources import HEADERS, fetch, keep_headers
from installer.stamps import fingerprint

# RPC joins the memory of several machines, and lets a second process stand in for a GPU.
BASE_FLAGS = ("-DGGML_RPC=ON",)
# Instruction sets among an x86 processor's flags. The rest of that line changes with the kernel's version.
X86_INSTRUCTIONS = (
    *("sse", "ssse", "avx", "fma", "f16c", "bmi", "amx", "abm", "popcnt", "movbe", "adx", "aes", "sha"),
    *("xop", "tbm", "gfni", "vaes", "vpclmul", "pclmul"),
)

# What makes up for a mistake of compilers, included by all that is compiled.
TILE_CONFIGURATION = Path(__file__).with_name("tile_configuration.h")


def build_flags(environ: Mapping[str, str]) -> str:
    """What CMake is told. A person's own CMAKE_ARGS come last and so win. Graphics cards have backends of their own
    (installer/graphics.py)."""
    chosen = [
        *BASE_FLAGS,
        *environ.get("CMAKE_ARGS", "").split(),
    ]
    return " ".join(chosen)


def cpu_features(cpuinfo: str) -> list[str]:
    """The instruction sets of the first processor in /proc/cpuinfo's text (ARM: its part number too)."""
    seen: dict[str, list[str]] = {}
    for line in cpuinfo.splitlines():
        name, _, value = line.partition(":")
        seen.setdefault(name.strip(), sorted(value.split()))
    x86 = [flag for flag in seen.get("flags", []) if flag.startswith(X86_INSTRUCTIONS)]
    return [*x86, *seen.get("Features", []), *seen.get("CPU implementer", []), *seen.get("CPU part", [])]


def this_machine() -> list[str]:
    """What a native build depends on besides its flags: system, C library, processor."""
    path = Path("/proc/cpuinfo")
    features = cpu_features(path.read_text()) if path.is_file() else [platform.processor()]
    return [platform.system(), platform.machine(), *platform.libc_ver(), *features]


def wheel_key(version: str, flags: str, machine: list[str], environ: Mapping[str, str]) -> str:
    """Names a build. Two builds with one key can stand in for each other on this machine."""
    compiler_flags = [environ.get(name, "") for name in ("CFLAGS", "CXXFLAGS", "LDFLAGS")]
    if "amx_tile" in machine:
        compiler_flags.append(TILE_CONFIGURATION.read_text(encoding="utf-8"))
    return f"{version}-{fingerprint(flags, machine, compiler_flags)}"


def cache_folder(environ: Mapping[str, str]) -> Path:
    chosen = environ.get("XDG_CACHE_HOME", "")
    base = Path(chosen) if Path(chosen).is_absolute() else Path.home() / ".cache"
    return base / "coterie" / "wheels"


def cached_wheel(cache: Path, key: str) -> Path | None:
    """The wheel that was built under a key, with the headers of its sources beside it."""
    wheels = sorted((cache / key).glob("*.whl"))
    whole = wheels and zipfile.is_zipfile(wheels[0]) and (cache / key / HEADERS).is_dir()
    return wheels[0] if whole else None


def build_environment(environ: Mapping[str, str], flags: str, scratch: Path) -> dict[str, str]:
    built = dict(environ)
    built["CMAKE_ARGS"] = flags
    built["TMPDIR"] = str(scratch)
    if platform.system() == "Linux":
        built["CXXFLAGS"] = f'-include "{TILE_CONFIGURATION}" {environ.get("CXXFLAGS", "")}'.rstrip()
    built.setdefault("CMAKE_BUILD_PARALLEL_LEVEL", str(os.cpu_count() or 1))
    return built


class Build(NamedTuple):
    """One way to build the engine, and the interpreter whose pip does it."""

    python: Path
    root: Path
    """The clone whose lock files name the archive and the build tools."""
    flags: str
    key: str


def build(wanted: Build, cache: Path, log: Path, progress: Progress, environ: Mapping[str, str]) -> Path:
    """Build the wheel and keep it under its key, beside the headers of its sources; gives the kept file.

    It comes to its place in one move, so an interrupted build leaves nothing that looks like a wheel.
    Raises `SetupError`.
    """
    kept = cache / wanted.key
    with locked(cache):
        if finished := cached_wheel(cache, wanted.key):
            return finished
        with kept_whole(kept, "wheel") as scratch:
            _build(wanted, scratch, log, progress, build_environment(environ, wanted.flags, scratch))
    wheel = cached_wheel(cache, wanted.key)
    if wheel is None:
        raise SetupError(f"The engine was built, but its wheel cannot be read: {kept}")
    return wheel


def _build(wanted: Build, scratch: Path, log: Path, progress: Progress, environ: Mapping[str, str]) -> None:
    fetching = log.with_name("sources.log")
    archive, tools = fetch(wanted.python, wanted.root, scratch, fetching, progress, environ)
    run_logged(
        [
            wanted.python, "-m", "pip", "wheel", "--verbose", "--no-deps", "--no-build-isolation", "--no-cache-dir",
            "--wheel-dir", scratch / "wheel", archive,
        ],
        log,
        progress,
        failure="The engine could not be built.",
        env=tools,
    )  # fmt: skip
    keep_headers(archive, scratch / "wheel" / HEADERS)
