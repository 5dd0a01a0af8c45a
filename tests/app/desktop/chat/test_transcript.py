"""The transcript: pages, places, the end that is followed, and editing."""

from __future__ import annotations

import time

import msgspec
import pytest
from PySide6.QtCore import QCoreApplication, QEvent, QObject, QPoint, QPointF, QRect, Qt
from PySide6.QtGui import QAccessible, QGuiApplication, QInputMethodEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QAbstractButton, QApplication, QTextEdit, QWidget
from shiboken6 import isValid

from app.desktop.base.language import languages
from app.desktop.base.theme import themes
from app.desktop.chat.answers.answer import AnswerCard
from app.desktop.chat.card_window import MAX_CARDS
from app.desktop.chat.cards import MessageCard
from app.desktop.chat.find.parts import texts_of
from app.desktop.chat.recycling.spare_cards import KEPT
from app.desktop.chat.sources.source_list import SourceList, Sources
from app.desktop.chat.transcript import TranscriptView
from app.desktop.markdown.code import CodeBlock
from app.desktop.markdown.prose import ProseBlock
from app.desktop.run_view.waiting import Waiting
from engine.errors import ErrorInfo
from engine.values import Timings, Usage
from tests.app.desktop.chat.conversations import Loader, conversation, message
from tests.support.window.chat import (
    body,
    card,
    editor,
    ending,
    link_question,
    message_at,
    messages_in_sight,
    own_words,
    scroll_area,
    scroll_bar,
    thoughts,
    thoughts_line,
    thoughts_text,
    top_on_screen,
    unfolds,
    waits_for,
)
from tests.support.window.finding import find, find_all, spoken
from tests.support.window.pressing import button, press
from tests.support.window.timing import stop_ticking, ticking


@pytest.fixture
def view(qtbot):
    view = TranscriptView()
    qtbot.addWidget(view)
    view.resize(960, 700)
    view.show()
    yield view
    view.clear()
    qtbot.waitUntil(lambda: not isValid(view))


class Painted(QObject):
    """How much of a widget is painted from now on."""

    def __init__(self, widget: QWidget) -> None:
        super().__init__(widget)
        self.pixels = 0
        widget.installEventFilter(self)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if event.type() == QEvent.Type.Paint:
            self.pixels += sum(part.width() * part.height() for part in event.region())
        return False


def quiet(qtbot, view: TranscriptView) -> None:
    qtbot.waitUntil(lambda: not ticking(view))


def test_a_long_conversation_opens_at_its_end_with_one_page(qtbot, view):
    loader = Loader(view, conversation(5000))
    view.show_path(list(range(1, 5001)))
    assert loader.pages == [list(range(4961, 5001))]
    quiet(qtbot, view)
    assert view.shows(5000) and not view.shows(4900)
    assert view.live_cards < 30
    assert scroll_bar(view).value() == scroll_bar(view).maximum()
    assert view.at_tail


def test_a_card_that_shows_another_message_looks_like_a_new_one(qtbot, view):
    code = "\n\n```python\nx = 1\n```\n\n"
    first, second = (message(n, "assistant", f"Words {n} [1].{code}and more {n} [2].") for n in (1, 2))
    used, new = AnswerCard(view, first), AnswerCard(view, second)
    block = find(used, kind=CodeBlock)
    button(block, "Wrap long lines").setChecked(True)
    for text in texts_of(used):
        text.selectAll()
        mark = QTextEdit.ExtraSelection()
        mark.cursor = text.textCursor()
        text.setExtraSelections([mark])
    used.emphasise(True)
    used.show_sources(Sources(()))
    before = [prose.toHtml() for prose in find_all(used, kind=ProseBlock)]
    used.rebind(second)
    for each in (used, new):
        assert each.is_reusable and each.copied_text() == second.content
    old, fresh = texts_of(used), texts_of(new)
    assert [text.toPlainText() for text in old] == [text.toPlainText() for text in fresh]
    assert used.fit(600) == new.fit(600)
    html, new_html = ([p.toHtml() for p in find_all(each, kind=ProseBlock)] for each in (used, new))
    assert html == new_html and html != before and not find_all(used, kind=SourceList)
    assert not any(text.textCursor().hasSelection() or text.extraSelections() for text in old)
    assert find(used, kind=CodeBlock) is block and not button(block, "Wrap long lines").isChecked()
    assert spoken(used) == spoken(new)


