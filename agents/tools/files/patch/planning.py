"""Works out what a patch would make of the files, without changing any."""

from __future__ import annotations

import stat
from collections.abc import Sequence

import msgspec

from agents.tools.files.changing import checked_place, text_of_bytes, whole_file
from agents.tools.files.diff import renamed, several, unified_diff
from agents.tools.files.patch.matching import patched
from agents.tools.files.patch.values import FilePatch
from agents.tools.files.text_file import Text, read_text
from agents.tools.function_tool import ToolTrouble
from agents.workspace.workspace import Workspace


class File(msgspec.Struct, frozen=True):
    """A file as it is or shall be. `origin` is the path at which it lay before the patch, "" for a new one."""

    content: bytes
    origin: str = ""
    executable: bool = False


class Change(msgspec.Struct, frozen=True):
    """What becomes of one path; None: there is no file."""

    path: str
    before: File | None
    after: File | None


class Plan(msgspec.Struct, frozen=True):
    """`changes` in the order in which the patch names the paths, `notes` for the model."""

    changes: tuple[Change, ...]
    notes: tuple[str, ...] = ()

    @property
    def moved(self) -> dict[str, str]:
        """New paths of files that move, by their old ones."""
        gone = {change.path for change in self.changes if change.after is None}
        found = {
            change.after.origin: change.path
            for change in self.changes
            if change.after is not None and change.after.origin in gone
        }
        return {old: new for old, new in found.items() if old != new}

    def diff(self) -> str:
        """All of it as one unified diff."""
        moved = self.moved
        old = {new: old for old, new in moved.items()}
        shown = [change for change in self.changes if change.path not in moved]
        return several([(old.get(each.path, each.path), each.path, self._one(each, moved)) for each in shown])

    def _one(self, change: Change, moved: dict[str, str]) -> str:
        before, after = change.before, change.after
        head = ""
        if after is not None and moved.get(after.origin) == change.path:
            before = next(each.before for each in self.changes if each.path == after.origin)
            head = renamed(after.origin, change.path)
        if before is not None and after is not None and before.executable != after.executable:
            modes = [f"100{'755' if file.executable else '644'}" for file in (before, after)]
            head += f"old mode {modes[0]}\nnew mode {modes[1]}\n"
        if before is None and after is not None and not after.content:
            return f"{head}--- /dev/null\n+++ b/{change.path}\n"
        return head + unified_diff(change.path, _shown(before), _shown(after))


def planned(patch: Sequence[FilePatch], workspace: Workspace) -> Plan:
    """The plan of a patch. Raises ToolTrouble, PathRefused and OSError; then nothing may be changed."""
    files = _Files(workspace)
    for each in patch:
        files.take(each)
    return files.plan()


def _shown(file: File | None) -> str | None:
    if file is None:
        return None
    text = read_text(file.content)
    return text.raw if text is not None else "[content that is no text]\n"


class _Files:
    """The files as the patch has left them so far, so that a later part finds what an earlier one made."""

    def __init__(self, workspace: Workspace) -> None:
        self._workspace = workspace
        self._before: dict[str, File | None] = {}
        self._now: dict[str, File | None] = {}
        self._notes: list[str] = []

    def plan(self) -> Plan:
        changes = (Change(path, self._before[path], now) for path, now in self._now.items())
        return Plan(tuple(change for change in changes if change.before != change.after), tuple(self._notes))

    def take(self, patch: FilePatch) -> None:
        place = checked_place(self._workspace, patch.path, follow=patch.action != "delete" and not patch.to)
        there = self._file(place)
        if patch.action == "add":
            self._add(patch, place, there)
        elif there is None:
            raise ToolTrouble(f"There is no file '{place}'. A new file is added with '*** Add File:'.")
        elif patch.action == "delete":
            if patch.hunks and self._updated(patch, place, there):
                raise ToolTrouble(f"'{place}' has more lines than the patch deletes; nothing was changed.")
            self._now[place] = None
        else:
            self._update(patch, place, there)

    def _add(self, patch: FilePatch, place: str, there: File | None) -> None:
        if there is not None:
            raise ToolTrouble(f"There is already a file '{place}'. Update it, or delete it first.")
        text = patched(place, Text(""), patch.hunks).raw
        self._now[place] = File(text.encode(), "", bool(patch.executable))

    def _update(self, patch: FilePatch, place: str, there: File) -> None:
        content = self._updated(patch, place, there) if patch.hunks else there.content
        executable = there.executable if patch.executable is None else patch.executable
        to = place
        if patch.to:
            to = checked_place(self._workspace, patch.to, follow=False)
            if to != place and self._file(to) is not None:
                raise ToolTrouble(f"There is already a file '{to}', where '{place}' is to move.")
            self._now[place] = None
        self._now[to] = File(content, there.origin, executable)

    def _updated(self, patch: FilePatch, place: str, there: File) -> bytes:
        file = text_of_bytes(place, there.content)
        done = patched(place, file, patch.hunks)
        self._notes += done.notes
        if patch.action == "delete" and not done.raw:
            return b""
        try:
            return file.encode(done.raw)
        except UnicodeEncodeError:
            raise ToolTrouble(
                f"'{place}' is written in {file.encoding}, which lacks letters of the patch."
            ) from None

    def _file(self, place: str) -> File | None:
        if place not in self._before:
            self._before[place] = self._now[place] = self._read(place)
        return self._now[place]

    def _read(self, place: str) -> File | None:
        found = self._workspace.found(place, follow=False)
        if found is None:
            return None
        if found.kind == "link":
            raise ToolTrouble(
                f"'{place}' is a link; a patch changes files. delete_file and move_file take links."
            )
        folder, name = self._workspace.locate(place, follow=False)
        with folder:
            try:
                content = whole_file(folder, name)
                mode = folder.stat(name).st_mode
            except IsADirectoryError:
                raise ToolTrouble(f"'{place}' is a folder or no plain file; a patch changes files.") from None
        return File(content, place, bool(stat.S_IMODE(mode) & 0o100))
