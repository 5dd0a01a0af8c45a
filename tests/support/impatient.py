"""The command with time-outs that a test can wait for: `python -m tests.support.impatient models pull ...`.

Everything else, the size of a part too, is as people have it.
"""

from __future__ import annotations

import functools
import sys

from app.__main__ import main
from engine.hub import transfer
from engine.hub.transfer import Limits

LIMITS = Limits(
    connect_seconds=2.0,
    stall_seconds=1.0,
    first_wait=0.05,
    most_wait=0.2,
    most_asked_wait=2.0,
    patience=6.0,
    first_patience=3.0,
)

if __name__ == "__main__":
    transfer.fetch = functools.partial(transfer.fetch, limits=LIMITS)  # type: ignore[assignment]
    transfer.repair = functools.partial(transfer.repair, limits=LIMITS)  # type: ignore[assignment]
    sys.exit(main())
