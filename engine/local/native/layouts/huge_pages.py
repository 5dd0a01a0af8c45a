"""Weights in huge pages: to write a token all active weights are read, and with pages of 4 kB the processor looks up
the place of each; with pages of 2 MB decoding was 11 to 23 % faster on a virtual machine.

Only Linux has them for ordinary memory, for those who ask (`Documentation/admin-guide/mm/transhuge.rst`). What ggml
laid out itself is collapsed where it lies (`MADV_COLLAPSE`, Linux 6.1). What is mapped from a file is copied, and the
copy takes the place of the mapping at the same addresses (`mremap`), which nobody who reads meanwhile can see. The
copy is memory that the system cannot take back, so a good part of it must stay available.
"""

from __future__ import annotations

import ctypes
import sys
from collections.abc import Callable, Generator, Iterable
from pathlib import Path
from typing import NamedTuple

import psutil

from engine.gguf.tensor_roles import classify
from engine.local.free_memory import free_memory
from engine.local.native.layouts.own_products import move_cells
from engine.local.native.layouts.repack import extra_memories
from engine.local.native.tensors import lists_tensors, placed_tensors
from engine.placement.plan import RAM, HugePagesHere, Placement

# Moved at once: a command waits for so little.
SLICE = 4 * 2**20
# So much of all memory must stay free beside what is copied.
_SPARE_SHARE = 4
# Alignment between two weights of one buffer.
_GAP = 4096
# ggml's names of memory: mapped from a file, and allocated in the file's own layout.
_MAPPED, _OWN = "CPU_Mapped", "CPU"
_SETTINGS = Path("/sys/kernel/mm/transparent_hugepage")

# asm-generic/mman-common.h, linux/mman.h
_READ_WRITE = 1 | 2
_PRIVATE_ANONYMOUS_NORESERVE = 0x2 | 0x20 | 0x4000
_TO_THIS_PLACE = 1 | 2
_HUGE, _COLLAPSE = 14, 25
_FAILED = ctypes.c_void_p(-1).value


class Extent(NamedTuple):
    """Bytes of weights from `start` to `end`, addresses both. `mapped` from a file, else anonymous memory."""

    start: int
    end: int
    mapped: bool


class HugePages:
    """Moves extents into huge pages of `page` bytes, slice by slice, while nothing else is to be done. Used by one
    thread; `close` before the memory is given back."""

    def __init__(self, find: Callable[[], Iterable[Extent]], page: int) -> None:
        """`find` is called by the first `move`."""
        self._page = page
        self._libc = _libc()
        self._slices = self._all(find)
        self.is_done = False

    def move(self) -> None:
        """Move the next slice; takes some milliseconds."""
        self.is_done = next(self._slices, None) is None

    def close(self) -> None:
        """What was not moved stays where it is."""
        self.is_done = True
        self._slices.close()

    def _all(self, find: Callable[[], Iterable[Extent]]) -> Generator[int, None, None]:
        """The bytes of each slice that was moved."""
        for extent in find():
            start = -(-extent.start // self._page) * self._page
            size = extent.end // self._page * self._page - start
            if size > 0:
                yield from (self._replaced if extent.mapped else self._collapsed)(start, size)

    def _collapsed(self, start: int, size: int) -> Generator[int, None, None]:
        for at in range(start, start + size, self._page):
            # No huge page is free, or the kernel does not know it: the next one may be.
            self._libc.madvise(at, self._page, _COLLAPSE)
            yield self._page

    def _replaced(self, start: int, size: int) -> Generator[int, None, None]:
        # One reservation for all slices: the system then keeps account of them as of one piece of memory.
        reserved = self._libc.mmap(None, size + self._page, _READ_WRITE, _PRIVATE_ANONYMOUS_NORESERVE, -1, 0)
        if reserved in (None, _FAILED):
            return
        copy, moved = -(-reserved // self._page) * self._page, 0
        try:
            self._libc.madvise(copy, size, _HUGE)
            while moved < size and _is_spare(SLICE):
                some = min(SLICE, size - moved)
                ctypes.memmove(copy + moved, start + moved, some)
                placed = self._libc.mremap(copy + moved, some, some, _TO_THIS_PLACE, start + moved)
                if placed != start + moved:
                    return
                moved += some
                yield some
        finally:
            if copy > reserved:
                self._libc.munmap(reserved, copy - reserved)
            self._libc.munmap(copy + moved, reserved + size + self._page - copy - moved)


def open_huge_pages(model: int, placement: Placement) -> HugePages | None:
    """For the weights that the processor reads; None where they stay as they are.

    That is so on other systems than Linux, where huge pages are switched off, and where a person locked the weights
    in memory. A cache of experts has copies of its own.
    """
    page = page_size()
    if not page or placement.load_mode == "locked":
        return None
    return HugePages(lambda: _weights(model, placement), page) if lists_tensors() else None


def settle_cells(placement: Placement) -> None:
    """Keys and values of the context that was made for `placement` move into huge pages while they are attended to on
    the processor, where attention is ours."""
    move_cells(0 if placement.load_mode == "locked" else page_size())


def _weights(model: int, placement: Placement) -> list[Extent]:
    """Those in RAM that the processor reads there, as extents."""
    anonymous, has_copies = {_OWN, *extra_memories()}, placement.expert_cache is not None
    found = (
        Extent(each.address, each.address + each.room, each.memory == _MAPPED)
        for each in placed_tensors(model, placement)
        if each.device == RAM and each.address and (each.memory == _MAPPED or each.memory in anonymous)
        if not (has_copies and classify(each.name).role == "expert")
    )
    return _joined(found)


def page_size(settings: Path = _SETTINGS) -> int:
    """Bytes of a huge page; 0 where there are none for those who ask, or none that are small enough to be moved
    aside."""
    if sys.platform != "linux":
        return 0
    try:
        if "[never]" in (settings / "enabled").read_text():
            return 0
        size = int((settings / "hpage_pmd_size").read_text())
    except (OSError, ValueError):
        return 0
    return size if size <= SLICE else 0


def huge_pages_here() -> HugePagesHere:
    """Whether weights move into huge pages on this machine."""
    if sys.platform != "linux" or not lists_tensors():
        return ""
    return "used" if page_size() else "off"


def _joined(extents: Iterable[Extent]) -> list[Extent]:
    """What lies behind each other as one."""
    joined: list[Extent] = []
    for each in sorted(extents):
        last = joined[-1] if joined else None
        if last is not None and last.mapped == each.mapped and each.start - last.end < _GAP:
            joined[-1] = last._replace(end=max(last.end, each.end))
        else:
            joined.append(each)
    return joined


def _is_spare(size: int) -> bool:
    return free_memory() - size > psutil.virtual_memory().total // _SPARE_SHARE


def _libc() -> ctypes.CDLL:
    library = ctypes.CDLL(None)
    pointer, size, number = ctypes.c_void_p, ctypes.c_size_t, ctypes.c_int
    library.mmap.restype = library.mremap.restype = pointer
    library.mmap.argtypes = [pointer, size, number, number, number, ctypes.c_long]
    library.mremap.argtypes = [pointer, size, size, number, pointer]
    library.madvise.argtypes = [pointer, size, number]
    library.munmap.argtypes = [pointer, size]
    return library
