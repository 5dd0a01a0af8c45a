"""What a context's callback sees of the graph while it is computed, and where it sets the flag that stops a step."""

from __future__ import annotations

import ctypes
import re
from typing import Any, Literal

import llama_cpp.llama_cpp as llama

from engine.local import native
from engine.local.native import tensors
from engine.local.native.decoding import AbortFlag

_CHOSEN = re.compile(r"^ffn_moe_topk-(\d+)$")
# Nodes that a layer may have.
STOPS = ("attn_norm", "ffn_moe_topk", "ffn_moe_gate", "ffn_moe_down", "ffn_moe_out", "l_out")

Watched = Literal["", "choices", "everything"]


class Nodes:
    """What a context's callback asks for and sees, and where it sets the flag that stops a step."""

    def __init__(self, watched: Watched) -> None:
        self.blocks: list[tuple[int, tuple[int, ...]]] = []
        self.stopped = 0
        self.stop_at = ""
        self.flag: AbortFlag | None = None
        self._get = native.library.ggml(
            "ggml_backend_tensor_get",
            None,
            ctypes.c_void_p,
            ctypes.c_void_p,
            ctypes.c_size_t,
            ctypes.c_size_t,
        )

        @llama.ggml_backend_sched_eval_callback  # type: ignore[untyped-decorator]
        def on_node(address: int, asking: bool, _: Any) -> bool:
            name = native.library.text(tensors.GgmlTensor.from_address(address).name)
            chosen = _CHOSEN.match(name)
            if asking:
                return watched == "everything" or bool(watched and chosen) or name == self.stop_at
            if watched and chosen:
                self._read(address, int(chosen[1]))
            if name == self.stop_at and self.flag:
                self.flag.set()
            return True

        self.callback = on_node

    def _read(self, address: int, layer: int) -> None:
        tensor = tensors.GgmlTensor.from_address(address)
        used, tokens, stride = tensor.ne[0], tensor.ne[1], tensor.nb[1]
        experts: list[int] = []
        for token in range(tokens):
            row = (ctypes.c_int32 * used)()
            self._get(address, row, token * stride, ctypes.sizeof(row))
            experts += row
        self.blocks.append((layer, tuple(experts)))
