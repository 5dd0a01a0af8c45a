"""Memory that a model takes on each device: llama.cpp's own account, exact to the byte.

The account is a C++ function, read where its `std::map` is known (libstdc++, Linux). Elsewhere what llama.cpp
prints has to do: `engine.local.native.memory_log`.
"""

from __future__ import annotations

import ctypes
import sys
from collections.abc import Iterator

import msgspec

from engine.local.native.devices import buffer_type_name, device_of
from engine.local.native.library import ggml, has_symbol
from engine.local.native.tensors import PlacedTensor
from engine.placement.plan import RAM, DeviceBytes

_ACCOUNT = "_Z26llama_get_memory_breakdownPK13llama_context"
_MAPPED = "_Mapped"


class _Map(ctypes.Structure):
    """`std::map` of libstdc++: comparator, then the header node's color, root, first and last, then the count.

    As the function's result type it makes libffi pass a hidden pointer, as C++ does. The nodes are never
    freed: some hundred bytes for each account.
    """

    _fields_ = [
        (name, ctypes.c_uint64) for name in ("comparator", "colour", "root", "first", "last", "count")
    ]


class _Node(ctypes.Structure):
    """A node of the tree with `std::pair<ggml_backend_buffer_type_t, {model, context, compute}>`."""

    _fields_ = [
        (name, ctypes.c_uint64)
        for name in ("colour", "parent", "left", "right", "kind", "model", "context", "compute")
    ]


def has_account() -> bool:
    """Whether `account` works on this build and platform."""
    return sys.platform == "linux" and has_symbol(_ACCOUNT)


def account(context: int) -> list[tuple[int, DeviceBytes]]:
    """Bytes by buffer type (a handle) of a context and its model, loaded or dry."""
    result = ggml(_ACCOUNT, _Map, ctypes.c_void_p)(context)
    return [(node.kind, DeviceBytes(node.model, node.context, node.compute)) for node in _nodes(result.root)]


def _nodes(address: int) -> Iterator[_Node]:
    if address:
        node = _Node.from_address(address)
        yield from _nodes(node.left)
        yield node
        yield from _nodes(node.right)


def by_device(rows: list[tuple[int, DeviceBytes]]) -> dict[str, DeviceBytes]:
    """The account folded: mapped, pinned and repacked memory is RAM."""
    folded: dict[str, DeviceBytes] = {RAM: DeviceBytes()}
    for kind, size in rows:
        name = device_of(kind)
        folded[name] = add(folded.get(name, DeviceBytes()), size)
    return folded


def loaded_bytes(context: int, weights: list[PlacedTensor]) -> dict[str, DeviceBytes]:
    """As `by_device`, for a loaded model.

    A mapping reaches from the first to the last of its weights in the file, over those that other devices
    hold, so what is counted of it are the weights themselves.
    """
    rows = []
    for kind, size in account(context):
        name = buffer_type_name(kind)
        if name.endswith(_MAPPED):
            size = msgspec.structs.replace(size, model=sum(w.room for w in weights if w.memory == name))
        rows.append((kind, size))
    return by_device(rows)


def add(a: DeviceBytes, b: DeviceBytes) -> DeviceBytes:
    return DeviceBytes(a.model + b.model, a.context + b.context, a.compute + b.compute)
