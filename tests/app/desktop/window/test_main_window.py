"""The window over a real store: what a person does, and what is kept."""

from __future__ import annotations

import threading
from collections.abc import Callable
from pathlib import Path

import pytest
from PySide6.QtCore import QPoint, QRect, Qt
from PySide6.QtWidgets import QApplication, QLabel, QTextEdit, QWidget
from pytestqt.qtbot import QtBot

from app.desktop.base.language import languages
from app.desktop.base.theme import themes
from app.desktop.chat.answers.answer import AnswerCard
from app.desktop.chat.message_edit import MessageEdit
from app.desktop.run_view.tool_call import ToolCallCard
from app.services.events import StoreFailed
from app.services.runs.values import RunSpec
from app.services.settings.settings import SettingsFile
from engine.errors import ErrorInfo
from engine.values import ReasoningControl, ToolCall
from tests.app.desktop.conftest import Running
from tests.app.desktop.placement import plans
from tests.support.agents.scripted_brain import ScriptedBrain
from tests.support.agents.scripted_brain import says as answers
from tests.support.placement.hand_made_placements import HandMadePlacements
from tests.support.window.chat import card, shown_card
from tests.support.window.composer import instead, reasoning, says
from tests.support.window.finding import part
from tests.support.window.lists import rows
from tests.support.window.pressing import press
from tests.support.window.reading import labels

CTRL = Qt.KeyboardModifier.ControlModifier
Make = Callable[..., Running]


def titles(running: Running) -> list[str]:
    model = running.window.sidebar.model
    return [model.index(row).data() for row in range(model.rowCount())]


def store_messages(running: Running) -> list[tuple[str, str]]:
    conversation = running.window.chat.shown.now.conversation
    assert conversation is not None
    conversations = running.services.conversations
    return [(m.role, m.content) for m in conversations.messages(conversations.path(conversation.id))]


def draft_of(running: Running, conversation: int) -> str:
    return running.services.conversations.get(conversation).draft


def open_id(running: Running) -> int:
    conversation = running.window.chat.shown.now.conversation
    assert conversation is not None
    return conversation.id


def test_a_first_message_makes_a_conversation_with_a_title_and_an_answer(running: Running) -> None:
    running.send("Plan a trip to Jeju")
    assert store_messages(running) == [
        ("user", "Plan a trip to Jeju"),
        ("assistant", "Hello from the script."),
    ]
    running.until(lambda: titles(running) == ["Today", "Plan a trip to Jeju"])
    assert running.window.chat.header.title.text() == "Plan a trip to Jeju"
    assert running.window.chat.composer.text() == ""
    assert draft_of(running, open_id(running)) == ""


def test_what_is_typed_before_the_window_is_complete_is_kept_and_sent(
    make_desktop: Make, qtbot: QtBot
) -> None:
    running = make_desktop()
    running.window.show()
    edit = part(running.window, MessageEdit)
    assert edit.accessibleName() == "Message"
    qtbot.keyClicks(edit, "early words")
    qtbot.keyClick(edit, Qt.Key.Key_Return)
    assert edit.toPlainText() == "early words"
    running.start()
    running.until(lambda: running.window.chat.shown.now.conversation is not None)
    assert edit is running.window.chat.composer.edit and edit.hasFocus()
    running.until(lambda: len(store_messages(running)) == 2)
    running.until(lambda: not running.window.chat.shown.answering())
    assert store_messages(running)[0] == ("user", "early words")


def test_the_chats_are_listed_before_the_data_is_open_and_open_with_it(make_desktop: Make) -> None:
    first = make_desktop().ready()
    first.send("Plan a trip to Jeju")
    number, listed = open_id(first), titles(first)
    first.window.go.new_chat()
    first.close()
    second = make_desktop()
    second.desktop.start()
    second.until(lambda: hasattr(second.window, "sidebar"))
    assert second.window.calls.services is None and titles(second) == listed
    second.window.sidebar.open_wanted.emit(number)
    second.until(lambda: second.window.calls.services is not None)
    second.until(lambda: second.window.chat.shown.now.conversation is not None)
    assert open_id(second) == number and titles(second) == listed


