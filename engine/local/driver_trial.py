"""Whether a process survives the driver that a backend for graphics cards loads.

A broken driver ends the process that loads it, and with it the engine on the processor. So a process of its own loads
it first, once for each start of the computer and each change of the driver, of which the outcome is kept.
"""

from __future__ import annotations

import contextlib
import hashlib
import os
import subprocess
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Literal

Kind = Literal["cuda", "vulkan"]

# Where Vulkan's loader finds drivers, besides what the environment names.
_MANIFESTS = ("/usr/share", "/usr/local/share", "/etc", "~/.local/share", "~/.config")
# What each driver of Windows brings.
_WINDOWS = ("vulkan-1.dll", "nvcuda.dll")
# The start of the computer, and NVIDIA's driver in the kernel.
_STATES = ("/proc/sys/kernel/random/boot_id", "/proc/driver/nvidia/version")
_KEPT, _LIVED, _DIED = "tried-", "lived", "died"
_TIMEOUT_S = 60
# By the kernel for want of memory, or by a person: not the driver's fault.
_KILLED = -9
# Loads a backend into ggml and asks its devices for their memory: argv are the backend's library, and those that have
# ggml's functions.
_TRIAL = """
import ctypes, os, sys
libraries = [ctypes.CDLL(path) for path in sys.argv[2:]]
def ggml(name, result=None):
    function = next(getattr(one, "ggml_backend_" + name) for one in libraries if hasattr(one, "ggml_backend_" + name))
    function.restype = result
    return function
ggml("load", ctypes.c_void_p)(ctypes.c_char_p(os.fsencode(sys.argv[1])))
free, total = ctypes.c_size_t(), ctypes.c_size_t()
for index in range(ggml("dev_count", ctypes.c_size_t)()):
    device = ctypes.c_void_p(ggml("dev_get", ctypes.c_void_p)(ctypes.c_size_t(index)))
    ggml("dev_memory")(device, ctypes.byref(free), ctypes.byref(total))
"""


def survives(backend: Path, libraries: Sequence[Path], kind: Kind) -> bool | None:
    """Whether a process survives loading the library `backend` into ggml, whatever it finds then; None where that
    could not be told this time. `libraries` are those that have ggml's functions."""
    key = _state(backend, kind)
    for folder in _places(backend.parent):
        with contextlib.suppress(OSError):
            found = (folder / f"{_KEPT}{key}").read_text(encoding="utf-8")
            if found in (_LIVED, _DIED):  # not cut off, as by a full disk
                return found == _LIVED
    survived = _try(backend, libraries)
    if survived is not None:
        _keep(backend.parent, key, _LIVED if survived else _DIED)
    return survived


def _try(backend: Path, libraries: Sequence[Path]) -> bool | None:
    """Let a process load it. None where that was stopped or did not begin, which says nothing of another time."""
    command = [sys.executable, "-I", "-S", "-c", _TRIAL, str(backend), *map(str, libraries)]
    try:
        done = subprocess.run(
            command,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            timeout=_TIMEOUT_S,
            check=False,
            env={**os.environ, "GGML_NO_BACKTRACE": "1"},
        )
    except (OSError, subprocess.SubprocessError):
        return None
    return None if done.returncode == _KILLED else done.returncode == 0


def _state(backend: Path, kind: Kind) -> str:
    """A key of what decides whether it loads: the library, the drivers, and the start of the computer."""
    seen = [str(backend), _changed(backend)]
    seen += [f"{name}={os.environ[name]}" for name in _named(kind)]
    for state in _STATES:
        with contextlib.suppress(OSError):
            seen.append(Path(state).read_text(encoding="ascii", errors="replace"))
    seen += [_changed(file) for place in _MANIFESTS for file in _listed(Path(place).expanduser())]
    if sys.platform == "win32":
        seen += [_changed(Path(os.environ.get("SYSTEMROOT", ""), "System32", name)) for name in _WINDOWS]
    return hashlib.sha256("\n".join(seen).encode("utf-8", "surrogateescape")).hexdigest()[:16]


def _named(kind: Kind) -> Iterator[str]:
    """The variables that choose drivers and cards."""
    marks = ("CUDA_", "LD_") if kind == "cuda" else ("VK_", "GGML_VK_", "LD_", "XDG_DATA_")
    return (name for name in sorted(os.environ) if name.startswith(marks))


def _listed(place: Path) -> list[Path]:
    return sorted((place / "vulkan" / "icd.d").glob("*.json"))


def _changed(file: Path) -> str:
    try:
        found = file.stat()
    except OSError:
        return f"{file} -"
    return f"{file} {found.st_size} {found.st_mtime_ns}"


def _places(folder: Path) -> list[Path]:
    """Where outcomes are kept: beside the library, and where that cannot be written with what the user's programs
    keep."""
    chosen = os.environ.get("XDG_CACHE_HOME", "")
    base = Path(chosen) if Path(chosen).is_absolute() else Path("~/.cache").expanduser()
    return [folder, base / "coterie" / "drivers"]


def _keep(folder: Path, key: str, found: str) -> None:
    """Keep an outcome in the first place that can be written, and none that held before. Without such a place, the
    next process tries again."""
    for place in _places(folder):
        with contextlib.suppress(OSError):
            place.mkdir(parents=True, exist_ok=True)
            (place / f"{_KEPT}{key}").write_text(found, encoding="utf-8")
            for other in place.glob(f"{_KEPT}*"):
                if other.name != f"{_KEPT}{key}":
                    other.unlink(missing_ok=True)
            return
