"""What undoing would do and has done."""

from __future__ import annotations

from typing import Literal

import msgspec

from agents.events import FileChange


class Step(msgspec.Struct, frozen=True):
    """One file that would be put back. `action`: "restore" content, "remove" a file that was new, "conflict"
    somebody else changed it since and it is left alone unless forced, "lost" nothing was kept of it."""

    path: str
    action: Literal["restore", "remove", "conflict", "lost"]
    change: FileChange
    calls: tuple[str, ...] = ()


class UndoPlan(msgspec.Struct, frozen=True):
    """What undoing the calls `calls` would do, file by file."""

    calls: tuple[str, ...]
    steps: tuple[Step, ...]

    @property
    def conflicts(self) -> tuple[str, ...]:
        return tuple(step.path for step in self.steps if step.action == "conflict")
