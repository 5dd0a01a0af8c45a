"""Thread pacing: fewer decode threads while other programs keep cores busy.

All threads of a matrix product wait for each other several times per layer. One that shares its core with a
busy program holds up all: on two cores, one busy loop beside two threads made decoding twenty times slower,
and a single thread was not disturbed. No OpenMP wait policy mends that without making an idle machine up to
twice as slow.
"""

from __future__ import annotations

import statistics

# Steps that are judged together, and in how many seconds at the latest, if there are three.
WINDOW, WINDOW_S, LEAST = 8, 0.5, 3
# So much slower than usual is no longer the longer context.
SLOW = 1.5
# With fewer threads steps must take so much less time than before, with more so little longer, to stay so.
FEWER, MORE = 0.9, 1.05
# Windows until more threads are tried again: so many at first, twice as many after each time in vain.
HOLD, LONGEST_HOLD = 16, 512


class ThreadPacer:
    """Takes the seconds of each decode step and gives the threads of the next: `most` or fewer.

    Nothing changes while steps take their usual time, so that the same answer is computed by the same threads.
    """

    def __init__(self, most: int, start: int | None = None) -> None:
        """`start`: the threads of other steps at this moment; all if None."""
        self._most = most
        self.threads = most if start is None else start
        self._steps: list[float] = []
        self._usual = 0.0  # seconds of an undisturbed step with all threads
        self._before = 0.0  # seconds of a step before the last change of threads
        self._left = self.threads  # the number that was left by it
        self._judged = True  # whether that change is known to be one for the better
        self._hold, self._wait = HOLD, HOLD

    def after_step(self, seconds: float) -> int:
        """The threads of the next step."""
        self._steps.append(seconds)
        count = len(self._steps)
        if count >= WINDOW or (count >= LEAST and sum(self._steps) >= WINDOW_S):
            median, least = statistics.median(self._steps), min(self._steps)
            self._steps.clear()
            self._judge(median, least)
        return self.threads

    def _judge(self, step_s: float, least_s: float) -> None:
        if not self._judged:
            self._judged = True
            more = self.threads > self._left
            if step_s > self._before * (MORE if more else FEWER):
                self._take_back()
                return
            if more:
                self._wait, self._hold = 1, HOLD  # there may be room for another one
        if self.threads == self._most:
            # Between the turns of a busy program some steps go undisturbed; with the context all get longer.
            if not 0 < self._usual < least_s:
                self._usual = least_s
            if not self._is_slow(step_s):
                self._usual += (least_s - self._usual) * 0.1
                return
        elif not self._is_slow(step_s):
            self._wait -= 1
            if self._wait <= 0:
                self._change(self.threads + 1, step_s)
            return
        if self.threads > 1:
            self._change(self.threads // 2, step_s)

    def _is_slow(self, step_s: float) -> bool:
        """Whether steps are slower than with so many threads on an idle machine."""
        return self._usual > 0 and step_s > SLOW * self._usual * self._most / self.threads

    def _change(self, threads: int, step_s: float) -> None:
        self._before, self._left, self._judged = step_s, self.threads, False
        self.threads = threads
        self._wait = self._hold

    def _take_back(self) -> None:
        if self.threads > self._left:
            self._hold = min(2 * self._hold, LONGEST_HOLD)
        elif self._left == self._most:
            self._usual = self._before  # it is slow for another reason, and that is usual now
        self.threads = self._left
        self._wait = self._hold
