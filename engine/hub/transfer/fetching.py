"""Downloads the files of one model from the hub."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import ExitStack, suppress
from pathlib import Path

import msgspec

from engine.errors import UserError
from engine.hub.transfer import disk
from engine.hub.transfer.connections import Connect, HttpConnections
from engine.hub.transfer.job import FileJob
from engine.hub.transfer.journal import Header
from engine.hub.transfer.link import Link
from engine.hub.transfer.patience import Patience
from engine.hub.transfer.publish import check_structure, keep_hashes, show
from engine.hub.transfer.reading import read_whole
from engine.hub.transfer.run import Run
from engine.hub.transfer.stop import Stopped, StopToken
from engine.hub.transfer.transient import Trouble
from engine.hub.transfer.values import USUAL, Access, FetchedFile, Limits, Locate, Progress, Room, Wanted
from engine.hub.transfer.work_folder import WorkFolder, locked


def fetch(
    locate: Locate,
    wanted: Sequence[Wanted],
    work: Path,
    *,
    access: Access,
    parts: Path,
    limits: Limits = USUAL,
    progress: Callable[[Progress], None] | None = None,
    stop: StopToken | None = None,
    room: Room = disk.free_bytes,
    connect: Connect = HttpConnections,
    replace: bool = False,
) -> tuple[FetchedFile, ...]:
    """Fetch `wanted` into their destinations, going on from what `work` holds of an earlier time.

    Blocks. `work` is a folder of this one download on the file system of the destinations; it goes when all is
    done. `parts` is the folder that keeps the hashes of parts for `verify`. `progress` is called on this thread,
    four times a second. A file that lies at its destination already is taken if it is the right one, and is an
    error if it is another, unless the new one is to `replace` it.

    Either all files appear, after size, SHA-256 and GGUF structure of all were found right, or none does.

    Raises Stopped when `stop` says so, UserError `download.*` and whatever `locate` raises. What had been fetched
    is kept, except where it proved wrong or `stop` says cancel.
    """
    stop = stop or StopToken()
    stop.check()
    wanted = [_checked(one) for one in wanted]
    with locked(work) as folder, ExitStack() as stack:
        try:
            connections = connect(access, limits)
            stack.callback(connections.close)
            jobs = []
            for number, one in enumerate(wanted):
                link = Link(one, locate, access, connections, limits)
                job = FileJob(one, link, folder.data(number), folder.whole(wanted, number))
                jobs.append(job)
                stack.callback(job.close)
                _prepare(job, limits, stop, replace)
            run = Run(jobs, connections, folder=work, limits=limits, stop=stop, room=room, progress=progress)
            check_room(run, work, limits, room)
            run.go()
            check_structure(jobs, apart=replace)
            for job in jobs:
                keep_hashes(job, parts, stop)
            stop.check()
            fetched = show(jobs)
        except Stopped as stopped:
            if stopped.cancelled:
                _clear(folder)
            raise
        except OSError as error:
            raise disk.disk_error(error, work, sum(one.bytes for one in wanted)) from error
        _clear(folder)
        return fetched


def discard(work: Path) -> None:
    """Remove what a download that does not run left in `work`.

    Raises UserError `download.elsewhere` while another process fetches it, `download.cannot_write`.
    """
    if not work.exists():
        return
    with locked(work) as folder:
        try:
            folder.clear()
        except OSError as error:
            raise disk.disk_error(error, work, 0) from error


def _checked(wanted: Wanted) -> Wanted:
    if not 0 <= wanted.bytes < 2**62:
        raise UserError("download.wrong_length", name=wanted.path, need_bytes=wanted.bytes, have_bytes=0)
    return msgspec.structs.replace(wanted, sha256=wanted.sha256.lower())


def _clear(folder: WorkFolder) -> None:
    """Remove the folder; leftovers are harmless."""
    with suppress(OSError):
        folder.clear()


def _prepare(job: FileJob, limits: Limits, stop: StopToken, replace: bool) -> None:
    """Find what is already here. Raises OSError."""
    wanted = job.wanted
    # Where no hash names the file, the ETag does: bytes of two files must not meet.
    etag = "" if wanted.sha256 else _etag(job.link, limits, stop)
    job.resume(Header(wanted.bytes, wanted.sha256, etag, limits.part_bytes))
    if job.whole.exists() and job.whole.stat().st_size == wanted.bytes:
        job.sealed, job.sha256 = True, wanted.sha256
    elif wanted.destination.exists() and not replace:
        if not wanted.sha256 or wanted.destination.stat().st_size != wanted.bytes:
            raise UserError("download.in_the_way", path=str(wanted.destination))
        # The process died between showing this file and the next, or it was put there by hand.
        if read_whole(wanted.destination, limits.part_bytes, stop).sha256 != wanted.sha256:
            raise UserError("download.in_the_way", path=str(wanted.destination))
        job.take_placed(wanted.destination)


def _etag(link: Link, limits: Limits, stop: StopToken) -> str:
    patience, tries = Patience(limits), 0
    while True:
        stop.check()
        try:
            return link.located().etag
        except Trouble as trouble:
            tries += 1
            if patience.lost():
                raise trouble.error from None
            stop.wait(patience.wait_after(tries, trouble.asked))


def check_room(run: Run, work: Path, limits: Limits, room: Room) -> None:
    """Raises UserError `download.no_room` when what is missing does not fit, with something to spare."""
    free, missing = room(work), run.missing
    need = missing + int(missing * limits.spare_share)
    if free < need:
        raise disk.no_room(need, free, work)
