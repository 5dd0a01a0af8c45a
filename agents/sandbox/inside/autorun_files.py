"""Sets aside what a program has left for other programs to carry out (`agents.autorun`)."""

from __future__ import annotations

import contextlib
import hashlib
import os
import stat
from collections.abc import Iterable
from pathlib import Path
from typing import NamedTuple

from agents.autorun.names import autorun, of_name, plain
from agents.sandbox.inside.repositories import Before, Walked, opened, way_to

_LONGEST = 16 << 20  # of a file that is read, in bytes
_MOST_KEPT = 32 << 20  # bytes of all files whose contents are kept
_LONGEST_NAME = 240  # bytes, of 255, so that something can be added
# Installed packages: whoever uses them runs their code anyway, and nobody opens their folders to work there.
_PACKAGES = frozenset({"node_modules", "site-packages", "dist-packages", ".venv", "venv", ".tox"})


class _Seen(NamedTuple):
    """A file or link, to be compared: `kind` is its type and who may execute it, `content` a hash of a file's bytes,
    a link's target, or, of what is very long, facts that change with it."""

    kind: int
    content: bytes


class AutorunFiles:
    """The files below a folder that other programs carry out, as they are now.

    Those are known by their names, or `pointed` to by settings of git: absolute paths below `root`, existing or not.
    `released` are files and folders that may be written. `set_aside` is for afterwards, when nobody is left who could
    swap a folder meanwhile.
    """

    def __init__(self, root: Path, tree: Walked, pointed: Iterable[str], released: Iterable[str]) -> None:
        self._root = root
        self._pointed = _below(root, pointed)
        self._released = tuple(released)
        self._before = self._found(tree, through_links=True)
        self._tree = Before(tree)
        self._contents = self._kept()

    def release(self, paths: Iterable[str]) -> None:
        """Let these be written, too."""
        self._released = (*self._released, *paths)

    def set_aside(self, tree: Walked) -> list[tuple[str, str]]:
        """Rename what is new or changed, and put back what was changed; returns the old and the new relative names.

        What was moved along with a folder is not new.
        """
        moved: list[tuple[str, str]] = []
        # Links first: what a new one leads to is somebody's ordinary files.
        for through_links in (False, True):
            now = self._found(tree, through_links=through_links)
            gone = {(_tail(path), seen) for path, seen in self._before.items() if path not in now}
            for path, seen in now.items():
                tail = _tail(path)
                along = tail not in ("", path) and (tail, seen) in gone
                if along or self._before.get(path) == seen or self._may_be_written(path):
                    continue
                if path not in self._before and not self._tree.lacked(path):
                    continue
                if through_links or stat.S_ISLNK(seen.kind):
                    moved += self._moved(path)
        return moved

    def _may_be_written(self, path: str) -> bool:
        return any((self._root / path).is_relative_to(each) for each in self._released)

    def _moved(self, path: str) -> list[tuple[str, str]]:
        place = self._root / path
        name = os.fsdecode(os.fsencode(place.name)[:_LONGEST_NAME])
        number = 0
        with opened(*way_to(self._root, place)):
            made = _seen(place)
            while os.path.lexists(aside := place.with_name(f"{name}.aside{number or ''}")):
                if _seen(aside) == made:  # a program in the background makes the same again and again
                    break
                number += 1
            try:
                place.replace(aside)
            except OSError:  # it is locked, and was changed by the user
                return []
            self._put_back(path, place)
        return [(path, aside.relative_to(self._root).as_posix())]

    def _put_back(self, path: str, place: Path) -> None:
        if path in self._contents:
            mode, content = self._contents[path]
            with contextlib.suppress(OSError):
                if stat.S_ISLNK(mode):
                    place.symlink_to(os.fsdecode(content))
                else:
                    place.write_bytes(content)
                    place.chmod(stat.S_IMODE(mode))

    def _kept(self) -> dict[str, tuple[int, bytes]]:
        """Modes and contents of what is there, as far as there is room."""
        found: dict[str, tuple[int, bytes]] = {}
        left = _MOST_KEPT
        for path, seen in self._before.items():
            place = self._root / path
            with contextlib.suppress(OSError):
                facts = place.lstat()
                if stat.S_ISLNK(seen.kind):
                    found[path] = facts.st_mode, seen.content
                elif stat.S_ISREG(seen.kind) and facts.st_size <= left:
                    found[path] = facts.st_mode, place.read_bytes()
                    left -= facts.st_size
        return found

    def _found(self, tree: Walked, *, through_links: bool) -> dict[str, _Seen]:
        """All such files in a tree, by relative path; with `through_links` also where their links lead to."""
        found: dict[str, _Seen] = {}
        places = set(self._pointed)
        if through_links:
            places |= _below(self._root, (os.path.realpath(self._root / path) for path in places))
        while True:
            for path in self._named(tree, places):
                if path not in found and (seen := self._look(path)) is not None:
                    found[path] = seen
            links = [path for path, seen in found.items() if stat.S_ISLNK(seen.kind)] if through_links else []
            ends = _below(self._root, (os.path.realpath(self._root / path) for path in links))
            if ends <= places:
                return found
            places |= ends

    def _look(self, path: str) -> _Seen | None:
        place = self._root / path
        try:
            return _seen(place)
        except PermissionError:
            with opened(*way_to(self._root, place)):
                return _seen(place)

    def _named(self, tree: Walked, places: set[str]) -> Iterable[str]:
        inside: dict[str, bool] = {}
        for folder, folders, others in tree.folders:
            within = inside.pop(folder, False) or folder in places
            last = folder.rpartition("/")[2]
            above = plain(last)
            packages = last in _PACKAGES or f"{folder}/" in inside
            for name in folders:
                path = f"{folder}/{name}" if folder else name
                if packages:
                    inside[f"{path}/"] = True
                inside[path] = within or (not packages and of_name(above, plain(name)) is not None)
            for name in others:
                path = f"{folder}/{name}" if folder else name
                if within or path in places or (not packages and of_name(above, plain(name)) is not None):
                    yield path


