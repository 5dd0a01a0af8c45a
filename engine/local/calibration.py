"""Speeds of this machine, measured once per machine and build and kept in a file: of memory, and of attention.

Each device is measured in its own child process, so a failing driver or worker loses one measurement only.
"""

from __future__ import annotations

import contextlib
import hashlib
import time
from collections.abc import Callable, Sequence
from pathlib import Path

import msgspec
import psutil

from engine.durable_files import write_whole
from engine.errors import UserError
from engine.local.isolated_call import Report, ask
from engine.local.threads import decode_candidates, default_threads, fastest
from engine.placement import processor
from engine.placement.plan import RAM, AttentionSpeed, Device, LayerCosts, Machine

# Of the file and of how its numbers are taken: another one is measured anew.
_FORMAT = 5
# Other programs that keep more than this share of all cores busy slow the processor's kernels down several times.
BUSY = 0.3
_BUSY_SECONDS = 0.3
# One device takes some two seconds, RAM four; a worker that stalls is left unmeasured.
_PATIENCE = 15.0


class DeviceSpeed(msgspec.Struct, frozen=True, tag="device_speed"):
    """As in `Device`; 0 for what could not be measured. `attention` and `decode_threads` as in `Machine`, of RAM."""

    name: str
    description: str
    bandwidth: float = 0.0
    link: float = 0.0
    attention: tuple[AttentionSpeed, ...] = ()
    costs: LayerCosts = LayerCosts()
    decode_threads: int = 0


class Calibration(msgspec.Struct, frozen=True):
    """Measured bandwidths in bytes per second; `key` names machine and build, `taken` is in seconds since
    1970. `attention` and `decode_threads` as in `Machine`."""

    key: str
    taken: float
    ram: float = 0.0
    devices: tuple[DeviceSpeed, ...] = ()
    attention: tuple[AttentionSpeed, ...] = ()
    decode_threads: int = 0
    format: int = _FORMAT

    @property
    def complete(self) -> bool:
        """Whether every attempted measurement succeeded."""
        return self.ram > 0 and all(speed.bandwidth > 0 for speed in self.devices)


def machine_key(machine: Machine, build: Sequence[str], threads: int) -> str:
    """The same for the same processor, memory size, devices, threads, and `build` (library version, CPU
    features in use)."""
    parts = [
        processor.processor_name(processor.read_cpuinfo()),
        machine.ram.total,
        [(device.name, device.kind, device.description, device.total) for device in machine.devices],
        list(build),
        threads,
    ]
    return hashlib.sha256(msgspec.json.encode(parts)).hexdigest()[:16]


def cores_in_use() -> float:
    """The share of all cores, over a moment."""
    return psutil.cpu_percent(_BUSY_SECONDS) / 100


def calibrate(
    machine: Machine,
    build: Sequence[str],
    folder: Path,
    *,
    threads: int = 0,
    workers: Sequence[str] = (),
    costs: Callable[[str, int, Sequence[str]], LayerCosts] = lambda *_: LayerCosts(),
    keep_going: Callable[[float], bool] = lambda _: True,
    busy: Callable[[], float] = cores_in_use,
) -> Calibration:
    """The stored calibration, or a new one, which takes some two seconds per kind of device.

    `costs` measures what layers cost on a device, given its name, threads and workers. `folder` keeps one small file
    per machine and build; a damaged one is measured again. `keep_going` gets the progress, 0 to 1, and ends the
    measuring by returning False: then UserError `engine.load_cancelled` is raised. Nothing else is: a bandwidth that
    cannot be measured is 0, and all is measured again the next time. So it is where other programs are at work: then
    what the processor takes part in is 0. `busy` is the share of all cores that is in use, asked before and after.
    """
    threads = threads or default_threads()
    known = kept_calibration(machine, build, folder, threads=threads)
    if known is not None:
        return known
    key = machine_key(machine, build, threads)
    disturbed = busy() > BUSY
    found = _measured(machine, key, threads, workers, costs, keep_going)
    if disturbed or busy() > BUSY:
        quiet = tuple(msgspec.structs.replace(each, costs=LayerCosts()) for each in found.devices)
        found = msgspec.structs.replace(found, ram=0.0, attention=(), decode_threads=0, devices=quiet)
    if found.complete:
        with contextlib.suppress(OSError):  # it only costs the next start some seconds
            write_whole(_path(folder, key), msgspec.json.encode(found), synced=False)
    return found


