"""The memory in which each weight of a loaded model lies.

Two ways. llama.cpp's own list of tensors, from a C++ function that it exports: every copy of every weight,
at once, where the standard library is libstdc++ (Linux). Elsewhere the public way: one token is computed and
a callback looks at the inputs of every operation.
"""

from __future__ import annotations

import ctypes
import re
import sys
from collections.abc import Iterator
from typing import Any

import llama_cpp.llama_cpp as llama
import msgspec

from engine.gguf.tensor_roles import classify
from engine.local.native.devices import buffer_type_name, device_of
from engine.local.native.library import ggml, has_symbol, text
from engine.local.native.model import free_context, new_context
from engine.placement.plan import Placement

# `const std::vector<std::pair<std::string, ggml_tensor *>> & llama_internal_get_tensor_map(const llama_model *)`
_LIST = "_Z29llama_internal_get_tensor_mapB5cxx11PK11llama_model"
_WORD = 8
_ENTRY = 32 + _WORD  # std::string of libstdc++, then the pointer
# Of activations that were quantized with the weights; nothing computes with it here.
_INPUT_SCALE = ".input_scale"
# Experts that several of the routed ones share (GroveMoE): not chosen by the same numbers.
_GROUPED = re.compile(r"_chexps\.")

_Pointer, _Size = ctypes.c_void_p, ctypes.c_size_t


class GgmlTensor(ctypes.Structure):
    """struct ggml_tensor (`ggml/include/ggml.h`); its size is checked at start."""

    _fields_ = [
        ("type", ctypes.c_int),
        ("buffer", _Pointer),
        ("ne", ctypes.c_int64 * 4),
        ("nb", _Size * 4),
        ("op", ctypes.c_int),
        ("op_params", ctypes.c_int32 * 16),
        ("flags", ctypes.c_int32),
        ("src", _Pointer * 10),
        ("view_src", _Pointer),
        ("view_offs", _Size),
        ("data", _Pointer),
        ("name", ctypes.c_char * 64),
        ("extra", _Pointer),
        ("padding", ctypes.c_char * 8),
    ]


class PlacedTensor(msgspec.Struct, frozen=True):
    """One weight in memory. `memory` is ggml's name for the kind ("CPU_Mapped"), `bytes` as in the file, `room` what
    it takes there: a layout of its own or an alignment adds to it. `address`: where it begins."""

    name: str
    device: str
    memory: str
    bytes: int
    room: int
    address: int = 0


def placed_tensors(model: int, placement: Placement) -> list[PlacedTensor]:
    """Every weight. One that lies in two places (a tied embedding) is listed twice."""
    if lists_tensors():
        return [_placed(address) for address in _listed(model)]
    return placed_by_computing(model, placement)


def expert_tensors(model: int, placement: Placement) -> dict[int, tuple[int, ...]]:
    """Tensors (pointers) of each layer's routed experts: weights, biases and scales. Layers that the CPU
    does not read as they are in the file (elsewhere, or repacked) are left out."""
    found = _listed(model) if lists_tensors() else _seen_computing(model, placement)
    layers: dict[int, list[int]] = {}
    unfit: set[int] = set()
    for address in found:
        name = text(GgmlTensor.from_address(address).name)
        part = classify(name)
        if part.role != "expert" or name.endswith(_INPUT_SCALE) or _GROUPED.search(name):
            continue
        if not _is_plain(address):
            unfit.add(part.layer)
        layers.setdefault(part.layer, []).append(address)
    return {layer: tuple(each) for layer, each in sorted(layers.items()) if layer not in unfit}


def lists_tensors() -> bool:
    """Whether this build and platform has the first way."""
    return sys.platform == "linux" and has_symbol(_LIST)


def placed_by_computing(model: int, placement: Placement) -> list[PlacedTensor]:
    """The second way. Weights that a first token does not touch are missing, and all of them when there is no
    room for a small context more."""
    return [_placed(address) for address in _seen_computing(model, placement)]


def _seen_computing(model: int, placement: Placement) -> list[int]:
    seen: dict[int, None] = {}

    @llama.ggml_backend_sched_eval_callback  # type: ignore[untyped-decorator]
    def on_node(address: int, _ask: bool, _: Any) -> bool:
        for source in GgmlTensor.from_address(address).src:
            if source and source not in seen and _is_weight(source):
                seen[source] = None
        return False

    small = msgspec.structs.replace(placement, context=0, ubatch=32, sequences=1, outputs=0)
    context = new_context(model, small, 1, None, on_node)
    if not context:
        return []
    token = (llama.llama_token * 1)(0)
    llama.llama_decode(context, llama.llama_batch_get_one(token, 1))
    free_context(context)
    return list(seen)


def _listed(model: int) -> Iterator[int]:
    vector = ggml(_LIST, _Pointer, _Pointer)(model)
    start, end = (_word(vector), _word(vector + _WORD))
    for entry in range(start, end, _ENTRY):
        yield _word(entry + _ENTRY - _WORD)


def _word(address: int) -> int:
    return ctypes.c_uint64.from_address(address).value


def _is_weight(address: int) -> bool:
    """Whether it is no view, which would be the graph's."""
    tensor = GgmlTensor.from_address(address)
    # enum ggml_backend_buffer_usage: 1 is weights.
    return (
        bool(tensor.buffer)
        and not tensor.view_src
        and ggml("ggml_backend_buffer_get_usage", ctypes.c_int, _Pointer)(tensor.buffer) == 1
    )


def _is_plain(address: int) -> bool:
    """Whether the CPU reads it as in the file: repacked weights are not host memory."""
    tensor = GgmlTensor.from_address(address)
    kind = ggml("ggml_backend_buffer_get_type", _Pointer, _Pointer)(tensor.buffer)
    return bool(ggml("ggml_backend_buft_is_host", ctypes.c_bool, _Pointer)(kind))


def _placed(address: int) -> PlacedTensor:
    tensor = GgmlTensor.from_address(address)
    kind = ggml("ggml_backend_buffer_get_type", _Pointer, _Pointer)(tensor.buffer)
    size = int(ggml("ggml_nbytes", _Size, _Pointer)(address))
    taken = int(ggml("ggml_backend_buft_get_alloc_size", _Size, _Pointer, _Pointer)(kind, address))
    alignment = int(ggml("ggml_backend_buft_get_alignment", _Size, _Pointer)(kind))
    return PlacedTensor(
        name=text(tensor.name),
        device=device_of(kind),
        memory=buffer_type_name(kind),
        bytes=size,
        room=-(-taken // alignment) * alignment,
        address=tensor.data or 0,
    )
