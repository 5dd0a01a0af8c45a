"""What the local server does for other programs now, in a line."""

from __future__ import annotations

from PySide6.QtCore import QCoreApplication

from app.desktop.base.language import languages
from app.desktop.text.words import counted, joined
from app.format import format_tokens_per_second


def served_words(answers: int, waiting: int, speed: float) -> str:
    """`speed` is in tokens per second; "" where no program is answered."""
    translate = QCoreApplication.translate
    parts = []
    if answers or waiting:
        parts.append(
            counted(answers, translate("Server", "1 answer"), translate("Server", "{count} answers"))
        )
    if waiting:
        parts.append(counted(waiting, translate("Server", "1 waits"), translate("Server", "{count} wait")))
    if parts and speed:
        parts.append(format_tokens_per_second(speed, languages.current))
    return joined(parts)
