"""Logits of a fixed course of steps, with and without a cache of experts: what the cache must not change.

The bare library, without the engine's host. What is computed here is computed in this process, where the plugin then
stays registered: tests call these functions in a child (`tests.support.other_process`).
"""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np

from engine.local import native
from engine.local.native import expert_cache
from engine.placement.plan import RAM
from tests.support.computing.graph_nodes import Nodes
from tests.support.experts.expert_courses import Course
from tests.support.experts.expert_run import CacheOption, Manner, Running, running


class Outcome(NamedTuple):
    """`logits` [rows of all steps, vocabulary]; the rest is empty without a cache. `layers` and `kept_out` are those
    with and without a place in the cache, `warm_experts` the experts in the slots of each of `layers` at the end.
    `blocks` are the experts of the rows of each block that was routed, with its layer; `stopped` counts steps that
    were broken off."""

    logits: np.ndarray
    counters: expert_cache.CacheCounters | None = None
    layers: tuple[int, ...] = ()
    kept_out: tuple[int, ...] = ()
    warm_experts: tuple[tuple[int, ...], ...] = ()
    blocks: tuple[tuple[int, tuple[int, ...]], ...] = ()
    stopped: int = 0


def computed(path: Path, course: Course, wish: CacheOption | None = None, **manner: Any) -> Outcome:
    """The course, computed by a fresh model in this `Manner`."""
    how = Manner(**manner)
    nodes = Nodes(how.watched)
    with running(path, wish, nodes, how) as model, _asked(model if how.asked else None):
        logits = []
        for place, step in enumerate(course):
            time.sleep(how.pause)
            if how.stops is not None:
                nodes.stopped += model.broken_off(step, nodes, how.stops + place)
            logits.append(model.step(step))
        told = Outcome(np.concatenate(logits), blocks=tuple(nodes.blocks), stopped=nodes.stopped)
        if not wish:
            return told
        return told._replace(
            counters=expert_cache.cache_counters(),
            layers=tuple(model.layers),
            kept_out=tuple(model.kept_out),
            warm_experts=model.warm_experts(),
        )


def split_counts(path: Path, wish: CacheOption | None = None, worker: str = "") -> tuple[int, int]:
    """Pieces into which llama.cpp cuts the graph of a prompt, and of a token, for its devices."""
    with running(path, wish, how=Manner(worker=worker)) as model:
        return model.splits


def listed_devices() -> tuple[list[str], list[str]]:
    """Names of ggml's devices without the plugin, and with it and a proxy of the processor."""
    native.start()
    before = [device.name for device in native.devices()]
    expert_cache.proxy_device(RAM)
    return before, [device.name for device in native.devices()]


def computed_by_turns(
    path: Path, courses: tuple[Course, Course], wish: CacheOption | None = None
) -> tuple[np.ndarray, np.ndarray]:
    """Two courses of as many steps in two contexts of one model, step by step by turns."""
    with running(path, wish) as one, one.beside() as other:
        rows = [(one.step(mine), other.step(yours)) for mine, yours in zip(*courses, strict=True)]
    mine, yours = zip(*rows, strict=True)
    return np.concatenate(mine), np.concatenate(yours)


@contextmanager
def _asked(model: Running | None) -> Iterator[None]:
    """Asks again and again from a thread; what is answered must make sense at any moment."""
    over = threading.Event()
    wrong: list[object] = []

    def ask(model: Running) -> None:
        before = expert_cache.cache_counters()
        while not over.is_set():
            now = expert_cache.cache_counters()
            if any(new < old for new, old in zip(now, before, strict=True)) or now.hits > now.uses:
                wrong.append(now)
            wrong.extend(each for each in model.warm_experts() if len(each) != len(set(each)))
            before = now

    thread = threading.Thread(target=ask, args=(model,)) if model else None
    try:
        if thread:
            thread.start()
        yield
    finally:
        over.set()
        if thread:
            thread.join()
    assert not wrong, wrong
