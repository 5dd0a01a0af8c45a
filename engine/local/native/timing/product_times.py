"""Seconds that products of the processor take, with weights as they are in a file and in a layout of its own."""

from __future__ import annotations

import ctypes
import time
from contextlib import ExitStack

from engine.local.native.devices import buffer_type, set_processor_threads
from engine.local.native.graphs import graph_memory
from engine.local.native.library import ggml
from engine.local.native.repack import EXPERTS, EXPERTS_USED, WIDTH, product_of
from engine.local.native.timing.bandwidth import opened_backend
from engine.placement.plan import RAM

_Pointer, _Size = ctypes.c_void_p, ctypes.c_size_t
# In turns, and the least of each counts: what other programs take only adds.
_ROUNDS = 4
# Of a prompt, in tokens.
PROMPT_ROWS = 64
# A token reads its weights from memory: more than caches hold. A prompt computes with a part of them.
_READ_BYTES, _COMPUTED_BYTES = 48 * 2**20, 8 * 2**20


class _Product:
    """One product in a graph of its own, in memory of the buffer type `kind`."""

    def __init__(
        self, number: int, kind: int, rows: int, outputs: int, *, experts: bool, undo: ExitStack
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
        self.bytes = size  # that a row is multiplied with
        self.graph = ggml("ggml_new_graph", _Pointer, _Pointer)(context)
        ggml("ggml_build_forward_expand", None, _Pointer, _Pointer)(self.graph, product)
        rest = ggml("ggml_backend_alloc_ctx_tensors_from_buft", _Pointer, _Pointer, _Pointer)
        others = rest(context, buffer_type(RAM))
        if not others:
            raise MemoryError
        undo.callback(free, others)
        for each in inputs:
            size = int(ggml("ggml_nbytes", _Size, _Pointer)(each))
            put(each, ctypes.create_string_buffer(size), 0, size)
        if experts:
            used = rows * EXPERTS_USED
            routes = (ctypes.c_int32 * used)(*(number % EXPERTS for number in range(used)))
            put(inputs[-1], routes, 0, ctypes.sizeof(routes))
            self.bytes = self.bytes * EXPERTS_USED // EXPERTS


def product_seconds(number: int, kind: int, rows: int, threads: int, *, experts: bool) -> tuple[float, float]:
    """Seconds that a product with so many rows takes, for each byte of weights of this type that a row is multiplied
    with: plain, and in the buffer type `kind`. Of `experts` those count that a row uses. Raises MemoryError."""
    total = _READ_BYTES if rows == 1 else _COMPUTED_BYTES
    with ExitStack() as undo:
        backend = undo.enter_context(opened_backend(RAM))
        set_processor_threads(backend, threads)
        row = int(ggml("ggml_row_size", _Size, ctypes.c_int, ctypes.c_int64)(number, WIDTH))
        outputs = max(total // row // 64 * 64, 64)
        plain, own = (
            _Product(number, each, rows, outputs, experts=experts, undo=undo)
            for each in (buffer_type(RAM), kind)
        )
        compute = ggml("ggml_backend_graph_compute", ctypes.c_int, _Pointer, _Pointer)
        taken: dict[_Product, float] = {}
        for _ in range(_ROUNDS):
            for each in (plain, own):
                started = time.perf_counter()
                compute(backend, each.graph)
                seconds = time.perf_counter() - started
                taken[each] = min(seconds, taken.get(each, seconds))
        return taken[plain] / plain.bytes, taken[own] / plain.bytes
