"""Logits of a fixed course of steps, with and without a cache of experts: what the cache must not change.

The bare library, without the engine's host. What is computed here is computed in this process, where the plugin then
stays registered: tests call these functions in a child (`tests.support.elsewhere`).
"""

from __future__ import annotations

import ctypes
import re
import time
from collections import defaultdict
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Literal, NamedTuple

import llama_cpp.llama_cpp as llama
import numpy as np

from engine.expert_cache.policy import Policy
from engine.local import native
from engine.local.native import expert_cache, tensors
from engine.local.native.batch import Batch
from engine.local.native.decoding import AbortFlag
from tests.support.expert_courses import SEQUENCES, Course, Step
from tests.support.random_weights import VOCABULARY

CONTEXT, MOST_ROWS = 1024, 64
_EXPERTS = re.compile(r"^blk\.(\d+)\.ffn_(?:up|down|gate|gate_up)_exps\.(?:weight|bias|scale)$")
_ABORTED = 2

_CHOSEN = re.compile(r"^ffn_moe_topk-(\d+)$")
_STOPS = ("attn_norm", "ffn_moe_topk", "ffn_moe_gate", "ffn_moe_down", "ffn_moe_out", "l_out")

Watched = Literal["", "choices", "everything"]


class CacheWish(NamedTuple):
    """`slots` of each layer, or of those of `layers` if there are any; `used` experts for each token at most; `warm`
    experts lie in them from the beginning. `worker` is the address of one to be known as a device. The rest as in
    `native.expert_cache.CacheSettings`."""

    slots: int
    used: int
    device: str = "CPU"
    worker: str = ""
    warm: tuple[int, ...] = ()
    tokens: int = 8
    policy: Policy = Policy()
    bring_first: bool = False
    upload_thread: bool = False
    workspace: int = 8 << 20
    layers: tuple[int, ...] = ()


class Outcome(NamedTuple):
    """`logits` [rows of all steps, vocabulary]; the rest is empty without a cache. `layers` and `kept_out` are those
    with and without a place in the cache, `residents` the experts in the slots of each of `layers` at the end.
    `blocks` are the experts of the rows of each block that was routed, with its layer; `stopped` counts steps that
    were broken off."""

    logits: np.ndarray
    counters: expert_cache.CacheCounters | None = None
    layers: tuple[int, ...] = ()
    kept_out: tuple[int, ...] = ()
    residents: tuple[tuple[int, ...], ...] = ()
    blocks: tuple[tuple[int, tuple[int, ...]], ...] = ()
    stopped: int = 0


def computed(
    path: Path,
    course: Course,
    wish: CacheWish | None = None,
    *,
    watched: Watched = "",
    stops: int | None = None,
    silent: int | None = None,
    pause: float = 0.0,
    threads: int = 1,
    repacked: bool = False,
) -> Outcome:
    """The course, computed by a fresh model. `watched`: what a callback asks for while the graph is computed, the
    routers' choices or the result of every operation. `stops` is a seed for where steps are broken off, to be taken
    anew after that; None: nowhere. `silent` is one for the rows whose logits are not asked for, and that are missing
    then; None: none. `pause` are seconds between steps. `repacked`: weights as the CPU likes them best, in memory
    that nobody else reads."""
    nodes = Nodes(watched)
    with running(
        path, wish, on_node=nodes.callback if watched or stops is not None else None, threads=threads
    ) as model:
        if stops is None:
            logits = model.logits(course)
        else:
            seeds = range(stops, stops + len(course))
            steps = [
                _after_a_stop(model, step, nodes, seed) for step, seed in zip(course, seeds, strict=True)
            ]
            logits = np.concatenate(steps)
        told = Outcome(logits, blocks=tuple(nodes.blocks), stopped=nodes.stopped)
        if not wish:
            return told
        return told._replace(
            counters=expert_cache.cache_counters(),
            layers=tuple(model.layers),
            kept_out=tuple(model.kept_out),
            residents=tuple(expert_cache.cache_residents(layer, wish.slots) for layer in model.layers),
        )


def computed_by_turns(
    path: Path, courses: tuple[Course, Course], wish: CacheWish | None = None
) -> tuple[np.ndarray, np.ndarray]:
    """Two courses of as many steps in two contexts of one model, step by step by turns."""
    with running(path, wish) as one, one.beside() as other:
        rows = [(one.step(mine), other.step(yours)) for mine, yours in zip(*courses, strict=True)]
    mine, yours = zip(*rows, strict=True)
    return np.concatenate(mine), np.concatenate(yours)


