"""Dry run: the memory that a placement takes on each device, found by loading everything but the weights."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

from engine.gguf.reading import read_index
from engine.gguf.tensor_index import tensor_index
from engine.local.native import memory, memory_log, prediction
from engine.local.native.devices import buffer_type, buffer_type_name
from engine.local.native.layouts.repack import repacked_types
from engine.local.native.library import clear_log, log_tail
from engine.local.native.model import free_context, free_model, load_model, new_context
from engine.local.native.refusal import context_refusal, model_refusal
from engine.placement.expected import block_count, device_names, expected_devices
from engine.placement.plan import RAM, DeviceBytes, Placement


def dry_run(path: str, placement: Placement) -> dict[str, DeviceBytes]:
    """Bytes by device, `RAM` included; exactly what loading takes, where llama.cpp's account can be read.

    Reads no weights and takes about as long as reading the file's metadata. Raises UserError
    `engine.unknown_architecture`, `engine.load_failed`, `engine.no_device`, `engine.cache_type`,
    `engine.context_memory`.
    """
    clear_log()
    model = load_model(path, placement, lambda _: True, no_alloc=True)
    if not model:
        raise model_refusal()
    try:
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
