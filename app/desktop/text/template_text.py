"""A model without a chat template, in words."""

from __future__ import annotations

from app.desktop.base.language import languages
from engine.errors import ErrorInfo


def no_template_sentence() -> str:
    """What to expect of it, and what to look for instead; an answer says the same."""
    return languages.tell(ErrorInfo("template.none"))
