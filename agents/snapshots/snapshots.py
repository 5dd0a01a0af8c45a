"""Snapshots before and after the calls of runs in a workspace, and undo."""

from __future__ import annotations

import contextlib
import hashlib
import os
import time
from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from pathlib import Path

import msgspec

from agents.events import Entry, FileChange, SnapshotTaken, Undone
from agents.permissions.path_rules import PathRefused
from agents.permissions.values import Effects, ToolFacts
from agents.snapshots.content import ContentStore
from agents.snapshots.coverage import coverable
from agents.snapshots.manifest import Item, Manifest, completed, difference, packed, shortened, unpacked
from agents.snapshots.names import kept_name
from agents.snapshots.planning import Wanted, above, linked_to, plan_of, taken_back, unhashed, wanted
from agents.snapshots.restoring import parent_of
from agents.snapshots.scan import Look, SnapshotLimits
from agents.snapshots.timeline import MANIFEST, Timeline, unsettled
from agents.snapshots.undoing import Progress, Undoing
from agents.snapshots.values import UndoPlan
from agents.workspace.workspace import Workspace
from engine.errors import UserError

# Grace period of a sandbox whose owner was killed; seconds.
_DYING = 0.4


class Snapshots:
    """Snapshots of one workspace.

    `store` is a folder for the contents, shared by all runs of a data folder. Methods may be called from any
    thread, for one workspace from one at a time.

    They raise UserError: `undo.no_folder` when the workspace is gone, `undo.not_kept` and `undo.no_room` when
    nothing can be kept. A call whose `before` raises must not be carried out.
    """

    def __init__(
        self,
        store: Path,
        workspace: Workspace,
        limits: SnapshotLimits = SnapshotLimits(),  # noqa: B008
    ) -> None:
        self._workspace = workspace
        self._root = workspace.root
        self._limits = limits
        self._content = ContentStore(store)
        self._last_file = store / "last" / hashlib.sha256(os.fsencode(self._root)).hexdigest()
        self._last: Manifest | None = None
        # The last whole manifest that was kept as such: its name and its items.
        self._base: tuple[str, dict[str, Item]] = "", {}
        self._open: dict[str, tuple[SnapshotTaken, Manifest]] = {}
        # Our own folders are not the run's, should they lie in its workspace.
        self._hidden = workspace.closed
        with contextlib.suppress(ValueError):
            self._hidden = (*self._hidden, store.resolve().relative_to(self._root).as_posix())

    def covers(self, effects: Effects, facts: ToolFacts) -> bool:
        """Whether all that a call may change can be restored. Looks at sizes only."""
        scope = self._scope(effects, facts)
        return scope == () or coverable(self._root, scope, self._limits, self._hidden)

    def touches(self, effects: Effects, facts: ToolFacts) -> bool:
        """Whether a call may change anything in the workspace."""
        return self._scope(effects, facts) != ()

    def before(self, call: str, effects: Effects, facts: ToolFacts) -> SnapshotTaken | None:
        """Snapshot what a call may change, durably; None when the call changes nothing in the workspace."""
        scope = self._scope(effects, facts)
        if scope == ():
            return None
        found = self._look(scope)
        files = () if scope is None else _named(effects, found)
        if any(item.attributes is not None and item.attributes.outside for item in found.items) and scope:
            found = self._look(None)  # its other names may lie in the workspace
        name = self._put(found)
        self._content.flush()
        if found.scope is None:
            self._remember(name)
        taken = SnapshotTaken(call, "before", files, name, found.uncovered)
        self._open[call] = taken, found
        return taken

    def after(
        self, call: str, mended: Callable[[SnapshotTaken], bool] = lambda taken: False
    ) -> SnapshotTaken | None:
        """Record what a call changed since its `before`, even nothing; None without a `before`. `mended` may put some
        of it right, and says whether it did.
        """
        taken = self._open.pop(call, None)
        if taken is None:
            return None
        found = self._after(*taken)
        return self._after(*taken) if mended(found) else found

    def settle(self, entries: Sequence[Entry]) -> tuple[SnapshotTaken, ...]:
        """The missing "after" of calls in whose middle the process ended.

        Changes made since by others are attributed to the call, so settle soon.
        """
        missing = unsettled(entries)
        if any(self._manifest(taken.manifest).scope is None for taken in missing):
            # A sandbox ends with the process that started it, and its last writes may still be on their way.
            time.sleep(_DYING)
        return tuple(self._after(taken, self._manifest(taken.manifest)) for taken in missing)

    def plan(
        self,
        entries: Sequence[Entry],
        calls: Collection[str] | None = None,
        paths: Collection[str] | None = None,
        after: int = 0,
    ) -> UndoPlan:
        """Plan an undo of the calls `calls` (None: all) after the entry `after`, limited to `paths` and what
        is below them (None: all).

        Changes nothing.
        """
        return self._plan(wanted(Timeline(entries), calls, paths, after))

    def look(self, paths: Collection[str]) -> dict[str, Item]:
        """What is at these paths now, by path; contents are kept."""
        if not paths:
            return {}
        with self._told():
            look = Look(self._root, self._content, self._limits, known=self._known(), hidden=self._hidden)
            found = look.paths(tuple(paths), deep=False).by_path()
        self._content.flush()
        return {path: found[path] for path in paths if path in found}

    def keep(self, content: bytes) -> str:
        """Keep a content that a plan puts somewhere; returns its hash. Raises UserError `undo.*`."""
        kept = self._content.put_bytes(content)
        self._content.flush()
        return kept

    def plan_redo(self, entries: Sequence[Entry]) -> UndoPlan:
        """Plan to take the last undo back; a plan without steps when there was none."""
        undone = Timeline(entries).undone
        if not undone:
            return UndoPlan((), (), redo=True)
        plan = self._plan(taken_back(undone[-1]), redo=True)
        return msgspec.structs.replace(plan, partly=undone[-1].partly)

    def undo(
        self,
        plan: UndoPlan,
        force: Iterable[str] = (),
        stop: Callable[[], bool] = lambda: False,
        progress: Progress = lambda done, total: None,
    ) -> Undone:
        """Carry out the plan; the event is for the journal of the run.

        Conflicts are left alone, except the paths `force`, whose content is kept first, so that `plan_redo`
        brings it back. Once `stop` says so, it ends after the file at hand. `progress` is told how many files and
        folders are done, of how many. Raises UserError `undo.not_written`
        and `undo.lost` besides; another try then goes on.
        """
        with self._told():
            return Undoing(self._root, self._content, plan, force, self._known(), stop, progress).done()

    def content(self, hash: str) -> bytes:
        """A stored content, to show it. Raises UserError `undo.lost`."""
        return self._content.read(hash)

    def collect(self, keep: set[str], before: float | None = None) -> int:
        """Remove contents that are not in `keep`, the `timeline.hashes` of all runs of the data folder, and were kept
        more than an hour ago, or before `before` (seconds since 1970). Returns the bytes freed."""
        needed = set(keep)
        for name in keep:
            if name.startswith(MANIFEST):
                needed.add(name.removeprefix(MANIFEST))
                with contextlib.suppress(UserError, msgspec.DecodeError):
                    short = unpacked(self._content.read(name.removeprefix(MANIFEST)))
                    needed.add(short.base)
                    needed |= {item.hash for item in self._completed(short).items}
        return self._content.collect(needed, before)

    def _after(self, taken: SnapshotTaken, was: Manifest) -> SnapshotTaken:
        found = self._look(was.scope, was)
        self._content.flush()
        changes, attributes = difference(was, found)
        changes = _without_held(changes)
        lost = sum(not change.kept for change in changes)
        return SnapshotTaken(taken.call, "after", changes, "", lost, attributes)

    def _look(self, scope: tuple[str, ...] | None, before: Manifest | None = None) -> Manifest:
        known, hidden = self._known(), self._hidden
        look = Look(self._root, self._content, self._limits, known=known, hidden=hidden, before=before)
        with self._told():
            found = look.whole() if scope is None else look.paths(scope)
        if scope is None:
            self._last = found
        return found

    def _known(self) -> Manifest | None:
        """The last scan of the whole workspace, of this process or of an earlier one."""
        if self._last is None:
            with contextlib.suppress(OSError, UserError, msgspec.DecodeError):
                self._last = self._manifest(self._last_file.read_text("ascii"))
        return self._last

    def _put(self, found: Manifest) -> str:
        """Keep a manifest, one of the whole workspace as what differs from the one kept before; returns its name."""
        base, items = self._base
        if base and found.scope is None and self._content.renewed(base):
            short = shortened(found, base, items)
            if short is not None:
                return self._content.put_bytes(packed(short), spare=False)
        name = self._content.put_bytes(packed(found), spare=False)
        if found.scope is None:
            self._base = name, found.by_path()
        return name

    def _manifest(self, name: str) -> Manifest:
        """A manifest that was kept, whole. Raises UserError `undo.lost` and msgspec.DecodeError."""
        return self._completed(unpacked(self._content.read(name)))

    def _completed(self, short: Manifest) -> Manifest:
        return completed(short, unpacked(self._content.read(short.base))) if short.base else short

    def _remember(self, name: str) -> None:
        # Only saves reading everything again: what the last call changed is read once more.
        with contextlib.suppress(OSError):
            self._last_file.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
            self._last_file.write_text(name, "ascii")

    def _plan(self, wishes: Sequence[Wanted], *, redo: bool = False) -> UndoPlan:
        paths = tuple(
            {path for wish in wishes for path in (*above(wish.path), wish.path, *_other_names(wish)) if path}
        )
        if not paths:
            return UndoPlan((), (), redo=redo)
        with self._told():
            known, hidden, unread = self._known(), self._hidden, unhashed(wishes)
            look = Look(self._root, self._content, self._limits, known=known, hidden=hidden, unread=unread)
            now = look.paths(paths, deep=False).by_path()
            return plan_of(wishes, now, self._inside, self._content.has, redo=redo)

    def _inside(self, path: str) -> Collection[str]:
        try:
            with parent_of(self._root, path) as (folder, name), folder.folder(name) as child:
                return [f"{path}/{kept_name(inner)}" for inner in child.names()]
        except OSError:
            return [f"{path}/"]  # the folder cannot be read: there may be something

    def _scope(self, effects: Effects, facts: ToolFacts) -> tuple[str, ...] | None:
        """Paths that a call may change; None for the whole workspace."""
        if facts.anywhere or (effects.kind in ("shell", "python", "mcp") and not facts.read_only):
            return None
        found: set[str] = set()
        for path in (*effects.writes, *effects.deletes):
            found.update(self._places(path))
        return None if "" in found else tuple(sorted(found))

    def _places(self, path: str) -> Iterator[str]:
        """The real locations of `path`, spelled as on disk: of a link at its end the link itself and its
        target.

        Empty outside the workspace, where no tool follows it.
        """
        for follow in (False, True):
            with contextlib.suppress(PathRefused, OSError):
                real = self._workspace.real(self._workspace.relative(path), follow=follow)
                yield "" if real == "." else kept_name(real)

    @contextlib.contextmanager
    def _told(self) -> Iterator[None]:
        try:
            yield
        except OSError as error:
            raise UserError("undo.no_folder", folder=str(self._root), detail=str(error.strerror)) from error


