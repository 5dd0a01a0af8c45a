"""The expert cache plugin's C interface (`engine/expert_cache/native/expert_cache.h`).

One plugin library and one cache per process. A model is loaded with the proxy of a device in that device's place;
ggml lists no proxy. Devices, types of memory and tensors are ggml's pointers as plain integers.
"""

from __future__ import annotations

import ctypes
from collections.abc import Sequence
from pathlib import Path
from typing import Any, NamedTuple

from engine.errors import UserError
from engine.expert_cache.library import check_build, plugin_path
from engine.expert_cache.policy import Policy
from engine.local.native.library import text

_Pointer, _Text, _Size, _Int = ctypes.c_void_p, ctypes.c_char_p, ctypes.c_size_t, ctypes.c_int
# enum coterie_cache_result.
_OK, _NO_DEVICE, _TOO_SMALL, _NO_MEMORY, _NOT_SUPPORTED = range(5)


class CacheSettings(NamedTuple):
    """Settings of a cache; sizes in bytes, `tokens` is the largest batch. `bring_first`: upload a missing
    expert, then compute it; else the CPU computes it and it is uploaded for the next time, `upload_beside` the steps
    where the device can. Experts of batches from `stream_from` tokens on pass through the device; 0: none.
    `largest_batch`: that of layers whose experts are read from the disk; `shared` are the bytes of a room for those
    of them that have no slots of their own."""

    workspace: int
    tokens: int
    experts_used: int
    policy: Policy
    bring_first: bool = False
    upload_beside: bool = False
    stream_from: int = 0
    largest_batch: int = 0
    shared: int = 0


class CacheCounters(NamedTuple):
    """Counters since the cache was opened, and the bytes that it holds on the device; see the header."""

    blocks: int
    plain_blocks: int
    tokens: int
    uses: int
    hits: int
    brought: int
    brought_bytes: int
    evicted: int
    refused: int
    moved_bytes: int
    allocated: int
    disk_bytes: int = 0
    disk_busy_ns: int = 0
    disk_wait_ns: int = 0
    above_hits: int = 0
    above_brought: int = 0
    above_evicted: int = 0
    above_allocated: int = 0


class _Settings(ctypes.Structure):
    """struct coterie_cache_settings."""

    _fields_ = [
        ("workspace", _Size),
        ("shared", _Size),
        ("half_life", ctypes.c_double),
        ("max_tokens", ctypes.c_int32),
        ("largest_batch", ctypes.c_int32),
        ("experts_used", ctypes.c_int32),
        ("bring_first", ctypes.c_int32),
        ("admission", ctypes.c_int32),
        ("upload_beside", ctypes.c_int32),
        ("stream_from", ctypes.c_int32),
        ("fixed", ctypes.c_int32),
    ]


class _Counters(ctypes.Structure):
    """struct coterie_cache_counters."""

    _fields_ = [(name, ctypes.c_uint64) for name in CacheCounters._fields]


_loaded: dict[str, ctypes.CDLL] = {}


def load_plugin(folder: Path | None = None) -> None:
    """Load the plugin, once per process. Searched in `folder`, else where set-up installs it.

    Raises UserError `cache.other_build`, `cache.not_loaded` (detail), and what `plugin_path` raises.
    """
    if _loaded:
        return
    path = plugin_path(folder)
    library = _opened(path)
    build = _function(library, "coterie_cache_build", _Text)
    check_build(text(build()), folder)
    _loaded[str(path)] = library


def proxy_device(name: str) -> int:
    """The proxy of a device: it computes what that does, and experts that lie in its `proxy_memory` too. Raises
    UserError `cache.no_device` (name), and what `load_plugin` raises."""
    return _proxy("coterie_proxy_device", name)


def proxy_memory(name: str) -> int:
    """The buffer type, in RAM, of the experts that the proxy of a device computes. Raises as `proxy_device`."""
    return _proxy("coterie_proxy_memory", name)


def _proxy(function: str, name: str) -> int:
    load_plugin()
    found = _function(_library(), function, _Pointer, _Text)(name.encode())
    if not found:
        raise UserError("cache.no_device", name=name)
    return int(found)


def open_cache(device: str, settings: CacheSettings) -> None:
    """Raises UserError `cache.no_device` (name), `cache.too_small`, `cache.no_memory` (device),
    `cache.not_loaded` (detail)."""
    open_on = _call("coterie_cache_open", _Text, ctypes.POINTER(_Settings))
    _check(open_on(device.encode(), ctypes.byref(_as_struct(settings))), device)


def add_layer(layer: int, tensors: Sequence[int], slots: int, size: int, device: str) -> bool:
    """Give a layer its slots, at most `size` bytes, with 0 in the shared room. False if the device cannot multiply
    these weights: the layer is not served. One without slots is computed by the processor, inside of the proxy.
    Raises UserError as `open_cache` does."""
    function = _call("coterie_cache_add_layer", _Int, ctypes.POINTER(_Pointer), _Int, _Int, _Size)
    result = function(layer, (_Pointer * len(tensors))(*tensors), len(tensors), slots, size)
    if result == _NOT_SUPPORTED:
        return False
    _check(result, device)
    return True


