"""Disk bandwidth of weights that are not in memory, read as page faults read them."""

from __future__ import annotations

import os
import time
from concurrent.futures import ThreadPoolExecutor

# Linux reads this much around a fault in mapped memory (the default of read_ahead_kb). A disk that gives 7 GB/s
# in blocks of 8 MiB may give a tenth of it in these.
BLOCK = 128 * 1024
_MOST_BYTES = 256 * 2**20
_SECONDS = 1.5


def disk_bandwidth(path: str, readers: int) -> float:
    """Bytes per second of a part of the file `path`, dropped from the cache first.

    `readers` read at once, as the threads of a matrix product run into missing pages. Too high for a file that
    another process holds in memory, whose pages are not dropped. 0 where this system cannot drop pages, or the
    file is short or cannot be read.
    """
    if not hasattr(os, "posix_fadvise"):
        return 0.0
    try:
        file = os.open(path, os.O_RDONLY)
    except OSError:
        return 0.0
    try:
        size = os.fstat(file).st_size // BLOCK * BLOCK
        # The end: what was read last, the header, is at the start.
        start = max(0, size - _MOST_BYTES)
        os.posix_fadvise(file, start, size - start, os.POSIX_FADV_DONTNEED)
        # Without reading ahead each block is waited for, as a fault waits.
        os.posix_fadvise(file, start, size - start, os.POSIX_FADV_RANDOM)
        return _timed(file, range(start, size, BLOCK), readers)
    except OSError:
        return 0.0
    finally:
        os.close(file)


def _timed(file: int, offsets: range, readers: int) -> float:
    """Deal blocks to the readers in pieces, so that each reads sequentially."""
    share = -(-len(offsets) // readers)
    if not share:
        return 0.0
    started = time.perf_counter()

    def read(part: range) -> int:
        done = 0
        for offset in part:
            if time.perf_counter() - started > _SECONDS:
                break
            done += len(os.pread(file, BLOCK, offset))
        return done

    parts = [offsets[i : i + share] for i in range(0, len(offsets), share)]
    with ThreadPoolExecutor(readers) as pool:
        total = sum(pool.map(read, parts))
    return total / (time.perf_counter() - started)
