"""Questions for a child process about a model placed in a given way: what it takes, where it lies, what it says."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import msgspec

from engine.gguf.reading import read_index
from engine.gguf.summary import summarize
from engine.local.isolated_call import Report, ask
from engine.placement.plan import DeviceBytes, LoadedWeights, Override, Placement

EXPERTS = r"\.ffn_(up|down|gate|gate_up)_(ch|)exps"
PROMPT = "The lighthouse keeper wrote in his diary that the sea"


def experts_of(layers: str, device: str) -> Override:
    """The experts of layers (a regex for their numbers) on a device."""
    return Override(rf"blk\.({layers}){EXPERTS}", device)


class Weighed(msgspec.Struct, frozen=True, tag="weighed"):
    """What the dry run said, its estimate without the account, what loading took, and where the weights lay, by
    llama.cpp's list and by a first token's inputs."""

    dry: dict[str, DeviceBytes]
    estimated: dict[str, DeviceBytes]
    loaded: dict[str, DeviceBytes]
    weights: LoadedWeights
    listed: list[tuple[str, str]]
    computed: list[tuple[str, str]]


class Said(msgspec.Struct, frozen=True, tag="said"):
    tokens: list[int]


class Nothing(msgspec.Struct, frozen=True, tag="nothing"):
    pass


def weigh(path: Path, placement: Placement, workers: Sequence[str] = ()) -> Weighed:
    return ask(_weigh, (str(path), placement, tuple(workers)), Weighed, workers=workers)


def say(path: Path, placement: Placement, count: int, workers: Sequence[str] = ()) -> list[int]:
    """The `count` most likely tokens after a fixed prompt."""
    return ask(_say, (str(path), placement, count, tuple(workers)), Said, workers=workers).tokens


def _register(workers: Sequence[str]) -> None:
    from engine.local import native

    native.register_workers(workers)


def _weigh(_: Report, path: str, placement: Placement, workers: tuple[str, ...]) -> Weighed:
    from engine.local import native
    from engine.local.model.expert_caching import open_caching
    from engine.local.native import memory, tensors
    from engine.local.native.dry_run import estimated

    _register(workers)
    dry = native.dry_run(path, placement)
    estimate = estimated(path, placement)
    model, index = native.load_model(path, placement, lambda _: True), read_index(Path(path))
    if placement.expert_cache is not None:
        open_caching(model, placement, summarize(index), calibrations="")
    context = native.new_context(model, placement, 1, None)
    listed = tensors.placed_tensors(model, placement)
    answer = Weighed(
        dry,
        estimate,
        memory.loaded_bytes(context, listed),
        native.loaded_weights(model, context, index, placement),
        _places(listed),
        _places(tensors.placed_by_computing(model, placement)),
    )
    native.free_context(context)
    native.free_model(model)
    return answer


def _places(weights: Sequence[Any]) -> list[tuple[str, str]]:
    return sorted((weight.name, weight.device) for weight in weights)


def _say(_: Report, path: str, placement: Placement, count: int, workers: tuple[str, ...]) -> Said:
    from engine.local import native

    _register(workers)
    model = native.load_model(path, placement, lambda _: True)
    context = native.new_context(model, placement, 1, None)
    vocab = native.vocabulary(model)
    chain = native.SamplerChain()
    chain.greedy(vocab)
    tokens: list[int] = []
    batch = native.tokenize(vocab, PROMPT, add_special=True, parse_special=False)
    while len(tokens) < count:
        assert native.decode(context, batch) == 0
        batch = [chain.sample(context)]
        tokens += batch
    chain.close()
    native.free_context(context)
    native.free_model(model)
    return Said(tokens)
