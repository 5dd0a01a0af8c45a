"""What a call executes, read before it does."""

from __future__ import annotations

from agents.permissions.python_review import review_python
from agents.permissions.question import Question
from agents.permissions.review import Review
from agents.permissions.shell_review import review_shell


def review_of(question: Question) -> Review:
    """The review of what a call executes; of one that executes nothing, that it is readable."""
    kind, command = question.effects.kind, question.effects.command
    if kind == "shell":
        return review_shell(command, question.workspace)
    if kind == "python":
        return review_python(command)
    return Review(readable=True)
