"""Retry delays, and when to give up."""

from __future__ import annotations

import random
import re
import threading
import time
from collections.abc import Callable
from datetime import UTC
from email.utils import parsedate_to_datetime

from engine.hub.transfer.values import Limits

# With a fraction, which the specification does not know and some servers send.
_SECONDS = re.compile(r"[0-9]+(\.[0-9]*)?")
_LONGEST = 1e9


def retry_after(value: str | None, now: float) -> float | None:
    """The seconds that a Retry-After header asks to wait: a number, or a date. None where it says nothing.

    Format: RFC 9110, 10.2.3. `now` is in seconds since 1970.
    """
    text = (value or "").strip()
    if not text:
        return None
    if _SECONDS.fullmatch(text):
        return min(float(text), _LONGEST)
    try:
        date = parsedate_to_datetime(text)
        # A date without a zone is in UTC, as all dates of HTTP are.
        when = (date if date.tzinfo else date.replace(tzinfo=UTC)).timestamp()
    except (ValueError, OverflowError, OSError):
        return None
    return max(0.0, when - now)


class Patience:
    """The waits of one transfer, shared by its streams.

    A wait is drawn between nothing and a bound that doubles with each try ("full jitter":
    aws.amazon.com/blogs/architecture/exponential-backoff-and-jitter): streams that failed together do not
    come back together. What a server asks for is waited by all.
    """

    def __init__(
        self,
        limits: Limits,
        clock: Callable[[], float] = time.monotonic,
        draw: Callable[[float, float], float] = random.uniform,
    ) -> None:
        self._limits, self._clock, self._draw = limits, clock, draw
        self._lock = threading.Lock()
        self._failing_since: float | None = None
        self._begun = False
        self._quiet_until = 0.0

    def bytes_came(self) -> None:
        self._failing_since = None
        self._begun = True

    def lost(self) -> bool:
        """Record a failed try. True once nothing but failures came for too long."""
        now, limits = self._clock(), self._limits
        with self._lock:
            since = self._failing_since
            if since is None:
                since = self._failing_since = now
        return now - since >= (limits.patience if self._begun else limits.first_patience)

    def wait_after(self, tries: int, asked: float | None) -> float:
        """The seconds to wait after so many tries in a row that failed; `asked` is what the server wants."""
        limits = self._limits
        bound = min(limits.most_wait, limits.first_wait * 2.0 ** min(tries - 1, 30))
        if asked is None:
            return self._draw(0.0, bound)
        asked = min(asked, limits.most_asked_wait)
        with self._lock:
            self._quiet_until = max(self._quiet_until, self._clock() + asked)
        return asked + self._draw(0.0, min(1.0, bound))

    @property
    def quiet_seconds(self) -> float:
        """Seconds for which a server asked to be left alone."""
        return max(0.0, self._quiet_until - self._clock())
