"""Products that ggml's backend for the processor computes, by ours or by its own. Called in a child."""

from __future__ import annotations

from contextlib import ExitStack

import msgspec
import numpy as np

from engine.gguf.ggml_types import TYPE_NUMBERS
from engine.local.isolated_call import Report
from engine.placement.plan import RAM


class Case(msgspec.Struct, frozen=True):
    """A product of weights of `type_name` by so many `rows`, with `outputs` weights each."""

    type_name: str
    rows: int
    threads: int = 1
    outputs: int = 64
    experts: bool = False
    is_ours: bool = True


class Multiplied(msgspec.Struct, frozen=True, tag="multiplied"):
    """Of each case the bytes of its result, in floats, and how many products were ours."""

    results: tuple[bytes, ...]
    ours: tuple[int, ...]


def multiplied(_: Report, cases: tuple[Case, ...]) -> Multiplied:
    """The same weights for all cases of one size, and the same first rows."""
    from engine.local import native

    results, ours = [], []
    for case in cases:
        native.use_products(case.is_ours)
        before = native.computed_products()
        results.append(_result(case))
        ours.append(native.computed_products() - before)
    return Multiplied(tuple(results), tuple(ours))


def _result(case: Case) -> bytes:
    from engine.local.native.devices import buffer_type, opened_backend, set_processor_threads
    from engine.local.native.layouts.products import Product

    with ExitStack() as undo:
        backend = undo.enter_context(opened_backend(RAM))
        set_processor_threads(backend, case.threads)
        number = TYPE_NUMBERS[case.type_name]
        product = Product(number, buffer_type(RAM), case.rows, case.outputs, undo=undo, experts=case.experts)
        weights = np.random.default_rng(1).integers(1, 0x3C, product.weight_bytes, np.uint8)
        inputs = np.random.default_rng(2).standard_normal(product.input_bytes // 4, np.float32)
        product.fill(weights.tobytes(), inputs.tobytes())
        product.compute(backend)
        return product.result()
