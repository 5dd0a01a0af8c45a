"""What a run may use that is given a task, of what the run has left that gives it. Pure."""

from __future__ import annotations

import msgspec

from agents.budget import Budget
from agents.run.state import RunState

# Of the time that is left, so that its answer is there before the time is up.
_SHARE = 0.9
# With less of something nothing is begun.
_LEAST_TOKENS, _LEAST_CALLS, _LEAST_SECONDS = 200, 1, 5.0


def allowance(parent: RunState, now: float, beside: int, spent: RunState) -> Budget | None:
    """The budget of one of `beside` runs that begin together; None where too little is left.

    `now` is in seconds since 1970. `spent` is where a run stands that goes on: what it took counts.
    """
    limits, used = parent.budget, parent.used
    taken = spent.total
    tokens = (limits.tokens - used.tokens) // beside - taken.tokens
    calls = (limits.calls - used.calls) // beside - 1 - taken.calls
    seconds = (limits.seconds - used.seconds - max(0.0, now - parent.time)) * _SHARE
    enough = (
        (not limits.tokens or tokens >= _LEAST_TOKENS)
        and (not limits.calls or calls >= _LEAST_CALLS)
        and (not limits.seconds or seconds >= _LEAST_SECONDS)
    )
    if not enough:
        return None
    return msgspec.structs.replace(
        limits,
        tokens=tokens if limits.tokens else 0,
        calls=calls if limits.calls else 0,
        seconds=seconds if limits.seconds else 0,
    )
