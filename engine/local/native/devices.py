"""Devices that ggml can compute on, RPC workers included.

Functions and enums: `ggml/include/ggml-backend.h`; struct of the properties as there, in this version.
"""

from __future__ import annotations

import ctypes
from collections.abc import Iterator, Sequence
from contextlib import contextmanager

from engine.errors import UserError
from engine.local.native.graphs import graph_memory
from engine.local.native.library import ggml, text
from engine.placement.plan import RAM, Device, DeviceKind, ExpertCache, Placement
from engine.placement.speed.prefill import MIN_BATCH

_Pointer, _Text, _Size = ctypes.c_void_p, ctypes.c_char_p, ctypes.c_size_t
# enum ggml_backend_dev_type. Accelerators such as BLAS compute in RAM for the CPU and hold nothing themselves;
# a meta device wraps others.
_CPU, _GPU, _INTEGRATED = 0, 1, 2
_RPC = "RPC"
# enum ggml_type.
_F32, _I32 = 0, 26
# More tokens than any backend's smallest batch for which it fetches weights (32, or what the environment says).
_LARGE_BATCH = 2**16

_registered: set[str] = set()


class _Caps(ctypes.Structure):
    _fields_ = [
        (name, ctypes.c_bool)
        for name in ("asynchronous", "host_buffer", "buffer_from_host_ptr", "events", "mmap_support")
    ]


class _Properties(ctypes.Structure):
    _fields_ = [
        ("name", _Text),
        ("description", _Text),
        ("memory_free", _Size),
        ("memory_total", _Size),
        ("type", ctypes.c_int),
        ("device_id", _Text),
        ("caps", _Caps),
    ]


def devices() -> list[Device]:
    """All devices that can hold weights, in ggml's order, RAM under its name `RAM`.

    A card that two backends see counts once. A worker is asked for its memory over the network: ggml aborts
    the process when it is gone, so ask `engine.placement.workers.probe` before.
    """
    found: list[Device] = []
    cards: set[str] = set()
    for handle in _handles():
        properties = _properties(handle)
        card = text(properties.device_id)
        kind = _kind(handle, properties.type)
        if kind is None or (card and card in cards):
            continue
        cards.add(card)
        found.append(
            Device(
                name=RAM if kind == "cpu" else text(properties.name),
                kind=kind,
                description=text(properties.description).strip(),
                free=properties.memory_free,
                total=properties.memory_total,
                streams=_streams(handle),
            )
        )
    return found


def card_memory() -> tuple[tuple[str, int, int], ...]:
    """Name, free and total bytes of each graphics card of this machine, as its driver tells now. A card that two
    backends see counts once. Workers are not asked."""
    kind_of = ggml("ggml_backend_dev_type", ctypes.c_int, _Pointer)
    found: dict[str, tuple[str, int, int]] = {}
    for handle in _handles():
        if _kind(handle, kind_of(handle)) in ("gpu", "integrated_gpu"):
            card = _properties(handle)
            name = text(card.name)
            found.setdefault(text(card.device_id) or name, (name, card.memory_free, card.memory_total))
    return tuple(found.values())


def register_workers(addresses: Sequence[str]) -> None:
    """Register RPC workers ("host:port") as RPC0, RPC1, and so on, in this order.

    The workers must have been probed: ggml aborts the process when one refuses. One that is known already is
    left as it is. Raises UserError `worker.not_supported` when llama.cpp was built without RPC,
    `worker.not_a_worker` (address) for one that has no device.
    """
    addresses = [address for address in addresses if address not in _registered]
    if not addresses:
        return
    registry = ggml("ggml_backend_reg_by_name", _Pointer, _Text)(_RPC.encode())
    if not registry:
        raise UserError("worker.not_supported")
    address_of = ggml("ggml_backend_reg_get_proc_address", _Pointer, _Pointer, _Text)
    add = ctypes.CFUNCTYPE(_Pointer, _Text)(address_of(registry, b"ggml_backend_rpc_add_server"))
    register = ggml("ggml_backend_register", None, _Pointer)
    for address in addresses:
        worker = add(address.encode())
        if not worker:
            raise UserError("worker.not_a_worker", address=address)
        register(worker)
        _registered.add(address)


def device_handle(name: str) -> int:
    """ggml's device of this name. Raises UserError `engine.no_device` (name)."""
    handle = cpu_device() if name == RAM else ggml("ggml_backend_dev_by_name", _Pointer, _Text)(name.encode())
    if not handle:
        raise UserError("engine.no_device", name=name)
    return int(handle)


