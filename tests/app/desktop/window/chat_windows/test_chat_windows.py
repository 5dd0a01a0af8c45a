"""Chats in windows of their own: opened, named, restored, closed, and what each of them does for itself."""

from __future__ import annotations

import gc
from collections.abc import Callable

import pytest
import shiboken6
from PySide6.QtCore import QCoreApplication, QEvent, QObject, Qt, QTimer
from PySide6.QtWidgets import QApplication, QLabel, QScrollArea, QWidget
from pytestqt.qtbot import QtBot

from app.desktop.base.service_calls import ServiceCalls
from app.desktop.base.style import style_sheet
from app.desktop.base.theme import themes
from app.desktop.chat.chat_page import ChatPage
from app.desktop.chat.composer import Composer
from app.desktop.run_view.run_loader import RunLoader
from app.desktop.window.chat_windows.chat_window import ChatWindow
from app.services.models.engine_names import of_chat
from tests.app.desktop.conftest import Running
from tests.support.window.chat_windows import open_chat, opened, shows_all
from tests.support.window.finding import part, spoken
from tests.support.window.lists import rows
from tests.support.window.main_window import toast_text
from tests.support.window.pressing import press
from tests.support.window.reading import labels

pytestmark = pytest.mark.long

Make = Callable[..., Running]
CTRL, SHIFT, ALT = (
    Qt.KeyboardModifier.ControlModifier,
    Qt.KeyboardModifier.ShiftModifier,
    Qt.KeyboardModifier.AltModifier,
)


def windows(running: Running) -> list[ChatWindow]:
    return list(running.window.windows.windows)


def in_front(running: Running, window: QWidget) -> None:
    running.until(lambda: QApplication.activeWindow() is window)


def deliver_deletions() -> None:
    QCoreApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete)


def test_the_menu_of_a_chat_opens_it_in_a_window_named_after_it(running: Running) -> None:
    running.send("Plan a trip to Jeju")
    sidebar, chat = running.window.sidebar, open_chat(running)
    menu = sidebar.menu(sidebar.index_of(chat))
    next(action for action in menu.actions() if action.text() == "Open in new window").trigger()
    menu.close()
    (window,) = windows(running)
    running.until(lambda: window.windowTitle() == "Plan a trip to Jeju")
    assert spoken(window) == "Plan a trip to Jeju"
    assert shows_all(running, running.window.chat)
    window.chat.header.renamed.emit("Jeju")
    running.until(lambda: window.windowTitle() == running.window.windowTitle() == "Jeju")


def test_keys_open_and_close_the_window_and_the_main_window_stays(running: Running, qtbot: QtBot) -> None:
    running.send("A question")
    edit = running.window.chat.composer.edit
    qtbot.keyClick(edit, Qt.Key.Key_O, CTRL | SHIFT)
    (window,) = windows(running)
    in_front(running, window)
    running.until(lambda: shows_all(running, window.chat))
    running.window.activateWindow()
    in_front(running, running.window)
    qtbot.keyClick(edit, Qt.Key.Key_O, CTRL | SHIFT)  # it has a window already
    in_front(running, window)
    assert windows(running) == [window]
    qtbot.keyClick(window.chat.composer.edit, Qt.Key.Key_W, CTRL)
    assert windows(running) == [] and running.window.isVisible()
    qtbot.keyClick(edit, Qt.Key.Key_W, CTRL)
    assert running.window.isVisible()


def test_a_new_window_begins_a_chat_of_its_own(running: Running, qtbot: QtBot) -> None:
    running.send("In the main window")
    first = open_chat(running)
    qtbot.keyClick(running.window.chat.composer.edit, Qt.Key.Key_W, CTRL | ALT)
    (window,) = windows(running)
    assert window.windowTitle() == "New chat"
    window.chat.composer.edit.setPlainText("In the other one")
    qtbot.keyClick(window.chat.composer.edit, Qt.Key.Key_Return)
    running.until(lambda: window.windowTitle() == "In the other one" and shows_all(running, window.chat))
    running.until(lambda: rows(running.window.sidebar.list)[1:] == ["In the other one", "In the main window"])
    assert open_chat(running) == first
    running.until(lambda: not running.services.answers.answering())


