"""Expected device of each weight, given llama.cpp's parameters.

The rules are those of `src/llama-model.cpp` (load_tensors) and `src/llama-model-loader.cpp` (create_tensor:
overrides, duplicates) in llama-cpp-python 0.3.36. What lies elsewhere after loading was moved by llama.cpp
because the device cannot compute with it.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping

from engine.gguf.gguf_index import GgufIndex
from engine.gguf.tensor_index import layer_count
from engine.placement.assignment import layer_devices
from engine.placement.plan import RAM, Placement

_LAYER = re.compile(r"blk\.(\d+)\.")
# What reads the tokens in: always computed by the CPU.
_INPUT = frozenset({"token_embd.weight", "position_embd.weight", "token_types.weight"})
_INPUT_PER_LAYER = "per_layer_token_embd.weight"
# Without a layer's number, yet used in layers: a copy on every device that has some, or with the first layer.
_IN_LAYERS = ("rope_freqs", "rope_factors_", "token_embd_norm", "per_layer_")
_EMBEDDING, _OUTPUT = "token_embd.weight", "output.weight"


def block_count(index: GgufIndex) -> int:
    """The layers that llama.cpp assigns, those for multi-token prediction included."""
    return sum(layer_count(index))


def device_names(layers: int, placement: Placement) -> tuple[str, ...]:
    """The device of each repeating layer, and last that of the output. `layers` are all blocks of the file."""
    devices = placement.devices
    if not devices:
        return (RAM,) * (layers + 1)
    numbers = layer_devices(layers, placement.gpu_layers, split_of(placement))
    return tuple(RAM if number is None else devices[number] for number in numbers)


def split_of(placement: Placement) -> tuple[float, ...]:
    """Layers per device; equal shares where the placement has none, since llama.cpp would take what is free
    at that moment."""
    return placement.split or (1.0,) * len(placement.devices)


def expected_devices(names: Iterable[str], layers: int, placement: Placement) -> dict[str, frozenset[str]]:
    """The devices where each tensor may lie: one, but for those that llama.cpp copies to several."""
    names = tuple(names)
    by_layer = device_names(layers, placement)
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
    """The (tensor, device) pairs in the wrong place; unknown names are ignored."""
    return {name: device for name, device in found if device not in expected.get(name, (device,))}
