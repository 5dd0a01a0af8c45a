"""Weights of a model by role: what each layer reads for every token, and what only routed experts read.

Roles come from tensor names, never from the architecture's name: `tensor_roles`.
"""

from __future__ import annotations

from collections import Counter, defaultdict

import msgspec

from engine.gguf.cache_geometry import CacheLayer, cache_layers
from engine.gguf.gguf_file import LongArray, Tensor
from engine.gguf.gguf_index import GgufIndex
from engine.gguf.graph_width import graph_width
from engine.gguf.tensor_roles import Part, Role, classify

__all__ = ["CacheLayer", "ExpertTensor", "Layer", "Role", "TensorIndex", "layer_count", "tensor_index"]


class ExpertTensor(msgspec.Struct, frozen=True):
    """One tensor of a layer's routed experts, wherever it lies in a file. `shape` has the fastest dimension first."""

    name: str
    shape: tuple[int, ...]
    type_name: str
    bytes: int


class Layer(msgspec.Struct, frozen=True):
    """One repeating layer: bytes by role, and the routed experts' bytes by kind ("up", "gate", "down",
    "gate_up"; biases, scales and chunk experts count with their kind). `expert_tensors` are the same bytes one
    by one, `experts_used` how many of them a token uses here."""

    number: int
    attention: int = 0
    dense_ffn: int = 0
    shared_expert: int = 0
    router: int = 0
    other: int = 0
    experts: dict[str, int] = {}
    expert_tensors: tuple[ExpertTensor, ...] = ()
    experts_used: int = 0

    @property
    def dense_bytes(self) -> int:
        """What every token reads."""
        return self.attention + self.dense_ffn + self.shared_expert + self.router + self.other

    @property
    def expert_bytes(self) -> int:
        return sum(self.experts.values())


