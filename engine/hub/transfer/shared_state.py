"""State shared by the threads of one transfer, guarded by one condition."""

from __future__ import annotations

import sys
import threading
import time
from collections.abc import Callable, Sequence
from pathlib import Path

from engine.errors import ErrorInfo, UserError
from engine.hub.transfer import disk
from engine.hub.transfer.connections import Connections
from engine.hub.transfer.job import FileJob
from engine.hub.transfer.part_map import Claim
from engine.hub.transfer.patience import Patience
from engine.hub.transfer.stop import StopToken
from engine.hub.transfer.transient import Trouble
from engine.hub.transfer.values import Limits, Progress, Room

_LOOK_SECONDS = 1.0
_SLOW_SECONDS = 3.0
_MOST_IGNORED = 8
# Windows does not rename what a stream or the flusher has open, which let go of it in a moment.
_RENAME_SECONDS = 5.0 if sys.platform == "win32" else 0.0
_RENAME_PAUSE = 0.1


class SharedState:
    """Coordinates streams, flusher and hasher of one transfer. Thread-safe."""

    def __init__(
        self,
        jobs: Sequence[FileJob],
        connections: Connections,
        *,
        folder: Path,
        limits: Limits,
        stop: StopToken,
        room: Room,
        progress: Callable[[Progress], None] | None,
        hashing: bool = True,
    ) -> None:
        self.jobs, self.limits = jobs, limits
        self._connections, self._folder, self._stop, self._room = connections, folder, stop, room
        self._progress = progress
        self._hashing = hashing
        self._patience = Patience(limits)
        self._changed = threading.Condition()
        self._over = False
        self._error: BaseException | None = None
        self._trouble: ErrorInfo | None = None

    @property
    def ended(self) -> bool:
        return self._over or self._stop.stopped

    @property
    def received(self) -> int:
        return sum(job.wanted.bytes if job.sealed else job.map.received for job in self.jobs)

    @property
    def missing(self) -> int:
        return sum(job.wanted.bytes for job in self.jobs) - self.received

    def fail(self, error: BaseException) -> None:
        """End the run with its first error; later ones are consequences."""
        with self._changed:
            if not self._over and not self._stop.stopped:
                self._error, self._over = error, True
            self._changed.notify_all()

    def disk_error(self, error: OSError) -> UserError:
        return disk.disk_error(error, self._folder, self.missing)

    def wait(self, seconds: float) -> None:
        """Until the time is over or the run ends."""
        with self._changed:
            self._changed.wait_for(lambda: self.ended, seconds)

    # --- for streams -----------------------------------------------------------------------------------

    def next_work(self) -> tuple[FileJob, Claim | None] | None:
        """Parts to fetch, or a file to read whole (no claim). Blocks while there is nothing; None at the end."""
        self.wait(self._patience.quiet_seconds)
        with self._changed:
            while not self.ended:
                for steals in (False, True):
                    for job in self.jobs:
                        if (work := self._work(job, steals)) is not None:
                            return work
                # A stream may turn out slow.
                self._changed.wait(_LOOK_SECONDS)
            return None

    def _work(self, job: FileJob, steals: bool) -> tuple[FileJob, Claim | None] | None:
        if job.sealed:
            return None
        if job.sequential:
            if job.busy or not job.map.lacking:
                return None
            job.busy = True
            return job, None
        if steals:
            claim = job.map.steal(_SLOW_SECONDS)
        else:
            # What is nearly done is divided, so that all streams end at about the same time.
            share = -(-job.map.missing_parts // self.limits.streams)
            claim = job.map.claim(max(1, min(self.limits.segment_parts, share)))
        return None if claim is None else (job, claim)

    def bytes_came(self) -> None:
        self._patience.bytes_came()
        self._trouble = None

    def part_done(self, job: FileJob) -> None:
        with self._changed:
            job.refusals = job.ignored = 0
            if not self._hashing and all(one.map.complete for one in self.jobs):
                self._over = True
            self._changed.notify_all()

    def give_back(self, job: FileJob, claim: Claim) -> None:
        with self._changed:
            job.map.give_back(claim)
            self._changed.notify_all()

    def without_ranges(self, job: FileJob, host: str, reading: bool) -> bool:
        """A range was not served: the file has to be read whole. True if the caller, who is `reading` it, is to
        go on with that. Raises Trouble where ranges are tried again first, because much is here already."""
        with self._changed:
            job.ignored += 1
            cheap = job.map.received <= self.limits.streams * self.limits.segment_parts * job.map.part_bytes
            if not job.sequential and not cheap and job.ignored < _MOST_IGNORED:
                raise Trouble(UserError("download.garbled", host=host))
            job.sequential = True
            chosen = reading and not job.busy
            job.busy = job.busy or chosen
            self._changed.notify_all()
            return chosen

    def whole_ended(self, job: FileJob) -> None:
        with self._changed:
            job.busy = False
            self._changed.notify_all()

    def mistaken(self, job: FileJob, index: int) -> None:
        """A part came whole and is not what it has to be: once more, then never."""
        error = UserError("download.wrong_bytes", name=job.wanted.path)
        with self._changed:
            if index in job.mistaken:
                raise error
            job.mistaken.add(index)
        raise Trouble(error, stale=True)

    def endure(self, job: FileJob, trouble: Trouble, tries: int) -> None:
        """Wait before the next try, or raise the error when it is time to give up."""
        if self.ended:
            return
        if trouble.stale:
            job.link.forget()
        with self._changed:
            job.refusals += trouble.refusal
            hopeless = trouble.refusal and job.refusals >= self.limits.most_refusals
        if self._patience.lost() or hopeless:
            # Without its cause, which may hold an address that is signed.
            raise trouble.error from None
        self._trouble = trouble.error.info
        self.wait(self._patience.wait_after(tries, trouble.asked))

    # --- for the hash ----------------------------------------------------------------------------------

    def wait_for_part(self, job: FileJob, index: int) -> bool:
        """Until the part is here; False when the run ends before."""
        with self._changed:
            self._changed.wait_for(lambda: self.ended or job.map.is_done(index))
            return not self.ended

    def reopen(self, job: FileJob, index: int) -> None:
        with self._changed:
            job.map.reopen(index)
            self._changed.notify_all()

    def fetch_again(self, job: FileJob) -> bool:
        """All of the file, from its first byte, by a new link; False when the run has ended, as it does when this
        was tried before. Raises OSError."""
        with self._changed:
            # Once the run has ended the files may be another run's.
            if self.ended:
                return False
            job.start_again()
            job.link.forget()
            if job.fetched_twice:  # before a stream takes up the file once more
                self._error, self._over = UserError("download.wrong_bytes", name=job.wanted.path), True
            job.fetched_twice = True
            self._changed.notify_all()
            return not self._over

    def seal(self, job: FileJob) -> bool:
        """The file is right; False when the run has ended. Raises OSError."""
        until = time.monotonic() + _RENAME_SECONDS
        with self._changed:
            while not self.ended:
                try:
                    job.seal()
                    return True
                except PermissionError:
                    if time.monotonic() >= until:
                        raise
                self._changed.wait(_RENAME_PAUSE)
            return False

    def end(self) -> None:
        """All files are sealed, or nobody waits for them any more."""
        with self._changed:
            self._over = True
            self._changed.notify_all()
