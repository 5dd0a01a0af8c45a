"""Reviews the code that a call executes, before it runs."""

from __future__ import annotations

import msgspec

from agents.permissions.python_review import review_python
from agents.permissions.question import Question
from agents.permissions.review import Review
from agents.permissions.shell_review import review_shell


def review_of(question: Question) -> Review:
    """The review of the code in a call; a call that executes none is readable."""
    kind, command = question.effects.kind, question.effects.command
    if kind == "shell":
        found = review_shell(command, question.workspace)
        steered = question.steered
        return msgspec.structs.replace(found, readable=False, harmless=False, runs=()) if steered else found
    if kind == "python":
        return review_python(command)
    return Review(readable=True)
