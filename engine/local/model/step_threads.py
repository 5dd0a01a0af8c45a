"""The threads of each step: all for prompts, and as many for answers as read memory fastest, while cores are free."""

from __future__ import annotations

from engine.local.model.pacing import ThreadPacer

# For so long other steps go by what decoding had to do with.
RECENT_S = 2.0
# More answers at once compute enough to keep all threads at work.
FEW_ANSWERS = 4


class StepThreads:
    """`most` are all threads, `decode` those of steps that few answers take; less of both while other programs keep
    cores busy."""

    def __init__(self, most: int, decode: int = 0) -> None:
        self.most = most
        self._decode = min(decode or most, most)
        self._pacers: dict[int, ThreadPacer] = {}
        self._paced = (self._decode, 0.0)  # of the last paced step, and when it ended

    def reading(self, now: float) -> int:
        """Of a step with prompts: fewer where the last decode steps had to do with fewer, as busy cores stay busy."""
        threads, at = self._paced
        return threads if threads < self._decode and now - at < RECENT_S else self.most

    def answering(self, answers: int, now: float) -> int:
        """Of a step with the rows of so many answers alone."""
        return self._pacer(answers, now).threads

    def after(self, answers: int, seconds: float, now: float) -> None:
        """Pace by a step that took so long."""
        self._paced = (self._pacer(answers, now).after_step(seconds), now)

    def forget(self) -> None:
        """Forget how long steps take: the context is another one."""
        self._pacers.clear()

    def _pacer(self, answers: int, now: float) -> ThreadPacer:
        pacer = self._pacers.get(answers)
        if pacer is None:
            most = self._decode if answers <= FEW_ANSWERS else self.most
            pacer = self._pacers[answers] = ThreadPacer(most, min(self.reading(now), most))
        return pacer
