"""Keeps the books of a cache of single experts inside its host: after every step its counters must be what the policy
in Python makes of the same routers' choices, and it must hold exactly the bytes that it was granted.
"""

from __future__ import annotations

import time
from collections.abc import Sequence
from contextlib import ExitStack
from multiprocessing.connection import Connection
from pathlib import Path
from typing import TYPE_CHECKING, Any
from unittest.mock import patch

import msgspec

from tests.support.experts.cached import HandPlaced, placing
from tests.support.experts.expert_policy import EMPTY, CachedExperts, Counters

if TYPE_CHECKING:
    from engine.local.model.session import Session
    from engine.local.native.expert_cache import CacheSettings

# A page is written so often, and when something is wrong.
_INTERVAL_S = 1.0
_NEXT = "next"
_MOST_FAULTS = 20


class Page(msgspec.Struct):
    """What one host did. `opened` is the number of caches, `steps` those computed with one, `broken_off` of them were
    aborted, `contexts` were made for it. The rest is the cache's own."""

    placed: HandPlaced
    opened: int = 0
    steps: int = 0
    broken_off: int = 0
    contexts: int = 0
    tokens: int = 0
    granted: int = 0
    allocated: int = 0
    warmed: int = 0
    moved_bytes: int = 0
    counters: Counters = Counters()
    faults: list[str] = msgspec.field(default_factory=list)


def choose(folder: Path, placed: HandPlaced) -> None:
    """Where the cache of the next hosts lies."""
    (folder / _NEXT).write_bytes(msgspec.json.encode(placed))


def booked_host(connection: Connection, log_path: str, folder: str) -> None:
    """The real host, whose cache lies as was chosen, and whose page comes to the folder."""
    from engine.local import host

    host.prepare_process(log_path)
    placed = msgspec.json.decode((Path(folder) / _NEXT).read_bytes(), type=HandPlaced)
    with placing(placed), _Books(Page(placed), Path(folder) / f"{time.time_ns()}.json").open():
        host.Host(connection).run()


def pages(folder: Path) -> list[Page]:
    """In the order of the hosts. One without a cache has no steps."""
    return [msgspec.json.decode(file.read_bytes(), type=Page) for file in sorted(folder.glob("*.json"))]


