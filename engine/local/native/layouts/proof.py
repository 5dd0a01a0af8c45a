"""Whether the processor computes the same with weights that are laid out anew as with those of the file.

Its matrix units need a system that grants them, a virtual machine that has them and a compiler that configures them.
Where one is wrong the products are, or they end the process: so they are tried where that is noticed.
"""

from __future__ import annotations

from collections.abc import Iterable
from contextlib import ExitStack

import numpy as np

from engine.gguf.ggml_types import TYPE_NUMBERS
from engine.local.native.devices import buffer_type, opened_backend, set_processor_threads
from engine.local.native.layouts.products import Product
from engine.local.native.layouts.repack import WIDTH, extra_buffer_types, takes
from engine.placement.plan import RAM

# Of a prompt, which fill a tile and begin the next, and of an answer.
_ROWS = (17, 1)
_OUTPUTS = 64
# Of sums in another order and another precision; what is wrong is as large as the product.
_CLOSE = 0.01


def miscomputed(types: Iterable[str]) -> tuple[str, ...]:
    """Those of these types of weights whose products come out otherwise in their own layout, or find no memory."""
    return tuple(name for name in types if not _is_right(TYPE_NUMBERS[name]))


def _is_right(number: int) -> bool:
    kind = next((each for each in extra_buffer_types() if takes(each, number)), 0)
    try:
        return not kind or all(_agree(number, kind, rows) for rows in _ROWS)
    except MemoryError:
        return False


def _agree(number: int, kind: int, rows: int) -> bool:
    random = np.random.default_rng(rows)
    with ExitStack() as undo:
        backend = undo.enter_context(opened_backend(RAM))
        set_processor_threads(backend, 1)
        plain, own = (Product(number, each, rows, _OUTPUTS, undo=undo) for each in (buffer_type(RAM), kind))
        # As half floats such bytes are below 1, so whatever a type scales by is finite.
        weights = random.integers(1, 0x3C, plain.bytes, np.uint8).tobytes()
        inputs = random.standard_normal((rows, WIDTH), np.float32).tobytes()
        for each in (plain, own):
            each.fill(weights, inputs)
            each.compute(backend)
        expected, found = (np.frombuffer(each.result(), np.float32) for each in (plain, own))
        return bool(np.square(found - expected).mean() < _CLOSE**2 * np.square(expected).mean())
