"""Memory estimate of context and graph, by formula.

llama.cpp's dry run is exact; these numbers stand in where there is no file to run (a model on the hub, a slider)
and where a first plan is needed. What dry runs taught is an `Overhead`, which corrects them.

Sources: KV cache `llama-kv-cache.cpp`, windows `llama-kv-cache-iswa.cpp`, padding `llama-context.cpp`.
"""

from __future__ import annotations

import msgspec

from engine.gguf.tensor_index import CacheLayer, TensorIndex
from engine.placement.plan import CacheType

CELLS = 256  # llama.cpp pads the number of cells to this
# Elements and bytes of one block of each type.
_BLOCKS: dict[CacheType, tuple[int, int]] = {
    "f16": (1, 2),
    "bf16": (1, 2),
    "q8_0": (32, 34),
    "q4_0": (32, 18),
}
# What a graph keeps at once of one token, in widths of the embedding, where the weights are not known.
_USUAL_WIDTH = 10
_FLOAT, _HALF = 4, 2


class Overhead(msgspec.Struct, frozen=True):
    """What dry runs taught about one choice of context, cache type and ubatch. Bytes by device.

    `model`, `context` and `compute` are measured less estimated, of the last dry run (weights are padded to the
    device's alignment, hence `model`). `most_model`: weights beyond this, as estimated, were found not to fit.
    """

    model: dict[str, int] = {}
    context: dict[str, int] = {}
    compute: dict[str, int] = {}
    most_model: dict[str, int] = {}

    def on(self, device: str) -> int:
        """The correction of the estimate on one device."""
        return self.model.get(device, 0) + self.context.get(device, 0) + self.compute.get(device, 0)


def padded_context(context: int) -> int:
    return -(-context // CELLS) * CELLS


def cache_bytes(
    layer: CacheLayer, context: int, cache_type: CacheType, ubatch: int, sequences: int = 1
) -> int:
    """KV cache and recurrent state of one layer for `sequences` that share `context` tokens: each has a window
    and a state of its own."""
    cells = padded_context(context)
    if layer.window:
        cells = min(cells, padded_context(layer.window * sequences + ubatch))
    block, size = _BLOCKS[cache_type]
    return (layer.k + layer.v) * cells * size // block + layer.recurrent_bytes * sequences


def compute_bytes(
    index: TensorIndex, context: int, ubatch: int, *, outputs: int, staging: int = 0, plain: bool = False
) -> int:
    """Buffers of the graph at its largest: activations and the attention mask of a layer, or after the last one the
    logits of `outputs` rows where the output is computed. `staging` is for experts that are copied over for one
    operation. `plain` attention holds the scores of each head, and a mask of the same type."""
    width = index.graph_width or _USUAL_WIDTH * index.embedding_length
    cell = _FLOAT * (index.heads + 1) if plain else _HALF
    layer = ubatch * (_FLOAT * width + cell * padded_context(context))
    return max(layer, _FLOAT * index.vocabulary * min(outputs, ubatch)) + staging


def largest_expert_tensor(index: TensorIndex) -> int:
    """Bytes of the largest stack of experts: what op offload needs as staging."""
    return max((max(layer.experts.values(), default=0) for layer in index.layers), default=0)
