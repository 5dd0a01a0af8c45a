"""Every call into llama.cpp, behind a guard for the exact version whose structs are mirrored.

Only the host process imports this module. It uses the low-level functions of llama-cpp-python 0.3.36; ggml's
own symbols are taken from the same library handle, because wheels hold second copies of the libraries whose
statics differ. Handles are plain integers (C pointers); who makes one frees it.
"""

from __future__ import annotations

import ctypes
import re
import sys
from collections import deque
from collections.abc import Callable, Sequence
from functools import partial
from typing import Any, Literal

import llama_cpp
import llama_cpp.llama_cpp as llama

from engine.errors import UserError

DeviceKind = Literal["cpu", "gpu", "integrated_gpu", "accelerator", "other"]

PINNED_VERSION = "0.3.36"
# ggml.h: sizeof(struct ggml_object) + sizeof(struct ggml_tensor), the latter 336 bytes in this version.
_TENSOR_OVERHEAD = 32 + 336
LOG_LINES = 200

_log: deque[str] = deque(maxlen=LOG_LINES)


def check_version() -> None:
    """Refuse any llama.cpp but the one whose structs this module knows.

    The defaults of the two parameter structs are known values at both ends of each struct, so a field that
    moved shows. Raises UserError `engine.wrong_library`.
    """
    found = str(llama_cpp.__version__)
    if found != PINNED_VERSION:
        raise UserError("engine.wrong_library", found=found, wanted=PINNED_VERSION)
    model, context = llama.llama_model_default_params(), llama.llama_context_default_params()
    layout_as_known = (
        model.n_gpu_layers == -1
        and model.load_mode == -1
        and bool(model.use_extra_bufts)
        and not model.no_alloc
        and context.n_ubatch == 512
        and context.flash_attn_type == -1
        and bool(context.op_offload)
        and bool(context.swa_full)
        and _ggml("ggml_tensor_overhead", ctypes.c_size_t)() == _TENSOR_OVERHEAD
    )
    if not layout_as_known:
        raise UserError("engine.wrong_library", found=f"{found} (layout)", wanted=PINNED_VERSION)


@llama.llama_log_callback  # type: ignore[untyped-decorator]
def _on_log(level: int, text: bytes, _: Any) -> None:
    line = text.decode("utf-8", "replace").rstrip("\n")
    if level == 5 and _log:
        _log[-1] += line
    elif line.strip(". "):
        _log.append(line)


def start() -> None:
    """Initialise the backends once, with the log captured instead of printed."""
    check_version()
    llama.llama_log_set(_on_log, ctypes.c_void_p(0))
    llama.llama_backend_init()


def log_tail() -> tuple[str, ...]:
    return tuple(_log)


def clear_log() -> None:
    _log.clear()


class AbortFlag:
    """Tells llama_decode to stop, from any thread, without the interpreter's lock.

    The callback is the C library's own `strlen` over a two-byte buffer: zero while the buffer is empty, one
    (true) after `set`. A Python callback would take the lock at every node of the graph.
    """

    def __init__(self) -> None:
        self._buffer = ctypes.create_string_buffer(2)
        library = ctypes.cdll.msvcrt if sys.platform == "win32" else ctypes.CDLL(None)
        self.callback = ctypes.cast(library.strlen, llama.ggml_abort_callback)
        self.data = ctypes.cast(self._buffer, ctypes.c_void_p)

    def set(self) -> None:
        self._buffer[0] = b"x"

    def clear(self) -> None:
        self._buffer[0] = b"\0"

    @property
    def is_set(self) -> bool:
        return bool(self._buffer[0] != b"\0")


