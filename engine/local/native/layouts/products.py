"""A product of weights with rows, in a graph of its own, which the processor computes."""

from __future__ import annotations

import ctypes
from contextlib import ExitStack

from engine.local.native.devices import buffer_type
from engine.local.native.graphs import graph_memory
from engine.local.native.layouts.repack import EXPERTS, EXPERTS_USED, product_of
from engine.local.native.library import ggml
from engine.placement.plan import RAM

_Pointer, _Size = ctypes.c_void_p, ctypes.c_size_t


class Product:
    """Weights of type `number` in memory of the buffer type `kind`, with so many `rows`. Both are zeros. Raises
    MemoryError."""

    def __init__(
        self, number: int, kind: int, rows: int, outputs: int, *, undo: ExitStack, experts: bool = False
    ) -> None:
        context = undo.enter_context(graph_memory())
        weights, inputs, product = product_of(context, number, rows, outputs=outputs, experts=experts)
        buffer = ggml("ggml_backend_buft_alloc_buffer", _Pointer, _Pointer, _Size)
        free = ggml("ggml_backend_buffer_free", None, _Pointer)
        needed = ggml("ggml_backend_buft_get_alloc_size", _Size, _Pointer, _Pointer)(kind, weights)
        own = buffer(kind, needed)
        if not own:
            raise MemoryError
        undo.callback(free, own)
        base = ggml("ggml_backend_buffer_get_base", _Pointer, _Pointer)(own)
        ggml("ggml_backend_tensor_alloc", ctypes.c_int, *[_Pointer] * 3)(own, weights, base)
        size = int(ggml("ggml_nbytes", _Size, _Pointer)(weights))
        put = ggml("ggml_backend_tensor_set", None, _Pointer, _Pointer, _Size, _Size)
        put(weights, ctypes.create_string_buffer(size), 0, size)
        self.weight_bytes = self.bytes = size  # the second is what a row is multiplied with
        self._weights, self._inputs, self._product = weights, inputs[0], product
        self._graph = ggml("ggml_new_graph", _Pointer, _Pointer)(context)
        ggml("ggml_build_forward_expand", None, _Pointer, _Pointer)(self._graph, product)
        rest = ggml("ggml_backend_alloc_ctx_tensors_from_buft", _Pointer, _Pointer, _Pointer)
        others = rest(context, buffer_type(RAM))
        if not others:
            raise MemoryError
        undo.callback(free, others)
        for each in inputs:
            size = int(ggml("ggml_nbytes", _Size, _Pointer)(each))
            put(each, ctypes.create_string_buffer(size), 0, size)
        self.input_bytes = int(ggml("ggml_nbytes", _Size, _Pointer)(inputs[0]))
        if experts:
            used = rows * EXPERTS_USED
            routes = (ctypes.c_int32 * used)(*(number % EXPERTS for number in range(used)))
            put(inputs[-1], routes, 0, ctypes.sizeof(routes))
            self.bytes = self.bytes * EXPERTS_USED // EXPERTS

    def fill(self, weights: bytes, rows: bytes) -> None:
        """Give both other contents, the weights as they are in a file."""
        put = ggml("ggml_backend_tensor_set", None, _Pointer, ctypes.c_char_p, _Size, _Size)
        put(self._weights, weights, 0, len(weights))
        put(self._inputs, rows, 0, len(rows))

    def compute(self, backend: int) -> None:
        ggml("ggml_backend_graph_compute", ctypes.c_int, _Pointer, _Pointer)(backend, self._graph)

    def result(self) -> bytes:
        """The product, in 32-bit floats."""
        size = int(ggml("ggml_nbytes", _Size, _Pointer)(self._product))
        found = ctypes.create_string_buffer(size)
        ggml("ggml_backend_tensor_get", None, _Pointer, _Pointer, _Size, _Size)(self._product, found, 0, size)
        return found.raw
