"""What computes, where it is a library of its own: loaded once, before ggml is asked for its devices.

An engine that was built for many processors has a variant of the processor's part for each kind, of which the best is
loaded, from the engine's own folder alone: ggml's search also looks into the current folder, where a model may lie
with a library beside it. An engine that was built for this very computer has that part inside.

The backend for graphics cards is a library in both. Whatever is wrong with it, the engine goes on with the processor;
the reason lies in llama.cpp's log.
"""

from __future__ import annotations

import ctypes
import functools
import hashlib
import os
import re
import sys
from pathlib import Path
from typing import Literal

import msgspec

from engine import fetched_backend
from engine.errors import UserError
from engine.local import driver_trial
from engine.local.native import library
from engine.local.native.layouts.own_products import install_products, products_build
from engine.local.native.library import PINNED_VERSION, ggml

NOTE = "build.json"
# A folder to take instead of all others, "none" for no backend at all.
VARIABLE = "COTERIE_GPU"
# As ggml calls them (ggml-cuda.h: GGML_CUDA_NAME, ggml-vulkan.h: GGML_VK_NAME).
_REGISTERED = {"cuda": b"CUDA", "vulkan": b"Vulkan"}

_PROCESSOR, _WORKERS = "ggml-cpu", "ggml-rpc"
# Its name and its variant: "libggml-cpu-zen4.so".
_LIBRARY = re.compile(r"(?:lib)?(ggml-[a-z]+)-?([\w.]*)\.(?:so|dll)")

_loaded = ""
_broken = ""
_variant_file: Path | None = None


class _Note(msgspec.Struct, frozen=True):
    """The note beside the library. `visible`: the CUDA cards that it was compiled for, by their identifiers; on any
    other its code would end the process."""

    library: str
    kind: Literal["cuda", "vulkan"]
    visible: str = ""


def backend_folders() -> tuple[Path, ...]:
    """Where backends lie, the first that works being the one: what was fetched, what set-up built for the cards, what
    an engine for many computers brings. Where the environment names one, that alone."""
    if chosen := os.environ.get(VARIABLE):
        return (Path(chosen),)
    fetched = fetched_backend.told()
    own = (Path(sys.prefix) / "lib" / "coterie-gpu", library.folder() / "gpu")
    return (*((fetched,) if fetched else ()), *own)


def broken_backend() -> str:
    """The backend whose driver ends every process that loads it ("Vulkan"); "" while there is none such."""
    return _broken


def start() -> None:
    """Initialize llama.cpp once, with the processor's part, our products in it, and this environment's backend,
    capturing the log. Raises UserError `engine.wrong_library`, `engine.no_variant`."""
    library.check_version()
    library.capture_log()
    start_processor()
    load_backend()


def start_processor() -> None:
    """What `start` does of it for the processor alone. Raises UserError `engine.no_variant`."""
    load_variant()
    library.initialize()
    install_products(_variant_file)


def load_variant() -> None:
    """Load what computes on the processor, unless it is built in. To be called before llama.cpp is initialized, which
    else searches by itself. Raises UserError `engine.no_variant`."""
    global _loaded, _variant_file
    if ggml("ggml_backend_reg_count", ctypes.c_size_t)():
        return
    best = best_variant(library.folder())
    if best is None:
        raise UserError("engine.no_variant")
    load = ggml("ggml_backend_load", ctypes.c_void_p, ctypes.c_char_p)
    for workers in _files(library.folder(), _WORKERS):
        load(os.fsencode(workers))
    if not load(os.fsencode(best)):
        raise UserError("engine.no_variant")
    found = _LIBRARY.fullmatch(best.name)
    _loaded, _variant_file = found[2] if found else "", best


def variant() -> str:
    """The variant in use as llama.cpp names it ("zen4"); "" where the engine was built for this computer."""
    return _loaded


@functools.cache
def build_key() -> tuple[str, ...]:
    """What tells this build of the engine from others, of the same version too (another compiler, other flags): the
    version, a digest of the library that computes on the processor, our products in it, and the CPU features in
    use."""
    own = library.folder().glob("*ggml-cpu.*")  # one that was built for this computer has no variants
    file = _variant_file or min(own, default=library.path())
    with file.open("rb") as opened:
        digest = hashlib.file_digest(opened, "sha256").hexdigest()[:16]
    return (library.library_version(), digest, products_build(), *library.cpu_features())


def registered_backends() -> tuple[str, ...]:
    """What is registered with ggml, in its names: ("RPC", "CPU", "Vulkan")."""
    count = ggml("ggml_backend_reg_count", ctypes.c_size_t)()
    get = ggml("ggml_backend_reg_get", ctypes.c_void_p, ctypes.c_size_t)
    name = ggml("ggml_backend_reg_name", ctypes.c_char_p, ctypes.c_void_p)
    return tuple((name(get(number)) or b"").decode("utf-8", "replace") for number in range(count))


def best_variant(place: Path) -> Path | None:
    """The library of a folder that says of itself that it fits this processor best; None where none fits."""
    scores = {file: _score(file) for file in _files(place, _PROCESSOR)}
    best = max(scores, key=lambda file: scores[file], default=None)
    return best if best is not None and scores[best] > 0 else None


def _files(place: Path, name: str) -> list[Path]:
    named = ((file, _LIBRARY.fullmatch(file.name)) for file in sorted(place.glob(f"*{name}*")))
    return [file for file, found in named if found and found[1] == name]


def _score(file: Path) -> int:
    """Greater than 0 where the processor has all that a variant uses, and the greater the more that is."""
    try:
        score = ctypes.CDLL(str(file)).ggml_backend_score
    except (OSError, AttributeError):  # torn, or not a variant
        return 0
    score.restype, score.argtypes = ctypes.c_int, []
    return int(score())


def load_backend() -> None:
    """Load a backend for graphics cards into ggml: the first that is for this llama.cpp and finds a card. A kind that
    ggml has compiled in, or whose driver ends processes, is left out."""
    devices = ggml("ggml_backend_dev_count", ctypes.c_size_t)
    before = devices()
    for folder in backend_folders():
        if _load_from(folder) and devices() > before:
            return


def _load_from(folder: Path) -> bool:
    """Whether a backend of this folder is loaded now."""
    global _broken
    try:
        note = msgspec.json.decode((folder / NOTE).read_bytes(), type=_Note)
    except (OSError, msgspec.DecodeError):
        return False
    by_name = ggml("ggml_backend_reg_by_name", ctypes.c_void_p, ctypes.c_char_p)
    if note.library != PINNED_VERSION or by_name(_REGISTERED[note.kind]):
        return False
    if note.kind == "cuda" and note.visible:
        os.environ.setdefault("CUDA_VISIBLE_DEVICES", note.visible)
    file = folder / (f"ggml-{note.kind}.dll" if sys.platform == "win32" else f"libggml-{note.kind}.so")
    survived = driver_trial.survives(file, library.paths(), note.kind)
    if survived:
        return bool(ggml("ggml_backend_load", ctypes.c_void_p, ctypes.c_char_p)(os.fsencode(file)))
    if survived is False:
        _broken = _broken or _REGISTERED[note.kind].decode()
    return False
