"""Weights in huge pages: the same bytes at the same addresses, in memory of their own."""

import mmap
import random
import sys
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import psutil
import pytest

from engine.local.native.layouts import huge_pages
from engine.local.native.layouts.huge_pages import Extent, HugePages, page_size
from engine.local.native.tensors import PlacedTensor
from engine.placement.plan import RAM, CachedLayer, ExpertCache, Placement

SIZE = 3 * huge_pages.SLICE
needs_huge_pages = pytest.mark.skipif(not page_size(), reason="this system has no huge pages to ask for")


class Mapped:
    """A file of random bytes in memory."""

    def __init__(self, file: Path) -> None:
        self.content = random.Random(1).randbytes(SIZE)
        self.file = file
        file.write_bytes(self.content)
        with file.open("rb") as opened:
            self.memory = mmap.mmap(opened.fileno(), SIZE, access=mmap.ACCESS_READ)
        start = int(np.frombuffer(self.memory, np.uint8).ctypes.data)
        self.extent = Extent(start, start + SIZE, mapped=True)

    @property
    def from_file(self) -> int:
        """Bytes of it that are still the file's."""
        lines = Path("/proc/self/maps").read_text().splitlines()
        ranges = (line.split()[0].split("-") for line in lines if line.endswith(str(self.file)))
        return sum(int(end, 16) - int(start, 16) for start, end in ranges)


@pytest.fixture
def mapped(tmp_path: Path) -> Iterator[Mapped]:
    mapped = Mapped(tmp_path / "weights")
    yield mapped
    mapped.memory.close()
    assert not mapped.from_file, "what took its place is given back with it"


def regions() -> int:
    return len(Path("/proc/self/maps").read_text().splitlines())


@needs_huge_pages
def test_what_is_mapped_is_replaced_by_a_copy_that_is_one_piece_of_memory(mapped: Mapped) -> None:
    before = regions()
    moving = HugePages(lambda: [mapped.extent], page_size())
    slices = 0
    while not moving.is_done:
        moving.move()
        slices += 1
        assert mapped.memory[:] == mapped.content
    assert slices > 2
    assert mapped.from_file < 2 * page_size(), "but for the ends, which are no whole huge pages"
    assert regions() - before <= 6
    mapped.file.write_bytes(bytes(SIZE))
    middle = slice(page_size(), SIZE - page_size())
    assert mapped.memory[middle] == mapped.content[middle]


@needs_huge_pages
def test_without_memory_to_spare_everything_stays_mapped(
    mapped: Mapped, monkeypatch: pytest.MonkeyPatch
) -> None:
    quarter = psutil.virtual_memory().total // 4
    monkeypatch.setattr(huge_pages, "free_memory", lambda: quarter + huge_pages.SLICE)
    moving = HugePages(lambda: [mapped.extent], page_size())
    moving.move()
    assert moving.is_done and mapped.from_file == SIZE


@needs_huge_pages
def test_closed_in_the_middle_the_rest_stays_mapped(mapped: Mapped) -> None:
    before = regions()
    moving = HugePages(lambda: [mapped.extent], page_size())
    moving.move()
    moving.close()
    assert moving.is_done and 0 < mapped.from_file < SIZE
    assert mapped.memory[:] == mapped.content
    assert regions() - before <= 6


@needs_huge_pages
@pytest.mark.parametrize("cached", [True, False])
def test_experts_that_a_cache_has_copies_of_stay_mapped(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, cached: bool
) -> None:
    files = {name: Mapped(tmp_path / name) for name in ("blk.0.attn_q.weight", "blk.0.ffn_up_exps.weight")}
    placed = [
        PlacedTensor(name, RAM, "CPU_Mapped", SIZE, SIZE, file.extent.start) for name, file in files.items()
    ]
    monkeypatch.setattr(huge_pages, "placed_tensors", lambda *_: placed)
    monkeypatch.setattr(huge_pages, "extra_memories", tuple)
    monkeypatch.setattr(huge_pages, "lists_tensors", lambda: True)
    cache = ExpertCache(RAM, (CachedLayer(0, 2, 100),), 100) if cached else None
    moving = huge_pages.open_huge_pages(0, Placement(512, expert_cache=cache))
    assert moving is not None
    while not moving.is_done:
        moving.move()
    dense, experts = files.values()
    assert dense.from_file < 2 * page_size()
    assert (experts.from_file == SIZE) is cached
    for file in files.values():
        assert file.memory[:] == file.content
        file.memory.close()


@needs_huge_pages
def test_memory_that_is_no_files_is_collapsed_where_it_lies() -> None:
    content = random.Random(2).randbytes(SIZE)
    with mmap.mmap(-1, SIZE) as memory:
        memory[:] = content
        start = int(np.frombuffer(memory, np.uint8).ctypes.data)
        moving = HugePages(lambda: [Extent(start, start + SIZE, mapped=False)], page_size())
        while not moving.is_done:
            moving.move()
        assert memory[:] == content


@pytest.mark.parametrize(
    ("enabled", "size", "found"),
    [
        ("always [madvise] never", "2097152", 2**21),
        ("[always] madvise never", "2097152", 2**21),
        ("always madvise [never]", "2097152", 0),
        ("always [madvise] never", "536870912", 0),
        ("always [madvise] never", "", 0),
    ],
)
@pytest.mark.skipif(sys.platform != "linux", reason="Linux alone has them")
def test_the_size_of_a_huge_page_is_the_systems(tmp_path: Path, enabled: str, size: str, found: int) -> None:
    (tmp_path / "enabled").write_text(enabled)
    (tmp_path / "hpage_pmd_size").write_text(size)
    assert page_size(tmp_path) == found
    assert page_size(tmp_path / "missing") == 0


@pytest.mark.skipif(sys.platform != "linux", reason="it is no question elsewhere")
def test_whether_weights_move_is_known_before_there_are_any(monkeypatch: pytest.MonkeyPatch) -> None:
    for size, told in ((0, "off"), (2**21, "used")):
        monkeypatch.setattr(huge_pages, "page_size", lambda size=size: size)
        assert huge_pages.huge_pages_here() == told
