"""Dry runs that are kept: what llama.cpp would take for a placement does not change while the file, the build and the
devices stay as they are, and finding it out takes as long as reading a vocabulary twice.

One file a model, with the placements that were tried last.
"""

from __future__ import annotations

import contextlib
import hashlib
import os
from collections.abc import Sequence
from pathlib import Path

import msgspec

from engine.durable_files import write_whole
from engine.gguf.gguf_index import GgufIndex
from engine.placement.plan import DeviceBytes, Machine, Placement
from engine.placement.settle import measured_as

# Of the file and of what is counted.
_FORMAT = 2
_PREFIX = "dry-runs-"
# So many placements of a model are kept: one search tries eight at most.
_MOST = 16


class _DryRun(msgspec.Struct, frozen=True):
    placement: Placement
    bytes: dict[str, DeviceBytes]


class _Kept(msgspec.Struct, frozen=True):
    """`key` stands for all that the bytes depend on besides the placement."""

    key: str
    runs: tuple[_DryRun, ...] = ()


class DryRuns:
    """The kept dry runs of one model. `folder` as `LoadRequest.calibrations`, "": nothing is kept."""

    def __init__(self, folder: str, index: GgufIndex, machine: Machine, build: Sequence[str]) -> None:
        name = hashlib.sha256(str(index.path.resolve()).encode()).hexdigest()[:16]
        self._file = Path(folder) / f"{_PREFIX}{name}.json" if folder else None
        self._key = _key(index, machine, build)
        kept = _read(self._file) if self._file else None
        self._runs = kept.runs if kept is not None and kept.key == self._key else ()

    def of(self, placement: Placement) -> dict[str, DeviceBytes] | None:
        """What a dry run found for this placement, or one that it measures alike; None where there was none."""
        sought = measured_as(placement)
        return next((run.bytes for run in self._runs if run.placement == sought), None)

    def keep(self, placement: Placement, found: dict[str, DeviceBytes]) -> None:
        """Keep what a dry run found. That of other machines depends on what runs there, and is not kept."""
        if self._file is None or placement.workers:
            return
        self._runs = (*self._runs, _DryRun(measured_as(placement), found))[-_MOST:]
        with contextlib.suppress(OSError):  # it is found out again
            write_whole(self._file, msgspec.json.encode(_Kept(self._key, self._runs)), synced=False)


def _key(index: GgufIndex, machine: Machine, build: Sequence[str]) -> str:
    devices = [(device.name, device.kind, device.description, device.total) for device in machine.devices]
    # ggml reads this when it starts, and a scheduler makes room for what it lets a device do.
    parts = (_FORMAT, index.fingerprint, tuple(build), devices, os.environ.get("GGML_OP_OFFLOAD_MIN_BATCH"))
    return hashlib.sha256(repr(parts).encode()).hexdigest()


def _read(path: Path) -> _Kept | None:
    try:
        return msgspec.json.decode(path.read_bytes(), type=_Kept)
    except (OSError, msgspec.DecodeError):
        return None
