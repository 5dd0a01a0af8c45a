"""Layouts of weights that the processor computes faster with: ggml's extra buffer types (AMX, CPU_REPACK, ...).

Such memory is no host memory: only the kernels made for it read it. Which types of weights it takes is asked as
llama.cpp's loader asks (`weight_buft_supported` in `src/llama-model-loader.cpp`).
"""

from __future__ import annotations

import ctypes

from engine.gguf.ggml_types import GGML_TYPES
from engine.local.native.devices import buffer_type_name, cpu_device, processor_function
from engine.local.native.graphs import graph_memory
from engine.local.native.library import ggml

_Pointer, _Text, _Size = ctypes.c_void_p, ctypes.c_char_p, ctypes.c_size_t
# enum ggml_type.
_F32, _I32 = 0, 26
# A matrix whose sides all layouts can divide, and experts of which some are used.
WIDTH = 4096
EXPERTS, EXPERTS_USED = 8, 2
_ROWS = 512


def extra_memories() -> tuple[str, ...]:
    """The names of the processor's extra buffer types, those that llama.cpp prefers first."""
    return tuple(buffer_type_name(kind) for kind in extra_buffer_types())


def extra_buffer_types() -> tuple[int, ...]:
    """Their handles."""
    found = processor_function("ggml_backend_dev_get_extra_bufts")
    if not found:
        return ()
    rows = ctypes.CFUNCTYPE(ctypes.POINTER(_Pointer), _Pointer)(found)(cpu_device())
    kinds: list[int] = []
    while rows and (kind := rows[len(kinds)]):
        kinds.append(kind)
    return tuple(kinds)


def repacked_types(*, experts: bool = False) -> dict[str, int]:
    """The types of weights that have a layout of their own, each with the buffer type that takes them: of ordinary
    matrices, or of routed `experts`."""
    kinds = extra_buffer_types()
    found: dict[str, int] = {}
    for number, each in GGML_TYPES.items():
        taker = next((kind for kind in kinds if takes(kind, number, experts=experts)), 0)
        if taker:
            found[each.name] = taker
    return found


def stacked_types() -> tuple[str, ...]:
    """The types of which matrices that lie one behind the other would be taken too. AMX does so, and lays out the
    first alone of quantised ones (`ggml_backend_amx_convert_weight` in `ggml-cpu/amx/mmq.cpp`); those of halves it
    refuses later, when their inputs turn out not to lie one behind the other."""
    kinds = extra_buffer_types()
    return tuple(
        each.name
        for number, each in GGML_TYPES.items()
        if any(takes(kind, number, stacked=True) for kind in kinds)
    )


def takes(kind: int, number: int, *, experts: bool = False, stacked: bool = False) -> bool:
    """Whether the buffer type takes weights of this type: one matrix, `experts`, or several that are `stacked`."""
    with graph_memory() as context:
        weights, _, product = product_of(context, number, _ROWS, experts=experts, stacked=stacked)
        buffer = ggml("ggml_backend_buft_alloc_buffer", _Pointer, _Pointer, _Size)(kind, 0)
        try:
            ctypes.c_void_p.from_address(weights + _BUFFER_OFFSET).value = buffer
            supports = ggml("ggml_backend_dev_supports_op", ctypes.c_bool, _Pointer, _Pointer)
            return bool(supports(cpu_device(), product))
        finally:
            ctypes.c_void_p.from_address(weights + _BUFFER_OFFSET).value = None
            ggml("ggml_backend_buffer_free", None, _Pointer)(buffer)


# struct ggml_tensor begins with its type (padded to a pointer), then the buffer.
_BUFFER_OFFSET = 8


def product_of(
    context: int,
    number: int,
    rows: int,
    *,
    outputs: int = WIDTH,
    experts: bool = False,
    stacked: bool = False,
) -> tuple[int, tuple[int, ...], int]:
    """A matrix of this type with so many `outputs`, its inputs, and its product with so many rows. Or several: of
    `experts`, which are chosen from and divide the outputs, or `stacked`, each with rows of its own."""
    new = "ggml_new_tensor_2d", _Pointer, _Pointer, ctypes.c_int, ctypes.c_int64, ctypes.c_int64
    new_deep = "ggml_new_tensor_3d", *new[1:], ctypes.c_int64
    if not experts:
        several = EXPERTS if stacked else 1
        weights = ggml(*new_deep)(context, number, WIDTH, outputs, several)
        inputs = ggml(*new_deep)(context, _F32, WIDTH, rows, several)
        return weights, (inputs,), ggml("ggml_mul_mat", *[_Pointer] * 4)(context, weights, inputs)
    weights = ggml(*new_deep)(context, number, WIDTH, outputs // EXPERTS, EXPERTS)
    inputs = ggml(*new_deep)(context, _F32, WIDTH, EXPERTS_USED, rows)
    routes = ggml(*new)(context, _I32, EXPERTS_USED, rows)
    product = ggml("ggml_mul_mat_id", *[_Pointer] * 5)(context, weights, inputs, routes)
    return weights, (inputs, routes), product
