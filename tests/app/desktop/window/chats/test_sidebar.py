from __future__ import annotations

import time
from datetime import date, datetime

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st
from PySide6.QtCore import QModelIndex, QPoint, Qt
from PySide6.QtGui import QContextMenuEvent
from PySide6.QtTest import QAbstractItemModelTester
from PySide6.QtWidgets import QApplication, QLineEdit, QMenu
from pytestqt.qtbot import QtBot

from app.desktop.base.fuzzy import fuzzy_score
from app.desktop.window.chats.conversation_delegate import ConversationDelegate
from app.desktop.window.chats.conversation_model import ConversationModel, Role
from app.desktop.window.chats.grouping import Group, Grouping, group_of_kind, group_of_month, heading_place
from app.desktop.window.chats.sidebar import Sidebar
from app.store.records import ChatOptions, Conversation, Project, ProjectOptions, SearchHit
from tests.support.counting import calls_in
from tests.support.window.lists import rows
from tests.support.window.reading import labels

pytestmark = pytest.mark.usefixtures("looks")

TODAY = date(2026, 3, 15)


def conversation(
    number: int,
    title: str = "A chat",
    *,
    updated: float = 0.0,
    pinned: bool = False,
    project: int | None = None,
) -> Conversation:
    moment = updated or time.time() - number
    return Conversation(
        number, title, "user", pinned, moment, moment, None, None, "", ChatOptions(), project=project
    )


def project(number: int, name: str) -> Project:
    return Project(number, name, 1.0, None, ProjectOptions())


def at(year: int, month: int, day: int, hour: int = 12) -> float:
    return datetime(year, month, day, hour).timestamp()


@pytest.mark.parametrize(
    ("updated", "group"),
    [
        (at(2026, 3, 15, 0), group_of_kind("today")),
        (at(2026, 3, 16), group_of_kind("today")),
        (at(2026, 3, 14, 23), group_of_kind("yesterday")),
        (at(2026, 3, 13), group_of_kind("week")),
        (at(2026, 3, 8), group_of_kind("week")),
        (at(2026, 3, 7), group_of_kind("thirty_days")),
        (at(2026, 2, 13), group_of_kind("thirty_days")),
        (at(2026, 2, 12), group_of_month(date(2026, 2, 28))),
        (at(2011, 4, 9), group_of_month(date(2011, 4, 1))),
        (at(2024, 12, 31), group_of_month(date(2024, 12, 1))),
    ],
)
def test_conversations_are_grouped_by_the_day(updated: float, group: Group) -> None:
    assert Grouping(TODAY, {}).group(conversation(1, updated=updated)) == group


def test_pinned_come_first_then_projects_by_name_then_days_and_the_newest_of_each() -> None:
    places = Grouping(TODAY, {7: project(7, "beach"), 8: project(8, "Attic")})
    chats = [
        conversation(1, updated=at(2026, 3, 15, 9)),
        conversation(2, updated=at(2020, 1, 1), pinned=True),
        conversation(3, updated=at(2026, 3, 15, 10)),
        conversation(4, updated=at(2026, 3, 15, 11), project=7),
        conversation(5, updated=at(2019, 3, 15, 11), project=7, pinned=True),
        conversation(6, updated=at(2019, 3, 15, 11), project=8),
        conversation(9, updated=at(2019, 2, 15, 11), project=99),
        conversation(10, updated=at(2019, 3, 15, 11)),
    ]
    assert [chat.id for chat in sorted(chats, key=places.place)] == [2, 6, 5, 4, 3, 1, 10, 9]
    assert all(heading_place(places.group(chat)) < places.place(chat) for chat in chats)
    assert group_of_month(date(2019, 12, 5)).month == date(2019, 12, 1)


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
    sidebar.change([changed])
    assert titles(sidebar.model) == ["Today", "One", "Second"]


def test_what_is_told_while_the_list_is_read_is_newer_than_the_list(sidebar: Sidebar) -> None:
    sidebar.show_first([conversation(1, "One"), conversation(2, "Two")])
    gone = msgspec.structs.replace(conversation(2, "Two"), deleted=1.0)
    sidebar.change([conversation(1, "Renamed"), gone, conversation(3, "New")])
    sidebar.set_conversations([conversation(1, "One"), conversation(2, "Two")])
    assert titles(sidebar.model) == ["Today", "Renamed", "New"]


def test_the_list_stays_right_through_any_changes(sidebar: Sidebar) -> None:
    chats = [conversation(n, f"Chat {n}", updated=time.time() - n * 40_000) for n in range(1, 40)]
    sidebar.set_conversations(chats)
    for number in (39, 3, 17, 1):
        moved = msgspec.structs.replace(sidebar.model.conversation(number), updated=time.time())
        sidebar.change([moved])
        fresh = ConversationModel(sidebar)
        fresh.set_conversations(sidebar.model.conversations())
        assert titles(sidebar.model) == titles(fresh)
    gone = msgspec.structs.replace(sidebar.model.conversation(17), deleted=1.0)
    sidebar.change([gone])
    assert "Chat 17" not in titles(sidebar.model)