def test_until_the_chat_of_last_time_is_there_nothing_else_stands_in_its_place(make_desktop: Make) -> None:
    first = make_desktop().ready()
    first.send("A question")
    title = first.window.chat.header.title.text()
    first.close()
    running = make_desktop()
    running.desktop.start()
    running.until(lambda: hasattr(running.window, "chat"))
    chat, told = running.window.chat, list[str]()
    languages.choose("ko")
    languages.choose("en")
    assert chat.views.is_waiting() and chat.header.title.text() == ""
    chat.header.title.textChanged.connect(told.append)
    running.until(lambda: not chat.views.is_waiting())
    running.until(lambda: len(chat.transcript.ids) == 2)
    assert told == [title]


def test_without_a_chat_of_last_time_a_new_one_is_shown(make_desktop: Make) -> None:
    running = make_desktop()
    running.start()
    running.until(running.window.chat.transcript.empty.isVisible)
    assert running.window.chat.header.title.text() == "New chat"


def test_a_draft_becomes_a_conversation_and_survives_a_restart(make_desktop: Make, qtbot: QtBot) -> None:
    first = make_desktop().ready()
    qtbot.keyClicks(first.window.chat.composer.edit, "half a thought")
    first.until(lambda: first.window.chat.shown.now.conversation is not None)
    qtbot.keyClicks(first.window.chat.composer.edit, " and more")
    first.close()
    second = make_desktop().ready()
    second.until(lambda: second.window.chat.composer.text() == "half a thought and more")


def test_each_conversation_keeps_its_own_draft(running: Running, qtbot: QtBot) -> None:
    running.send("First question")
    first = open_id(running)
    qtbot.keyClicks(running.window.chat.composer.edit, "follow-up")
    running.window.go.new_chat()
    assert running.window.chat.composer.text() == ""
    running.send("Second question")
    running.window.go.open_chat(first)
    running.until(lambda: running.window.chat.composer.text() == "follow-up")
    assert draft_of(running, first) == "follow-up"


def test_sending_and_typing_at_once_makes_one_conversation(running: Running, qtbot: QtBot) -> None:
    composer = running.window.chat.composer
    qtbot.keyClicks(composer.edit, "fast")
    composer.flush_draft()
    qtbot.keyClick(composer.edit, Qt.Key.Key_Return)
    running.until(lambda: running.window.chat.shown.now.conversation is not None)
    running.until(lambda: len(store_messages(running)) == 2 and not running.window.chat.shown.answering())
    assert len(running.services.conversations.all()) == 1


def written(running: Running) -> str:
    """What is shown of the answer that is being written."""
    conversation = running.window.chat.shown.now.conversation
    path = running.services.conversations.path(conversation.id) if conversation else []
    shown = shown_card(running.window.chat.transcript, path[-1]) if path else None
    return shown.streamed_text() if isinstance(shown, AnswerCard) else ""


def hold_in_the_middle(running: Running) -> None:
    """Let the answer stand once the first of its words are shown."""
    running.until(lambda: written(running) != "")
    running.engine.hold.set()


def test_escape_stops_the_answer_and_its_text_stays(make_desktop: Make, qtbot: QtBot) -> None:
    running = make_desktop(answer=lambda _: ["word "] * 50_000, pace=0.002).ready()
    composer = running.window.chat.composer
    composer.edit.setPlainText("Write on")
    qtbot.keyClick(composer.edit, Qt.Key.Key_Return)
    hold_in_the_middle(running)
    qtbot.keyClick(composer.edit, Qt.Key.Key_Escape)
    running.until(lambda: not running.window.chat.shown.answering())
    role, content = store_messages(running)[-1]
    assert role == "assistant" and content.startswith("word ") and len(content) < 250_000
    assert composer.button.accessibleName() == "Send"


def test_closing_while_an_answer_streams_keeps_its_text(make_desktop: Make, qtbot: QtBot) -> None:
    first = make_desktop(answer=lambda _: ["word "] * 50_000, pace=0.002).ready()
    first.window.chat.composer.edit.setPlainText("Write on")
    qtbot.keyClick(first.window.chat.composer.edit, Qt.Key.Key_Return)
    hold_in_the_middle(first)
    first.window.close()
    assert first.window.isVisible() and first.window.quit_sheet.stay.hasFocus()
    first.window.quit_sheet.leave.click()
    assert not first.window.isVisible()
    second = make_desktop().ready()
    conversations = second.services.conversations
    only = conversations.all()[0]
    question, answer = conversations.messages(conversations.path(only.id))
    assert question.content == "Write on"
    assert answer.state == "stopped" and answer.content.startswith("word ")


