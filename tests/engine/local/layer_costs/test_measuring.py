"""What layers cost, measured on a worker on loopback, through the loading of any model."""

from __future__ import annotations

import os
import tempfile
from pathlib import Path
from typing import NoReturn

import msgspec
import pytest

from engine.local import calibration
from engine.local.calibration import Calibration, DeviceSpeed, calibrate, with_bandwidths
from engine.local.isolated_call import Report, ask
from engine.local.layer_costs import measuring
from engine.local.layer_costs.measuring import layer_costs
from engine.placement.plan import LayerCosts
from tests.support.engines.rpc_worker import rpc_worker
from tests.support.experts.cached import is_built
from tests.support.placement.machines import GB, gpu, machine

pytestmark = pytest.mark.process


@pytest.mark.skipif(not is_built(), reason="set-up did not build the plugin")
def test_all_three_ways_are_loaded_and_timed(tmp_path: Path) -> None:
    """Which of them takes longer is left open: other programs may come in between."""
    with rpc_worker() as worker:
        question = ("RPC0", 1, (worker.address,), str(tmp_path))
        found = ask(measuring._measure, question, measuring._Costs, patience=100.0, workers=(worker.address,))
    assert 0 <= found.found.away < 10 and 0 <= found.found.cached < 10


def test_a_device_that_is_not_there_costs_nothing_known() -> None:
    assert layer_costs("CUDA7", 1) == LayerCosts()


def _dies(_: Report, _device: str, _threads: int, _workers: tuple[str, ...], folder: str) -> NoReturn:
    (Path(folder) / "mixture.gguf").write_bytes(b"GGUF")
    os.abort()


def test_a_child_that_dies_leaves_no_file_behind(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    monkeypatch.setattr(measuring, "_measure", _dies)
    assert layer_costs("CUDA7", 1) == LayerCosts()
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("share", [0.0, 0.9])
def test_they_reach_the_device_unless_the_machine_was_busy(
    share: float, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    costs = LayerCosts(1e-4, 2e-4)

    def speed(_: object, arguments: tuple[str, ...], *__: object, **___: object) -> DeviceSpeed:
        return DeviceSpeed(arguments[0], arguments[1], 1e9, 1e9)

    monkeypatch.setattr(calibration, "ask", speed)
    host = machine(8 * GB, gpu(2 * GB))
    known = calibrate(host, ("build",), tmp_path, threads=1, costs=lambda *_: costs, busy=lambda: share)
    (device,) = with_bandwidths(host, known).devices
    assert device.costs == (LayerCosts() if share else costs)
    assert bool(list(tmp_path.iterdir())) == (not share)
    assert msgspec.json.decode(msgspec.json.encode(known), type=Calibration) == known
