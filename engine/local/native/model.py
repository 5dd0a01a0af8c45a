"""Loading a model as placed, and creating its context.

Handles are plain integers (C pointers); who makes one frees it.
"""

from __future__ import annotations

import ctypes
from collections.abc import Callable
from typing import Any, NamedTuple

import llama_cpp.llama_cpp as llama
import msgspec

from engine.gguf.ggml_types import TYPE_NUMBERS
from engine.local.native.decoding import AbortFlag
from engine.local.native.devices import buffer_type, device_handle
from engine.local.native.expert_cache import proxy_device, proxy_memory
from engine.local.native.expert_floor import floor_memory, left_in_files, reads_experts, settle_floor
from engine.placement.estimate import CELLS
from engine.placement.expected import split_of
from engine.placement.plan import RAM, Attention, LoadMode, Placement

# enum llama_load_mode. "mapped" is AUTO: mapped where every device can take weights from a mapping. Pinned
# memory is only used without a mapping: llama.cpp then reads into the first device's host buffers.
_LOAD_MODES: dict[LoadMode, int] = {"mapped": -1, "pinned": 0, "locked": 3}
_NOT_MAPPED = 0
# enum llama_flash_attn_type. "flash" is AUTO, which asks each device whether it can.
_ATTENTION: dict[Attention, int] = {"plain": 0, "flash": -1}
_BUFFER_TYPE = ctypes.c_void_p
# enum llama_model_kv_override_type.
_INTEGER = 0
# Any override keeps llama.cpp from pipelining ubatches over several devices, which takes four times the
# buffers, of another size than its own dry run says, for nothing: one ubatch is computed at a time.
_NO_PIPELINE = b"^no weight has this name$"
# More layers than any model has.
_ALL_LAYERS = 2**16
# What a cache of experts takes of a layer (`engine.placement.slots.expert_slots`).
_CACHED = r"^blk\.({layers})\.ffn_(up|down|gate|gate_up)_exps\."


class MemoryKind(NamedTuple):
    """`recurrent`: the memory has a recurrent state, which cannot be truncated and is ruined by an aborted
    step, but for the last `rollback` tokens of a step. `window`: the smallest sliding window in tokens, 0: none."""

    recurrent: bool = False
    window: int = 0
    rollback: int = 0

    @property
    def keeps_every_token(self) -> bool:
        """Whether it can be truncated anywhere."""
        return not self.recurrent and not self.window


class _Override(ctypes.Structure):
    """struct llama_model_tensor_buft_override."""

    _fields_ = [("pattern", ctypes.c_char_p), ("buft", _BUFFER_TYPE)]


def load_model(
    path: str,
    placement: Placement,
    on_progress: Callable[[float], bool],
    *,
    no_alloc: bool = False,
    proxies: bool = True,
) -> int:
    """The model's handle, 0 if llama.cpp refused it or `on_progress` returned False.

    `no_alloc` reads the metadata and sets the sizes, without the weights. `proxies` False: a cache of experts
    takes no device's place. Raises UserError `engine.no_device` (name), and with a cache of experts
    `cache.*`. Where experts are left in the files, the floor is open (`expert_floor`).
    """
    params = llama.llama_model_default_params()
    proxied = proxied_device(placement) if proxies else ""
    if proxied == RAM:  # the proxy computes what the CPU would
        placement = msgspec.structs.replace(placement, devices=(RAM,), gpu_layers=_ALL_LAYERS)
    handles = [(proxy_device if name == proxied else device_handle)(name) for name in placement.devices]
    devices = (ctypes.c_void_p * (len(handles) + 1))(*handles, None)
    overrides = _overrides(placement, proxied)
    split = (ctypes.c_float * llama.llama_max_devices())(*split_of(placement))

    @llama.llama_progress_callback  # type: ignore[untyped-decorator]
    def progress(fraction: float, _: Any) -> bool:
        return on_progress(fraction)

    params.progress_callback = progress
    params.devices = ctypes.addressof(devices)
    params.n_gpu_layers = placement.gpu_layers if handles else 0
    params.tensor_split = split
    params.tensor_buft_overrides = ctypes.addressof(overrides) if overrides[0].pattern else None
    # Memory mapping asserts that there is something to allocate.
    params.load_mode = _NOT_MAPPED if no_alloc else _LOAD_MODES[placement.load_mode]
    params.no_alloc = no_alloc
    changed = _changed_numbers(placement)
    params.kv_overrides = changed if placement.kv_overrides else None
    # Repacked weights can be read by nothing but the CPU's own kernels, so a cache could not upload them.
    params.use_extra_bufts = placement.repack and placement.expert_cache is None
    params.load_mtp = placement.mtp
    model = int(llama.llama_model_load_from_file(path.encode(), params) or 0)
    if proxied and reads_experts(placement):
        settle_floor()
    return model


