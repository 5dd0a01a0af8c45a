"""A chat with tools in the window: switched on beside what is written, asked about under the answer."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from PySide6.QtCore import QCoreApplication, QEvent, Qt
from PySide6.QtWidgets import QApplication, QHBoxLayout, QWidget
from pytestqt.qtbot import QtBot

from agents.api import ModelRequest, ModelResponse
from agents.sandbox import find
from app.desktop.base import tasks
from app.desktop.base.bridge import Bridge
from app.desktop.base.notification import Notification
from app.desktop.base.service_calls import ServiceCalls
from app.desktop.chat.answers.answer import AnswerCard
from app.desktop.chat.answers.answer_steps import AnswerSteps
from app.desktop.chat.chat_page import ChatPage
from app.desktop.chat.composer_frame import ComposerFrame
from app.desktop.run_view.approval_card import ApprovalCard
from app.desktop.run_view.review.review_sheet import ReviewSheet
from app.desktop.window.main_window import MainWindow
from app.services.services import Services, open_services
from app.store.records import ChatOptions, ChatTools
from tests.app.desktop.conftest import Running
from tests.support.agents.scripted_brain import Reply, ScriptedBrain, calls, says
from tests.support.engines.scripted_engine import ScriptedEngine
from tests.support.window import chat
from tests.support.window.lists import rows
from tests.support.window.main_window import toast_text
from tests.support.window.pressing import press
from tests.support.window.runs import built_lines

WRITE = calls(("write_file", {"path": "notes.txt", "content": "hello\n"}), text="I write it.")


class Chatting:
    """The page of a chat with a scripted model behind its runs, in a bare window. `said` is what it wants to be told
    at the foot."""

    def __init__(self, qtbot: QtBot, services: Services, page: ChatPage, folder: Path) -> None:
        self.qtbot, self.services, self.page, self.folder = qtbot, services, page, folder
        folder.mkdir()
        self.said: list[Notification] = []
        page.said.connect(self.said.append)
        self.chat_model = ScriptedBrain(says("Hello."))
        services.model_registry.chat_model = lambda *_, **__: self.chat_model  # type: ignore[method-assign]

    def until(self, condition: Callable[[], bool]) -> None:
        self.qtbot.waitUntil(condition)

    def switch_on(self, mode: str = "ask") -> None:
        self.page.tools.chosen.emit(ChatTools(str(self.folder), mode))  # type: ignore[arg-type]

    def begin(self, text: str, *replies: Reply) -> None:
        """Write something and send it with Enter."""
        self.chat_model.replies = list(replies) or self.chat_model.replies
        self.page.composer.edit.setPlainText(text)
        self.qtbot.keyClick(self.page.composer.edit, Qt.Key.Key_Return)

    def question(self) -> ApprovalCard:
        """What is asked."""
        self.until(lambda: self.page.runs.question() is not None)
        steps = self.page.runs.question()
        assert steps is not None and steps.question is not None
        self.until(steps.question.isVisible)
        return steps.question

    def answer(self) -> AnswerCard:
        """The last answer, once it has ended and is shown as it is stored."""
        self.until(lambda: bool(self.page.transcript.ids) and not self.page.shown.answering())

        def shown() -> bool:
            card = chat.shown_card(self.page.transcript, self.page.transcript.ids[-1])
            return isinstance(card, AnswerCard) and card.message.state != "streaming"

        self.until(shown)
        return chat.answer(self.page.transcript, self.page.transcript.ids[-1])

    def steps(self) -> AnswerSteps:
        steps = self.answer().steps
        assert steps is not None
        self.until(lambda: not steps.is_under_way)
        return steps


@pytest.fixture
def eager(monkeypatch: pytest.MonkeyPatch) -> None:
    """Questions take answers at once, and what a run may do does not depend on the sandbox of this machine."""
    monkeypatch.setattr(find, "find_sandbox", lambda: None)
    monkeypatch.setitem(ApprovalCard.__init__.__kwdefaults__, "guard", 0.0)


@pytest.fixture
def chatting(
    qtbot: QtBot, coterie_home: Path, tmp_path: Path, looks: None, eager: None
) -> Iterator[Chatting]:
    coterie_home.mkdir(parents=True, exist_ok=True)
    services = open_services(coterie_home, make_engine=ScriptedEngine)
    bridge, calls = Bridge(), ServiceCalls()
    window = QWidget()
    page = ChatPage(calls, ComposerFrame(window), window)
    QHBoxLayout(window).addWidget(page)
    bridge.events.connect(page.take_events)
    bridge.attach(services)
    calls.attach(services)
    window.resize(1000, 760)
    window.show()
    qtbot.waitExposed(window)
    yield Chatting(qtbot, services, page, tmp_path / "work")
    bridge.detach()
    tasks.shutdown()
    services.close()
    window.close()
    for thing in (window, bridge, calls):
        thing.deleteLater()
    QCoreApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete)


@pytest.fixture
def in_window(running: Running, tmp_path: Path, eager: None) -> Chatting:
    """The same in the whole window."""
    return Chatting(running.qtbot, running.services, running.window.chat, tmp_path / "work")


def test_tools_are_switched_on_in_the_sheet_and_shown_beside_what_is_written(chatting: Chatting) -> None:
    tools = chatting.page.tools
    button = chatting.page.composer.tools.button
    assert button.accessibleName() == "Tools: off"
    button.click()
    chatting.until(lambda: tools.sheet is not None and tools.sheet.isVisible())
    sheet = tools.sheet
    assert sheet is not None and not sheet.turn_off.isVisible()
    sheet.folder.show_folder(str(chatting.folder / "nowhere"))
    sheet.use.click()
    chatting.until(lambda: bool(sheet.folder.complaint.text()))
    sheet.folder.show_folder(str(chatting.folder))
    sheet.mode.buttons[2].click()
    sheet.use.click()
    chatting.until(lambda: not sheet.isVisible())
    assert chatting.page.shown.now.options.tools == ChatTools(str(chatting.folder), "workspace")
    assert button.text().strip() == "work" and button.accessibleName().endswith("Automatic in folder")
    button.click()
    chatting.until(sheet.isVisible)
    assert sheet.chosen() == ChatTools(str(chatting.folder), "workspace")
    sheet.turn_off.click()
    chatting.until(lambda: chatting.page.shown.now.options.tools is None)
    assert button.text().strip() == "Tools"


def test_a_call_is_allowed_by_keyboard_and_its_steps_stand_over_the_answer(chatting: Chatting) -> None:
    chatting.switch_on()
    chatting.begin("Make notes.txt", WRITE, says("It is **there**."))
    card = chatting.question()
    assert not (chatting.folder / "notes.txt").exists()
    composer = chatting.page.composer.edit
    assert composer.placeholderText() == "Press Return to go to the question above"
    composer.setFocus()
    chatting.qtbot.keyClick(composer, Qt.Key.Key_Return)  # nothing is written: to the question
    focus = QApplication.focusWidget()
    assert focus is card.default
    chatting.qtbot.keyClick(focus, Qt.Key.Key_Return)
    answer = chatting.answer()
    assert (chatting.folder / "notes.txt").read_text() == "hello\n"
    assert answer.message.content == "It is **there**." and answer.copied_text() == "It is **there**."
    steps = chatting.steps()
    chatting.until(lambda: chat.undo_all(steps) is not None)
    assert chat.steps_line(steps).text().startswith("1 step  ·  1 file changed") and steps.question is None
    assert QApplication.focusWidget() is composer and composer.placeholderText() == "Ask anything"
    assert steps.y() < chat.body(answer).y()  # type: ignore[union-attr]


def test_what_an_answer_changed_is_taken_back_under_it_and_the_foot_of_the_window_has_the_way_forward(
    chatting: Chatting,
) -> None:
    chatting.switch_on("workspace")
    chatting.begin("Make notes.txt", WRITE, says("It is there."))
    steps = chatting.steps()
    chatting.until(lambda: chat.undo_all(steps) is not None)
    press(steps, "Undo what this answer changed")
    chatting.until(lambda: not (chatting.folder / "notes.txt").exists())
    chatting.until(lambda: chat.undo_all(steps) is None and bool(chatting.said))
    assert chat.steps_line(steps).text().split("  ")[0] == "1 step"
    assert chatting.said[0].act is not None
    chatting.said[0].act()
    chatting.until((chatting.folder / "notes.txt").exists)
    chatting.until(lambda: chat.undo_all(steps) is not None)


def test_what_an_answer_changed_is_reviewed_and_dropped(chatting: Chatting) -> None:
    chatting.switch_on("workspace")
    chatting.begin("Make notes.txt", WRITE, says("It is there."))
    steps = chatting.steps()
    chatting.until(lambda: chat.undo_all(steps) is not None)
    press(steps, "Review what this answer changed")
    chatting.until(lambda: bool(steps.window().findChildren(ReviewSheet)))
    (sheet,) = steps.window().findChildren(ReviewSheet)
    chatting.qtbot.keyClick(sheet.view, Qt.Key.Key_D)
    press(sheet, "Drop 1 change")
    chatting.until(lambda: not (chatting.folder / "notes.txt").exists())
    chatting.until(lambda: [said.text for said in chatting.said] == ["1 change dropped"])


def test_what_is_being_written_may_turn_out_to_be_a_step(chatting: Chatting) -> None:
    chatting.switch_on()
    chatting.begin("Make notes.txt", WRITE, says("Not then."))
    card = chatting.question()
    streaming = card.parentWidget().parentWidget()
    assert isinstance(streaming, AnswerCard) and streaming.streamed_text() == ""
    chatting.until(lambda: len(built_lines(streaming)) == 2)
    assert chat.waits_for(streaming) is None  # a person is waited for, and not the model
    card.bar.no.click()
    card.bar.deny.click()
    assert chatting.answer().message.content == "Not then."
    assert not (chatting.folder / "notes.txt").exists()


def waiting(window: MainWindow) -> list[str]:
    """The chats that wait for an answer."""
    return [said for said in rows(window.sidebar.list) if said.endswith(", needs you")]


def test_a_chat_that_asks_can_be_left_says_so_at_the_foot_and_asks_again_when_it_is_opened(
    in_window: Chatting, running: Running
) -> None:
    chatting, window = in_window, running.window
    chatting.switch_on()
    left = threading.Event()

    def once_left(_: ModelRequest) -> ModelResponse:
        left.wait(300)
        return WRITE

    chatting.begin("Make notes.txt", once_left, says("It is there."))
    chatting.until(lambda: bool(chatting.page.transcript.ids))
    asking = chatting.page.shown.now.conversation
    assert asking is not None
    window.panel.controls.changed.emit(ChatOptions(system_prompt="Be brief."))
    chatting.until(lambda: chatting.page.shown.now.options.system_prompt == "Be brief.")
    assert chatting.page.shown.now.options.tools == asking.options.tools is not None
    chatting.page.shown.open_new()
    left.set()
    chatting.until(window.toast.isVisible)
    assert toast_text(window) == "“Make notes.txt” needs you"
    assert waiting(window) == ["Make notes.txt, needs you"]
    chatting.begin("Hi")
    chatting.until(lambda: chatting.page.shown.now.conversation is not None)
    other = chatting.page.shown.now.conversation
    assert other is not None and other.id != asking.id and other.options.tools is None
    assert chatting.answer().message.content == "Hello from the script."
    window.chat_notes.show_wanted.emit(asking.id)
    chatting.question().default.click()
    assert chatting.answer().message.content == "It is there."
    chatting.until(lambda: waiting(window) == [])


def test_a_chat_may_have_some_of_the_tools_alone(chatting: Chatting) -> None:
    tools = chatting.page.tools
    chatting.page.composer.tools.button.click()
    chatting.until(lambda: tools.sheet is not None and tools.sheet.isVisible())
    sheet = tools.sheet
    assert sheet is not None and sheet.chosen().names is None
    sheet.folder.show_folder(str(chatting.folder))
    sheet.which.reading.click()
    sheet.use.click()
    chatting.until(lambda: chatting.page.shown.now.options.tools is not None)
    chatting.begin("Make notes.txt", WRITE, says("I may not."))
    assert chatting.answer().message.content == "I may not."
    assert not (chatting.folder / "notes.txt").exists()
    offered = {tool["function"]["name"] for tool in chatting.chat_model.asks[0].tools}
    assert "read_file" in offered and "write_file" not in offered


def test_a_stopped_answer_keeps_its_steps_and_is_continued(chatting: Chatting) -> None:
    chatting.switch_on()
    chatting.begin("Make notes.txt", WRITE, says("It is there."))
    chatting.question()
    chatting.page.commands.stop()
    answer = chatting.answer()
    assert answer.message.state == "stopped"
    assert chat.steps_line(chatting.steps()).text().split("  ")[0] == "1 step"
    chatting.chat_model.replies = [says("I leave it.")]
    press(chat.ending(answer), "Continue")  # type: ignore[arg-type]
    chatting.until(lambda: chatting.answer().message.content == "I leave it.")
    assert chat.ending(chatting.answer()) is None


def test_steps_fold_away_where_they_are_many_once_the_answer_is_given(chatting: Chatting) -> None:
    chatting.switch_on()
    listing = calls(("list_files", {}), ("date_time", {}), ("calculator", {"expression": "1+1"}))
    chatting.begin(
        "Look", listing, calls(("calculator", {"expression": "2+2"}), ("read_notes", {})), says("Done.")
    )
    steps = chatting.steps()
    chatting.until(lambda: not steps.is_open)
    folded = steps.height()
    chat.steps_line(steps).click()
    assert steps.is_open and steps.height() > folded + 100


def test_each_chat_has_tools_of_its_own_and_steps_are_read_from_the_journal(chatting: Chatting) -> None:
    chatting.switch_on("workspace")
    chatting.begin("Make notes.txt", WRITE, says("It is there."))
    chatting.answer()
    made = chatting.page.shown.now.conversation
    assert made is not None
    chatting.page.shown.open_new()
    assert chatting.page.shown.now.options.tools is None
    assert chatting.page.composer.tools.button.accessibleName() == "Tools: off"
    chatting.page.shown.open(made.id)
    chatting.until(lambda: bool(chatting.page.transcript.ids))
    steps = chatting.steps()
    chatting.until(lambda: chat.steps_line(steps).text().startswith("1 step  ·  1 file changed"))
    assert chatting.page.shown.now.options.tools is not None


def test_the_button_keeps_to_its_sign_where_there_is_little_room(chatting: Chatting) -> None:
    composer = chatting.page.composer
    composer.tools.show_tools(ChatTools("/home/ada/the seeds of last year and the year before"))
    composer.resize(1000, composer.height())
    assert composer.tools.button.text().strip().startswith("the seeds")
    composer.resize(290, composer.height())
    assert composer.tools.button.text() == ""
    composer.resize(1000, composer.height())
    assert composer.tools.button.text() != ""