def test_theme_text_size_and_language_reach_it_live(running: Running) -> None:
    running.send("A question")
    window = opened(running, open_chat(running))
    running.services.settings.change(theme="dark", text_size=150, language="ko")
    running.until(lambda: window.chat.composer.edit.placeholderText() == "무엇이든 물어보세요")
    running.until(lambda: window.styleSheet() == style_sheet(themes.current))
    assert window.chat.header.height() == themes.current.px(52)


def test_each_window_finds_and_sets_for_itself(running: Running, qtbot: QtBot) -> None:
    running.send("A question")
    window = opened(running, open_chat(running))
    qtbot.keyClick(window.chat.composer.edit, Qt.Key.Key_F, CTRL)
    assert window.chat.finding.is_open and not running.window.chat.finding.is_open
    qtbot.keyClick(window, Qt.Key.Key_Escape)
    assert not window.chat.finding.is_open
    press(window.chat.header, "Chat settings")
    assert window.panel.isVisible() and not running.window.panel.isVisible()
    qtbot.keyClick(window, Qt.Key.Key_Escape)
    assert not window.panel.isVisible()


def test_keys_of_other_pages_bring_the_main_window_forward(running: Running, qtbot: QtBot) -> None:
    running.send("A question")
    window = opened(running, open_chat(running))
    in_front(running, window)
    qtbot.keyClick(window.chat.composer.edit, Qt.Key.Key_Comma, CTRL)
    in_front(running, running.window)
    assert running.window.pages.currentWidget() is running.window.later.settings
    window.activateWindow()
    in_front(running, window)
    qtbot.keyClick(window.chat.composer.edit, Qt.Key.Key_K, CTRL)
    assert window.go.palette.isVisible() and not running.window.go.palette.isVisible()
    offered = window.go.palette.shown()
    assert "Close the chat window" in offered and "Show or hide the list" not in offered


def test_a_window_of_a_deleted_chat_says_so_and_brings_it_back(running: Running, qtbot: QtBot) -> None:
    running.send("Precious words")
    chat = open_chat(running)
    window = opened(running, chat)
    running.window.sidebar.menus.delete_wanted.emit([chat])
    running.until(window.deleted.isVisible)
    assert labels(window.deleted) == ["“Precious words” was deleted."]
    assert window.windowTitle() == "Precious words" and not window.chat.isVisible()
    press(window.deleted, "Undo")
    running.until(lambda: window.chat.isVisible() and shows_all(running, window.chat))
    assert running.services.conversations.get(chat).deleted is None
    running.window.sidebar.menus.delete_wanted.emit([chat])
    running.until(window.deleted.isVisible)
    press(window.deleted, "Close window")
    assert windows(running) == []


def test_undo_elsewhere_brings_the_chat_back_into_its_window(running: Running) -> None:
    running.send("Precious words")
    chat = open_chat(running)
    window = opened(running, chat)
    running.window.sidebar.menus.delete_wanted.emit([chat])
    running.until(window.deleted.isVisible)
    running.services.filing.restore([chat])
    running.until(lambda: window.chat.isVisible() and window.conversation == chat)


def test_windows_that_were_open_at_the_end_are_there_again(make_desktop: Make) -> None:
    first = make_desktop().ready()
    first.send("One")
    one = open_chat(first)
    first.window.go.new_chat()
    first.send("Two")
    two = open_chat(first)
    kept, closed = opened(first, one), opened(first, two)
    kept.resize(612, 534)
    closed.close()
    opened(first, 0)  # of which there is nothing to show again
    first.close()
    assert not shiboken6.isValid(kept)
    second = make_desktop().ready()
    second.until(lambda: bool(windows(second)))
    (window,) = windows(second)
    second.until(lambda: shows_all(second, window.chat))
    assert (window.conversation, window.size().toTuple()) == (one, (612, 534))
    assert window.windowTitle() == "One" and open_chat(second) == two


