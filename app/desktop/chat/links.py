"""Links in answers are the model's words: only ordinary ones open, and only after the whole address was seen."""

from __future__ import annotations

from PySide6.QtCore import QCoreApplication, Qt, QUrl
from PySide6.QtGui import QDesktopServices
from PySide6.QtWidgets import QMessageBox, QWidget

ALLOWED = ("http", "https", "mailto")


def is_ordinary(address: str) -> bool:
    """Whether the address is of a kind that may be opened: the web or a mail, never a file or a program."""
    url = QUrl(address, QUrl.ParsingMode.StrictMode)
    return url.isValid() and url.scheme().lower() in ALLOWED


def confirm_link(parent: QWidget, address: str) -> None:
    """Ask before opening `address` in the browser; what is not ordinary does nothing."""
    if not is_ordinary(address):
        return
    box = QMessageBox(parent)
    box.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
    box.setWindowTitle(QCoreApplication.translate("Links", "Open link"))
    box.setText(QCoreApplication.translate("Links", "Open this address in your browser?"))
    box.setInformativeText(address)
    # An address is shown as it is, not as the markup it may contain.
    box.setTextFormat(Qt.TextFormat.PlainText)
    box.setStandardButtons(QMessageBox.StandardButton.Open | QMessageBox.StandardButton.Cancel)
    box.button(QMessageBox.StandardButton.Open).clicked.connect(lambda: QDesktopServices.openUrl(QUrl(address)))
    box.open()