def load_model(path: str, on_progress: Callable[[float], bool], *, no_alloc: bool = False) -> int:
    """The model's handle, 0 when llama.cpp refused it or `on_progress` returned False.

    `no_alloc` reads the metadata and sets the sizes, without the weights.
    """
    params = llama.llama_model_default_params()

    @llama.llama_progress_callback  # type: ignore[untyped-decorator]
    def progress(fraction: float, _: Any) -> bool:
        return on_progress(fraction)

    params.progress_callback = progress
    if no_alloc:
        params.no_alloc = True
        params.load_mode = 0  # memory mapping asserts !no_alloc
    return int(llama.llama_model_load_from_file(path.encode(), params) or 0)


def free_model(model: int) -> None:
    llama.llama_model_free(model)


def new_context(model: int, length: int, threads: int, abort: AbortFlag | None) -> int:
    """A context of one sequence and at least `length` tokens; 0 when its memory could not be had.

    One that is shorter than a ubatch would take shorter ones only, and abort on a longer.
    """
    params = llama.llama_context_default_params()
    params.n_ctx = max(length, UBATCH)
    params.n_batch = params.n_ubatch = UBATCH
    params.n_threads = params.n_threads_batch = threads
    params.swa_full = False
    params.no_perf = True
    if abort is not None:
        params.abort_callback = abort.callback
        params.abort_callback_data = abort.data
    return int(llama.llama_init_from_model(model, params) or 0)


UBATCH = 512


def free_context(context: int) -> None:
    llama.llama_free(context)


def trained_context(model: int) -> int:
    return int(llama.llama_model_n_ctx_train(model))


def has_decoder(model: int) -> bool:
    """False for encoders and embedding models, which cannot write an answer."""
    return bool(llama.llama_model_has_decoder(model))


def vocabulary(model: int) -> int:
    return int(llama.llama_model_get_vocab(model) or 0)


def vocabulary_size(vocab: int) -> int:
    return int(llama.llama_vocab_n_tokens(vocab))


def is_end_of_generation(vocab: int, token: int) -> bool:
    return bool(llama.llama_vocab_is_eog(vocab, token))


def adds_bos(vocab: int) -> bool:
    return bool(llama.llama_vocab_get_add_bos(vocab))


def bos_token(vocab: int) -> int:
    """-1 when the vocabulary has none."""
    return int(llama.llama_vocab_bos(vocab))


def control_tokens(vocab: int) -> list[str]:
    """The texts that only `parse_special` turns into one token: markers a user's text must not make."""
    controls = filter(partial(llama.llama_vocab_is_control, vocab), range(vocabulary_size(vocab)))
    texts = (token_bytes(vocab, token).decode("utf-8", "replace") for token in controls)
    return [text for text in texts if text]


def token_bytes(vocab: int, token: int) -> bytes:
    """The bytes of one token, markers included; may be half a character."""
    size = 64
    while True:
        buffer = ctypes.create_string_buffer(size)
        length = llama.llama_token_to_piece(vocab, token, buffer, size, 0, True)
        if length >= 0:
            return buffer.raw[:length]
        size = -length


def tokenize(vocab: int, text: str, *, add_special: bool, parse_special: bool) -> list[int]:
    data = text.encode("utf-8", "replace")
    room = len(data) + 8
    while True:
        tokens = (llama.llama_token * room)()
        count = llama.llama_tokenize(vocab, data, len(data), tokens, room, add_special, parse_special)
        if count >= 0:
            return list(tokens[:count])
        room = -count


def decode(context: int, tokens: Sequence[int]) -> int:
    """Run `tokens` after what the context holds. 0 done, 1 no room, 2 aborted, negative: failed."""
    array = (llama.llama_token * len(tokens))(*tokens)
    return int(llama.llama_decode(context, llama.llama_batch_get_one(array, len(tokens))))


def forget_from(context: int, position: int) -> bool:
    """Drop everything from `position` on; False when this kind of memory cannot (then nothing changed)."""
    memory = llama.llama_get_memory(context)
    return bool(llama.llama_memory_seq_rm(memory, 0, position, -1))


def forget_all(context: int) -> None:
    llama.llama_memory_clear(llama.llama_get_memory(context), True)


