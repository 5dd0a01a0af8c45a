"""Whether the processor computes the same with weights that are laid out anew as with those of the file, and with our
own products as with ggml's.

Its matrix units need a system that grants them, a virtual machine that has them and a compiler that configures them.
Where one is wrong the products are, or they end the process: so they are tried where that is noticed.
"""

from __future__ import annotations

from collections.abc import Iterable
from contextlib import ExitStack

import numpy as np

from engine.gguf.ggml_types import TYPE_NUMBERS
from engine.local.native.devices import buffer_type, opened_backend, set_processor_threads
from engine.local.native.layouts.own_products import use_products
from engine.local.native.layouts.products import Product
from engine.local.native.layouts.repack import extra_buffer_types, takes
from engine.placement.plan import RAM
from engine.placement.speed.prefill import FEWEST_TOKENS

# Of a prompt, which fill a tile and begin the next, and of an answer.
_ROWS = (17, 1)
# Of a step that is ours; of experts each gets a quarter.
_OWN_ROWS = FEWEST_TOKENS + 4
_OUTPUTS = 64
# Of sums in another order and another precision; what is wrong is as large as the product.
_CLOSE = 0.01
# ggml quantises inputs of some types more coarsely than we do.
_AS_CLOSE = 0.03


def miscomputed(types: Iterable[str]) -> tuple[str, ...]:
    """Those of these types of weights whose products come out otherwise in their own layout, or find no memory."""
    return tuple(name for name in types if not _is_right(TYPE_NUMBERS[name]))


def misproduced(types: Iterable[str]) -> tuple[str, ...]:
    """Those of these types of weights whose products by ours come out otherwise, or find no memory. Ours are in use
    afterwards."""
    return tuple(name for name in types if not _is_ours_right(TYPE_NUMBERS[name]))


def _is_ours_right(number: int) -> bool:
    try:
        return all(_ours_agree(number, experts=experts) for experts in (False, True))
    except MemoryError:
        return False


def _ours_agree(number: int, *, experts: bool) -> bool:
    outputs, found = _OUTPUTS * (2 if experts else 1), []
    with ExitStack() as undo:
        backend = undo.enter_context(opened_backend(RAM))
        set_processor_threads(backend, 1)
        product = Product(number, buffer_type(RAM), _OWN_ROWS, outputs, undo=undo, experts=experts)
        product.fill(*_contents(product, _OWN_ROWS))
        for is_ours in (False, True):
            use_products(is_ours)
            product.compute(backend)
            found.append(product.result())
    return _are_close(found[0], found[1], _AS_CLOSE)


def _is_right(number: int) -> bool:
    kind = next((each for each in extra_buffer_types() if takes(each, number)), 0)
    try:
        return not kind or all(_agree(number, kind, rows) for rows in _ROWS)
    except MemoryError:
        return False


def _agree(number: int, kind: int, rows: int) -> bool:
    with ExitStack() as undo:
        backend = undo.enter_context(opened_backend(RAM))
        set_processor_threads(backend, 1)
        plain, own = (Product(number, each, rows, _OUTPUTS, undo=undo) for each in (buffer_type(RAM), kind))
        weights, inputs = _contents(plain, rows)
        for each in (plain, own):
            each.fill(weights, inputs)
            each.compute(backend)
        return _are_close(plain.result(), own.result(), _CLOSE)


def _contents(product: Product, rows: int) -> tuple[bytes, bytes]:
    """Weights and inputs by chance."""
    random = np.random.default_rng(rows)
    # As half floats such bytes are below 1, so whatever a type scales by is finite.
    weights = random.integers(1, 0x3C, product.weight_bytes, np.uint8).tobytes()
    return weights, random.standard_normal(product.input_bytes // 4, np.float32).tobytes()


def _are_close(expected: bytes, found: bytes, close: float) -> bool:
    wanted, got = (np.frombuffer(each, np.float32).astype(np.float64) for each in (expected, found))
    return bool(np.square(got - wanted).mean() < close**2 * np.square(wanted).mean())
