"""A small model with experts, loaded by the bare library, with a cache of experts or without."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, NamedTuple

import llama_cpp.llama_cpp as llama
import msgspec
import numpy as np

from engine.expert_cache.policy import Policy
from engine.gguf.reading import read_index
from engine.local import native
from engine.local.native import expert_cache, tensors
from engine.local.native.batch import Batch
from engine.local.native.decoding import AbortFlag
from engine.placement.plan import DISK, RAM, CachedLayer, ExpertCache, Override, Placement
from tests.support.computing.graph_nodes import STOPS, Nodes, Watched
from tests.support.experts.expert_courses import SEQUENCES, Step
from tests.support.models.random_weights import VOCABULARY

CONTEXT, MOST_ROWS = 1024, 64
_EXPERTS = re.compile(r"^blk\.(\d+)\.ffn_(?:up|down|gate|gate_up)_exps\.(?:weight|bias|scale)$")
_ABORTED = 2
WORKER = "RPC0"
# Layers, and more than any model has.
_ALL = 99


class CacheOption(NamedTuple):
    """`slots` of each layer, or of those of `layers` if there are any; `used` experts for each token at most; `warm`
    experts lie in them from the beginning. `worker` is the address of one to be known as a device. `source` is where
    all experts lie; `in_turns`: the slots lie in the room of `shared` bytes. `above` of the worker are slots there
    above those in RAM. `without`: the others than `layers` are known to the cache, without slots. The rest as in
    `native.expert_cache.CacheSettings`."""

    slots: int
    used: int
    device: str = "CPU"
    worker: str = ""
    warm: tuple[int, ...] = ()
    tokens: int = 8
    policy: Policy = Policy()
    bring_first: bool = False
    upload_beside: bool = False
    workspace: int = 8 << 20
    stream_from: int = 0
    layers: tuple[int, ...] = ()
    source: str = RAM
    shared: int = 0
    in_turns: bool = False
    above: int = 0
    above_device: str = WORKER
    without: bool = False


class Manner(NamedTuple):
    """What comes in the way of a course.

    `watched`: what a callback asks for while the graph is computed, the routers' choices or the result of every
    operation. `stops` is a seed for where steps are broken off, to be taken anew after that; None: nowhere. `silent`
    is one for the rows whose logits are not asked for, and that are missing then; None: none. `asked`: a thread asks
    the cache how it is doing all the while. `pause` are seconds before each step. `repacked`: weights as the CPU
    likes them best, in memory that nobody else reads. `worker` is the address of one that computes all but experts.
    `resident`: the experts, and nothing else, lie on this device. `device`: all but experts lie there.
    """

    watched: Watched = ""
    stops: int | None = None
    silent: int | None = None
    asked: bool = False
    pause: float = 0.0
    threads: int = 1
    repacked: bool = False
    worker: str = ""
    resident: str = ""
    device: str = ""


PLAIN = Manner()


class Running:
    """A loaded model and its context. `layers` and `kept_out` are those with and without a place in the cache."""

    def __init__(self, model: int, context: int, abort: AbortFlag, slots: int = 0) -> None:
        self.abort = abort
        self.layers: list[int] = []
        self.kept_out: list[int] = []
        self.silence: np.random.Generator | None = None
        self._model, self._context, self._slots = model, context, slots
        self._batch = Batch(MOST_ROWS)
        self._places = [0] * SEQUENCES
        self._asked: list[int] = []
        self.splits = native.graph_splits()

    def step(self, step: Step) -> np.ndarray:
        assert self._decoded(step) == 0
        for sequence, _ in step:
            self._places[sequence] += 1
        rows = [self._row(number) for number in self._asked]
        return np.stack(rows) if rows else np.empty((0, VOCABULARY), np.float32)

    def broken_off(self, step: Step, nodes: Nodes, seed: int) -> bool:
        """Whether a step was broken off at one of some nodes of a layer. The sequences are as before it."""
        random = np.random.default_rng(seed)
        nodes.stop_at, nodes.flag = f"{random.choice(STOPS)}-{random.integers(4)}", self.abort
        result = self._decoded(step)
        nodes.stop_at = ""
        self.abort.clear()
        memory = llama.llama_get_memory(self._context)
        for sequence, place in enumerate(self._places):
            assert llama.llama_memory_seq_rm(memory, sequence, place, -1)
        assert result in (0, _ABORTED), result
        return result == _ABORTED

    def warm_experts(self) -> tuple[tuple[int, ...], ...]:
        """The experts in the slots of each layer that has some."""
        return tuple(expert_cache.cache_residents(layer, self._slots) for layer in self.layers)

    @contextmanager
    def beside(self) -> Iterator[Running]:
        """Another context of the model."""
        abort = AbortFlag()
        context = _new_context(self._model, abort, None, 1)
        try:
            yield Running(self._model, context, abort)
        finally:
            native.free_context(context)

    def _decoded(self, step: Step) -> int:
        self._batch.clear()
        places = list(self._places)
        self._asked = []
        for number, (sequence, word) in enumerate(step):
            asked = self.silence is None or self.silence.random() < 0.5
            self._batch.add(sequence, [word], places[sequence], int(asked))
            places[sequence] += 1
            if asked:
                self._asked.append(number)
        return self._batch.decode(self._context)

    def _row(self, number: int) -> np.ndarray:
        pointer = llama.llama_get_logits_ith(self._context, number)
        return np.ctypeslib.as_array(pointer, (VOCABULARY,)).copy()


@contextmanager
def running(
    path: Path, wish: CacheOption | None = None, nodes: Nodes | None = None, how: Manner = PLAIN
) -> Iterator[Running]:
    """A model whose layers of experts each get the slots wished for."""
    native.start()
    if address := how.worker or (wish.worker if wish else ""):
        native.register_workers([address])
    model = _loaded(path, how, wish)
    context, opened = 0, False
    try:
        layers = _layers(model)
        abort = AbortFlag()
        served = _opened(layers, wish) if wish else []
        opened = wish is not None
        looks = nodes.callback if nodes and (how.watched or how.stops is not None) else None
        context = _new_context(model, abort, looks, how.threads)
        found = Running(model, context, abort, wish.slots + wish.above if wish else 0)
        found.layers = served
        found.kept_out = [layer for layer in layers if layer not in served]
        if how.silent is not None:
            found.silence = np.random.default_rng(how.silent)
        yield found
    finally:
        if context:
            native.free_context(context)
        if opened:
            expert_cache.close_cache()
        native.free_model(model)
        if wish and wish.source == DISK:
            native.close_floor()


def _loaded(path: Path, how: Manner, wish: CacheOption | None) -> int:
    cache = None if how.repacked else ExpertCache(RAM, (), 0)
    if wish and not how.repacked:  # the layers' slots and bytes are what is added after
        layers = wish.layers if wish.layers and not wish.without else tuple(range(_ALL))
        slots = tuple(CachedLayer(each, 0, 0) for each in layers)
        cache = ExpertCache(wish.device, slots, 0, source=wish.source)
    placement = Placement(CONTEXT, expert_cache=cache)
    if device := how.device or (WORKER if how.worker else ""):
        placement = msgspec.structs.replace(
            placement, devices=(device,), gpu_layers=_ALL, overrides=(Override(r"\.ffn_.*_(ch|)exps", RAM),)
        )
    if how.resident:
        placement = msgspec.structs.replace(
            placement, devices=(how.resident,), overrides=(Override(r"\.ffn_.*_exps\.", how.resident),)
        )
    if native.reads_experts(placement):
        placement = msgspec.structs.replace(placement, load_mode="pinned")
        native.open_floor(read_index(path), placement)
    model = native.load_model(str(path), placement, lambda _: True)
    assert model, native.log_tail()
    return model


def _new_context(model: int, abort: AbortFlag, on_node: Any, threads: int) -> int:
    params = llama.llama_context_default_params()
    params.n_ctx = CONTEXT
    params.n_batch = params.n_ubatch = MOST_ROWS
    params.n_seq_max = SEQUENCES
    params.kv_unified = True
    params.n_threads = params.n_threads_batch = threads
    params.no_perf = True
    params.abort_callback = abort.callback
    params.abort_callback_data = abort.data
    if on_node is not None:
        params.cb_eval = on_node
    context = llama.llama_init_from_model(model, params)
    assert context, native.log_tail()
    return int(context)


def _layers(model: int) -> dict[int, list[int]]:
    found: dict[int, list[int]] = defaultdict(list)
    for address in tensors._listed(model):
        name = native.library.text(tensors.GgmlTensor.from_address(address).name)
        if match := _EXPERTS.match(name):
            found[int(match[1])].append(address)
    return dict(found)


def _opened(layers: dict[int, list[int]], wish: CacheOption) -> list[int]:
    expert_cache.load_plugin()
    expert_cache.open_cache(wish.device, _settings(wish))
    served = []
    try:
        if wish.above:
            expert_cache.open_above(wish.above_device, 1 << 12)
        for layer, parts in layers.items():
            if wish.layers and layer not in wish.layers:
                if wish.without:
                    assert expert_cache.add_layer(layer, parts, 0, 0, wish.device)
                continue
            size = 0 if wish.in_turns else expert_cache.layer_bytes(parts, wish.slots)
            if expert_cache.add_layer(layer, parts, wish.slots, size, wish.device):
                served.append(layer)
                if wish.above:
                    room = expert_cache.above_bytes(parts, wish.above)
                    expert_cache.add_above(layer, wish.above, room, wish.above_device)
                if wish.warm:
                    expert_cache.warm_cache(layer, wish.warm)
        expert_cache.activate_cache(wish.device)
    except BaseException:
        expert_cache.close_cache()
        raise
    return served


def _settings(wish: CacheOption) -> expert_cache.CacheSettings:
    return expert_cache.CacheSettings(
        workspace=wish.workspace,
        tokens=wish.tokens,
        experts_used=wish.used,
        policy=wish.policy,
        bring_first=wish.bring_first,
        upload_beside=wish.upload_beside,
        stream_from=wish.stream_from,
        largest_batch=MOST_ROWS,
        shared=wish.shared,
    )