def test_cards_that_left_the_view_are_used_again(qtbot, view):
    Loader(view, conversation(200))
    view.show_path(list(range(1, 201)))
    quiet(qtbot, view)
    area = scroll_area(view)
    for _ in range(30):
        scroll_bar(view).setValue(scroll_bar(view).value() - 700)
        quiet(qtbot, view)
    shown = [c.message.id for c in area.cards()]
    assert len(set(shown)) == len(shown) and 200 not in shown
    assert len(area.column.findChildren(MessageCard)) <= MAX_CARDS + 2 * KEPT
    view.jump_to_latest()
    qtbot.waitUntil(lambda: view.shows(200))
    assert card(view, 200).copied_text().startswith("Answer 200.")


def test_a_step_of_the_wheel_paints_only_what_comes_into_sight(qtbot, view):
    Loader(view, conversation(60))
    view.show_path(list(range(1, 61)))
    quiet(qtbot, view)
    bar, column, area = scroll_bar(view), scroll_area(view).column, view.width() * view.height()
    painted = Painted(column)
    bar.setValue(bar.value() - 900)
    qtbot.waitUntil(lambda: painted.pixels > 0 and not ticking(view))
    QApplication.processEvents()
    assert button(view, "Jump to the latest message").isVisible()
    painted.pixels = 0
    bar.setValue(bar.value() + 60)
    qtbot.waitUntil(lambda: painted.pixels > 0)
    quiet(qtbot, view)
    assert painted.pixels < area / 2


def test_a_record_that_was_read_before_the_answer_ended_does_not_take_its_place(qtbot, view):
    view.show_path([1, 2])
    view.finish_message(message(2, "assistant", "All of it."))
    view.take_page([message(1, "user", "Why?"), message(2, "assistant", "", "streaming")])
    quiet(qtbot, view)
    assert card(view, 2).copied_text() == "All of it."


@pytest.mark.long
def test_scrolling_to_the_start_pages_in_and_keeps_few_cards(qtbot, view):
    loader = Loader(view, conversation(400), late=True)
    view.show_path(list(range(1, 401)))
    quiet(qtbot, view)
    while scroll_bar(view).value() > 0:
        scroll_bar(view).setValue(scroll_bar(view).value() - 600)
        quiet(qtbot, view)
        qtbot.wait(1)
        assert view.live_cards <= MAX_CARDS + 20
    qtbot.waitUntil(lambda: view.shows(1))
    asked = [number for page in loader.pages for number in page]
    assert len(asked) <= 800 and set(asked) == set(range(1, 401))


def test_older_pages_do_not_move_what_the_reader_sees(qtbot, view):
    Loader(view, conversation(300), late=True)
    view.show_path(list(range(1, 301)))
    quiet(qtbot, view)
    scroll_bar(view).setValue(scroll_bar(view).maximum() - 1500)
    qtbot.waitUntil(lambda: message_at(view, 300) is not None)
    reading = message_at(view, 300)
    before = top_on_screen(view, reading)
    quiet(qtbot, view)
    qtbot.wait(20)
    assert top_on_screen(view, reading) == before


