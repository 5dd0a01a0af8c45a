"""Every weight of a model by its role: what each layer needs for every token, and what only routed experts need.

Roles come from tensor names, never from the architecture's name (names as in llama.cpp's
`src/llama-arch.cpp`).
"""

from __future__ import annotations

from typing import Literal

import msgspec

Role = Literal[
    "attention", "dense_ffn", "shared_expert", "router", "expert", "embedding", "output", "mtp", "other"
]


class Layer(msgspec.Struct, frozen=True):
    """One repeating layer: bytes by role, and the routed experts' bytes by kind ("up", "gate", "down",
    "gate_up"; biases, scales and chunk experts count with their kind)."""

    number: int
    attention: int = 0
    dense_ffn: int = 0
    shared_expert: int = 0
    router: int = 0
    other: int = 0
    experts: dict[str, int] = {}

    @property
    def dense_bytes(self) -> int:
        """What every token reads."""
        return self.attention + self.dense_ffn + self.shared_expert + self.router + self.other

    @property
    def expert_bytes(self) -> int:
        return sum(self.experts.values())


class CacheLayer(msgspec.Struct, frozen=True):
    """What a layer remembers of the past: elements of K and of V per token, a window of tokens (0: all of
    them), and bytes of recurrent state that do not grow."""

    k: int = 0
    v: int = 0
    window: int = 0
    recurrent_bytes: int = 0


class TensorIndex(msgspec.Struct, frozen=True):
    """A model as the planner sees it.

    `layers` are those that run for every token; MTP layers are counted in `mtp_bytes` (llama.cpp leaves them
    out unless asked). `output_bytes` counts the tied embedding when there is no output tensor, because the
    output's device gets a copy of it. `parameters` count every weight of the file; `active_parameters` count
    routed experts by the share that a token uses.
    """

    architecture: str
    layers: tuple[Layer, ...]
    cache: tuple[CacheLayer, ...]
    experts: int
    experts_used: int
    shared_experts: int
    embedding_bytes: int
    output_bytes: int
    output_tied: bool
    mtp_bytes: int
    bytes: int
    parameters: int
    active_parameters: int
    trained_context: int
    embedding_length: int
    vocabulary: int

    @property
    def expert_bytes(self) -> int:
        return sum(layer.expert_bytes for layer in self.layers)

    @property
    def active_bytes_per_token(self) -> int:
        """Weights that one token reads: everything but the embedding table, and the routed share of experts."""
        dense = sum(layer.dense_bytes for layer in self.layers) + self.output_bytes
        routed = self.expert_bytes * self.experts_used // self.experts if self.experts else 0
        return dense + routed
