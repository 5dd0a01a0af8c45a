"""Stored tuning results of models on this machine, in the data folder."""

from __future__ import annotations

import contextlib
from pathlib import Path

import msgspec

from engine.durable_files import write_whole
from engine.local.measure.tuning import Tuning

FILE_NAME = "tuning.json"
_KEPT = 200  # models and machines; the oldest is dropped


class _Kept(msgspec.Struct, frozen=True):
    """`machine` is a calibration's key, `model` a fingerprint."""

    machine: str
    model: str
    tuning: Tuning


def fingerprint(path: Path) -> str:
    """Name and size of a model's file: enough to recognize a different one. Raises OSError."""
    return f"{path.name}:{path.stat().st_size}"


def kept_tuning(home: Path, machine: str, model: Path) -> Tuning | None:
    """The stored result for the model's file on the machine with this calibration key; None for none."""
    with contextlib.suppress(OSError):
        wanted = fingerprint(model)
        for row in reversed(_read(home)):
            if (row.machine, row.model) == (machine, wanted):
                return row.tuning
    return None


def keep_tuning(home: Path, machine: str, model: Path, tuning: Tuning) -> None:
    """Replace the stored result for this model and machine. Raises OSError."""
    row = _Kept(machine, fingerprint(model), tuning)
    others = [kept for kept in _read(home) if (kept.machine, kept.model) != (row.machine, row.model)]
    write_whole(home / FILE_NAME, msgspec.json.encode([*others, row][-_KEPT:]), synced=False)


def _read(home: Path) -> list[_Kept]:
    """A damaged file, or one of another version, counts as empty: models are tuned again."""
    try:
        return msgspec.json.decode((home / FILE_NAME).read_bytes(), type=list[_Kept])
    except (OSError, msgspec.DecodeError):
        return []
