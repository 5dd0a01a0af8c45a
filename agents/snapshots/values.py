"""Values of undo plans and results."""

from __future__ import annotations

from typing import Literal

import msgspec

from agents.events import FileChange


class Step(msgspec.Struct, frozen=True):
    """One file that would be restored.

    `action`: "restore" content, "remove" a file that was new, "conflict" somebody else changed it since and
    it is left alone unless forced, "lost" nothing was kept of it.

    `change` is what the calls did to it, all in all: it would become what it was before that. Where one kind
    of thing took the place of another, `change` is "changed" and `kind` that of before; `parts` are then the
    two changes it is made of, what was deleted and what is new.
    """

    path: str
    action: Literal["restore", "remove", "conflict", "lost"]
    change: FileChange
    calls: tuple[str, ...] = ()
    parts: tuple[FileChange, ...] = ()


class UndoPlan(msgspec.Struct, frozen=True):
    """An undo of the calls `calls`, file by file.

    `attributes` are steps that restore only times, owners, extended attributes and hard links. `already` are
    changes that are back already, as after an interrupted undo. `redo`: it takes an undo back. `partly` as in
    `Undone`; `left` are paths whose changes cannot all be taken back, because somebody changed these lines since.
    """

    calls: tuple[str, ...]
    steps: tuple[Step, ...]
    already: tuple[FileChange, ...] = ()
    redo: bool = False
    attributes: tuple[Step, ...] = ()
    partly: tuple[str, ...] = ()
    left: tuple[str, ...] = ()

    @property
    def conflicts(self) -> tuple[str, ...]:
        return tuple(step.path for step in self.steps if step.action == "conflict")
