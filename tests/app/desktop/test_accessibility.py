"""What a screen reader says and where the Tab key goes."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QAccessible
from PySide6.QtWidgets import QApplication, QWidget
from pytestqt.qtbot import QtBot

from app.desktop.base.language import languages
from app.desktop.widgets.banner import BannerAction
from engine.errors import UserError
from tests.app.desktop.conftest import Running


def without_name(root: QWidget) -> list[str]:
    """Widgets in sight that can have the focus and that a screen reader could not name."""
    nameless = []
    for widget in root.findChildren(QWidget):
        if widget.focusPolicy() == Qt.FocusPolicy.NoFocus or not widget.isVisible():
            continue
        # The field inside a spin box is named by the box.
        if widget.objectName() == "qt_spinbox_lineedit":
            continue
        interface = QAccessible.queryAccessibleInterface(widget)
        # A text that is only read is its own name.
        words = (QAccessible.Text.Name, QAccessible.Text.Value)
        if interface is None or not any(interface.text(kind) for kind in words):
            path, parent = type(widget).__name__, widget.parentWidget()
            while parent is not None:
                path, parent = f"{type(parent).__name__}/{path}", parent.parentWidget()
            nameless.append(path)
    return nameless


@pytest.mark.parametrize("language", ["en", "ko"])
def test_every_control_has_a_name(running: Running, language: str) -> None:
    running.send("A question with an answer")
    window = running.window
    languages.choose(language)
    states: dict[str, Callable[[], object]] = {
        "chat": lambda: None,
        "this chat's settings": window.panel.toggle,
        "settings": lambda: window.go.show_page("settings"),
        "palette": window.go.open_palette,
        "sheet": window.go.sheet.open,
        "toast and strips": lambda: (
            window.toast.say("Chat deleted", "Undo", lambda: None),
            window.show_error(UserError("chat.busy")),
            window.chat.model_strip.say("No model", [BannerAction("Try again", lambda: None)]),
        ),
        "failure": lambda: window.show_failure(UserError("store.locked", path="/data")),
    }
    for state, enter in states.items():
        enter()
        QApplication.processEvents()
        nameless = without_name(window)
        assert not nameless, state + "\n" + "\n".join(nameless)
    window.toast.dismiss()


def test_names_are_in_the_language_that_is_on(running: Running) -> None:
    languages.choose("ko")
    QApplication.processEvents()
    assert running.window.chat.composer.button.accessibleName() == "보내기"
    assert running.window.rail.settings.accessibleName() == "설정"


def test_the_tab_key_goes_through_the_window_from_left_to_right(running: Running, qtbot: QtBot) -> None:
    window = running.window
    order: list[QWidget] = []
    widget: QWidget = window.rail.chat
    widget.setFocus(Qt.FocusReason.TabFocusReason)
    for _ in range(60):
        order.append(QApplication.focusWidget())
        qtbot.keyClick(QApplication.focusWidget(), Qt.Key.Key_Tab)
        if QApplication.focusWidget() is widget:
            break
    wanted = [
        window.rail.chat,
        window.rail.settings,
        window.sidebar.search,
        window.sidebar.new,
        window.sidebar.list,
        window.chat.header.options,
        window.chat.header.model.pill,
        window.chat.composer.edit,
    ]
    assert [w for w in order if w in wanted] == wanted


def test_a_hidden_overlay_takes_no_focus(running: Running, qtbot: QtBot) -> None:
    running.window.go.open_palette()
    palette = running.window.go.palette
    for _ in range(4):
        qtbot.keyClick(QApplication.focusWidget(), Qt.Key.Key_Tab)
        assert palette.isAncestorOf(QApplication.focusWidget())
    before = palette
    palette.close_overlay()
    assert not before.isAncestorOf(QApplication.focusWidget())
    assert QApplication.focusWidget() is running.window.chat.composer.edit
