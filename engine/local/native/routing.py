"""Expert routing, read from the graph through ggml's eval callback.

ggml asks of every node of the graph whether its result is wanted (some 56 nodes per layer), computes up to
the next one that is, and calls again with the result. Each question costs one call from C into Python, so the
answer is two comparisons of the node's name as whole words. The routers' choices are the tensors
`ffn_moe_topk-LAYER` (llama.cpp's `src/llama-graph.cpp`): int32 expert numbers, [experts used, tokens], a view
into rows as long as there are experts.
"""

from __future__ import annotations

import ctypes
import sys
import time
from collections import Counter
from typing import Any, NamedTuple

import llama_cpp.llama_cpp as llama


class _Tensor(ctypes.Structure):
    """struct ggml_tensor (ggml.h), as far as it is read here; `native.check_version` guards its size."""

    _fields_ = (
        ("type", ctypes.c_int),
        ("buffer", ctypes.c_void_p),
        ("ne", ctypes.c_int64 * 4),
        ("nb", ctypes.c_size_t * 4),
        ("op", ctypes.c_int),
        ("op_params", ctypes.c_int32 * 16),
        ("flags", ctypes.c_int32),
        ("src", ctypes.c_void_p * 10),
        ("view_src", ctypes.c_void_p),
        ("view_offs", ctypes.c_size_t),
        ("data", ctypes.c_void_p),
        ("name", ctypes.c_char * 64),
        ("extra", ctypes.c_void_p),
        ("padding", ctypes.c_char * 8),
    )


_PREFIX = b"ffn_moe_topk-"
_NAME = _Tensor.name.offset
_WORDS = (int.from_bytes(_PREFIX[:8], sys.byteorder), int.from_bytes(_PREFIX[8:12], sys.byteorder))
_INT = ctypes.sizeof(ctypes.c_int32)


class Fired(NamedTuple):
    """Expert counts since the last call.

    `counts` are per layer and expert; a layer without routed experts has an empty row. `tokens` went through
    the first layer with experts. `seconds` were spent on being asked and on reading.
    """

    tokens: int
    counts: tuple[tuple[int, ...], ...]
    seconds: float


class ExpertWatch:
    """Counts the experts that each layer's router chooses; `callback` goes into the context's parameters.

    Must live as long as the context. The callback never raises and never answers False to a result, which
    would leave the rest of the graph uncomputed.
    """

    def __init__(self, layers: int, experts: int) -> None:
        self._layers, self._experts = layers, experts
        self._rows: dict[int, list[int]] = {}
        self._tokens = self._asked = 0
        self._reading_s = 0.0
        self._values = (ctypes.c_int32 * experts)()
        library = llama._lib
        self._size = library.ggml_nbytes
        self._size.restype, self._size.argtypes = ctypes.c_size_t, [ctypes.c_void_p]
        self._get = library.ggml_backend_tensor_get
        self._get.restype = None
        self._get.argtypes = [ctypes.c_void_p, ctypes.c_void_p, ctypes.c_size_t, ctypes.c_size_t]
        self.callback = self._make_callback()
        self._asking_s = _cost_of_a_call(self.callback)
        self._asked = 0

    def take(self) -> Fired:
        """The counts since the last call, which restart."""
        counts = tuple(tuple(self._rows.get(layer, ())) for layer in range(self._layers))
        fired = Fired(self._tokens, counts, self._reading_s + self._asked * self._asking_s)
        for row in self._rows.values():
            row[:] = [0] * self._experts
        self._tokens = self._asked = 0
        self._reading_s = 0.0
        return fired

    def _make_callback(self) -> Any:
        first, second = _WORDS
        word, half_word = ctypes.c_uint64.from_address, ctypes.c_uint32.from_address
        name, rest = _NAME, _NAME + 8

        @llama.ggml_backend_sched_eval_callback  # type: ignore[untyped-decorator]
        def on_node(tensor: int, asking: bool, _: Any) -> bool:
            if not asking:
                self._read(tensor)
                return True
            self._asked += 1
            return word(tensor + name).value == first and half_word(tensor + rest).value == second

        return on_node

    def _read(self, address: int) -> None:
        started = time.perf_counter()
        tensor = _Tensor.from_address(address)
        number = tensor.name[len(_PREFIX) :]
        if not number.isdigit():
            return  # a copy of the choices, as architectures with experts for groups of experts make
        layer = int(number)
        used, tokens, stride = tensor.ne[0], tensor.ne[1], tensor.nb[1] // _INT
        size = self._size(address)
        if size > ctypes.sizeof(self._values):
            self._values = (ctypes.c_int32 * (size // _INT))()
        self._get(address, self._values, 0, size)
        chosen: list[int] = []
        for start in range(0, tokens * stride, stride):
            chosen += self._values[start : start + used]
        self._count(layer, chosen, tokens)
        self._reading_s += time.perf_counter() - started

    def _count(self, layer: int, chosen: list[int], tokens: int) -> None:
        """The experts that a layer's router chose, token by token."""
        row = self._rows.get(layer)
        if row is None:
            row = self._rows[layer] = [0] * self._experts
        for expert, times in Counter(chosen).items():
            row[expert] += times
        if layer == min(self._rows):
            self._tokens += tokens


def _cost_of_a_call(callback: Any) -> float:
    """Seconds that C spends on one question about a node that is not wanted.

    From here a call goes through ctypes both ways; what the way out costs is taken off, by the same calls to a
    C function that only looks at one byte.
    """
    node = _Tensor()
    address = ctypes.addressof(node)
    library = ctypes.cdll.msvcrt if sys.platform == "win32" else ctypes.CDLL(None)
    plain = ctypes.cast(library.strlen, llama.ggml_backend_sched_eval_callback)

    def seconds(function: Any, calls: int = 500) -> float:
        started = time.perf_counter()
        for _ in range(calls):
            function(address, True, None)
        return (time.perf_counter() - started) / calls

    return max(0.0, min(seconds(callback) for _ in range(5)) - min(seconds(plain) for _ in range(5)))
