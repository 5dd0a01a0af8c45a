"""How a cache of experts shares the threads that a plan gives."""

from __future__ import annotations

import pytest

from engine.local.threads import threads_for
from engine.placement.plan import RAM, Device, DeviceKind, ExpertCache, Machine


@pytest.mark.parametrize(
    ("kind", "threads", "shared"),
    [
        ("gpu", 8, (7, True)),
        ("integrated_gpu", 4, (3, True)),
        ("gpu", 3, (3, False)),
        ("gpu", 1, (1, False)),
        ("rpc", 8, (8, False)),
        (None, 8, (8, False)),
    ],
)
def test_a_card_is_brought_experts_by_one_of_the_threads_where_there_are_enough(
    kind: DeviceKind | None, threads: int, shared: tuple[int, bool]
) -> None:
    devices = (Device("X0", kind, "", 1, 1),) if kind else ()
    machine = Machine(Device(RAM, "cpu", "", 1, 1), devices)
    computing, brings = threads_for(ExpertCache("X0" if kind else RAM, (), 0), machine, threads)
    assert (computing, brings) == shared
    assert computing + brings == threads
