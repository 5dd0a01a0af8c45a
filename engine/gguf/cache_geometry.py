"""Cache sizes of each layer from the metadata: an estimate where no dry run is possible.

Sources: llama.cpp's `src/llama-hparams.cpp` (n_embd_k_gqa, n_embd_r, n_embd_s), `llama-kv-cache.cpp` (MLA
stores K alone), `llama-kv-cache-iswa.cpp` and `load_swa_pattern` (sliding windows), and the loaders in
`src/models/` for the patterns that a file need not state.

Unknown windows count as the whole context, and layers that share a cache by a rule of one architecture (Gemma
3n) or compress it (DeepSeek V4) count in full: the estimate errs on the large side.
"""

from __future__ import annotations

from typing import Any, NamedTuple

import msgspec

from engine.gguf.gguf_index import GgufIndex

_F32 = 4
_STATEFUL = ("ssm_", "shortconv.", "time_mix_")
_MIXERS = ("attn_", "indexer.", *_STATEFUL)


class CacheLayer(msgspec.Struct, frozen=True):
    """The cache of a layer: elements of K and V per token, a window in tokens (0: no window), and bytes of
    recurrent state, which do not grow."""

    k: int = 0
    v: int = 0
    window: int = 0
    recurrent_bytes: int = 0


class _Pattern(NamedTuple):
    """One layer of `period` sees everything, the first of them or the last; `window` when no key states it."""

    period: int
    full_first: bool = False
    window: int = 0


# Sliding windows that llama.cpp knows by architecture when the file states no pattern (`src/models/*.cpp`).
# Any other architecture without a pattern ignores `attention.sliding_window`.
_PATTERNS = {
    "afmoe": _Pattern(4),
    "cohere2": _Pattern(4),
    "cohere2moe": _Pattern(4, full_first=True),
    "exaone-moe": _Pattern(4, window=128),
    "exaone4": _Pattern(4),
    "gemma-embedding": _Pattern(6),
    "gemma2": _Pattern(2, window=4096),
    "gemma3": _Pattern(6),
    "gemma3n": _Pattern(5),
    "gpt-oss": _Pattern(2),
    "laguna": _Pattern(4, full_first=True),
    "llama4": _Pattern(4, window=8192),
    "mellum": _Pattern(4),
    "muse-glimmer": _Pattern(4),
    "olmo2": _Pattern(4),
    "plamo3": _Pattern(8),
    "smallthinker": _Pattern(4, full_first=True),
}


def cache_layers(index: GgufIndex, layers: int) -> tuple[CacheLayer, ...]:
    """The cache of the first `layers` layers of a model whose `block_count` was checked."""
    mixers = _mixers(index, layers)
    windows = _windows(index, layers)
    heads = _per_layer(index, "attention.head_count", layers)
    kv_heads = _per_layer(index, "attention.head_count_kv", layers, default=heads)
    recurrent_layers = _per_layer(index, "attention.recurrent_layers", layers)
    keeps = layers - index.number("attention.shared_kv_layers")
    found = []
    for number in range(layers):
        names = mixers[number]
        has_state = any(name.startswith(_STATEFUL) for name in names)
        recurrent = has_state or bool(recurrent_layers[number])
        # Some hybrids keep both in one layer; an attention that a state replaces has no output of its own.
        attends = not recurrent or (has_state and any(name.startswith("attn_output.") for name in names))
        state = _state_elements(index, heads[number]) * _F32 if recurrent else 0
        if not names or not attends or number >= keeps:
            found.append(CacheLayer(recurrent_bytes=state))
            continue
        k, v = _row(index, heads[number], kv_heads[number], windowed=bool(windows[number]))
        if any(name.startswith("indexer.") for name in names):
            k += index.number("attention.indexer.key_length")
        found.append(CacheLayer(k, v, windows[number] if k else 0, state))
    return tuple(found)


def has_states(index: GgufIndex) -> bool:
    """Whether layers have a recurrent state."""
    names = (tensor.name.split(".", 2) for tensor in index.tensors)
    marked = index.value("attention.recurrent_layers")
    return any(name[0] == "blk" and name[-1].startswith(_STATEFUL) for name in names) or bool(
        any(marked) if isinstance(marked, tuple) else marked
    )


def _mixers(index: GgufIndex, layers: int) -> list[list[str]]:
    """The names of what mixes tokens, by layer, without `blk.N.`."""
    found: list[list[str]] = [[] for _ in range(layers)]
    for tensor in index.tensors:
        prefix, _, rest = tensor.name.partition(".")
        number, _, name = rest.partition(".")
        if prefix == "blk" and number.isdecimal() and int(number) < layers and name.startswith(_MIXERS):
            found[int(number)].append(name)
    return found


def _row(index: GgufIndex, heads: int, kv_heads: int, *, windowed: bool) -> tuple[int, int]:
    """Elements of K and V that one token adds to a layer."""
    even = index.number("embedding_length") // heads if heads else 0
    key = index.number("attention.key_length") or even
    value = index.number("attention.value_length") or even
    if windowed:
        key = index.number("attention.key_length_swa") or key
        value = index.number("attention.value_length_swa") or value
    latent = index.number("attention.key_length_mla") and index.number("attention.value_length_mla")
    return kv_heads * key, 0 if latent else kv_heads * value


def _windows(index: GgufIndex, layers: int) -> list[int]:
    """The window of each layer in tokens, 0 where it sees everything."""
    known = _PATTERNS.get(index.architecture)
    stated = index.value("attention.sliding_window")
    window = index.number("attention.sliding_window") or (known.window if known and stated is None else 0)
    pattern = index.value("attention.sliding_window_pattern")
    if isinstance(pattern, tuple):
        return [window if number < len(pattern) and pattern[number] else 0 for number in range(layers)]
    if not known:
        return [0] * layers
    period = pattern if _is_count(pattern) else known.period
    if period < 1:
        return [window] * layers
    full = 0 if known.full_first else period - 1
    return [0 if number % period == full else window for number in range(layers)]


def _state_elements(index: GgufIndex, heads: int) -> int:
    """Elements of a recurrent layer's state, for one sequence; always kept as F32."""
    embedding = index.number("embedding_length")
    if head := index.number("wkv.head_size"):
        return embedding * ((index.number("token_shift_count") or 2) + head)
    if cached := index.number("shortconv.l_cache"):
        return embedding * (cached - 1)
    convolved = max(index.number("ssm.conv_kernel") - 1, 0)
    if head := index.number("kda.head_dim"):
        return heads * head * (3 * (convolved or 3) + head)
    state, inner = index.number("ssm.state_size"), index.number("ssm.inner_size")
    if not inner:  # linear attention: a matrix per head
        head = index.number("attention.key_length")
        return heads * head * head
    return convolved * (inner + 2 * index.number("ssm.group_count") * state) + state * inner


def _per_layer(index: GgufIndex, key: str, layers: int, default: list[int] | None = None) -> list[int]:
    """A value that may be one for all layers or one each."""
    value = index.value(key)
    if isinstance(value, tuple):
        return [
            int(value[number]) if number < len(value) and _is_count(value[number]) else 0
            for number in range(layers)
        ]
    if not _is_count(value):
        return default if default is not None else [0] * layers
    return [int(value)] * layers


def _is_count(value: Any) -> bool:
    return isinstance(value, int) and value >= 0