def _after_a_stop(model: Running, step: Step, nodes: Nodes, seed: int) -> np.ndarray:
    """The logits of a step that was broken off at one of some nodes of a layer, if the graph has it, before."""
    random = np.random.default_rng(seed)
    nodes.stop_at = f"{random.choice(_STOPS)}-{random.integers(4)}"
    nodes.flag = model.abort
    nodes.stopped += model.broken_off(step)
    nodes.stop_at = ""
    return model.step(step)


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


class Running:
    """A loaded model and its context. `layers` and `kept_out` are those with and without a place in the cache."""

    def __init__(self, model: int, context: int, abort: AbortFlag) -> None:
        self.abort = abort
        self.layers: list[int] = []
        self.kept_out: list[int] = []
        self.silence: np.random.Generator | None = None
        self.pause = 0.0
        self._model, self._context = model, context
        self._batch = Batch(MOST_ROWS)
        self._places = [0] * SEQUENCES
        self._asked: list[int] = []

    def logits(self, course: Course) -> np.ndarray:
        """[rows of all steps, vocabulary]"""
        return np.concatenate([self.step(step) for step in course])

    def step(self, step: Step) -> np.ndarray:
        time.sleep(self.pause)
        assert self._decoded(step) == 0
        for sequence, _ in step:
            self._places[sequence] += 1
        rows = [self._row(number) for number in self._asked]
        return np.stack(rows) if rows else np.empty((0, VOCABULARY), np.float32)

    def broken_off(self, step: Step) -> bool:
        """Whether a step ended because the abort flag was set. The sequences are as before it."""
        result = self._decoded(step)
        self.abort.clear()
        memory = llama.llama_get_memory(self._context)
        for sequence, place in enumerate(self._places):
            assert llama.llama_memory_seq_rm(memory, sequence, place, -1)
        assert result in (0, _ABORTED), result
        return result == _ABORTED

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
    path: Path,
    wish: CacheWish | None = None,
    *,
    on_node: Any = None,
    threads: int = 1,
    repacked: bool = False,
) -> Iterator[Running]:
    """A model whose layers of experts each get the slots wished for."""
    native.start()
    if wish and wish.worker:
        native.register_workers([wish.worker])
    model = _loaded(path, repacked)
    context, opened = 0, False
    try:
        layers = _layers(model)
        abort = AbortFlag()
        served = _opened(layers, wish) if wish else []
        opened = wish is not None
        context = _new_context(model, abort, on_node, threads)
        found = Running(model, context, abort)
        found.layers = served
        found.kept_out = [layer for layer in layers if layer not in served]
        yield found
    finally:
        if context:
            native.free_context(context)
        if opened:
            expert_cache.close_cache()
        native.free_model(model)


def _loaded(path: Path, repacked: bool) -> int:
    params = llama.llama_model_default_params()
    params.n_gpu_layers = 0
    none = (ctypes.c_void_p * 1)(None)
    params.devices = ctypes.addressof(none)
    # Not repacked, experts are as the file has them, and can be copied one by one.
    params.use_extra_bufts = repacked
    model = llama.llama_model_load_from_file(str(path).encode(), params)
    assert model, native.log_tail()
    return int(model)


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


def _opened(layers: dict[int, list[int]], wish: CacheWish) -> list[int]:
    expert_cache.load_plugin()
    settings = expert_cache.CacheSettings(
        workspace=wish.workspace,
        tokens=wish.tokens,
        experts_used=wish.used,
        policy=wish.policy,
        bring_first=wish.bring_first,
        upload_thread=wish.upload_thread,
    )
    expert_cache.open_cache(wish.device, settings)
    served = []
    try:
        for layer, parts in layers.items():
            if wish.layers and layer not in wish.layers:
                continue
            size = expert_cache.layer_bytes(parts, wish.slots)
            if expert_cache.add_layer(layer, parts, wish.slots, size, wish.device):
                served.append(layer)
                if wish.warm:
                    expert_cache.warm_cache(layer, wish.warm)
        expert_cache.activate_cache(wish.device)
    except BaseException:
        expert_cache.close_cache()
        raise
    return served
