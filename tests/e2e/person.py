"""Somebody who uses the window: presses, writes and reads by what a screen reader says, and waits to see it."""

from __future__ import annotations

import re
import time
from collections.abc import Callable
from typing import TypeVar

from PySide6.QtCore import QEventLoop, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QAbstractButton, QAbstractItemView, QApplication, QTextBrowser, QWidget

from app.desktop.chat.answers.answer import AnswerCard
from app.desktop.markdown.prose import ProseBlock
from tests.support.window import chat
from tests.support.window.finding import Name, find, find_all, spoken
from tests.support.window.lists import enter, rows
from tests.support.window.reading import labels
from tests.support.window.writing import field

PATIENCE_S = 300.0
T = TypeVar("T")


class Person:
    """Everything waits until it can be done. Fails with what is in sight when that takes too long."""

    def __init__(self, window: QWidget) -> None:
        self._window = window

    def until(self, holds: Callable[[], T], what: str) -> T:
        """Wait until something is so; what it then is."""
        end = time.monotonic() + PATIENCE_S
        while not (found := holds()):
            if time.monotonic() > end:
                raise AssertionError(f"{what} did not come; in sight are {self._in_sight()}")
            QApplication.processEvents(QEventLoop.ProcessEventsFlag.AllEvents, 20)
            time.sleep(0.01)  # looking without a pause would leave other threads hardly any time
        return found

    def press(self, name: Name) -> None:
        """Press the button that is called so, the first of several."""
        self.until(lambda: self._enabled(name), f"the button {name!r}")
        next(each for each in find_all(self._window, name, QAbstractButton) if each.isEnabled()).click()

    def write(self, name: Name, text: str) -> None:
        """Write into the field that is called so."""
        self.until(lambda: find_all(self._window, name), f"the field {name!r}")
        into = field(self._window, name)
        into.setFocus(Qt.FocusReason.OtherFocusReason)
        into.selectAll()
        QTest.keyClicks(into, text)

    def choose(self, list_name: str, row: str) -> None:
        """Go to a row of a list and press Enter."""
        pattern = re.compile(row)

        def place() -> int | None:
            views = find_all(self._window, list_name, QAbstractItemView)
            said = rows(views[0]) if views else []
            return next((number + 1 for number, text in enumerate(said) if pattern.search(text)), None)

        number = self.until(place, f"the row {row!r} of {list_name!r}")
        enter(find(self._window, list_name, QAbstractItemView), number - 1)

    def see(self, name: str) -> None:
        """Wait for a sentence, or for something that is called so."""
        pattern = re.compile(name)
        self.until(
            lambda: find_all(self._window, pattern) or any(map(pattern.search, labels(self._window))),
            repr(name),
        )

    def rest(self, seconds: float) -> None:
        """Look at the window for a while."""
        end = time.monotonic() + seconds
        self.until(lambda: time.monotonic() > end, "the end of a rest")

    def quit(self) -> None:
        """Ctrl+Q, whatever is at work."""
        QTest.keyClick(self._window, Qt.Key.Key_Q, Qt.KeyboardModifier.ControlModifier)
        self.until(lambda: not self._window.isVisible() or self._enabled("Quit anyway"), "an end")
        if self._window.isVisible():
            self.press("Quit anyway")

    # What stands in the chat

    def question(self) -> str:
        """What was asked last, "" before anything was."""
        asked = find_all(self._window, "Your message", QTextBrowser)
        return asked[-1].toPlainText() if asked else ""

    def answer(self) -> str:
        """The words of the last answer, "" while there are none."""
        cards = sorted(find_all(self._window, kind=AnswerCard), key=lambda card: card.y())
        body = chat.body(cards[-1]) if cards else None
        prose = find_all(body, kind=ProseBlock) if body is not None else []
        return "\n".join(block.toPlainText() for block in prose)

    def can_go_on(self) -> bool:
        """Whether the answer has ended and could be continued."""
        return self._enabled("Continue") and bool(find_all(self._window, "Send"))

    def _enabled(self, name: Name) -> bool:
        return any(button.isEnabled() for button in find_all(self._window, name, QAbstractButton))

    def _in_sight(self) -> list[str]:
        return sorted({spoken(widget) for widget in find_all(self._window)} - {""})
