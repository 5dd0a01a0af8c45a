"""What layers cost, measured on a worker on loopback, through the loading of any model."""

from __future__ import annotations

from pathlib import Path

import msgspec
import pytest

from engine.local import calibration
from engine.local.calibration import Calibration, DeviceSpeed, calibrate, with_bandwidths
from engine.local.layer_costs.measuring import layer_costs
from engine.placement.plan import LayerCosts
from tests.support.cached import is_built
from tests.support.machines import GB, gpu, machine
from tests.support.rpc_worker import rpc_worker

pytestmark = pytest.mark.process


@pytest.mark.skipif(not is_built(), reason="set-up did not build the plugin")
def test_hand_overs_and_a_cached_layer_take_time_that_a_whole_layer_does_not() -> None:
    with rpc_worker() as worker:
        found = layer_costs("RPC0", 1, (worker.address,))
    assert 0 < found.away < 1 and 0 < found.cached < 1


def test_a_device_that_is_not_there_costs_nothing_known() -> None:
    assert layer_costs("CUDA7", 1) == LayerCosts()


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