def test_leaving_and_coming_back_shows_a_running_answer_whole(make_desktop: Make, qtbot: QtBot) -> None:
    words = [f"{number} " for number in range(5000)]
    running = make_desktop(answer=lambda _: words, pace=0.002).ready()
    running.window.chat.composer.edit.setPlainText("Count")
    qtbot.keyClick(running.window.chat.composer.edit, Qt.Key.Key_Return)
    hold_in_the_middle(running)
    number = open_id(running)
    running.window.go.new_chat()
    running.engine.hold.clear()
    qtbot.wait(100)
    running.engine.hold.set()
    running.window.go.open_chat(number)
    running.until(lambda: written(running) != "")
    assert "".join(words).startswith(written(running))
    running.engine.pace = 0.0
    running.engine.hold.clear()
    running.until(lambda: not running.window.chat.shown.answering())
    assert store_messages(running)[-1] == ("assistant", "".join(words))


def test_a_stopped_answer_goes_on_where_it_was(make_desktop: Make, qtbot: QtBot) -> None:
    running = make_desktop(answer=lambda r: [" more"] if r.continue_last else ["word "] * 50_000, pace=0.002)
    running.ready()
    running.window.chat.composer.edit.setPlainText("Write")
    qtbot.keyClick(running.window.chat.composer.edit, Qt.Key.Key_Return)
    hold_in_the_middle(running)
    running.window.chat.commands.stop()
    running.until(lambda: not running.window.chat.shown.answering())
    running.engine.hold.clear()
    before = store_messages(running)[-1][1]
    answer = running.services.conversations.path(open_id(running))[-1]
    running.window.chat.transcript.continue_requested.emit(answer)
    running.until(lambda: store_messages(running)[-1][1] == before + " more")
    running.until(lambda: not running.window.chat.shown.answering())
    running.until(lambda: card(running.window.chat.transcript, answer).message.content == before + " more")


def test_alt_up_opens_the_last_message_for_editing(running: Running, qtbot: QtBot) -> None:
    running.send("First words")
    question = running.services.conversations.path(open_id(running))[0]
    assert not card(running.window.chat.transcript, question).is_editing
    qtbot.keyClick(running.window.chat.composer.edit, Qt.Key.Key_Up, Qt.KeyboardModifier.AltModifier)
    running.until(lambda: card(running.window.chat.transcript, question).is_editing)
    field = QApplication.focusWidget()
    assert isinstance(field, QTextEdit) and field.toPlainText() == "First words"
    assert card(running.window.chat.transcript, question).isAncestorOf(field)


def test_deleting_can_be_undone_from_the_toast_and_by_key(running: Running, qtbot: QtBot) -> None:
    running.send("Keep me")
    number = open_id(running)
    running.window.chats.delete([number])
    running.until(lambda: running.window.toast.isVisible())
    running.until(lambda: titles(running) == [])
    assert running.window.chat.shown.now.conversation is None
    running.window.sidebar.list.setFocus()
    qtbot.keyClick(running.window.sidebar.list, Qt.Key.Key_Z, CTRL)
    running.until(lambda: titles(running) == ["Today", "Keep me"])
    running.until(lambda: running.window.chat.shown.now.conversation is not None)
    assert open_id(running) == number


def test_undo_leaves_the_shown_chat_where_another_one_was_deleted(running: Running) -> None:
    running.send("First")
    first = open_id(running)
    running.window.go.new_chat()
    running.send("Second")
    second = open_id(running)
    running.window.chats.delete([first])
    running.until(lambda: titles(running) == ["Today", "Second"])
    running.until(lambda: running.window.toast.undo())
    running.until(lambda: titles(running) == ["Today", "Second", "First"])
    assert open_id(running) == second


