"""Events of what happened on the machine."""

from __future__ import annotations

from typing import Literal

import msgspec

from agents.events.values import BackgroundEnd, FileChange, count_files
from agents.hooks import HookTime


class SnapshotTaken(msgspec.Struct, frozen=True, tag_field="kind", tag="snapshot"):
    """Phase "before": what a call may change is kept, before it does. Phase "after": what it did change.

    `manifest` names the kept list of what was there: at the paths that the call names, or in the whole workspace
    when its changes are not known in advance. `files` of the first phase are those it names. `uncovered` counts
    files that are too large to keep or cannot be read: those cannot be undone. `attributes` are changes of times,
    owners, extended attributes and hard links alone, such as that of a folder in which a file is new.
    """

    call: str
    phase: Literal["before", "after"]
    files: tuple[FileChange, ...] = ()
    manifest: str = ""
    uncovered: int = 0
    attributes: tuple[FileChange, ...] = ()


class HookRan(msgspec.Struct, frozen=True, tag_field="kind", tag="hook"):
    """A hook of the person's was carried out. `name` names it within the run, as snapshots do.

    `status`: "ok" ended with exit code 0, "failed" with another `code`; "timeout" was ended by a limit, a person or
    the sandbox; "error" could not be carried out, and `text` is the error's code. Else `text` is what the model is
    given of its output, the whole of which `handle` names where that is more. `again`: the run goes on because of it.
    """

    name: str
    when: HookTime
    command: str
    status: Literal["ok", "failed", "timeout", "error"]
    text: str = ""
    handle: str = ""
    seconds: float = 0.0
    code: int = 0
    again: bool = False

    @property
    def outcome(self) -> Literal["ok", "failed", "timeout", "error", "still"]:
        """What a person is told: "still" is one before the end that failed though the run had gone on once."""
        fails = self.when == "end" and self.status in ("failed", "timeout")
        return "still" if fails and not self.again else self.status


class Undone(msgspec.Struct, frozen=True, tag_field="kind", tag="undone"):
    """Files were restored to what they were before the calls `calls`; `files` are those that changed,
    `conflicts` the paths left alone because somebody else had changed them since, `attributes` as in a snapshot.

    `redo`: an earlier one was taken back, and the files are again as the calls had left them. `stopped`: a person
    broke it off, and the next undo goes on from there. `partly` are paths of which only some changes were taken back:
    their `files` tell what they were just before, and what they are now.
    """

    calls: tuple[str, ...]
    files: tuple[FileChange, ...]
    conflicts: tuple[str, ...] = ()
    redo: bool = False
    attributes: tuple[FileChange, ...] = ()
    stopped: bool = False
    partly: tuple[str, ...] = ()

    @property
    def count(self) -> int:
        """How many files it was: a folder that came or went with its files is none."""
        return count_files(self.files or self.attributes)


class Background(msgspec.Struct, frozen=True, tag_field="kind", tag="background"):
    """A command that goes on in the background, `id` within the run.

    `state`: "started" by the call `call` with the line `command`; "output", of which `text` is the end of what is
    new and `bytes` counts all so far, or its `ports` have changed, at which it listens; "ended" with the exit code
    `code`, negative a signal. `reason` of the end: "exit" by itself, "model" and "user" have stopped it, "run" the
    end of the run, "sandbox" that of its sandbox, "interrupted" that of Coterie.
    """

    id: str
    state: Literal["started", "output", "ended"]
    call: str = ""
    command: str = ""
    text: str = ""
    bytes: int = 0
    ports: tuple[int, ...] = ()
    code: int = 0
    reason: BackgroundEnd | Literal[""] = ""
