"""Expert usage counts of all running answers, while experts are watched."""

from __future__ import annotations

import time

from engine.local.model.session import Session
from engine.values import ExpertsFired

# What fired is told this often.
INTERVAL_S = 1.0


class FiredExperts:
    """Takes the counts of a session's watch; used by one thread."""

    def __init__(self, session: Session) -> None:
        self._session = session
        self._told = time.monotonic()

    def take(self, id: int, *, now: bool) -> ExpertsFired | None:
        """What fired since the last time for all answers, under the id of one of them; None without a watch, without
        tokens, and, unless `now`, too soon."""
        watch, at = self._session.watch, time.monotonic()
        if watch is None or not (now or at - self._told >= INTERVAL_S):
            return None
        elapsed, self._told = at - self._told, at
        fired = watch.take()
        if not fired.tokens:
            return None
        return ExpertsFired(id, fired.tokens, fired.counts, fired.seconds / elapsed if elapsed > 0 else 0.0)
