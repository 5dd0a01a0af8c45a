"""When something happened, as the language writes it."""

from __future__ import annotations

from PySide6.QtCore import QDate, QDateTime, QLocale


def moment_text(seconds: float) -> str:
    """A time of today, or with its day. `seconds` since 1970."""
    moment = QDateTime.fromSecsSinceEpoch(round(seconds))
    form = QLocale.FormatType.ShortFormat
    if moment.date() == QDate.currentDate():
        return str(QLocale().toString(moment.time(), form))
    return str(QLocale().toString(moment, form))
