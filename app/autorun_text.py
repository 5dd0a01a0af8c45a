"""What a file does that another program carries out without being asked, in a sentence."""

from __future__ import annotations

from agents.autorun.names import autorun
from agents.permissions.values import ApprovalRequest
from app.language import Language
from app.messages import localized

# Programs that have no name of their own.
_SPOKEN = {"The shell": "shell", "The desktop": "desktop", "Coding agents": "agents"}


def autorun_sentence(request: ApprovalRequest, language: Language) -> str:
    """Who carries out the first of the files that a request is about, and when; "" when it is about none."""
    if not request.autorun:
        return ""
    found = autorun(request.autorun[0])
    if found is None:  # by a setting or a link
        return localized("autorun.pointed", language)
    word = _SPOKEN.get(found.program)
    program = localized(f"autorun.program.{word}", language) if word else found.program
    return localized(f"autorun.{found.when}", language, program=program)