def kept_calibration(
    machine: Machine, build: Sequence[str], folder: Path, *, threads: int = 0
) -> Calibration | None:
    """The stored calibration in `folder` for this machine and build; measures nothing."""
    key = machine_key(machine, build, threads or default_threads())
    try:
        found = msgspec.json.decode(_path(folder, key).read_bytes(), type=Calibration)
    except (OSError, msgspec.DecodeError):
        return None
    return found if found.key == key and found.format == _FORMAT else None


def with_bandwidths(machine: Machine, calibration: Calibration) -> Machine:
    """The machine with its measured bandwidths; unmeasured devices stay as they are."""
    speeds = {(speed.name, speed.description): speed for speed in calibration.devices}

    def measured(device: Device) -> Device:
        speed = speeds.get((device.name, device.description))
        if speed is None:
            return device
        return msgspec.structs.replace(device, bandwidth=speed.bandwidth, link=speed.link, costs=speed.costs)

    ram = msgspec.structs.replace(machine.ram, bandwidth=calibration.ram)
    return msgspec.structs.replace(
        machine,
        ram=ram,
        devices=tuple(map(measured, machine.devices)),
        attention=calibration.attention,
        decode_threads=calibration.decode_threads,
    )


def _measured(
    machine: Machine,
    key: str,
    threads: int,
    workers: Sequence[str],
    costs: Callable[[str, int, Sequence[str]], LayerCosts],
    keep_going: Callable[[float], bool],
) -> Calibration:
    done: dict[tuple[str, int], DeviceSpeed] = {}  # of equal cards one is measured
    speeds: list[DeviceSpeed] = []
    all_devices = (machine.ram, *machine.devices)
    for number, device in enumerate(all_devices):
        if not keep_going(number / len(all_devices)):
            raise UserError("engine.load_cancelled")
        like = (device.description, device.total)
        speed = None if device.kind == "rpc" else done.get(like)
        if speed is None:
            speed = _asked(device, threads, workers)
            if device.name != RAM and speed.bandwidth:
                speed = msgspec.structs.replace(speed, costs=costs(device.name, threads, workers))
            done[like] = speed
        speeds.append(msgspec.structs.replace(speed, name=device.name, description=device.description))
    ram, *others = speeds
    return Calibration(
        key,
        time.time(),
        ram.bandwidth,
        devices=tuple(others),
        attention=ram.attention,
        decode_threads=ram.decode_threads,
    )


def _asked(device: Device, threads: int, workers: Sequence[str]) -> DeviceSpeed:
    arguments = (device.name, device.description, threads, tuple(workers))
    try:
        return ask(_measure, arguments, DeviceSpeed, patience=_PATIENCE, workers=workers)
    except UserError:
        return DeviceSpeed(device.name, device.description)


def _measure(_: Report, name: str, description: str, threads: int, workers: tuple[str, ...]) -> DeviceSpeed:
    from engine.local.native.devices import register_workers
    from engine.local.native.timing import bandwidth
    from engine.local.native.timing.attention_speed import attention_speeds

    register_workers(workers)
    if name != RAM:
        read = bandwidth.product_bandwidth(name, threads)
        return DeviceSpeed(name, description, read, bandwidth.link_bandwidth(name))
    reads = {count: bandwidth.product_bandwidth(name, count) for count in decode_candidates(threads)}
    best = fastest(reads)
    ways = attention_speeds(threads)
    return DeviceSpeed(name, description, reads[best], attention=ways, decode_threads=best)


def _path(folder: Path, key: str) -> Path:
    return folder / f"calibration-{key}.json"
