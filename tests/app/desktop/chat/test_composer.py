from __future__ import annotations

import time

import msgspec
import pytest
from PySide6.QtCore import QMimeData, Qt
from PySide6.QtGui import QInputMethodEvent
from PySide6.QtWidgets import QApplication, QMenu
from pytestqt.qtbot import QtBot

from app.desktop.chat.composer import Composer
from app.desktop.chat.composer_frame import ComposerFrame
from app.services.models.events import ModelChanged
from app.services.models.reasoning import possible, reasoning_choices
from engine.api import ModelFacts
from engine.values import ReasoningControl, Sampling
from tests.app.desktop.placement.plans import from_disk
from tests.support.window.composer import instead, reasoning, reasoning_words, says
from tests.support.window.reading import labels

pytestmark = pytest.mark.usefixtures("looks")


@pytest.fixture
def composer(qtbot: QtBot) -> Composer:
    widget = Composer(ComposerFrame())
    qtbot.addWidget(widget)
    widget.resize(700, 500)
    widget.show()
    return widget


@pytest.fixture
def sent(composer: Composer) -> list[str]:
    texts: list[str] = []
    composer.sent.connect(texts.append)
    return texts


def compose(composer: Composer, preedit: str = "", commit: str = "") -> None:
    event = QInputMethodEvent(preedit, [])
    event.setCommitString(commit)
    QApplication.sendEvent(composer.edit, event)


def model(reasoning: ReasoningControl, state: str = "ready") -> ModelChanged:
    facts = ModelFacts(
        path="p",
        name="m",
        architecture="a",
        quantisation="Q4_K_M",
        context=8192,
        trained_context=8192,
        reasoning=reasoning,
        sampling=Sampling(),
        load_s=0.0,
    )
    return ModelChanged(state, "m", "p", 1.0, facts)  # type: ignore[arg-type]


def test_enter_sends(qtbot: QtBot, composer: Composer, sent: list[str]) -> None:
    qtbot.keyClicks(composer.edit, "Hello")
    qtbot.keyClick(composer.edit, Qt.Key.Key_Return)
    assert sent == ["Hello"]


def test_shift_enter_breaks_the_line(qtbot: QtBot, composer: Composer, sent: list[str]) -> None:
    qtbot.keyClicks(composer.edit, "one")
    qtbot.keyClick(composer.edit, Qt.Key.Key_Return, Qt.KeyboardModifier.ShiftModifier)
    qtbot.keyClicks(composer.edit, "two")
    assert sent == []
    assert composer.text() == "one\ntwo"


def test_nothing_but_blanks_is_not_sent(qtbot: QtBot, composer: Composer, sent: list[str]) -> None:
    qtbot.keyClicks(composer.edit, "  ")
    qtbot.keyClick(composer.edit, Qt.Key.Key_Return)
    assert sent == []


def test_enter_while_a_syllable_is_composed_ends_it_and_does_not_send(
    qtbot: QtBot, composer: Composer, sent: list[str]
) -> None:
    compose(composer, commit="안")
    compose(composer, preedit="ㄴ")
    compose(composer, preedit="녀")
    compose(composer, preedit="녕")
    qtbot.keyClick(composer.edit, Qt.Key.Key_Return)
    assert sent == []
    assert composer.text() == "안녕"
    qtbot.keyClick(composer.edit, Qt.Key.Key_Return)
    assert sent == ["안녕"]


def test_enter_after_the_input_method_committed_sends_the_whole_text(
    qtbot: QtBot, composer: Composer, sent: list[str]
) -> None:
    compose(composer, preedit="녕")
    compose(composer, commit="녕")
    qtbot.keyClick(composer.edit, Qt.Key.Key_Return)
    assert sent == ["녕"]


def test_the_button_sends_what_is_still_composed(qtbot: QtBot, composer: Composer, sent: list[str]) -> None:
    compose(composer, commit="안")
    compose(composer, preedit="녕")
    qtbot.mouseClick(composer.button, Qt.MouseButton.LeftButton)
    assert sent == ["안녕"]


