"""llama.cpp's own planner, to compare with: `common_fit_params`, run in a child process.

It is a C++ function of libllama-common, a library that a build of llama-cpp-python installs beside the package
and that a prebuilt wheel may lack.
"""

from __future__ import annotations

import ctypes
import sys
from pathlib import Path
from typing import Any

import msgspec
import pytest

from engine.gguf.gguf_index import GgufIndex
from engine.gguf.reading import read_index
from engine.gguf.tensor_roles import EXPERT_TENSOR
from engine.local.isolated_call import Report, ask
from engine.placement.expected import block_count, device_names, expected_devices
from engine.placement.plan import RAM, Override, Placement

_NAME = (
    "_Z17common_fit_paramsPKcP18llama_model_paramsP20llama_context_paramsPf"
    "P32llama_model_tensor_buft_overridePmjPK22common_fit_extra_model14ggml_log_level"
)
_DEVICE = "RPC0"
_SILENT = 5


class Fitted(msgspec.Struct, frozen=True, tag="fitted"):
    """What it found for one worker. `fits` False: it found nothing. `free` was the device's free memory.

    `expert_layers` have all their experts on the worker, `dense_layers` all the rest.
    """

    fits: bool
    free: int
    placement: Placement
    expert_layers: tuple[int, ...]
    dense_layers: tuple[int, ...]


def library() -> Path | None:
    """libllama-common.so of this environment, None where there is none."""
    found = sorted(Path(sys.prefix).glob("lib/python*/site-packages/lib/libllama-common.so"))
    return found[0] if found and sys.platform == "linux" else None


def fit(path: Path, worker: str, budget: int, context: int, ubatch: int = 512) -> Fitted:
    """What it places on a worker when at most `budget` bytes of it may be used.

    Skips the test where the library is missing.
    """
    common = library()
    if common is None:
        pytest.skip("libllama-common.so is not installed beside llama-cpp-python")
    return ask(_fit, (str(path), worker, budget, context, ubatch, str(common)), Fitted, workers=[worker])


def _fit(_: Report, path: str, worker: str, budget: int, context: int, ubatch: int, common: str) -> Fitted:
    import llama_cpp.llama_cpp as llama

    from engine.local import native
    from engine.local.native.model import _Override

    native.register_workers([worker])
    free = next(device.free for device in native.devices() if device.name == _DEVICE)
    most = llama.llama_max_devices()
    model, wanted = llama.llama_model_default_params(), llama.llama_context_default_params()
    wanted.n_ctx, wanted.n_batch, wanted.n_ubatch = context, ubatch, ubatch
    wanted.swa_full = False
    overrides = (_Override * llama.llama_max_tensor_buft_overrides())()
    split = (ctypes.c_float * most)()
    margins = (ctypes.c_size_t * most)(*[max(free - budget, 0)] * most)
    function: Any = getattr(ctypes.CDLL(common), _NAME)
    function.restype = ctypes.c_int
    status = function(
        path.encode(),
        ctypes.byref(model),
        ctypes.byref(wanted),
        split,
        overrides,
        margins,
        ctypes.c_uint32(context),
        None,
        ctypes.c_int(_SILENT),
    )
    index = read_index(Path(path))
    layers = model.n_gpu_layers if model.n_gpu_layers >= 0 else block_count(index) + 1
    rules = tuple(Override(each.pattern.decode(), RAM) for each in overrides if each.pattern)
    placement = Placement(context, ubatch, (_DEVICE,), layers, overrides=rules)
    return Fitted(status == 0, free, placement, *_layers(index, placement))


def _layers(index: GgufIndex, placement: Placement) -> tuple[tuple[int, ...], tuple[int, ...]]:
    count = block_count(index)
    names = [tensor.name for tensor in index.tensors]
    remote_servers = {
        int(name.split(".")[1])
        for name, devices in expected_devices(names, count, placement).items()
        if EXPERT_TENSOR.search(name) and devices != {_DEVICE}
    }
    dense = tuple(n for n, device in enumerate(device_names(count, placement)[:-1]) if device == _DEVICE)
    return tuple(n for n in range(count) if n not in remote_servers), dense
