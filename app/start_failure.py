"""Says why the window cannot be opened: no window of ours can say it."""

from __future__ import annotations

import shutil
import subprocess
import sys

from app.language import Language, system_language
from app.messages import localized_error
from engine.errors import UserError

# What may be on a desktop that shows a sentence, the first that is there; each takes it as its last argument.
_SHOWING = (
    ("zenity", "--error", "--no-markup", "--title=Coterie", "--text"),
    ("kdialog", "--title", "Coterie", "--error"),
    ("notify-send", "--app-name=Coterie", "Coterie"),
    ("xmessage", "-center"),
)


def tell_missing(error: Exception, language: Language | None = None) -> int:
    """A part of the program, or a library of the system that it wants, is not there; the exit code."""
    return tell(UserError("desktop.incomplete", detail=str(error)), language)


def tell(error: UserError, language: Language | None = None) -> int:
    """Say it on the terminal, and where nobody reads one, by what the desktop has for it; the exit code."""
    said = localized_error(error, language or system_language())
    print(said, file=sys.stderr)
    if not sys.stderr.isatty():
        for program, *options in _SHOWING:
            if found := shutil.which(program):
                subprocess.Popen(
                    [found, *options, said],
                    stdin=subprocess.DEVNULL,
                    stdout=subprocess.DEVNULL,
                    stderr=subprocess.DEVNULL,
                    start_new_session=True,
                )
                break
    return 1