def test_ctrl_z_in_an_empty_composer_brings_a_deleted_chat_back(running: Running, qtbot: QtBot) -> None:
    running.send("Keep me")
    kept = open_id(running)
    edit = running.window.chat.composer.edit
    running.window.sidebar.menus.delete_wanted.emit([kept])  # as its menu does
    running.until(lambda: running.window.chat.shown.now.conversation is None)
    edit.setFocus()
    qtbot.keyClicks(edit, "ab")
    qtbot.keyClick(edit, Qt.Key.Key_Z, CTRL)
    assert edit.toPlainText() == "" and running.window.chat.shown.now.conversation is None
    edit.setPlainText("")
    qtbot.keyClick(edit, Qt.Key.Key_Z, CTRL)
    running.until(lambda: running.window.chat.shown.now.conversation is not None and open_id(running) == kept)


def test_searching_finds_words_in_messages(running: Running, qtbot: QtBot) -> None:
    running.send("Where do tangerines grow?")
    running.window.go.new_chat()
    running.send("Something else")
    qtbot.keyClick(running.window, Qt.Key.Key_F, CTRL | Qt.KeyboardModifier.ShiftModifier)
    assert running.window.sidebar.search.hasFocus()
    qtbot.keyClicks(running.window.sidebar.search, "tangerines")
    running.until(lambda: len(titles(running)) == 1)
    qtbot.keyClick(running.window.sidebar.search, Qt.Key.Key_Return)
    running.until(lambda: running.window.chat.header.title.text() == "Where do tangerines grow?")
    qtbot.keyClick(running.window.sidebar.search, Qt.Key.Key_Escape)


def test_renaming_in_the_header_is_kept(running: Running, qtbot: QtBot) -> None:
    running.send("First words")
    title = running.window.chat.header.title
    title.setFocus()
    title.setText("  A better   name ")
    qtbot.keyClick(title, Qt.Key.Key_Return)
    running.until(lambda: titles(running) == ["Today", "A better name"])
    title.setFocus()
    title.setText("Not this")
    qtbot.keyClick(title, Qt.Key.Key_Escape)
    assert title.text() == "A better name"


def test_the_palette_finds_commands_and_chats(running: Running, qtbot: QtBot) -> None:
    running.send("Tangerines of Jeju")
    running.window.go.new_chat()
    qtbot.keyClick(running.window, Qt.Key.Key_K, CTRL)
    palette = running.window.go.palette
    assert palette.isVisible()
    qtbot.keyClicks(palette.field, "tangeri")
    assert palette.shown() == ["Tangerines of Jeju"]
    qtbot.keyClick(palette.field, Qt.Key.Key_Return)
    assert not palette.isVisible()
    running.until(lambda: running.window.chat.header.title.text() == "Tangerines of Jeju")
    qtbot.keyClick(running.window, Qt.Key.Key_K, CTRL)
    qtbot.keyClicks(palette.field, "zzzz")
    assert palette.shown() == []
    qtbot.keyClick(palette.field, Qt.Key.Key_Escape)
    assert not palette.isVisible()


def test_reasoning_is_chosen_per_conversation_and_reaches_the_model(running: Running, qtbot: QtBot) -> None:
    running.window.resize(1200, 800)
    composer = running.window.chat.composer
    assert composer.reasoning.values() == ["auto", "off", "on", "budget"]
    qtbot.mouseClick(reasoning(composer, "Off"), Qt.MouseButton.LeftButton)
    running.send("Quick, please")
    assert running.engine.requests[-1].reasoning == "off"
    running.window.go.new_chat()
    assert composer.reasoning.value() == "auto"


def test_a_choice_that_another_model_had_is_sent_as_auto(make_desktop: Make, qtbot: QtBot) -> None:
    running = make_desktop(reasoning=ReasoningControl("levels", ("low", "high"), "low")).ready()
    running.services.settings.change(reasoning="on")
    running.until(lambda: instead(running.window.chat.composer) == ["Auto instead of On"])
    running.send("Hello")
    assert running.engine.requests[-1].reasoning == "auto"


