"""Moves a library's files to another folder, crash-safe at any moment.

First each file gets a second place ("placing"): a hard link on the same file system, a compared copy on another.
Until then the first place counts. Then, in one step, the second place counts ("switching"), and only now the first
is given up. The journal says which of the two it is; who starts after a crash reads it and goes on from there.
Where links cannot be made on one file system, files are renamed after the switch.
"""

from __future__ import annotations

import contextlib
import errno
import hashlib
import os
import shutil
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Literal

import msgspec

from engine.durable_files import sync_folder, write_whole
from engine.errors import UserError
from engine.hub.trash import is_there, prune

if TYPE_CHECKING:
    from engine.hub.transfer.stop import StopToken

Mode = Literal["link", "copy", "rename"]
MARK = ".coterie-moving"
# What systems put into a folder that a person sees as empty.
_OF_THE_SYSTEM = {
    "lost+found",
    ".DS_Store",
    "desktop.ini",
    "Thumbs.db",
    "System Volume Information",
    "$RECYCLE.BIN",
}
_CHUNK = 4 * 2**20
_SPARE = 64 * 2**20


class Move(msgspec.Struct, frozen=True):
    """A file's first and second place, `bytes` long, and its SHA-256 where that is known."""

    source: str
    target: str
    bytes: int
    sha256: str = ""


class Journal(msgspec.Struct, frozen=True):
    """State of the move from the folder `source` to `target`. `switched`: the second places count. `owner`
    names the moving process."""

    source: str
    target: str
    mode: Mode
    moves: tuple[Move, ...]
    switched: bool = False
    owner: str = ""


def check_target(source: Path, target: Path) -> None:
    """Whether a library at `source` can go to `target`, which is made.

    Raises UserError `library.move_inside`, `library.move_not_empty` or `library.not_writable`.
    """
    here, there = _real(source), _real(target)
    if here == there or here in there.parents or there in here.parents:
        raise UserError("library.move_inside", folder=str(target), library=str(source))
    try:
        target.mkdir(parents=True, exist_ok=True)
        names = {entry.name for entry in target.iterdir()}
        others = {name for name in names if name not in _OF_THE_SYSTEM and not name.startswith(".Trash-")}
        if others and _marked_for(target) != str(here):
            raise UserError("library.move_not_empty", folder=str(target))
        (target / MARK).write_bytes(os.fsencode(str(here)))
    except OSError as error:
        raise UserError(
            "library.not_writable", folder=str(target), detail=error.strerror or str(error)
        ) from error


def unmark(target: Path) -> None:
    """Remove the mark of a move from the folder."""
    with contextlib.suppress(OSError):
        (target / MARK).unlink()


def mode_for(source: Path, target: Path) -> Mode:
    """How files get from one folder to the other; tried with a small file. Both folders exist."""
    if source.stat().st_dev != target.stat().st_dev:
        return "copy"
    probe, linked = source / f"{MARK}-probe", target / f"{MARK}-probe"
    try:
        probe.write_bytes(b"")
        os.link(probe, linked)
    except OSError:
        with contextlib.suppress(OSError):
            probe.replace(linked)
            return "rename"
        return "copy"  # two mounts of one file system
    else:
        return "link"
    finally:
        for path in (probe, linked):
            with contextlib.suppress(OSError):
                path.unlink()


def check_room(target: Path, moves: Sequence[Move]) -> None:
    """Whether copies of all the files find room. Raises UserError `library.no_room`."""
    need = _SPARE + sum(move.bytes for move in moves if not _is_whole(Path(move.target), move))
    have = shutil.disk_usage(target).free
    if have < need:
        raise UserError("library.no_room", folder=str(target), need_bytes=need, have_bytes=have)


def write_journal(path: Path, journal: Journal) -> None:
    """Write durably and atomically. Raises OSError."""
    write_whole(path, msgspec.json.encode(journal))
    sync_folder(path.parent)


def read_journal(path: Path) -> Journal | None:
    """The journal of the move under way; None without a readable one."""
    try:
        return msgspec.json.decode(path.read_bytes(), type=Journal)
    except (OSError, msgspec.DecodeError):
        return None


