"""Products of quantised matrices on one thread, ours beside ggml's own: GFLOPS by type and tokens.

Usage: python -m tests.bench.products [TYPE ...]
"""

from __future__ import annotations

import ctypes
import sys
from collections.abc import Callable
from contextlib import ExitStack
from time import perf_counter

import numpy as np

from engine.local.native.devices import buffer_type
from engine.local.native.layouts.products import Product
from engine.local.native.layouts.repack import WIDTH
from engine.local.native.library import ggml
from engine.placement.plan import RAM
from tests.support.computing.products import TYPES, made, multiplied, number, ways

ROWS, ROUNDS = 256, 5
TOKENS = (1, 2, 4, 8, 16, 32, 128)


def ggmls(name: str, tokens: int, undo: ExitStack) -> Callable[[], object]:
    """ggml's product, without the hook that the engine's start sets."""
    product = Product(number(name), buffer_type(RAM), tokens, ROWS, undo=undo)
    backend = ggml("ggml_backend_init_by_type", ctypes.c_void_p, ctypes.c_int, ctypes.c_char_p)(0, None)
    undo.callback(ggml("ggml_backend_free", None, ctypes.c_void_p), backend)
    ggml("ggml_backend_cpu_set_n_threads", None, ctypes.c_void_p, ctypes.c_int)(backend, 1)
    return lambda: product.compute(backend)


def speed(compute: Callable[[], object], tokens: int) -> float:
    """The best of some rounds, in GFLOPS."""
    best = float("inf")
    for _ in range(ROUNDS * 2):
        start = perf_counter()
        compute()
        best = min(best, perf_counter() - start)
    return 2 * ROWS * WIDTH * tokens / best / 1e9


def row(name: str, tokens: int) -> str:
    random = np.random.default_rng(0)
    weights = made(name, ROWS, WIDTH, random)
    inputs = random.standard_normal((tokens, WIDTH)).astype(np.float32)
    with ExitStack() as undo:
        theirs = speed(ggmls(name, tokens, undo), tokens)
    own = [
        speed(lambda way=way: multiplied(way, name, weights, inputs), tokens) for way, _ in enumerate(ways())
    ]
    return " | ".join([name, str(tokens), f"{theirs:.0f}", *(f"{each:.0f}" for each in own)])


def main(names: list[str]) -> None:
    print(" | ".join(["type", "tokens", "ggml", *ways()]))
    for name in names or TYPES:
        for tokens in TOKENS:
            print(row(name, tokens), flush=True)


if __name__ == "__main__":
    main(sys.argv[1:])