def test_while_an_answer_is_written_the_same_button_stops(
    qtbot: QtBot, composer: Composer, sent: list[str]
) -> None:
    stopped: list[bool] = []
    composer.stop_wanted.connect(lambda: stopped.append(True))
    place = composer.button.geometry()
    qtbot.keyClicks(composer.edit, "next")
    composer.set_answering(True)
    assert composer.button.accessibleName() == "Stop"
    assert composer.button.geometry() == place
    qtbot.mouseClick(composer.button, Qt.MouseButton.LeftButton)
    qtbot.keyClick(composer.edit, Qt.Key.Key_Return)
    assert (stopped, sent, composer.text()) == ([True], [], "next")


def test_the_field_grows_with_its_text_up_to_a_part_of_the_window(qtbot: QtBot, composer: Composer) -> None:
    low = composer.edit.height()
    composer.edit.setPlainText("\n" * 4)
    qtbot.waitUntil(lambda: composer.edit.height() > 2 * low)
    composer.edit.setPlainText("\n" * 400)
    qtbot.waitUntil(lambda: composer.edit.height() == round(composer.height() * 0.4))
    composer.edit.setPlainText("")
    qtbot.waitUntil(lambda: composer.edit.height() == low)


def test_what_is_pasted_is_plain_text(composer: Composer) -> None:
    data = QMimeData()
    data.setHtml("<b>bold</b>")
    data.setText("bold")
    composer.edit.insertFromMimeData(data)
    assert composer.text() == "bold"


LINES = "line of text\n"
WORDS = "word " * 9_000 + "\n"


@pytest.mark.parametrize(
    "text", [WORDS * 20, LINES * 70_000, "x" * 49_000], ids=["long", "lines", "one word"]
)
@pytest.mark.timeout(60)  # a cost that grows with the square of the length would take minutes
def test_a_long_text_is_put_in_whole(composer: Composer, text: str) -> None:
    assert composer.edit.insert_text(text)
    QApplication.processEvents()
    assert composer.text() == text


@pytest.mark.parametrize("text", ["word " * 1_000_000, LINES * 400_000, "x" * 5_000_000])
@pytest.mark.timeout(30)
def test_a_paste_that_no_message_can_hold_is_told_and_freezes_nothing(
    qtbot: QtBot, composer: Composer, text: str
) -> None:
    qtbot.keyClicks(composer.edit, "mine")
    data = QMimeData()
    data.setText(text)
    started = time.thread_time()  # of this thread alone, whatever else the machine does
    with qtbot.waitSignal(composer.edit.text_given) as given:
        composer.edit.insertFromMimeData(data)
        QApplication.processEvents()
    assert time.thread_time() - started < 1
    assert given.args == [text] and not composer.edit.insert_text(text) and composer.text() == "mine"


def test_a_draft_is_told_when_typing_pauses(qtbot: QtBot, composer: Composer) -> None:
    drafts: list[str] = []
    composer.draft_changed.connect(drafts.append)
    qtbot.keyClicks(composer.edit, "abc")
    assert drafts == []
    qtbot.waitUntil(lambda: drafts == ["abc"])


def test_text_from_elsewhere_is_no_new_draft(qtbot: QtBot, composer: Composer) -> None:
    drafts: list[str] = []
    composer.draft_changed.connect(drafts.append)
    composer.set_text("from the store")
    composer.flush_draft()
    assert drafts == []


@pytest.mark.parametrize(
    ("control", "choices"),
    [
        (None, ()),
        (ReasoningControl("none"), ()),
        (ReasoningControl("always"), ("auto", "off", "budget")),
        (ReasoningControl("switch"), ("auto", "off", "on", "budget")),
        (ReasoningControl("levels", ("low", "high")), ("auto", "low", "high", "budget")),
        (ReasoningControl("budget"), ("auto", "off", "low", "medium", "high", "budget")),
    ],
)
def test_only_what_the_model_can_do_is_offered(
    control: ReasoningControl | None, choices: tuple[str, ...]
) -> None:
    assert reasoning_choices(control) == choices


