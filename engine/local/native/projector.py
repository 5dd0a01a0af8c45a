"""A projector beside a loaded model, through libmtmd: pictures to rows of embeddings.

libmtmd is a library of its own that links against the same libllama, so models pass between the two. Its interface
is called experimental by its makers: the layout of its one struct with defaults is checked like llama.cpp's own.
"""

from __future__ import annotations

import ctypes
import functools
from collections.abc import Iterator
from typing import Any, NamedTuple

import llama_cpp.llama_cpp as llama
import numpy as np
import numpy.typing as npt

from engine.errors import UserError
from engine.local.native.devices import device_handle
from engine.local.native.library import PINNED_VERSION, _on_log

_PARAMS_BYTES, _PART_BYTES, _POSITION_BYTES = 96, 16, 16
# An encoding can be broken off at every so many nodes of its graph.
_NODES = 16


@functools.cache
def _mtmd() -> Any:
    """The package's module, which few loads need: it takes long to import."""
    import llama_cpp.mtmd_cpp as mtmd

    return mtmd


class PictureRows(NamedTuple):
    """A picture, or a tile of one: how many rows it has, and how many positions they take."""

    rows: int
    positions: int


class Encoded(NamedTuple):
    """`rows` of embeddings, and their positions in a prompt: `places` + n * `steps` where the picture begins at n.
    `is_whole`: all rows see each other, and must be computed in one step."""

    rows: npt.NDArray[np.float32]
    places: npt.NDArray[np.int32]
    steps: npt.NDArray[np.int32]
    is_whole: bool


class ProjectorHandle:
    """A loaded projector. `encoded` by one thread at a time, all else by any; `stop` breaks an encoding off."""

    def __init__(self, path: str, model: int, threads: int, *, device: str = "", most_rows: int = 0) -> None:
        """On a `device` by ggml's name, "" for the processor. `most_rows`: a picture is looked at with so many at
        most, where its size decides that; 0: as many as the projector says.

        Raises UserError `projector.not_loaded` (path), `engine.no_device`, `engine.wrong_library`.
        """
        _check_layout()
        self.stop = False
        self._nodes = 0
        self._watch = llama.ggml_backend_sched_eval_callback(self._saw)
        params = _mtmd().mtmd_context_params_default()
        params.use_gpu, params.n_threads, params.print_timings = bool(device), threads, False
        params.device = device_handle(device) if device else None
        params.cb_eval = self._watch
        params.image_max_tokens = most_rows or -1
        _mtmd().mtmd_helper_log_set(_on_log, ctypes.c_void_p(0))
        self._handle = _mtmd().mtmd_init_from_file(path.encode(), model, params)
        if not self._handle:
            raise UserError("projector.not_loaded", path=path)
        self._width = int(llama.llama_model_n_embd_inp(model))
        self.uses_rows_and_columns = bool(_mtmd().mtmd_decode_use_mrope(self._handle))

    def parts(self, width: int, height: int) -> list[tuple[int, ...] | PictureRows]:
        """What a picture of this size becomes: tokens around and between, and its rows. Nothing is computed."""
        with _Chunks(self._handle, width, height, None) as chunks:
            return [
                _tokens(chunk) if _is_text(chunk) else PictureRows(_rows(chunk), _positions(chunk))
                for chunk in chunks
            ]

    def encoded(self, width: int, height: int, pixels: bytes) -> list[Encoded] | None:
        """The rows of a picture, of each of its tiles; None if `stop` was set meanwhile.

        Raises UserError `picture.not_encoded`.
        """
        found = []
        with _Chunks(self._handle, width, height, pixels) as chunks:
            for chunk in chunks:
                if _is_text(chunk):
                    continue
                code = 1 if self.stop else _mtmd().mtmd_encode_chunk(self._handle, chunk)
                if self.stop:  # reported as done all the same
                    return None
                if code:
                    raise UserError("picture.not_encoded")
                found.append(self._taken(chunk))
        return found

    def close(self) -> None:
        _mtmd().mtmd_free(self._handle)

    def _taken(self, chunk: int) -> Encoded:
        count = _rows(chunk)
        out = _mtmd().mtmd_get_output_embd(self._handle)
        rows = np.ctypeslib.as_array(out, (count * self._width,)).reshape(count, -1).copy()
        places = self._places(chunk, 0)
        whole = bool(_mtmd().mtmd_decode_use_non_causal(self._handle, chunk))
        return Encoded(rows, places, self._places(chunk, 1) - places, whole)

    def _places(self, chunk: int, start: int) -> npt.NDArray[np.int32]:
        count = _rows(chunk)
        if not self.uses_rows_and_columns:
            return np.arange(start, start + count, dtype=np.int32)[None]
        found = (_mtmd().mtmd_decoder_pos * count)()
        _mtmd().mtmd_helper_image_get_decoder_pos(
            _mtmd().mtmd_input_chunk_get_tokens_image(chunk), start, found
        )
        return np.array([[each.t, each.y, each.x, each.z] for each in found], np.int32).T.copy()

    def _saw(self, _tensor: int, ask: bool, _data: Any) -> bool:
        if not ask:
            return not self.stop
        self._nodes += 1
        return self._nodes % _NODES == 0


