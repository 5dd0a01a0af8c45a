"""Bandwidths of the disk that a file lies on: as page faults read, and as single experts are read."""

from __future__ import annotations

import contextlib
import mmap
import os
import random
import sys
import time
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import NamedTuple

import psutil

if sys.platform == "darwin":
    import fcntl

# Linux reads this much around a fault in mapped memory (the default of read_ahead_kb). A disk that gives 7 GB/s
# in blocks of 8 MiB may give a tenth of it in these.
FAULT = 128 * 1024
# A matrix of an expert: of Qwen3-30B-A3B in four bits 0.9 MB, of DeepSeek-R1 8 MB.
EXPERT = 2**20
# So many at once keep any drive busy, and are about the misses of one layer.
DEPTH = 12
_MOST_BYTES = 256 * 2**20
_LEAST_BYTES = 16 * EXPERT
_SECONDS, _ALONE_SECONDS = 1.2, 0.4
# Others read meanwhile where a disk gave more than this times what was asked of it here.
_OTHERS = 1.5


class ExpertReads(NamedTuple):
    """Bytes per second of reads all over a file, each of an expert's size and many at once; the seconds that one
    alone takes longer than its share of that; and whether nobody else read from a disk. 0: could not be measured."""

    bandwidth: float = 0.0
    wait_s: float = 0.0
    alone: bool = False


def disk_bandwidth(path: str, readers: int) -> float:
    """Bytes per second of a part of the file `path`, dropped from the cache first.

    `readers` read at once, as the threads of a matrix product run into missing pages. Too high for a file that
    another process holds in memory, whose pages are not dropped. 0 where this system cannot drop pages, or the
    file is short or cannot be read.
    """
    if not hasattr(os, "posix_fadvise"):
        return 0.0
    try:
        with _closing(os.open(path, os.O_RDONLY)) as file:
            size = os.fstat(file).st_size // FAULT * FAULT
            # The end: what was read last, the header, is at the start.
            start = max(0, size - _MOST_BYTES)
            _drop(file, start, size - start)
            offsets = range(start, size, FAULT)
            # Dealt in pieces, so that each reads sequentially.
            share = -(-len(offsets) // readers) or 1
            return _rate(
                file, FAULT, [offsets[at : at + share] for at in range(0, len(offsets), share)], _SECONDS
            )
    except OSError:
        return 0.0


def expert_reads(path: Path) -> ExpertReads:
    """Past the page cache where the system and the disk can, else after the file was dropped from it. Nothing for a
    file that is short, has holes or cannot be read, and where reads cannot be kept from the cache."""
    if not hasattr(os, "preadv"):
        return ExpertReads()
    try:
        with _closing(_past_the_cache(path)) as file:
            blocks = _stored(file) // EXPERT
            if blocks * EXPERT < _LEAST_BYTES:
                return ExpertReads()
            offsets = [number * EXPERT for number in random.Random(blocks).sample(range(blocks), blocks)]
            before = _given_by_a_disk()
            some, many = offsets[: blocks // 8], offsets[blocks // 8 :]
            alone = _rate(file, EXPERT, [some], _ALONE_SECONDS)
            started = time.perf_counter()
            together = _rate(file, EXPERT, [many[at::DEPTH] for at in range(DEPTH)], _SECONDS)
            read = alone * _ALONE_SECONDS + together * (time.perf_counter() - started)
    except OSError:
        return ExpertReads()
    if not (alone and together):  # the file was cut off meanwhile
        return ExpertReads()
    others = _given_by_a_disk() - before > _OTHERS * read + _LEAST_BYTES
    return ExpertReads(together, max(EXPERT / alone - EXPERT / together, 0.0), not others)


@contextlib.contextmanager
def _closing(file: int) -> Iterator[int]:
    try:
        yield file
    finally:
        os.close(file)


def _past_the_cache(path: Path) -> int:
    """The file open for reads that come from the disk. Raises OSError."""
    with contextlib.suppress(OSError):  # not all file systems have direct reads, and some say so at the first
        file = os.open(path, os.O_RDONLY | os.O_DIRECT) if hasattr(os, "O_DIRECT") else -1
        if file >= 0:
            try:
                _rate(file, FAULT, [range(0, FAULT, FAULT)], _SECONDS)
                return file
            except OSError:
                os.close(file)
    file = os.open(path, os.O_RDONLY)
    if sys.platform == "darwin":
        fcntl.fcntl(file, fcntl.F_NOCACHE, 1)
    elif hasattr(os, "posix_fadvise"):
        _drop(file, 0, os.fstat(file).st_size)
    return file


def _stored(file: int) -> int:
    """Bytes of a file, 0 for one with holes, of which a disk reads nothing."""
    found = os.fstat(file)
    return found.st_size if found.st_blocks * 512 > found.st_size // 2 else 0


def _drop(file: int, start: int, length: int) -> None:
    os.posix_fadvise(file, start, length, os.POSIX_FADV_DONTNEED)
    # Without reading ahead each block is waited for, as a fault waits.
    os.posix_fadvise(file, start, length, os.POSIX_FADV_RANDOM)


def _rate(file: int, block: int, parts: Sequence[Sequence[int]], most_s: float) -> float:
    """Bytes per second over the offsets of all parts, a thread for each part, in at most so many seconds."""
    started = time.perf_counter()

    def read(part: Sequence[int]) -> int:
        done = 0
        with mmap.mmap(-1, block) as room:  # direct reads want memory that begins with a page
            for offset in part:
                if time.perf_counter() - started > most_s:
                    break
                done += os.preadv(file, [room], offset)
        return done

    if not parts:
        return 0.0
    with ThreadPoolExecutor(len(parts)) as pool:
        total = sum(pool.map(read, parts))
    return total / (time.perf_counter() - started)


def _given_by_a_disk() -> int:
    """Bytes that the busiest disk has given since it was there, 0 where nobody tells; partitions and what lies upon
    them count it again."""
    try:
        found = psutil.disk_io_counters(perdisk=True, nowrap=False) or {}
    except NotImplementedError:
        return 0
    return max((each.read_bytes for each in found.values()), default=0)
