"""Last steps of a download: verify that the files are a model, and publish all at once."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path

from engine.durable_files import sync_folder
from engine.errors import ErrorInfo, UserError
from engine.gguf.gguf_file import read_gguf
from engine.gguf.reading import read_index
from engine.hub.transfer import disk, part_hashes
from engine.hub.transfer.job import FileJob
from engine.hub.transfer.part_hashes import PartHashes
from engine.hub.transfer.reading import read_whole
from engine.hub.transfer.stop import StopToken
from engine.hub.transfer.values import FetchedFile


def check_structure(jobs: Sequence[FileJob], apart: bool) -> None:
    """Each by itself where they are `apart` from others of their model, else as a whole.

    Raises UserError `download.not_usable` (`name`, `code`) when what the hub has is no model that can be used.
    """
    apart = apart or any(job.placed for job in jobs)
    known: set[Path] = set()
    for job in jobs:
        if job.whole in known or job.whole.suffix.lower() != ".gguf":
            continue
        try:
            if apart:
                read_gguf(job.whole)
            else:
                known.update(file.path for file in read_index(job.whole).files)
        except UserError as error:
            raise UserError("download.not_usable", name=job.wanted.path, code=error.code) from error


def keep_hashes(job: FileJob, parts: Path, stop: StopToken) -> None:
    """Keep what `verify` needs, reading the file again where this run has not read it.

    Raises OSError when it cannot be read, UserError `download.bad_disk`. Where hashes cannot be kept, `verify`
    makes them.
    """
    known = part_hashes.read(parts, job.wanted.sha256)
    if known is not None and known.bytes == job.wanted.bytes:
        return
    header, hashes = job.journal.header, job.journal.hashes
    complete = len(hashes) == job.map.count
    if not job.sha256 or not complete:
        read = read_whole(job.whole, header.part_bytes, stop)
        if job.wanted.sha256 not in ("", read.sha256):
            # It was right when it got its name: the disk has not kept it.
            if not job.placed:
                job.whole.unlink()
            raise UserError("download.bad_disk", folder=str(job.data.parent))
        job.sha256 = read.sha256
        digests = read.digests
    else:
        digests = tuple(hashes[index] for index in range(job.map.count))
    with suppress(OSError):
        part_hashes.keep(parts, PartHashes(header.bytes, job.sha256, header.part_bytes, digests))


def show(jobs: Sequence[FileJob]) -> tuple[FetchedFile, ...]:
    """Move all files to their destinations. Raises UserError as in `disk_error`."""
    for folder in dict.fromkeys(job.wanted.destination.parent for job in jobs):
        try:
            folder.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise disk.disk_error(error, folder, 0) from error
    for job in (one for one in jobs if not one.placed):
        try:
            job.whole.replace(job.wanted.destination)
        except OSError as error:
            raise disk.disk_error(error, job.wanted.destination.parent, job.wanted.bytes) from error
    for folder in {job.wanted.destination.parent for job in jobs}:
        sync_folder(folder)
    return tuple(_fetched(job) for job in jobs)


def _fetched(job: FileJob) -> FetchedFile:
    wanted = job.wanted
    notices = () if wanted.sha256 else (ErrorInfo("download.no_hash", {"name": wanted.path}),)
    return FetchedFile(wanted.destination, wanted.bytes, job.sha256, notices)
