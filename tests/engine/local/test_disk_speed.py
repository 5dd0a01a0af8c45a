"""How fast disks give experts: measured on real files, kept for each disk, and not believed beside other programs."""

from __future__ import annotations

import os
import random
from pathlib import Path
from types import SimpleNamespace

import msgspec
import psutil
import pytest

from engine.local import disk_calibration
from engine.local.disk_calibration import DiskSpeed, disk_of, with_kept_disk, with_measured_disk
from engine.local.disk_speed import EXPERT, ExpertReads, disk_bandwidth, expert_reads
from engine.placement.plan import DiskReads
from tests.support.placement.machines import GB, machine

HOST = machine(8 * GB)


def idle() -> float:
    return 0.0


@pytest.fixture(scope="module")
def weights(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("disk") / "weights.gguf"
    with path.open("wb") as file:
        for _ in range(24):
            file.write(random.Random(1).randbytes(EXPERT))
        file.flush()
        os.fsync(file.fileno())
    return path


def test_experts_are_read_past_the_cache_and_nothing_is_written(weights: Path) -> None:
    before = weights.stat()
    found = expert_reads(weights)
    assert found.bandwidth > 10**5 and found.wait_s >= 0
    assert disk_bandwidth(str(weights), 2) > 10**5
    after = weights.stat()
    assert (after.st_size, after.st_mtime_ns) == (before.st_size, before.st_mtime_ns)


def test_a_file_that_is_cut_off_meanwhile_gives_no_speed(
    weights: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(os, "preadv", lambda *_: 0)
    assert expert_reads(weights) == ExpertReads()


def test_a_system_that_counts_no_reads_is_measured_all_the_same(
    weights: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def untold(**_: bool) -> None:
        raise NotImplementedError

    monkeypatch.setattr(psutil, "disk_io_counters", untold)
    assert expert_reads(weights).alone


@pytest.mark.skipif(not hasattr(os, "O_DIRECT"), reason="not for files that are open")
def test_a_disk_without_direct_reads_is_measured_all_the_same(
    weights: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    opened, open_file = [], os.open

    def refusing(path: Path, flags: int) -> int:
        opened.append(flags)
        if flags & os.O_DIRECT:
            raise OSError(22, "Invalid argument")
        return open_file(path, flags)

    monkeypatch.setattr(os, "open", refusing)
    assert expert_reads(weights).bandwidth > 10**5
    assert opened == [os.O_RDONLY | os.O_DIRECT, os.O_RDONLY]


def test_what_tells_nothing_of_a_disk_has_no_speed(tmp_path: Path) -> None:
    short, holes = tmp_path / "short", tmp_path / "holes"
    short.write_bytes(b"x")
    with holes.open("wb") as file:
        file.truncate(64 * EXPERT)
    for path in (short, holes, tmp_path, tmp_path / "missing"):
        assert expert_reads(path) == ExpertReads()
    for path in (short, tmp_path, tmp_path / "missing"):
        assert disk_bandwidth(str(path), 2) == 0


def test_a_disk_is_measured_once(weights: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(disk_calibration, "expert_reads", lambda _: ExpertReads(3e9, 1e-4, alone=True))
    assert with_kept_disk(HOST, weights, tmp_path) == HOST
    found = with_measured_disk(HOST, weights, tmp_path, busy=idle)
    assert found.disk == DiskReads(3e9, 1e-4) and found.disk_bandwidth > 0
    monkeypatch.setattr(disk_calibration, "expert_reads", lambda _: pytest.fail("measured again"))
    assert with_measured_disk(HOST, weights, tmp_path, busy=idle) == found
    assert with_kept_disk(HOST, weights.parent / "not there yet" / "other.gguf", tmp_path) == found


@pytest.mark.parametrize(
    ("shares", "reads"),
    [
        ((0.9, 0.0), ExpertReads(3e9, 1e-4, alone=True)),
        ((0.0, 0.9), ExpertReads(3e9, 1e-4, alone=True)),
        ((0.0, 0.0), ExpertReads(3e9, 1e-4, alone=False)),
        ((0.0, 0.0), ExpertReads()),
    ],
    ids=["busy before", "busy after", "others read", "not measured"],
)
def test_what_is_measured_beside_others_is_used_once_and_not_kept(
    weights: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    shares: tuple[float, float],
    reads: ExpertReads,
) -> None:
    monkeypatch.setattr(disk_calibration, "expert_reads", lambda _: reads)
    share = iter(shares)
    found = with_measured_disk(HOST, weights, tmp_path, busy=lambda: next(share, 0.0))
    assert found.disk.bandwidth == reads.bandwidth
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("damage", [b"", b"{", b"[]", b"\xff", b'{"key":"other"}'])
def test_a_damaged_file_is_measured_again(weights: Path, tmp_path: Path, damage: bytes) -> None:
    path = tmp_path / f"disk-{disk_of(weights).key}.json"
    path.write_bytes(damage)
    assert with_kept_disk(HOST, weights, tmp_path) == HOST
    path.write_bytes(msgspec.json.encode(DiskSpeed(disk_of(weights).key, 0.0, 1e9, 2e9, 1e-4)))
    assert with_kept_disk(HOST, weights, tmp_path).disk == DiskReads(2e9, 1e-4)


@pytest.mark.parametrize(
    ("kind", "options", "remote"),
    [("ext4", "rw", False), ("nfs4", "rw", True), ("fuse.sshfs", "rw", True), ("NTFS", "rw,remote", True)],
)
def test_disks_in_a_network_are_told_apart(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, kind: str, options: str, *, remote: bool
) -> None:
    mounts = [
        SimpleNamespace(device="/dev/a", mountpoint="/", fstype="ext4", opts="rw"),
        SimpleNamespace(device="there", mountpoint=str(tmp_path), fstype=kind, opts=options),
    ]
    monkeypatch.setattr(psutil, "disk_partitions", lambda all: mounts)
    there, here = disk_of(tmp_path / "models" / "m.gguf"), disk_of(tmp_path.parent)
    assert there.remote is remote and not here.remote
    assert there.key != here.key
    assert with_kept_disk(HOST, tmp_path, tmp_path).disk == DiskReads(remote=remote)
