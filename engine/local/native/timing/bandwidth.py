"""Bandwidths of a device: how fast its kernels read its memory, and how fast bytes reach it from RAM.

Decoding is a chain of matrix-vector products bound by memory. So ggml's own product is timed on the device's
backend, over more bytes than its caches hold; a plain copy would measure the memory, not the kernels.
"""

from __future__ import annotations

import ctypes
import os
import statistics
import time
from collections.abc import Callable
from contextlib import ExitStack

from engine.local.native.devices import device_handle, opened_backend, set_processor_threads
from engine.local.native.graphs import give_memory, graph_memory
from engine.local.native.library import ggml
from engine.placement.plan import RAM

_Pointer, _Size = ctypes.c_void_p, ctypes.c_size_t
# enum ggml_type. Q4_K, 144 bytes for 256 weights, is what most published files are made of; where unpacking it
# and not the memory is the limit, a wider type would promise too much.
_F32, _Q4_K = 0, 12
_BLOCK_WEIGHTS, _BLOCK_BYTES = 256, 144
_ROW = 4096
_MATRIX_BYTES = 256 * 2**20
# One matrix after the other in one graph, so that starting it weighs little on a fast device.
_PRODUCTS = 4
# Below ggml-rpc's 10 MB, from which on a worker with a cache is asked whether it has the bytes already.
_COPY_BYTES = 8 * 2**20
_ROUNDS = 7
_PRODUCT_SECONDS = 1.2
_COPY_SECONDS = 0.5


def product_bandwidth(name: str, threads: int, matrix_bytes: int = _MATRIX_BYTES) -> float:
    """Bytes of weights per second that a matrix-vector product on device `name` reads; 0 without the memory.

    `threads` matter on `RAM` alone. Raises UserError `engine.no_device`.
    """
    with ExitStack() as undo:
        backend = undo.enter_context(opened_backend(name))
        if name == RAM:
            set_processor_threads(backend, threads)
        context = undo.enter_context(graph_memory())
        rows = matrix_bytes // (_ROW // _BLOCK_WEIGHTS * _BLOCK_BYTES)
        new = ggml("ggml_new_tensor_2d", _Pointer, _Pointer, ctypes.c_int, ctypes.c_int64, ctypes.c_int64)
        matrix, vector = new(context, _Q4_K, _ROW, rows), new(context, _F32, _ROW, 1)
        graph = ggml("ggml_new_graph", _Pointer, _Pointer)(context)
        multiply = ggml("ggml_mul_mat", _Pointer, _Pointer, _Pointer, _Pointer)
        expand = ggml("ggml_build_forward_expand", None, _Pointer, _Pointer)
        for _ in range(_PRODUCTS):
            product = multiply(context, matrix, vector)
            expand(graph, product)
        if not give_memory(undo, context, backend):
            return 0.0
        compute = ggml("ggml_backend_graph_compute", ctypes.c_int, _Pointer, _Pointer)
        # A worker computes without an answer: reading a result back waits until it is there.
        get = ggml("ggml_backend_tensor_get", None, _Pointer, _Pointer, _Size, _Size)
        result = ctypes.create_string_buffer(4)

        def run() -> bool:
            status = compute(backend, graph)
            get(product, result, 0, 4)
            return bool(status == 0)

        if not run():
            return 0.0
        read = _PRODUCTS * ggml("ggml_nbytes", _Size, _Pointer)(matrix)
        return float(read / median_s(run, _PRODUCT_SECONDS))


def link_bandwidth(name: str) -> float:
    """Bytes per second from RAM into device `name`; 0 without the memory.

    From pinned memory where the device has such, because that is where what it fetches again and again lies.
    Raises UserError `engine.no_device`.
    """
    with ExitStack() as undo:
        backend = undo.enter_context(opened_backend(name))
        context = undo.enter_context(graph_memory())
        new = ggml("ggml_new_tensor_1d", _Pointer, _Pointer, ctypes.c_int, ctypes.c_int64)
        tensor = new(context, _F32, _COPY_BYTES // 4)
        buffer = ggml("ggml_backend_alloc_ctx_tensors", _Pointer, _Pointer, _Pointer)(context, backend)
        if not buffer:
            return 0.0
        free = ggml("ggml_backend_buffer_free", None, _Pointer)
        undo.callback(free, buffer)
        pinned = ggml("ggml_backend_dev_host_buffer_type", _Pointer, _Pointer)(device_handle(name))
        source = _pinned(pinned, free, undo) if pinned else None
        if not source:
            plain = ctypes.create_string_buffer(_COPY_BYTES)
            source = ctypes.addressof(plain)
        ctypes.memmove(source, os.urandom(_COPY_BYTES), _COPY_BYTES)
        put = ggml("ggml_backend_tensor_set", None, _Pointer, _Pointer, _Size, _Size)
        # A worker takes bytes without an answer: reading one back waits until all have come.
        get = ggml("ggml_backend_tensor_get", None, _Pointer, _Pointer, _Size, _Size)
        last = ctypes.create_string_buffer(1)

        def copy() -> None:
            put(tensor, source, 0, _COPY_BYTES)
            get(tensor, last, 0, 1)

        copy()
        return float(_COPY_BYTES / median_s(copy, _COPY_SECONDS))


def _pinned(kind: int, free: Callable[[int], None], undo: ExitStack) -> int | None:
    buffer = ggml("ggml_backend_buft_alloc_buffer", _Pointer, _Pointer, _Size)(kind, _COPY_BYTES)
    if not buffer:
        return None
    undo.callback(free, buffer)
    return int(ggml("ggml_backend_buffer_get_base", _Pointer, _Pointer)(buffer))


def median_s(work: Callable[[], object], limit_s: float) -> float:
    """Median seconds of a round; fewer than `_ROUNDS` rounds if they exceed `limit_s`."""
    rounds: list[float] = []
    while len(rounds) < _ROUNDS and sum(rounds) < limit_s:
        started = time.perf_counter()
        work()
        rounds.append(time.perf_counter() - started)
    return statistics.median(rounds)