def test_a_number_of_tokens_reaches_the_model_and_stays_with_the_chat(running: Running, qtbot: QtBot) -> None:
    running.window.resize(1200, 800)
    composer = running.window.chat.composer
    reasoning(composer, "Limit…").click()
    composer.reasoning.field.setValue(300)
    running.send("Quick, please")
    assert running.engine.requests[-1].reasoning == 300
    chat = running.window.chat.shown.now.conversation
    assert chat is not None
    running.window.go.new_chat()
    assert composer.reasoning.value() == "auto"
    running.window.go.open_chat(chat.id)
    running.until(lambda: composer.reasoning.value() == 300)


def test_the_default_for_every_chat_can_be_a_number(running: Running) -> None:
    chooser = running.window.later.settings.answers.reasoning
    assert chooser.values() == ["auto", "off", "on", "budget"]
    reasoning(chooser, "Limit…").click()
    running.until(lambda: running.services.settings.current.reasoning == 1024)
    running.until(lambda: running.window.chat.composer.reasoning.value() == 1024)


def test_answer_now_by_keys_ends_the_thought_under_way(make_desktop: Make, qtbot: QtBot) -> None:
    pieces = ("<think>hmm ", *("<think>more " for _ in range(3000)), "So: ", "done.")
    running = make_desktop(answer=lambda _: pieces, pace=0.01).ready()
    chat = running.window.chat
    chat.composer.edit.setPlainText("Why?")
    qtbot.keyClick(chat.composer.edit, Qt.Key.Key_Return)
    running.until(lambda: any(card.is_thinking for card in chat.transcript.findChildren(AnswerCard)))
    (card,) = chat.transcript.findChildren(AnswerCard)
    qtbot.keyClick(running.window, Qt.Key.Key_A, CTRL | Qt.KeyboardModifier.ShiftModifier)
    running.until(lambda: card.message.state == "done")
    assert card.message.content == "So: done." and len(card.message.reasoning) < 10_000


def test_calls_and_notices_of_an_answer_are_there_when_the_chat_is_opened_again(make_desktop: Make) -> None:
    call = ToolCall("c1", "get_weather", {"city": "Jeju"})
    broken = ToolCall("c2", "", '{"half": ')
    notice = ErrorInfo("tools.cut_in_call")
    running = make_desktop(calls=(call, broken), notices=(notice,)).ready()
    running.send("Weather?")
    chat = running.window.chat

    def shown() -> list[ToolCall]:
        return [card.call for card in chat.transcript.findChildren(ToolCallCard) if card.isVisible()]

    running.until(lambda: shown() == [call, broken])
    opened = chat.shown.now.conversation
    assert opened is not None
    running.window.go.new_chat()
    running.until(lambda: not shown())
    running.window.go.open_chat(opened.id)
    running.until(lambda: shown() == [call, broken])
    running.until(lambda: any("tool call" in line.text() for line in chat.transcript.findChildren(QLabel)))


def test_a_model_that_does_not_reason_has_no_control(make_desktop: Make) -> None:
    running = make_desktop(reasoning=ReasoningControl("none")).ready()
    assert not running.window.chat.composer.reasoning.isVisible()


def test_loading_shows_its_progress_and_can_be_cancelled(make_desktop: Make, qtbot: QtBot) -> None:
    running = make_desktop().ready()
    running.engine.hold.set()
    running.window.chat.model.use("/models/other.gguf")
    header = running.window.chat.header
    running.until(lambda: header.progress.isVisible() and header.progress.text() == "40%")
    running.window.resize(1200, 800)
    running.until(lambda: header.progress.text() == "Loading 40%")
    qtbot.mouseClick(header.cancel, Qt.MouseButton.LeftButton)
    running.until(lambda: not header.progress.isVisible())
    assert not running.window.chat.model_strip.isVisible()


def test_while_the_model_is_tuned_the_chat_says_so_and_what_is_sent_waits(
    make_desktop: Make, qtbot: QtBot
) -> None:
    running = make_desktop(placements=HandMadePlacements(plans.dense())).ready()
    chat = running.window.chat
    with running.services.models.unloaded():
        running.until(lambda: chat.header.progress.text() == "Tuning…")
        assert chat.header.progress.isVisible()
        assert chat.header.model.pill.accessibleName().endswith(", tuning")
        assert says(chat.composer, "Tuning the model")
        chat.composer.edit.setPlainText("Hello")
        qtbot.keyClick(chat.composer.edit, Qt.Key.Key_Return)
        running.until(chat.shown.answering)
        assert chat.header.cancel.accessibleName() == "Cancel tuning"
        qtbot.mouseClick(chat.header.cancel, Qt.MouseButton.LeftButton)
        assert running.services.placements.trials.cancelled  # type: ignore[attr-defined]
    running.until(lambda: not chat.shown.answering())
    running.until(lambda: chat.header.model.pill.accessibleName().endswith(", ready"))
    assert len(running.engine.requests) == 1 and not chat.header.progress.isVisible()