def _seen(place: Path) -> _Seen | None:
    """What is there, None for nothing. Raises PermissionError where the way to it is closed."""
    try:
        facts = place.lstat()
        kind = stat.S_IFMT(facts.st_mode)
        if stat.S_ISLNK(kind):
            return _Seen(kind, os.fsencode(place.readlink()))
    except PermissionError:
        raise
    except OSError:
        return None
    if stat.S_ISREG(kind):
        kind |= facts.st_mode & 0o111
        with contextlib.suppress(OSError):
            if facts.st_size <= _LONGEST:
                return _Seen(kind, hashlib.sha256(place.read_bytes()).digest())
    return _Seen(kind, repr((facts.st_ino, facts.st_size, facts.st_mtime_ns)).encode())


def told(moved: list[tuple[str, str]]) -> list[str]:
    """What was set aside, in whole lines."""
    lines: list[str] = []
    for path, aside in moved[:8]:
        found = autorun(path)
        who = found.program if found else "Git"
        lines.append(f"{who} would carry out or follow {path!a} without being asked: it is now {aside!a}")
    if len(moved) > 8:
        lines.append(f"and {len(moved) - 8} more such files")
    if moved:
        lines.append("a person can allow such a file by name when a file tool writes it or moves it there")
    return lines


def _below(root: Path, paths: Iterable[str]) -> set[str]:
    """Those of the absolute paths that lie below `root`, relative to it."""
    found = (Path(path) for path in paths)
    return {path.relative_to(root).as_posix() for path in found if path != root and path.is_relative_to(root)}


def _tail(path: str) -> str:
    """The path from the name on that a program looks for, "" when there is none."""
    parts = path.split("/")
    for place in range(len(parts)):
        if autorun("/".join(parts[: place + 1])):
            return "/".join(
                map(plain, parts[max(0, place - 1) if autorun(parts[place]) is None else place :])
            )
    return ""
