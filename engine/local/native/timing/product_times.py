"""Seconds that products of the processor take, with weights as they are in a file and in a layout of its own."""

from __future__ import annotations

import ctypes
import time
from contextlib import ExitStack

from engine.local.native.devices import buffer_type, opened_backend, set_processor_threads
from engine.local.native.layouts.products import Product
from engine.local.native.layouts.repack import WIDTH
from engine.local.native.library import ggml
from engine.placement.plan import RAM

_Size = ctypes.c_size_t
# In turns, and the least of each counts: what other programs take only adds.
_ROUNDS = 4
# Of a prompt, in tokens.
PROMPT_ROWS = 64
# A token reads its weights from memory: more than caches hold. A prompt computes with a part of them.
_READ_BYTES, _COMPUTED_BYTES = 48 * 2**20, 8 * 2**20


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
            Product(number, each, rows, outputs, undo=undo, experts=experts)
            for each in (buffer_type(RAM), kind)
        )
        taken: dict[Product, float] = {}
        for _ in range(_ROUNDS):
            for each in (plain, own):
                started = time.perf_counter()
                each.compute(backend)
                seconds = time.perf_counter() - started
                taken[each] = min(seconds, taken.get(each, seconds))
        return taken[plain] / plain.bytes, taken[own] / plain.bytes
