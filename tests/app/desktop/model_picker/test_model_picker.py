"""The picker of models: what it shows, by keys and by mouse, and that it never waits."""

from __future__ import annotations

import threading
from collections.abc import Iterator

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QAccessible
from PySide6.QtTest import QSignalSpy
from PySide6.QtWidgets import QApplication, QWidget
from pytestqt.qtbot import QtBot

from app.desktop.base.language import languages
from app.desktop.base.theme import themes
from app.desktop.model_picker.model_choices import OpenedFile, model_choices, with_checks
from app.desktop.model_picker.model_list_loader import choices_of
from app.desktop.model_picker.model_picker import ModelPicker
from app.desktop.model_picker.model_pill import ModelMenu
from app.desktop.model_picker.model_wishes import ModelSpeed
from app.desktop.model_picker.tool_checking import ToolCheckUnderWay
from app.services.connections.remote_server_file import ModelServer
from app.services.library.events import LibraryChanged
from app.services.models.events import ModelChanged
from app.store.records import LibraryModel, ToolCheck
from engine.errors import UserError
from tests.app.desktop.conftest import Running
from tests.app.desktop.window.library_models import a_library_model
from tests.support.window.reading import labels

LIBRARY = [
    a_library_model("Qwen3 30B A3B", path="/m/qwen.gguf", bytes=18_560_000_000, used=9.0),
    a_library_model("gpt-oss 20B", path="/m/oss.gguf", quantisation="MXFP4", state="missing", used=8.0),
    a_library_model("Mixtral", path="/m/mixtral.gguf", state="damaged", used=7.0),
]
OPENED = (OpenedFile("/opened/mine.gguf", 5_000_000), OpenedFile("/gone/old.gguf", there=False))
CHOICES = model_choices(LIBRARY, OPENED, OpenedFile("/starter.gguf", 98_400_000))


@pytest.fixture
def picker(qtbot: QtBot, looks: None) -> Iterator[ModelPicker]:
    """Open over a window, with all kinds of models; the starter is in use."""
    window = QWidget()
    qtbot.addWidget(window)
    window.resize(900, 700)
    menu = ModelMenu(window)
    menu.setGeometry(640, 10, 240, 30)
    window.show()
    menu.know(
        choices=CHOICES,
        speeds={"/m/qwen.gguf": ModelSpeed(0.0, 22.4, True), "/starter.gguf": ModelSpeed(41.2)},
        state=ModelChanged("ready", "SmolLM2 135M Instruct", "/starter.gguf"),
    )
    menu.open_menu()
    assert menu.picker is not None
    yield menu.picker  # the window lives as long as this function


def menu_of(picker: ModelPicker) -> ModelMenu:
    """The menu that a picker belongs to."""
    return next(menu for menu in picker.window().findChildren(ModelMenu) if menu.picker is picker)


def press(qtbot: QtBot, picker: ModelPicker, *keys: Qt.Key) -> None:
    for key in keys:
        qtbot.keyClick(picker.field, key)


def test_each_model_says_what_it_is_how_fast_and_how_it_is(picker: ModelPicker) -> None:
    assert picker.texts() == [
        "Qwen3 30B A3B, Q4_K_M, 18.6 GB, about 22 tokens per second predicted",
        "gpt-oss 20B, MXFP4, 4 GB, its file was moved or deleted",
        "Mixtral, Q4_K_M, 4 GB, damaged, can be repaired in the library",
        "SmolLM2 135M Instruct, 98.4 MB, starter model, 41 tokens per second measured, in use",
        "mine, 5 MB, opened file",
        "old, opened file, its file was moved or deleted",
        "Get more models…",
        "Open a model file…",
        "Remote models…",
        "Load again",
        "Check tools (30 s)",
    ]


def test_a_model_without_a_chat_template_is_said_to_have_none(picker: ModelPicker) -> None:
    speeds = {"/m/qwen.gguf": ModelSpeed(0.0, 22.4, True, has_template=False)}
    menu_of(picker).know(speeds=speeds)
    assert picker.rows.rows[0].detail == "no chat template · Q4_K_M · 18.6 GB · about 22 tok/s"
    assert "This model comes without a chat template" in picker.texts()[0]
    assert not any("template" in text for text in picker.texts()[1:])


