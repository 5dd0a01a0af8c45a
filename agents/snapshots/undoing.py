"""Carries out an undo plan."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from pathlib import Path

from msgspec.structs import replace

from agents.events import FileChange, Undone
from agents.snapshots.content import ContentStore
from agents.snapshots.manifest import PLAIN, Item, Manifest, changes_of
from agents.snapshots.planning import Wanted, above, as_left, unhashed
from agents.snapshots.restoring import Occupied, Restorer
from agents.snapshots.scan import Look, SnapshotLimits
from agents.snapshots.timeline import states
from agents.snapshots.values import Step, UndoPlan

# What is replaced is kept whatever its size, for undo never loses what a person wrote: copied up to the size of
# a file in a snapshot, moved beyond it.
_ALL = SnapshotLimits(total_bytes=1 << 62)


class Undoing:
    """Carries out one plan in the workspace `root`. What is replaced or removed is stored first."""

    def __init__(
        self,
        root: Path,
        content: ContentStore,
        plan: UndoPlan,
        force: Iterable[str],
        known: Manifest | None = None,
    ) -> None:
        self._root = root
        self._known = known
        self._content = content
        self._plan = plan
        self._force = frozenset(force)
        self._restorer = Restorer(root, content)
        self._conflicts = [step.path for step in plan.steps if not self._chosen(step)]
        self._files: list[FileChange] = list(plan.already)

    def done(self) -> Undone:
        """Carry out the plan.

        Raises UserError `undo.not_written`, `undo.lost`, `undo.not_kept`; what was restored until then stays
        so, and another try goes on from there.
        """
        steps = [step for step in self._plan.steps if self._chosen(step)]
        there = self._there(steps)
        steps = [step for step in steps if self._stands(step, there.get(step.path))]
        steps = self._removed(steps, there)
        self._parents(steps, there)
        self._put(steps, there)
        plan = self._plan
        return Undone(plan.calls, tuple(self._files), tuple(sorted(set(self._conflicts))), plan.redo)

    def _chosen(self, step: Step) -> bool:
        return step.action in ("restore", "remove") or (
            step.action == "conflict" and step.path in self._force
        )

    def _there(self, steps: Collection[Step]) -> dict[str, Item]:
        paths = {*(step.path for step in steps), *_above(steps)}
        unread = unhashed(Wanted(step.path, *_states(step), ()) for step in steps)
        look = Look(self._root, self._content, _ALL, known=self._known, unread=unread)
        now = look.paths(tuple(paths), deep=False)
        self._content.flush()
        return now.by_path()

    def _stands(self, step: Step, there: Item | None) -> bool:
        """Whether it is still as planned, or may be replaced in any state."""
        if step.path in self._force or as_left(there, _states(step)[1]):
            return True
        self._conflicts.append(step.path)
        return False

    def _removed(self, steps: list[Step], there: dict[str, Item]) -> list[Step]:
        """Remove the deepest paths first; what is not kept is moved into the store. Returns the steps that are not
        left alone.
        """
        stay: set[str] = set()
        for step in sorted(steps, key=_depth, reverse=True):
            now, target = there.get(step.path), _states(step)[0]
            kept = now is None or now.kind in PLAIN or bool(now.hash)
            if now is None or (kept and target is not None and now.kind == target.kind):
                continue
            try:
                if kept:
                    self._restorer.remove(now)
                else:
                    there[step.path] = now = replace(now, hash=self._restorer.take(now))
            except Occupied:
                stay.add(step.path)
                self._conflicts.append(step.path)
                continue
            if target is None:
                self._files.extend(changes_of(now, None))
        return [step for step in steps if step.path not in stay]

    def _parents(self, steps: list[Step], there: dict[str, Item]) -> None:
        """Make missing parent folders of what is restored."""
        own = {step.path for step in steps}
        put = [step for step in steps if _states(step)[0] is not None]
        for path in sorted(_above(put) - own, key=lambda path: path.count("/")):
            if path not in there:
                made = Item(path, "folder", mode=0o755)
                self._restorer.put(made)
                self._files.extend(changes_of(None, made))

    def _put(self, steps: list[Step], there: dict[str, Item]) -> None:
        """Restore folders before what is in them, and their modes after it."""
        folders: list[Item] = []
        for step in sorted(steps, key=_depth):
            target, left = _states(step)
            if target is None:
                continue
            self._restorer.put(target)
            if target.kind == "folder":
                folders.append(target)
            self._files.extend(changes_of(there.get(step.path) or left, target))
        for folder in reversed(folders):
            self._restorer.set_mode(folder)


def _states(step: Step) -> tuple[Item | None, Item | None]:
    """The targets, and what the run left."""
    return states(step.parts or (step.change,))[step.path]


def _depth(step: Step) -> int:
    return step.path.count("/")


def _above(steps: Iterable[Step]) -> set[str]:
    """The folders above what is restored."""
    return {folder for step in steps for folder in above(step.path)}
