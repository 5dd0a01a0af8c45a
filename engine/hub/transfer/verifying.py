"""Finds bit rot: reads files again and names changed parts."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from pathlib import Path

from engine.errors import UserError
from engine.hub.transfer import part_hashes
from engine.hub.transfer.part_hashes import PartHashes
from engine.hub.transfer.reading import Read, read_whole
from engine.hub.transfer.stop import StopToken
from engine.hub.transfer.values import USUAL, BadPart, KeptFile, Verification

_TICK = 0.25


def verify(
    files: Sequence[KeptFile],
    parts: Path,
    *,
    progress: Callable[[int, int], None] | None = None,
    stop: StopToken | None = None,
) -> Verification:
    """Read each file whole and compare it with its SHA-256 and the hashes of its parts in the folder `parts`.

    Blocks. `progress` gets bytes read and bytes in all, four times a second. A file without a SHA-256 is taken
    as it is: the one that is computed comes back, and its parts are kept for the next time.

    Raises Stopped, UserError `download.missing` (`path`) or `download.unreadable` (`path`, `detail`).
    """
    stop = stop or StopToken()
    total, done, reported = sum(file.bytes for file in files), 0, 0.0

    def came(count: int) -> None:
        nonlocal done, reported
        done += count
        now = time.monotonic()
        if progress is not None and now - reported >= _TICK:
            reported = now
            # A file may have grown.
            progress(min(done, total), total)

    found: list[KeptFile] = []
    bad: list[BadPart] = []
    for file in files:
        kept = part_hashes.read(parts, file.sha256.lower())
        if kept is not None and kept.bytes != file.bytes:
            kept = None
        read = _read(file.path, kept.part_bytes if kept else USUAL.part_bytes, stop, came)
        if file.sha256:
            good = read.sha256 == file.sha256.lower() and read.size == file.bytes
            found.append(file)
        else:
            good = True
            found.append(KeptFile(file.path, read.size, read.sha256))
        if good:
            known = PartHashes(
                read.size, read.sha256, kept.part_bytes if kept else USUAL.part_bytes, read.digests
            )
            if kept != known:
                # Where they cannot be kept the file is as good; the next time says so again.
                with suppress(OSError):
                    part_hashes.keep(parts, known)
        else:
            bad += _bad_parts(file, kept, read)
    if progress is not None:
        progress(total, total)
    return Verification(tuple(found), tuple(bad))


def _read(path: Path, part_bytes: int, stop: StopToken, came: Callable[[int], None]) -> Read:
    try:
        return read_whole(path, part_bytes, stop, came)
    except (FileNotFoundError, NotADirectoryError) as error:
        raise UserError("download.missing", path=str(path)) from error
    except OSError as error:
        detail = error.strerror or type(error).__name__
        raise UserError("download.unreadable", path=str(path), detail=detail) from error


def _bad_parts(file: KeptFile, kept: PartHashes | None, read: Read) -> Iterator[BadPart]:
    """What is wrong with a file that is not what it was."""
    named = list(_differing(file, kept, read)) if kept else []
    if named:
        yield from named
    else:
        # Without hashes, or with hashes that find nothing, all of it may be wrong.
        yield BadPart(file.path, 0, 0, max(file.bytes, 1) - 1)


def _differing(file: KeptFile, kept: PartHashes, read: Read) -> Iterator[BadPart]:
    for part, digest in enumerate(kept.digests):
        if part >= len(read.digests) or read.digests[part] != digest:
            first, end = kept.span(part)
            # More bytes than there were make the last part another one.
            yield BadPart(file.path, part, first, end - 1)
    if read.size > file.bytes and file.bytes % kept.part_bytes == 0:
        yield BadPart(file.path, len(kept.digests), file.bytes, read.size - 1)
