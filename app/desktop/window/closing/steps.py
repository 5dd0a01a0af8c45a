"""What follows when a window is closed while something is at work."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal, NamedTuple

WhenClosed = Literal["ask", "keep", "quit"]
# "away": the program goes on without its window. "offer": a person is asked whether it shall, "ask": whether it ends
# all the same. "end": it ends.
Step = Literal["away", "offer", "ask", "end"]


class AtWork(NamedTuple):
    """What would end with the program: answers that are being written, runs by their titles, and answers that other
    programs get or wait for."""

    answers: int = 0
    runs: Sequence[str] = ()
    served: int = 0

    @property
    def is_any(self) -> bool:
        return bool(self.answers or self.runs or self.served)


def step(at_work: AtWork, when_closed: WhenClosed, *, goes_on: bool, quits: bool) -> Step:
    """`goes_on`: the server is on, or something is scheduled. `quits`: a person wants the program to end, not the
    window alone."""
    if goes_on and not quits and when_closed != "quit":
        return "offer" if when_closed == "ask" else "away"
    return "ask" if at_work.is_any else "end"
