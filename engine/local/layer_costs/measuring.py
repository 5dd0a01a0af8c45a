"""What a layer costs on a device if its experts are not there, and if single ones are, however little they read.

A model of next to no bytes writes tokens three times: as one graph on the device, with all experts in RAM, so that
each layer hands over to the CPU and back, and with the cache of experts; loaded and run as any model is.
"""

from __future__ import annotations

import statistics
import tempfile
import time
from collections.abc import Sequence
from contextlib import ExitStack
from pathlib import Path

import msgspec

from engine.errors import UserError
from engine.expert_cache.library import plugin_state
from engine.gguf.reading import read_index
from engine.gguf.summary import summarize
from engine.gguf.tensor_index import tensor_index
from engine.local.isolated_call import Report, ask
from engine.local.layer_costs.model_file import EXPERTS, LAYERS, TOKENS, write_model
from engine.placement.overrides import EXPERTS as EXPERT_TENSORS
from engine.placement.plan import RAM, CachedLayer, ExpertCache, LayerCosts, Override, Placement
from engine.placement.slots.expert_slots import slots_of, workspace_bytes

_CONTEXT, _UBATCH = 512, 64
# The first ones start kernels and fill slots.
_WARMING, _TIMED = 24, 48
# Half of the experts have slots, so that both sides are at work.
_SLOTS = EXPERTS // 2
# Three loads of some megabytes, and two hundred tokens.
_PATIENCE = 15.0


class _Costs(msgspec.Struct, frozen=True, tag="layer_costs"):
    found: LayerCosts


def layer_costs(device: str, threads: int, workers: Sequence[str] = ()) -> LayerCosts:
    """Of a device, asked of a child; 0 for what could not be measured."""
    # The folder is made here, for a child that is killed leaves behind what it made.
    with tempfile.TemporaryDirectory(prefix="coterie-costs-") as folder:
        arguments = (device, threads, tuple(workers), folder)
        try:
            return ask(_measure, arguments, _Costs, patience=_PATIENCE, workers=workers).found
        except UserError:
            return LayerCosts()


def _measure(_: Report, device: str, threads: int, workers: tuple[str, ...], folder: str) -> _Costs:
    from engine.local import native

    native.register_workers(workers)
    path = Path(folder) / "mixture.gguf"
    write_model(path)
    whole = Placement(
        _CONTEXT,
        _UBATCH,
        devices=(device,),
        gpu_layers=LAYERS + 1,
        split=(LAYERS + 1.0,),
        op_offload=False,
    )
    away = msgspec.structs.replace(whole, overrides=(Override(EXPERT_TENSORS, RAM),))
    base = _token_seconds(path, whole, threads)
    apart = max(_token_seconds(path, away, threads) - base, 0.0) / LAYERS
    if plugin_state().problem is not None:
        return _Costs(LayerCosts(apart))
    cached = msgspec.structs.replace(away, expert_cache=_cache(path, device))
    return _Costs(LayerCosts(apart, max(_token_seconds(path, cached, threads) - base, 0.0) / LAYERS))


def _cache(path: Path, device: str) -> ExpertCache:
    index = tensor_index(read_index(path))
    layers = tuple(CachedLayer(each.layer, _SLOTS, each.bytes(_SLOTS)) for each in slots_of(index))
    return ExpertCache(device, layers, workspace_bytes(index, 1), 1)


def _token_seconds(path: Path, placement: Placement, threads: int) -> float:
    """Median seconds of a token. Raises UserError where the device cannot do it."""
    from engine.local import native
    from engine.local.model.expert_caching import open_caching

    with ExitStack() as undo:
        model = native.load_model(str(path), placement, lambda _: True)
        if not model:
            raise native.model_refusal()
        undo.callback(native.free_model, model)
        if placement.expert_cache is not None:
            summary = summarize(read_index(path))
            undo.callback(open_caching(model, placement, summary, calibrations="").close)
        context = native.new_context(model, placement, threads, None)
        if not context:
            raise native.context_refusal(placement)
        undo.callback(native.free_context, context)
        seconds = []
        for number in range(_WARMING + _TIMED):
            started = time.perf_counter()
            if code := native.decode(context, [number * 5 % TOKENS]):
                raise UserError("engine.decode_failed", status=code)
            native.synchronize(context)
            seconds.append(time.perf_counter() - started)
        return statistics.median(seconds[_WARMING:])
