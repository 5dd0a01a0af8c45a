"""Bandwidths measured on this machine with the real library, and the file that keeps them."""

from pathlib import Path

import msgspec
import psutil
import pytest

from engine.errors import UserError
from engine.local import calibration
from engine.local.calibration import Calibration, DeviceSpeed, calibrate, machine_key, with_bandwidths
from engine.local.native.timing.attention_speed import WAYS
from engine.placement.plan import RAM, Device, Machine

pytestmark = pytest.mark.long

TOTAL = psutil.virtual_memory().total
MACHINE = Machine(Device(RAM, "cpu", "processor", TOTAL, TOTAL))
BUILD = ("1.0", "AVX2")
CARD = Device("CUDA0", "gpu", "a card", 8, 8)


def idle() -> float:
    return 0.0


def with_devices(*devices: Device) -> Machine:
    return msgspec.structs.replace(MACHINE, devices=devices)


@pytest.mark.model
def test_ram_is_measured_once_and_kept(tmp_path: Path) -> None:
    first = calibrate(MACHINE, BUILD, tmp_path, threads=1, busy=idle)
    assert first.ram > 10**8
    assert [(each.attention, each.kv_type) for each in first.attention] == 2 * list(WAYS)
    assert all(min(each.decode, each.prefill) > 10**7 for each in first.attention)
    assert calibrate(MACHINE, BUILD, tmp_path, threads=1, busy=idle) == first
    machine = with_bandwidths(MACHINE, first)
    assert machine.ram.bandwidth == first.ram
    assert (machine.attention, machine.decode_threads) == (first.attention, 1)


@pytest.mark.parametrize("damage", [b"", b"{", b"[]", b"\xff\xfe", b'{"key":"other","taken":0}'])
def test_a_damaged_or_foreign_file_is_measured_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, damage: bytes
) -> None:
    speed = DeviceSpeed(RAM, "processor", 7e9)
    monkeypatch.setattr(calibration, "ask", lambda *_, **__: speed)
    path = tmp_path / f"calibration-{machine_key(MACHINE, BUILD, 1)}.json"
    path.write_bytes(damage)
    assert calibrate(MACHINE, BUILD, tmp_path, threads=1, busy=idle).ram == speed.bandwidth
    assert msgspec.json.decode(path.read_bytes(), type=Calibration).ram == speed.bandwidth


@pytest.mark.model
def test_a_device_that_cannot_be_measured_is_left_at_zero_and_tried_again(tmp_path: Path) -> None:
    found = calibrate(with_devices(CARD), BUILD, tmp_path, threads=1, busy=idle)
    assert found.ram > 0
    assert found.devices == (DeviceSpeed("CUDA0", "a card"),)
    assert not found.complete
    assert list(tmp_path.iterdir()) == []


@pytest.mark.model
@pytest.mark.parametrize("shares", [(0.9, 0.0), (0.0, 0.9)])
def test_what_is_measured_beside_busy_programs_is_not_believed(
    tmp_path: Path, shares: tuple[float, float]
) -> None:
    share = iter(shares)
    found = calibrate(MACHINE, BUILD, tmp_path, threads=1, busy=lambda: next(share, 0.0))
    assert (found.ram, found.attention, found.decode_threads) == (0, (), 0)
    assert list(tmp_path.iterdir()) == []
    assert calibrate(MACHINE, BUILD, tmp_path, threads=1, busy=idle).ram > 0


def test_measuring_can_be_cancelled(tmp_path: Path) -> None:
    with pytest.raises(UserError, match=r"engine\.load_cancelled"):
        calibrate(MACHINE, BUILD, tmp_path, keep_going=lambda _: False, busy=idle)


def test_the_key_changes_with_whatever_changes_the_speed() -> None:
    same = machine_key(MACHINE, BUILD, 2)
    assert machine_key(MACHINE, BUILD, 2) == same
    others = {
        machine_key(MACHINE, BUILD, 3),
        machine_key(MACHINE, ("1.0",), 2),
        machine_key(with_devices(CARD), BUILD, 2),
        machine_key(Machine(Device(RAM, "cpu", "processor", 1, 1)), BUILD, 2),
    }
    assert len(others | {same}) == 5


def test_bandwidths_reach_the_device_they_were_measured_on() -> None:
    other = Device("CUDA1", "gpu", "another card", 8, 8)
    found = Calibration("k", 0.0, 5.0, (DeviceSpeed("CUDA0", "a card", 9.0, 3.0),))
    first, second = with_bandwidths(with_devices(CARD, other), found).devices
    assert (first.bandwidth, first.link) == (9.0, 3.0)
    assert second == other