def test_a_model_that_cannot_be_loaded_is_told_with_what_can_be_done(make_desktop: Make) -> None:
    running = make_desktop().ready()
    running.engine.load_error = ErrorInfo("model.no_starter")
    running.window.chat.model.use("/models/broken.gguf")
    strip = running.window.chat.model_strip
    running.until(strip.isVisible)
    assert strip.actions_shown() == ["Try again", "Choose another model"]
    assert strip.text()
    running.engine.load_error = None
    press(strip, "Try again")
    running.until(lambda: not strip.isVisible())


def test_what_could_not_be_saved_is_told_until_it_is(running: Running, qtbot: QtBot) -> None:
    running.services.events.publish(StoreFailed(ErrorInfo("store.disk_full", {"folder": "/data"})))
    running.until(running.window.save_strip.isVisible)
    assert running.window.save_strip.text().startswith("Not saved: There’s no space left")
    running.send("Is there room again?")
    running.until(lambda: not running.window.save_strip.isVisible())


def test_a_message_that_cannot_be_sent_comes_back(
    running: Running, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    from engine.errors import UserError

    def refuse(conversation: int, text: str) -> None:
        raise UserError("store.disk_full", folder="/data")

    monkeypatch.setattr(running.services.asking, "send", refuse)
    composer = running.window.chat.composer
    qtbot.keyClicks(composer.edit, "precious words")
    qtbot.keyClick(composer.edit, Qt.Key.Key_Return)
    running.until(running.window.chat.error_strip.isVisible)
    assert composer.text() == "precious words"


def test_settings_take_effect_at_once_and_are_kept(running: Running, qtbot: QtBot) -> None:
    running.window.go.show_page("settings")
    page = running.window.later.settings
    page.appearance.editors["theme"].chosen.emit("dark")
    running.until(lambda: themes.current.name == "dark")
    page.appearance.editors["contrast"].chosen.emit("high")
    running.until(lambda: themes.current.name == "dark-contrast")
    page.appearance.editors["language"].chosen.emit("ko")
    running.until(lambda: running.window.sidebar.search.placeholderText() == "대화 검색")
    page.appearance.text_size.slider.setValue(150)
    running.until(lambda: themes.current.scale == 1.5)
    page.sampling.editors["temperature"].field.setValue(0.25)
    running.until(lambda: running.services.settings.current.sampling.temperature == 0.25)
    kept = SettingsFile(running.home / "settings.toml").current
    assert (kept.theme, kept.contrast, kept.language, kept.text_size) == ("dark", "high", "ko", 150)
    assert kept.sampling.temperature == 0.25


def test_a_number_left_alone_shows_what_the_model_recommends(running: Running) -> None:
    running.window.go.show_page("settings")
    temperature = running.window.later.settings.sampling.editors["temperature"]
    running.until(lambda: temperature.field.text() == "Model default: 0.7")
    temperature.field.stepBy(1)
    assert temperature.field.number() == pytest.approx(0.7)
    running.until(lambda: running.services.settings.current.sampling.temperature == pytest.approx(0.7))
    temperature.reset.click()
    running.until(lambda: running.services.settings.current.sampling.temperature is None)


def test_one_conversation_can_differ_from_the_settings(running: Running) -> None:
    running.send("First")
    running.window.panel.toggle()
    controls = running.window.panel.controls
    assert controls.editors["temperature"].field.text() == "Default: 0.7"
    controls.editors["temperature"].field.setValue(1.2)
    running.until(
        lambda: running.services.conversations.get(open_id(running)).options.sampling.temperature == 1.2
    )
    running.window.panel.toggle()
    running.send("Second")
    assert running.engine.requests[-1].sampling.temperature == 1.2


def test_a_deleted_conversation_is_brought_back_from_the_trash(running: Running) -> None:
    running.send("Bring me back")
    number = open_id(running)
    running.window.chats.delete([number])
    running.until(lambda: titles(running) == [])
    running.window.go.show_page("settings")
    running.window.later.settings.data.deleted.click()
    sheet = running.window.put_away.sheet
    assert sheet is not None and sheet.isVisible()
    running.until(lambda: [row.split(",")[0] for row in rows(sheet.list)] == ["Bring me back"])
    sheet.list.setCurrentIndex(sheet.list.model().index(0, 0))
    sheet.back.click()
    running.until(lambda: titles(running) == ["Today", "Bring me back"])
    running.until(lambda: rows(sheet.list) == [])
    assert "Nothing was deleted in the last 30 days." in labels(sheet)


def test_the_title_of_the_window_names_what_is_shown(running: Running) -> None:
    window = running.window
    assert window.windowTitle() == "Coterie"
    running.send("Plan a trip")
    running.until(lambda: window.windowTitle() == "Plan a trip")
    window.go.show_page("settings")
    assert window.windowTitle() == "Settings"
    languages.choose("ko")
    running.until(lambda: window.windowTitle() == "설정")
    window.go.show_page("chat")
    assert window.windowTitle() == "Plan a trip"


def test_the_window_comes_back_as_it_was(make_desktop: Make) -> None:
    first = make_desktop().ready()
    first.send("Hello")
    number = open_id(first)
    first.window.resize(760, 700)
    first.window.go.fold()
    first.close()
    second = make_desktop().ready()
    second.until(lambda: second.window.chat.shown.now.conversation is not None)
    assert open_id(second) == number
    assert second.window.size().width() == 760
    assert second.window.side.isHidden()


def test_the_chat_can_be_shown_as_one_text(running: Running, qtbot: QtBot) -> None:
    running.send("A needle in the hay")
    qtbot.keyClick(running.window, Qt.Key.Key_S, CTRL | Qt.KeyboardModifier.ShiftModifier)
    view = running.window.chat.views.whole_text
    assert view.isVisible()
    running.until(lambda: view.is_complete)
    view.close_view()
    assert running.window.chat.transcript.isVisible()


def test_the_keyboard_alone_is_enough_for_a_chat(running: Running, qtbot: QtBot) -> None:
    window = running.window

    def focused() -> object:
        return QApplication.focusWidget()

    qtbot.keyClick(window, Qt.Key.Key_N, CTRL)
    assert focused() is window.chat.composer.edit
    qtbot.keyClicks(focused(), "By keys alone")
    qtbot.keyClick(focused(), Qt.Key.Key_Return)
    running.until(lambda: titles(running) == ["Today", "By keys alone"] and not window.chat.shown.answering())
    qtbot.keyClick(window, Qt.Key.Key_F1)
    assert window.go.sheet.isVisible()
    qtbot.keyClick(focused(), Qt.Key.Key_Escape)
    assert not window.go.sheet.isVisible()
    qtbot.keyClick(window, Qt.Key.Key_Comma, CTRL)
    assert window.later.settings.isVisible()
    qtbot.keyClick(window, Qt.Key.Key_L, CTRL)
    assert window.chat.isVisible() and focused() is window.chat.composer.edit
    qtbot.keyClick(window, Qt.Key.Key_B, CTRL)
    assert window.side.isHidden()
    qtbot.keyClick(window, Qt.Key.Key_F, CTRL | Qt.KeyboardModifier.ShiftModifier)
    assert window.sidebar.isVisible() and focused() is window.sidebar.search


def test_the_gui_thread_never_waits_for_the_store(
    running: Running, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    running.send("First")
    real, hold = running.services.conversations.get, threading.Event()

    def slow(number: int) -> object:
        assert hold.wait(60)
        return real(number)

    number = open_id(running)
    running.window.go.new_chat()
    monkeypatch.setattr(running.services.conversations, "get", slow)
    running.window.go.open_chat(number)
    QApplication.processEvents()
    assert running.window.chat.shown.now.conversation is None
    hold.set()
    running.until(lambda: running.window.chat.shown.now.conversation is not None)


def test_quitting_during_a_run_asks_and_staying_keeps_it_running(
    running: Running, qtbot: QtBot, tmp_path: Path
) -> None:
    brain = ScriptedBrain(answers("Done."), slow=600.0)
    running.services.model_registry.chat_model = lambda *_, **__: brain  # type: ignore[assignment,misc]
    folder = tmp_path / "invoices"
    folder.mkdir()
    run = running.services.runs.start(RunSpec("Sort the invoices", str(folder))).id
    window = running.window
    running.until(lambda: any(each.state == "running" for each in window.run_notes.shelf.all()))
    qtbot.keyClick(window, Qt.Key.Key_Q, CTRL)
    sheet = window.quit_sheet
    assert window.isVisible() and sheet.isVisible() and sheet.stay.hasFocus()
    assert any("“Sort the invoices” is still running" in text for text in labels(sheet))
    qtbot.keyClick(sheet.stay, Qt.Key.Key_Return)
    assert window.isVisible() and sheet.isHidden()
    running.until(lambda: bool(brain.asks))
    assert running.services.runs.get(run).state == "running"
    window.close()
    sheet.leave.click()
    assert not window.isVisible()


def test_what_a_toast_puts_off_is_done_once_when_it_goes_by(running: Running) -> None:
    toast, done = running.window.toast, []
    toast.say("One", "Undo", lambda: done.append("undone"), lambda: done.append("one"))
    toast.say("Two", "Undo", lambda: done.append("undone"), lambda: done.append("two"))
    assert done == ["one"]
    assert toast.undo() and done == ["one", "undone"]
    toast.dismiss()
    assert done == ["one", "undone"]
    toast.say("Three", "", None, lambda: done.append("three"))
    toast.dismiss()
    toast.dismiss()
    assert done == ["one", "undone", "three"]


def test_a_toast_does_not_stay_in_another_language(running: Running) -> None:
    toast, gone = running.window.toast, []
    toast.say("Deleted", "Undo", None, lambda: gone.append(1))
    languages.choose("ko")
    running.until(lambda: toast.isHidden())
    assert gone == [1]


@pytest.mark.parametrize("width", [900, 1440])
def test_a_toast_leaves_the_list_over_the_composer_free(running: Running, width: int) -> None:
    window = running.window
    window.resize(width, 800)
    toast, edit, offered = window.toast, window.chat.composer.edit, window.chat.inserting.list
    toast.say("A sentence that is said", "Undo")
    edit.setFocus()
    running.qtbot.keyClicks(edit, "/")
    running.until(offered.isVisible)

    def place(widget: QWidget) -> QRect:
        return QRect(widget.mapTo(window, QPoint(0, 0)), widget.size())

    running.until(lambda: not place(toast).intersects(place(offered)))
    assert toast.isVisible() and window.rect().contains(place(toast))
    edit.clear()
    running.until(lambda: offered.isHidden() and place(toast).bottom() < place(window.chat.composer).top())


def test_the_rail_names_its_pages_in_letters_and_their_keys_in_tool_tips(running: Running) -> None:
    rail = running.window.rail
    assert [b.label() for b in (rail.chat, rail.runs, rail.models, rail.placement, rail.settings)] == [
        "Chat", "Runs", "Models", "Placement", "Settings",
    ]  # fmt: skip
    assert rail.runs.toolTip() == "Runs  (Ctrl+R)" and rail.runs.accessibleName() == "Runs"
    languages.choose("ko")
    running.until(lambda: rail.settings.label() == "설정")


def test_esc_on_another_page_stays_there(running: Running, qtbot: QtBot) -> None:
    for page in ("models", "placement", "settings"):
        running.window.go.show_page(page)
        shown = running.window.pages.currentWidget()
        qtbot.keyClick(running.window, Qt.Key.Key_Escape)
        assert running.window.pages.currentWidget() is shown


def test_a_model_file_that_is_opened_elsewhere_is_seen_in_the_chat(running: Running) -> None:
    window = running.window
    for page, then in (("settings", window.chat), ("placement", window.later.placement)):
        window.go.show_page(page)
        assert not window.chat.isVisible()
        window.chat.model.use("/models/small.gguf")
        assert then.isVisible()
