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

IMPATIENT = {name: functools.partial(getattr(transfer, name), limits=LIMITS) for name in ("fetch", "repair")}

if __name__ == "__main__":
    for name, function in IMPATIENT.items():
        setattr(transfer, name, function)
    sys.exit(main())
