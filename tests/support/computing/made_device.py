"""A device with a fault that devices of some backends have: the CPU under another name, with other functions.

ggml keeps what is registered until the process ends, so it is to be done in a child. Structs as in
`ggml/src/ggml-backend-impl.h`.
"""

from __future__ import annotations

import ctypes
import itertools
from collections.abc import Callable
from typing import Any, Literal

import numpy as np
from gguf import GGMLQuantizationType as Type

from engine.local.native.library import ggml
from engine.local.native.tensors import GgmlTensor

NAME = "MADE"
Fault = Literal["", "late", "fails", "one_row_per_expert"]

_Pointer, _Size = ctypes.c_void_p, ctypes.c_size_t
# struct ggml_backend_device: 15 functions, then registry and context.
_DEVICE_WORDS, _GET_NAME, _INIT, _SUPPORTS_OP = 17, 0, 5, 9
# struct ggml_backend: guid, then its functions.
_SET_ASYNC, _GET_ASYNC, _SYNCHRONIZE, _COMPUTE = 3, 4, 8, 13
_FAILED = -1
_PRODUCT = "MUL_MAT_ID"
_FLOATS = (Type.F32, Type.F16, Type.BF16)

_Copy = ctypes.CFUNCTYPE(None, _Pointer, _Pointer, _Pointer, _Size, _Size)
_Compute = ctypes.CFUNCTYPE(ctypes.c_int, _Pointer, _Pointer)

_kept: list[Any] = []


def register(missing: str = "", fault: Fault = "") -> None:
    """The device `NAME` from now on. `missing`: it says no to an operation of this name, or to products with experts
    of this type.

    The faults: "late", copies to it and from it are made as late as the backend's contract allows, as a busy stream
    does. "fails": every third graph is not computed. "one_row_per_expert": of the rows of one token that have the
    same expert it computes one only, if experts are not quantised, as CUDA does (`ggml-cuda/mmf.cuh`): no model
    routes a token to an expert twice.
    """
    find = ggml("ggml_backend_dev_by_name", _Pointer, ctypes.c_char_p)
    original = find(b"CPU")
    words = (_Pointer * _DEVICE_WORDS).from_address(original)
    copy = (_Pointer * _DEVICE_WORDS)(*words)
    text = ctypes.create_string_buffer(NAME.encode())

    @ctypes.CFUNCTYPE(_Pointer, _Pointer)
    def get_name(_: int) -> int:
        return ctypes.addressof(text)

    supports = ctypes.CFUNCTYPE(ctypes.c_bool, _Pointer, _Pointer)
    supports_before = supports(words[_SUPPORTS_OP])

    @supports
    def supports_op(_: int, node: int) -> bool:
        operation = GgmlTensor.from_address(node)
        name = _operation_name(operation)
        if name == _PRODUCT:
            name = Type(GgmlTensor.from_address(operation.src[0]).type).name
        return name != missing and bool(supports_before(original, node))

    init = ctypes.CFUNCTYPE(_Pointer, _Pointer, ctypes.c_char_p)
    init_before = init(words[_INIT])

    @init
    def init_backend(_: int, settings: bytes) -> int:
        backend: int = init_before(original, settings)
        if fault:
            _FAULTS[fault]((_Pointer * (_COMPUTE + 1)).from_address(backend))
        return backend

    copy[_GET_NAME] = ctypes.cast(get_name, _Pointer)
    copy[_SUPPORTS_OP] = ctypes.cast(supports_op, _Pointer)
    copy[_INIT] = ctypes.cast(init_backend, _Pointer)
    _kept.extend((get_name, supports_op, supports_before, init_backend, init_before, text, copy))
    ggml("ggml_backend_device_register", None, _Pointer)(ctypes.addressof(copy))


def _late(functions: Any) -> None:
    waiting: list[Callable[[], None]] = []
    put = ggml("ggml_backend_tensor_set", None, _Pointer, _Pointer, _Size, _Size)
    get = ggml("ggml_backend_tensor_get", None, _Pointer, _Pointer, _Size, _Size)
    before = _Compute(functions[_COMPUTE])

    def catch_up() -> None:
        for each in waiting:
            each()
        waiting.clear()

    @_Copy
    def set_async(_: int, tensor: int, data: int, offset: int, size: int) -> None:
        waiting.append(lambda: put(tensor, data, offset, size))

    @_Copy
    def get_async(_: int, tensor: int, data: int, offset: int, size: int) -> None:
        waiting.append(lambda: get(tensor, data, offset, size))

    @ctypes.CFUNCTYPE(None, _Pointer)
    def synchronize(_: int) -> None:
        catch_up()

    @_Compute
    def compute(backend: int, graph: int) -> int:
        catch_up()
        return int(before(backend, graph))

    _replace(
        functions,
        {_SET_ASYNC: set_async, _GET_ASYNC: get_async, _SYNCHRONIZE: synchronize, _COMPUTE: compute},
    )
    _kept.append(before)


def _fails(functions: Any) -> None:
    before = _Compute(functions[_COMPUTE])
    calls = itertools.count(1)

    @_Compute
    def compute(backend: int, graph: int) -> int:
        return _FAILED if next(calls) % 3 == 0 else int(before(backend, graph))

    _replace(functions, {_COMPUTE: compute})
    _kept.append(before)


def _one_row_per_expert(functions: Any) -> None:
    before = _Compute(functions[_COMPUTE])
    count = ggml("ggml_graph_n_nodes", ctypes.c_int, _Pointer)
    node_of = ggml("ggml_graph_node", _Pointer, _Pointer, ctypes.c_int)

    @_Compute
    def compute(backend: int, graph: int) -> int:
        nodes = [GgmlTensor.from_address(node_of(graph, number)) for number in range(count(graph))]
        lost = [
            rows for node in nodes if _operation_name(node) == _PRODUCT for rows in _rows_not_computed(node)
        ]
        status = int(before(backend, graph))
        # What was not written makes nothing of all that follows from it, up to the graph's result.
        for token, row in lost:
            result = nodes[-1]
            address = result.data + token * result.nb[2] + row * result.nb[1]
            np.ctypeslib.as_array((ctypes.c_float * result.ne[0]).from_address(address))[:] = np.nan
        return status

    _replace(functions, {_COMPUTE: compute})
    _kept.append(before)


def _rows_not_computed(product: GgmlTensor) -> list[tuple[int, int]]:
    """Token and row in it of those whose expert an earlier row of the same token has."""
    if Type(GgmlTensor.from_address(product.src[0]).type) not in _FLOATS:
        return []
    ids = GgmlTensor.from_address(product.src[2])
    found = []
    for token in range(ids.ne[1]):
        row = list((ctypes.c_int32 * ids.ne[0]).from_address(ids.data + token * ids.nb[1]))
        found += [(token, place) for place, expert in enumerate(row) if expert in row[:place]]
    return found


def _operation_name(node: GgmlTensor) -> str:
    return str(ggml("ggml_op_name", ctypes.c_char_p, ctypes.c_int)(node.op).decode())


def _replace(functions: Any, mine: dict[int, Any]) -> None:
    for place, function in mine.items():
        functions[place] = ctypes.cast(function, _Pointer)
    _kept.extend(mine.values())


_FAULTS: dict[str, Callable[[Any], None]] = {
    "late": _late,
    "fails": _fails,
    "one_row_per_expert": _one_row_per_expert,
}
