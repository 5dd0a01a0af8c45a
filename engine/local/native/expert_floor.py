"""Experts that stay in the model's files: the lowest floor, below RAM (`engine/expert_cache/native/disk/floor.h`).

One floor per process, opened before its model is loaded and closed after the cache that reads from it.
"""

from __future__ import annotations

import ctypes
import re
from pathlib import Path

from engine.errors import ErrorInfo, UserError
from engine.gguf.gguf_index import GgufIndex
from engine.local.native.expert_cache import function, load_plugin
from engine.local.native.library import text
from engine.placement.plan import DISK, Placement

_Pointer, _Text, _Int = ctypes.c_void_p, ctypes.c_char_p, ctypes.c_int
# enum coterie_floor_failure.
# enum coterie_floor_failure.
_READ, _CHANGED = 1, 2
# The matrices of a layer's routed experts: all that is large.
_LEFT = r"^blk\.({layers})\.ffn_(up|down|gate|gate_up)_exps\.weight$"


class _Tensor(ctypes.Structure):
    """struct coterie_floor_tensor."""

    _fields_ = [
        ("name", _Text),
        ("file", ctypes.c_int32),
        ("offset", ctypes.c_uint64),
        ("bytes", ctypes.c_uint64),
    ]


def reads_experts(placement: Placement) -> bool:
    """Whether experts are read from the files one by one."""
    return placement.expert_cache is not None and placement.expert_cache.source == DISK


def left_in_files(placement: Placement) -> str:
    """A pattern for the names of the weights that stay there; "": none."""
    cache = placement.expert_cache
    if cache is None or not reads_experts(placement):
        return ""
    return _LEFT.format(layers="|".join(str(each.layer) for each in cache.layers))


def open_floor(index: GgufIndex, placement: Placement) -> None:
    """Open the files of a model that is about to be loaded. Raises UserError `disk.read` (path) where one cannot be
    opened or is shorter than it says, and what `load_plugin` raises."""
    load_plugin()
    pattern = re.compile(left_in_files(placement))
    tensors = [
        _Tensor(tensor.name.encode(), number, tensor.offset, tensor.bytes)
        for number, file in enumerate(index.files)
        for tensor in file.tensors
        if pattern.search(tensor.name)
    ]
    paths = [_encoded(file.path) for file in index.files]
    open_files = function(
        "coterie_floor_open", _Int, ctypes.POINTER(_Text), _Int, ctypes.POINTER(_Tensor), _Int
    )
    result = open_files(
        (_Text * len(paths))(*paths), len(paths), (_Tensor * len(tensors))(*tensors), len(tensors)
    )
    if result:
        problem = text(function("coterie_cache_problem", _Text)())
        raise UserError("disk.read", path=problem or str(index.path))


def floor_memory() -> int:
    """The buffer type of weights that stay in the files."""
    return int(function("coterie_floor_memory", _Pointer)())


def settle_floor() -> None:
    """The model is loaded."""
    function("coterie_floor_settle", None)()


def close_floor() -> None:
    """Close the files; the cache must be closed. Safe if none are open."""
    function("coterie_floor_close", None)()


def floor_failure() -> ErrorInfo | None:
    """Why the last step that failed could not read its experts, told once; None for another reason."""
    path = _Text()
    reason = function("coterie_floor_failed", _Int, ctypes.POINTER(_Text))(ctypes.byref(path))
    if reason not in (_READ, _CHANGED):
        return None
    return ErrorInfo("disk.read" if reason == _READ else "disk.changed", {"path": text(path.value)})


def _encoded(path: Path) -> bytes:
    return str(path).encode("utf-8", "surrogateescape")
