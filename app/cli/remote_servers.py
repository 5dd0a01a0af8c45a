"""Notice about remote models."""

from __future__ import annotations

from app.cli.printable import printable
from app.language import Language
from app.messages import localized
from engine.remote.names import read_name


def leaves_note(model: str, language: Language) -> str:
    """Says that text leaves this computer for this model, and where to; "" when it does not."""
    remote = read_name(model)
    if remote is None or not remote.leaves:
        return ""
    model, host = printable(remote.model), printable(remote.host)
    return localized("cli.elsewhere.leaves", language, model=model, host=host)