def test_the_reasoning_control_goes_with_models_that_cannot(composer: Composer) -> None:
    composer.show_model(model(ReasoningControl("switch")))
    assert composer.reasoning.isVisible()
    composer.show_model(model(ReasoningControl("none")))
    assert not composer.reasoning.isVisible()


@pytest.mark.parametrize(
    ("control", "chosen", "used"),
    [
        (None, "high", "high"),
        (ReasoningControl("none"), "on", "auto"),
        (ReasoningControl("always"), "off", "off"),
        (ReasoningControl("always"), "on", "auto"),
        (ReasoningControl("switch"), "high", "auto"),
        (ReasoningControl("switch"), 500, 500),
        (ReasoningControl("switch"), 0, "off"),
        (ReasoningControl("levels", ("low", "high")), "medium", "auto"),
        (ReasoningControl("levels", ("low", "high")), "low", "low"),
    ],
)
def test_a_choice_for_another_model_becomes_auto(
    control: ReasoningControl | None, chosen: str | int, used: str | int
) -> None:
    assert possible(control, chosen) == used


def test_what_another_model_could_do_falls_back_in_sight(composer: Composer) -> None:
    composer.show_reasoning("high")
    composer.show_model(model(ReasoningControl("levels", ("low", "medium", "high"))))
    assert composer.reasoning.value() == "high" and instead(composer) == []
    composer.show_model(model(ReasoningControl("switch")))
    assert composer.reasoning.value() == "auto" == composer.reasoning.segments.value()
    assert instead(composer) == ["Auto instead of High"]
    composer.show_reasoning("off")
    assert composer.reasoning.value() == "off" and instead(composer) == []


def test_off_of_a_model_that_always_thinks_is_called_a_try(composer: Composer) -> None:
    composer.show_model(model(ReasoningControl("always")))
    assert reasoning_words(composer.reasoning.segments) == ["Auto", "Off (best effort)", "Limit…"]


def test_a_number_of_tokens_can_be_chosen(qtbot: QtBot, composer: Composer) -> None:
    chosen: list[object] = []
    composer.reasoning_chosen.connect(chosen.append)
    composer.show_model(model(ReasoningControl("switch")))
    field = composer.reasoning.field
    assert not field.isVisible()
    reasoning(composer, "Limit…").click()
    assert chosen == [1024] and field.isVisible()
    field.selectAll()
    qtbot.keyClicks(field, "300")
    assert chosen == [1024]
    qtbot.keyClick(field, Qt.Key.Key_Return)
    assert chosen == [1024, 300]
    reasoning(composer, "Off").click()
    assert chosen[-1] == "off" and not field.isVisible()
    composer.show_reasoning(64)
    assert field.isVisible() and field.value() == 64 and len(chosen) == 3


def test_a_number_that_is_being_typed_counts_for_the_message_that_is_sent(
    qtbot: QtBot, composer: Composer, sent: list[str]
) -> None:
    chosen: list[object] = []
    composer.reasoning_chosen.connect(chosen.append)
    composer.show_model(model(ReasoningControl("switch")))
    composer.show_reasoning(1024)
    composer.set_text("Hello")
    composer.reasoning.field.selectAll()
    qtbot.keyClicks(composer.reasoning.field, "77")
    composer.button.click()
    assert chosen == [77] and sent == ["Hello"]


def test_the_controls_name_goes_where_there_is_no_room(composer: Composer) -> None:
    composer.show_model(model(ReasoningControl("budget")))
    composer.show_reasoning("auto")
    assert "Reasoning" in labels(composer)
    wide = composer.reasoning.full_width() + composer.tools.full_width()
    composer.resize(wide + composer.attach.width() + 166, 500)
    QApplication.processEvents()
    assert "Reasoning" not in labels(composer) and composer.reasoning.segments.isVisible()