def test_quitting_asks_once_and_closes_all_windows(make_desktop: Make, qtbot: QtBot) -> None:
    running = make_desktop(answer=lambda _: ["word "] * 50_000, pace=0.002).ready()
    window = opened(running, 0)
    window.chat.composer.edit.setPlainText("Write on")
    qtbot.keyClick(window.chat.composer.edit, Qt.Key.Key_Return)
    running.until(window.chat.shown.answering)
    window.close()  # the answer goes on
    assert running.services.answers.answering()
    window = opened(running, 0)
    in_front(running, window)
    qtbot.keyClick(window.chat.composer.edit, Qt.Key.Key_Q, CTRL)
    assert running.window.quit_sheet.isVisible() and window.isVisible()
    running.window.quit_sheet.leave.click()
    assert not running.window.isVisible() and windows(running) == []


def test_the_first_words_of_a_chat_outlive_the_window_that_is_closed_at_once(
    running: Running, qtbot: QtBot
) -> None:
    window = opened(running, 0)
    qtbot.keyClicks(window.chat.composer.edit, "a thought")
    window.close()
    running.until(lambda: windows(running) == [])
    running.until(lambda: [c.draft for c in running.services.conversations.all()] == ["a thought"])


def test_what_a_window_did_is_said_in_it(running: Running, qtbot: QtBot) -> None:
    running.send("A question")
    window = opened(running, open_chat(running))
    in_front(running, window)
    qtbot.keyClick(window.chat.composer.edit, Qt.Key.Key_A, CTRL | ALT)
    running.until(lambda: "Chat archived" in " ".join(labels(part(window, QWidget, "toast"))))
    assert toast_text(running.window) == ""
    qtbot.keyClick(window.chat.composer.edit, Qt.Key.Key_Z, CTRL)
    running.until(lambda: not running.services.conversations.get(window.conversation or 0).archived)


def test_a_notice_of_the_system_leads_to_the_window_that_shows_the_chat(running: Running) -> None:
    running.send("A question")
    chat = open_chat(running)
    window = opened(running, chat)
    running.window.go.new_chat()
    running.window.activateWindow()
    in_front(running, running.window)
    running.window.away.chat_wanted.emit(chat)
    in_front(running, window)
    assert running.window.chat.shown.now.id is None
    window.close()
    running.window.away.chat_wanted.emit(chat)
    in_front(running, running.window)
    running.until(lambda: running.window.chat.shown.now.id == chat)


def test_the_engine_puts_the_chat_of_the_window_in_front_before_others(running: Running) -> None:
    running.send("One")
    one = open_chat(running)
    window = opened(running, one)
    running.window.go.new_chat()
    running.send("Two")
    two = open_chat(running)
    window.activateWindow()
    running.until(lambda: running.engine.front == of_chat(one))
    running.window.activateWindow()
    running.until(lambda: running.engine.front == of_chat(two))


def counted(running: Running) -> tuple[int, ...]:
    """What there is of Qt's objects, of timers that tick, and in Python of what a window is made of."""
    deliver_deletions()
    gc.collect()
    made = [o for o in gc.get_objects() if isinstance(o, QObject)]
    return (
        len(QApplication.allWidgets()),
        len(running.window.findChildren(QObject)),
        sum(isinstance(o, QTimer) and o.isActive() for o in made if shiboken6.isValid(o)),
        sum(isinstance(o, ChatWindow | ChatPage | ServiceCalls | Composer | RunLoader) for o in made),
    )


@pytest.mark.long
def test_opening_and_closing_leaves_nothing_behind(running: Running, qtbot: QtBot) -> None:
    running.send("A question")
    chat = open_chat(running)

    def once() -> None:
        window = opened(running, chat)
        in_front(running, window)
        qtbot.keyClick(window.chat.composer.edit, Qt.Key.Key_F, CTRL)
        press(window.chat.header, "Chat settings")
        window.go.open_palette()
        window.close()

    once()  # what is made once and stays
    running.window.activateWindow()
    in_front(running, running.window)
    running.until(lambda: counted(running)[-1] == 3)  # the main window's
    before = counted(running)
    for _ in range(6):
        once()
    running.window.activateWindow()
    in_front(running, running.window)
    running.until(lambda: all(now <= then for now, then in zip(counted(running), before, strict=True)))


