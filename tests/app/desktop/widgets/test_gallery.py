"""The gallery shows the whole kit, in every look, and nothing in it is without a name."""

from __future__ import annotations

import importlib
import inspect
import pkgutil

import pytest
from PySide6.QtGui import QAccessible
from PySide6.QtWidgets import QApplication, QWidget
from pytestqt.qtbot import QtBot

from app.desktop import forms, widgets
from tests.app.desktop.test_accessibility import without_name
from tests.gallery import Gallery


def kit() -> set[type[QWidget]]:
    """The public widgets of the kit."""
    found: set[type[QWidget]] = set()
    for name in [
        f"{package.__name__}.{module.name}"
        for package in (widgets, forms)
        for module in pkgutil.iter_modules(package.__path__)
    ]:
        for _, thing in inspect.getmembers(importlib.import_module(name), inspect.isclass):
            if issubclass(thing, QWidget) and thing.__module__ == name and not thing.__name__.startswith("_"):
                found.add(thing)
    return found


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("language", ["en", "ko"])
def test_the_gallery_shows_every_widget_and_names_what_takes_the_focus(
    qtbot: QtBot, theme: str, language: str
) -> None:
    gallery = Gallery()
    qtbot.addWidget(gallery)
    gallery.theme.set_value(theme)
    gallery.language.set_value(language)
    gallery.show_samples()
    gallery.resize(1000, 4000)
    gallery.show()
    QApplication.processEvents()

    # A class that others are made from is shown by one of them.
    shown = {each for widget in gallery.findChildren(QWidget) for each in type(widget).__mro__}
    assert [each.__name__ for each in kit() if each not in shown] == []
    assert without_name(gallery) == []


def test_segments_are_radio_buttons_to_a_screen_reader(qtbot: QtBot) -> None:
    gallery = Gallery()
    qtbot.addWidget(gallery)

    dark = next(
        each for each in gallery.theme.findChildren(QWidget) if each.accessibleName().endswith("Dark")
    )
    interface = QAccessible.queryAccessibleInterface(dark)

    assert interface.role() == QAccessible.Role.RadioButton