def test_how_well_a_model_uses_tools_stands_beside_its_speed(picker: ModelPicker) -> None:
    check = ToolCheck("key", 1.0, "good", 9, 10, "error")
    menu_of(picker).know(choices=with_checks(CHOICES, {"/m/qwen.gguf": check}))
    assert picker.rows.rows[0].detail == "Q4_K_M · 18.6 GB · about 22 tok/s · tools: good"
    assert picker.texts()[0].endswith("What went wrong: continuing after a tool’s error.")
    assert not any("tools" in row.detail for row in picker.rows.rows[1:]), "unchecked models say nothing"


def test_the_tools_of_the_model_in_use_are_checked_from_here_and_the_check_stopped(
    picker: ModelPicker, qtbot: QtBot
) -> None:
    wanted, stopped = QSignalSpy(menu_of(picker).check_wanted), QSignalSpy(menu_of(picker).check_stop_wanted)
    qtbot.keyClicks(picker.field, "zzz")
    press(qtbot, picker, Qt.Key.Key_PageDown, Qt.Key.Key_Return)
    assert wanted.at(0) == ["/starter.gguf", "SmolLM2 135M Instruct"]
    picker.open()
    menu_of(picker).know(checking=ToolCheckUnderWay("/starter.gguf", "SmolLM2 135M Instruct", 3, 10))
    notes = [row.note for row in picker.rows.rows]
    assert "checking tools: 3 of 10" in notes and picker.texts()[-1] == "Stop checking tools"
    qtbot.keyClicks(picker.field, "zzz")
    press(qtbot, picker, Qt.Key.Key_PageDown, Qt.Key.Key_Return)
    assert stopped.count() == 1


def test_models_of_servers_stand_in_groups_of_their_own_that_say_what_they_are(
    picker: ModelPicker, qtbot: QtBot
) -> None:
    servers = (
        ModelServer("https://far.example/v1", "Work", ("qwen3", "glm")),
        ModelServer("http://localhost:8080/v1", "", ("small",)),
    )
    used = ("openai:http://10.0.0.7:8000/v1#old",)
    menu_of(picker).know(choices=(*CHOICES[:1], *model_choices([], (), None, servers, used)))
    menu_of(picker).know(
        state=ModelChanged("ready", "qwen3 · far.example", "openai:https://far.example/v1#qwen3")
    )
    rows = picker.rows.rows[1:5]
    assert [(row.text, row.heading) for row in rows] == [
        ("small", "Servers on this computer"),
        ("qwen3", "Remote: text leaves this computer"),
        ("glm", ""),
        ("old", ""),
    ]
    assert [row.symbol for row in rows] == ["box", "check", "cloud", "cloud"]
    assert [row.described for row in rows] == [
        "small, a server on this computer, localhost:8080",
        "qwen3, Work, remote, on far.example, in use",
        "glm, Work, remote, on far.example",
        "old, remote, on 10.0.0.7:8000",
    ]
    qtbot.keyClicks(picker.field, "far.example")
    assert [row.text for row in picker.rows.rows[:2]] == ["qwen3", "glm"]
    chosen, wanted = QSignalSpy(menu_of(picker).use_wanted), QSignalSpy(menu_of(picker).elsewhere_wanted)
    press(qtbot, picker, Qt.Key.Key_Down, Qt.Key.Key_Return)
    assert chosen.at(0) == ["openai:https://far.example/v1#glm"]
    picker.open()
    qtbot.keyClicks(picker.field, "zzz")
    press(qtbot, picker, Qt.Key.Key_Down, Qt.Key.Key_Down, Qt.Key.Key_Return)
    assert wanted.count() == 1


def test_the_model_in_use_is_where_the_keys_begin(picker: ModelPicker, qtbot: QtBot) -> None:
    assert picker.field.hasFocus()
    assert picker.list.currentIndex().data() == "SmolLM2 135M Instruct"
    chosen = QSignalSpy(menu_of(picker).use_wanted)
    press(qtbot, picker, Qt.Key.Key_Down, Qt.Key.Key_Return)
    assert chosen.at(0) == ["/opened/mine.gguf"] and picker.isHidden()


