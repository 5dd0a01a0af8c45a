"""The context menu of a text that is only read."""

from __future__ import annotations

from PySide6.QtCore import QCoreApplication, QPoint, Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QMenu, QPlainTextEdit, QTextEdit

from app.desktop.base.menu import Menu
from app.desktop.markdown.selectable import across


def text_menu(text: QTextEdit | QPlainTextEdit, at: QPoint) -> QMenu:
    """What can be done with the selection of `text` and with the link at a point. Deletes itself when it closes."""
    translate = QCoreApplication.translate
    menu = Menu(text)
    menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
    others = across(text)
    several = others is not None and others.mime() is not None
    copy = menu.addAction(
        translate("TextMenu", "Copy"), lambda: text.copy() if others is None or not others.copy() else None
    )
    copy.setEnabled(several or text.textCursor().hasSelection())
    if address := text.anchorAt(at):
        clipboard = QGuiApplication.clipboard()
        menu.addAction(translate("TextMenu", "Copy link address"), lambda: clipboard.setText(address))
    menu.addSeparator()
    menu.addAction(translate("TextMenu", "Select all"), text.selectAll)
    return menu
