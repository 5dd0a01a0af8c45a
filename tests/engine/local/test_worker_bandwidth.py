"""Bandwidths of a worker, measured over the network that there is."""

from pathlib import Path

import pytest

from engine.local.calibration import calibrate, with_bandwidths
from engine.local.survey import survey
from tests.support.engines.rpc_worker import rpc_worker

pytestmark = [pytest.mark.model, pytest.mark.long]


def test_a_worker_is_measured_with_its_link(tmp_path: Path) -> None:
    with rpc_worker() as worker:
        found = survey((worker.address,))
        measured = calibrate(
            found.machine, (found.library,), tmp_path, threads=1, workers=(worker.address,), busy=lambda: 0.0
        )
    machine = with_bandwidths(found.machine, measured)
    (device,) = machine.devices
    assert (device.name, device.kind) == ("RPC0", "rpc")
    # A worker that only took the work and did not wait for it would seem to read terabytes.
    assert 10**8 < device.bandwidth < 10**12
    assert 10**6 < device.link < 10**11
    assert machine.ram.bandwidth > 10**8
