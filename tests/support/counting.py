"""How much work something is, in numbers that hardly depend on what else the machine does."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable


def calls_in(work: Callable[[], object]) -> int:
    """How many functions `work` calls in this thread, those written in C included."""
    calls = 0

    def heard(_frame: object, event: str, _argument: object) -> None:
        nonlocal calls
        calls += event in ("call", "c_call")

    before = sys.getprofile()
    sys.setprofile(heard)
    try:
        work()
    finally:
        sys.setprofile(before)
    return calls


def assert_linear(work: Callable[[], object], four_times: Callable[[], object]) -> None:
    """`four_times` as much work takes about four times as long, not sixteen.

    For work inside functions written in C, whose steps cannot be counted: only this thread's time on the processor
    counts, of several tries the best.
    """

    def seconds(work: Callable[[], object]) -> float:
        start = time.thread_time()
        work()
        return time.thread_time() - start

    few = max(0.02, min(seconds(work) for _ in range(2)))
    tries: list[float] = []
    while not tries or (min(tries) >= 9 * few and len(tries) < 4):
        tries.append(seconds(four_times))
    assert min(tries) < 9 * few, (few, tries)