def place(journal: Journal, progress: Callable[[int, int], None], stop: StopToken) -> tuple[Move, ...]:
    """Give every file its second place; returns those whose bytes are not what their SHA-256 says, which were so
    before. `progress` gets bytes done and bytes in all.

    A second place that is whole already, of a move that was broken off, is kept. Raises Stopped, UserError
    `library.not_moved`, OSError; FileExistsError for a second place that is another file.
    """
    total, done = sum(move.bytes for move in journal.moves), 0
    rotten: list[Move] = []
    for move in journal.moves:
        stop.check()
        source, target = Path(move.source), Path(move.target)
        target.parent.mkdir(parents=True, exist_ok=True)
        if journal.mode == "link" and not _same(source, target):
            os.link(source, target)  # never over another file
        elif journal.mode == "copy":
            digest = _copied(source, target, lambda count, done=done: progress(done + count, total), stop)  # type: ignore[misc]
            if move.sha256 and digest != move.sha256:
                rotten.append(move)
        done += move.bytes
        progress(done, total)
    for folder in {Path(move.target).parent for move in journal.moves}:
        sync_folder(folder)
    return tuple(rotten)


def take_back(journal: Journal) -> None:
    """Give up the second places of a move that has not switched. A file is only deleted while it is at its first
    place too."""
    for move in journal.moves:
        source, target = Path(move.source), Path(move.target)
        with contextlib.suppress(OSError):
            _unfinished(target).unlink(missing_ok=True)
            if source.stat().st_size == move.bytes:
                target.unlink(missing_ok=True)
    _prune(journal.moves, Path(journal.target), lambda move: move.target)
    unmark(Path(journal.target))


def give_up_first_places(journal: Journal) -> None:
    """After the switch: what is at its second place is not needed at the first. Does nothing twice.

    Raises OSError when a file that is to be renamed could not be.
    """
    for move in journal.moves:
        source, target = Path(move.source), Path(move.target)
        if journal.mode == "rename" and is_there(source) and not is_there(target):
            target.parent.mkdir(parents=True, exist_ok=True)
            source.rename(target)
        elif is_there(target):
            with contextlib.suppress(OSError):
                source.unlink(missing_ok=True)
    _prune(journal.moves, Path(journal.source), lambda move: move.source)
    unmark(Path(journal.target))


def _copied(source: Path, target: Path, progress: Callable[[int], None], stop: StopToken) -> str:
    """Copy under another name, read the copy again from the disk, compare, and only then name it; the SHA-256."""
    unfinished = _unfinished(target)
    if os.path.lexists(target):
        wanted = _digest(source, stop, lambda _: None)
        if _digest(target, stop, progress) == wanted:
            return wanted
        raise FileExistsError(errno.EEXIST, "another file is there", str(target))
    digest = hashlib.sha256()
    count = 0
    with source.open("rb") as old, unfinished.open("wb") as new:
        while chunk := old.read(_CHUNK):
            stop.check()
            digest.update(chunk)
            if chunk.count(0) == len(chunk):  # a hole, as in a part of a download, stays one
                new.seek(len(chunk), os.SEEK_CUR)
            else:
                new.write(chunk)
            count += len(chunk)
            progress(count)
        new.truncate(count)
        new.flush()
        os.fsync(new.fileno())
    if _digest(unfinished, stop, lambda _: None) != digest.hexdigest():
        unfinished.unlink()
        raise UserError("library.not_moved", path=str(source), detail="the copy differs")
    status = source.stat()
    # The time of the last change tells programs that this is the same file.
    with contextlib.suppress(OSError):
        os.utime(unfinished, ns=(status.st_atime_ns, status.st_mtime_ns))
    unfinished.replace(target)
    return digest.hexdigest()


def _digest(path: Path, stop: StopToken, progress: Callable[[int], None]) -> str:
    digest = hashlib.sha256()
    with path.open("rb") as file:
        if hasattr(os, "posix_fadvise"):  # what is compared is what the disk has, not what memory has
            os.posix_fadvise(file.fileno(), 0, 0, os.POSIX_FADV_DONTNEED)
        while chunk := file.read(_CHUNK):
            stop.check()
            digest.update(chunk)
            progress(file.tell())
    return digest.hexdigest()


def _prune(moves: Iterable[Move], top: Path, place: Callable[[Move], str]) -> None:
    prune(sorted({Path(place(move)).parent for move in moves}, reverse=True), top)


def _unfinished(target: Path) -> Path:
    return target.with_name(f"{target.name}.coterie-copy")


def _is_whole(path: Path, move: Move) -> bool:
    try:
        return path.stat().st_size == move.bytes
    except OSError:
        return False


def _same(one: Path, other: Path) -> bool:
    try:
        return one.samefile(other)
    except OSError:
        return False


def _marked_for(target: Path) -> str:
    try:
        return os.fsdecode((target / MARK).read_bytes())
    except OSError:
        return ""


def _real(path: Path) -> Path:
    return Path(os.path.realpath(path))
