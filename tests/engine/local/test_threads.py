"""How a cache of experts shares the threads that a plan gives."""

from __future__ import annotations

import pytest

from engine.local.threads import decode_candidates, fastest, threads_for
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


def test_fewer_threads_are_tried_on_many_cores_and_taken_where_they_are_clearly_faster() -> None:
    assert decode_candidates(2) == (2,) and decode_candidates(4) == (4,)
    assert decode_candidates(128) == (128, 96, 64)
    assert fastest({128: 8.49, 96: 9.4, 64: 9.65}) == 64
    assert fastest({8: 50e9, 6: 51e9, 4: 49e9}) == 8
    assert fastest({2: 0.0}) == 2
