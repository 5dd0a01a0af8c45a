"""Where each weight must lie, given what llama.cpp was told.

The rules are those of `src/llama-model.cpp` (load_tensors: layers to devices) and
`src/llama-model-loader.cpp` (create_tensor: overrides, duplicates) in llama-cpp-python 0.3.36. What lies
elsewhere after loading was moved by llama.cpp because the device cannot compute with it.
"""

from __future__ import annotations

import re
import struct
from bisect import bisect_right
from collections.abc import Iterable, Mapping

from engine.placement.gguf_index import GgufIndex
from engine.placement.plan import RAM, Placement

_LAYER = re.compile(r"blk\.(\d+)\.")
# What reads the tokens in: always computed by the CPU.
_INPUT = frozenset({"token_embd.weight", "position_embd.weight", "token_types.weight"})
_INPUT_PER_LAYER = "per_layer_token_embd.weight"
# Without a layer's number, yet used in layers: a copy on every device that has some, or with the first layer.
_IN_LAYERS = ("rope_freqs", "rope_factors_", "token_embd_norm", "per_layer_")
_EMBEDDING, _OUTPUT = "token_embd.weight", "output.weight"


def layer_count(index: GgufIndex) -> int:
    """The layers that llama.cpp deals out: those for multi-token prediction count."""
    return index.number("block_count")


def layer_devices(layers: int, placement: Placement) -> tuple[str, ...]:
    """The device of each repeating layer, and last that of the output."""
    if not placement.devices:
        return (RAM,) * (layers + 1)
    start = max(layers + 1 - placement.gpu_layers, 0)
    on_devices = min(placement.gpu_layers, layers + 1)
    ends = _split_points(placement.split or (1.0,) * len(placement.devices))
    devices = []
    for layer in range(layers + 1):
        if layer < start or layer - start >= on_devices:
            devices.append(RAM)
        else:
            share = _float32((layer - start) / on_devices)
            devices.append(placement.devices[min(bisect_right(ends, share), len(ends) - 1)])
    return tuple(devices)


def _split_points(split: tuple[float, ...]) -> list[float]:
    """Running sums over the whole, in the single precision that llama.cpp computes them in."""
    total = 0.0
    sums = []
    for share in split:
        total = _float32(total + _float32(share))
        sums.append(total)
    return [_float32(each / total) for each in sums] if total else sums


def _float32(value: float) -> float:
    return float(struct.unpack("f", struct.pack("f", value))[0])


def expected_devices(names: Iterable[str], layers: int, placement: Placement) -> dict[str, frozenset[str]]:
    """The devices where each tensor may lie: one, but for those that llama.cpp copies to several."""
    names = tuple(names)
    by_layer = layer_devices(layers, placement)
    rules = [(re.compile(each.pattern), each.device) for each in placement.overrides]
    tied = _OUTPUT not in names
    expected = {}
    for name in names:
        override = next((device for pattern, device in rules if pattern.search(name)), None)
        if override is not None:
            expected[name] = frozenset({override})
        elif name == _EMBEDDING and tied:
            expected[name] = frozenset({RAM, by_layer[-1]})
        else:
            expected[name] = _by_role(name, by_layer)
    return expected


def _by_role(name: str, by_layer: tuple[str, ...]) -> frozenset[str]:
    match = _LAYER.match(name)
    if match:
        return frozenset({by_layer[min(int(match[1]), len(by_layer) - 1)]})
    if name in _INPUT or name == _INPUT_PER_LAYER:
        return frozenset({RAM})
    if name.startswith(_IN_LAYERS):
        return frozenset(by_layer[:-1])
    return frozenset({by_layer[-1]})


def misplaced(found: Iterable[tuple[str, str]], expected: Mapping[str, frozenset[str]]) -> dict[str, str]:
    """Of (tensor, device) pairs those that lie where they should not; a name that nobody expects is not ours
    to judge."""
    return {name: device for name, device in found if device not in expected.get(name, (device,))}
