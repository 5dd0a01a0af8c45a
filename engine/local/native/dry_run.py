"""Dry run: the memory that a placement takes on each device, found by loading everything but the weights."""

from __future__ import annotations

import contextlib
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

from engine.expert_cache.policy import Policy
from engine.gguf.reading import read_index
from engine.gguf.summary import summarize
from engine.gguf.tensor_index import tensor_index
from engine.local.native import expert_cache, memory, memory_log, prediction
from engine.local.native.devices import buffer_type, buffer_type_name, streams_from
from engine.local.native.expert_floor import reads_experts
from engine.local.native.layouts.repack import repacked_types
from engine.local.native.library import clear_log, log_tail
from engine.local.native.model import free_context, free_model, load_model, new_context, proxied_device
from engine.local.native.refusal import context_refusal, model_refusal
from engine.local.native.tensors import expert_tensors, lists_tensors
from engine.placement.expected import block_count, device_names, expected_devices
from engine.placement.plan import RAM, DeviceBytes, Placement

# Of a cache that computes nothing.
_WORKSPACE = 4096


def dry_run(path: str, placement: Placement) -> dict[str, DeviceBytes]:
    """Bytes by device, `RAM` included; exactly what loading takes, where llama.cpp's account can be read.

    Reads no weights and takes about as long as reading the file's metadata. Raises UserError
    `engine.unknown_architecture`, `engine.load_failed`, `engine.no_device`, `engine.cache_type`,
    `engine.context_memory`.
    """
    clear_log()
    proxies = _wants_proxy(placement)
    model = load_model(path, placement, lambda _: True, no_alloc=True, proxies=proxies)
    if not model:
        raise model_refusal()
    try:
        with _without_slots(path, model, placement) if proxies else contextlib.nullcontext():
            context = new_context(model, placement, 1, None)
            if not context:
                raise context_refusal(placement)
            try:
                if memory.has_account():
                    found = memory.by_device(memory.account(context))
                    return with_head(found, model, placement) if placement.mtp else found
            finally:
                free_context(context)
    finally:
        free_model(model)
    return estimated(path, placement)


def _wants_proxy(placement: Placement) -> bool:
    """Whether the proxy of a card takes its place: what lies between its parts takes other buffers than without. Of
    what lies on a disk there is no floor here, and no list of tensors where they are found by computing."""
    return lists_tensors() and proxied_device(placement) not in ("", RAM) and not reads_experts(placement)


@contextlib.contextmanager
def _without_slots(path: str, model: int, placement: Placement) -> Iterator[None]:
    """The placement's cache of experts, open but for slots: the proxy then says what it will say of a loaded model.
    Where another model's is open, it says that it computes no experts, which takes more."""
    cache = placement.expert_cache
    if cache is None or expert_cache.is_cache_open():
        yield
        return
    summary = summarize(read_index(Path(path)))
    settings = expert_cache.CacheSettings(
        _WORKSPACE,
        cache.tokens,
        summary.experts_used,
        Policy(),
        stream_from=streams_from(placement, cache),
        largest_batch=placement.ubatch,
    )
    expert_cache.open_cache(cache.device, settings)
    try:
        served = {*cache.without, *(each.layer for each in cache.layers)}
        for layer, tensors in expert_tensors(model, placement).items():
            if layer in served:
                expert_cache.add_layer(layer, tensors, 0, 0, cache.device)
        expert_cache.activate_cache(cache.device)
        yield
    finally:
        expert_cache.close_cache()


def with_head(found: dict[str, DeviceBytes], model: int, placement: Placement) -> dict[str, DeviceBytes]:
    """`found`, and what the head's context takes besides, with the rows that it is fed with. Raises UserError
    `engine.context_memory`."""
    context = prediction.new_head_context(model, placement, 1, None)
    if not context:
        raise context_refusal(placement)
    try:
        heads = memory.by_device(memory.account(context))
    finally:
        free_context(context)
    for name, size in heads.items():
        own = DeviceBytes(0, size.context, size.compute)
        found[name] = memory.add(found.get(name, DeviceBytes()), own)
    rows = DeviceBytes(compute=prediction.hidden_bytes(model, placement))
    found[RAM] = memory.add(found[RAM], rows)
    return found


def estimated(path: str, placement: Placement) -> dict[str, DeviceBytes]:
    """The estimate after a dry run whose log is still there."""
    index = read_index(Path(path))
    layers = block_count(index)
    sizes = {tensor.name: tensor.bytes for tensor in index.tensors}
    weights: Counter[str] = Counter()
    for name, devices in expected_devices(sizes, layers, placement).items():
        for device in devices:
            weights[device] += sizes[name]
    model = tensor_index(index)
    if model.output_tied and device_names(layers, placement)[-1] == RAM and placement.repack:
        # A tied table is kept twice where the output has a layout of its own.
        weights[RAM] += sizes["token_embd.weight"] if model.output_type in repacked_types() else 0
    memories = {buffer_type_name(buffer_type(name)): name for name in (RAM, *placement.devices)}
    return memory_log.estimate(log_tail(), memories, weights, device_names(layers, placement)[:-1])
