"""How fast the processor computes attention over keys and values in RAM, each way that llama.cpp has.

llama.cpp's own graphs of one layer are timed (`llm_graph_context::build_attn_mha`, src/llama-graph.cpp), with cells
laid out as its caches do: keys a row for each cell, values so too, or transposed for plain attention.
"""

from __future__ import annotations

import ctypes
from contextlib import ExitStack
from itertools import product
from typing import NamedTuple

from engine.gguf.ggml_types import TYPE_NUMBERS
from engine.local.native.devices import opened_backend, set_processor_threads
from engine.local.native.graphs import give_memory, graph_memory
from engine.local.native.library import ggml
from engine.local.native.timing.bandwidth import median_s
from engine.placement.plan import RAM, Attention, AttentionSpeed, CacheType

_Pointer, _Size, _Long = ctypes.c_void_p, ctypes.c_size_t, ctypes.c_int64
# enum ggml_type.
_F32, _F16 = 0, 1
# The ways that are timed. Quantised values want flash attention.
WAYS: tuple[tuple[Attention, CacheType], ...] = (
    ("plain", "f16"),
    ("plain", "bf16"),
    ("flash", "f16"),
    ("flash", "bf16"),
    ("flash", "q8_0"),
)
# A usual layer, behind a usual conversation, with narrow and usual heads; so many bytes of them that the cells are
# read from memory, not from a cache.
_HEADS, _KV_HEADS, _CELLS = 16, 4, 2048
_WIDTHS = (64, 128)
_CELL_BYTES = 128 * 2**20
_PROMPT_ROWS = 128
_SECONDS = 0.1


class _Shape(NamedTuple):
    """`rows` of queries over `layers` of cells, with heads of this `width`."""

    rows: int
    layers: int
    width: int

    @property
    def operations(self) -> float:
        """Of products of queries with keys, and of weights with values."""
        return 4.0 * self.width * _HEADS * _CELLS * self.rows * self.layers


def attention_speeds(threads: int) -> tuple[AttentionSpeed, ...]:
    """Each of `WAYS` with each width of heads, for one token that is written and for a prompt's; what cannot be
    computed is left out.

    Takes about four seconds, and for a moment as much memory as the cells.
    """
    found = []
    for width, (attention, kv_type) in product(_WIDTHS, WAYS):
        layers = _CELL_BYTES // (4 * _KV_HEADS * width * _CELLS)
        decode = _rate(attention, kv_type, _Shape(1, layers, width), threads)
        prefill = _rate(attention, kv_type, _Shape(_PROMPT_ROWS, 1, width), threads)
        if decode and prefill:
            found.append(AttentionSpeed(attention, kv_type, decode, prefill, width))
    return tuple(found)


def _rate(attention: Attention, kv_type: CacheType, shape: _Shape, threads: int) -> float:
    """Operations per second; 0 without the memory."""
    with ExitStack() as undo:
        backend = undo.enter_context(opened_backend(RAM))
        set_processor_threads(backend, threads)
        context = undo.enter_context(graph_memory())
        graph = ggml("ggml_new_graph", _Pointer, _Pointer)(context)
        expand = ggml("ggml_build_forward_expand", None, _Pointer, _Pointer)
        layer = _Layer(context, shape)
        for _ in range(shape.layers):
            made = layer.plain(kv_type) if attention == "plain" else layer.flash(kv_type)
            expand(graph, made)
        if not give_memory(undo, context, backend):
            return 0.0
        compute = ggml("ggml_backend_graph_compute", ctypes.c_int, _Pointer, _Pointer)
        if compute(backend, graph) != 0:
            return 0.0
        return shape.operations / median_s(lambda: compute(backend, graph), _SECONDS)


class _Layer:
    """Makes the operations of one layer after the other, all with the same mask."""

    def __init__(self, context: int, shape: _Shape) -> None:
        self._context, self._rows, self._width = context, shape.rows, shape.width
        self._scale = ctypes.c_float(shape.width**-0.5)
        self._masks: dict[int, int] = {}

    def plain(self, kv_type: CacheType) -> int:
        values = self._new(TYPE_NUMBERS[kv_type.upper()], _CELLS, self._width, _KV_HEADS)
        multiply = ggml("ggml_mul_mat", _Pointer, _Pointer, _Pointer, _Pointer)
        weigh = ggml(
            "ggml_soft_max_ext", _Pointer, _Pointer, _Pointer, _Pointer, ctypes.c_float, ctypes.c_float
        )
        scores = multiply(self._context, self._keys(kv_type), self._queries())
        weights = weigh(self._context, scores, self._mask(_F32), self._scale, ctypes.c_float(0))
        return int(multiply(self._context, values, weights))

    def flash(self, kv_type: CacheType) -> int:
        numbers = (ctypes.c_float,) * 3
        attend = ggml("ggml_flash_attn_ext", _Pointer, *(_Pointer,) * 5, *numbers)
        keys, values = self._keys(kv_type), self._keys(kv_type)
        zero = ctypes.c_float(0)
        return int(
            attend(self._context, self._queries(), keys, values, self._mask(_F16), self._scale, zero, zero)
        )

    def _queries(self) -> int:
        return self._by_head(self._new(_F32, self._width, _HEADS, self._rows))

    def _keys(self, kv_type: CacheType) -> int:
        return self._by_head(self._new(TYPE_NUMBERS[kv_type.upper()], self._width, _KV_HEADS, _CELLS))

    def _mask(self, kind: int) -> int:
        if kind not in self._masks:
            self._masks[kind] = self._new(kind, _CELLS, self._rows, 1)
        return self._masks[kind]

    def _new(self, kind: int, *shape: int) -> int:
        new = ggml("ggml_new_tensor_3d", _Pointer, _Pointer, ctypes.c_int, _Long, _Long, _Long)
        return int(new(self._context, kind, *shape))

    def _by_head(self, tensor: int) -> int:
        permute = ggml("ggml_permute", _Pointer, _Pointer, _Pointer, *(ctypes.c_int,) * 4)
        return int(permute(self._context, tensor, 0, 2, 1, 3))
