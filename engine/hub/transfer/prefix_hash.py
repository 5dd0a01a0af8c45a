"""SHA-256 of arriving files, computed along the complete prefix behind the streams."""

from __future__ import annotations

import hashlib
import threading
from collections import Counter
from io import FileIO
from typing import Any

import xxhash

from engine.errors import UserError
from engine.hub.transfer.job import FileJob
from engine.hub.transfer.shared_state import SharedState
from engine.thread_priority import give_way

_CHUNK = 2**20
_MOST_REOPENED = 2


class PrefixHash(threading.Thread):
    """Hashes the files of a `Run` one after the other, and seals each that is right.

    Each part is compared with its own hash on the way, which finds those that an earlier run wrote and a power
    cut took away: they are fetched again.
    """

    def __init__(self, run: SharedState) -> None:
        super().__init__(name="transfer-hash", daemon=True)
        self._run = run
        self._buffer = memoryview(bytearray(_CHUNK))

    def run(self) -> None:
        give_way()
        try:
            for job in self._run.jobs:
                try:
                    if not job.sealed and not self._settle(job):
                        return
                except OSError as error:
                    raise self._run.disk_error(error) from error
            self._run.end()
        except BaseException as error:
            self._run.fail(error)

    def _settle(self, job: FileJob) -> bool:
        """Until the file is sealed; False when the run ends before."""
        while (digest := self._hash(job)) is not None:
            if job.wanted.sha256 in ("", digest):
                job.sha256 = digest
                job.flush()
                return self._run.seal(job)
            # All parts are as they came, so what came is not what the hub has. Which part, nobody can tell.
            if not self._run.fetch_again(job):
                return False
        return False

    def _hash(self, job: FileJob) -> str | None:
        """The SHA-256 of the file, when all of it has come; None when the run ends before."""
        whole, index = hashlib.sha256(), 0
        reopened: Counter[int] = Counter()
        with FileIO(job.data, "r") as file:
            while index < job.map.count:
                if not self._run.wait_for_part(job, index):
                    return None
                first, end = job.map.span(index)
                # What SHA-256 has taken cannot be taken back: a copy takes the part.
                further, part = whole.copy(), xxhash.xxh3_128()
                file.seek(first)
                if (
                    self._read(file, end - first, further, part)
                    and part.digest() == job.journal.hashes[index]
                ):
                    whole, index, job.hashed = further, index + 1, end
                    continue
                reopened[index] += 1
                if reopened[index] > _MOST_REOPENED:
                    raise UserError("download.bad_disk", folder=str(job.data.parent))
                self._run.reopen(job, index)
        return whole.hexdigest()

    def _read(self, file: FileIO, count: int, *hashers: Any) -> bool:
        """Feed `count` bytes to each hasher. False when the file ends before."""
        while count:
            got = file.readinto(self._buffer[: min(count, _CHUNK)])
            if not got:
                return False
            for hasher in hashers:
                hasher.update(self._buffer[:got])
            count -= got
        return True
