"""Values of schedules: what is shown of them."""

from __future__ import annotations

from typing import Literal

import msgspec

from app.store.schedules.records import Firing, Schedule
from engine.errors import ErrorInfo

# Why a schedule that is due has to wait: the battery, another run of a schedule, another model that is at work.
Hold = Literal["", "battery", "turn", "model"]


class ScheduleLine(msgspec.Struct, frozen=True):
    """A schedule as it stands. `next` is when it is due next (seconds since 1970), None where that is no time or will
    not come; `last` is the last time that it was due. `trouble` is why none can be looked after just now."""

    schedule: Schedule
    next: float | None = None
    last: Firing | None = None
    hold: Hold = ""
    trouble: ErrorInfo | None = None

    @property
    def waits(self) -> bool:
        """Whether its run waits for an answer."""
        return self.last is not None and self.last.state in ("waiting", "queued")

    @property
    def has_failed(self) -> bool:
        """Whether its last time failed, though it is to come again."""
        failed = self.last is not None and self.last.state in ("failed", "expired")
        return failed and not self.schedule.paused
