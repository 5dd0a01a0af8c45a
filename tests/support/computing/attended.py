"""Attention that ggml's backend for the processor computes, by ours or by its own. Called in a child."""

from __future__ import annotations

import ctypes
from contextlib import ExitStack

import gguf
import msgspec
import numpy as np
from gguf import quants
from numpy.typing import NDArray

from engine.gguf.ggml_types import TYPE_NUMBERS
from engine.local.isolated_call import Report
from engine.placement.plan import RAM

Doubles = NDArray[np.float64]
Halves = NDArray[np.float16]
_Pointer, _Size, _Long = ctypes.c_void_p, ctypes.c_size_t, ctypes.c_int64
_F32, _F16 = 0, 1
GGMLS = -1


class Case(msgspec.Struct, frozen=True):
    """`tokens` of each of `streams` that attend to `cells`, with `heads` that share `key_heads`; widths are of heads.

    `mask` is "causal" (the tokens are the last cells), "holes" (every fourth is seen, some tokens see none), "turns"
    (the tokens see cells in turns), or "" for none. Scores may be sevenfold, and what no token sees may be rubbish:
    no numbers. Of the ways of this processor `way` computes it; -1 is ggml's.
    """

    kv_type: str = "F16"
    tokens: int = 1
    cells: int = 256
    heads: int = 6
    key_heads: int = 2
    key_width: int = 64
    value_width: int = 64
    streams: int = 1
    mask: str = "causal"
    bias: float = 0.0
    cap: float = 0.0
    sinks: bool = False
    are_sevenfold: bool = False
    has_rubbish: bool = False
    threads: int = 2
    way: int = 0

    @property
    def scale(self) -> float:
        return self.key_width**-0.5 * (7 if self.are_sevenfold else 1)


class Attended(msgspec.Struct, frozen=True, tag="attended"):
    """Of each case the bytes of its result, in floats, and whether it was ours; `ways` that this processor has."""

    results: tuple[bytes, ...]
    ours: tuple[int, ...]
    ways: int


def attended(_: Report, cases: tuple[Case, ...]) -> Attended:
    from engine.local import native

    ways = 0
    while native.use_attention(ways):
        ways += 1
    results, ours = [], []
    for case in cases:
        native.use_attention(case.way)
        before = native.computed_attention()
        results.append(_result(case))
        ours.append(native.computed_attention() - before)
    return Attended(tuple(results), tuple(ours), ways)


def contents(case: Case) -> tuple[NDArray[np.float32], Doubles, Doubles, Halves | None, NDArray[np.float32]]:
    """Queries (stream, head, token, width), keys and values (stream, cell, head, width) as their type holds them, the
    mask (stream, token, cell), and sinks. The first tokens are the same whatever their number."""

    def random(seed: int, *shape: int) -> NDArray[np.float32]:
        return np.random.default_rng(seed).standard_normal(shape, np.float32)

    queries = random(1, case.streams, case.tokens, case.heads, case.key_width).transpose(0, 2, 1, 3)
    keys = random(2, case.streams, case.cells, case.key_heads, case.key_width)
    values = random(3, case.streams, case.cells, case.key_heads, case.value_width)
    return queries, _rounded(case, keys), _rounded(case, values), _mask(case), random(4, case.heads)


def _rounded(case: Case, values: NDArray[np.float32]) -> Doubles:
    kind = gguf.GGMLQuantizationType[case.kv_type]
    return quants.dequantize(quants.quantize(values, kind), kind).astype(np.float64).reshape(values.shape)


def _mask(case: Case) -> Halves | None:
    if not case.mask:
        return None
    token, cell = np.arange(case.tokens)[:, None], np.arange(case.cells)[None]
    match case.mask:
        case "causal":
            is_seen = cell <= case.cells - case.tokens + token
        case "turns":
            is_seen = cell % case.tokens == token
        case _:
            is_seen = (cell % 4 == 0) & (token % 5 != 3)
    mask = np.where(is_seen, -np.abs(case.cells - case.tokens + token - cell) * (case.bias > 0), -np.inf)
    return np.broadcast_to(mask, (case.streams, case.tokens, case.cells)).astype(np.float16)


