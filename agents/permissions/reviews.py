"""What a call executes, read before it does."""

from __future__ import annotations

from agents.permissions.question import Question
from agents.permissions.review import Review


def review_of(question: Question) -> Review:
    """The review of what a call executes; of one that executes nothing, that it is readable and harmless."""
    if question.effects.kind in ("shell", "python"):
        return Review()
    return Review(readable=True)
