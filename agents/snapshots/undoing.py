"""Carries out an undo plan."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator
from pathlib import Path

from msgspec.structs import replace

from agents.events import FileChange, Undone
from agents.snapshots.content import ContentStore
from agents.snapshots.manifest import PLAIN, Item, Manifest, changes_of
from agents.snapshots.planning import Wanted, above, as_left, exactly, linked_to, unhashed
from agents.snapshots.restoring import Occupied, Restorer
from agents.snapshots.scan import ROOT, Look, SnapshotLimits
from agents.snapshots.timeline import states
from agents.snapshots.values import Step, UndoPlan

# What is replaced is kept whatever its size, for undo never loses what a person wrote: copied up to the size of
# a file in a snapshot, moved beyond it.
_ALL = SnapshotLimits(total_bytes=1 << 62)
# Told how many files and folders are done, and of how many.
Progress = Callable[[int, int], None]


class Undoing:
    """Carries out one plan in the workspace `root`. What is replaced or removed is stored first."""

    def __init__(
        self,
        root: Path,
        content: ContentStore,
        plan: UndoPlan,
        force: Iterable[str],
        known: Manifest | None = None,
        stop: Callable[[], bool] = lambda: False,
        progress: Progress = lambda done, total: None,
    ) -> None:
        self._stop = stop
        self._progress, self._count, self._total = progress, 0, 0
        self._stopped = False
        self._root = root
        self._known = known
        self._content = content
        self._plan = plan
        self._force = frozenset(force)
        self._restorer = Restorer(root, content)
        self._conflicts = [*plan.left, *(step.path for step in plan.steps if not self._chosen(step))]
        self._files: list[FileChange] = list(plan.already)
        self._attributes: list[FileChange] = []
        self._removed_paths: set[str] = set()

    def done(self) -> Undone:
        """Carry out the plan.

        Raises UserError `undo.not_written`, `undo.lost`, `undo.not_kept`; what was restored until then stays
        so, and another try goes on from there.
        """
        steps = [step for step in self._plan.steps if self._chosen(step)]
        self._total = len(steps) + len(self._plan.attributes)
        self._progress(0, self._total)
        there = self._there([*steps, *self._plan.attributes])
        steps = [step for step in steps if self._stands(step, there.get(step.path))]
        steps = self._removed(steps, there)
        self._parents(steps, there)
        attributes = [step for step in self._plan.attributes if _unchanged(step, there)]
        done = self._put(steps, attributes, there)
        self._finish(done, there)
        if self._stopped:  # what is still to come into a folder changes its time, so it is not done with
            made = {
                change.path
                for change in self._files
                if change.kind == "folder" and change.change != "deleted"
            }
            self._files = [change for change in self._files if change.path not in made]
            self._attributes = [change for change in self._attributes if change.kind != "folder"]
        plan, conflicts = self._plan, tuple(sorted(set(self._conflicts)))
        done_paths = {change.path for change in self._files}
        return Undone(
            plan.calls,
            tuple(self._files),
            conflicts,
            plan.redo,
            tuple(self._attributes),
            self._stopped,
            tuple(path for path in plan.partly if path in done_paths),
        )

    def _chosen(self, step: Step) -> bool:
        return step.action in ("restore", "remove") or (
            step.action == "conflict" and step.path in self._force
        )

    def _there(self, steps: Collection[Step]) -> dict[str, Item]:
        paths = {
            *(step.path for step in steps),
            *_above(steps),
            *(linked_to(_states(step)[0]) for step in steps),
        }
        unread = unhashed(Wanted(step.path, *_states(step), ()) for step in steps)
        look = Look(self._root, self._content, _ALL, known=self._known, unread=unread)
        now = look.paths(tuple(paths - {""}), deep=False)
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
            if self._ends():
                stay.add(step.path)
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
            self._removed_paths.add(step.path)
            if target is None:
                self._advance()
                self._files.extend(changes_of(_with_links_of(now, _states(step)[1]), None))
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

    def _advance(self) -> None:
        self._count += 1
        self._progress(self._count, self._total)

    def _ends(self) -> bool:
        self._stopped = self._stopped or self._stop()
        return self._stopped

    def _put(self, steps: list[Step], attributes: list[Step], there: dict[str, Item]) -> list[Step]:
        """Restore folders before what is in them, and a file before its other names. Returns the steps that were
        done: once it is to stop, only what was removed to make room.
        """
        done: list[Step] = []
        only = {step.path for step in attributes}
        already = {change.path for change in self._plan.already}
        now = {path: item for path, item in there.items() if path not in self._removed_paths}
        for step in _in_turn([*steps, *attributes]):
            target, left = _states(step)
            if self._ends() and step.path not in self._removed_paths:
                continue
            done.append(step)
            if target is None:
                continue
            self._advance()
            was = there.get(step.path)
            if target.kind != "folder" or step.path not in only:
                self._put_one(target, was, now)
            now[step.path] = target
            if linked_to(target):  # if that name is gone, the next one is joined to this
                now.setdefault(linked_to(target), target)
            changes = changes_of(_with_links_of(was, left) or left, target)
            if step.path not in already:
                (self._attributes if step.path in only else self._files).extend(changes)
        return done

    def _put_one(self, target: Item, was: Item | None, now: dict[str, Item]) -> None:
        other = now.get(linked_to(target))
        if other is not None and _same_content(other, target):
            self._restorer.link(target, other.path)
        else:
            self._restorer.put(target, same=was is not None and _same_content(was, target))

    def _finish(self, done: list[Step], there: dict[str, Item]) -> None:
        """Give folders their modes and times, after what is in them: also those where only files were replaced.

        When it was stopped they are as the run left them, so that the next undo knows them.
        """
        folders = {item.path: item for item in _replaced_in(done, there)}
        if self._stopped:
            above = {_above_it(step) for step in done} - self._removed_paths
            folders = {path: there[path] for path in above if path in there}
        for step in done:
            target = _states(step)[0]
            as_it_was = self._stopped and step.path in there and step.path not in self._removed_paths
            if target is not None and target.kind == "folder" and not as_it_was:
                folders[step.path] = target
        for path in sorted(folders, key=lambda path: path.count("/"), reverse=True):
            self._restorer.finish(folders[path])


def _above_it(step: Step) -> str:
    return step.path.rpartition("/")[0] or ROOT


def _replaced_in(steps: Iterable[Step], there: dict[str, Item]) -> Iterator[Item]:
    """Folders in which names neither came nor went, as they were."""
    names: dict[str, bool] = {}
    for step in steps:
        above = _above_it(step)
        stays = _states(step)[0] is not None and step.path in there
        names[above] = names.get(above, True) and stays
    for path, stays in names.items():
        if stays and path in there:
            yield there[path]


def _unchanged(step: Step, there: dict[str, Item]) -> bool:
    target = _states(step)[0]
    return target is not None and exactly(there.get(step.path), target)


def _same_content(was: Item, target: Item) -> bool:
    return was.kind == target.kind and bool(was.hash == target.hash and (was.hash or target.kind == "pipe"))


def _with_links_of(there: Item | None, left: Item | None) -> Item | None:
    """What is there, with the other names that the run left: a look at some paths does not find them."""
    if there is None or left is None or there.attributes is None or left.attributes is None:
        return there
    linked, outside = left.attributes.linked, left.attributes.outside
    return replace(there, attributes=replace(there.attributes, linked=linked, outside=outside))


def _in_turn(steps: Collection[Step]) -> list[Step]:
    """Folders before what is in them, and a file before its other names."""
    partners = {step.path: linked_to(_states(step)[0]) for step in steps}

    def turn(step: Step) -> tuple[bool, int, int]:
        target, names, path = _states(step)[0], 0, partners[step.path]
        while path in partners and names < len(partners):
            names, path = names + 1, partners[path]
        return target is None or target.kind != "folder", names, _depth(step)

    return sorted(steps, key=turn)


def _states(step: Step) -> tuple[Item | None, Item | None]:
    """The targets, and what the run left."""
    return states(step.parts or (step.change,))[step.path]


def _depth(step: Step) -> int:
    return step.path.count("/")


def _above(steps: Iterable[Step]) -> set[str]:
    """The folders above what is restored."""
    return {folder for step in steps for folder in above(step.path)}
