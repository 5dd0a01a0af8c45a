"""The backend for graphics cards that set-up built as a library of its own: loaded once, before ggml is asked for its
devices.

Whatever is wrong with it, the engine goes on with the processor; the reason lies in llama.cpp's log.
"""

from __future__ import annotations

import contextlib
import ctypes
import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Literal

import msgspec
import psutil

from engine.local.native import library
from engine.local.native.library import PINNED_VERSION, ggml

NOTE = "build.json"
# A folder to take instead of the environment's, "none" for no backend at all.
VARIABLE = "COTERIE_GPU"
# As ggml calls them (ggml-cuda.h: GGML_CUDA_NAME, ggml-vulkan.h: GGML_VK_NAME).
_REGISTERED = {"cuda": b"CUDA", "vulkan": b"Vulkan"}

# Before the number of a process that loads the library, and how many may die of it.
_LOADING = "loading-"
_DEATHS = 2


class _Note(msgspec.Struct, frozen=True):
    """Set-up's note beside the library. `visible`: the CUDA cards that it was compiled for, by their identifiers; on
    any other its code would end the process."""

    library: str
    kind: Literal["cuda", "vulkan"]
    visible: str = ""


def backend_folder() -> Path:
    """Where set-up puts the backend, unless the environment names another folder."""
    chosen = os.environ.get(VARIABLE)
    return Path(chosen) if chosen else Path(sys.prefix) / "lib" / "coterie-gpu"


def start() -> None:
    """Initialize llama.cpp once, with this environment's backend, capturing the log. Raises UserError
    `engine.wrong_library`."""
    library.start()
    load_backend()


def load_backend() -> None:
    """Load the backend of this environment into ggml, if there is one for this llama.cpp, and ggml has none of its
    kind compiled in."""
    folder = backend_folder()
    try:
        note = msgspec.json.decode((folder / NOTE).read_bytes(), type=_Note)
    except (OSError, msgspec.DecodeError):
        return
    by_name = ggml("ggml_backend_reg_by_name", ctypes.c_void_p, ctypes.c_char_p)
    if note.library != PINNED_VERSION or by_name(_REGISTERED[note.kind]):
        return
    if note.kind == "cuda" and note.visible:
        os.environ.setdefault("CUDA_VISIBLE_DEVICES", note.visible)
    file = folder / f"libggml-{note.kind}.so"
    with _survived(folder) as safe:
        if safe:
            ggml("ggml_backend_load", ctypes.c_void_p, ctypes.c_char_p)(os.fsencode(file))


@contextmanager
def _survived(folder: Path) -> Iterator[bool]:
    """Whether loading from a folder is safe: a broken driver can end the process, and then nothing would run again.
    A mark stands while a process loads; after two that died, no other does until the computer is restarted."""
    died = [mark for mark in folder.glob(f"{_LOADING}*") if _is_dead(mark)]
    if len(died) >= _DEATHS:
        yield False
        return
    mark = folder / f"{_LOADING}{os.getpid()}"
    with contextlib.suppress(OSError):  # an environment that cannot be written is not watched
        mark.touch()
    yield True
    for left in (mark, *died):
        with contextlib.suppress(OSError):
            left.unlink()


def _is_dead(mark: Path) -> bool:
    """Whether the process that left a mark died since the computer was started."""
    try:
        pid = int(mark.name.removeprefix(_LOADING))
        return mark.stat().st_mtime > psutil.boot_time() and not psutil.pid_exists(pid)
    except (OSError, ValueError):
        return False