class TensorIndex(msgspec.Struct, frozen=True):
    """A model as the planner sees it.

    `layers` are those that run for every token; MTP layers are counted in `mtp_bytes` (llama.cpp leaves them
    out unless asked). `output_bytes` counts the tied embedding when there is no output tensor, because the
    output's device gets a copy of it. `parameters` count every weight of the file; `active_parameters` count
    routed experts by the share that a token uses, and no MTP layers.

    `bytes` are the weights of the file, each once. `mtp_layers` count in llama.cpp's n_gpu_layers, after
    `layers` and before the output, although nothing of them is loaded (`src/llama-model.cpp`, n_layer_all).
    `graph_width` as in `engine.gguf.graph_width`, 0: not known. `attention_width` is that of all query heads of a
    layer, as they meet the keys, `heads` how many there are. `output_type` is the type of the output's weights
    ("Q6_K").
    `experts_alike`: all layers use as many experts, by one number in the file.
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
    mtp_layers: int = 0
    graph_width: int = 0
    width_without_experts: int = 0
    attention_width: int = 0
    output_type: str = ""
    heads: int = 0
    experts_alike: bool = True

    @property
    def expert_bytes(self) -> int:
        return sum(layer.expert_bytes for layer in self.layers)

    @property
    def active_bytes_per_token(self) -> int:
        """Weights that one token reads: everything but the embedding table, and the routed share of experts."""
        dense = sum(layer.dense_bytes for layer in self.layers) + self.output_bytes
        routed = self.expert_bytes * self.experts_used // self.experts if self.experts else 0
        return dense + routed


def layer_count(index: GgufIndex) -> tuple[int, int]:
    """How many layers run for every token, and how many MTP layers follow them.

    A file that does not say has as many as its tensors show.
    """
    total = max(index.number("block_count"), index.number("decoder_block_count"))
    if not total:
        total = 1 + max((classify(tensor.name).layer for tensor in index.tensors), default=-1)
    mtp = min(index.number("nextn_predict_layers"), total)
    return total - mtp, mtp


def tensor_index(index: GgufIndex) -> TensorIndex:
    """Sort the weights of a model that `read_index` has found sound.

    When there is no `output.weight` llama.cpp makes the output from `token_embd.weight` (TENSOR_DUPLICATED in
    `src/models/*.cpp`): the device of the output gets a second copy (`src/llama-model-loader.cpp`,
    create_tensor), unless it is the CPU, whose buffer already holds the table.
    """
    count, mtp_layers = layer_count(index)
    placed = [(_placed(classify(tensor.name), count), tensor) for tensor in index.tensors]
    layers: defaultdict[int, Counter[Role]] = defaultdict(Counter)
    experts: defaultdict[int, list[tuple[str, Tensor]]] = defaultdict(list)
    outside: Counter[Role] = Counter()
    for part, tensor in placed:
        if part.role == "expert":
            experts[part.layer].append((part.kind, tensor))
        elif part.layer >= 0 and part.role != "mtp":
            layers[part.layer][part.role] += tensor.bytes
        else:
            outside[part.role] += tensor.bytes
    used = _experts_used(index, count)
    table = next((tensor for _, tensor in placed if tensor.name == "token_embd.weight"), None)
    output = next((tensor for _, tensor in placed if tensor.name == "output.weight"), None)
    tied = table is not None and output is None
    return TensorIndex(
        architecture=index.architecture,
        layers=tuple(
            _layer(number, layers[number], experts[number], used[number]) for number in range(count)
        ),
        cache=cache_layers(index, count),
        experts=index.number("expert_count"),
        experts_used=index.number("expert_used_count"),
        shared_experts=_shared_experts(
            index, present=any(roles["shared_expert"] for roles in layers.values())
        ),
        embedding_bytes=outside["embedding"],
        output_bytes=outside["output"] + (table.bytes if table and tied else 0),
        output_tied=tied,
        mtp_bytes=outside["mtp"],
        bytes=sum(tensor.bytes for _, tensor in placed),
        parameters=sum(tensor.elements for _, tensor in placed),
        active_parameters=_active_parameters(index, placed, used),
        trained_context=index.number("context_length"),
        embedding_length=index.number("embedding_length"),
        vocabulary=_vocabulary(index, table),
        mtp_layers=mtp_layers,
        graph_width=graph_width(index),
        width_without_experts=graph_width(index, inside_experts=False),
        attention_width=_attention_width(index),
        output_type=found.type_name if (found := output or table) else "",
        heads=index.number("attention.head_count"),
        experts_alike=not isinstance(index.value("expert_used_count"), tuple),
    )


def _placed(part: Part, count: int) -> Part:
    """Everything in a layer after the last ordinary one belongs to multi-token prediction."""
    return Part("mtp", part.layer) if part.layer >= count else part


def _layer(number: int, bytes_by_role: Counter[Role], experts: list[tuple[str, Tensor]], used: int) -> Layer:
    kinds: Counter[str] = Counter()
    for kind, tensor in experts:
        kinds[kind] += tensor.bytes
    return Layer(
        number=number,
        attention=bytes_by_role["attention"],
        dense_ffn=bytes_by_role["dense_ffn"],
        shared_expert=bytes_by_role["shared_expert"],
        router=bytes_by_role["router"],
        other=bytes_by_role["other"],
        experts=dict(kinds),
        expert_tensors=tuple(
            ExpertTensor(tensor.name, tensor.shape, tensor.type_name, tensor.bytes) for _, tensor in experts
        ),
        experts_used=used if experts else 0,
    )


def _shared_experts(index: GgufIndex, *, present: bool) -> int:
    """The count the file states, else 1 where there are such weights (Qwen states their width alone)."""
    return index.number("expert_shared_count") or int(present)


def _active_parameters(index: GgufIndex, placed: list[tuple[Part, Tensor]], used: list[int]) -> int:
    experts = index.number("expert_count")
    active = 0
    for part, tensor in placed:
        if part.role == "mtp":
            continue
        if part.role != "expert" or not experts:
            active += tensor.elements
            continue
        active += tensor.elements * min(used[part.layer], experts) // experts
    return active


def _experts_used(index: GgufIndex, layers: int) -> list[int]:
    """Experts of each layer that a token uses, which may differ from layer to layer."""
    used, most = index.value("expert_used_count"), index.number("expert_used_count")
    if not isinstance(used, tuple):
        return [most] * layers
    return [
        used[number] if number < len(used) and isinstance(used[number], int) else most
        for number in range(layers)
    ]


def _attention_width(index: GgufIndex) -> int:
    heads = index.number("attention.head_count")
    return heads * index.number("attention.key_length") or index.number("embedding_length")


def _vocabulary(index: GgufIndex, table: Tensor | None) -> int:
    tokens = index.metadata.get("tokenizer.ggml.tokens")
    if table is not None:
        return table.shape[-1]
    if isinstance(tokens, LongArray):
        return tokens.count
    return len(tokens) if isinstance(tokens, tuple) else index.number("vocab_size")