def cpu_features() -> tuple[str, ...]:
    """The CPU features the library uses, in llama.cpp's names: ("AVX2", "FMA", ...)."""
    info = bytes(llama.llama_print_system_info()).decode("utf-8", "replace")
    return tuple(re.findall(r"(\w+) = 1\b", info))


def supports_gpu_offload() -> bool:
    return bool(llama.llama_supports_gpu_offload())


# ggml-backend.h, enum ggml_backend_dev_type.
_DEVICE_KINDS: dict[int, DeviceKind] = {0: "cpu", 1: "gpu", 2: "integrated_gpu", 3: "accelerator"}


def devices() -> list[tuple[str, str, DeviceKind, int, int]]:
    """Every ggml device: name, description, kind, free and total bytes."""
    found = []
    count = _ggml("ggml_backend_dev_count", ctypes.c_size_t)()
    for index in range(count):
        device = _ggml("ggml_backend_dev_get", ctypes.c_void_p, ctypes.c_size_t)(index)
        name = _ggml("ggml_backend_dev_name", ctypes.c_char_p, ctypes.c_void_p)(device)
        text = _ggml("ggml_backend_dev_description", ctypes.c_char_p, ctypes.c_void_p)(device)
        kind = _ggml("ggml_backend_dev_type", ctypes.c_int, ctypes.c_void_p)(device)
        free, total = ctypes.c_size_t(), ctypes.c_size_t()
        size = ctypes.POINTER(ctypes.c_size_t)
        _ggml("ggml_backend_dev_memory", None, ctypes.c_void_p, size, size)(
            device, ctypes.byref(free), ctypes.byref(total)
        )
        shown = text.decode("utf-8", "replace").strip()
        found.append(
            (
                name.decode("utf-8", "replace"),
                shown,
                _DEVICE_KINDS.get(kind, "other"),
                free.value,
                total.value,
            )
        )
    return found


def _ggml(name: str, result: Any, *arguments: Any) -> Any:
    """A ggml function, from the one library handle, with its prototype set."""
    function = getattr(llama._lib, name)
    function.restype, function.argtypes = result, list(arguments)
    return function


def library_version() -> str:
    return bytes(llama.llama_version()).decode("utf-8", "replace")


class SamplerChain:
    """A chain of llama.cpp samplers that it owns; `close` frees all of them."""

    def __init__(self) -> None:
        params = llama.llama_sampler_chain_default_params()
        self._chain = llama.llama_sampler_chain_init(params)

    def penalties(self, vocab: int, last: int, repeat: float) -> None:
        size = vocabulary_size(vocab)
        self._add(llama.llama_sampler_init_penalties(size, last, repeat, 0.0, 0.0))

    def top_k(self, count: int) -> None:
        self._add(llama.llama_sampler_init_top_k(count))

    def top_p(self, share: float) -> None:
        self._add(llama.llama_sampler_init_top_p(share, 1))

    def min_p(self, share: float) -> None:
        self._add(llama.llama_sampler_init_min_p(share, 1))

    def temperature(self, value: float) -> None:
        self._add(llama.llama_sampler_init_temp(value))

    def draw(self, seed: int) -> None:
        self._add(llama.llama_sampler_init_dist(seed))

    def greedy(self) -> None:
        self._add(llama.llama_sampler_init_greedy())

    def sample(self, context: int, index: int = -1) -> int:
        """Draw and accept the token that follows the one at `index` of the last batch."""
        return int(llama.llama_sampler_sample(self._chain, context, index))

    def apply(self, candidates: Any) -> None:
        """Choose among candidates (a llama_token_data_array) without accepting what is chosen."""
        llama.llama_sampler_apply(self._chain, ctypes.byref(candidates))

    def accept(self, token: int) -> None:
        llama.llama_sampler_accept(self._chain, token)

    def close(self) -> None:
        llama.llama_sampler_free(self._chain)

    def _add(self, sampler: Any) -> None:
        llama.llama_sampler_chain_add(self._chain, sampler)
