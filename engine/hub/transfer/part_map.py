"""Part map of a file: which parts are here, which are being fetched, which are next."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable

import xxhash

_MISSING, _TAKEN, _DONE = 0, 1, 2


class Claim:
    """Parts `index` to `end` (not included) that one stream has taken; of `index`, `have` bytes are written and
    in `hasher`. The stream alone moves `have` and `hasher`; the map moves the rest. Taken at the time `since`,
    when `first` was its first part."""

    def __init__(self, index: int, end: int, since: float) -> None:
        self.index, self.end = index, end
        self.taken(since)
        self.start_again()

    def taken(self, now: float) -> None:
        self.since, self.first = now, self.index

    def start_again(self) -> None:
        self.have = 0
        self.hasher = xxhash.xxh3_128()


class PartMap:
    """The parts of a file of `size` bytes, each of `part_bytes` but for the last. Safe to use from all threads.

    A claim that a stream gives back keeps what it has, so that a connection that lives for less than a part gets
    on all the same. When nothing is left to take, half of what a slow stream still has before it can be.
    """

    def __init__(self, size: int, part_bytes: int, clock: Callable[[], float] = time.monotonic) -> None:
        if size < 0 or part_bytes < 1:
            raise ValueError(f"{size} bytes in parts of {part_bytes}")
        self.size, self.part_bytes = size, part_bytes
        self.count = -(-size // part_bytes)
        self._lock = threading.Lock()
        self._clock = clock
        self._states = bytearray(self.count)
        self._live: list[Claim] = []
        self._open: list[Claim] = []
        self._done_bytes = 0

    def span(self, index: int) -> tuple[int, int]:
        """The first byte of a part, and the first after it."""
        return index * self.part_bytes, min(self.size, (index + 1) * self.part_bytes)

    def bytes_of(self, index: int) -> int:
        first, end = self.span(index)
        return end - first

    def end_of(self, claim: Claim) -> int:
        """The first byte that is not the claim's."""
        with self._lock:
            return self.span(claim.end - 1)[1]

    @property
    def received(self) -> int:
        """Bytes that are written, those of parts under way included."""
        with self._lock:
            return self._done_bytes + sum(claim.have for claim in (*self._live, *self._open))

    @property
    def complete(self) -> bool:
        with self._lock:
            return self._done_bytes == self.size

    @property
    def lacking(self) -> bool:
        """Whether parts remain that no stream fetches."""
        with self._lock:
            return bool(self._open) or self._states.find(_MISSING) >= 0

    @property
    def missing_parts(self) -> int:
        """How many parts nobody fetches."""
        with self._lock:
            waiting = sum(claim.end - claim.index for claim in self._open)
            return self._states.count(_MISSING) + waiting

    def is_done(self, index: int) -> bool:
        return self._states[index] == _DONE

    # --- changes from outside the streams --------------------------------------------------------------

    def set_done(self, index: int) -> None:
        """Mark a part of an earlier run as here."""
        with self._lock:
            self._set_done(index)

    def reopen(self, index: int) -> None:
        """Mark a wrong part as missing."""
        with self._lock:
            if self._states[index] == _DONE:
                self._states[index] = _MISSING
                self._done_bytes -= self.bytes_of(index)

    # --- what streams do -------------------------------------------------------------------------------

    def claim(self, most: int) -> Claim | None:
        """Claim the first free run of at most `most` parts."""
        with self._lock:
            if self._open:
                claim = min(self._open, key=lambda one: one.index)
                self._open.remove(claim)
                self._live.append(claim)
                claim.taken(self._clock())
                return claim
            first = self._states.find(_MISSING)
            if first < 0:
                return None
            end = first + 1
            while end < min(first + most, self.count) and self._states[end] == _MISSING:
                end += 1
            return self._take(first, end)

    def steal(self, seconds: float) -> Claim | None:
        """The second half of what another stream has not begun, if at its speed so far it would need longer than
        `seconds` for what it has: the bytes of that which are on their way already come twice."""
        with self._lock:
            now = self._clock()
            left = {
                claim: self._seconds_left(claim, now)
                for claim in self._live
                # One that has only begun says nothing of its speed.
                if claim.end - claim.index > 1 and now - claim.since >= seconds / 2
            }
            slowest = max(left, key=lambda one: left[one], default=None)
            if slowest is None or left[slowest] < seconds:
                return None
            middle = slowest.index + (slowest.end - slowest.index + 1) // 2
            claim = self._take(middle, slowest.end)
            slowest.end = middle
            return claim

    def _seconds_left(self, claim: Claim, now: float) -> float:
        came = (claim.index - claim.first) * self.part_bytes + claim.have
        left = (claim.end - claim.index) * self.part_bytes - claim.have
        return (now - claim.since) * left / max(came, 1)

    def take(self, index: int) -> Claim | None:
        """One part, from its first byte, if nobody has it and it is not here."""
        with self._lock:
            for waiting in self._open:
                if waiting.index == index:
                    waiting.index += 1
                    waiting.start_again()
                    if waiting.index == waiting.end:
                        self._open.remove(waiting)
                    return self._take(index, index + 1)
                if waiting.index < index < waiting.end:
                    self._states[index : waiting.end] = bytes(waiting.end - index)
                    waiting.end = index
            return self._take(index, index + 1) if self._states[index] == _MISSING else None

    def finish(self, claim: Claim) -> bool:
        """Complete the claim's current part. True if the claim continues."""
        with self._lock:
            self._set_done(claim.index)
            claim.index += 1
            claim.start_again()
            if claim.index == claim.end:
                self._live.remove(claim)
                return False
            return True

    def give_back(self, claim: Claim) -> None:
        """Return a claim; the next claimant continues it."""
        with self._lock:
            if claim in self._live:
                self._live.remove(claim)
                self._open.append(claim)

    def _take(self, first: int, end: int) -> Claim:
        self._states[first:end] = bytes([_TAKEN]) * (end - first)
        claim = Claim(first, end, self._clock())
        self._live.append(claim)
        return claim

    def _set_done(self, index: int) -> None:
        if self._states[index] != _DONE:
            self._states[index] = _DONE
            self._done_bytes += self.bytes_of(index)