def test_a_click_opens(qtbot: QtBot, sidebar: Sidebar) -> None:
    opened: list[int] = []
    sidebar.open_wanted.connect(opened.append)
    sidebar.set_conversations([conversation(7)])
    place = sidebar.list.visualRect(sidebar.index_of(7)).center()
    qtbot.mouseClick(sidebar.list.viewport(), Qt.MouseButton.LeftButton, pos=place)
    assert opened == [7]


def test_f2_renames_in_place_and_escape_takes_it_back(qtbot: QtBot, sidebar: Sidebar) -> None:
    renamed: list[tuple[int, str]] = []
    sidebar.rename_wanted.connect(lambda number, title: renamed.append((number, title)))
    sidebar.set_conversations([conversation(7, "Old")])
    sidebar.list.setFocus()
    sidebar.list.setCurrentIndex(sidebar.index_of(7))
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
    sidebar.change([moved])
    assert editor.isVisible() and editor.text() == "Half a tit"
    qtbot.keyClick(editor, Qt.Key.Key_Escape)
    qtbot.waitUntil(lambda: titles(sidebar.model) == ["Today", "Two", "One"])


def test_the_delete_key_deletes(qtbot: QtBot, sidebar: Sidebar) -> None:
    deleted: list[list[int]] = []
    sidebar.menus.delete_wanted.connect(deleted.append)
    sidebar.set_conversations([conversation(7)])
    sidebar.list.setCurrentIndex(sidebar.index_of(7))
    qtbot.keyClick(sidebar.list, Qt.Key.Key_Delete)
    assert deleted == [[7]]


def test_the_menu_key_opens_the_menu_of_the_current_row(qtbot: QtBot, sidebar: Sidebar) -> None:
    sidebar.set_conversations([conversation(7)])
    sidebar.list.setCurrentIndex(sidebar.index_of(7))
    event = QContextMenuEvent(QContextMenuEvent.Reason.Keyboard, QPoint(0, 0), QPoint(0, 0))
    QApplication.sendEvent(sidebar.list.viewport(), event)
    menu = sidebar.findChild(QMenu)
    menu.close()
    qtbot.waitUntil(lambda: sidebar.findChild(QMenu) is None)
    qtbot.keyClick(sidebar.list, Qt.Key.Key_F10, Qt.KeyboardModifier.ShiftModifier)
    menu = sidebar.findChild(QMenu)
    assert [action.text() for action in menu.actions() if action.text()] == [
        "Open in new window",
        "Rename",
        "Pin",
        "Move to project",
        "Export…",
        "Archive",
        "Delete",
    ]
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
    assert sidebar.model.index(0).data(Role.ROW).hit.snippet == "three days on Jeju island"
    archived = msgspec.structs.replace(conversation(3, "Old trip"), archived=True)
    sidebar.change([archived])
    sidebar.show_hits("jeju", [SearchHit(archived, "Jeju")])
    assert rows(sidebar.list) == ["Old trip, archived"] and not sidebar.grab().isNull()
    sidebar.search.clear()
    assert titles(sidebar.model) == ["Today", "Trip", "Other"]


def test_an_empty_list_says_what_it_is_for(sidebar: Sidebar) -> None:
    foot = ["New project", "Recently deleted"]
    assert labels(sidebar) == foot
    sidebar.set_conversations([])
    assert labels(sidebar) == ["Your chats will appear here.", *foot]
    sidebar.search.setText("x")
    sidebar.show_hits("x", [])
    assert labels(sidebar) == ["No chat matches “x”.", *foot]


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
        return shown, calls_in(lambda: (sidebar.change([newer]), sidebar.grab()))

    few, many = work(5_000), work(10_000)
    assert many[0] < 2.5 * few[0] and many[1] < 2.5 * few[1], (few, many)
    assert 4 <= len(painted) < 400


def test_several_chats_are_chosen_by_ctrl_click_and_deleted_by_one_key(
    qtbot: QtBot, sidebar: Sidebar
) -> None:
    opened: list[int] = []
    deleted: list[list[int]] = []
    sidebar.open_wanted.connect(opened.append)
    sidebar.menus.delete_wanted.connect(deleted.append)
    sidebar.set_conversations([conversation(n, f"Chat {n}") for n in range(1, 5)])
    assert not sidebar.bulk.isVisible()

    def click(number: int, *keys: Qt.KeyboardModifier) -> None:
        place = sidebar.list.visualRect(sidebar.index_of(number)).center()
        held = keys[0] if keys else Qt.KeyboardModifier.NoModifier
        qtbot.mouseClick(sidebar.list.viewport(), Qt.MouseButton.LeftButton, held, place)

    click(1)
    click(3, Qt.KeyboardModifier.ControlModifier)
    assert opened == [1]
    assert sidebar.bulk.isVisible() and "2 selected" in labels(sidebar)
    moved = msgspec.structs.replace(sidebar.model.conversation(3), updated=time.time() + 5)
    sidebar.change([moved])  # what is chosen stays so where it goes
    qtbot.keyClick(sidebar.list, Qt.Key.Key_Delete)
    assert deleted == [[3, 1]]
    qtbot.keyClick(sidebar.list, Qt.Key.Key_Escape)
    assert not sidebar.bulk.isVisible()
    click(2)
    click(4, Qt.KeyboardModifier.ShiftModifier)
    assert opened == [1, 2]
    sidebar.bulk.archive.click()
    qtbot.keyClick(sidebar.list, Qt.Key.Key_A, Qt.KeyboardModifier.ControlModifier)
    assert "4 selected" in labels(sidebar)