def _other_names(wish: Wanted) -> tuple[str, str]:
    return linked_to(wish.target), linked_to(wish.expected)


def _without_held(changes: tuple[FileChange, ...]) -> tuple[FileChange, ...]:
    """Without folders of hooks that sandboxes make in a repository to hold them: the call has not changed them."""
    made = {change.path for change in changes if change.change == "new" and change.kind == "folder"}
    held = {
        path
        for path in made
        if f"/{path}".endswith("/.git/hooks") and path.removesuffix("/hooks") not in made
    }
    return tuple(change for change in changes if change.path not in held) if held else changes


def _named(effects: Effects, found: Manifest) -> tuple[FileChange, ...]:
    """Scan the paths that a call names, before it changes them."""
    items = found.by_path()
    changes: list[FileChange] = []
    for path in found.scope or ():
        item = items.get(path)
        if item is None:
            changes.append(FileChange(path, "new"))
        else:
            changes.append(
                FileChange(
                    path,
                    "deleted" if path in effects.deletes and path not in effects.writes else "changed",
                    before=item.hash,
                    bytes_before=item.bytes,
                    mode=item.mode,
                    kind=item.kind,
                    link=item.link,
                    kept=item.kind in ("folder", "pipe") or bool(item.hash),
                )
            )
    return tuple(changes)
