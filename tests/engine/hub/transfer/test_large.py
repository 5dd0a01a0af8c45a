"""Files of more than 50 GB, of which only a few parts are really moved."""

from __future__ import annotations

from contextlib import closing
from pathlib import Path

import msgspec

from engine.hub.transfer import Limits, StopToken, Wanted
from engine.hub.transfer.connections import HttpConnections
from engine.hub.transfer.disk import free_bytes
from engine.hub.transfer.job import FileJob
from engine.hub.transfer.journal import Header
from engine.hub.transfer.link import Link
from engine.hub.transfer.run import Run
from tests.engine.hub.transfer.pulling import FILE, Pull, pull_of
from tests.support.hub import Hub
from tests.support.hub.contents import ComputedContent, made_up_sha256

SIZE = 61_234_567_891
PART = 2**20


def run_of(pull: Pull, here: Path, missing: set[int], header: Header) -> FileJob:
    """Fetches the missing parts into a sparse file; all others count as here."""
    wanted = Wanted(FILE, SIZE, header.sha256, here / "out")
    limits = msgspec.structs.replace(Limits(), part_bytes=PART)
    with pull.locating() as locate, closing(HttpConnections(pull.access(), limits)) as connections:
        job = FileJob(
            wanted, Link(wanted, locate, pull.access(), connections, limits), here / "0.part", here / "w"
        )
        with closing(job):
            job.resume(header)
            for index in set(range(job.map.count)) - missing:
                job.map.set_done(index)
            run = Run(
                [job],
                connections,
                folder=here,
                limits=limits,
                stop=StopToken(),
                room=free_bytes,
                progress=None,
                hashing=False,
            )
            run.go()
    return job


def test_parts_beyond_every_32_bit_number_come_from_and_go_to_their_places(hub: Hub, tmp_path: Path) -> None:
    content = ComputedContent(b"GGUF", SIZE, sha256=made_up_sha256(FILE))
    pull = pull_of(hub, tmp_path, {FILE: content})
    hub.second_host = True
    last = SIZE // PART
    missing = {0, 4095, 4096, 50_000, last - 1, last}
    header = Header(SIZE, content.sha256, "", PART)
    job = run_of(pull, tmp_path, missing, header)
    assert job.map.received == SIZE
    with job.data.open("rb") as file:
        for index in missing:
            first, end = job.map.span(index)
            file.seek(first)
            assert file.read(end - first) == content.read(first, end - first)
        assert file.seek(0, 2) == SIZE
    # A later run knows them all, and asks for nothing.
    hub.log.clear()
    again = run_of(pull, tmp_path, missing, header)
    assert again.journal.hashes.keys() == missing
    assert len(hub.log) == 0
