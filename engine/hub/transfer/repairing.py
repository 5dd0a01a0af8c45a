"""Repairs files whose bad parts `verify` has named."""

from __future__ import annotations

import os
from collections.abc import Callable, Sequence
from contextlib import ExitStack, suppress
from io import FileIO
from pathlib import Path
from typing import NamedTuple

import msgspec
import xxhash

from engine.errors import UserError
from engine.hub.transfer import disk, part_hashes
from engine.hub.transfer.connections import Connect, Connections, HttpConnections
from engine.hub.transfer.fetching import check_room, fetch
from engine.hub.transfer.job import FileJob
from engine.hub.transfer.journal import Header
from engine.hub.transfer.link import Link
from engine.hub.transfer.part_hashes import PartHashes
from engine.hub.transfer.reading import read_whole
from engine.hub.transfer.run import Run
from engine.hub.transfer.stop import Stopped, StopToken
from engine.hub.transfer.values import USUAL, Access, BadPart, Limits, Locate, Progress, Room, Wanted
from engine.hub.transfer.work_folder import locked


def repair(
    locate: Locate,
    damaged: Sequence[Wanted],
    bad: Sequence[BadPart],
    work: Path,
    *,
    access: Access,
    parts: Path,
    limits: Limits = USUAL,
    progress: Callable[[Progress], None] | None = None,
    stop: StopToken | None = None,
    room: Room = disk.free_bytes,
    connect: Connect = HttpConnections,
) -> None:
    """Fetch the `bad` parts of files that lie at their destinations, and nothing else.

    Blocks. Each part is fetched into `work`, compared with its kept hash and only then written; whatever happens
    meanwhile, `verify` still tells good from bad. A file whose parts have no hashes is fetched whole and takes
    the place of the old. `progress` counts the bytes that are fetched. In the end each file has its SHA-256 again.

    Raises Stopped, UserError `download.*` and whatever `locate` raises.
    """
    stop = stop or StopToken()
    stop.check()
    whole, mending = _sorted(damaged, bad, parts)
    with locked(work) as folder, ExitStack() as stack:
        try:
            if whole:
                fetch(
                    locate,
                    whole,
                    work / "files",
                    access=access,
                    parts=parts,
                    limits=limits,
                    progress=progress,
                    stop=stop,
                    room=room,
                    connect=connect,
                    replace=True,
                )
            if mending:
                connections = connect(access, limits)
                stack.callback(connections.close)
                jobs = []
                for number, one in enumerate(mending):
                    link = Link(one.wanted, locate, access, connections, limits)
                    jobs.append(one.job(link, folder.data(number)))
                    stack.callback(jobs[-1].close)
                _mend(mending, jobs, connections, work, limits, stop, room, progress)
            with suppress(OSError):
                folder.clear()
        except Stopped as stopped:
            if stopped.cancelled:
                with suppress(OSError):
                    folder.clear()
            raise
        except OSError as error:
            raise disk.disk_error(error, work, 0) from error


def _mend(
    mending: Sequence[_Mending],
    jobs: Sequence[FileJob],
    connections: Connections,
    work: Path,
    limits: Limits,
    stop: StopToken,
    room: Room,
    progress: Callable[[Progress], None] | None,
) -> None:
    """Fetch what is bad, and put it in its place."""
    run = Run(
        jobs,
        connections,
        folder=work,
        limits=limits,
        stop=stop,
        room=room,
        progress=_of_bad_parts(mending, progress),
        hashing=False,
    )
    check_room(run, work, limits, room)
    run.go()
    for one, job in zip(mending, jobs, strict=True):
        one.write(job)
        one.check(stop)