class _Books:
    def __init__(self, page: Page, path: Path) -> None:
        self._page, self._path = page, path
        self._written = 0.0
        self._layers: dict[int, CachedExperts] = {}

    def open(self) -> ExitStack:
        """Until it is closed whatever is done to the cache is noted."""
        from engine.local import native
        from engine.local.model.session import Session
        from engine.local.native import expert_cache as plugin
        from tests.support.computing.graph_nodes import Nodes

        self._nodes = Nodes("choices")
        stack = ExitStack()
        for place, name, noting in (
            (plugin, "open_cache", self._noting_open),
            (plugin, "add_layer", self._noting_layer),
            (plugin, "warm_cache", self._noting_warm),
            (plugin, "close_cache", self._noting_end),
            (native, "new_context", self._noting_context),
            (native, "decode", self._noting_decode),
            (Session, "decode", self._noting_step),
            (Session, "close", self._noting_close),
        ):
            stack.enter_context(patch.object(place, name, noting(getattr(place, name))))
        return stack

    def _noting_open(self, real: Any) -> Any:
        def open_cache(device: str, settings: CacheSettings) -> None:
            real(device, settings)
            self._layers.clear()
            self._settings = settings
            self._page.opened += 1
            self._page.granted = settings.workspace

        return open_cache

    def _noting_layer(self, real: Any) -> Any:
        from engine.local.native.tensors import GgmlTensor

        def add_layer(layer: int, tensors: Sequence[int], slots: int, size: int, device: str) -> bool:
            is_served = bool(real(layer, tensors, slots, size, device))
            if is_served:
                experts = max(GgmlTensor.from_address(address).ne[2] for address in tensors)
                self._layers[layer] = CachedExperts(slots, experts, self._settings.policy)
                self._page.granted += size
            return is_served

        return add_layer

    def _noting_warm(self, real: Any) -> Any:
        def warm_cache(layer: int, experts: Sequence[int]) -> int:
            self._layers[layer].warm(experts)
            brought = int(real(layer, experts))
            self._page.warmed += brought
            return brought

        return warm_cache

    def _noting_end(self, real: Any) -> Any:
        def close_cache() -> None:
            self._layers.clear()
            real()

        return close_cache

    def _noting_context(self, real: Any) -> Any:
        import llama_cpp.llama_cpp as llama

        def new_context(
            model: int, placement: Any, threads: int, abort: Any, watch: Any = None, **ways: bool
        ) -> int:
            if not self._layers:
                return int(real(model, placement, threads, abort, watch, **ways))

            @llama.ggml_backend_sched_eval_callback  # type: ignore[untyped-decorator]
            def on_node(tensor: int, asking: bool, data: Any) -> bool:
                if watch is not None:
                    watch(tensor, asking, data)  # it asks for the same nodes
                return bool(self._nodes.callback(tensor, asking, data))

            self._callback = on_node  # to be kept as long as the context
            self._page.contexts += 1
            return int(real(model, placement, threads, abort, on_node, **ways))

        return new_context

    def _noting_decode(self, real: Any) -> Any:
        def decode(context: int, tokens: Sequence[int]) -> int:
            code = int(real(context, tokens))
            self._check(code)
            return code

        return decode

    def _noting_step(self, real: Any) -> Any:
        def decode(session: Session, *, answers: int) -> int:
            code = int(real(session, answers=answers))
            self._check(code)
            return code

        return decode

    def _noting_close(self, real: Any) -> Any:
        def close(session: Session) -> None:
            self._write()
            real(session)

        return close

    def _check(self, code: int) -> None:
        """After a step."""
        from engine.local.native.expert_cache import cache_counters, cache_residents

        chosen = list(self._nodes.blocks)
        self._nodes.blocks.clear()
        if not self._layers:
            return
        page = self._page
        now = cache_counters()
        page.steps += 1
        page.broken_off += code == _ABORTED
        blocks = [
            (layer, rows)
            for layer, rows in chosen
            if layer in self._layers and 0 < len(rows) <= self._settings.tokens * self._settings.experts_used
        ]
        computed = now.blocks - page.counters.blocks
        if code == _ABORTED and computed == len(blocks) - 1:
            blocks.pop()  # chosen, but the step ended before they were computed
        for layer, rows in blocks:
            self._layers[layer].block(rows)
            if layer == min(self._layers):
                page.tokens += len(rows) // self._settings.experts_used
        expected = sum((each.counters for each in self._layers.values()), Counters())
        told = Counters(now.blocks, now.uses, now.hits, now.brought, now.evicted, now.refused)
        page.counters, page.moved_bytes, page.allocated = told, now.moved_bytes, now.allocated
        faults = []
        if told != expected:
            faults.append(f"{told} instead of {expected}")
        if now.allocated != page.granted:
            faults.append(f"{now.allocated} bytes instead of {page.granted}")
        if now.plain_blocks or now.tokens != page.tokens:
            faults.append(f"{now.plain_blocks} plain blocks, {now.tokens} tokens instead of {page.tokens}")
        resident = 0
        for layer, each in self._layers.items():
            warm_experts = tuple(expert for expert in each.warm_experts if expert != EMPTY)
            resident += len(warm_experts)
            if cache_residents(layer, len(each.warm_experts)) != warm_experts:
                faults.append(f"layer {layer} has other residents than {warm_experts}")
        if resident != now.brought - now.evicted:
            faults.append(f"{resident} residents of {now.brought} brought, {now.evicted} evicted")
        for fault in faults[: _MOST_FAULTS - len(page.faults)]:
            page.faults.append(f"step {page.steps} (code {code}): {fault}")
        if faults or time.monotonic() - self._written > _INTERVAL_S:
            self._write()

    def _write(self) -> None:
        self._written = time.monotonic()
        partial = self._path.with_suffix(".partial")
        partial.write_bytes(msgspec.json.encode(self._page))
        partial.replace(self._path)


_ABORTED = 2