def expected(case: Case) -> Doubles:
    """(stream, token, head, width), in double precision."""
    queries, keys, values, mask, sinks = contents(case)
    group = case.heads // case.key_heads
    keys, values = (np.repeat(each, group, axis=2).transpose(0, 2, 1, 3) for each in (keys, values))
    scores = queries.astype(np.float64) @ keys.transpose(0, 1, 3, 2) * case.scale
    if case.cap:
        scores = case.cap * np.tanh(scores / case.cap)
    if mask is not None:
        power = 2 ** int(np.log2(case.heads))
        numbers = np.arange(case.heads)
        first, second = 2 ** (-case.bias / power), 2 ** (-case.bias / 2 / power)
        slopes = np.where(numbers < power, first ** (numbers + 1), second ** (2 * (numbers - power) + 1))
        scores = scores + slopes[:, None, None] * mask.astype(np.float64)[:, None]
    if case.sinks:
        others = np.broadcast_to(sinks.astype(np.float64)[:, None, None], (*scores.shape[:3], 1))
        scores = np.concatenate([scores, others], axis=3)
    most = scores.max(axis=3, keepdims=True)
    weights = np.exp(scores - np.where(np.isfinite(most), most, 0))
    total = weights.sum(axis=3, keepdims=True)
    weights = np.divide(weights, total, out=np.zeros_like(weights), where=total > 0)
    return (weights[..., : case.cells] @ values).transpose(0, 2, 1, 3)


def _result(case: Case) -> bytes:
    from engine.local.native.devices import opened_backend, set_processor_threads
    from engine.local.native.graphs import give_memory, graph_memory
    from engine.local.native.library import ggml

    with ExitStack() as undo:
        backend = undo.enter_context(opened_backend(RAM))
        set_processor_threads(backend, case.threads)
        context = undo.enter_context(graph_memory())
        new = ggml("ggml_new_tensor_4d", _Pointer, _Pointer, ctypes.c_int, *(_Long,) * 4)
        permute = ggml("ggml_permute", _Pointer, _Pointer, _Pointer, *(ctypes.c_int,) * 4)
        queries, keys, values, mask, sinks = contents(case)
        kind = gguf.GGMLQuantizationType[case.kv_type]
        made: list[tuple[int, bytes]] = []

        def tensor(number: int, data: bytes, *shape: int) -> int:
            made.append((int(new(context, number, *shape)), data))
            return made[-1][0]

        def by_head(number: int, data: bytes, width: int, heads: int, rows: int) -> int:
            found = tensor(number, data, width, heads, rows, case.streams)
            return int(permute(context, found, 0, 2, 1, 3))

        number = TYPE_NUMBERS[case.kv_type]
        if case.has_rubbish and mask is not None:
            unseen = np.isinf(mask).all(axis=(0, 1))
            keys[:, unseen] = values[:, unseen] = np.nan
        stored = [quants.quantize(each.astype(np.float32), kind).tobytes() for each in (keys, values)]
        asked = queries.transpose(0, 2, 1, 3).tobytes()
        sources = [
            by_head(_F32, asked, case.key_width, case.heads, case.tokens),
            by_head(number, stored[0], case.key_width, case.key_heads, case.cells),
            by_head(number, stored[1], case.value_width, case.key_heads, case.cells),
            None if mask is None else tensor(_F16, mask.tobytes(), case.cells, case.tokens, 1, case.streams),
        ]
        attend = ggml("ggml_flash_attn_ext", _Pointer, *(_Pointer,) * 5, *(ctypes.c_float,) * 3)
        numbers = (ctypes.c_float(each) for each in (case.scale, case.bias, case.cap))
        result = attend(context, *sources, *numbers)
        if case.sinks:
            sink = tensor(_F32, sinks.tobytes(), case.heads, 1, 1, 1)
            ggml("ggml_flash_attn_ext_add_sinks", None, _Pointer, _Pointer)(result, sink)
        graph = ggml("ggml_new_graph", _Pointer, _Pointer)(context)
        ggml("ggml_build_forward_expand", None, _Pointer, _Pointer)(graph, result)
        assert give_memory(undo, context, backend)
        put = ggml("ggml_backend_tensor_set", None, _Pointer, ctypes.c_char_p, _Size, _Size)
        for place, data in made:
            put(place, data, 0, len(data))
        assert ggml("ggml_backend_graph_compute", ctypes.c_int, _Pointer, _Pointer)(backend, graph) == 0
        size = int(ggml("ggml_nbytes", _Size, _Pointer)(result))
        found = ctypes.create_string_buffer(size)
        ggml("ggml_backend_tensor_get", None, _Pointer, _Pointer, _Size, _Size)(result, found, 0, size)
        return found.raw
