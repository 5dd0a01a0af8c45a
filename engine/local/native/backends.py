"""The backend for graphics cards that set-up built as a library of its own: loaded once, before ggml is asked for its
devices.

Whatever is wrong with it, the engine goes on with the processor; the reason lies in llama.cpp's log.
"""

from __future__ import annotations

import ctypes
import os
import sys
from pathlib import Path
from typing import Literal

import msgspec

from engine.local.native import library
from engine.local.native.library import PINNED_VERSION, ggml

NOTE = "build.json"
# A folder to take instead of the environment's, "none" for no backend at all.
VARIABLE = "COTERIE_GPU"
# As ggml calls them (ggml-cuda.h: GGML_CUDA_NAME, ggml-vulkan.h: GGML_VK_NAME).
_REGISTERED = {"cuda": b"CUDA", "vulkan": b"Vulkan"}


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
    ggml("ggml_backend_load", ctypes.c_void_p, ctypes.c_char_p)(os.fsencode(file))
