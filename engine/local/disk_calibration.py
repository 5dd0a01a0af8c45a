"""Speeds of disks that models lie on, measured once per disk and kept in a file beside those of the machine."""

from __future__ import annotations

import contextlib
import hashlib
import os
import time
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

import msgspec
import psutil

from engine.durable_files import write_whole
from engine.local.calibration import BUSY, cores_in_use
from engine.local.disk_speed import disk_bandwidth, expert_reads
from engine.placement.plan import DiskReads, Machine

# Of the file and of how its numbers are taken: another one is measured anew.
_FORMAT = 1
_REMOTE = frozenset(
    "9p acfs afpfs afs beegfs ceph cifs davfs fuse.glusterfs fuse.rclone fuse.sshfs glusterfs gpfs lustre ncpfs nfs "
    "nfs4 smb2 smb3 smbfs webdav".split()
)


class Disk(NamedTuple):
    """A file system as it is mounted. `key` is the same as long as the same one is there, "": it is not known."""

    key: str
    remote: bool


class DiskSpeed(msgspec.Struct, frozen=True):
    """Bytes per second by page faults and by experts, and the seconds that one read waits besides; 0: not measured.
    `taken` is in seconds since 1970."""

    key: str = ""
    taken: float = 0.0
    faults: float = 0.0
    experts: float = 0.0
    wait_s: float = 0.0
    format: int = _FORMAT


def disk_of(path: Path) -> Disk:
    """The file system of a file, or of the folder where it is to be."""
    place = path.resolve()
    mounts = {Path(each.mountpoint): each for each in psutil.disk_partitions(all=True)}
    found = next((mounts[each] for each in (place, *place.parents) if each in mounts), None)
    if found is None:
        return Disk("", remote=place.drive.startswith("\\\\"))
    named = (found.device, found.fstype, found.mountpoint)
    key = hashlib.sha256(repr(named).encode()).hexdigest()[:16]
    return Disk(key, found.fstype.lower() in _REMOTE or "remote" in found.opts.split(","))


def with_kept_disk(machine: Machine, path: Path, folder: Path) -> Machine:
    """The machine with the disk of `path` as `folder` keeps it; measures nothing."""
    disk = disk_of(path)
    return _with(machine, disk, _kept(disk, folder) or DiskSpeed())


def with_measured_disk(
    machine: Machine, path: Path, folder: Path, *, busy: Callable[[], float] = cores_in_use
) -> Machine:
    """The machine with the disk of the file `path`: as `folder` keeps it, else measured in some three seconds. That
    is kept unless other programs are at work: `busy` is the share of all cores in use, asked before and after. What
    cannot be measured is 0."""
    disk = disk_of(path)
    known = _kept(disk, folder)
    if known is not None:
        return _with(machine, disk, known)
    disturbed = busy() > BUSY
    faults = disk_bandwidth(str(path), os.cpu_count() or 1)
    experts = expert_reads(path)
    found = DiskSpeed(disk.key, time.time(), faults, experts.bandwidth, experts.wait_s)
    quiet = experts.alone and not disturbed and busy() <= BUSY
    if disk.key and experts.bandwidth and quiet:
        with contextlib.suppress(OSError):  # it only costs the next plan some seconds
            write_whole(_file(disk, folder), msgspec.json.encode(found), synced=False)
    return _with(machine, disk, found)


def _with(machine: Machine, disk: Disk, speed: DiskSpeed) -> Machine:
    reads = DiskReads(speed.experts, speed.wait_s, disk.remote)
    return msgspec.structs.replace(machine, disk_bandwidth=speed.faults, disk=reads)


def _kept(disk: Disk, folder: Path) -> DiskSpeed | None:
    try:
        found = msgspec.json.decode(_file(disk, folder).read_bytes(), type=DiskSpeed)
    except (OSError, msgspec.DecodeError):
        return None
    return found if found.key == disk.key and found.format == _FORMAT else None


def _file(disk: Disk, folder: Path) -> Path:
    return folder / f"disk-{disk.key}.json"
