"""Layouts of weights that the processor computes faster with: ggml's extra buffer types (AMX, CPU_REPACK, ...).

Such memory is no host memory: only the kernels made for it read it. Which types of weights it takes is asked as
llama.cpp's loader asks (`weight_buft_supported` in `src/llama-model-loader.cpp`).
"""

from __future__ import annotations

import ctypes
from collections.abc import Iterator
from contextlib import contextmanager

from engine.local.native.devices import buffer_type_name, cpu_device
from engine.local.native.library import ggml, text

_Pointer, _Text, _Size = ctypes.c_void_p, ctypes.c_char_p, ctypes.c_size_t
# enum ggml_type, and how many of the first there are.
_F32, _I32 = 0, 26
_TYPES = 43
# A matrix whose sides all layouts can divide, and experts of which some are used.
WIDTH = 4096
EXPERTS, EXPERTS_USED = 8, 2
_ROWS = 512


class InitParams(ctypes.Structure):
    """struct ggml_init_params (ggml.h)."""

    _fields_ = (("mem_size", _Size), ("mem_buffer", _Pointer), ("no_alloc", ctypes.c_bool))


def extra_memories() -> tuple[str, ...]:
    """The names of the processor's extra buffer types, those that llama.cpp prefers first."""
    return tuple(buffer_type_name(kind) for kind in extra_buffer_types())


def extra_buffer_types() -> tuple[int, ...]:
    """Their handles."""
    registry = ggml("ggml_backend_dev_backend_reg", _Pointer, _Pointer)(cpu_device())
    address_of = ggml("ggml_backend_reg_get_proc_address", _Pointer, _Pointer, _Text)
    found = address_of(registry, b"ggml_backend_dev_get_extra_bufts")
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
    for number in range(_TYPES if kinds else 0):
        name = type_name(number)
        kind = next((each for each in kinds if name and takes(each, number, experts=experts)), 0)
        if kind:
            found[name] = kind
    return found


def stacked_types() -> tuple[str, ...]:
    """The quantised types of which matrices that lie one behind the other would be taken too. AMX does so and lays
    out the first alone (`ggml_backend_amx_convert_weight` in `ggml-cpu/amx/mmq.cpp`)."""
    quantised = ggml("ggml_is_quantized", ctypes.c_bool, ctypes.c_int)
    return tuple(
        type_name(number)
        for number in range(_TYPES)
        if type_name(number)
        and quantised(number)
        and any(takes(kind, number, stacked=True) for kind in extra_buffer_types())
    )


def type_name(number: int) -> str:
    """A type's name as in files ("Q4_K"), "" for one that was given up."""
    if not ggml("ggml_blck_size", ctypes.c_int64, ctypes.c_int)(number):
        return ""
    return text(ggml("ggml_type_name", _Text, ctypes.c_int)(number)).upper()


def type_number(name: str) -> int:
    """The number of a type that `type_name` names."""
    return next(number for number in range(_TYPES) if type_name(number) == name)


def takes(kind: int, number: int, *, experts: bool = False, stacked: bool = False) -> bool:
    """Whether the buffer type takes weights of this type: one matrix, `experts`, or several that are `stacked`."""
    with graph_context() as context:
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


@contextmanager
def graph_context(size: int = 2**20) -> Iterator[int]:
    """Memory for the metadata of a few tensors and one graph."""
    context = ggml("ggml_init", _Pointer, InitParams)(InitParams(size, None, True))
    try:
        yield context
    finally:
        ggml("ggml_free", None, _Pointer)(context)


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
