"""Multi-token prediction: the second context that computes a model's own head, and the hidden rows it is fed with.

What hands rows over is not in llama.h: C++ functions with plain C types, exported by libllama under their mangled
names (llama.cpp `src/llama-ext.h`). They are optional: where a compiler names them otherwise there is no prediction.

Position p of the head takes the token there and the model's hidden row of p - 1 (llama.cpp `common/speculative.cpp`).
"""

from __future__ import annotations

import ctypes

import llama_cpp.llama_cpp as llama
import numpy as np
import numpy.typing as npt

from engine.local.native.decoding import AbortFlag
from engine.local.native.draft_tokens import likeliest
from engine.local.native.library import ggml, has_symbol
from engine.local.native.memory import has_account
from engine.local.native.model import context_parameters
from engine.local.native.sequence_memory import forget_all, forget_from
from engine.placement.plan import Placement

Rows = npt.NDArray[np.float32]

# What the head remembers, in tokens, and how many it reads at a time.
ROOM, AT_A_TIME = 4096, 64
_SET = "_Z26llama_set_embeddings_nextnP13llama_contextbb"
_ROWS = "_Z26llama_get_embeddings_nextnP13llama_context"
_ROW = "_Z30llama_get_embeddings_nextn_ithP13llama_contexti"
# enum llama_context_type, llama_process_type.
_MTP, _DECODE = 1, 1
_FLOATS = ctypes.POINTER(ctypes.c_float)


def can_predict() -> bool:
    """Whether this build of llama.cpp hands hidden rows over, and accounts for the memory that it takes."""
    return has_account() and all(map(has_symbol, (_SET, _ROWS, _ROW)))


def hidden_width(model: int) -> int:
    """Floats of a hidden row."""
    return int(llama.llama_model_n_embd_out(model))


def hidden_bytes(model: int, placement: Placement) -> int:
    """Bytes that the hidden rows of a step take."""
    return 4 * hidden_width(model) * placement.ubatch


def tell_hidden_rows(context: int, on: bool) -> None:
    """Whether steps leave a hidden row for each of their rows behind."""
    ggml(_SET, None, ctypes.c_void_p, ctypes.c_bool, ctypes.c_bool)(context, on, False)


def hidden_rows(context: int, first: int, count: int, width: int) -> Rows:
    """The hidden rows of these rows of the last step, to be copied before the next one."""
    pointer = ggml(_ROWS, _FLOATS, ctypes.c_void_p)(context)
    return np.ctypeslib.as_array(pointer, (first + count, width))[first:]


def new_head_context(model: int, placement: Placement, threads: int, abort: AbortFlag | None) -> int:
    """A context that computes the first head of a model that was loaded with heads; 0 without memory."""
    params = context_parameters(placement, threads, abort)
    params.n_ctx = head_room(placement)
    params.n_batch = params.n_ubatch = AT_A_TIME
    params.n_seq_max = params.n_outputs_max = 1
    params.kv_unified = False
    params.n_rs_seq = 0
    params.ctx_type = _MTP
    context = int(llama.llama_init_from_model(model, params) or 0)
    if context:
        ggml(_SET, None, ctypes.c_void_p, ctypes.c_bool, ctypes.c_bool)(context, True, True)
    return context


def head_room(placement: Placement) -> int:
    """The tokens that the head's context has room for."""
    return max(min(placement.context, ROOM), 2 * AT_A_TIME)


class HeadSteps:
    """Steps of a head's context, which it owns: `close` frees it. `size` is the vocabulary's."""

    def __init__(self, context: int, width: int, size: int) -> None:
        self.context, self._width, self._size = context, width, size
        self._batch = llama.llama_batch_ext_init(context)
        self._position = llama.llama_pos(0)

    def run(self, tokens: list[int], rows: Rows, position: int, *, guess: bool) -> bool:
        """Read tokens from a position on, each with the hidden row before it; whether that worked. `guess`: for
        `guessed`. At most `AT_A_TIME`."""
        batch = self._batch
        llama.llama_batch_ext_clear(batch)
        rows = np.ascontiguousarray(rows, np.float32)
        address, step = rows.ctypes.data, rows.strides[0]
        for place, token in enumerate(tokens):
            index = llama.llama_batch_ext_add_token(batch, 0, token)
            row = ctypes.cast(address + place * step, _FLOATS)
            if index < 0 or not llama.llama_batch_ext_set_embd_token(
                batch, index, llama.llama_embd(row, 1, self._width)
            ):
                return False
            self._position.value = position + place
            llama.llama_batch_ext_set_pos(batch, index, ctypes.byref(self._position))
            llama.llama_batch_ext_set_output_logits(batch, index, guess and place == len(tokens) - 1)
        code = int(llama.llama_process(self.context, _DECODE, batch))
        llama.llama_synchronize(self.context)
        return code == 0

    def guessed(self) -> tuple[int, float]:
        """The likeliest token after the last step, and its probability."""
        return likeliest(self.context, self._size)

    def own_row(self, rows: int) -> Rows:
        """The head's hidden row of the last of so many rows of the last step: what a further guess is made from."""
        function = ggml(_ROW, _FLOATS, ctypes.c_void_p, ctypes.c_int32)
        row = np.ctypeslib.as_array(function(self.context, rows - 1), (1, self._width))
        return row.copy()

    def forget_from(self, position: int) -> bool:
        return forget_from(self.context, position)

    def forget(self) -> None:
        forget_all(self.context)

    def use_threads(self, threads: int) -> None:
        llama.llama_set_n_threads(self.context, threads, threads)

    def close(self) -> None:
        llama.llama_batch_ext_free(self._batch)
        llama.llama_free(self.context)