def test_jumping_into_the_middle_loads_what_is_there(qtbot, view):
    Loader(view, conversation(3000), late=True)
    view.show_path(list(range(1, 3001)))
    quiet(qtbot, view)
    scroll_bar(view).setValue(scroll_bar(view).maximum() // 2)

    def middle_is_built() -> bool:
        seen = messages_in_sight(view)
        return bool(seen) and 500 < seen[0] < 2500

    qtbot.waitUntil(middle_is_built)
    assert not view.at_tail


def test_the_tail_is_followed_only_from_the_tail(qtbot, view):
    Loader(view, conversation(40))
    view.show_path(list(range(1, 41)))
    quiet(qtbot, view)
    view.add_message(message(41, "assistant", "", "streaming"))
    view.append_delta(41, "", "word " * 400)
    quiet(qtbot, view)
    assert scroll_bar(view).value() == scroll_bar(view).maximum()

    with qtbot.waitSignal(view.at_tail_changed) as changed:
        scroll_bar(view).setValue(scroll_bar(view).maximum() - 400)
    assert changed.args == [False]
    value = scroll_bar(view).value()
    view.append_delta(41, "", "word " * 400)
    quiet(qtbot, view)
    assert scroll_bar(view).value() == value
    jump = button(view, "Jump to the latest message")
    assert jump.isVisible()
    jump.click()
    assert view.at_tail and not jump.isVisible()
    assert scroll_bar(view).value() == scroll_bar(view).maximum()


def test_the_users_own_message_is_scrolled_to(qtbot, view):
    Loader(view, conversation(40))
    view.show_path(list(range(1, 41)))
    quiet(qtbot, view)
    scroll_bar(view).setValue(0)
    view.add_message(message(41, "user", "here"))
    quiet(qtbot, view)
    assert view.at_tail


def test_a_streamed_answer_ends_as_it_is_stored(qtbot, view):
    text = "# Title\n\nwords\n\n```python\nx = 1\n```\n\n- a\n- b\n"
    view.show_path([])
    view.add_message(message(1, "user", "q"))
    view.add_message(message(2, "assistant", "", "streaming"))
    for start in range(0, len(text), 7):
        view.append_delta(2, "", text[start : start + 7])
        qtbot.wait(5)
    quiet(qtbot, view)
    answer = card(view, 2)
    code = answer.findChild(CodeBlock)
    prose = answer.findChildren(ProseBlock)
    assert code.code.text == "x = 1" and code.code.closed
    view.finish_message(message(2, "assistant", text, timings=Timings(decode_tps=38.2), usage=Usage()))
    # What was right already stays: the reader's selection and the place on the screen with it.
    assert answer.findChild(CodeBlock) is code
    assert answer.findChildren(ProseBlock)[0] is prose[0]
    assert "Title" in prose[0].toPlainText()
    assert answer.footer.isVisible()


def test_text_for_a_card_out_of_sight_is_not_lost(qtbot, view):
    Loader(view, {**conversation(200), 200: message(200, "assistant", "start ", "streaming")})
    view.show_path(list(range(1, 201)))
    quiet(qtbot, view)
    scroll_bar(view).setValue(0)
    quiet(qtbot, view)
    view.append_delta(200, "", "middle ")
    quiet(qtbot, view)
    view.append_delta(200, "", "end")
    view.jump_to_latest()
    qtbot.waitUntil(lambda: view.shows(200))
    quiet(qtbot, view)
    assert card(view, 200).streamed_text() == "start middle end"


def test_text_that_comes_before_its_page_is_shown_after_it(qtbot, view):
    view.show_path([1, 2])
    quiet(qtbot, view)
    view.append_delta(2, "", "later")
    assert not ticking(view)
    view.take_page([message(1, "user", "q"), message(2, "assistant", "first ", "streaming")])
    quiet(qtbot, view)
    assert card(view, 2).streamed_text() == "first later"


def test_a_change_of_branch_keeps_what_is_shared(qtbot, view):
    messages = conversation(20)
    messages[21] = message(21, "user", "another question")
    messages[22] = message(22, "assistant", "another answer")
    loader = Loader(view, messages)
    view.show_path(list(range(1, 11)))
    quiet(qtbot, view)
    kept = card(view, 8)
    view.show_path([*range(1, 9), 21, 22])
    quiet(qtbot, view)
    assert card(view, 8) is kept
    assert view.shows(22) and not view.shows(10)
    assert loader.pages[-1] == [21, 22]
    assert view.ids == [*range(1, 9), 21, 22]


def test_editing_saves_with_enter_and_cancels_with_escape(qtbot, view):
    view.add_message(message(1, "user", "first words"))
    view.edit_message(1)
    field = editor(card(view, 1))
    qtbot.keyClick(field, Qt.Key.Key_End, Qt.KeyboardModifier.ControlModifier)
    qtbot.keyClicks(field, "!")
    qtbot.keyClick(field, Qt.Key.Key_Return, Qt.KeyboardModifier.ShiftModifier)
    qtbot.keyClicks(field, "more")
    with qtbot.waitSignal(view.edit_requested) as asked:
        qtbot.keyClick(field, Qt.Key.Key_Return)
    assert asked.args == [1, "first words!\nmore", ()]
    assert not card(view, 1).is_editing

    view.edit_message(1)
    with qtbot.assertNotEmitted(view.edit_requested):
        qtbot.keyClick(editor(card(view, 1)), Qt.Key.Key_Escape)
    assert not card(view, 1).is_editing


def test_the_last_message_of_the_user_is_edited_from_anywhere(qtbot, view):
    messages = {**conversation(60), 60: message(60, "assistant", "a long answer " * 2000)}
    Loader(view, messages)
    view.show_path(list(range(1, 61)))
    quiet(qtbot, view)
    view.edit_last_message()
    assert card(view, 59).is_editing
    assert 0 <= top_on_screen(view, 59) < view.height()


def test_any_message_can_be_scrolled_to_and_stays_in_sight(qtbot, view):
    Loader(view, conversation(2000), late=True)
    view.show_path(list(range(1, 2001)))
    quiet(qtbot, view)
    view.scroll_to(700)
    qtbot.waitUntil(lambda: view.shows(700) and view.shows(695))
    quiet(qtbot, view)
    assert top_on_screen(view, 700) == 0
    assert not view.at_tail


def test_enter_belongs_to_the_input_method_while_it_composes(qtbot, view):
    view.add_message(message(1, "user", "가"))
    view.edit_message(1)
    field = editor(card(view, 1))
    QApplication.sendEvent(field, QInputMethodEvent("하", []))
    with qtbot.assertNotEmitted(view.edit_requested):
        qtbot.keyClick(field, Qt.Key.Key_Return)
        qtbot.keyClick(field, Qt.Key.Key_Escape)
    assert card(view, 1).is_editing
    done = QInputMethodEvent("", [])
    done.setCommitString("하")
    QApplication.sendEvent(field, done)
    qtbot.keyClick(field, Qt.Key.Key_Escape)
    assert not card(view, 1).is_editing


@pytest.mark.parametrize(
    ("state", "content", "error", "words", "action", "signal"),
    [
        ("stopped", "half", None, "Stopped", "Continue", "continue_requested"),
        ("length", "half", None, "maximum length", "Continue", "continue_requested"),
        ("failed", "", ErrorInfo("no.such.code"), "no.such.code", "Try again", "regenerate_requested"),
        ("stopped", "", None, "Stopped", "Try again", "regenerate_requested"),
    ],
)
def test_how_an_answer_ended_is_said_with_its_action(
    qtbot, view, state, content, error, words, action, signal
):
    view.add_message(message(1, "assistant", content, state, error=error))
    strip = ending(card(view, 1))
    assert strip is not None and words in strip.accessibleName()
    with qtbot.waitSignal(getattr(view, signal)) as asked:
        press(strip, action)
    assert asked.args == [1]


def test_variants_are_stepped_through(qtbot, view):
    view.add_message(message(1, "assistant", "x", sibling=2, siblings=2))
    with qtbot.waitSignal(view.sibling_requested) as asked:
        button(card(view, 1), "Previous variant").click()
    assert asked.args == [1, -1]
    assert not button(card(view, 1), "Next variant").isEnabled()


def test_copying_takes_the_markdown(qtbot, view):
    view.add_message(message(1, "assistant", "**bold** words"))
    press(card(view, 1), "Copy this message")
    assert QGuiApplication.clipboard().text() == "**bold** words"
    assert button(card(view, 1), "Copy this message").text() == "Copied"
    stop_ticking(view)


def test_thoughts_are_one_line_that_opens(qtbot, view):
    record = message(
        1, "assistant", "answer", reasoning="step one\nstep two",
        timings=Timings(reasoning_s=12.3), usage=Usage(reasoning_tokens=214),
    )  # fmt: skip
    view.add_message(record)
    thought = thoughts(card(view, 1))
    line = thoughts_line(thought)
    assert line.text().startswith("Thought for 12 s") and "214 tokens" in line.text()
    height = card(view, 1).height()
    line.click()
    assert card(view, 1).height() > height
    assert thoughts_text(thought).toPlainText() == "step one\nstep two"
    line.click()
    assert card(view, 1).height() == height


def test_thinking_streams_only_into_an_open_card(qtbot, view):
    view.add_message(message(1, "assistant", "", "streaming"))
    view.append_delta(1, "hmm ", "")
    quiet(qtbot, view)
    thought = thoughts(card(view, 1))
    assert thoughts_line(thought).text().startswith("Reasoning…")
    thoughts_line(thought).click()
    view.append_delta(1, "well", "")
    quiet(qtbot, view)
    assert thoughts_text(thought).toPlainText() == "hmm well"
    view.append_delta(1, "", "So")
    quiet(qtbot, view)
    assert "Reasoning…" not in thoughts_line(thought).text()


def test_reading_the_prompt_shows_how_far_and_goes_with_the_first_word(qtbot, view):
    view.add_message(message(1, "assistant", "", "streaming"))
    view.set_waiting(1, Waiting())
    assert "Waiting for the model" in spoken(waits_for(card(view, 1)))
    view.set_waiting(1, Waiting(done=45, total=100))
    assert "45" in spoken(waits_for(card(view, 1)))
    view.append_delta(1, "", "x")
    quiet(qtbot, view)
    assert waits_for(card(view, 1)) is None


def test_others_that_come_first_are_counted_also_in_the_middle_of_an_answer(qtbot, view):
    view.add_message(message(1, "assistant", "", "streaming"))
    view.set_waiting(1, Waiting(ahead=2))
    assert spoken(waits_for(card(view, 1))) == "Waiting for 2 other answers…"
    view.append_delta(1, "", "Half")
    view.set_waiting(1, Waiting(ahead=1))
    quiet(qtbot, view)
    status = waits_for(card(view, 1))
    assert spoken(status) == "Waiting for another answer…"
    assert status.y() > body(card(view, 1)).y(), "it stands where the next word will"
    view.append_delta(1, "", " done")
    quiet(qtbot, view)
    assert waits_for(card(view, 1)) is None and card(view, 1).streamed_text() == "Half done"


EDITED = ErrorInfo("reuse.edited", {"turn": 4, "tokens": 3100})


def test_a_long_reading_says_why_so_much_is_read_again(qtbot, view, monkeypatch):
    view.add_message(message(1, "assistant", "", "streaming"))
    view.set_waiting(1, Waiting(0, 100, 4000, EDITED))
    assert "again" not in spoken(waits_for(card(view, 1))), "it may be over in a moment"
    height = waits_for(card(view, 1)).height()
    now = time.monotonic()
    monkeypatch.setattr("app.desktop.run_view.waiting.time.monotonic", lambda: now + 1.5)
    view.set_waiting(1, Waiting(0, 1000, 4000, EDITED))
    said = spoken(waits_for(card(view, 1)))
    assert "about 5 s left" in said and "3,100 tokens read again because turn 4 was changed" in said
    assert waits_for(card(view, 1)).height() > height


def test_what_was_read_again_is_under_the_answer_with_its_reason(qtbot, view, monkeypatch):
    told = Usage(4000, 900, recomputed=EDITED)
    view.add_message(msgspec.structs.replace(message(1, "assistant", "Hi"), usage=told))
    footer = card(view, 1).footer
    assert "900 tokens reused · 3100 recomputed" in spoken(footer).replace(",", "")
    assert "turn 4" in footer.toolTip()
    monkeypatch.setattr(languages, "current", "ko")
    footer.retranslate()
    assert "4번째" in footer.toolTip()


def test_more_of_what_was_measured_is_told_where_the_pointer_rests(qtbot, view):
    usage = Usage(40, 24, 50, 0, 12, 8)
    timings = Timings(ttft_s=2.0, queue_s=1.5, prefill_s=0.5, decode_s=20.0, python_s=0.2, batch=2.52)
    view.add_message(msgspec.structs.replace(message(1, "assistant", "Hi"), usage=usage, timings=timings))
    assert card(view, 1).footer.toolTip().splitlines() == [
        "Waited 1.5 s in the queue",
        "Read 16 of 40 tokens in 0.5 s",
        "Wrote 50 tokens in 20 s, 1.0% of it outside llama.cpp",
        "Predicted: 8 of 12 tokens correct",
        "Written together with others: 2.5 answers at a time on average",
    ]


def test_a_link_is_opened_only_after_its_whole_address_was_shown(qtbot, view):
    address = "https://example.org/?q=" + "a" * 300
    view.add_message(message(1, "assistant", f"[click]({address})"))
    prose = card(view, 1).findChild(ProseBlock)
    with qtbot.assertNotEmitted(view.link_activated):
        prose.anchorClicked.emit(address)
    assert address in link_question(view).accessibleName()
    press(link_question(view), "Cancel")
    assert link_question(view) is None
    prose.anchorClicked.emit(address)
    with qtbot.waitSignal(view.link_activated) as opened:
        press(link_question(view), "Open")
    assert opened.args == [address]


def test_an_empty_conversation_offers_a_start(qtbot, view):
    view.show_path([])
    starters = [b for b in view.empty.findChildren(QAbstractButton) if b.isVisible()]
    assert len(starters) == 3
    with qtbot.waitSignal(view.suggestion_chosen) as chosen:
        starters[0].click()
    assert chosen.args == [starters[0].text()]
    view.add_message(message(1, "user", "hello"))
    assert not view.empty.isVisible()


def test_nothing_runs_while_nothing_happens(qtbot, view):
    Loader(view, conversation(50))
    view.show_path(list(range(1, 51)))
    quiet(qtbot, view)
    qtbot.wait(80)
    assert not ticking(view)


def test_every_control_and_card_has_a_name(qtbot, view):
    view.add_message(message(1, "user", "first words of mine"))
    view.add_message(
        message(
            2,
            "assistant",
            "an [a](https://a.b)\n\n```c\nx\n```",
            "stopped",
            reasoning="r",
            sibling=1,
            siblings=2,
        )
    )
    view.jump_to_latest()
    for widget in view.findChildren(QWidget):
        if widget.focusPolicy() & Qt.FocusPolicy.TabFocus and widget.isVisible():
            name = QAccessible.queryAccessibleInterface(widget).text(QAccessible.Text.Name)
            assert name, widget
    assert "You" in card(view, 1).accessibleName() and "first words" in card(view, 1).accessibleName()
    assert card(view, 2).accessibleName().startswith("Assistant")


def test_tab_goes_down_the_page(qtbot, view):
    view.add_message(message(1, "user", "q"))
    view.add_message(message(2, "assistant", "a\n\n```c\nx\n```"))
    quiet(qtbot, view)
    view.activateWindow()
    scroll_area(view).setFocus()
    qtbot.waitUntil(scroll_area(view).hasFocus)
    names = []
    for _ in range(9):
        qtbot.keyClick(QApplication.focusWidget(), Qt.Key.Key_Tab)
        names.append(QApplication.focusWidget().accessibleName())
    assert names[:3] == ["Copy this message", "Edit this message", "More for this message"]
    assert names[3:] == [
        "Wrap long lines",
        "Save this code as a file",
        "Copy this code",
        "Copy this message",
        "Edit this message",
        "Regenerate this answer",
    ]
    qtbot.keyClick(QApplication.focusWidget(), Qt.Key.Key_Backtab)
    assert QApplication.focusWidget().accessibleName() == "Edit this message"


def test_tab_reaches_each_link_and_enter_asks_for_it(qtbot, view):
    view.add_message(message(1, "assistant", "[one](https://a.b/1) and [two](https://a.b/2)"))
    view.activateWindow()
    scroll_area(view).setFocus()
    qtbot.waitUntil(scroll_area(view).hasFocus)
    prose = card(view, 1).findChild(ProseBlock)
    for words in ("one", "two"):
        qtbot.keyClick(QApplication.focusWidget(), Qt.Key.Key_Tab)
        assert QApplication.focusWidget() is prose
        assert prose.textCursor().selectedText() == words
    qtbot.keyClick(prose, Qt.Key.Key_Return)
    assert link_question(view).accessibleName().endswith("https://a.b/2")
    qtbot.keyClick(QApplication.focusWidget(), Qt.Key.Key_Escape)
    assert link_question(view) is None


def test_the_wheel_scrolls_over_prose_and_code(qtbot, view):
    Loader(view, {**conversation(40), 40: message(40, "assistant", "words\n\n```c\n" + "x" * 400 + "\n```")})
    view.show_path(list(range(1, 41)))
    quiet(qtbot, view)
    for part in (card(view, 40).findChild(ProseBlock), find(card(view, 40), "Code, c", QTextEdit)):
        view.jump_to_latest()
        before = scroll_bar(view).value()
        place = part.viewport().mapTo(view, part.viewport().rect().center())
        QTest.wheelEvent(view.windowHandle(), QPointF(place), QPoint(0, 120))
        assert scroll_bar(view).value() < before


def test_a_finished_answer_is_announced(qtbot, view, monkeypatch):
    said = []
    monkeypatch.setattr(QAccessible, "isActive", lambda: True)
    monkeypatch.setattr(QAccessible, "updateAccessibility", lambda event: said.append(event.message()))
    view.add_message(message(1, "assistant", "", "streaming"))
    view.finish_message(message(1, "assistant", "the answer"))
    assert said == ["Answer finished: the answer"]


def test_keys_scroll(qtbot, view):
    Loader(view, conversation(60))
    view.show_path(list(range(1, 61)))
    quiet(qtbot, view)
    for key, moves in [
        (Qt.Key.Key_Home, lambda a, b: b == 0),
        (Qt.Key.Key_Down, lambda a, b: b > a),
        (Qt.Key.Key_PageDown, lambda a, b: b > a + 300),
        (Qt.Key.Key_PageUp, lambda a, b: b < a - 300),
        (Qt.Key.Key_End, lambda a, b: b == scroll_bar(view).maximum()),
        (Qt.Key.Key_Up, lambda a, b: b < a),
    ]:
        before = scroll_bar(view).value()
        qtbot.keyClick(scroll_area(view), key)
        assert moves(before, scroll_bar(view).value()), key
        quiet(qtbot, view)


def test_the_theme_and_the_language_change_live(qtbot, view):
    view.add_message(message(1, "user", "q"))
    view.add_message(message(2, "assistant", "a `b`\n\n```python\nx = 1\n```", "stopped", reasoning="r"))
    try:
        themes.choose("dark", 1.25)
        prose = card(view, 2).findChild(ProseBlock)
        assert prose.palette().text().color().name().upper() == themes.current.text
        assert prose.document().defaultFont().pixelSize() == themes.current.px(14)
    finally:
        themes.choose("light")
    QCoreApplication.sendEvent(view, QEvent(QEvent.Type.LanguageChange))
    assert card(view, 2).footer.isVisible()


@pytest.mark.long
def test_a_huge_message_is_folded_and_can_be_unfolded(qtbot, view):
    text = "\n\n".join(f"Paragraph {number} with some words in it." for number in range(5000))
    assert len(text) > 180_000
    view.add_message(message(1, "assistant", text))
    view.add_message(message(2, "user", "x" * 200_000))
    answer = card(view, 1)
    qtbot.waitUntil(lambda: unfolds(body(answer)) is not None)
    assert answer.height() < 120_000
    unfolds(body(answer)).click()
    qtbot.waitUntil(lambda: unfolds(body(answer)) is None)
    qtbot.waitUntil(lambda: "Paragraph 4999" in answer.findChildren(ProseBlock)[-1].toPlainText())
    assert card(view, 2).height() < 5000


def test_a_user_message_keeps_its_lines_and_its_markup(view):
    view.add_message(message(1, "user", "a\nb <b>c</b> **d**"))
    assert own_words(card(view, 1)) == "a\nb <b>c</b> **d**"


def test_paragraphs_have_their_own_direction(view):
    view.add_message(message(1, "assistant", "שלום עולם\n\nplain words"))
    document = card(view, 1).findChild(ProseBlock).document()
    first, second = document.begin(), document.begin().next()
    assert first.textDirection() == Qt.LayoutDirection.RightToLeft
    assert second.textDirection() == Qt.LayoutDirection.LeftToRight


def test_an_answer_card_is_fitted_to_its_text(qtbot, view):
    view.add_message(message(1, "assistant", "one\n\ntwo\n\n| a |\n|---|\n| b |"))
    answer = card(view, 1)
    assert isinstance(answer, AnswerCard)
    (prose,) = answer.findChildren(ProseBlock)
    document = prose.document()
    assert prose.height() <= document.size().height()
    assert prose.height() >= document.size().height() - 24


@pytest.mark.parametrize("width", [960, 560, 1440])
@pytest.mark.parametrize("text_size", [1.0, 2.0])
def test_the_button_to_the_end_never_lies_over_words(qtbot, view, width, text_size):
    themes.choose("light", text_size)
    view.resize(width, 700)
    Loader(view, conversation(60))
    view.show_path(list(range(1, 61)))
    quiet(qtbot, view)
    scroll_bar(view).setValue(scroll_bar(view).maximum() - 1500)
    quiet(qtbot, view)
    jump = button(view, "Jump to the latest message")
    place = QRect(jump.mapTo(view, QPoint(0, 0)), jump.size())
    assert view.rect().contains(place)
    area = scroll_area(view).viewport()
    shown = QRect(area.mapTo(view, QPoint(0, 0)), area.size())
    for number in messages_in_sight(view):
        its = card(view, number)
        assert not place.intersects(QRect(its.mapTo(view, QPoint(0, 0)), its.size()) & shown)
    # It comes and goes once: showing it must not hide it again.
    for value in range(scroll_bar(view).maximum() - 200, scroll_bar(view).maximum() + 60, 7):
        scroll_bar(view).setValue(value)
        quiet(qtbot, view)
        assert jump.isVisible() != view.at_tail
    assert view.at_tail and scroll_area(view).height() == view.height()
    themes.choose("light")
