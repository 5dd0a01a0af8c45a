"""Changes of a run to each path, folded from its journal. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import msgspec
from msgspec.structs import replace

from agents.events import Entry, FileChange, SnapshotTaken, Undone
from agents.snapshots.manifest import Item

MANIFEST = "manifest:"


class Layer(msgspec.Struct, frozen=True):
    """What one call did to one path. None: there was nothing."""

    call: str
    seq: int
    before: Item | None
    after: Item | None


class Timeline:
    """Layers of each path that still count, oldest first, without those undone.

    `undone` are the undos that were not taken back, in order.
    """

    def __init__(self, entries: Sequence[Entry]) -> None:
        self.layers: dict[str, list[Layer]] = {}
        self.undone: list[Undone] = []
        self._gone: list[dict[str, list[Layer]]] = []
        self._parted: list[dict[str, Layer]] = []  # what an undo left of files that it took back in part
        for entry in entries:
            if isinstance(entry.event, SnapshotTaken) and entry.event.phase == "after":
                for path, (before, after) in states((*entry.event.files, *entry.event.attributes)).items():
                    layer = Layer(entry.event.call, entry.seq, before, after)
                    self.layers.setdefault(path, []).append(layer)
            elif isinstance(entry.event, Undone):
                self._undo(entry.event, entry.seq)

    def _undo(self, event: Undone, seq: int) -> None:
        if event.redo:
            if self.undone:
                self._redo(event)
            return
        calls, gone = set(event.calls), dict[str, list[Layer]]()
        parted = {path: each for path, each in states(event.files).items() if path in event.partly}
        self._parted.append({path: Layer(f"review{seq}", seq, *each) for path, each in parted.items()})
        for path, part in self._parted[-1].items():
            self.layers.setdefault(path, []).append(part)
        for path in {change.path for change in (*event.files, *event.attributes)} - parted.keys():
            layers = self.layers.get(path, [])
            gone[path] = [layer for layer in layers if layer.call in calls]
            self.layers[path] = [layer for layer in layers if layer.call not in calls]
        self.undone.append(event)
        self._gone.append(gone)

    def _redo(self, event: Undone) -> None:
        """Take the last undo back; of one that was stopped only the paths that were done."""
        done = {change.path for change in (*event.files, *event.attributes)} if event.stopped else None
        for path, part in self._parted[-1].items():
            if done is None or path in done:
                self.layers[path] = [layer for layer in self.layers[path] if layer is not part]
        for path in [path for path in self._gone[-1] if done is None or path in done]:
            self.layers[path] = [*self.layers.get(path, []), *self._gone[-1].pop(path)]
        last = self.undone.pop()
        files, attributes = (
            tuple(change for change in changes if done is not None and change.path not in done)
            for changes in (last.files, last.attributes)
        )
        if files or attributes:
            partly = tuple(path for path in last.partly if path not in (done or ()))
            self.undone.append(replace(last, files=files, attributes=attributes, partly=partly))
            self._parted[-1] = {path: part for path, part in self._parted[-1].items() if path in partly}
        else:
            self._gone.pop(), self._parted.pop()


def states(changes: Iterable[FileChange]) -> dict[str, tuple[Item | None, Item | None]]:
    """States before and after of each path; a path has two changes where its type changed."""
    found: dict[str, tuple[Item | None, Item | None]] = {}
    for change in changes:
        before, after = found.get(change.path, (None, None))
        if change.change != "new":
            before = Item(
                change.path,
                change.kind,
                change.before,
                change.bytes_before,
                change.mode,
                change.link,
                attributes=change.attributes,
            )
        if change.change != "deleted":
            after = Item(
                change.path,
                change.kind,
                change.after,
                change.bytes_after,
                change.mode_after,
                change.link,
                attributes=change.attributes_after,
            )
        found[change.path] = before, after
    return found


def unsettled(entries: Sequence[Entry]) -> tuple[SnapshotTaken, ...]:
    """Snapshots before calls whose changes are not recorded: the process ended first."""
    waiting: dict[str, SnapshotTaken] = {}
    for entry in entries:
        if isinstance(entry.event, SnapshotTaken):
            if entry.event.phase == "before":
                waiting[entry.event.call] = entry.event
            else:
                waiting.pop(entry.event.call, None)
    return tuple(waiting.values())


def hashes(entries: Sequence[Entry]) -> set[str]:
    """Contents that undoing this run needs, and with `MANIFEST` before them the manifests of `unsettled`
    snapshots, whose contents are needed too.
    """
    found: set[str] = set()
    for entry in entries:
        if isinstance(entry.event, SnapshotTaken | Undone):
            for change in (*entry.event.files, *entry.event.attributes):
                found |= {change.before, change.after}
    found |= {MANIFEST + snapshot.manifest for snapshot in unsettled(entries)}
    return found - {""}
