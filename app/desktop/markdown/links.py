"""Links in answers are the model's words: only ordinary ones open, and the transcript asks before."""

from __future__ import annotations

from PySide6.QtCore import QUrl
from PySide6.QtGui import QDesktopServices

ALLOWED = ("http", "https", "mailto")


def is_ordinary(address: str) -> bool:
    """Whether the address is of a kind that may be opened: the web or a mail, never a file or a program."""
    url = QUrl(address, QUrl.ParsingMode.StrictMode)
    return url.isValid() and url.scheme().lower() in ALLOWED


def open_link(address: str) -> None:
    """Open an ordinary address in the browser; what is not ordinary does nothing."""
    if is_ordinary(address):
        QDesktopServices.openUrl(QUrl(address))
