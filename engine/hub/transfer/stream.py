"""Download stream: a thread that claims parts, writes them, and retries."""

from __future__ import annotations

import threading
import time
from io import FileIO

from engine.errors import UserError
from engine.hub.transfer.job import FileJob
from engine.hub.transfer.link import Opened
from engine.hub.transfer.part_map import Claim
from engine.hub.transfer.shared_state import SharedState
from engine.hub.transfer.transient import NoRanges, Trouble
from engine.hub.transfer.values import Limits
from engine.thread_priority import give_way

_LEAST_READ = 16 * 1024
_SECONDS_PER_READ = 0.2


class Pace:
    """Read size: a fifth of a second's data, for fresh progress and few Python steps. Raises Trouble when
    hardly anything comes."""

    def __init__(self, limits: Limits, host: str) -> None:
        self._limits, self._host = limits, host
        self.amount = 4 * _LEAST_READ
        self._last = self._since = time.monotonic()
        self._bytes = 0

    def came(self, count: int) -> None:
        now, limits = time.monotonic(), self._limits
        rate = count / max(now - self._last, 1e-6)
        self.amount = int(min(limits.read_bytes, max(_LEAST_READ, rate * _SECONDS_PER_READ)))
        self._last = now
        self._bytes += count
        if now - self._since >= limits.stall_seconds:
            if self._bytes < limits.slowest_rate * (now - self._since):
                raise Trouble(UserError("download.stalled", host=self._host))
            self._since, self._bytes = now, 0


class Stream(threading.Thread):
    """Takes work from a `Run` until there is none."""

    def __init__(self, run: SharedState, number: int) -> None:
        super().__init__(name=f"transfer-{number}", daemon=True)
        self._run = run
        self._tries = 0
        self._file: FileIO | None = None

    def run(self) -> None:
        give_way()
        try:
            while (work := self._run.next_work()) is not None:
                job, claim = work
                try:
                    self._fetch(job, claim)
                except Trouble as trouble:
                    self._tries += 1
                    self._run.endure(job, trouble, self._tries)
                except OSError as error:
                    raise self._run.disk_error(error) from error
                finally:
                    self._close_file()
        except BaseException as error:
            self._run.fail(error)

    def _fetch(self, job: FileJob, claim: Claim | None) -> None:
        """Work on a claim, or read the whole file where there is none."""
        if claim is None:
            try:
                self._read_whole(job, job.link.open(0, job.wanted.bytes, ranged=False))
            finally:
                self._run.whole_ended(job)
            return
        opened, host = None, ""
        try:
            first = job.map.span(claim.index)[0] + claim.have
            opened = job.link.open(first, job.map.end_of(claim), ranged=True)
            if opened.response.status == 206:
                self._read_parts(job, claim, opened)
                return
        except NoRanges as error:
            host = error.host
        finally:
            self._run.give_back(job, claim)
        if opened is None:
            self._run.without_ranges(job, host, reading=False)
            return
        try:
            if self._run.without_ranges(job, opened.host, reading=True):
                # The whole came instead of a part: it is read as long as it is there.
                try:
                    self._read_whole(job, opened)
                finally:
                    self._run.whole_ended(job)
        finally:
            opened.response.close()

    def _read_parts(self, job: FileJob, claim: Claim, opened: Opened) -> None:
        """Read as much of the claim as the answer brings."""
        pace, parts = Pace(self._run.limits, opened.host), job.map
        position, end = opened.answer.first, opened.answer.end
        file = self._data(job)
        file.seek(position)
        try:
            while position < end:
                part_end = parts.span(claim.index)[1]
                data = _read(opened, min(part_end - position, pace.amount))
                self._write(file, data)
                claim.hasher.update(data)
                claim.have += len(data)
                position += len(data)
                self._tries = 0
                self._run.bytes_came()
                if position == part_end and not self._finish(job, claim):
                    return
                pace.came(len(data))
        finally:
            opened.response.close()

    def _read_whole(self, job: FileJob, opened: Opened) -> None:
        """Read the file from its start, keep the parts that are not here, and stop when all are."""
        pace, parts = Pace(self._run.limits, opened.host), job.map
        file = self._data(job)
        try:
            for index in range(parts.count):
                if not parts.lacking:
                    return
                claim = parts.take(index)
                try:
                    self._read_part_of_whole(job, claim, index, opened, pace, file)
                finally:
                    if claim is not None:
                        self._run.give_back(job, claim)
        finally:
            opened.response.close()

    def _read_part_of_whole(
        self, job: FileJob, claim: Claim | None, index: int, opened: Opened, pace: Pace, file: FileIO
    ) -> None:
        position, end = job.map.span(index)
        file.seek(position)
        while position < end:
            data = _read(opened, min(end - position, pace.amount))
            position += len(data)
            if claim is not None:
                self._write(file, data)
                claim.hasher.update(data)
                claim.have += len(data)
            if position > job.furthest:
                # Reading again what was read before is no progress, however fast.
                job.furthest = position
                self._tries = 0
                self._run.bytes_came()
            pace.came(len(data))
        if claim is not None:
            self._finish(job, claim)

    def _finish(self, job: FileJob, claim: Claim) -> bool:
        """The part is written. True if the claim goes on with the next."""
        digest = claim.hasher.digest()
        if job.expected is not None and digest != job.expected[claim.index]:
            claim.start_again()
            self._run.mistaken(job, claim.index)
        # Only what is written is in the journal: after a crash it may say too little, never too much.
        job.journal.append(claim.index, digest)
        goes_on = job.map.finish(claim)
        self._run.part_done(job)
        return goes_on

    def _data(self, job: FileJob) -> FileIO:
        if self._file is None:
            self._file = FileIO(job.data, "r+")
        return self._file

    def _close_file(self) -> None:
        if self._file is not None:
            self._file.close()
            self._file = None

    def _write(self, file: FileIO, data: bytes) -> None:
        written = file.write(data)
        # A disk that fills up takes some of it, and says no to the rest.
        while written < len(data):
            written += file.write(memoryview(data)[written:])


def _read(opened: Opened, most: int) -> bytes:
    data = opened.response.read(most, decoded=opened.answer.encoded)
    if not data:
        raise Trouble(UserError("download.interrupted", host=opened.host))
    return data