class _Mending(NamedTuple):
    """A file of which the parts `bad` are to be fetched."""

    wanted: Wanted
    hashes: PartHashes
    bad: frozenset[int]

    @property
    def bad_bytes(self) -> int:
        spans = [self.hashes.span(part) for part in self.bad]
        return sum(end - first for first, end in spans)

    def job(self, link: Link, data: Path) -> FileJob:
        """A job to which all but the bad parts are here. Raises OSError."""
        job = FileJob(self.wanted, link, data, self.wanted.destination, expected=self.hashes.digests)
        header = Header(self.wanted.bytes, self.wanted.sha256, "", self.hashes.part_bytes)
        job.resume(header)
        if job.journal.header.part_bytes != self.hashes.part_bytes:
            job.close()
            job.begin(header)
        with FileIO(data, "r") as file:
            for part in range(job.map.count):
                if part not in self.bad:
                    job.map.set_done(part)
                elif job.map.is_done(part) and not self._right(_bytes_of(file, *job.map.span(part)), part):
                    job.map.reopen(part)
        return job

    def write(self, job: FileJob) -> None:
        """Put the fetched parts where they belong. A crash leaves parts that are still bad, or good.

        Raises OSError, UserError `download.bad_disk`, `download.missing`.
        """
        destination = self.wanted.destination
        if not destination.exists():
            raise UserError("download.missing", path=str(destination))
        with FileIO(job.data, "r") as source, FileIO(destination, "r+") as file:
            for part in sorted(self.bad):
                first, end = self.hashes.span(part)
                data = _bytes_of(source, first, end)
                if not self._right(data, part):
                    raise UserError("download.bad_disk", folder=str(job.data.parent))
                file.seek(first)
                written = 0
                while written < len(data):
                    written += file.write(memoryview(data)[written:])
            file.truncate(self.wanted.bytes)
            os.fsync(file.fileno())

    def check(self, stop: StopToken) -> None:
        """Raises UserError `download.wrong_bytes`, OSError, Stopped."""
        if read_whole(self.wanted.destination, self.hashes.part_bytes, stop).sha256 != self.wanted.sha256:
            raise UserError("download.wrong_bytes", name=self.wanted.path)

    def _right(self, data: bytes, part: int) -> bool:
        return xxhash.xxh3_128_digest(data) == self.hashes.digests[part]


def _bytes_of(file: FileIO, first: int, end: int) -> bytes:
    """A part, in memory: it is some mebibytes. Shorter where the file ends before."""
    buffer, got = bytearray(end - first), 0
    file.seek(first)
    while got < len(buffer) and (count := file.readinto(memoryview(buffer)[got:])):
        got += count
    return bytes(buffer[:got])


def _sorted(
    damaged: Sequence[Wanted], bad: Sequence[BadPart], parts: Path
) -> tuple[list[Wanted], list[_Mending]]:
    """Files to fetch whole, and files to mend. Those without a bad part are in neither."""
    whole: list[Wanted] = []
    mending: list[_Mending] = []
    for wanted in damaged:
        named = [part for part in bad if part.path == wanted.destination]
        if not named:
            continue
        wanted = msgspec.structs.replace(wanted, sha256=wanted.sha256.lower())
        hashes = part_hashes.read(parts, wanted.sha256)
        if hashes is None or hashes.bytes != wanted.bytes or not _fits(named, hashes):
            whole.append(wanted)
        else:
            # A part behind the last is too much, and goes with the file's new end.
            numbers = frozenset(part.part for part in named if part.part < len(hashes.digests))
            mending.append(_Mending(wanted, hashes, numbers))
    return whole, mending


def _fits(named: Sequence[BadPart], hashes: PartHashes) -> bool:
    """False where the bad parts are not parts of these hashes: all of the file counts as one."""
    return all(
        part.first == part.part * hashes.part_bytes and part.last - part.first < hashes.part_bytes
        for part in named
        if part.part < len(hashes.digests)
    )


def _of_bad_parts(
    mending: Sequence[_Mending], progress: Callable[[Progress], None] | None
) -> Callable[[Progress], None] | None:
    """Progress of the fetched bytes alone."""
    if progress is None:
        return None
    bad = sum(one.bad_bytes for one in mending)
    good = sum(one.wanted.bytes for one in mending) - bad

    def report(all_of_it: Progress) -> None:
        progress(
            msgspec.structs.replace(
                all_of_it, received=max(0, all_of_it.received - good), total=bad, hashed=0
            )
        )

    return report