def test_the_dots_of_a_row_open_its_menu_and_not_the_chat(qtbot: QtBot, sidebar: Sidebar) -> None:
    opened: list[int] = []
    sidebar.open_wanted.connect(opened.append)
    sidebar.set_conversations([conversation(7)])
    row = sidebar.list.visualRect(sidebar.index_of(7))
    place = QPoint(row.right() - 10, row.center().y())
    qtbot.mouseClick(sidebar.list.viewport(), Qt.MouseButton.LeftButton, pos=place)
    menu = sidebar.findChild(QMenu)
    assert menu is not None and menu.isVisible() and opened == []
    menu.close()


def test_a_project_is_folded_and_its_chats_are_dragged_in_and_out(qtbot: QtBot, sidebar: Sidebar) -> None:
    moved: list[tuple[list[int], int | None]] = []
    sidebar.menus.move_wanted.connect(lambda chats, place: moved.append((chats, place)))
    sidebar.set_projects([project(9, "Sea")])
    sidebar.set_conversations([conversation(1, "One", project=9), conversation(2, "Two")])
    model = sidebar.list.model()
    assert rows(sidebar.list) == ["Project Sea, expanded, chats: 1", "One", "Today", "Two"]
    sea, one, _, two = (model.index(row, 0) for row in range(4))
    action = Qt.DropAction.MoveAction
    assert not model.canDropMimeData(model.mimeData([one]), action, -1, -1, sea)
    model.dropMimeData(model.mimeData([two]), action, -1, -1, sea)
    outside = (two, model.index(2, 0), QModelIndex())  # a chat of no project, a heading, below the list
    for place in outside:
        model.dropMimeData(model.mimeData([one]), action, -1, -1, place)
    assert moved == [([2], 9), *[([1], None)] * 3]
    sidebar.show_open(1)
    qtbot.keyClick(sidebar.list, Qt.Key.Key_Up)
    assert sidebar.list.currentIndex() == sea
    qtbot.keyClick(sidebar.list, Qt.Key.Key_Left)
    assert rows(sidebar.list) == ["Project Sea, collapsed, chats: 1", "Today", "Two"]
    sidebar.change([conversation(2, "Two", project=9)])
    assert rows(sidebar.list) == ["Project Sea, collapsed, chats: 2"]
    qtbot.mouseClick(
        sidebar.list.viewport(),
        Qt.MouseButton.LeftButton,
        pos=sidebar.list.visualRect(model.index(0, 0)).center(),
    )
    assert rows(sidebar.list) == ["Project Sea, expanded, chats: 2", "One", "Two"]
    sidebar.set_projects([])
    assert rows(sidebar.list) == ["Today", "One", "Two"]


CHANGES = st.lists(
    st.tuples(
        st.integers(1, 9),
        st.sampled_from([0, 10, 86_400, 20 * 86_400, 90 * 86_400]),
        st.booleans(),
        st.sampled_from([None, 7, 8]),
        st.booleans(),
        st.booleans(),
    ),
    max_size=25,
)


@given(changes=CHANGES, folded=st.sets(st.sampled_from([7, 8])))
def test_one_change_after_the_other_ends_where_all_at_once_does(
    qapp: QApplication, changes: list[tuple[int, int, bool, int | None, bool, bool]], folded: set[int]
) -> None:
    now, projects = time.time(), [project(8, "Attic"), project(7, "beach")]
    chats = [
        msgspec.structs.replace(
            conversation(number, f"{number}", updated=now - ago, pinned=pinned, project=place),
            archived=archived,
            deleted=1.0 if deleted else None,
        )
        for number, ago, pinned, place, archived, deleted in changes
    ]
    slow, at_once = ConversationModel(), ConversationModel()
    for model in (slow, at_once):
        model.set_projects(projects)
        model.fold(folded)
    tester = QAbstractItemModelTester(slow, QAbstractItemModelTester.FailureReportingMode.Fatal)
    for number, chat in enumerate(chats):
        slow.change([chat])
        if number % 5 == 1:
            slow.fold(folded ^ {7})
        if number % 5 == 2:
            slow.show_hits([SearchHit(chat, "found")])
        if number % 5 == 3:
            slow.fold(folded)
        if number % 5 == 4:
            slow.show_hits(None)
    slow.show_hits(None)
    slow.fold(folded)
    at_once.set_conversations(list({chat.id: chat for chat in chats}.values()))
    assert [slow.index(row).data(Role.ROW) for row in range(slow.rowCount())] == [
        at_once.index(row).data(Role.ROW) for row in range(at_once.rowCount())
    ]
    for chat in chats:
        found = slow.index_of(chat.id)
        assert not found.isValid() or found.data(Role.CONVERSATION).id == chat.id
    del tester
