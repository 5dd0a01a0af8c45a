"""What is done with one message: by the menu under it, in the real window over the real store."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QAction, QGuiApplication
from PySide6.QtWidgets import QMenu
from pytestqt.qtbot import QtBot

from app.desktop.base.language import languages
from app.desktop.base.theme import themes
from app.desktop.chat.answers.answer import AnswerCard
from app.desktop.chat.cards import MessageCard
from app.desktop.chat.message_menu.rich_copy import rich_data, rich_html
from app.desktop.markdown.text_box import TextBox
from app.desktop.text.moments import moment_text
from tests.app.desktop.conftest import Running
from tests.support.window.chat import answer, card
from tests.support.window.finding import find_all
from tests.support.window.menus import choose, open_menu
from tests.support.window.pressing import button

WORDS = (
    "<think>Let me see.",
    "# Sea\n\n",
    "It is **blue** & $x^2$.\n\n",
    "| a | b |\n|---|---|\n| 1 | 2 |\n",
)
TEXT = "".join(WORDS[1:])


@pytest.fixture
def chat(make_desktop: Callable[..., Running]) -> Iterator[Running]:
    """A chat of two questions and their answers."""
    running = make_desktop(answer=lambda _: WORDS).ready()
    running.send("first")
    running.send("second")
    yield running


def messages(running: Running) -> list[MessageCard]:
    """The cards of the chat, once the last answer has ended."""
    view = running.window.chat.transcript
    running.until(lambda: view.shows(view.ids[-1]) and card(view, view.ids[-1]).footer.isVisible())
    return [card(view, number) for number in view.ids]


def pick(shown: MessageCard, text: str) -> None:
    choose(button(shown, "More for this message"), text)


def contents(running: Running) -> list[str]:
    shown = running.window.chat.shown.now.conversation
    assert shown is not None
    path = running.services.conversations.path(shown.id)
    return [m.content for m in running.services.conversations.messages(path)]


def test_a_deleted_message_takes_what_follows_along_and_one_press_brings_all_back(
    chat: Running, qtbot: QtBot
) -> None:
    view = chat.window.chat.transcript
    before = view.ids
    pick(messages(chat)[1], "Delete this and what follows")
    chat.until(lambda: view.ids == before[:1])
    assert contents(chat) == ["first"]
    chat.until(chat.window.toast.isVisible)
    chat.window.activateWindow()
    chat.until(chat.window.isActiveWindow)
    qtbot.keyClick(chat.window.chat.composer.edit, Qt.Key.Key_Z, Qt.KeyboardModifier.ControlModifier)
    chat.until(lambda: view.ids == before)
    assert contents(chat) == ["first", TEXT, "second", TEXT]


def test_the_question_whose_answer_was_deleted_can_be_answered_again(chat: Running) -> None:
    view = chat.window.chat.transcript
    pick(messages(chat)[-1], "Delete")
    chat.until(lambda: len(view.ids) == 3)
    pick(messages(chat)[-1], "Answer again")
    chat.until(lambda: len(view.ids) == 4 and contents(chat)[-1] == TEXT)


def test_a_branch_is_a_chat_of_its_own_up_to_the_message(chat: Running) -> None:
    page = chat.window.chat
    assert page.shown.now.conversation is not None
    home = page.shown.now.conversation.id
    pick(messages(chat)[1], "Branch into a new chat")
    chat.until(lambda: page.shown.now.id not in (None, home))
    assert contents(chat) == ["first", TEXT]
    assert len(chat.services.conversations.path(home)) == 4
    assert page.shown.now.conversation.origin == home


def submenu(menu: QMenu, text: str) -> list[QAction]:
    (found,) = [action.menu() for action in menu.actions() if action.text() == text]
    assert isinstance(found, QMenu)
    return found.actions()


def test_another_model_answers_the_same_question_and_the_chat_goes_on_with_it(
    make_desktop: Callable[..., Running], tmp_path: Path
) -> None:
    paths = [str(tmp_path / f"{name}.gguf") for name in ("one", "two")]
    for path in paths:
        Path(path).write_bytes(b"GGUF")
    chosen = {"model": paths[0], "recent_models": tuple(paths)}
    running = make_desktop(settings=chosen).ready()
    running.send("first")
    page = running.window.chat
    assert page.shown.now.conversation is not None
    old = page.transcript.ids[-1]
    menu = open_menu(button(messages(running)[-1], "More for this message"))
    running.until(lambda: len(submenu(menu, "Regenerate with")) >= 2)
    models = submenu(menu, "Regenerate with")
    assert [action.text() for action in models if action.isChecked()] == ["one"]
    next(action for action in models if action.text() == "two").trigger()
    menu.close()
    running.until(lambda: page.transcript.ids[-1] != old and not running.services.answers.answering())
    assert running.services.conversations.get(page.shown.now.conversation.id).options.model == paths[1]
    (written,) = running.services.conversations.messages(page.transcript.ids[-1:])
    assert (written.sibling, written.siblings) == (2, 2)


def test_the_raw_text_is_what_the_model_wrote_with_its_reasoning_and_goes_again(chat: Running) -> None:
    shown = answer(chat.window.chat.transcript, chat.window.chat.transcript.ids[-1])
    pick(shown, "Show raw text")
    boxes = [box for box in find_all(shown, kind=TextBox) if box.isVisible()]
    assert [box.copied() for box in boxes] == ["Let me see.", TEXT]
    assert all(box.text.isReadOnly() for box in boxes)
    assert boxes[1].geometry().bottom() < shown.footer.y() < shown.height()
    pick(shown, "Show formatted")
    assert not shown.shows_raw and not find_all(shown, kind=TextBox)
    pick(shown, "Show raw text")
    button(shown, "Show the formatted answer").click()
    assert not shown.shows_raw


def test_an_answer_that_is_written_on_leaves_its_raw_text(chat: Running) -> None:
    page = chat.window.chat
    shown = answer(page.transcript, page.transcript.ids[-1])
    pick(shown, "Show raw text")
    assert shown.shows_raw
    shown_id = shown.message.id
    chat.engine.hold.set()
    page.room.continue_wanted.emit(shown_id)
    chat.until(page.shown.answering)
    chat.until(lambda: page.transcript.shows(shown_id) and not answer(page.transcript, shown_id).shows_raw)
    chat.engine.hold.clear()
    chat.until(lambda: not page.shown.answering() and not chat.services.answers.answering())


def test_an_answer_is_copied_as_markdown_and_as_rich_text(chat: Running) -> None:
    shown, clipboard = messages(chat)[-1], QGuiApplication.clipboard()
    pick(shown, "Copy as Markdown")
    assert clipboard.text() == TEXT
    clipboard.clear()
    pick(shown, "Copy as rich text")
    chat.until(lambda: (data := clipboard.mimeData()) is not None and data.hasHtml())
    assert "<strong>blue</strong>" in clipboard.mimeData().html()
    assert "**" not in clipboard.text() and "It is blue & x^2." in clipboard.text()


def test_rich_text_has_its_looks_in_itself_and_runs_nothing() -> None:
    html = rich_html(
        "## Head\n\n> said\n\n```py\na < b\n```\n\n<script>x</script> [l](javascript:x)\n\n" + TEXT
    )
    assert "<h2>Head</h2>" in html and "<blockquote>" in html and '<table border="1"' in html
    assert "a &lt; b" in html and "<script" not in html and "href" not in html
    assert "Head" in rich_data(html).text() and "<" not in rich_data(html).text().replace(
        "a < b", ""
    ).replace("<script>x</script>", "")


def test_the_keys_copy_the_last_answer_and_have_it_written_anew(chat: Running, qtbot: QtBot) -> None:
    view, clipboard = chat.window.chat.transcript, QGuiApplication.clipboard()
    clipboard.clear()
    both = Qt.KeyboardModifier.ControlModifier | Qt.KeyboardModifier.ShiftModifier
    qtbot.keyClick(chat.window.chat.composer.edit, Qt.Key.Key_C, both)
    chat.until(lambda: clipboard.text() == TEXT)
    old = view.ids[-1]
    qtbot.keyClick(chat.window.chat.composer.edit, Qt.Key.Key_R, both)
    chat.until(lambda: view.ids[-1] != old and not chat.services.answers.answering())
    (written,) = chat.services.conversations.messages(view.ids[-1:])
    assert written.siblings == 2


def test_the_time_of_a_message_is_in_sight_while_it_is_looked_at(chat: Running) -> None:
    shown = messages(chat)[0]
    shown.emphasise(False)
    times = [
        label for label in find_all(shown.footer, moment_text(shown.message.created)) if label.isVisible()
    ]
    assert not times
    shown.emphasise(True)
    assert find_all(shown.footer, moment_text(shown.message.created))


@pytest.mark.parametrize("language", ["en", "ko"])
def test_what_stands_under_a_message_is_never_wider_than_the_column(chat: Running, language: str) -> None:
    window = chat.window
    languages.choose(language)  # type: ignore[arg-type]
    themes.choose("light", 2.0)
    window.resize(900, 700)
    chat.until(lambda: window.width() <= 900 or window.minimumWidth() > 900)
    for shown in messages(chat):
        shown.emphasise(True)
        width = shown.footer.minimumSizeHint().width()
        assert width <= shown.width(), (width, shown.width())
    assert isinstance(messages(chat)[-1], AnswerCard)
