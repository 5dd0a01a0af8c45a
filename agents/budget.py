"""Budget of a run."""

from __future__ import annotations

import msgspec


class Budget(msgspec.Struct, frozen=True):
    """Limits of a run; 0 is no limit.

    `steps` are turns of the model, `seconds` wall time without waiting for a person, `tokens` generated ones,
    `calls` those carried out, `errors` and `malformed` consecutive ones.
    """

    steps: int = 25
    seconds: float = 1800.0
    tokens: int = 60_000
    calls: int = 100
    errors: int = 5
    malformed: int = 3