def cpu_device() -> int:
    return int(ggml("ggml_backend_dev_by_type", _Pointer, ctypes.c_int)(_CPU) or 0)


def processor_function(name: str) -> int:
    """The address of a function that the processor's backend gives out, 0 without. Nothing is linked to that backend
    where it is loaded as one of several variants."""
    registry = ggml("ggml_backend_dev_backend_reg", _Pointer, _Pointer)(cpu_device())
    address_of = ggml("ggml_backend_reg_get_proc_address", _Pointer, _Pointer, _Text)
    return int(address_of(registry, name.encode()) or 0)


def set_processor_threads(backend: int, threads: int) -> None:
    """Threads that an opened backend of the processor computes with."""
    ctypes.CFUNCTYPE(None, _Pointer, ctypes.c_int)(processor_function("ggml_backend_set_n_threads"))(
        backend, threads
    )


def buffer_type(name: str) -> int:
    """The buffer type that a device's weights lie in. Raises UserError `engine.no_device` (name).

    For RAM llama.cpp compares with exactly this pointer, and then takes pinned or repacked memory where it
    can.
    """
    if name == RAM:
        return int(ggml("ggml_backend_cpu_buffer_type", _Pointer)())
    return int(ggml("ggml_backend_dev_buffer_type", _Pointer, _Pointer)(device_handle(name)))


def buffer_type_name(kind: int) -> str:
    return text(ggml("ggml_backend_buft_name", _Text, _Pointer)(kind))


def device_of(kind: int) -> str:
    """The device that memory of this buffer type takes from: RAM for mapped, pinned and repacked memory."""
    if ggml("ggml_backend_buft_is_host", ctypes.c_bool, _Pointer)(kind):
        return RAM
    device = ggml("ggml_backend_buft_get_device", _Pointer, _Pointer)(kind)
    if not device or _properties(device).type not in (_GPU, _INTEGRATED):
        return RAM
    return text(ggml("ggml_backend_dev_name", _Text, _Pointer)(device))


def fetches_weights(name: str) -> bool:
    """Whether a device would fetch weights from RAM for a large batch."""
    return name != RAM and _streams(device_handle(name))


def streams_from(placement: Placement, cache: ExpertCache) -> int:
    """The smallest batch that the cache's device computes alone, as it would fetch weights without one; 0: none."""
    if not placement.op_offload or not fetches_weights(cache.device):
        return 0
    return placement.min_batch or MIN_BATCH


def _handles() -> Iterator[int]:
    get = ggml("ggml_backend_dev_get", _Pointer, _Size)
    for index in range(ggml("ggml_backend_dev_count", _Size)()):
        yield get(index)


def _properties(device: int) -> _Properties:
    properties = _Properties()
    ggml("ggml_backend_dev_get_props", None, _Pointer, ctypes.POINTER(_Properties))(
        device, ctypes.byref(properties)
    )
    return properties


def _kind(device: int, number: int) -> DeviceKind | None:
    if number == _GPU:
        registry = ggml("ggml_backend_dev_backend_reg", _Pointer, _Pointer)(device)
        name = text(ggml("ggml_backend_reg_name", _Text, _Pointer)(registry))
        return "rpc" if name == _RPC else "gpu"
    known: dict[int, DeviceKind] = {_CPU: "cpu", _INTEGRATED: "integrated_gpu"}
    return known.get(number)


def _streams(device: int) -> bool:
    """Whether the device would fetch weights from RAM for one large product with routed experts."""
    new = "ggml_new_tensor_2d", _Pointer, _Pointer, ctypes.c_int, ctypes.c_int64, ctypes.c_int64
    new_deep = "ggml_new_tensor_3d", *new[1:], ctypes.c_int64
    with graph_memory() as context:
        experts = ggml(*new_deep)(context, _F32, 64, 64, 8)
        inputs = ggml(*new_deep)(context, _F32, 64, 1, _LARGE_BATCH)
        routes = ggml(*new)(context, _I32, 2, _LARGE_BATCH)
        product = ggml("ggml_mul_mat_id", _Pointer, *[_Pointer] * 4)(context, experts, inputs, routes)
        asks = ggml("ggml_backend_dev_offload_op", ctypes.c_bool, _Pointer, _Pointer)
        return bool(asks(device, product))


@contextmanager
def opened_backend(name: str) -> Iterator[int]:
    """A backend of a device, given back at the end."""
    backend = ggml("ggml_backend_dev_init", _Pointer, _Pointer, ctypes.c_char_p)(device_handle(name), None)
    try:
        yield backend
    finally:
        ggml("ggml_backend_free", None, _Pointer)(backend)