@pytest.mark.parametrize("size", [100, 200])
def test_nothing_is_cut_in_a_window_as_narrow_as_it_goes(running: Running, size: int) -> None:
    running.services.settings.change(text_size=size)
    running.until(lambda: themes.choice()[1] == size)
    running.send("A question")
    window = opened(running, open_chat(running))
    window.resize(window.minimumSize())
    qapp_bounds = window.rect()
    for widget in (window.chat.header, window.chat.composer, window.chat.composer.button):
        corner = widget.mapTo(window, widget.rect().bottomRight())
        assert qapp_bounds.contains(corner), (qapp_bounds, corner, widget)


@pytest.mark.parametrize("size", [100, 200])
def test_the_sheet_of_keys_has_one_column_where_there_is_no_room_for_two(running: Running, size: int) -> None:
    running.services.settings.change(text_size=size)
    running.until(lambda: themes.choice()[1] == size)
    window = opened(running, 0)
    sheet = window.go.sheet
    for width in (window.minimumWidth(), 700 * size // 100, window.minimumWidth()):
        window.resize(width, 700)
        sheet.open()
        QCoreApplication.processEvents()
        (scroll,) = sheet.findChildren(QScrollArea)
        table = scroll.widget()
        assert table.width() <= scroll.viewport().width()
        assert all(label.geometry().right() < table.width() for label in table.findChildren(QLabel))
        columns = {label.x() for label in table.findChildren(QLabel) if label.wordWrap()}
        assert len(columns) == (1 if width == window.minimumWidth() else 2)
        sheet.close_overlay()


def test_a_temporary_chat_has_a_window_and_is_not_there_at_the_next_start(
    make_desktop: Make, qtbot: QtBot
) -> None:
    first = make_desktop().ready()
    first.window.go.temporary_chat()
    first.send("For now")
    window = opened(first, open_chat(first))
    assert window.chat.temporary_note.isVisible()
    window.chat.composer.edit.setPlainText("And more")
    qtbot.keyClick(window.chat.composer.edit, Qt.Key.Key_Return)
    first.until(lambda: len(first.window.chat.transcript.ids) == 4)
    first.until(lambda: not first.services.answers.answering() and shows_all(first, window.chat))
    first.close()
    second = make_desktop().ready()
    second.until(lambda: not second.window.chat.views.is_waiting())
    assert windows(second) == [] and second.services.conversations.all() == []


def test_a_temporary_chat_that_is_saved_is_shown_so_in_all_windows(running: Running) -> None:
    running.window.go.temporary_chat()
    running.send("For good")
    temporary = open_chat(running)
    window = opened(running, temporary)
    window.chat.temporary_note.keep_wanted.emit()
    for page in (window.chat, running.window.chat):
        running.until(lambda page=page: page.shown.now.id not in (None, temporary))
        running.until(lambda page=page: shows_all(running, page))
        assert not page.temporary_note.isVisible()
    assert window.chat.isVisible() and window.windowTitle() == "For good"


def test_a_project_is_changed_in_the_main_window_which_comes_forward(running: Running) -> None:
    running.send("A question")
    chat = open_chat(running)
    project = running.services.projects.create("Garden")
    running.services.filing.move([chat], project.id)
    window = opened(running, chat)
    in_front(running, window)
    running.until(window.chat.header.project.isVisible)
    press(window.chat.header, "Project Garden: settings")
    in_front(running, running.window)


def test_windows_do_not_cover_each_other_when_they_open(running: Running) -> None:
    window = opened(running, 0)
    window.setGeometry(120, 80, 420, 360)
    window.close()  # the next one comes where this was
    for _ in range(3):
        running.window.windows.open()
    assert len({window.geometry().topLeft().toTuple() for window in windows(running)}) == 3