def test_typing_finds_a_model_and_enter_uses_it(picker: ModelPicker, qtbot: QtBot) -> None:
    chosen = QSignalSpy(menu_of(picker).use_wanted)
    qtbot.keyClicks(picker.field, "qw30")
    assert picker.texts()[0].startswith("Qwen3 30B A3B") and len(picker.texts()) == 6
    press(qtbot, picker, Qt.Key.Key_Return)
    assert chosen.at(0) == ["/m/qwen.gguf"]


def test_without_a_match_more_models_are_offered(picker: ModelPicker, qtbot: QtBot) -> None:
    more = QSignalSpy(menu_of(picker).models_wanted)
    qtbot.keyClicks(picker.field, "zzzz")
    assert picker.texts()[0] == "Search Hugging Face for zzzz"
    assert "None of your models has that name." in labels(picker)
    press(qtbot, picker, Qt.Key.Key_Return)
    assert more.at(0) == ["zzzz"]


def test_what_cannot_be_used_leads_to_the_library_or_nowhere(picker: ModelPicker, qtbot: QtBot) -> None:
    used, library = QSignalSpy(menu_of(picker).use_wanted), QSignalSpy(menu_of(picker).library_wanted)
    qtbot.keyClicks(picker.field, "oss")
    press(qtbot, picker, Qt.Key.Key_Return)
    assert (used.count(), library.count()) == (0, 1)
    picker.open()
    # A file that was only opened once: the keys pass over it.
    press(qtbot, picker, Qt.Key.Key_Down, Qt.Key.Key_Down)
    assert picker.list.currentIndex().data() == "Get more models…"
    place = picker.list.visualRect(picker.rows.index(5)).center()
    qtbot.mouseClick(picker.list.viewport(), Qt.MouseButton.LeftButton, pos=place)
    assert used.count() == 0 and picker.isVisible()


def test_the_ends_of_the_list_hold(picker: ModelPicker, qtbot: QtBot) -> None:
    press(qtbot, picker, *[Qt.Key.Key_Up] * 9)
    assert picker.list.currentIndex().row() == 0
    press(qtbot, picker, *[Qt.Key.Key_PageDown] * 3)
    assert picker.list.currentIndex().data() == "Check tools (30 s)"


def test_a_click_chooses_and_a_click_beside_closes(picker: ModelPicker, qtbot: QtBot) -> None:
    chosen = QSignalSpy(menu_of(picker).use_wanted)
    place = picker.list.visualRect(picker.rows.index(0)).center()
    qtbot.mouseClick(picker.list.viewport(), Qt.MouseButton.LeftButton, pos=place)
    assert chosen.at(0) == ["/m/qwen.gguf"]
    picker.open()
    qtbot.mouseClick(picker, Qt.MouseButton.LeftButton, pos=QPoint(5, 400))
    assert picker.isHidden()


def test_rows_have_names_for_a_screen_reader(picker: ModelPicker) -> None:
    interface = QAccessible.queryAccessibleInterface(picker.list)
    assert interface.text(QAccessible.Text.Name) == "Models"
    assert interface.child(0).text(QAccessible.Text.Name).startswith("Qwen3 30B A3B, Q4_K_M")
    languages.choose("ko")
    QApplication.processEvents()
    assert picker.field.accessibleName() == "모델 찾기"


@pytest.mark.parametrize("size", [(900, 700), (640, 440)])
@pytest.mark.parametrize("scale", [1.0, 2.0])
def test_it_stays_within_the_window(picker: ModelPicker, size: tuple[int, int], scale: float) -> None:
    themes.choose("dark", scale)
    picker.window().resize(*size)
    QApplication.processEvents()
    card = picker.card.geometry()
    assert picker.rect().contains(card)
    assert card.top() >= 40, "below the button it belongs to"


def test_a_library_that_is_not_read_yet_says_so(qtbot: QtBot, looks: None) -> None:
    window = QWidget()
    qtbot.addWidget(window)
    window.resize(900, 700)
    window.show()
    menu = ModelMenu(window)
    picker = ModelPicker(window, menu)
    menu.picker = picker
    menu_of(picker).know(choices=None)
    picker.open()
    assert "Reading the library…" in labels(picker)
    menu_of(picker).know(choices=CHOICES)
    assert labels(picker.card) == [] and len(picker.texts()) == 9


class Shelf:
    """A library that answers when it is let."""

    def __init__(self, *models: LibraryModel) -> None:
        self.found, self.hold = models, threading.Event()
        self.hold.set()
        self.error: UserError | None = None

    def models(self, trashed: bool = False) -> tuple[LibraryModel, ...]:
        self.hold.wait(60)
        if self.error is not None:
            raise self.error
        return self.found


