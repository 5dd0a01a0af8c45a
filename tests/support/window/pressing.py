"""Buttons, by their names."""

from __future__ import annotations

from PySide6.QtWidgets import QAbstractButton, QWidget

from tests.support.window.finding import Name, find, find_all, spoken


def button(root: QWidget, name: Name) -> QAbstractButton:
    """The button in sight that is called so."""
    return find(root, name, QAbstractButton)


def press(root: QWidget, name: Name) -> None:
    """Press the button that is called so, as assistive technology does: the focus stays where it is."""
    pressed = button(root, name)
    assert pressed.isEnabled(), f"{spoken(pressed)!r} cannot be pressed now"
    pressed.click()


def buttons(root: QWidget) -> list[str]:
    """The names of all buttons in sight."""
    return [spoken(each) for each in find_all(root, kind=QAbstractButton)]
