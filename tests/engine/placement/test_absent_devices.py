"""What is kept of wishes when the devices that they were made for have gone."""

from __future__ import annotations

import pytest

from engine.placement.budgets import without_absent
from engine.placement.plan import RAM, Machine, Mode, PlacementOptions
from engine.placement.planner import plan
from tests.support.placement.machines import GB, gpu, machine, small_index, worker

ALONE = machine(8 * GB)
WITH_WORKER = machine(8 * GB, worker(2 * GB))
WITH_CARD = machine(8 * GB, gpu(2 * GB))


@pytest.mark.parametrize(
    ("host", "modes"),
    [
        (ALONE, ["cpu"]),
        (WITH_WORKER, ["cpu", "layers", "resident", "cached"]),
        (WITH_CARD, ["cpu", "layers", "resident", "cached", "streamed_prompts", "streamed"]),
    ],
)
def test_a_kept_mode_does_not_outlive_the_devices_that_can_do_it(host: Machine, modes: list[Mode]) -> None:
    every: list[Mode] = ["cpu", "layers", "resident", "cached", "streamed_prompts", "streamed"]
    kept = {mode: without_absent(PlacementOptions(4096, mode=mode), host) for mode in every}
    assert [mode for mode in every if kept[mode].mode == mode] == modes
    assert {options.context for options in kept.values()} == {4096}
    for mode in every:
        assert plan(small_index(), host, kept[mode]).fits


def test_a_kept_budget_does_not_outlive_its_device() -> None:
    options = PlacementOptions(budgets={"RPC0": GB, RAM: 2 * GB})
    assert without_absent(options, ALONE).budgets == {RAM: 2 * GB}
    assert without_absent(options, WITH_WORKER).budgets == options.budgets