@pytest.fixture
def shelf(running: Running, monkeypatch: pytest.MonkeyPatch) -> Shelf:
    shelf = Shelf(*LIBRARY[:1])
    monkeypatch.setattr(running.services.library, "models", shelf.models)
    monkeypatch.setattr(
        "app.desktop.model_picker.model_list_loader.speed_of", lambda services, path: ModelSpeed()
    )
    return shelf


def texts(running: Running) -> list[str]:
    picker = running.window.chat.header.model.picker
    return [] if picker is None else picker.texts()


def test_opening_never_waits_for_the_library(running: Running, shelf: Shelf, qtbot: QtBot) -> None:
    shelf.hold.clear()
    qtbot.mouseClick(running.window.chat.header.model.pill, Qt.MouseButton.LeftButton)
    QApplication.processEvents()
    assert texts(running)[0] == "Get more models…"
    shelf.hold.set()
    running.until(lambda: texts(running)[0].startswith("Qwen3 30B A3B"))
    qtbot.keyClick(running.window.chat.header.model.picker.field, Qt.Key.Key_Escape)
    assert running.window.chat.header.model.picker.isHidden()
    assert running.window.chat.composer.edit.hasFocus()


def test_a_change_of_the_library_is_shown_while_it_is_looked_at(running: Running, shelf: Shelf) -> None:
    running.window.chat.header.model.open_menu()
    running.until(lambda: len(texts(running)) == 8)
    shelf.found = (*shelf.found, a_library_model("Newcomer", used=10.0))
    running.services.events.publish(LibraryChanged())
    running.until(lambda: texts(running)[0].startswith("Newcomer"))


def test_a_library_that_cannot_be_read_leaves_what_is_known(running: Running, shelf: Shelf) -> None:
    running.window.chat.header.model.open_menu()
    running.until(lambda: len(texts(running)) == 8)
    shelf.error = UserError("store.locked", path="/data")
    running.window.chat.header.model.open_menu()
    running.window.chat.header.model.open_menu()
    running.qtbot.wait(50)
    assert texts(running)[0].startswith("Qwen3 30B A3B")
    assert running.window.strip.isHidden()


def test_choosing_loads_the_model(running: Running, shelf: Shelf, qtbot: QtBot) -> None:
    menu = running.window.chat.header.model
    menu.open_menu()
    running.until(lambda: len(texts(running)) == 8)
    assert menu.picker is not None
    qtbot.keyClicks(menu.picker.field, "qwen")
    qtbot.keyClick(menu.picker.field, Qt.Key.Key_Return)
    running.until(lambda: running.services.models.state.path == "/m/qwen.gguf")


def test_speeds_come_one_by_one_and_only_while_it_is_open(
    running: Running, shelf: Shelf, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[str] = []

    def speed(services: object, path: str) -> ModelSpeed:
        asked.append(path)
        if path.endswith("qwen.gguf"):
            raise UserError("model.not_found", path=path)
        return ModelSpeed(0.0, 30.0, True)

    monkeypatch.setattr("app.desktop.model_picker.model_list_loader.speed_of", speed)
    running.window.chat.header.model.open_menu()
    running.until(lambda: any("about 30 tokens" in text for text in texts(running)))
    assert asked[0] == "/m/qwen.gguf" and len(asked) == 2


def test_it_is_opened_from_any_page_by_keys(running: Running, shelf: Shelf, qtbot: QtBot) -> None:
    running.window.go.show_page("settings")
    both = Qt.KeyboardModifier.ControlModifier | Qt.KeyboardModifier.ShiftModifier
    qtbot.keyClick(running.window, Qt.Key.Key_M, both)
    picker = running.window.chat.header.model.picker
    assert picker is not None and picker.isVisible() and picker.field.hasFocus()


def test_a_model_taken_out_of_the_library_is_not_missed_but_a_vanished_file_is(running: Running) -> None:
    services = running.services
    services.settings.change(
        recent_models=(str(services.library.folder / "owner" / "taken-out.gguf"), "/gone/vanished.gguf")
    )
    names = [choice.name for choice in choices_of(services)]
    assert "vanished" in names and "taken-out" not in names