class _Chunks:
    """What mtmd makes of one picture; the chunks live as long as the block."""

    def __init__(self, handle: int, width: int, height: int, pixels: bytes | None) -> None:
        self._handle, self._size, self._pixels = handle, (width, height), pixels

    def __enter__(self) -> Iterator[int]:
        data = None
        if self._pixels is not None:
            data = ctypes.cast(ctypes.c_char_p(self._pixels), ctypes.POINTER(ctypes.c_uint8))
        self._bitmap = _mtmd().mtmd_bitmap_init(*self._size, data)  # copies the pixels
        self._chunks = _mtmd().mtmd_input_chunks_init()
        part = _mtmd().mtmd_input_part(bitmap=self._bitmap)
        parts = (ctypes.POINTER(_mtmd().mtmd_input_part) * 1)(ctypes.pointer(part))
        if _mtmd().mtmd_tokenize_from_parts(self._handle, self._chunks, parts, 1, False):
            self.__exit__()
            raise UserError("picture.not_encoded")
        count = _mtmd().mtmd_input_chunks_size(self._chunks)
        return (_mtmd().mtmd_input_chunks_get(self._chunks, number) for number in range(count))

    def __exit__(self, *_: object) -> None:
        _mtmd().mtmd_input_chunks_free(self._chunks)
        _mtmd().mtmd_bitmap_free(self._bitmap)


def _check_layout() -> None:
    params = _mtmd().mtmd_context_params_default()
    known = (
        ctypes.sizeof(_mtmd().mtmd_context_params) == _PARAMS_BYTES
        and ctypes.sizeof(_mtmd().mtmd_input_part) == _PART_BYTES
        and ctypes.sizeof(_mtmd().mtmd_decoder_pos) == _POSITION_BYTES
        and params.media_marker == _mtmd().mtmd_default_marker()
        and params.image_min_tokens == params.image_max_tokens == -1
        and bool(params.warmup)
        and not params.cb_eval
    )
    if not known:
        raise UserError("engine.wrong_library", found="mtmd (layout)", wanted=PINNED_VERSION)


def _is_text(chunk: int) -> bool:
    return bool(_mtmd().mtmd_input_chunk_get_type(chunk) == _mtmd().MTMD_INPUT_CHUNK_TYPE_TEXT)


def _tokens(chunk: int) -> tuple[int, ...]:
    count = ctypes.c_size_t()
    pointer = _mtmd().mtmd_input_chunk_get_tokens_text(chunk, ctypes.byref(count))
    return tuple(pointer[: count.value])


def _rows(chunk: int) -> int:
    return int(_mtmd().mtmd_input_chunk_get_n_tokens(chunk))


def _positions(chunk: int) -> int:
    return int(_mtmd().mtmd_input_chunk_get_n_pos(chunk))
