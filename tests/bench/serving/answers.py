"""What is measured of one answer, whoever gave it."""

from __future__ import annotations

from typing import NamedTuple


class Answer(NamedTuple):
    """Seconds by the clock of who asked, from asking; speeds and shares of a decode step as the answerer tells them.

    `read_tokens` of the `prompt_tokens` were computed and not found in memory.
    """

    text: str
    started: float
    first_s: float
    total_s: float
    prompt_tokens: int
    read_tokens: int
    tokens: int
    prefill_tps: float
    decode_tps: float
    python_share: float = 0.0


def total_tps(answers: list[Answer]) -> float:
    """Tokens per second that answers asked at once were written at together, from the first question to the last
    token."""
    began = min(answer.started for answer in answers)
    ended = max(answer.started + answer.total_s for answer in answers)
    return sum(answer.tokens for answer in answers) / (ended - began)