def test_where_there_is_little_room_the_choices_are_a_menu(composer: Composer) -> None:
    chosen: list[object] = []
    composer.reasoning_chosen.connect(chosen.append)
    composer.show_model(model(ReasoningControl("budget")))
    composer.show_reasoning(500)
    composer.resize(384, 500)
    QApplication.processEvents()
    reasoning = composer.reasoning
    assert not reasoning.segments.isVisible() and reasoning.button.isVisible()
    assert reasoning.geometry().right() < composer.button.geometry().left()
    assert reasoning.button.accessibleName() == "Reasoning: Limit…"
    reasoning.button.click()
    (menu,) = reasoning.findChildren(QMenu)
    assert [action.text() for action in menu.actions() if action.isChecked()] == ["Limit…"]
    menu.actions()[1].trigger()
    menu.close()
    assert chosen == ["off"] and reasoning.button.text().startswith("Off")
    composer.resize(800, 500)
    QApplication.processEvents()
    assert reasoning.segments.isVisible() and not reasoning.button.isVisible()


def test_a_loading_model_does_not_keep_anybody_from_writing(
    qtbot: QtBot, composer: Composer, sent: list[str]
) -> None:
    composer.show_model(ModelChanged("loading", "m", "p", 0.5))
    qtbot.keyClicks(composer.edit, "early")
    qtbot.keyClick(composer.edit, Qt.Key.Key_Return)
    assert sent == ["early"]


def test_the_first_letters_are_told_and_those_that_follow_at_once_are_not(
    qtbot: QtBot, composer: Composer
) -> None:
    told: list[None] = []
    composer.writing.noticed.connect(lambda: told.append(None))
    composer.set_text("A draft from before")
    assert not told, "nobody wrote it now"
    composer.set_text("")
    qtbot.keyClicks(composer.edit, "Hello")
    assert len(told) == 1
    composer.set_text("")  # sent
    qtbot.keyClicks(composer.edit, "And")
    assert len(told) == 2, "the next message may find the model gone again"


def test_a_model_that_rests_is_no_error_and_says_what_brings_it(composer: Composer) -> None:
    composer.show_model(ModelChanged("empty", "m", "p", resting="idle"))
    assert says(composer, "Loads when you start typing.")
    composer.show_model(ModelChanged("empty", "", ""))
    assert labels(composer) == []


def test_how_long_reading_from_the_disk_takes_is_told_before_sending(
    qtbot: QtBot, composer: Composer
) -> None:
    changed = model(ReasoningControl())
    facts = msgspec.structs.replace(changed.facts, plan=from_disk().plan)
    composer.show_model(msgspec.structs.replace(changed, facts=facts))
    with qtbot.waitSignal(composer.draft_changed):
        composer.edit.insert_text("Hi")
    assert not says(composer, "from the disk")
    composer.edit.insert_text(" and how are you" * 20)
    qtbot.waitUntil(lambda: says(composer, "Reading this from the disk takes about"))
    composer.show_model(changed)
    assert not says(composer, "from the disk")


@pytest.mark.parametrize(
    "words", ["some more words to write about ", "조금 더 써 볼 이야기 ", "여러 words 섞어 쓰기 "]
)
def test_all_that_is_written_is_in_sight_while_there_is_room(composer: Composer, words: str) -> None:
    edit = composer.edit
    while edit.document().size().height() < 8:
        for letter in words:
            edit.insert_text(letter)
        assert edit.verticalScrollBar().maximum() == 0
        assert edit.horizontalScrollBar().value() == edit.horizontalScrollBar().maximum() == 0


def test_what_was_sent_and_is_not_seen_yet_is_told_after_a_moment(composer: Composer, qtbot: QtBot) -> None:
    hint = composer.hint
    hint.show_under_way("Sending…")
    assert hint.isHidden()
    qtbot.waitUntil(lambda: hint.isVisible() and hint.whole() == "Sending…")
    composer.set_text("the draft of another chat")
    assert hint.isHidden()


def test_who_waits_for_an_answer_is_not_told_to_send(composer: Composer) -> None:
    composer.show_model(ModelChanged("loading", "small", "/m/small.gguf"))
    assert composer.hint.whole() == "Loading the model. You can send now."
    composer.set_answering(True)
    assert composer.hint.whole() == "Loading the model…"
