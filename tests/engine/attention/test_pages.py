"""Keys and values in huge pages, counted by the system."""

from __future__ import annotations

import sys
from pathlib import Path

import msgspec
import pytest

from engine.local.isolated_call import Report, ask
from engine.local.native.layouts.huge_pages import Extent, HugePages, page_size
from engine.local.survey import survey

pytestmark = [
    pytest.mark.model,
    pytest.mark.skipif(
        sys.platform != "linux" or not page_size(), reason="no huge pages for ordinary memory"
    ),
]


class Huge(msgspec.Struct, frozen=True, tag="huge"):
    """Bytes of huge pages behind keys and values, before and after operations, and once the system was asked for them
    all; of `size` bytes."""

    before: int
    after: int
    possible: int
    size: int


def attended(_: Report, page: int) -> Huge:
    """Sixteen layers attend with pages of so many bytes."""
    import ctypes
    from contextlib import ExitStack

    from engine.local.native.devices import opened_backend
    from engine.local.native.graphs import give_memory, graph_memory
    from engine.local.native.layouts.own_products import move_cells
    from engine.local.native.library import ggml
    from engine.local.native.timing.attention_speed import _Layer, _Shape
    from engine.placement.plan import RAM

    pointer = ctypes.c_void_p
    move_cells(page)
    with ExitStack() as undo:
        backend = undo.enter_context(opened_backend(RAM))
        context = undo.enter_context(graph_memory())
        graph = ggml("ggml_new_graph", pointer, pointer)(context)
        layer = _Layer(context, _Shape(1, 16, 128))
        for _ in range(16):
            ggml("ggml_build_forward_expand", None, pointer, pointer)(graph, layer.flash("f16"))
        buffer = give_memory(undo, context, backend)
        start = ggml("ggml_backend_buffer_get_base", pointer, pointer)(buffer)
        size = ggml("ggml_backend_buffer_get_size", ctypes.c_size_t, pointer)(buffer)
        before = _huge(start, size)
        for _ in range(3):
            ggml("ggml_backend_graph_compute", ctypes.c_int, pointer, pointer)(backend, graph)
        after = _huge(start, size)
        whole = HugePages(lambda: [Extent(start, start + size, mapped=False)], page_size())
        while not whole.is_done:
            whole.move()
        return Huge(before, after, _huge(start, size), size)


def _huge(start: int, size: int) -> int:
    """Of the mappings that lie in this memory."""
    found, inside = 0, False
    with Path("/proc/self/smaps").open() as lines:
        for line in lines:
            words = line.split()
            if not words[0].endswith(":"):
                first, end = (int(each, 16) for each in words[0].split("-"))
                inside = first < start + size and end > start
            elif inside and words[0] == "AnonHugePages:":
                found += int(words[1]) * 1024
    return found


@pytest.fixture(scope="module", autouse=True)
def used() -> None:
    if survey().products != "used":
        pytest.skip("this processor has no attention of ours, or set-up did not build it")


def test_keys_and_values_move_into_huge_pages_one_with_each_operation() -> None:
    found = ask(attended, (page_size(),), Huge)
    if found.possible < found.size // 2:
        pytest.skip("the system has no huge pages to give")
    assert found.after > found.size // 2 > found.before


def test_none_moves_where_none_may() -> None:
    found = ask(attended, (0,), Huge)
    assert found.after == found.before