def load_vocabulary(path: str) -> int:
    """The handle of a model of which nothing but facts and vocabulary is loaded, 0 if llama.cpp refused it."""
    params = llama.llama_model_default_params()
    params.vocab_only = True
    return int(llama.llama_model_load_from_file(path.encode(), params) or 0)


def proxied_device(placement: Placement) -> str:
    """The device whose place its proxy takes: the cache's if it computes layers too, else the first that does; RAM
    where none does. "": there is no cache."""
    cache = placement.expert_cache
    if cache is None or not cache.layers:
        return ""
    return cache.device if cache.device in placement.devices else next(iter(placement.devices), RAM)


def _overrides(placement: Placement, proxied: str = "") -> ctypes.Array[_Override]:
    rows = [(each.pattern.encode(), buffer_type(each.device)) for each in placement.overrides]
    if placement.expert_cache is not None and proxied not in ("", RAM):
        cache = placement.expert_cache
        layers = "|".join(map(str, (*(each.layer for each in cache.layers), *cache.without)))
        rows.insert(0, (_CACHED.format(layers=layers).encode(), proxy_memory(proxied)))
    if proxied and reads_experts(placement):
        rows.insert(0, (left_in_files(placement).encode(), floor_memory()))
    if len(placement.devices) > 1 and not rows:
        rows.append((_NO_PIPELINE, buffer_type(RAM)))
    return (_Override * (len(rows) + 1))(*(_Override(*row) for row in rows))


def _changed_numbers(placement: Placement) -> ctypes.Array[llama.llama_model_kv_override]:
    """Overrides of the file's metadata; an empty key ends them."""
    rows = (llama.llama_model_kv_override * (len(placement.kv_overrides) + 1))()
    for row, (key, number) in zip(rows, placement.kv_overrides, strict=False):
        row.tag, row.key, row.value.val_i64 = _INTEGER, key.encode(), number
    return rows


def free_model(model: int) -> None:
    llama.llama_model_free(model)


def new_context(
    model: int,
    placement: Placement,
    threads: int,
    abort: AbortFlag | None,
    on_node: Any = None,
    *,
    divided: bool = False,
) -> int:
    """Create a context whose cells the placement's sequences share, or `divided` have `cells_of_each`; 0 without
    memory.

    One that is shorter than a ubatch would take shorter ones only, and abort on a longer: it gets a ubatch's
    length. `on_node` is a `ggml_backend_sched_eval_callback`, to be kept alive with the context.
    """
    params = context_parameters(placement, threads, abort)
    if divided:
        params.n_ctx, params.kv_unified = cells_of_each(placement) * placement.sequences, False
    if on_node is not None:
        params.cb_eval = on_node
    return int(llama.llama_init_from_model(model, params) or 0)


def context_parameters(placement: Placement, threads: int, abort: AbortFlag | None) -> Any:
    """struct llama_context_params as the placement says; `abort` is to be kept alive with the context."""
    params = llama.llama_context_default_params()
    params.n_ctx = max(placement.context, placement.ubatch)
    params.n_batch = params.n_ubatch = placement.ubatch
    params.n_seq_max = placement.sequences
    params.kv_unified = placement.sequences > 1
    params.n_rs_seq = placement.rollback
    params.n_outputs_max = placement.outputs
    params.n_threads = params.n_threads_batch = threads
    params.type_k = TYPE_NUMBERS[placement.cache_type_k.upper()]
    params.type_v = TYPE_NUMBERS[placement.cache_type_v.upper()]
    params.flash_attn_type = _ATTENTION[placement.attention]
    params.op_offload = placement.op_offload
    params.swa_full = False
    params.no_perf = True
    if abort is not None:
        params.abort_callback = abort.callback
        params.abort_callback_data = abort.data
    return params


def cells_of_each(placement: Placement) -> int:
    """The tokens that each sequence has room for where the cells are divided: no more in all than shared ones, though
    llama.cpp pads each sequence's."""
    return max(placement.context, placement.ubatch) // placement.sequences // CELLS * CELLS


def set_threads(context: int, *, decode: int, prefill: int) -> None:
    """Set the threads, from the next step on."""
    llama.llama_set_n_threads(context, decode, prefill)


def free_context(context: int) -> None:
    llama.llama_free(context)


def layer_count(model: int) -> int:
    return int(llama.llama_model_n_layer(model))


def trained_context(model: int) -> int:
    return int(llama.llama_model_n_ctx_train(model))


def has_decoder(model: int) -> bool:
    """False for encoders and embedding models, which cannot write an answer."""
    return bool(llama.llama_model_has_decoder(model))


def memory_kind(model: int) -> MemoryKind:
    """How the memory of the model's contexts keeps older tokens."""
    recurrent = llama.llama_model_is_recurrent(model) or llama.llama_model_is_hybrid(model)
    return MemoryKind(bool(recurrent), max(0, int(llama.llama_model_n_swa(model))))
