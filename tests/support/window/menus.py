"""Menus, by what stands in them."""

from __future__ import annotations

from PySide6.QtWidgets import QAbstractButton, QApplication, QMenu


def open_menu(button: QAbstractButton) -> QMenu:
    """Press a button that opens a menu."""
    button.click()
    menu = QApplication.activePopupWidget()
    assert isinstance(menu, QMenu), f"{button.accessibleName()!r} opens no menu"
    return menu


def choose(button: QAbstractButton, text: str) -> None:
    """Choose what reads so in the menu of a button."""
    menu = open_menu(button)
    texts = [action.text() for action in menu.actions()]
    assert text in texts, f"{text!r} is not in {texts}"
    menu.actions()[texts.index(text)].trigger()
    menu.close()
