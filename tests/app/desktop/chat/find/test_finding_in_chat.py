"""Finding in the shown chat, and a hit of the search, over a real store and the real window."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from functools import partial

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication, QLabel, QTextEdit
from pytestqt.qtbot import QtBot

from app.desktop.chat.find.find_bar import FindBar
from app.desktop.chat.find.parts import texts_of
from engine.api import GenerateRequest
from engine.values import Role
from tests.app.desktop.conftest import Running
from tests.support.window.chat import (
    card,
    scroll_bar,
    shown_card,
    thoughts,
    thoughts_text,
    unfolds,
)
from tests.support.window.finding import find_all, part
from tests.support.window.pressing import press
from tests.support.window.timing import ticking
from tests.support.window.writing import field

CTRL = Qt.KeyboardModifier.ControlModifier
SHIFT = Qt.KeyboardModifier.ShiftModifier
LONG = "A sentence of many words that makes the answer taller than a line or two. " * 6


def fill(
    running: Running, texts: Sequence[str], *, beneath: int | None = None, id: int = 0
) -> tuple[int, list[int]]:
    """Store a chat, or a branch `beneath` a message of one, of alternating questions and answers."""
    id = id or running.services.conversations.create().id
    messages: list[int] = []
    for number, text in enumerate(texts):
        role: Role = "assistant" if number % 2 else "user"
        reasoning = "A hidden thought of a narwhal." if "(thinks)" in text else ""
        added = running.services.store.messages.add(id, beneath, role, text, reasoning=reasoning)
        beneath = added.id
        messages.append(added.id)
    running.services.conversations.rename(id, "A chat")  # which tells the list of it
    running.until(lambda: running.window.sidebar.model.conversation(id) is not None)
    return id, messages


def opened(running: Running, conversation: int) -> None:
    running.window.go.open_chat(conversation)
    path = running.services.conversations.path(conversation)
    running.until(lambda: running.window.chat.transcript.shows(path[-1]))


def find(running: Running, words: str) -> None:
    running.qtbot.keyClick(running.window, Qt.Key.Key_F, CTRL)
    field(running.window, "Find in this chat").setText(words)


def count(running: Running) -> str:
    return " ".join(label.text() for label in find_all(part(running.window, FindBar), kind=QLabel))


def marked(running: Running, message: int) -> list[str]:
    """What is marked in a message."""
    shown = shown_card(running.window.chat.transcript, message)
    if shown is None:
        return []
    return [mark.cursor.selectedText() for text in texts_of(shown) for mark in text.extraSelections()]  # type: ignore[attr-defined]


def standing_out(running: Running, message: int) -> list[str]:
    """What is marked as the place that was gone to, and can be seen."""
    view = running.window.chat.transcript
    shown = shown_card(view, message)
    found = []
    for text in texts_of(shown) if shown is not None else []:
        for mark in text.extraSelections():
            if mark.format.foreground().color().name() != "#ffffff":  # type: ignore[attr-defined]
                continue
            place = text.cursorRect(mark.cursor).center()  # type: ignore[attr-defined]
            y = text.viewport().mapTo(view, place).y()
            if 0 < y < view.height():
                found.append(mark.cursor.selectedText())  # type: ignore[attr-defined]
    return found


def shows(running: Running, expected: str, message: int, word: str) -> bool:
    return count(running) == expected and standing_out(running, message) == [word]


def search(running: Running, words: str) -> None:
    """Search all chats and open the first hit."""
    running.qtbot.keyClick(running.window, Qt.Key.Key_F, CTRL | SHIFT)
    running.window.sidebar.search.setText(words)
    running.until(lambda: running.window.sidebar.model.searching())
    running.qtbot.keyClick(running.window.sidebar.search, Qt.Key.Key_Return)


def talk(length: int, **said: str) -> list[str]:
    """Questions and answers; `said` gives the text of some by their place."""
    return [
        said.get(f"at_{n}", f"Question {n}?" if n % 2 == 0 else f"Answer {n}. {LONG}") for n in range(length)
    ]


def test_a_hit_of_the_search_opens_the_chat_at_its_message_and_stays_there(
    running: Running, qtbot: QtBot
) -> None:
    text = f"## Whales\n\n{LONG}\n\nThe **narwhal** has a tooth, $x^2$.\n\n{LONG}"
    _, messages = fill(running, talk(300, at_101=text))
    search(running, "tooth narwhal")
    view = running.window.chat.transcript
    running.until(lambda: standing_out(running, messages[101]) != [])
    assert standing_out(running, messages[101]) == ["narwhal"]
    running.until(lambda: marked(running, messages[101]) == ["narwhal", "tooth"])
    running.until(lambda: count(running) == "1 of 2")
    running.until(lambda: not ticking(view))
    qtbot.wait(50)
    assert standing_out(running, messages[101]) == ["narwhal"] and not view.at_tail
    place = scroll_bar(view).value()
    qtbot.keyClick(running.window, Qt.Key.Key_Escape)  # the search
    assert QApplication.focusWidget() is not running.window.chat.composer.edit
    running.window.chat.transcript.area.setFocus()
    qtbot.keyClick(running.window.chat.transcript.area, Qt.Key.Key_Escape)
    assert marked(running, messages[101]) == [] and scroll_bar(view).value() == place


def test_a_hit_on_a_hidden_branch_is_shown(running: Running) -> None:
    id, messages = fill(running, ["Where?", "To the otter on the hidden branch."])
    _, other = fill(running, ["Somewhere else, please."], beneath=messages[0], id=id)
    opened(running, id)
    search(running, "otter")
    running.until(lambda: standing_out(running, messages[1]) == ["otter"])
    assert other[0] not in running.window.chat.transcript.ids
    assert running.services.conversations.path(id) == messages


def test_a_hit_in_the_shown_chat_and_in_an_archived_one_is_gone_to(running: Running) -> None:
    id, messages = fill(running, talk(40, at_3="The walrus sleeps."))
    opened(running, id)
    search(running, "walrus")
    running.until(lambda: standing_out(running, messages[3]) == ["walrus"])
    running.window.go.new_chat()
    assert find_all(running.window, kind=FindBar) == []
    running.services.filing.archive([id])
    search(running, "walrus")
    running.until(lambda: standing_out(running, messages[3]) == ["walrus"])


def test_finding_marks_counts_and_goes_from_place_to_place_around_the_ends(
    running: Running, qtbot: QtBot
) -> None:
    code = "```python\nwhale = 1\n```\n\n| a | b |\n|---|---|\n| whale | 2 |"
    id, messages = fill(running, talk(60, at_1=f"A Whale. {LONG}", at_20="whale?", at_59=code))
    opened(running, id)
    find(running, "whale")
    running.until(lambda: count(running) == "3 of 4")
    assert standing_out(running, messages[59]) == ["whale"]
    running.until(lambda: marked(running, messages[59]) == ["whale", "whale"])
    bar = field(running.window, "Find in this chat")
    for expected, message, word in (("4 of 4", 59, "whale"), ("1 of 4", 1, "Whale"), ("2 of 4", 20, "whale")):
        qtbot.keyClick(bar, Qt.Key.Key_Return)
        running.until(partial(shows, running, expected, messages[message], word))
    qtbot.keyClick(bar, Qt.Key.Key_Return, SHIFT)
    running.until(lambda: standing_out(running, messages[1]) == ["Whale"])
    press(part(running.window, FindBar), "Previous")
    running.until(lambda: standing_out(running, messages[59]) == ["whale"])
    qtbot.keyClick(running.window, Qt.Key.Key_F3)
    running.until(lambda: count(running) == "1 of 4" and standing_out(running, messages[1]) == ["Whale"])
    bar.setText("nothing like it")
    running.until(lambda: count(running) == "Not found")
    running.until(lambda: marked(running, messages[1]) == [])


def test_escape_keeps_the_place_and_gives_the_focus_to_what_is_read(running: Running, qtbot: QtBot) -> None:
    id, messages = fill(running, talk(60, at_9=f"{LONG} whale {LONG}"))
    opened(running, id)
    find(running, "whale")
    view = running.window.chat.transcript
    running.until(lambda: standing_out(running, messages[9]) == ["whale"])
    running.until(lambda: not ticking(view))
    value = scroll_bar(view).value()
    qtbot.keyClick(field(running.window, "Find in this chat"), Qt.Key.Key_Escape)
    assert not find_all(running.window, kind=FindBar) and QApplication.focusWidget() is view.area
    running.until(lambda: not ticking(view))
    assert abs(scroll_bar(view).value() - value) < 60
    assert marked(running, messages[9]) == []
    find(running, "never there")
    qtbot.keyClick(field(running.window, "Find in this chat"), Qt.Key.Key_Escape)
    assert QApplication.focusWidget() is view.area


def test_two_syllables_formulas_and_what_is_folded_are_found(running: Running, qtbot: QtBot) -> None:
    folded = "line\n" * 2000 + "고래 at the end"
    id, messages = fill(running, [folded, "(thinks) So $고래_2^7$ holds, and 고래."])
    opened(running, id)
    find(running, "고래")
    running.until(lambda: count(running).endswith(" of 3"))
    running.until(
        lambda: marked(running, messages[1])[-1:] == ["고래"] and len(marked(running, messages[1])) == 2
    )
    bar = field(running.window, "Find in this chat")
    while count(running) != "1 of 3":
        qtbot.keyClick(bar, Qt.Key.Key_Return)
    running.until(lambda: standing_out(running, messages[0]) == ["고래"])
    assert unfolds(card(running.window.chat.transcript, messages[0])) is None


def test_a_thought_is_opened_where_the_words_stand_in_it(running: Running) -> None:
    id, messages = fill(running, ["Why?", "(thinks) Because."])
    opened(running, id)
    assert thoughts_text(thoughts(card(running.window.chat.transcript, messages[1]))) is None
    find(running, "narwhal")
    running.until(lambda: standing_out(running, messages[1]) == ["narwhal"])
    assert count(running) == "1 of 1"
    assert isinstance(thoughts_text(thoughts(card(running.window.chat.transcript, messages[1]))), QTextEdit)


def test_an_answer_is_found_in_while_it_is_written(make_desktop: Callable[..., Running]) -> None:
    def held(_: GenerateRequest) -> Iterator[str]:
        """Goes on once what is there was found in."""
        yield from ["whale "] * 2
        running.engine.hold.set()
        yield from ["whale "] * 38

    running = make_desktop(answer=held).ready()
    composer = running.window.chat.composer
    composer.edit.setPlainText("Tell me of a whale")
    running.qtbot.keyClick(composer.edit, Qt.Key.Key_Return)
    running.until(lambda: bool(running.services.answers.answering()))
    running.until(lambda: running.window.chat.transcript.ids != [])
    find(running, "whale")
    running.until(lambda: count(running) not in ("", "1 of 1"))
    assert running.services.answers.answering()
    running.engine.hold.clear()
    running.until(lambda: count(running).endswith(" of 41"))
