from __future__ import annotations

import time
from datetime import date, datetime

import msgspec
import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QContextMenuEvent
from PySide6.QtWidgets import QApplication, QLineEdit, QMenu
from pytestqt.qtbot import QtBot

from app.desktop.base.fuzzy import fuzzy_score
from app.desktop.window.chats.conversation_delegate import ConversationDelegate
from app.desktop.window.chats.conversation_model import ConversationModel, Role
from app.desktop.window.chats.grouping import Group, group_of, grouped
from app.desktop.window.chats.sidebar import Sidebar
from app.store.records import ChatOptions, Conversation, SearchHit
from tests.support.counting import calls_in
from tests.support.window.reading import labels

pytestmark = pytest.mark.usefixtures("looks")

TODAY = date(2026, 3, 15)


def conversation(
    number: int, title: str = "A chat", *, updated: float = 0.0, pinned: bool = False
) -> Conversation:
    moment = updated or time.time() - number
    return Conversation(number, title, "user", pinned, moment, moment, None, None, "", ChatOptions())


def at(year: int, month: int, day: int, hour: int = 12) -> float:
    return datetime(year, month, day, hour).timestamp()


@pytest.mark.parametrize(
    ("updated", "group"),
    [
        (at(2026, 3, 15, 0), Group("today")),
        (at(2026, 3, 16), Group("today")),
        (at(2026, 3, 14, 23), Group("yesterday")),
        (at(2026, 3, 13), Group("week")),
        (at(2026, 3, 8), Group("week")),
        (at(2026, 3, 7), Group("thirty_days")),
        (at(2026, 2, 13), Group("thirty_days")),
        (at(2026, 2, 12), Group("month", 2026, 2)),
        (at(2024, 12, 31), Group("month", 2024, 12)),
    ],
)
def test_conversations_are_grouped_by_the_day(updated: float, group: Group) -> None:
    assert group_of(conversation(1, updated=updated), TODAY) == group


def test_pinned_conversations_come_first_and_the_newest_of_a_group() -> None:
    groups = grouped(
        [
            conversation(1, updated=at(2026, 3, 15, 9)),
            conversation(2, updated=at(2020, 1, 1), pinned=True),
            conversation(3, updated=at(2026, 3, 15, 10)),
        ],
        TODAY,
    )
    assert [(group.kind, [c.id for c in members]) for group, members in groups] == [
        ("pinned", [2]),
        ("today", [3, 1]),
    ]


@pytest.mark.parametrize(
    ("query", "text", "found"),
    [
        ("", "x", True),
        ("nc", "New chat", True),
        ("jeju", "Trip to Jeju", True),
        ("cn", "New chat", False),
        ("제주", "5월 제주 여행", True),
        ("new chat", "New chat", True),
    ],
)
def test_letters_in_order_find_a_text(query: str, text: str, found: bool) -> None:
    assert (fuzzy_score(query, text) is not None) is found


def test_a_whole_word_is_better_than_scattered_letters() -> None:
    whole, scattered = fuzzy_score("set", "Settings"), fuzzy_score("set", "Some extra text")
    assert whole is not None and scattered is not None and whole > scattered


def titles(model: ConversationModel) -> list[str]:
    return [model.index(row).data() for row in range(model.rowCount())]


@pytest.fixture
def sidebar(qtbot: QtBot) -> Sidebar:
    widget = Sidebar()
    qtbot.addWidget(widget)
    widget.resize(264, 600)
    widget.show()
    return widget


def test_a_renamed_conversation_keeps_its_place(sidebar: Sidebar) -> None:
    sidebar.set_conversations([conversation(1, "One"), conversation(2, "Two")])
    changed = msgspec.structs.replace(sidebar.model.conversation(2), title="Second")
    sidebar.change(changed)
    assert titles(sidebar.model) == ["Today", "One", "Second"]


def test_the_list_stays_right_through_any_changes(sidebar: Sidebar) -> None:
    chats = [conversation(n, f"Chat {n}", updated=time.time() - n * 40_000) for n in range(1, 40)]
    sidebar.set_conversations(chats)
    for number in (39, 3, 17, 1):
        moved = msgspec.structs.replace(sidebar.model.conversation(number), updated=time.time())
        sidebar.change(moved)
        fresh = ConversationModel(sidebar)
        fresh.set_conversations(sidebar.model.conversations())
        assert titles(sidebar.model) == titles(fresh)
    gone = msgspec.structs.replace(sidebar.model.conversation(17), deleted=1.0)
    sidebar.change(gone)
    assert "Chat 17" not in titles(sidebar.model)


def test_a_click_opens(qtbot: QtBot, sidebar: Sidebar) -> None:
    opened: list[int] = []
    sidebar.open_wanted.connect(opened.append)
    sidebar.set_conversations([conversation(7)])
    place = sidebar.list.visualRect(sidebar.model.index_of(7)).center()
    qtbot.mouseClick(sidebar.list.viewport(), Qt.MouseButton.LeftButton, pos=place)
    assert opened == [7]


