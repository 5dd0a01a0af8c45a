"""Engine metrics for `Activity`."""

from __future__ import annotations

import time

from engine.activity import Activity

INTERVAL = 1.0


class Metrics:
    """Takes each step; returns sums and averages since the last call."""

    def __init__(self) -> None:
        self.read = self.reused = self.drafted = self.accepted = 0
        self._begin(0.0)

    def step(self, rows: int, streams: int, elapsed: float, native_s: float) -> None:
        """Record a step: its rows, decoding streams, duration and llama.cpp's part of it."""
        self._rows += rows
        self._streams += streams
        self._steps += 1
        self._writing_steps += streams > 0
        self._elapsed += elapsed
        self._native_s += native_s

    def written(self, tokens: int) -> None:
        self._written += tokens

    def prompt(self, tokens: int) -> None:
        self.read += tokens
        self._read += tokens

    def due(self) -> bool:
        return time.monotonic() - self._since >= INTERVAL

    def take(self, now: Activity) -> Activity:
        """Fill the metrics into `now`; those over time restart."""
        seconds = max(time.monotonic() - self._since, 1e-9)
        activity = Activity(
            answering=now.answering,
            waiting=now.waiting,
            decode_tps=self._written / seconds,
            prefill_tps=self._read / seconds,
            rows=self._rows / self._steps if self._steps else 0.0,
            streams=self._streams / self._writing_steps if self._writing_steps else 0.0,
            python_share=1 - self._native_s / self._elapsed if self._elapsed else 0.0,
            read=self.read,
            reused=self.reused,
            drafted=self.drafted,
            accepted=self.accepted,
            cells=now.cells,
            cells_used=now.cells_used,
            kept_bytes=now.kept_bytes,
            kept_disk_bytes=now.kept_disk_bytes,
            cards=now.cards,
        )
        self._begin(time.monotonic())
        return activity

    def _begin(self, now: float) -> None:
        self._since = now
        self._rows = self._streams = self._steps = self._writing_steps = self._written = self._read = 0
        self._elapsed = self._native_s = 0.0
