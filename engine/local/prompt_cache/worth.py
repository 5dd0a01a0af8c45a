"""Whether a state is worth a file. Pure."""

from __future__ import annotations

# Reading again must take so long that a person could notice the difference.
LEAST_READING_S = 0.1
# While it is not known how fast this model reads: about the length at which it begins to matter without a GPU.
LEAST_TOKENS = 256
# So much faster than reading again, for a prediction that may be wrong.
_FACTOR = 1.5


def worth_a_file(tokens: int, reading_s: float, restoring_s: float) -> bool:
    """Whether so many tokens, which take `reading_s` to prefill and `restoring_s` to restore from disk
    (0.0: unknown), are worth a file."""
    if not reading_s:
        return tokens >= LEAST_TOKENS
    return reading_s >= LEAST_READING_S and reading_s >= _FACTOR * restoring_s