def test_f2_renames_in_place_and_escape_takes_it_back(qtbot: QtBot, sidebar: Sidebar) -> None:
    renamed: list[tuple[int, str]] = []
    sidebar.rename_wanted.connect(lambda number, title: renamed.append((number, title)))
    sidebar.set_conversations([conversation(7, "Old")])
    sidebar.list.setFocus()
    sidebar.list.setCurrentIndex(sidebar.model.index_of(7))
    qtbot.keyClick(sidebar.list, Qt.Key.Key_F2)
    editor = sidebar.list.findChild(QLineEdit)
    editor.setText("Thrown away")
    qtbot.keyClick(editor, Qt.Key.Key_Escape)
    assert renamed == []
    qtbot.keyClick(sidebar.list, Qt.Key.Key_F2)
    editor = sidebar.list.findChildren(QLineEdit)[-1]
    editor.setText("  New   title ")
    qtbot.keyClick(editor, Qt.Key.Key_Return)
    qtbot.waitUntil(lambda: renamed == [(7, "New title")])


def test_a_change_meanwhile_does_not_close_the_editor(qtbot: QtBot, sidebar: Sidebar) -> None:
    sidebar.set_conversations([conversation(1, "One"), conversation(2, "Two")])
    sidebar.edit_title(2)
    editor = sidebar.list.findChild(QLineEdit)
    editor.setText("Half a tit")
    moved = msgspec.structs.replace(sidebar.model.conversation(2), updated=time.time() + 5)
    sidebar.change(moved)
    assert editor.isVisible() and editor.text() == "Half a tit"
    qtbot.keyClick(editor, Qt.Key.Key_Escape)
    qtbot.waitUntil(lambda: titles(sidebar.model) == ["Today", "Two", "One"])


def test_the_delete_key_deletes(qtbot: QtBot, sidebar: Sidebar) -> None:
    deleted: list[int] = []
    sidebar.delete_wanted.connect(deleted.append)
    sidebar.set_conversations([conversation(7)])
    sidebar.list.setCurrentIndex(sidebar.model.index_of(7))
    qtbot.keyClick(sidebar.list, Qt.Key.Key_Delete)
    assert deleted == [7]


def test_the_menu_key_opens_the_menu_of_the_current_row(qtbot: QtBot, sidebar: Sidebar) -> None:
    sidebar.set_conversations([conversation(7)])
    sidebar.list.setCurrentIndex(sidebar.model.index_of(7))
    event = QContextMenuEvent(QContextMenuEvent.Reason.Keyboard, QPoint(0, 0), QPoint(0, 0))
    QApplication.sendEvent(sidebar.list.viewport(), event)
    menu = sidebar.findChild(QMenu)
    assert [action.text() for action in menu.actions() if action.text()] == ["Rename", "Pin", "Delete"]
    menu.close()


def test_typing_searches_and_shows_where_the_words_were_found(qtbot: QtBot, sidebar: Sidebar) -> None:
    queries: list[str] = []
    sidebar.search_wanted.connect(queries.append)
    sidebar.set_conversations([conversation(1, "Trip"), conversation(2, "Other")])
    qtbot.keyClicks(sidebar.search, "jeju")
    qtbot.waitUntil(lambda: queries == ["jeju"])
    sidebar.show_hits("je", [])
    assert titles(sidebar.model) == ["Today", "Trip", "Other"]
    sidebar.show_hits("jeju", [SearchHit(conversation(1, "Trip"), "three days on Jeju island")])
    assert titles(sidebar.model) == ["Trip"]
    assert sidebar.model.index(0).data(Role.SNIPPET) == "three days on Jeju island"
    sidebar.search.clear()
    assert titles(sidebar.model) == ["Today", "Trip", "Other"]


def test_an_empty_list_says_what_it_is_for(sidebar: Sidebar) -> None:
    assert labels(sidebar) == []
    sidebar.set_conversations([])
    assert labels(sidebar) == ["Your chats will appear here."]
    sidebar.search.setText("x")
    sidebar.show_hits("x", [])
    assert labels(sidebar) == ["No chat matches “x”."]


def test_twice_the_conversations_take_twice_the_work_and_only_those_seen_are_painted(
    sidebar: Sidebar, monkeypatch: pytest.MonkeyPatch
) -> None:
    painted: list[int] = []
    paint = ConversationDelegate.paint
    monkeypatch.setattr(ConversationDelegate, "paint", lambda *given: painted.append(1) or paint(*given))
    now = time.time()

    def work(count: int) -> tuple[int, int]:
        chats = [conversation(n, f"Chat {n}", updated=now - n * 600) for n in range(count)]
        sidebar.set_conversations([])
        shown = calls_in(lambda: (sidebar.set_conversations(chats), sidebar.grab()))
        newer = msgspec.structs.replace(chats[-100], updated=now + 1)
        return shown, calls_in(lambda: (sidebar.change(newer), sidebar.grab()))

    few, many = work(5_000), work(10_000)
    assert many[0] < 2.5 * few[0] and many[1] < 2.5 * few[1], (few, many)
    assert 4 <= len(painted) < 400