def is_cache_open() -> bool:
    return cache_counters().allocated > 0


def open_above(device: str, workspace: int) -> None:
    """A card with slots above those in RAM of layers whose experts come from the disk. Raises as `open_cache`."""
    open_on = _call("coterie_cache_open_above", _Text, _Size)
    _check(open_on(device.encode(), workspace), device)


def add_above(layer: int, slots: int, size: int, device: str) -> bool:
    """Give an added layer slots on the card, in `size` bytes. False if the card cannot multiply these weights. Raises
    UserError as `open_cache` does."""
    result = _call("coterie_cache_add_above", _Int, _Int, _Size)(layer, slots, size)
    if result == _NOT_SUPPORTED:
        return False
    _check(result, device)
    return True


def above_bytes(tensors: Sequence[int], slots: int) -> int:
    """Bytes of so many slots of a layer on the card above."""
    return _bytes("coterie_cache_above_bytes", tensors, slots)


def layer_bytes(tensors: Sequence[int], slots: int) -> int:
    """Bytes of so many slots of a layer on the open cache's device."""
    return _bytes("coterie_cache_layer_bytes", tensors, slots)


def _bytes(name: str, tensors: Sequence[int], slots: int) -> int:
    function = _function(_library(), name, _Size, ctypes.POINTER(_Pointer), _Int, _Int)
    return int(function((_Pointer * len(tensors))(*tensors), len(tensors), slots))


def activate_cache(device: str) -> None:
    """Start serving the added layers. Raises UserError as `open_cache` does."""
    _check(_call("coterie_cache_activate")(), device)


def close_cache() -> None:
    """Free everything; no context may be left. Safe if the cache is not open."""
    _function(_library(), "coterie_cache_close", None)()


def cache_counters() -> CacheCounters:
    """From any thread."""
    found = _Counters()
    _function(_library(), "coterie_cache_read", None, ctypes.POINTER(_Counters))(ctypes.byref(found))
    return CacheCounters(*(int(getattr(found, name)) for name in CacheCounters._fields))


def cache_residents(layer: int, slots: int) -> tuple[int, ...]:
    """Experts in the layer's `slots`, in slot order, a card's above before those in RAM. From any thread."""
    experts = (ctypes.c_int32 * slots)()
    read = _call("coterie_cache_residents", _Int, ctypes.POINTER(ctypes.c_int32), _Int)
    count = min(int(read(layer, experts, slots)), slots)
    return tuple(expert for expert in experts[:count] if expert >= 0)


def warm_cache(layer: int, experts: Sequence[int]) -> int:
    """Fill a layer's empty slots, most wanted expert first; between steps. Returns the number uploaded."""
    array = (ctypes.c_int32 * len(experts))(*experts)
    warm = _call("coterie_cache_warm", _Int, ctypes.POINTER(ctypes.c_int32), _Int)
    return int(warm(layer, array, len(experts)))


def function(name: str, result: Any, *arguments: Any) -> Any:
    """A function of the plugin, once it is loaded. Raises UserError `cache.not_loaded` (detail) without it."""
    return _function(_library(), name, result, *arguments)


def _opened(path: Path) -> ctypes.CDLL:
    try:
        return ctypes.CDLL(str(path))
    except OSError as error:
        raise UserError("cache.not_loaded", detail=str(error)[:300]) from error


def _library() -> ctypes.CDLL:
    return next(iter(_loaded.values()))


def _function(library: ctypes.CDLL, name: str, result: Any, *arguments: Any) -> Any:
    function = getattr(library, name, None)
    if function is None:
        raise UserError("cache.not_loaded", detail=f"no {name}")
    function.restype, function.argtypes = result, list(arguments)
    return function


def _call(name: str, *arguments: Any) -> Any:
    """A function that gives a number."""
    return _function(_library(), name, _Int, *arguments)


def _as_struct(settings: CacheSettings) -> _Settings:
    policy = settings.policy
    return _Settings(
        workspace=settings.workspace,
        shared=settings.shared,
        half_life=policy.half_life,
        max_tokens=settings.tokens,
        largest_batch=settings.largest_batch,
        experts_used=settings.experts_used,
        bring_first=settings.bring_first,
        admission=policy.admission,
        upload_beside=settings.upload_beside,
        stream_from=settings.stream_from,
        fixed=policy.fixed,
    )


def _check(result: int, device: str) -> None:
    if result == _OK:
        return
    if result == _NO_DEVICE:
        raise UserError("cache.no_device", name=device)
    if result == _TOO_SMALL:
        raise UserError("cache.too_small")
    if result == _NO_MEMORY:
        raise UserError("cache.no_memory", device=device)
    problem = text(_function(_library(), "coterie_cache_problem", _Text)())
    raise UserError("cache.not_loaded", detail=problem or f"result {result}")
